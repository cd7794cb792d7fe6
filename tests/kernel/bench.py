#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make bench-kernel: instructions a page in the kernel, of Labyrinth and of what the kernel has.

Boots Debian's cloud kernel twice under qemu's -icount, where the time stamp counter counts
instructions: as Debian configures it (each allocation clears its page) and with init_on_alloc=0.
Prints a table in Markdown; --csv FILE writes all figures.
"""
import argparse
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))  # conftest.py
import test_kernel
import vm

ICOUNT = ("-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off")
ROWS = ["alloc_page-GFP_ATOMIC", "alloc_page-GFP_KERNEL", "alloc_pages_bulk-64", "mempool", "mempool-reserve",
        "page_frag-4096", "page_pool-fast", "page_pool-ring", "labyrinth-pair", "labyrinth-pair-unchecked",
        "labyrinth-pair-bulk-64", "labyrinth-pair-CL_ALIGN", "labyrinth-pair-ZERO-inline", "labyrinth-take-handoff",
        "labyrinth-take-handoff-zeroed", "labyrinth-receive-free", "labyrinth-receive-zero-free",
        "audit-free-page", "audit-page-out"]


def run(folder, append, calls):
    """{(kind, context, name): [figures]} of one boot."""
    release = test_kernel.kernels()["cloud"]
    test_kernel.build_modules(f"/lib/modules/{release}/build", ["module-tests"])
    built = test_kernel.BUILD / "module" / release
    files = {"lib/labyrinth.ko": built / "src/alloc/labyrinth.ko",
             "lib/labyrinth_bench.ko": built / "tests/kernel/labyrinth_bench.ko"}
    steps = [("load", "insmod /lib/labyrinth.ko"), ("bench", f"insmod /lib/labyrinth_bench.ko calls={calls}"),
             ("unload", "rmmod labyrinth_bench && rmmod labyrinth")]
    result = vm.boot(folder, f"/boot/vmlinuz-{release}", files, steps, cpus=1, accel=ICOUNT, append=append)
    if not result.ended or any(result.status.values()) or result.splats():
        raise SystemExit(f"bench-kernel: the run failed: {result.about()}")
    lines = re.findall(r"^bench (K\d) (\w+) (\S+) (.*)$", result.log(), re.M)
    return {(k, c, n): [float(x) for x in figures.split()] for k, c, n, figures in lines}


def table_k1(off, on):
    print("| K1, instructions a page | task | softirq | hardirq | task, Debian's default |\n|---|---|---|---|---|")
    for name in ROWS:
        cells = [off.get(("K1", c, name)) for c in ("task", "softirq", "hardirq")] + [on.get(("K1", "task", name))]
        print(f"| {name} | " + " | ".join(f"{c[0]:,.0f}" if c else "-" for c in cells) + " |")


def table_k2(off):
    print("\n| K2, instructions of one call | median | 99 % | 99.9 % | worst |\n|---|---|---|---|---|")
    for (kind, _, name), figures in off.items():
        if kind == "K2":
            print(f"| {name} | " + " | ".join(f"{f:,.0f}" for f in figures) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1000000, help="single calls that K2 looks at")
    parser.add_argument("--csv", type=pathlib.Path)
    args = parser.parse_args()
    why = vm.missing() or (None if "cloud" in test_kernel.kernels() else "no cloud kernel with its headers (make deps)")
    if why:
        print(f"bench-kernel: {why}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        off = run(folder, "init_on_alloc=0", args.calls)
        on = run(folder, "", 1000)
    table_k1(off, on)
    table_k2(off)
    if args.csv:
        args.csv.write_text("".join(f"{label},{','.join(key)},{','.join(map(str, f))}\n"
                                    for label, part in (("init_on_alloc=0", off), ("default", on))
                                    for key, f in part.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
