# SPDX-License-Identifier: GPL-2.0-or-later
"""A commit's sources before they are committed: stops for findings that are new.

The sources that are staged (the index, not the work tree) or named are compiled for
their facts with the command that the last build saved for them, and judged file by
file.  Only where something is found is the version of HEAD judged, too: what it has
is not this commit's.  Nothing is written into the repository.
"""
import argparse
import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

from .base import Stop
from .tree import find_data

KNOWN = ".labyrinth-known"
SCRIPT = "#!/bin/sh\n# installed by labyrinth hook --install\nexec {} hook\n"


def say(text):
    print(f"labyrinth: {text}", file=sys.stderr, flush=True)


def parser():
    p = argparse.ArgumentParser(prog="labyrinth hook")
    p.add_argument("files", nargs="*")
    p.add_argument("--install", action="store_true")
    p.add_argument("--program", action="store_true")
    p.add_argument("--cocci", action="store_true")
    p.add_argument("--known")
    p.add_argument("--labyrinth", required=True)
    p.add_argument("--plugin")
    return p


def git(*words, **more):
    return subprocess.run(["git", *words], check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


class Repo:
    """The repository we are in, and which version of a file is meant."""

    def __init__(self):
        done = git("rev-parse", "--show-toplevel", text=True)
        if done.returncode:
            raise Stop("hook: this is no git repository; labyrinth check works without one")
        self.root = done.stdout.rstrip("\n")

    def staged(self):
        done = git("diff", "--cached", "--name-only", "-z", "--diff-filter=ACMR", text=True, errors="surrogateescape",
                   cwd=self.root)
        return [n for n in done.stdout.split("\0") if n.endswith((".c", ".h"))]

    def named(self, files):
        """Files of the command line, relative to the root."""
        prefix = git("rev-parse", "--show-prefix", text=True).stdout.rstrip("\n")
        names = [os.path.normpath(os.path.join(prefix, f)) for f in files]
        for f, n in zip(files, names):
            if not os.path.isfile(os.path.join(self.root, n)):
                raise Stop(f"{f}: no such file in {self.root}")
        return [n for n in names if n.endswith((".c", ".h"))]

    def content(self, version, name):
        """Bytes of a file: of the index (""), of a commit, or of the work tree (None); None if it has none."""
        if version is None:
            with open(os.path.join(self.root, name), "rb") as f:
                return f.read()
        done = git("cat-file", "-p", f"{version}:{name}", cwd=self.root)
        return done.stdout if done.returncode == 0 else None


# ---- how a source is compiled ---------------------------------------------------------------
def from_list(root):
    """{absolute source: (folder, words)} of the first compile_commands.json."""
    for place in ("compile_commands.json", "build/compile_commands.json"):
        path = os.path.join(root, place)
        if not os.path.exists(path):
            continue
        try:
            with open(path, encoding="utf-8") as f:
                entries = json.load(f)
            return {os.path.normpath(os.path.join(e["directory"], e["file"])):
                    (e["directory"], e.get("arguments") or shlex.split(e["command"])) for e in entries}
        except (OSError, ValueError, KeyError, TypeError) as err:
            raise Stop(f"{path}: not a list of compile commands: {type(err).__name__}: {err}") from None
    return {}


def kbuild_folder(text):
    """Where the words of a saved command of kbuild hold: the build folder of the kernel whose headers it names."""
    for build in sorted(glob.glob("/lib/modules/*/build")):
        source = os.path.realpath(os.path.join(os.path.dirname(build), "source"))
        if f" {source}/" in text or f"-I{source}/" in text or f"{os.path.realpath(build)}/" in text:
            if os.path.exists(os.path.join(build, "include/generated/autoconf.h")):
                yield os.path.realpath(build)


def from_kbuild(path):
    """(folder, words) out of the command that kbuild saved beside the object, or None."""
    saved = os.path.join(os.path.dirname(path), f".{os.path.basename(path)[:-2]}.o.cmd")
    try:
        with open(saved, encoding="utf-8") as f:
            text = f.read()
    except OSError:
        return None
    hit = re.match(r"(?:saved)?cmd_\S+ := (.*?) *(?:;.*)?$", text.split("\n", 1)[0])
    words = shlex.split(hit[1].replace("$(pound)", "#").replace("$$", "$")) if hit else []
    for folder in kbuild_folder(text) if words else []:
        return folder, words
    return None


def overlay(repo, version, names, place):
    """The named files, as they are in a version, below PLACE."""
    for name in names:
        data = repo.content(version, name)
        if data is not None:
            path = os.path.join(place, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(data)


def entry(repo, place, name, command):
    """One entry of a list of compile commands, for the copy of the source below PLACE."""
    folder, words = command
    source = os.path.join(repo.root, name)
    copy = os.path.join(place, name)
    kept = [w for w in words if os.path.normpath(os.path.join(folder, w)) != source]
    kept = [w for i, w in enumerate(kept) if w != "-o" and (not i or kept[i - 1] != "-o") and not w.startswith("-Wp,-M")]
    return {"directory": folder, "file": copy, "arguments": [*kept, "-iquote", os.path.dirname(source), "-c", copy]}


class Check:
    """Two versions of the sources and what is found in each."""

    def __init__(self, args, repo, work):
        self.args, self.repo, self.work = args, repo, work

    def words(self, which, commands):
        place = os.path.join(self.work, which)
        listed = [entry(self.repo, place, n, c) for n, c in commands.items() if os.path.exists(os.path.join(place, n))]
        path = os.path.join(place, "compile_commands.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(listed, f)
        more = ["--plugin", self.args.plugin] if self.args.plugin else []
        return [self.args.labyrinth, "check", "--compile-commands", path, *more] if listed else None

    def json(self, which, commands):
        """The findings; the names of sources that could not be compiled are said."""
        words = self.words(which, commands)
        out = os.path.join(self.work, f"{which}.json")
        done = words and subprocess.run([*words, "--format=json", "-o", out], check=False, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        place = os.path.join(self.work, which) + "/"
        for line in done.stderr.splitlines() if done and which == "new" else []:
            if "none of the sources" in line:
                continue
            print(line.replace(place, "").replace("not looked at", "skipped"), file=sys.stderr)
        if not done or done.returncode:
            with open(out, "w", encoding="utf-8") as f:
                json.dump({"findings": []}, f)
        with open(out, encoding="utf-8") as f:
            return json.load(f)["findings"]

    def known(self):
        path = self.args.known or os.path.join(self.repo.root, KNOWN)
        if not os.path.exists(path):
            if self.args.known:
                raise Stop(f"{path}: No such file or directory")
            return set()
        with open(path, encoding="utf-8") as f:
            return set(re.findall(r"\b[0-9a-f]{16}\b", re.sub(r"#.*", "", f.read())))

    def run(self, names, version):
        sources = [n for n in names if n.endswith(".c")]
        listed = from_list(self.repo.root)
        commands = {}
        for name in sources:
            path = os.path.join(self.repo.root, name)
            command = listed.get(path) or from_kbuild(path)
            if command:
                commands[name] = command
            else:
                say(f"{name}: skipped: no command compiles it yet; build it once, or write compile_commands.json")
        if len(sources) < len(names):
            say(f"{len(names) - len(sources)} headers are looked at through the sources of this commit alone")
        if not commands:
            return 0
        new, old = (os.path.join(self.work, w) for w in ("new", "old"))
        overlay(self.repo, version, names, new)
        known = self.known()
        found = [f for f in self.json("new", commands) if f["fingerprint"] not in known]
        if not found:
            return 0
        os.makedirs(old)
        overlay(self.repo, "HEAD", names, old)
        before = {f["fingerprint"] for f in self.json("old", commands)}
        fresh = [f for f in found if f["fingerprint"] not in before]
        if not fresh:
            return 0
        return self.show(fresh, commands)

    def show(self, fresh, commands):
        """The new ones as text, under the names that the user knows."""
        with open(os.path.join(self.work, "known.json"), "w", encoding="utf-8") as f:
            keep = {x["fingerprint"] for x in fresh}
            with open(os.path.join(self.work, "new.json"), encoding="utf-8") as g:
                json.dump({"findings": [x for x in json.load(g)["findings"] if x["fingerprint"] not in keep]}, f)
        done = subprocess.run([*self.words("new", commands), "--baseline", os.path.join(self.work, "known.json")],
                              check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        print(done.stdout.replace(os.path.join(self.work, "new") + "/", "").replace(self.repo.root + "/", ""), end="")
        say(f"{len(fresh)} new finding{'s' if len(fresh) > 1 else ''}; labyrinth explain {fresh[0]['rule']} says more;"
            f" git commit --no-verify goes on, a line in {KNOWN} accepts (labyrinth check --format=baseline)")
        return 1


# ---- the other doors -------------------------------------------------------------------------
def program(args, repo):
    """All objects with facts in the repository, as one program."""
    known = args.known or os.path.join(repo.root, KNOWN)
    words = ["--baseline", known] if args.known or os.path.exists(known) else []
    done = subprocess.run([args.labyrinth, "check", "--error-exitcode", "1", "--root", repo.root, *words, repo.root],
                          check=False, text=True, stderr=subprocess.PIPE)
    if done.returncode == 2 and ("no facts in" in done.stderr or "nothing to check" in done.stderr):
        say("skipped: no object here holds facts; build with the plugin first (labyrinth plugin --help)")
        return 0
    sys.stderr.write(done.stderr)
    return done.returncode


def cocci(names):
    """The rules for Coccinelle over the named files."""
    script = find_data("lab-cocci", "..", ".", "../../../bin")
    return subprocess.run([script, "--error-exitcode", "1", *names], check=False).returncode if names else 0


def install(args, repo):
    done = git("rev-parse", "--git-path", "hooks/pre-commit", text=True, cwd=repo.root)
    path = os.path.join(repo.root, done.stdout.strip())
    text = SCRIPT.format(shlex.quote(args.labyrinth))
    if os.path.lexists(path):
        with open(path, encoding="utf-8", errors="replace") as f:
            if "installed by labyrinth hook" not in f.read():
                raise Stop(f"{path}: is there already and not ours; add this line to it: {shlex.quote(args.labyrinth)} hook")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o755)
    print(f"installed {path}")
    return 0


def main(argv):
    args = parser().parse_args(argv)
    try:
        repo = Repo()
        if args.install:
            return install(args, repo)
        if args.program:
            return program(args, repo)
        names = repo.named(args.files) if args.files else repo.staged()
        if args.cocci:
            return cocci([os.path.join(repo.root, n) for n in names if n.endswith(".c")])
        with tempfile.TemporaryDirectory(prefix="labyrinth-hook-") as work:
            return Check(args, repo, work).run(names, None if args.files else "") if names else 0
    except Stop as err:
        say(err)
        return 2
