# SPDX-License-Identifier: GPL-2.0-or-later
"""What a patch changes in a check's findings: new, fixed and same.

The kernel tree is left alone: a copy of it, mostly symbolic links, gets the patch,
and the units that depend on a changed file are extracted from the copy by the
commands that kbuild saved.  The program around them is the folders that the changed
files lie in, and those of --with; what lies beyond is known by the kernel's facts.
Everything but the objects of the tree is removed at the end.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from . import overlay, run, source, tree
from .base import Stop, cache_root, locked
from .elf import facts_size
from .run import plugin_default

MAX_UNITS = 200


def say(text):
    print(f"labyrinth: review: {text}", file=sys.stderr, flush=True)


def parser():
    p = argparse.ArgumentParser(prog="labyrinth review")
    p.add_argument("what")
    p.add_argument("--tree")
    p.add_argument("--with", dest="more", action="append", default=[])
    p.add_argument("--labyrinth", required=True)
    p.add_argument("--plugin", default=plugin_default())
    p.add_argument("--format", default="text")
    p.add_argument("--output")
    p.add_argument("--new-only", action="store_true")
    p.add_argument("--all", action="store_true")
    p.add_argument("--rt", action="store_true")
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    return p


def patch_text(what, folder):
    """The patch: a file, standard input, or what git says of a range in the tree."""
    try:
        if what == "-":
            return sys.stdin.read()
        if os.path.exists(what):
            with open(what, encoding="utf-8", errors="surrogateescape") as f:
                return f.read()
    except OSError as err:
        raise Stop(f"{what}: {err.strerror}") from None
    git = ["git", "-C", folder]
    if subprocess.run([*git, "rev-parse", "--git-dir"], check=False, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode:
        raise Stop(f"{what}: no such patch, and {folder} is no git tree that could have such a range")
    span = what if ".." in what else f"{what}^!"
    done = subprocess.run([*git, "diff", "--no-color", "--no-ext-diff", "--no-renames", span, "--"],
                          text=True, errors="surrogateescape", check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["git failed"])[0]
        raise Stop(f"{what}: neither a patch file nor a range of {folder}: {why}")
    return done.stdout


class LinkCopy(overlay.Copy):
    """The tree in symbolic links, in folders of its own where something is to change.

    Nothing is ever written to the files behind the links. A folder that is one link
    would take "../x.h" to the tree's own file, so those of the compiled units are real, too.
    """

    def __init__(self, kernel, path, changed, units):    # pylint: disable=super-init-not-called
        self.tree, self.path, self.real = kernel, path, set()
        for name in [*changed, *units]:
            self.realise(os.path.dirname(name))
        for name in changed:
            ours, theirs = os.path.join(path, name), os.path.join(kernel.source, name)
            if os.path.islink(ours):
                os.unlink(ours)
                shutil.copyfile(theirs, ours)

    def realise(self, folder):
        if folder in self.real:
            return
        self.real.add(folder)
        if folder:
            self.realise(os.path.dirname(folder))
        ours, theirs = os.path.join(self.path, folder), os.path.join(self.tree.source, folder)
        if os.path.islink(ours):
            os.unlink(ours)
        os.makedirs(ours, exist_ok=True)
        for name in os.listdir(theirs) if os.path.isdir(theirs) else []:
            if name != ".git" and not os.path.lexists(os.path.join(ours, name)):
                os.symlink(os.path.join(theirs, name), os.path.join(ours, name))

    def patch(self, path, *words):
        done = subprocess.run(["patch", "-d", self.path, "-p1", "--batch", "--no-backup-if-mismatch", *words,
                               "-i", os.path.abspath(path)], text=True, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        lines = [x for x in done.stdout.splitlines() if re.search("FAILED|can't|Skip|malformed|garbage", x)]
        return None if done.returncode == 0 else (lines or done.stdout.splitlines() or ["patch failed"])[0]

    def change(self, path):
        """Applies the patch; True if the tree held it already and it was taken back."""
        why = self.patch(path, "--dry-run", "--forward")
        if not why:
            self.patch(path, "--forward")
            return False
        if not self.patch(path, "--dry-run", "-R"):
            self.patch(path, "-R")
            return True
        raise Stop(f"the patch does not apply to {self.tree.source}: {why};"
                   " check out one end of what you review")


class Review:
    def __init__(self, args, work):
        self.args, self.work = args, work
        found, kernel = source.find(args.tree, "--tree")
        self.tree = tree.Tree(found, kernel)
        text = patch_text(args.what, found)
        self.changed = overlay.patched_files(text)
        if not self.changed:
            raise Stop(f"{args.what}: changes no file (a patch has lines like '--- a/FILE')")
        self.patch = os.path.join(work, "patch")
        with open(self.patch, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write(text)
        self.folders = sorted({os.path.dirname(c) for c in self.changed if c.endswith(".c")}.union(args.more))
        if not self.folders and not any(c.endswith(".h") for c in self.changed):
            raise Stop(f"{args.what}: changes no C source: nothing to compare")

    # ---- the program as the tree has it ---------------------------------------
    def extract_base(self):
        """Brings the folders' facts up to date; kbuild decides what that needs."""
        if not os.path.isfile(self.args.plugin):
            raise Stop(f"{self.args.plugin}: no plugin there; build it: make plugin")
        with locked(self.tree.lock):
            self.tree.prepare(self.args.jobs)
            planned, missing = overlay.plan(self.tree, self.folders, self.args.jobs)
            for folder, why in sorted(missing.items()):
                say(f"{folder}: {why}")
            if planned:
                target = run.kernel_target(self.tree, planned)
                result = run.extract(target, self.args.plugin, self.args.jobs)
                for obj, why in sorted(result.failed.items()):
                    say(f"not looked at: {obj}: {why}")

    def objects(self):
        return [o for f in self.folders for o in
                overlay.objects_with_facts(os.path.join(self.tree.obj, f), below=f in self.args.more)]

    def units(self, base):
        """Objects that a changed file makes stale."""
        own = [c[:-2] + ".o" for c in self.changed if c.endswith(".c")]
        known = {os.path.relpath(o, self.tree.obj) for o in base}
        named = overlay.dependants(self.tree, base, {"": self.changed})[""]
        for obj in own:
            if obj not in known:
                say(f"not looked at: {obj[:-2]}.c: this configuration does not build it, or only after the patch")
        every = [o for o in own if o in known] + sorted(named.difference(own))
        if len(every) > MAX_UNITS:
            say(f"{len(every)} units depend on the changed files; the first {MAX_UNITS} are compared")
        return every[:MAX_UNITS]

    # ---- before and after ------------------------------------------------------
    def labyrinth(self, *words, **more):
        return subprocess.run([self.args.labyrinth, *words], check=False, **more)

    def check(self, objects, name):
        words = [w for w in ("--all", "--rt") if getattr(self.args, w[2:])]
        path = os.path.join(self.work, name)
        done = self.labyrinth("check", "--format=json", "-o", path, *words, *objects, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise Stop(f"check failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
        with open(path, encoding="utf-8") as f:
            return json.load(f)["findings"]

    def touches(self, finding):
        places = {s["file"] for r in finding["roots"] for s in r["chain"]} | {finding["sink"]["file"]}
        return bool(places.intersection(self.changed))

    def run(self):
        self.extract_base()
        base = self.objects()
        units = self.units(base)
        if not units:
            raise Stop("no unit that this configuration builds depends on a changed file: nothing to compare")
        say(f"{len(units)} of {len(base)} units are compiled again")
        copy = LinkCopy(self.tree, os.path.join(self.work, "source"), self.changed, units)
        back = copy.change(self.patch)
        place = os.path.join(self.work, "objects")
        copy.extract(units, place, self.args.plugin)
        for line in (overlay.read(os.path.join(place, "failed")) or "").splitlines():
            say(f"not looked at: {line}")
        over = sorted(os.path.join(place, o) for o in os.listdir(place) if facts_size(os.path.join(place, o)) is not None)
        if not over:
            raise Stop("none of the units compiles with the patch")
        versions = {"after.json": [*base], "before.json": [*base, *over]} if back else \
                   {"before.json": [*base], "after.json": [*base, *over]}
        before, after = (self.check(versions[n], n) for n in ("before.json", "after.json"))
        return self.report(before, after, versions["after.json"], copy.path if not back else self.tree.source)

    def report(self, before, after, objects, sources):
        old, new = ({f["fingerprint"] for f in side} for side in (before, after))
        came = [f for f in after if f["fingerprint"] not in old]
        went = [f for f in before if f["fingerprint"] not in new]
        same = [f for f in after if f["fingerprint"] in old and self.touches(f)]
        words = [w for w in ("--all", "--rt", "--new-only") if getattr(self.args, w[2:].replace("-", "_"))]
        words += ["-o", self.args.output] if self.args.output else []
        sys.stdout.flush()
        self.labyrinth("check", "--baseline", os.path.join(self.work, "before.json"), "--format", self.args.format,
                       "--source", sources, *words, *objects, stderr=subprocess.DEVNULL)
        if self.args.format == "text" and not self.args.output:
            for name, side in (("fixed", went), ("same", same)):
                for f in [] if self.args.new_only else side:
                    s = f["sink"]
                    print(f"{name}: {s['file']}:{s['line']}: {s['function']}(): {f['message']} [labyrinth::{f['rule']}]")
            print(f"{len(came)} new, {len(went)} fixed, {len(same)} same in the files that the patch changes")
        return 1 if came else 0


def main(argv):
    args = parser().parse_args(argv)
    root = os.path.join(cache_root(), "review")
    os.makedirs(root, exist_ok=True)
    work = tempfile.mkdtemp(prefix="", dir=root)
    try:
        return Review(args, work).run()
    except Stop as err:
        say(err)
        return 2
    except KeyboardInterrupt:
        say("interrupted; the tree is as it was")
        return 130
    finally:
        shutil.rmtree(work, ignore_errors=True)
