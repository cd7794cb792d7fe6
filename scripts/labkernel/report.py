# SPDX-License-Identifier: GPL-2.0-or-later
"""The summary of a kernel run: counts, sizes, times, and every failure with its reason.

Also writes the list of objects with facts, one a line, absolute and sorted, that
other tools can read.
"""
import os

from .elf import facts_size
from .run import normal_by_rule

SHOWN = 20


def amount(size):
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} GB"


def summarise(target, result, out):
    """Prints the summary; returns the exit status: 1 if an object has no facts that should."""
    sizes, objects, bare, old = {}, 0, [], 0
    since = os.path.getmtime(result.plugin)
    for obj in result.planned:
        path = target.path(obj)
        size = facts_size(path)
        if size is None:
            bare.append(obj)
            continue
        sizes[path] = size
        objects += os.path.getsize(path)
        old += os.path.getmtime(path) < since
    normal = normal_by_rule(target.wrapper, bare)
    silent = [o for o in bare if o not in normal and o not in result.failed]
    new = sum(target.path(o) in sizes for o in set(result.built))
    listing = os.path.join(target.own, "facts.list")
    with open(listing, "w", encoding="utf-8") as f:
        f.write("".join(f"{path}\n" for path in sorted(sizes)))

    def line(text):
        print(text, file=out)
    line(f"facts: {len(sizes)} of {len(result.planned)} objects ({new} new), "
         f"{len(result.failed)} failed, {len(normal)} compiled normally by rule")
    facts = sum(sizes.values())
    if sizes:
        line(f"size:  {amount(facts)} of facts ({amount(facts / len(sizes))} a unit) "
             f"in {amount(objects)} of objects")
    each = f" ({result.cpu / new:.2f} s a unit)" if new else ""
    line(f"time:  {result.wall:.1f} s, CPU {result.cpu:.1f} s{each}")
    line(f"list:  {listing}")
    if old:
        line(f"older: {old} objects hold facts of an older plugin; --refresh extracts them again")
    tell(line, "failed", [f"{o}: {why}" for o, why in sorted(result.failed.items())])
    tell(line, "no facts", [f"{o}: {why_silent(target, result, o)}" for o in silent])
    tell(line, "kbuild", result.notes)
    if result.failed or silent or result.notes:
        line(f"log:   {result.log}")
        return 1
    return 0


def why_silent(target, result, obj):
    if not os.path.exists(target.path(obj)):
        return "not built; see the log"
    return result.said.get(obj, "compiled, but the plugin left nothing")


def tell(line, title, entries):
    for entry in entries[:SHOWN]:
        line(f"{title}: {entry}")
    if len(entries) > SHOWN:
        line(f"{title}: ... and {len(entries) - SHOWN} more")
