#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What link and solve cost: time and peak memory of labyrinth check over the facts
of kernel folders, and how both grow with the number of units.

Each size is run --repeats times, the sizes interleaved, so that a noisy machine is
noisy for all of them; CPU seconds (user + system), median and spread are printed, the
ratio to the smallest size beside them.  Nothing is asserted.
"""
import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys


def is_compiled(root, name):
    """Made by the compiler: what ld -r makes of several repeats their facts."""
    cmd = pathlib.Path(root, f".{name}.cmd")
    return name.endswith(".o") and cmd.exists() and " -c -o " in cmd.read_text(errors="replace")


def objects(folders):
    found = []
    for folder in folders:
        for root, dirs, files in os.walk(folder):
            dirs.sort()
            found += [os.path.join(root, f) for f in sorted(files) if is_compiled(root, f)]
    return found


def run(labyrinth, inputs):
    """CPU seconds, peak MiB and units of one check."""
    with subprocess.Popen([labyrinth, "check", "--format=json", *inputs],
                          stdout=subprocess.PIPE) as p:
        out = p.stdout.read()
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode:
        sys.exit(f"bench: labyrinth check left with {p.returncode}")
    doc = json.loads(out)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, doc["coverage"]["units"]


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--labyrinth", default="build/labyrinth")
    ap.add_argument("--repeats", type=int, default=5)
    ap.add_argument("folders", nargs="+", help="object folders with facts")
    a = ap.parse_args()
    all_objects = objects(a.folders)
    if not all_objects:
        sys.exit("bench: no objects there; make kernel-facts makes them")
    sizes = {"1/4": all_objects[::4], "1/2": all_objects[::2], "all": all_objects}
    got = {name: [] for name in sizes}
    for _ in range(a.repeats):
        for name, inputs in sizes.items():
            got[name].append(run(a.labyrinth, inputs))
    print(f"link + solve, {datetime.date.today()}, {a.repeats} repeats, one core, "
          f"load {os.getloadavg()[0]:.1f}")
    print(f"{'part':6} {'units':>6} {'CPU s: median':>14} {'min':>6} {'max':>6} {'peak MiB':>9}  ratio to 1/4")
    base = statistics.median(t for t, _, _ in got["1/4"]), got["1/4"][0][1]
    for name, runs in got.items():
        cpu = sorted(t for t, _, _ in runs)
        mid, mem = statistics.median(cpu), max(m for _, m, _ in runs)
        print(f"{name:6} {runs[0][2]:6} {mid:14.2f} {cpu[0]:6.2f} {cpu[-1]:6.2f} {mem:9.0f}"
              f"  time {mid / base[0]:.1f}, memory {mem / base[1]:.1f}")


if __name__ == "__main__":
    main()
