# SPDX-License-Identifier: GPL-2.0-or-later
"""A patched kernel beside the prepared one: which units change, and their facts.

The copy of the source is hard links.  patch(1) writes a new file and renames it,
which leaves the pristine one alone; afterwards the changed files are linked
again.  A unit is compiled by the command line kbuild saved for it, with the
copy in place of the source, in extraction-only mode, to a folder of its own.
"""
import fcntl
import hashlib
import itertools
import os
import re
import shutil
import subprocess

from .base import Stop, make_env
from .elf import facts_size
from .run import kernel_target


def digest_text(*texts):
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def digest_files(paths):
    total = hashlib.sha256()
    for path in paths:
        try:
            with open(path, "rb") as f:
                total.update(hashlib.sha256(f.read()).digest())
        except OSError as err:
            raise Stop(f"{path}: {err.strerror}") from None
    return total.hexdigest()[:16]


def read(path):
    """A file's text, or None."""
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except OSError:
        return None


def patched_files(text):
    """Names of the files a patch writes, without the leading a/ or b/."""
    found = {m[1] for m in re.finditer(r"^[+-]{3} [ab]/(\S+)", text, re.M)}
    for name in found:
        if os.path.isabs(name) or ".." in name.split("/"):
            raise Stop(f"the patch writes to {name}")
    return sorted(found)


def plan(tree, folders, jobs):
    """(objects kbuild makes from C in these folders themselves, {folder: why none})."""
    folders = [f for f in folders if os.path.isdir(os.path.join(tree.source, f))]
    if not folders:
        return [], {}
    target = kernel_target(tree, folders)
    found = [o for o in target.plan(target.goals, jobs) if os.path.dirname(o) in folders]
    return found, {f: "kbuild makes no object there" for f in set(folders).difference(map(os.path.dirname, found))}


def objects_with_facts(folder, below=True):
    """Objects in a folder (and below it) that hold the facts of one compile, sorted."""
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(folders) if below else []
        for name in sorted(names):
            path = os.path.join(where, name)
            if name.endswith(".o") and os.path.exists(saved(path)) and facts_size(path) is not None:
                found.append(path)
    return found


def saved(obj):
    """The file with kbuild's command and dependencies of an object."""
    return os.path.join(os.path.dirname(obj), f".{os.path.basename(obj)}.cmd")


def dependants(tree, objects, changed):
    """{key: those of the objects that depend on one of changed[key], relative to the tree}."""
    headers = {name for names in changed.values() for name in names}
    found = {key: set() for key in changed}
    if not headers:
        return found
    pattern = re.compile(re.escape(tree.source) + "/(" + "|".join(map(re.escape, sorted(headers)))
                         + r")(?=[\s)])")
    for path in objects:
        hits = set(pattern.findall(read(saved(path)) or ""))
        for key, names in changed.items():
            if hits.intersection(names):
                found[key].add(os.path.relpath(path, tree.obj))
    return found


def take_copies(tree, work, count):
    """COUNT copies of the source below WORK that no other run has; ours until we end."""
    os.makedirs(work, exist_ok=True)
    copies = []
    for n in itertools.count():
        if len(copies) == count:
            return copies
        lock = open(os.path.join(work, f"source-{n}.lock"), "w", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        copies.append(Copy(tree, os.path.join(work, f"source-{n}"), lock))


class Copy:
    """A hard-linked copy of the kernel source that one job patches at a time."""

    def __init__(self, tree, path, lock):
        self.tree, self.path, self.lock = tree, path, lock
        stamp = os.path.join(path, ".labyrinth-copy")
        if read(stamp) == tree.source:
            return
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run(["cp", "-al", tree.source, path], check=True)
        with open(stamp, "w", encoding="utf-8") as f:
            f.write(tree.source)

    def apply(self, patch, changed):
        self.restore(changed)   # whatever an interrupted run left
        done = subprocess.run(["patch", "-d", self.path, "-p1", "-F0", "--forward", "--batch",
                               "--no-backup-if-mismatch", "-i", os.path.abspath(patch)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            why = [x for x in done.stdout.splitlines() if "FAILED" in x or "can't" in x]
            raise Stop(f"the patch does not apply: {(why or [done.stdout.strip()])[0]}")

    def restore(self, changed):
        """Links the named files to the pristine ones again."""
        for name in changed:
            ours, theirs = os.path.join(self.path, name), os.path.join(self.tree.source, name)
            for leftover in (ours, ours + ".rej", ours + ".orig"):
                if os.path.lexists(leftover):
                    os.unlink(leftover)
            if os.path.exists(theirs):
                os.link(theirs, ours)

    def command(self, obj, out):
        """The shell command that compiles one unit of the copy to OUT, or None."""
        text = read(saved(os.path.join(self.tree.obj, obj)))
        first = re.match(r"\S+ := (.*)", text or "")
        if not first:
            return None
        words = first[1].split(" ; ")[0].replace("$(pound)", "#").replace("$$", "$")
        words = words.replace(self.tree.source + "/", self.path + "/")
        words, hit = re.subn(r" -o \S+ ", f" -o {out} ", words)
        words = re.sub(r"-Wp,-MMD,\S+", f"-Wp,-MMD,{out}.d", words)
        return words if hit == 1 else None

    def extract(self, units, place, plugin):
        """Facts of the units to PLACE, whole or not at all, with a line in PLACE/failed
        about each unit that failed."""
        work = place + "." + os.path.basename(self.path)
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        failed = self.extract_to(units, work, plugin)
        with open(os.path.join(work, "failed"), "w", encoding="utf-8") as f:
            f.write("\n".join(failed))
        try:
            os.rename(work, place)
        except OSError:     # another run was faster
            shutil.rmtree(work)

    def extract_to(self, units, place, plugin):
        env = make_env(LAB_PLUGIN=os.path.abspath(plugin), LAB_ROOT=self.path)
        failed = []
        for obj in units:
            out = os.path.join(place, obj.replace("/", "+"))
            command = self.command(obj, out)
            if not command:
                failed.append(f"{obj}: this kernel has no command for it")
                continue
            done = subprocess.run(["sh", "-c", command], cwd=self.tree.obj, env=env, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            if done.returncode or facts_size(out) is None:
                lines = [x for x in done.stdout.splitlines() if "error" in x] or [f"status {done.returncode}"]
                failed.append(f"{obj}: {lines[0]}")
                if os.path.exists(out):
                    os.unlink(out)
            if os.path.exists(out + ".d"):
                os.unlink(out + ".d")
        return failed
