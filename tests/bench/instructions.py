#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What facts cost a normal compile, in instructions: a figure that other load does not move.

Runs cc1 alone under cachegrind, without and with the plugin (quiet), over kernel
files: minutes a file on an idle machine.  Not in it: loading pages, the assembler
(it reads 4 MB of our words in 40 ms).
"""
import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import extract          # which files, and how the kernel compiles them
from conftest import Kernel, prepared_kernel


def cc1_of(argv, kernel, out):
    """The command line of the compiler proper; it writes assembler to OUT."""
    at = argv.index("-o")
    words = [*argv[:at], *argv[at + 2:], "-o", out]
    words[words.index("-c")] = "-S"
    said = subprocess.run([*words, "-###"], cwd=kernel.obj, stderr=subprocess.PIPE, text=True,
                          check=True).stderr
    return shlex.split(next(line for line in said.splitlines() if "/cc1" in line))


def instructions(argv, kernel):
    done = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no",
                           "--cachegrind-out-file=/dev/null", *argv], cwd=kernel.obj,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return int(re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)[1].replace(",", ""))


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--plugin", default=str(extract.ROOT / "build/labyrinth.so"))
    p.add_argument("--files", type=int, default=20)
    p.add_argument("names", nargs="*", help="kernel sources; default: FILES at even distances")
    args = p.parse_args()
    place = prepared_kernel()
    if not place:
        sys.exit("bench: no prepared kernel (make kernel-prepare)")
    kernel = Kernel(place)
    names = args.names or extract.pick(kernel, extract.FOLDERS, args.files)
    facts = [f"-fplugin={os.path.abspath(args.plugin)}", "-fplugin-arg-labyrinth-quiet"]
    total = [0, 0]
    with tempfile.TemporaryDirectory() as tmp:
        commands = kernel.commands(names, tmp)
        out = str(pathlib.Path(tmp) / "x.s")
        for name, argv in sorted(commands.items()):
            bare = instructions(cc1_of(argv, kernel, out), kernel)
            both = instructions(cc1_of([*argv, *facts], kernel, out), kernel)
            total = [total[0] + bare, total[1] + both]
            print(f"{name}: {bare / 1e6:.0f} M, with facts {both / 1e6:.0f} M, x {both / bare:.4f}",
                  flush=True)
    if not total[0]:
        sys.exit("bench: the kernel builds none of these files")
    print(f"all {len(commands)} files: x {total[1] / total[0]:.4f}")


if __name__ == "__main__":
    main()
