#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The second kernel of the runtime's tests: small, and with every checker that sees our mistakes.

    debug_kernel.py          build it where it is not built yet (20 minutes on two cores), print its folder
    debug_kernel.py --path   print the folder; exit status 1 if it is not built

It lies in the kernel cache beside the trees of lab-kernel; the name holds a hash of the
configuration, the compiler and the source.
"""
import argparse
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "scripts"))

from labkernel import source  # noqa: E402
from labkernel.base import Stop, cache_root, locked, make_env, say, write_if_changed  # noqa: E402
from labkernel.tree import Tree  # noqa: E402

IMAGE = "arch/x86/boot/bzImage"


class DebugTree(Tree):
    """Like lab-kernel's tree, but from allnoconfig, and built to the end."""

    def __init__(self, folder, kernel):
        super().__init__(folder, kernel, fragment=str(HERE / "debug.config"))
        self.obj = self.obj.replace("/obj-", "/debug-")
        self.own = os.path.join(self.obj, ".labyrinth")
        self.stamp = os.path.join(self.own, "built")
        self.lock = os.path.join(self.own, "lock")

    def make(self, *words, jobs=1):
        return ["nice", "-n", "19", "make", "--no-print-directory", "-C", self.source, f"O={self.obj}",
                f"-j{jobs}", *words]

    def build(self, jobs):
        os.makedirs(self.own, exist_ok=True)
        with locked(self.lock):
            if self.is_prepared():
                return
            say(f"building {self.obj} (kernel {self.kernel}, {self.cc_text}; some 20 minutes, once)")
            merged = os.path.join(self.own, "fragment.config")
            write_if_changed(merged, self.fragment)
            self.run("config", "allnoconfig", KCONFIG_ALLCONFIG=merged)
            for line in self.missing_symbols():
                say(f"configuration: {line}")
            self.run("image", "bzImage", jobs=jobs)
            self.run("modules", "modules", jobs=jobs)
            write_if_changed(self.stamp, f"{self.kernel}\n{self.cc_text}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--path", action="store_true", help="only say where it is")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    try:
        if args.path and not os.path.isdir(os.path.join(cache_root(), source.DEBIAN)):
            return 1        # not even unpacked, and that takes a minute
        tree = DebugTree(*source.find(None))
        if not args.path:
            tree.build(args.jobs)
    except Stop as err:
        print(f"debug_kernel: {err}", file=sys.stderr)
        return 2
    print(tree.obj)
    return 0 if tree.is_prepared() else 1


if __name__ == "__main__":
    sys.exit(main())
