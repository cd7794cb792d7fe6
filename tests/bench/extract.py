#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What facts cost: CPU time of extraction against other compiles of the same kernel files.

Each file is compiled in four ways, in turn, several times; the least CPU time
(user and system, of the compiler and its children) of each way counts, so that
other load disturbs little.  Files are taken at even distances from the sorted
list of what the prepared kernel builds in the given folders.

  syntax   -fsyntax-only          parsing and types only: what any tool must pay
  extract  facts, no code         what a kernel run pays
  normal   the kernel's own compile
  both     normal, with facts     what a build with the plugin pays
"""
import argparse
import datetime
import os
import pathlib
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]
sys.dont_write_bytecode = True
from conftest import Kernel, prepared_kernel  # noqa: E402
from labkernel import elf, run, source, tree  # noqa: E402

FOLDERS = ["mm", "kernel", "lib", "net/core", "drivers/base", "drivers/usb"]


def cpu(argv, cwd):
    """CPU seconds of one command; None if it fails."""
    child = subprocess.Popen(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return None if status else usage.ru_utime + usage.ru_stime


def pick(kernel, folders, count):
    found, version = source.find(str(kernel.source))
    target = run.kernel_target(tree.Tree(found, version), folders)
    names = [o[:-2] + ".c" for o in target.plan(target.goals, os.cpu_count())]
    names = [n for n in names if (kernel.source / n).exists()]
    step = max(len(names) / count, 1)
    return [names[int(i * step)] for i in range(min(count, len(names)))]


def ways(argv, plugin, out):
    """{way: argv}; argv is the kernel's compile of one file."""
    facts = [f"-fplugin={plugin}", "-fplugin-arg-labyrinth-quiet"]
    to = argv.index("-o") + 1

    def with_output(path):
        return [*argv[:to], path, *argv[to + 1:]]
    return {
        "syntax": [a for a in with_output("/dev/null") if a != "-c"] + ["-fsyntax-only"],
        "extract": with_output(out + ".extract.o") + facts + ["-fplugin-arg-labyrinth-extract-only"],
        "normal": with_output(out + ".normal.o"),
        "both": with_output(out + ".both.o") + facts,
    }


def measure(kernel, plugin, names, rounds, tmp):
    """[{way: seconds} of a file], {size: bytes} over all files that every way compiles."""
    commands = kernel.commands(names, tmp)
    spent_by_file, size = [], {"facts": 0, "packed": 0, "normal": 0, "both": 0, "extract": 0}
    for name, argv in sorted(commands.items()):
        out = os.path.join(tmp, "x")
        best = {}
        for _ in range(rounds):
            for way, words in ways(argv, plugin, out).items():
                spent = cpu(words, kernel.obj)
                best[way] = min(best.get(way, spent), spent) if spent else None
                if not spent:
                    break
        if None in best.values():
            print(f"skipped: {name}: {[w for w, s in best.items() if s is None]} failed")
            continue
        spent_by_file.append(best)
        for kind in ("normal", "both", "extract"):
            size[kind] += os.path.getsize(f"{out}.{kind}.o")
        size["facts"] += elf.facts_size(out + ".extract.o") or 0
        with tempfile.NamedTemporaryFile() as raw:
            subprocess.run(["objcopy", "-O", "binary", "--only-section=.discard.labyrinth",
                            "--set-section-flags", ".discard.labyrinth=alloc",
                            out + ".extract.o", raw.name], check=True)
            size["packed"] += len(zlib.compress(pathlib.Path(raw.name).read_bytes(), 6))
    return spent_by_file, size


def spread(costs, way, base):
    """Median of one file's ratio, and where 8 of 10 files lie."""
    ratios = sorted(c[way] / c[base] for c in costs)
    at = [ratios[int(q * (len(ratios) - 1))] for q in (0.5, 0.1, 0.9)]
    return f"{at[0]:.2f} ({at[1]:.2f}..{at[2]:.2f})"


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--plugin", default=str(ROOT / "build/labyrinth.so"))
    p.add_argument("--files", type=int, default=60)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("folder", nargs="*", default=FOLDERS)
    args = p.parse_args()
    place = prepared_kernel()
    if not place:
        sys.exit("bench: no prepared kernel (make kernel-prepare)")
    kernel = Kernel(place)
    with tempfile.TemporaryDirectory() as tmp:
        names = pick(kernel, args.folder, args.files)
        costs, size = measure(kernel, os.path.abspath(args.plugin), names, args.rounds, tmp)
    used = len(costs)
    if not used:
        sys.exit("bench: no file was compiled in every way")
    cost = {way: sum(c[way] for c in costs) for way in costs[0]}
    print(f"extraction: {used} kernel files, least CPU of {args.rounds} rounds, "
          f"{datetime.date.today()}")
    for way, spent in cost.items():
        print(f"  {way:8} {spent:7.2f} s  {spent / used:6.3f} s a file  "
              f"{spent / cost['syntax']:5.2f} x syntax  {spent / cost['normal']:5.2f} x normal")
    for way, base in (("extract", "syntax"), ("extract", "normal"), ("both", "normal")):
        print(f"  a file's {way} / {base}: {spread(costs, way, base)}, of 8 in 10 files")
    print(f"  facts {size['facts'] / used / 1000:.1f} KB a file, {size['packed'] / used / 1000:.1f} KB "
          f"compressed; object {size['normal'] / used / 1000:.1f} KB without, "
          f"{size['both'] / used / 1000:.1f} KB with, {size['extract'] / used / 1000:.1f} KB extracted only")


if __name__ == "__main__":
    main()
