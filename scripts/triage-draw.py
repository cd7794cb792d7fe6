#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Draw the reports a person will judge, so that anyone can draw the same ones.
# Input is what `labyrinth check --format=json` wrote.  Findings are put in an
# order that does not depend on the run (file, line, function, callee), then a
# seeded sample is taken from that order.  What lies behind another finding is
# not shown to people by itself, so it is not drawn either.  The shortest chain of each report is
# printed; the others only by number, for they end in the same call.
"""Draw a reproducible sample of a check's reports and print it."""
import argparse
import json
import random
import sys

KEYS = ("file", "line", "function", "callee")


def order(finding):
    sink = finding["sink"]
    return tuple(sink[key] for key in KEYS)


def draw(findings, seed, count):
    """The drawn findings, in the order of their places."""
    ranked = sorted(range(len(findings)), key=lambda i: order(findings[i]))
    picked = random.Random(seed).sample(ranked, min(count, len(ranked)))
    return [findings[i] for i in sorted(picked, key=ranked.index)]


def shortest(finding):
    return min(finding["roots"], key=lambda root: len(root["chain"]))


def block(number, finding):
    """One report as readable text."""
    sink, root = finding["sink"], shortest(finding)
    lines = ["#%d %s:%d %s -> %s [%s] %d root(s)" % (
        number, sink["file"], sink["line"], sink["function"], sink["callee"],
        finding["context"], len(finding["roots"]))]
    for step in root["chain"]:
        when = "   when " + step["when"] if step.get("when") else ""
        lines.append("    %-7s %s (%s:%d)%s" % (
            step["role"], step["function"], step["file"], step["line"], when))
    return "\n".join(lines)


def load(path):
    try:
        with open(path, encoding="utf-8") as stream:
            return [f for f in json.load(stream)["findings"] if not f.get("behind")]
    except (OSError, ValueError, KeyError, TypeError) as bad:
        sys.stderr.write("triage-draw: %s: no check report: %s\n" % (path, bad))
        sys.exit(2)


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("json", help="what labyrinth check --format=json wrote")
    args.add_argument("--seed", type=int, default=61192)
    args.add_argument("--count", type=int, default=50)
    opts = args.parse_args()
    drawn = draw(load(opts.json), opts.seed, opts.count)
    print("\n\n".join(block(i + 1, each) for i, each in enumerate(drawn)))


if __name__ == "__main__":
    main()
