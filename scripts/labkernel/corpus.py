# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of lab-corpus, and the run over the cases; see scripts/lab-corpus."""
import argparse
import concurrent.futures
import glob
import json
import os
import queue
import subprocess
import sys
import time

from . import overlay, source, tree
from .base import Stop, cache_root, locked, make_env, write_if_changed
from .elf import facts_size
from .run import plugin_default

CORE = "mm kernel lib net/core drivers/base drivers/usb"


def say(text):
    print(f"lab-corpus: {text}", file=sys.stderr, flush=True)


def parser():
    p = argparse.ArgumentParser(prog="lab-corpus", description=__doc__)
    p.add_argument("--cases", required=True, metavar="DIR")
    p.add_argument("--results", required=True, metavar="DIR",
                   help="gets ID/buggy.json and ID/fixed.json")
    p.add_argument("--only", default="", metavar="ID,...", help="beginnings of case ids")
    p.add_argument("--core", default=CORE, metavar="FOLDERS", help=f"default: {CORE}")
    p.add_argument("--labyrinth", default=os.path.join(os.path.dirname(plugin_default()), "labyrinth"))
    p.add_argument("--plugin", default=plugin_default(), metavar="FILE")
    p.add_argument("--source", metavar="DIR|TARBALL", help="as for lab-kernel")
    p.add_argument("--model", action="append", default=[], metavar="FILE",
                   help="further facts about names, for labyrinth check")
    p.add_argument("--max-units", type=int, default=120, metavar="N",
                   help="extract no more units for one case (default: %(default)s)")
    p.add_argument("--timeout", type=int, default=900, metavar="SECONDS", help="for one check")
    p.add_argument("--no-extract", action="store_true",
                   help="do not extract base folders; skip cases that lack one")
    p.add_argument("--refresh", action="store_true", help="extract base folders of an older plugin again")
    p.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), metavar="N")
    return p


class Case:
    """What a case.json says, as far as a run may know it."""

    def __init__(self, folder):
        path = os.path.join(folder, "case.json")
        try:
            with open(path, encoding="utf-8") as f:
                doc = json.load(f)
            self.id, self.file = doc["id"], doc["file"]
            self.patch = os.path.join(folder, doc["patch"])
            self.unfixed_base = doc["how"] == "unfixed-in-base"
            changed = [self.file] + [s.get("file") or "" for s in doc.get("changed_sites", [])]
            chain = [s.get("file") or "" for s in doc.get("chain_sites", [])]
            self.folders = sorted({os.path.dirname(f) for f in changed if f.endswith(".c")})
            self.units = sorted(f[:-2] + ".o" for f in set(changed + chain) if f.endswith(".c"))
            self.rt = "needs-preempt-rt-semantics" in doc.get("flags", [])
            self.arch = doc.get("arch", "x86_64")
            with open(self.patch, encoding="utf-8", errors="replace") as f:
                self.changed = overlay.patched_files(f.read())
        except (OSError, ValueError, KeyError, TypeError) as err:
            raise Stop(f"{path}: not a case: {type(err).__name__}: {err}") from None


def read_cases(folder, only):
    starts = tuple(filter(None, only.split(",")))
    dirs = sorted(os.path.dirname(p) for p in glob.glob(os.path.join(folder, "*", "case.json")))
    if not dirs:
        raise Stop(f"{folder}: no case there (no folder with a case.json)")
    cases = [Case(d) for d in dirs]
    return [c for c in cases if not starts or c.id.startswith(starts)]


def inside(folder, folders):
    return any(folder == f or folder.startswith(f + "/") for f in folders)


class Runner:
    """One run: the base program, the scratch sources, the results."""

    def __init__(self, args):
        self.args = args
        found, kernel = source.find(args.source)
        self.tree = tree.Tree(found, kernel)
        if not self.tree.is_prepared():
            raise Stop("the kernel is not prepared: run make kernel-prepare")
        self.core = args.core.split()
        self.work = os.path.join(cache_root(), "corpus")
        os.makedirs(self.work, exist_ok=True)
        self.tools = overlay.digest_files([args.labyrinth, args.plugin, *args.model])
        self.missing = {}       # folder -> why it has no objects
        self.words = self.supported(["--rt"])
        self.copies = queue.SimpleQueue()

    def supported(self, words):
        done = subprocess.run([self.args.labyrinth, "check", "--help"], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return [w for w in words if w in done.stdout]

    # ---- the base program ---------------------------------------------------
    def lab_kernel(self, goals):
        """Brings goals up to date; the last line it said if it could not."""
        lab = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "lab-kernel")
        cmd = [lab, "--plugin", self.args.plugin, "-j", str(self.args.jobs)]
        cmd += ["--source", self.args.source] if self.args.source else []
        cmd += ["facts", *(["--refresh"] if self.args.refresh else []), *goals]
        done = subprocess.run(cmd, env=make_env(), text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        lines = (done.stderr + done.stdout).strip().splitlines()
        return None if done.returncode == 0 else lines[-1] if lines else f"status {done.returncode}"

    def extract_base(self, wanted, own):
        """Extracts the core, the wanted folders (not what lies below them), and the
        units of the cases' chains; remembers the folders that hold nothing."""
        if self.args.no_extract:
            return
        why = self.lab_kernel(self.core)
        if why:
            say(f"core folders: {why}")
        with locked(self.tree.lock):
            planned, self.missing = overlay.plan(self.tree, wanted, self.args.jobs)
        goals = sorted(own.union(planned))
        if goals:
            say(f"{len(goals)} objects of {len(wanted)} more folders")
            why = self.lab_kernel(goals)
        if why:
            say(f"more folders: {why}")

    def objects(self, folder, below=True):
        """Objects with facts of a folder of the base."""
        return overlay.objects_with_facts(os.path.join(self.tree.obj, folder), below)

    def units_of(self, case):
        """Objects of the case's sites outside the core."""
        paths = [os.path.join(self.tree.obj, o) for o in case.units if not inside(os.path.dirname(o), self.core)]
        return [p for p in paths if os.path.exists(p) and facts_size(p) is not None]

    def link_core(self):
        """The core folders as one linked program, cached by what went in."""
        objects = sorted(o for f in self.core for o in self.objects(f))
        if not objects:
            raise Stop(f"no objects with facts in {' '.join(self.core)}: run make kernel-facts")
        key = overlay.digest_text(self.tools, *(f"{o} {os.stat(o).st_mtime_ns}" for o in objects))
        prog = os.path.join(self.work, f"core-{key}.lab")
        if not os.path.exists(prog):
            say(f"linking {len(objects)} core objects")
            for old in glob.glob(os.path.join(self.work, "core-*.lab*")):
                if os.stat(old).st_mtime < time.time() - 86400:     # other runs may use newer ones
                    os.unlink(old)
            folders = [os.path.join(self.tree.obj, f) for f in self.core]
            made = f"{prog}.{os.getpid()}"
            self.command([self.args.labyrinth, "link", *folders, "-o", made])
            os.rename(made, prog)
        os.utime(prog)
        return prog, key

    def command(self, cmd):
        done = subprocess.run(cmd, text=True, check=False, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, timeout=self.args.timeout)
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            raise Stop(f"{os.path.basename(cmd[0])} {cmd[1]}: status {done.returncode}: "
                       + (lines[-1] if lines else "no message"))

    # ---- one case -----------------------------------------------------------
    def check(self, inputs, words, out):
        """Writes the report of a program; a half-written one never stays."""
        os.makedirs(os.path.dirname(out), exist_ok=True)
        with open(out + ".tmp", "wb") as f:
            done = subprocess.run([self.args.labyrinth, "check", "--format=json", "-j", "1", *words,
                                   *inputs], stdout=f, stderr=subprocess.PIPE, check=False,
                                  timeout=self.args.timeout)
        if done.returncode:
            os.unlink(out + ".tmp")
            text = done.stderr.decode(errors="replace").strip().splitlines()
            raise Stop(f"check: status {done.returncode}: {text[-1] if text else 'no message'}")
        os.rename(out + ".tmp", out)

    def units(self, case):
        """Objects of the base that a patch makes stale, the case's own first; cut to the bound."""
        own = [c[:-2] + ".o" for c in case.changed if c.endswith(".c")]
        named = self.dependants.get(case.id, set())
        every = sorted(named.union(own), key=lambda o: (o[:-2] + ".c" != case.file, o not in own, o))
        return every[:self.args.max_units], len(every)

    def run_case(self, case):
        """One line about the case; raises Stop with the reason if it cannot be run."""
        if case.arch != "x86_64":
            raise Stop(f"for {case.arch}; the prepared kernel is x86_64")
        extra = [f for f in case.folders if not inside(f, self.core)]
        lacking = [f for f in extra if f in self.missing]
        units, total = self.units(case)
        rt = [w for w in self.words if case.rt and w == "--rt"]
        words = rt + [w for m in self.args.model for w in ("--model", m)]
        out = os.path.join(self.args.results, case.id)
        inputs = {o for f in extra for o in self.objects(f, below=False)}
        inputs = sorted(inputs.union(self.units_of(case)))
        key = overlay.digest_text(self.tools, self.core_key, overlay.digest_files([case.patch]), *rt, *units,
                                  *(f"{o} {os.stat(o).st_mtime_ns}" for o in inputs))
        if overlay.read(os.path.join(out, "key")) == key:
            return "as before"
        start = time.monotonic()
        objects, failed = self.extract_case(case, units)
        base = [self.prog, *inputs]
        versions = {"buggy": [], "fixed": objects} if case.unfixed_base else {"buggy": objects, "fixed": []}
        for name, over in versions.items():
            self.check([*base, *over], words, os.path.join(out, f"{name}.json"))
        notes = [f"{len(objects)} units"]
        notes += [f"cut to {len(units)} of {total} units"] if total > len(units) else []
        notes += [f"not extracted: {f}" for f in failed]
        notes += [f"no base folder {f} ({self.missing[f]})" for f in lacking]
        notes += ["--rt is not there yet"] if case.rt and not rt else []
        write_if_changed(os.path.join(out, "key"), key)
        return f"{', '.join(notes)}, {time.monotonic() - start:.0f} s"

    def extract_case(self, case, units):
        """(objects of the patched source, lines about units that failed)."""
        key = overlay.digest_text(overlay.digest_files([self.args.plugin, case.patch]), self.tree.obj, "2", *units)
        place = os.path.join(self.work, "cases", f"{case.id}-{key}")
        done = overlay.read(os.path.join(place, "failed"))
        if done is None:
            copy = self.copies.get()
            try:
                copy.apply(case.patch, case.changed)
                copy.extract(units, place, self.args.plugin)
            finally:
                copy.restore(case.changed)
                self.copies.put(copy)
            done = overlay.read(os.path.join(place, "failed"))
        failed = done.splitlines()
        objects = sorted(glob.glob(os.path.join(place, "*.o")))
        if not objects:
            raise Stop(f"no unit of {', '.join(case.changed)} could be extracted: "
                       + (failed[0] if failed else "no unit of the base program needs it"))
        return objects, failed

    # ---- all cases ----------------------------------------------------------
    def run(self, cases):
        """(number of cases with results, [(id, why) of the others])."""
        here = [c for c in cases if c.arch == "x86_64"]
        wanted = sorted({f for c in here for f in c.folders if not inside(f, self.core)})
        self.extract_base(wanted, {o for c in here for o in c.units if not inside(os.path.dirname(o), self.core)})
        self.prog, self.core_key = self.link_core()
        base = [o for f in self.core for o in self.objects(f)]
        base += [o for f in wanted for o in self.objects(f, below=False)]
        base += [o for c in here for o in self.units_of(c)]
        self.dependants = overlay.dependants(self.tree, set(base), {c.id: c.changed for c in here})
        for copy in overlay.take_copies(self.tree, self.work, self.args.jobs):
            self.copies.put(copy)
        skipped, done = [], 0
        with concurrent.futures.ThreadPoolExecutor(self.args.jobs) as pool:
            jobs = {pool.submit(self.run_case, c): c for c in cases}
            for n, job in enumerate(concurrent.futures.as_completed(jobs), 1):
                case = jobs[job]
                try:
                    line = job.result()
                    done += 1
                except (Stop, OSError, subprocess.SubprocessError) as err:
                    line = f"skipped: {err}"
                    skipped.append((case.id, str(err)))
                say(f"[{n}/{len(cases)}] {case.id}: {line}")
        return done, skipped


def main(argv):
    args = parser().parse_args(argv)
    try:
        cases = read_cases(args.cases, args.only)
        os.makedirs(args.results, exist_ok=True)
        done, skipped = Runner(args).run(cases)
    except Stop as err:
        print(f"lab-corpus: {err}", file=sys.stderr)
        return 2
    print(f"{done} of {len(cases)} cases have results in {args.results}")
    for name, why in sorted(skipped):
        print(f"skipped {name}: {why}")
    return 0
