# SPDX-License-Identifier: GPL-2.0-or-later
"""Small C cases with their verdict on the line, and how to hold a report against it.

A case is one .c file, or a folder of them that are one program.  The first comment
of the case (of any file of a folder) may hold directives, one a line:
    args: WORDS       more words for labyrinth check
    cflags: WORDS     more words for gcc
    known-gap: WHY    the case must fail; a pass fails the run (remove the line)
On the line of the sleeping call stands the marker
    expect: RULE "REGEX"       in a comment
where REGEX is searched in the message and in each chain of the finding (function
names joined by " -> ").  A finding without a marker fails, a marker without a
finding fails.  A function *_bad must be in some chain, a function *_ok in none.

A finding's place is its sink; where the sink stands in an inline of kernel.h, it
is the innermost step of a chain that stands in the case.
"""
import functools
import json
import os
import pathlib
import re
import subprocess

CASES = pathlib.Path(__file__).resolve().parent / "cases"
KERNELS = {"debug": [], "distro": ["-DDISTRO"]}
MARKER = re.compile(r'/\* expect: ([\w-]+) "([^"]*)" \*/')
WARNING = re.compile(r"^([^\s:]+):(\d+):\d+: warning: (.* \[labyrinth::[\w-]+\])$", re.M)
DIRECTIVE = re.compile(r"^ \* (args|cflags|known-gap): (.*)$", re.M)
DEFINITION = re.compile(r"^[a-z][\w \t*]*?\b(\w+_(?:bad|ok))\(", re.M)


class Case:
    """The text of a case: sources, directives, markers."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = f"{self.path.parent.name}/{self.path.stem}"
        folder = self.path.is_dir()
        self.sources = sorted(self.path.glob("*.c")) if folder else [self.path]
        self.files = self.sources + (sorted(self.path.glob("*.h")) if folder else [])
        self.words = {"args": [], "cflags": []}
        self.known_gap = None
        self.markers = {}       # (file name, line) -> [(rule, regex)]
        self.functions = set()
        for f in self.files:
            self.read(f)

    def read(self, path):
        text = path.read_text()
        head = text.split("*/", 2)[1] if text.startswith("/* SPDX") else ""
        for key, value in DIRECTIVE.findall(head):
            if key == "known-gap":
                self.known_gap = value.strip()
            else:
                self.words[key] += value.split()
        for number, line in enumerate(text.splitlines(), 1):
            for rule, regex in MARKER.findall(line):
                self.markers.setdefault((path.name, number), []).append((rule, regex))
        self.functions.update(DEFINITION.findall(text))


def all_cases(folder=CASES):
    """Every case below a folder of rule folders."""
    return [Case(p) for rule in sorted(folder.iterdir()) if rule.is_dir()
            for p in sorted(rule.iterdir()) if p.is_dir() or p.suffix == ".c"]


def run(*words, **more):
    """Standard output of a program that must succeed."""
    more.setdefault("stderr", subprocess.PIPE)
    done = subprocess.run([str(w) for w in words], stdout=subprocess.PIPE,
                          text=True, timeout=300, check=False, **more)
    said = done.stderr or done.stdout
    assert done.returncode == 0, f"{' '.join(map(str, words))}\nstatus {done.returncode}\n{said}"
    return done.stdout


def compile_units(sources, plugin, kernel, out, cflags=(), plugin_args=("quiet",), said=None):
    """One object a source, with facts; what the compiler said goes to the list said."""
    objects = []
    for n, source in enumerate(sources):
        obj = pathlib.Path(out) / f"{n}-{source.stem}.o"
        text = run(
            "gcc", "-std=gnu11", "-O2", "-Wall", "-I", CASES, "-I", CASES.parent.parent / "include",
            *KERNELS[kernel], *cflags, f"-fplugin={plugin}",
            f"-fplugin-arg-labyrinth-root={CASES}", *(f"-fplugin-arg-labyrinth-{a}" for a in plugin_args),
            "-c", "-o", obj, source.name, cwd=source.parent, stderr=subprocess.STDOUT)
        objects.append(obj)
        if said is not None:
            said.append(text)
    return objects


def check(labyrinth, inputs, args=()):
    """The report as JSON."""
    return json.loads(run(labyrinth, "check", "--format=json", *args, *inputs))


def warnings(text):
    """Sorted (file name, line, message) of the findings in a text report or in gcc's output."""
    return sorted((os.path.basename(m[1]), int(m[2]), m[3]) for m in WARNING.finditer(text))


def chains(finding):
    return [[step["function"] for step in root["chain"]] for root in finding["roots"]]


def place(finding, names):
    """(file name, line) of a finding inside the files called names."""
    steps = [finding["sink"]]
    for root in finding["roots"]:
        steps += reversed(root["chain"])
    for step in steps:
        if step.get("file") and os.path.basename(step["file"]) in names:
            return os.path.basename(step["file"]), step["line"]
    return finding["sink"]["file"], finding["sink"]["line"]


def complaints(case, doc):
    """What is wrong with a report for a case, one string each."""
    wrong, met, seen = [], set(), set()
    names = {f.name for f in case.files}
    for f in doc["findings"]:
        texts = [f["message"]] + [" -> ".join(c) for c in chains(f)]
        seen.update(name for c in chains(f) for name in c)
        where = place(f, names)
        hits = [(where, rule, regex) for rule, regex in case.markers.get(where, [])
                if rule == f["rule"] and any(re.search(regex, t) for t in texts)]
        met.update(hits)
        if not hits:
            wrong.append(f"unexpected at {where[0]}:{where[1]}: {f['rule']}: " + "; ".join(texts))
    for where, wanted in case.markers.items():
        for rule, regex in wanted:
            if (where, rule, regex) not in met:
                wrong.append(f"missing at {where[0]}:{where[1]}: {rule} \"{regex}\"")
    for name in sorted(case.functions):
        if name.endswith("_bad") and name not in seen:
            wrong.append(f"{name} is in no chain")
    wrong += [f"{name} is in a chain" for name in sorted(seen) if name.endswith("_ok")]
    return wrong


@functools.lru_cache(None)
def rows():
    """The names of the hard patterns that must have a case each: F1 F2 ... N18."""
    return [f"f{n:02}" for n in range(1, 37)] + [f"n{n:02}" for n in range(1, 19)]
