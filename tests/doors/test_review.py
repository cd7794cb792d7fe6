# SPDX-License-Identifier: GPL-2.0-or-later
"""labyrinth review: a patch and a range of git against the prepared kernel."""
import os
import subprocess

import pytest

from conftest import clean_env, run

FILE = "drivers/usb/class/usblp.c"


@pytest.fixture(scope="module")
def patch(kernel, tmp_path_factory):
    """One that puts a sleep behind the first lock of a driver."""
    folder = tmp_path_factory.mktemp("patch")
    text = (kernel.source / FILE).read_text()
    first = next(x for x in text.splitlines(keepends=True) if "spin_lock" in x)
    for side, body in (("a", text), ("b", text.replace(first, first + "\tmight_sleep();\n", 1))):
        path = folder / side / FILE
        path.parent.mkdir(parents=True)
        path.write_text(body)
    done = run("diff", "-u", f"a/{FILE}", f"b/{FILE}", cwd=folder, check=False)
    (folder / "bug.patch").write_text(done.stdout)
    return folder / "bug.patch"


def review(labyrinth, *words, **more):
    return run(labyrinth, "review", *words, check=False, **more)


@pytest.mark.kernel
def test_a_patch_brings_a_finding(labyrinth, patch, kernel, tmp_path):
    text = (kernel.source / FILE).read_bytes()
    done = review(labyrinth, "-o", tmp_path / "r.html", "--format=html", patch)
    assert done.returncode == 1, done.stderr
    assert "may sleep in atomic context" in (tmp_path / "r.html").read_text()
    assert "<mark>" in (tmp_path / "r.html").read_text(), "the sources are those with the patch"
    assert (kernel.source / FILE).read_bytes() == text
    left = os.path.join(os.environ.get("LABYRINTH_CACHE") or os.path.expanduser("~/.cache/labyrinth"), "review")
    assert os.listdir(left) == []


@pytest.mark.kernel
def test_a_commit_and_what_it_fixed(labyrinth, patch, kernel, tmp_path):
    """The tree holds the fixed version: the range is taken backwards, and the finding is gone in it."""
    git = clean_env(GIT_DIR=str(tmp_path / "git"), GIT_WORK_TREE=str(kernel.source), GIT_AUTHOR_NAME="a",
                    GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b")
    def call(*words):
        return subprocess.run(["git", *words], env=git, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    call("init", "-q")
    call("add", "-f", FILE)
    call("apply", "--cached", str(patch))
    bug = call("commit-tree", call("write-tree"), "-m", "bug")
    call("read-tree", "--empty")
    call("add", "-f", FILE)
    fix = call("commit-tree", call("write-tree"), "-p", bug, "-m", "fix")
    done = review(labyrinth, "--tree", kernel.source, fix, env=git)
    assert done.returncode == 0, done.stderr
    assert f"fixed: {FILE}:" in done.stdout and done.stdout.splitlines()[-1].startswith("0 new, 1 fixed, ")


@pytest.mark.kernel
def test_a_patch_that_does_not_apply(labyrinth, patch, kernel, tmp_path):
    bad = tmp_path / "bad.patch"
    bad.write_text("".join(x if not x.startswith(" ") else " something else\n"
                           for x in patch.read_text().splitlines(keepends=True)))
    done = review(labyrinth, bad)
    assert done.returncode == 2 and "does not apply to" in done.stderr.splitlines()[-1]


def test_what_is_no_patch(labyrinth, tmp_path):
    (tmp_path / "empty").write_text("hello\n")
    (tmp_path / "out").write_text("--- a/../../etc/x.c\n+++ b/../../etc/x.c\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 5\n")
    (tree / "Kbuild").write_text("")
    for words, why in ((["--tree", tree, tmp_path / "empty"], "changes no file"),
                       (["--tree", tree, tmp_path / "out"], "the patch writes to ../../etc/x.c"),
                       (["--tree", tree, "HEAD~3..HEAD"], "no such patch"),
                       (["--tree", tmp_path, tmp_path / "empty"], "not a Linux source tree"),
                       (["--tree", tmp_path / "none", tmp_path / "empty"], "no such file or folder")):
        done = review(labyrinth, *words, env=clean_env(LABYRINTH_CACHE=str(tmp_path / "cache"), GIT_CEILING_DIRECTORIES=str(tmp_path)))
        assert done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1, done.stderr
