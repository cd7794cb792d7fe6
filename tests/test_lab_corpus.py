# SPDX-License-Identifier: GPL-2.0-or-later
"""lab-corpus on a made-up kernel of three files and a case of two versions."""
import json
import os
import sys

import pytest

import caselib
from conftest import ROOT, clean_env, run

sys.path.insert(0, str(ROOT / "scripts"))
from labkernel import overlay, tree  # noqa: E402

CORE = '#include "kernel.h"\nvoid core_wait(int ms);\nvoid core_wait(int ms)\n{\n\tmsleep(ms);\n}\n'
WAIT_H = "#define TOO_LONG 5\nvoid core_wait(int ms);\n"
DRIVER = """#include "kernel.h"
#include <wait.h>
static DEFINE_SPINLOCK(lock);
void drv_poll(int n);
void drv_poll(int n)
{
	spin_lock(&lock);
	if (n > TOO_LONG)
		udelay(n);
	spin_unlock(&lock);
	core_wait(n);
}
"""
BUG = """--- a/drivers/x/drv.c
+++ b/drivers/x/drv.c
@@ -6,7 +6,7 @@
 {
 	spin_lock(&lock);
 	if (n > TOO_LONG)
-		udelay(n);
+		core_wait(n);
 	spin_unlock(&lock);
 	core_wait(n);
 }
"""
HEADER_BUG = """--- a/include/wait.h
+++ b/include/wait.h
@@ -1,2 +1,3 @@
 #define TOO_LONG 5
 void core_wait(int ms);
+#define __udelay core_wait
"""
MODEL = "\n".join(f"{line}  # test" for line in [
    "sleep msleep", "enter _raw_spin_lock preempt lock=arg0", "leave _raw_spin_unlock preempt lock=arg0"]) + "\n"
CASE = {"id": "001-x", "how": "reverted-by-hand", "patch": "bug.patch", "file": "drivers/x/drv.c",
        "arch": "x86_64", "flags": [], "changed_sites": [{"file": "drivers/x/drv.c"}],
        "chain_sites": [{"file": "core/wait.c"}, {"file": "include/wait.h"}, {"file": None}]}


@pytest.fixture
def kernel(tmp_path, plugin, monkeypatch):
    """A source tree, and its prepared object tree with facts as kbuild would leave them."""
    monkeypatch.setenv("LABYRINTH_CACHE", str(tmp_path / "cache"))
    src = tmp_path / "linux-9"
    files = {"Makefile": "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 9\n", "Kbuild": "",
             "core/wait.c": CORE, "drivers/x/drv.c": DRIVER, "drivers/x/other.c": CORE.replace("core", "other"),
             "include/wait.h": WAIT_H, "include/kernel.h": (caselib.CASES / "kernel.h").read_text()}
    for name, text in files.items():
        path = src / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    made = tree.Tree(str(src), "6.1.9")
    made.install_wrapper()
    for name in files:
        if name.endswith(".c"):
            compile_unit(made, name[:-2] + ".o", plugin)
    (tmp_path / "cache").joinpath(os.path.basename(made.obj), ".labyrinth", "prepared").write_text(f"6.1.9\ngcc\n{src}\n")
    return made


def compile_unit(made, obj, plugin):
    source = f"{made.source}/{obj[:-2]}.c"
    folder, name = os.path.split(obj)
    os.makedirs(os.path.join(made.obj, folder), exist_ok=True)
    command = (f"{made.wrapper} -Wp,-MMD,{folder}/.{name}.d -I{made.source}/include -D__KERNEL__"
               f" -DKBUILD_BASENAME='\"x\"' -O2 -c -o {obj} {source}")
    run("sh", "-c", command, cwd=made.obj,
        env=clean_env(LAB_PLUGIN=str(plugin), LAB_ROOT=made.source))
    deps = open(os.path.join(made.obj, folder, f".{name}.d"), encoding="ascii").read().split(":", 1)[1]
    with open(os.path.join(made.obj, folder, f".{name}.cmd"), "w", encoding="ascii") as f:
        f.write(f"cmd_{obj} := {command} ; true\n\nsource_{obj} := {source}\n\ndeps_{obj} := \\\n{deps}\n")


def corpus(kernel, tmp_path, labyrinth, plugin, patch, *words, **changes):
    """Runs one case; returns the finished process and the results folder."""
    case = tmp_path / "cases" / "001-x"
    case.mkdir(parents=True, exist_ok=True)
    (case / "case.json").write_text(json.dumps({**CASE, **changes}))
    (case / "bug.patch").write_text(patch)
    results, model = tmp_path / "results", tmp_path / "test.model"
    model.write_text(MODEL)
    done = run(ROOT / "scripts/lab-corpus", "--cases", tmp_path / "cases", "--results", results,
               "--source", kernel.source, "--core", "core", "--no-extract", "--model", model, "--labyrinth", labyrinth,
               "--plugin", plugin, "-j", "1", *words, env=clean_env(), check=False)
    return done, results


def functions(path):
    return {name for f in json.loads(path.read_text())["findings"] for c in caselib.chains(f) for name in c}


@pytest.mark.parametrize("patch", [BUG, HEADER_BUG], ids=["source", "header"])
def test_a_case_is_buggy_then_fixed(kernel, tmp_path, labyrinth, plugin, patch):
    done, results = corpus(kernel, tmp_path, labyrinth, plugin, patch)
    assert done.returncode == 0 and "1 units" in done.stderr, done.stderr
    assert {"drv_poll", "core_wait", "msleep"} <= functions(results / "001-x/buggy.json")
    assert functions(results / "001-x/fixed.json") == set()
    again, _ = corpus(kernel, tmp_path, labyrinth, plugin, patch)
    assert "as before" in again.stderr and again.returncode == 0


def test_a_base_that_is_not_fixed(kernel, tmp_path, labyrinth, plugin):
    _, results = corpus(kernel, tmp_path, labyrinth, plugin, BUG, how="unfixed-in-base")
    assert functions(results / "001-x/buggy.json") == set()
    assert functions(results / "001-x/fixed.json") != set()


def test_the_source_stays_as_it_was(kernel, tmp_path, labyrinth, plugin):
    """The copy shares its files with the source by hard links; patching must not write through."""
    before = run("sh", "-c", f"cd {kernel.source} && find . -type f | sort | xargs sha256sum").stdout
    corpus(kernel, tmp_path, labyrinth, plugin, BUG)
    assert run("sh", "-c", f"cd {kernel.source} && find . -type f | sort | xargs sha256sum").stdout == before
    copy = tmp_path / "cache/corpus/source-0/drivers/x/drv.c"
    assert copy.samefile(os.path.join(kernel.source, "drivers/x/drv.c"))


def test_two_runs_never_share_a_copy(kernel, tmp_path):
    first = overlay.take_copies(kernel, str(tmp_path / "work"), 2)
    second = overlay.take_copies(kernel, str(tmp_path / "work"), 1)
    paths = [c.path for c in first + second]
    assert len(set(paths)) == 3
    first[0].lock.close()
    assert overlay.take_copies(kernel, str(tmp_path / "work"), 1)[0].path == paths[0]


def test_what_cannot_be_run_says_why(kernel, tmp_path, labyrinth, plugin):
    for patch, changes, why in [
            (BUG.replace("spin_lock(&lock);\n \tif", "mutex_lock(&lock);\n \tif"), {}, "does not apply"),
            (BUG, {"arch": "mips"}, "for mips"),
            (BUG.replace("core_wait(n);", "core_wait(;", 1), {}, "drivers/x/drv.o: "),
            (BUG.replace("drivers/x/drv.c", "drivers/x/none.c"), {}, "does not apply")]:
        done, results = corpus(kernel, tmp_path, labyrinth, plugin, patch, **changes)
        assert done.returncode == 0 and f"skipped 001-x: " in done.stdout and why in done.stdout, why
        assert not (results / "001-x/buggy.json").exists()


def test_the_bound_is_said(kernel, tmp_path, labyrinth, plugin):
    with open(os.path.join(kernel.source, "include/kernel.h"), encoding="utf-8") as f:
        lines = [f" {f.readline()}" for _ in range(6)]
    both = f"--- a/include/kernel.h\n+++ b/include/kernel.h\n@@ -1,6 +1,7 @@\n"
    both += "".join([*lines[:3], "+ * x\n", *lines[3:]])
    done, _ = corpus(kernel, tmp_path, labyrinth, plugin, both, "--max-units", "2")
    assert "2 units, cut to 2 of 3 units" in done.stderr, done.stderr


@pytest.mark.parametrize("words,why", [
    (["--cases", "/nonexistent"], "no case there"),
    (["--source", "/nonexistent"], "/nonexistent"),
    (["--plugin", "/nonexistent"], "/nonexistent"),
])
def test_wrong_input_is_one_line(kernel, tmp_path, labyrinth, plugin, words, why):
    done, _ = corpus(kernel, tmp_path, labyrinth, plugin, BUG, *words)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and why in done.stderr, done.stderr


def test_patches_that_leave_the_tree_are_refused():
    assert overlay.patched_files(BUG) == ["drivers/x/drv.c"]
    with pytest.raises(overlay.Stop):
        overlay.patched_files("--- a/x\n+++ b/../../etc/x\n")
