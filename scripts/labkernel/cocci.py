# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs spatch over files in parallel, and says what it could not look at.

Each job is one rule over a handful of files. Reports come in the order of files
and lines; a patch comes in the order of files. What spatch cannot parse, what takes
too long and a rule that is broken are named, and the rest goes on.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

from .base import Stop
from .tree import HERE

MODES = ("report", "patch", "context", "org")
CHAIN = ("patch", "report", "context", "org")      # what the kernel's MODE=chain tries in turn
REPORT = re.compile(r"^(\S.*?):(\d+):(\d+)-(\d+): (.*)$")
UNPARSED = re.compile(r'^ *= File "(.*)", line (\d+), column \d+', re.M)
SMALL = 12      # files a job


def say(text):
    print(f"lab-cocci: {text}", file=sys.stderr, flush=True)


def parser():
    p = argparse.ArgumentParser(
        prog="lab-cocci", description="Runs Labyrinth's Coccinelle rules over C files.",
        epilog="Exit status: 0; N with --error-exitcode N if something is reported; 2 if it could not run.")
    p.add_argument("what", nargs="+", metavar="FILE|DIR")
    p.add_argument("--cocci", action="append", default=[], metavar="FILE|DIR",
                   help="a rule, or a folder of rules (default: all that come with labyrinth)")
    p.add_argument("--mode", default="report", metavar="MODE", help=f"one of {', '.join(MODES)}, or chain: the first that a rule has (default: report)")
    p.add_argument("--timeout", type=int, default=120, metavar="SECONDS", help="for one file (default: %(default)s)")
    p.add_argument("-I", dest="include", action="append", default=[], metavar="DIR", help="for headers, as spatch takes it")
    p.add_argument("--spflags", default="", metavar="WORDS", help="further words for spatch")
    p.add_argument("--debug-file", metavar="FILE", help="what spatch said besides, as it was")
    p.add_argument("--error-exitcode", type=int, default=0, metavar="N")
    p.add_argument("-v", "--verbose", action="store_true", help="say each file that was not looked at, and each rule")
    p.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), metavar="N")
    return p


def rules_of(words):
    """The rule files, sorted; all of ours without words."""
    places = words or [p for p in (os.path.join(HERE, "../../coccinelle"), os.path.join(HERE, "../coccinelle")) if
                       os.path.isdir(p)][:1]
    found = []
    for place in places:
        if os.path.isdir(place):
            found += sorted(glob.glob(os.path.join(place, "**", "*.cocci"), recursive=True))
        elif os.path.isfile(place):
            found.append(place)
        else:
            raise Stop(f"{place}: no such rule")
    if not found:
        raise Stop("no rules: give one with --cocci FILE")
    return [os.path.relpath(f) if not os.path.relpath(f).startswith("../..") else os.path.abspath(f) for f in found]


def sources_of(words):
    found = []
    for word in words:
        if os.path.isdir(word):
            for where, folders, names in os.walk(word):
                folders[:] = sorted(f for f in folders if not f.startswith("."))
                found += [os.path.join(where, n) for n in sorted(names) if n.endswith(".c") and not n.endswith(".mod.c")]
        elif os.path.isfile(word):
            found.append(word)
        else:
            raise Stop(f"{word}: no such file or folder")
    return list(dict.fromkeys(found))


def option_words(rule):
    """What the rule asks for in its Options: line."""
    with open(rule, encoding="utf-8", errors="replace") as f:
        hit = re.search(r"Options: (.*)", f.read())
    return shlex.split(hit[1]) if hit else []


class Run:
    def __init__(self, args):
        self.args = args
        self.rules = rules_of(args.cocci)
        self.files = sources_of(args.what)
        self.gaps = {}          # file -> (line, why): what was not looked at whole
        self.broken = {}        # rule -> why
        self.mode_of = {}       # rule -> its mode
        macros = os.path.join(HERE, "../../coccinelle/macros.h"), os.path.join(HERE, "../coccinelle/macros.h")
        self.macros = next(([f"--macro-file={m}"] for m in macros if os.path.isfile(m)), [])
        self.debug = open(args.debug_file, "w", encoding="utf-8") if args.debug_file else None

    def spatch(self, rule, files):
        mode = self.mode_of[rule]
        more = ["--no-show-diff"] if mode in ("report", "org") else []
        cmd = ["spatch", "-D", mode, "--quiet", *self.macros, "--verbose-parsing", *more, "--timeout", str(self.args.timeout),
               "--cocci-file", rule, *option_words(rule), *(w for i in self.args.include for w in ("-I", i)),
               *shlex.split(self.args.spflags), *files]
        return subprocess.run(cmd, check=False, text=True, errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def job(self, rule, files):
        """(what it says, gaps) of one rule over some files; a job that fails is done again file by file."""
        done = self.spatch(rule, files)
        gaps = {m[1]: (m[2], "cannot be parsed") for m in UNPARSED.finditer(done.stderr)}
        timed = [f for f in files if re.search(r"(?i)timeout.*" + re.escape(f) + r"|" + re.escape(f) + r".*timeout",
                                               done.stderr)]
        gaps.update({f: ("1", f"took more than {self.args.timeout} s") for f in timed})
        if done.returncode and len(files) > 1:
            parts = [self.job(rule, [f]) for f in files]
            for _, more in parts:
                gaps.update(more)
            return "".join(text for text, _ in parts), gaps
        if done.returncode:
            lines = [x for x in done.stderr.splitlines() if re.search("error|exception|Error", x)]
            why = " ".join(lines[-1].split()) if lines else f"status {done.returncode}"
            gaps.setdefault(files[0], ("1", why))
        if self.debug:
            self.debug.write(done.stderr)
        return done.stdout, gaps

    def check_rules(self):
        """A broken rule is said once, before any file; read in the mode that it will run in."""
        for rule in self.rules:
            done = subprocess.run(["spatch", "--parse-cocci", rule, "-D", self.mode_of.get(rule, "report")], check=False, text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="replace")
            if done.returncode:
                lines = [x.strip() for x in done.stderr.splitlines() if x.strip()]
                place = re.search(r'line (\d+), column (\d+)', done.stderr)
                why = next((x for x in lines if "error" in x), lines[0] if lines else "cannot be read")
                self.broken[rule] = (f"{place[1]}:{place[2]}: " if place else "") + why.rstrip(": ")
                say(f"{rule}:{self.broken[rule]}")

    def find_modes(self):
        """For each rule the mode, or the first of the chain, that it has."""
        for rule in self.rules:
            with open(rule, encoding="utf-8", errors="replace") as f:
                has = set(re.findall(r"^virtual (\w+)", f.read(), re.M))
            modes = [m for m in (CHAIN if self.args.mode == "chain" else (self.args.mode,)) if m in has]
            if modes:
                self.mode_of[rule] = modes[0]

    def usable(self):
        """Rules that are whole and have a mode."""
        whole = [r for r in self.rules if r not in self.broken]
        for rule in whole:
            if rule not in self.mode_of and (self.args.verbose or len(self.rules) == 1):
                say(f"{rule}: has no mode {self.args.mode}")
        return [r for r in whole if r in self.mode_of]

    def run(self):
        self.find_modes()
        self.check_rules()
        rules = self.usable()
        batches = [self.files[i:i + SMALL] for i in range(0, len(self.files), SMALL)]
        jobs, out = [(r, b) for r in rules for b in batches], {}
        tty, start = sys.stderr.isatty(), time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(self.args.jobs) as pool:
            running = {pool.submit(self.job, *j): n for n, j in enumerate(jobs)}
            for done, future in enumerate(concurrent.futures.as_completed(running), 1):
                out[running[future]], gaps = future.result()
                self.gaps.update(gaps)
                if tty:
                    print(f"\r\033[Klab-cocci: {100 * done // len(jobs)} %", end="", file=sys.stderr, flush=True)
        if tty:
            print("\r\033[K", end="", file=sys.stderr)
        text = [out[n] for n in sorted(out)]
        found = self.show(text)
        self.summary(found, time.monotonic() - start)
        status = self.args.error_exitcode if found else 0
        return 2 if self.broken and not status else status

    def show(self, texts):
        if self.args.mode not in ("report", "chain"):
            text = "".join(texts)
            sys.stdout.write(text)
            return len(re.findall(r"^--- |^\* ", text, re.M))
        lines, others = set(), []
        for line in "".join(texts).splitlines():
            hit = REPORT.match(line)
            if hit:
                lines.add((hit[1], int(hit[2]), int(hit[3]), line))
            elif line.strip():
                others.append(line)
        for *_, line in sorted(lines):
            print(line)
        for line in others:     # diffs of a chain, and what a rule prints by itself
            print(line)
        return len(lines)

    def summary(self, found, seconds):
        ours = set(self.files)
        gaps = {f: g for f, g in self.gaps.items() if f in ours}
        for name, (line, why) in sorted(gaps.items()):
            if self.args.verbose or len(gaps) <= 5:
                say(f"{name}:{line}: {why}: not looked at whole")
        if self.args.verbose or gaps or len(self.files) > SMALL:
            say(f"{len(self.files)} files, {len(self.rules) - len(self.broken)} rules, {found} reports, {seconds:.0f} s; "
                f"{len(gaps)} files not looked at whole" + (" (-v names them)" if len(gaps) > 5 and not self.args.verbose else ""))


def main(argv):
    args = parser().parse_args(argv)
    try:
        if args.mode not in (*MODES, "chain"):
            raise Stop(f"--mode {args.mode}: takes one of {', '.join(MODES)}, chain")
        if not shutil.which("spatch"):
            raise Stop("no spatch: apt-get install coccinelle")
        return Run(args).run()
    except Stop as err:
        say(err)
        return 2
    except KeyboardInterrupt:
        return 130
