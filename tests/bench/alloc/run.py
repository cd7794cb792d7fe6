#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make bench-alloc: runs the benchmark programs, one CSV, one table, SVG plots.

    run.py [--out FOLDER] [--only U1,U4] [--rounds 3] [--plain-scheduling]

Every allocator runs each test ROUNDS times, in turn, so that a slow minute of a
shared machine hits all of them; tables show the best value of all rounds (for counts
and percentages the first), the aims are judged by the median of the rounds' ratios. Where the system permits, a run gets SCHED_FIFO, so
that other work does not cut into it. A run that hangs is killed and recorded.
"""
import argparse
import collections
import csv
import datetime
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
BUILD = pathlib.Path(os.environ.get("B", ROOT / "build")).resolve()
BIN = BUILD / "alloc-bench"
LIBS = "/usr/lib/x86_64-linux-gnu/"

# name in the tables: (program, configuration, library to preload, what it is)
WHO = {
    "labyrinth": ("lab", "default", None, "ownership checks, call site, sampled stamps; content kept"),
    "labyrinth-128": ("lab", "mag128", None, "the same, magazine of 128"),
    "labyrinth-trust": ("lab", "trust", None, "LABYRINTH_ZONE_NO_CHECKS; content kept"),
    "labyrinth-zero": ("lab", "zero", None, "checks on, pages prepared zeroed (the default zone)"),
    "labyrinth-exact": ("lab", "exact", None, "checks on, exact time stamps"),
    "labyrinth-rseq": ("lab", "rseq", None, "checks on, per-CPU magazines by rseq"),
    "glibc": ("malloc", "-", None, "malloc(4096)"),
    "glibc-aligned": ("malloc", "aligned", None, "aligned_alloc(4096, 4096)"),
    "glibc-notrim": ("malloc", "notrim", None, "malloc(4096), M_TRIM_THRESHOLD 1 GiB"),
    "jemalloc": ("malloc", "-", "libjemalloc.so.2", "malloc(4096)"),
    "mimalloc": ("malloc", "-", "libmimalloc.so.2.0", "malloc(4096)"),
    "tcmalloc": ("malloc", "-", "libtcmalloc_minimal.so.4", "malloc(4096)"),
    "dpdk-256": ("dpdk", "cache256", None, "rte_mempool, ring_mp_mc, cache 256, elements of 4096"),
    "dpdk-32": ("dpdk", "cache32", None, "rte_mempool, ring_mp_mc, cache 32"),
    "dpdk-ring": ("dpdk", "nocache", None, "rte_mempool, ring_mp_mc, no cache"),
    "dpdk-lfstack": ("dpdk", "nocache-lfstack", None, "rte_mempool, lf_stack, no cache"),
}
POOLS = [w for w in WHO if w.startswith(("labyrinth", "dpdk"))]
MALLOCS = ["glibc", "jemalloc", "mimalloc", "tcmalloc"]
LIMIT = 15      # seconds; a run that takes longer hangs

PLAN = {
    "U1": list(WHO),
    "U2": list(WHO),
    "U3": ["labyrinth", "labyrinth-trust", "labyrinth-exact", *MALLOCS, "dpdk-256"],
    "U4": ["labyrinth", "labyrinth-trust", "labyrinth-rseq", *MALLOCS, "glibc-notrim", "dpdk-256", "dpdk-32"],
    "U5": ["labyrinth", *MALLOCS, "dpdk-256", "dpdk-lfstack"],
    "U6": ["labyrinth", "labyrinth-trust", "dpdk-256", "dpdk-32", "dpdk-lfstack"],
    "U6s": ["labyrinth", "labyrinth-rseq", "dpdk-256", "dpdk-32", "dpdk-lfstack"],
    "U7-none": ["labyrinth", "labyrinth-zero", "labyrinth-poison"],
    "U7-zero": ["labyrinth", "labyrinth-zero"],
    "U7-poison": ["labyrinth", "labyrinth-poison"],
    "U7-poison-check": ["labyrinth-poison-full"],
    "U7-align": ["labyrinth"],
    "U8": ["labyrinth", "labyrinth-rseq", *MALLOCS, "dpdk-256", "dpdk-ring", "dpdk-lfstack"],
    "U8h": ["labyrinth", "labyrinth-rseq", *MALLOCS, "dpdk-256", "dpdk-ring", "dpdk-lfstack"],
}
WHO["labyrinth-poison"] = ("lab", "poison", None, "checks on, pages prepared poisoned, edges checked")
WHO["labyrinth-poison-full"] = ("lab", "poison-full", None, "the same, every byte checked")
ONCE = ("U5", "U6s", "U8", "U8h")


def command(who, test, fifo):
    program, config, preload, _ = WHO[who]
    path = BIN / program
    if not path.exists():
        return None, None
    env = dict(os.environ)
    env.pop("LD_PRELOAD", None)
    if preload:
        if not os.path.exists(LIBS + preload):
            return None, None
        env["LD_PRELOAD"] = LIBS + preload
    words = [str(path), config, test]
    # signal tests run unprivileged by the scheduler: a hang at SCHED_FIFO would take the machine along
    return (["chrt", "-f", "50"] if fifo and not test.startswith(("U5", "U8")) else []) + words, env


def run(who, test, fifo):
    """Rows (variant, metric, value, unit), or a verdict."""
    words, env = command(who, test, fifo)
    if words is None:
        return None
    try:
        done = subprocess.run(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              timeout=LIMIT if test.startswith(("U5", "U8")) else 120, check=False)
    except subprocess.TimeoutExpired:
        return [("run", "verdict", "hang", "")]
    rows = [line.split(",") for line in done.stdout.splitlines() if line.count(",") == 4]
    rows = [(r[1], r[2], r[3], r[4]) for r in rows]
    if done.returncode:
        return [("run", "verdict", f"killed by signal {-done.returncode}" if done.returncode < 0
                 else f"status {done.returncode}", "")]
    if test.startswith(("U5", "U8")):
        bad = [r for r in rows if r[1] == "double" and float(r[2])]
        rows.append(("run", "verdict", "page given out twice" if bad else "ok", ""))
    return rows


def can_fifo():
    return bool(shutil.which("chrt")) and subprocess.run(
        ["chrt", "-f", "50", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def measure(args):
    """{(test, who, variant, metric): (value, unit)} of the best round, and {...: [value of each round]}"""
    got, rounds = collections.OrderedDict(), collections.defaultdict(list)
    fifo = not args.plain_scheduling and can_fifo()
    for test, whos in PLAN.items():
        if args.only and test.split("-")[0].rstrip("sh") not in args.only and test not in args.only:
            continue
        for turn in range(1 if test in ONCE else args.rounds):
            for who in whos:
                rows = run(who, test, fifo)
                if rows is None:
                    if not turn:
                        print(f"bench-alloc: {test}: no {who} here", file=sys.stderr)
                    continue
                print(f"  {test} {who} {turn + 1}", file=sys.stderr)
                for variant, metric, value, unit in rows:
                    key = (test, who, variant, metric)
                    if unit == "ns":
                        rounds[key].append(float(value))
                    if unit == "ns" and key in got:
                        value = min(float(value), float(got[key][0]))
                    elif key in got:
                        continue
                    got[key] = (value, unit)
    return got, rounds, fifo


def environment(fifo):
    cpu = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo", encoding="utf-8").read())
    return (f"{datetime.date.today()}, {cpu[1] if cpu else platform.machine()}, {os.cpu_count()} CPUs, "
            f"Linux {platform.release()}, load {os.getloadavg()[0]:.1f} at the end, "
            f"{'SCHED_FIFO' if fifo else 'normal scheduling'}")


# ---- tables -------------------------------------------------------------------

def cell(got, *keys):
    for key in keys:
        if key in got:
            v = got[key][0]
            try:
                f = float(v)
                return f"{f:.1f}" if f < 100 else f"{f:.0f}"
            except ValueError:
                return v
    return "-"


def verdict(got, test, who):
    return cell(got, (test, who, "run", "verdict"))


def table(title, head, rows):
    out = [f"\n{title}\n", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    out += ["| " + " | ".join(r) + " |" for r in rows if any(c != "-" for c in r[1:])]
    return out


def tables(got, rounds, env):
    out = [f"Measured {env}. Best of all rounds, in ns, pages of 4096 bytes, one byte written in each."]
    b = "best"
    out += table("U1, U2: one page taken and given back (pair), or a batch taken and then given back; ns a page.",
                 ["", "pair", "pair, 2 threads", "batch 8", "batch 64", "batch 256", "bulk call of 64"],
                 [[w] + [cell(got, k) for k in (
                     ("U1", w, "batch1-threads1", b), ("U1", w, "batch1-threads2", b), ("U2", w, "batch8-threads1", b),
                     ("U2", w, "batch64-threads1", b), ("U2", w, "batch256-threads1", b),
                     ("U2", w, "bulk64-threads1", b))] for w in WHO])
    q = ("p50", "p99", "p99.9", "p99.99", "max")
    out += table("U3: 256 pages live, a random one replaced: latency of the allocation.", ["", *q],
                 [[w] + [cell(got, ("U3", w, "alloc", m)) for m in q] for w in WHO] +
                 [["empty loop"] + [cell(got, ("U3", "labyrinth", "noise-floor", m)) for m in q]])
    out += table("U4: one thread allocates, another frees, at most 1,024 pages between them; ns a page.",
                 ["", "ring, 1 to 1", "ring, 2 to 1", "ring, 2 to 2", "hand-off, 1 to 1", "2 to 1", "2 to 2",
                  "p99 of the allocation, 1 to 1"],
                 [[w] + [cell(got, ("U4", w, v, b)) for v in (
                     "1to1-ring", "2to1-ring", "2to2-ring", "1to1-handoff", "2to1-handoff", "2to2-handoff")] +
                  [cell(got, ("U4", w, "1to1-ring", "p99"))] for w in WHO])
    out += table("U5, U8: the allocator in a signal handler that cuts into the allocator (20 us timer, 2 and 8 s; "
                 f"killed after {LIMIT} s).",
                 ["", "U5: hand-off", "p50", "p99", "U8: handler frees", "U8: handler hands off", "signals"],
                 [[w, verdict(got, "U5", w), cell(got, ("U5", w, "handoff", "p50")), cell(got, ("U5", w, "handoff", "p99")),
                   verdict(got, "U8", w), verdict(got, "U8h", w), cell(got, ("U8h", w, "handoff", "signals"))]
                  for w in WHO])
    out += table("U6: a pool of 4,096 pages, twice as many asked for; and four threads that together ask for "
                 "a share of it: percent served.",
                 ["", "served, one thread %", "success p50", "failure p50", "failure p99", "first after a free p50",
                  "demand 90 %", "100 %", "110 %", "150 %", "200 %"],
                 [[w, cell(got, ("U6", w, "one-thread", "served")), cell(got, ("U6", w, "success", "p50")),
                   cell(got, ("U6", w, "fail", "p50")), cell(got, ("U6", w, "fail", "p99")),
                   cell(got, ("U6", w, "first-after-free", "p50"))] +
                  [cell(got, ("U6s", w, f"demand{d}", "success")) for d in (90, 100, 110, 150, 200)] for w in WHO])
    flags = ("none", "zero", "poison", "poison-check", "align")
    out += table("U7: quality flags, by what the zone prepares: pair on one hot page (cancelled, so nothing is prepared), "
                 "a page of a cold cycle of 62 MiB, and allocation alone of pages that a worker freed and prepared.",
                 ["flag", "zone", "hot pair", "cold", "prepared by the worker"],
                 [[f, w] + [cell(got, (f"U7-{f}", w, f"{f}-{v}", b)) for v in ("hot", "cold", "prepared")]
                  for f in flags for w in WHO if any(k[0] == f"U7-{f}" and k[1] == w for k in got)])
    out += ["\nConfigurations\n"] + [f"- {w}: {v[3]}" for w, v in WHO.items() if any(k[1] == w for k in got)]
    return out + ratios(got, rounds)


AIMS = (
    ("pair, checks off, at most 1.2 x DPDK's cached pool", "at most", 1.2,
     ("U1", "labyrinth-trust", "batch1-threads1"), ("U1", "dpdk-256", "batch1-threads1")),
    ("pair, ownership checks and call site on, at most 2 x DPDK's cached pool", "at most", 2.0,
     ("U1", "labyrinth", "batch1-threads1"), ("U1", "dpdk-256", "batch1-threads1")),
    ("pair, checks off, 3 x faster than glibc", "at least", 3.0,
     ("U1", "glibc", "batch1-threads1"), ("U1", "labyrinth-trust", "batch1-threads1")),
    ("pair, checks on, 3 x faster than glibc", "at least", 3.0,
     ("U1", "glibc", "batch1-threads1"), ("U1", "labyrinth", "batch1-threads1")),
    ("batch of 64, single calls, checks off, 7 x faster than mimalloc", "at least", 7.0,
     ("U2", "mimalloc", "batch64-threads1"), ("U2", "labyrinth-trust", "batch64-threads1")),
    ("batch of 64, bulk call, checks off, 7 x faster than mimalloc", "at least", 7.0,
     ("U2", "mimalloc", "batch64-threads1"), ("U2", "labyrinth-trust", "bulk64-threads1")),
    ("batch of 64, bulk call, checks on, 7 x faster than mimalloc", "at least", 7.0,
     ("U2", "mimalloc", "batch64-threads1"), ("U2", "labyrinth", "bulk64-threads1")),
    ("cross-thread by ring, checks on, 5 x faster than mimalloc", "at least", 5.0,
     ("U4", "mimalloc", "1to1-ring"), ("U4", "labyrinth", "1to1-ring")),
    ("cross-thread by hand-off, checks on, 5 x faster than mimalloc", "at least", 5.0,
     ("U4", "mimalloc", "1to1-ring"), ("U4", "labyrinth", "1to1-handoff")),
)


def ratios(got, rounds):
    """The aims, by the median of the rounds' own ratios; beside it the smallest and the largest of them."""
    rows, most = [], 0
    for what, sense, aim, a, b in AIMS:
        pairs = list(zip(rounds.get((*a, "best"), []), rounds.get((*b, "best"), [])))
        if not pairs:
            continue
        most = max(most, len(pairs))
        each = sorted(x / y for x, y in pairs)
        ratio = statistics.median(each)
        met = ratio <= aim if sense == "at most" else ratio >= aim
        rows.append([what, f"{ratio:.2f}", f"{each[0]:.2f} to {each[-1]:.2f}",
                     f"{got[(*a, 'best')][0]:.1f} / {got[(*b, 'best')][0]:.1f}", "met" if met else "not met"])
    return table(f"Aims: ratios within one round, over {most} rounds.",
                 ["aim", "median", "spread", "best of all rounds, ns", ""], rows)


# ---- plots ----------------------------------------------------------------------

def bars(path, title, unit, items):
    """A horizontal bar chart, logarithmic, as plain SVG."""
    import math
    items = [(n, float(v)) for n, v in items if v not in ("-", None)]
    if not items:
        return
    low = 10 ** math.floor(math.log10(min(v for _, v in items)))
    high = max(v for _, v in items) * 1.3
    width, left, row = 760, 150, 24
    height = 60 + row * len(items)

    def x(v):
        return left + (width - left - 70) * math.log10(v / low) / math.log10(high / low)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
           f'font-size="12"><rect width="100%" height="100%" fill="white"/>',
           f'<text x="10" y="20" font-size="14">{title} ({unit}, logarithmic)</text>']
    tick = low
    while tick < high:
        out.append(f'<line x1="{x(tick):.0f}" y1="32" x2="{x(tick):.0f}" y2="{height - 18}" stroke="#ddd"/>'
                   f'<text x="{x(tick):.0f}" y="{height - 5}" text-anchor="middle" fill="#666">{tick:g}</text>')
        tick *= 10
    for i, (name, v) in enumerate(items):
        y = 38 + i * row
        colour = "#2b6cb0" if name.startswith("labyrinth") else "#a0aec0"
        out.append(f'<text x="{left - 6}" y="{y + 13}" text-anchor="end">{name}</text>'
                   f'<rect x="{left}" y="{y}" width="{max(x(v) - left, 1):.0f}" height="{row - 7}" fill="{colour}"/>'
                   f'<text x="{x(v) + 4:.0f}" y="{y + 13}">{v:.1f}</text>')
    path.write_text("\n".join(out) + "\n</svg>\n", encoding="utf-8")


def plots(got, folder):
    def take(test, variant, metric="best"):
        return [(w, got[(test, w, variant, metric)][0]) for w in WHO if (test, w, variant, metric) in got]
    bars(folder / "alloc-pair.svg", "U1: take and give back one page", "ns", take("U1", "batch1-threads1"))
    bars(folder / "alloc-batch64.svg", "U2: batch of 64, a page", "ns", take("U2", "batch64-threads1"))
    cross = take("U4", "1to1-ring") + [(w + " hand-off", got[("U4", w, "1to1-handoff", "best")][0])
                                       for w in WHO if ("U4", w, "1to1-handoff", "best") in got]
    bars(folder / "alloc-cross.svg", "U4: allocated here, freed there, a page", "ns", cross)
    bars(folder / "alloc-p999.svg", "U3: allocation latency, p99.9", "ns", take("U3", "alloc", "p99.9"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=BUILD / "bench")
    parser.add_argument("--only", type=lambda s: s.split(","), default=[])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain-scheduling", action="store_true")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    got, rounds, fifo = measure(args)
    env = environment(fifo)
    with open(args.out / "alloc.csv", "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow(["date", "machine", "test", "allocator", "configuration", "variant", "metric", "value", "unit"])
        for (test, who, variant, metric), (value, unit) in got.items():
            w.writerow([datetime.date.today(), platform.node(), test, who, WHO[who][3], variant, metric, value, unit])
    text = "\n".join(tables(got, rounds, env)) + "\n"
    (args.out / "alloc.md").write_text(text, encoding="utf-8")
    plots(got, args.out)
    print(text)
    print(f"{args.out}/alloc.csv, alloc.md, alloc-*.svg")


if __name__ == "__main__":
    main()
