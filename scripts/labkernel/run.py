# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives kbuild over folders, objects or an external module, for facts only.

kbuild decides what is out of date, as in any build; we plan (which objects the
folders hold), watch its output for progress, and keep going over failures.
Objects that exist without facts (somebody compiled them normally) are removed
first, or kbuild would think them done.  objtool has nothing to check in an
object without code and is replaced by true(1).
"""
import collections
import glob
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from .base import Stop, cache_root, make_env, say, write_if_changed
from .elf import facts_size
from .tree import HERE, find_data

DONE = re.compile(r"^  CC (?:\[M\])? *(\S+\.o)$")
FAIL = re.compile(r"^make(?:\[\d+\])?: \*\*\* \[[^]]*?([^ \]]+\.o)\] (.*)$")
OTHER_FAIL = re.compile(r"^make(?:\[\d+\])?: \*\*\* (.*)$")
ERROR = re.compile(r"error|fatal|undefined|Segmentation|Killed|labyrinth: ", re.I)
QUIET_EVERY = 15  # seconds between progress lines when stderr is no terminal


def install_plugin(own, plugin):
    """Copies the plugin into the tree when its content is new; returns its path.

    The copy's time says since when this plugin is in use: older objects hold
    facts of an older one.  A rebuild of the plugin during a run harms nobody.
    """
    target = os.path.join(own, "labyrinth.so")
    try:
        with open(plugin, "rb") as f:
            new = f.read()
    except OSError as err:
        raise Stop(f"{plugin}: no plugin ({err.strerror}); build it with 'make' or name it"
                   " with --plugin") from None
    digest = hashlib.sha256(new).hexdigest() + "\n"
    if not write_if_changed(target + ".sha256", digest) and os.path.isfile(target):
        return target
    with open(target + ".tmp", "wb") as f:
        f.write(new)
    os.rename(target + ".tmp", target)
    return target


def normal_by_rule(wrapper, objects):
    """Those of the objects that the wrapper compiles normally because of their place."""
    if not objects:
        return set()
    done = subprocess.run([wrapper, "--lab-decide"], input="\n".join(objects) + "\n",
                          stdout=subprocess.PIPE, text=True, check=True)
    return set(done.stdout.split())


class Target:
    """What to run kbuild on: folders and objects of a tree, or a module's folder."""

    def __init__(self, base, goals, make, wrapper, own, root, rename=lambda name: name):
        self.base = base  # folder that object names are relative to
        self.goals = goals  # goals of make
        self.make = make  # function(words, jobs) -> command line
        self.wrapper, self.own, self.root = wrapper, own, root
        self.rename = rename  # object name as kbuild prints it -> relative to base

    def path(self, obj):
        return os.path.join(self.base, obj)

    def plan(self, goals, jobs):
        """All objects compiled from C that the goals would build, sorted."""
        where = tempfile.mkdtemp(prefix="list-", dir=self.own)
        try:
            mk = find_data("list.mk", ".")
            cmd = self.make([f"build=-f {mk} obj", "-k", *goals], jobs)
            done = subprocess.run(cmd, env=make_env(LAB_LIST=where), check=False, text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            names = {g for g in goals if g.endswith(".o")}
            for path in glob.glob(os.path.join(where, "*")):
                with open(path, encoding="utf-8") as f:
                    names.update(self.rename(n) for n in f.read().split())
        finally:
            shutil.rmtree(where, ignore_errors=True)
        if not names:
            why = [x for x in done.stdout.splitlines() if "***" in x] or ["it holds none"]
            raise Stop(f"{' '.join(goals)}: no objects to extract: {why[0].strip()}")
        tools = "scripts/"  # kbuild visits it on the way
        return sorted(n for n in map(os.path.normpath, names)
                      if self.from_c(n) and not n.startswith(tools))

    def from_c(self, obj):
        stem = obj[:-2]
        places = (self.root, self.base)
        if any(os.path.exists(os.path.join(p, stem + ".c")) for p in places):
            return True  # generated sources may not exist yet: what is not assembly
        return not any(os.path.exists(os.path.join(p, stem + s))
                       for p in places for s in (".S", ".s", ".dts", ".rs"))


class Progress:
    """A rewritten line on a terminal, a plain one now and then elsewhere."""

    def __init__(self, total):
        self.total, self.done, self.failed = total, 0, 0
        self.start = self.last = time.monotonic()
        self.tty = sys.stderr.isatty()

    def text(self):
        spent = max(time.monotonic() - self.start, 0.001)
        rate = self.done / spent
        left = max(self.total - self.done, 0)
        eta = f"{int(left / rate) // 60}:{int(left / rate) % 60:02d} left" if rate else ""
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.done}/{max(self.total, self.done)} objects{failed}, {rate:.1f}/s, {eta}"

    def step(self, failed=False):
        if failed:
            self.failed += 1
        else:
            self.done += 1
        now = time.monotonic()
        if now - self.last >= (0.2 if self.tty else QUIET_EVERY):
            self.last = now
            if self.tty:
                print(f"\r\033[Klab-kernel: {self.text()}", end="", file=sys.stderr, flush=True)
            else:
                say(self.text())

    def end(self):
        if self.tty:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


Result = collections.namedtuple("Result", "planned built failed said notes wall cpu log plugin")


def clear(target, planned, plugin, refresh):
    """Removes objects that kbuild would wrongly take as done; returns how many are to do."""
    bare = [o for o in planned if os.path.exists(target.path(o))
            and facts_size(target.path(o)) is None]
    keep = normal_by_rule(target.wrapper, bare)
    stale = [o for o in bare if o not in keep]
    if refresh:
        since = os.path.getmtime(plugin)
        stale += [o for o in planned if o not in bare and os.path.exists(target.path(o))
                  and os.path.getmtime(target.path(o)) < since]
    for obj in stale:
        os.unlink(target.path(obj))
    return sum(not os.path.exists(target.path(o)) for o in planned)


def watch(proc, log, progress, rename):
    """Reads kbuild's output; make's -O keeps together what belongs to one object.

    Returns (built objects, {failed object: why}, {object: what the plugin said}, other errors).
    """
    built, failed, said, notes, block = [], {}, {}, [], []
    for line in proc.stdout:
        log.write(line)
        line = line.rstrip("\n")
        done, fail = DONE.match(line), FAIL.match(line)
        if done:
            built.append(os.path.normpath(rename(done[1])))
            block = []
            progress.step()
        elif fail:
            obj = os.path.normpath(rename(fail[1]))
            why = [x for x in block if ERROR.search(x)] or [x for x in block if x.strip()]
            failed.setdefault(obj, (why or [fail[2]])[0].strip())
            block = []
            progress.step(failed=True)
        elif OTHER_FAIL.match(line):
            if "Error" not in line or "Makefile" not in line:
                notes.append(line)
            block = []
        else:
            block.append(line)
            if built and "labyrinth: " in line:
                said.setdefault(built[-1], line.strip())
    return built, failed, said, notes


def extract(target, plugin, jobs, refresh=False):
    """Plans and runs one extraction."""
    plugin = install_plugin(target.own, plugin)
    planned = target.plan(target.goals, jobs)
    todo = clear(target, planned, plugin, refresh)
    say(f"{len(planned)} objects, {todo} to extract")
    log_path = os.path.join(target.own, "facts.log")
    env = make_env(LAB_PLUGIN=plugin, LAB_ROOT=target.root)
    cmd = target.make(["-k", "-O", "objtool=true", *target.goals], jobs)
    progress = Progress(todo)
    start, cpu = time.monotonic(), os.times()
    with open(log_path, "w", encoding="utf-8") as log:
        proc = subprocess.Popen(cmd, env=env, text=True, errors="replace",
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, start_new_session=True)
        try:
            built, failed, said, notes = watch(proc, log, progress, target.rename)
            status = proc.wait()
        except BaseException:
            os.killpg(proc.pid, signal.SIGTERM)
            proc.wait()
            progress.end()
            raise
    progress.end()
    wall, after = time.monotonic() - start, os.times()
    spent = after.children_user + after.children_system - cpu.children_user - cpu.children_system
    if status and not failed and not notes:
        notes = [f"make ended with status {status}; see {log_path}"]
    built = [o for o in built if o not in failed]
    return Result(planned, built, failed, said, notes, wall, spent, log_path, plugin)


def built_from(source, name):
    """The object as kbuild names it: some folders are built from a sibling of theirs, which
    includes their Makefiles and calls them ../other/file.o (drm/amd does that)."""
    folder = os.path.dirname(name)

    def text(place):
        for makefile in ("Kbuild", "Makefile"):
            path = os.path.join(source, place, makefile)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as f:
                    return f.read()
        return ""

    if re.search(r"^\s*(obj|lib)-", text(folder), re.M):
        return name
    above = os.path.dirname(folder)
    while above:
        for entry in sorted(os.listdir(os.path.join(source, above))):
            makefile = text(os.path.join(above, entry))
            if re.search(r"^\s*obj-", makefile, re.M) and re.search(r"^\w+\s*:?=.*\$\(src\)/\.\.", makefile, re.M):
                return f"{above}/{entry}/../{os.path.relpath(name, above)}"
        above = os.path.dirname(above)
    return name


def kernel_target(tree, words):
    """Folders and objects of the kernel tree; words as the user gave them."""
    goals = []
    for word in words:
        name = os.path.normpath(word)
        if name.startswith(("..", "/")):
            raise Stop(f"{word}: give folders or objects relative to the kernel source, such as mm")
        if name.endswith((".o", ".c")):
            if not os.path.exists(os.path.join(tree.source, name[:-2] + ".c")):
                raise Stop(f"{word}: there is no {name[:-2]}.c in {tree.source}")
            goals.append(built_from(tree.source, name[:-2] + ".o"))
        elif os.path.isdir(os.path.join(tree.source, name)):
            goals.append(name + "/")
        else:
            raise Stop(f"{word}: no such folder in {tree.source}")
    return Target(tree.obj, goals, lambda more, jobs: tree.make(*more, jobs=jobs),
                  tree.wrapper, tree.own, tree.source)


def units_below(place):
    """The objects with facts in a folder, sorted, each unit once: no linked modules."""
    if os.path.isfile(place):
        return [place] if facts_size(place) is not None else []
    found = []
    for folder, _, names in os.walk(place):
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith(".o") or facts_size(path) is None:
                continue
            linked = os.path.join(folder, name[:-2] + ".mod")
            saved = os.path.join(folder, f".{name}.cmd")
            if os.path.exists(linked) and os.path.exists(saved):
                with open(saved, encoding="utf-8") as f:
                    if " -r -o " in f.readline():
                        continue
            found.append(path)
    return sorted(found)


def module_target(folder, build, cc, jobs):
    """An external module, object by object; in place, as kbuild of 6.1 has it.

    Our compiler's name goes into kbuild's saved commands, so a later normal
    build of the module compiles everything again by itself.
    """
    folder = os.path.realpath(folder)
    if not any(os.path.isfile(os.path.join(folder, n)) for n in ("Kbuild", "Makefile")):
        raise Stop(f"{folder}: no Kbuild or Makefile there: not a module")
    if not os.path.isfile(os.path.join(build, "Makefile")):
        raise Stop(f"{build}: no prepared kernel there: run: apt-get install linux-headers-amd64"
                   "   (or give --build DIR)")
    own = os.path.join(cache_root(), "modules",
                       hashlib.sha256(folder.encode()).hexdigest()[:10])
    os.makedirs(own, exist_ok=True)
    wrapper = os.path.join(own, f"lab-{cc}")
    with open(find_data("lab-cc", "..", "."), encoding="utf-8") as f:
        write_if_changed(wrapper, f.read(), 0o755)

    def make(words, n):
        return ["make", "--no-print-directory", "-C", build, f"M={folder}", f"CC={wrapper}",
                f"-j{n}", *words]

    def rename(name):
        return os.path.relpath(name, folder) if name.startswith("/") else name
    target = Target(folder, [], make, wrapper, own, folder, rename)
    target.goals = target.plan(["lab-plan.o"], jobs)
    target.goals = [g for g in target.goals if g != "lab-plan.o"]
    if not target.goals:
        raise Stop(f"{folder}: its Kbuild or Makefile names no objects (obj-m is empty)")
    return target


def plugin_default():
    for place in ("../../build/labyrinth.so", "../labyrinth.so", "../plugin/labyrinth.so"):
        path = os.path.normpath(os.path.join(HERE, place))
        if os.path.isfile(path):
            return path
    return os.path.normpath(os.path.join(HERE, "../../build/labyrinth.so"))
