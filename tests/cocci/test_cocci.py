# SPDX-License-Identifier: GPL-2.0-or-later
"""The Coccinelle rules: their form, what they find and leave alone, what their patches make of it."""
import collections
import os
import re
import shutil
import subprocess

import pytest

import caselib
from conftest import ROOT, clean_env, run

RULES = sorted((ROOT / "coccinelle").glob("*/*.cocci"))
HERE = ROOT / "tests/cocci"
SAYS = re.compile(r"^(\S+?):(\d+):\d+-\d+: (?:ERROR|WARNING): .*\[labyrinth::([\w-]+)\]$", re.M)
EXPECT = re.compile(r"/\* expect: ([\w-]+)(?: \"[^\"]*\")? \*/")
# False reports on lines that only the whole program or values tell right. Strict: one that goes away fails.
GAPS = {
    ("sleep-in-atomic/f30_callee_drops_lock.c", 53): "a callee drops the lock",
    ("sleep-in-atomic/f30_unlock_by_pointer.c", 27): "the lock is dropped through a pointer",
    ("sleep-in-atomic/f36_impossible_state.c", 18): "a branch that WARN_ON() excludes",
    ("sleep-in-atomic/n05_macro_hides_sleep.c", 33): "the body of a macro: the checker names the place where it is used",
}


@pytest.fixture(scope="module")
def lab_cocci():
    if not shutil.which("spatch"):
        pytest.skip("spatch is not installed (make deps)")
    return ROOT / "scripts/lab-cocci"


def found(text):
    """{(file, line): rules}"""
    out = collections.defaultdict(set)
    for name, line, rule in SAYS.findall(text):
        out[name, int(line)].add(rule)
    return out


def wanted(paths):
    out = collections.defaultdict(set)
    for path in paths:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for rule in EXPECT.findall(line):
                out[str(path), number].add(rule)
    return out


# ---- form ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.stem)
def test_conventions_of_the_kernels_scripts(rule):
    text = rule.read_text()
    assert text.startswith("// SPDX-License-Identifier: GPL-2.0-or-later\n/// ")
    for want in (r"^// Confidence: (High|Moderate|Low)$", r"^// Copyright: \(C\) ", r"^// Keywords: \w",
                 r"^// Options: --no-includes --include-headers$", r"^virtual context$", r"^virtual org$", r"^virtual report$"):
        assert re.search(want, text, re.M), want
    changes = re.search(r"^[-+] ?\S", text, re.M)
    assert bool(re.search(r"^virtual patch$", text, re.M)) == bool(changes)


def test_they_share_their_words():
    """Each file runs by itself in the kernel, so what they share stands in each; it must be the same."""
    texts = {re.search(r"^def lines\(.*?^def say", r.read_text(), re.M | re.S)[0] for r in RULES}
    assert len(texts) == 1
    locks = {re.search(r"^spin_lock@l\(E\)\n.*?^\)\n\.\.\. ", r.read_text(), re.M | re.S)[0] for r in RULES
             if "spin_lock@l(E)" in r.read_text()}
    assert len(locks) == 1


# Of what a source calls by a macro or an inline, the models know what is behind it.
BEHIND = {"wait_event", "wait_event_timeout", "wait_event_interruptible", "wait_event_interruptible_timeout", "kthread_run",
          "might_sleep", "mutex_lock_nested", "cond_resched", "fsleep", "ssleep", "flush_workqueue", "pm_runtime_get_sync"}


def test_what_sleeps_is_what_the_models_say(labyrinth):
    names = re.search(r'S =~ "\^\(([^)]*)\)', (ROOT / "coccinelle/locks/sleep.cocci").read_text())[1].split("|")
    models = run(labyrinth, "models").stdout
    known = set(re.findall(r"^sleep (\w+)", models, re.M))
    assert len(names) > 40 and set(names) - known - BEHIND == set()


# ---- what they find ---------------------------------------------------------------------------------
def test_cases_of_their_own(lab_cocci):
    """Each lock kind, each spelling: every bad line, no other."""
    cases = sorted((HERE / "cases").glob("*.c"))
    done = run(lab_cocci, HERE / "cases", cwd="/")
    assert found(done.stdout) == wanted(cases)
    assert "0 files not looked at whole" in done.stderr or done.stderr == ""


@pytest.fixture(scope="module")
def everything(lab_cocci, tmp_path_factory):
    """All cases of the checker, with the short names of the discipline's written out; what is said of them."""
    place = tmp_path_factory.mktemp("all")
    for folder in ("cases",):
        for path in sorted((ROOT / "tests" / folder).rglob("*.c")):
            to = place / path.relative_to(ROOT / "tests" / folder)
            to.parent.mkdir(parents=True, exist_ok=True)
            text = re.sub(r"^#define ALLOC .*$", "", path.read_text(), flags=re.M)
            text = re.sub(r"\bATOMIC_PAGE\(([^()]*)\)", r"labyrinth_alloc_page(\1, LABYRINTH_QUALITY_NONE)", text)
            to.write_text(re.sub(r"\bALLOC\(", "labyrinth_alloc_page(", text))
    return place, found(run(lab_cocci, place).stdout)


def test_no_case_of_the_checker_is_contradicted(everything):
    """A line that is right is silent, a line that is wrong gets no other rule's name; gaps are strict."""
    place, said = everything
    want = wanted(place.rglob("*.c"))
    wrong = {}
    for (name, line), rules in said.items():
        rules = rules - {"gfp-atomic-page"}     # an offer, not a fault
        short = os.path.relpath(name, place)
        if not short.startswith("rt-") and rules - want[name, line]:   # rt- asks about another kernel
            wrong[short, line] = rules - want[name, line]
    assert {k: v for k, v in wrong.items() if k not in GAPS} == {}
    assert set(GAPS) - set(wrong) == set(), "a gap is closed: take it off the list"


@pytest.mark.parametrize("rule, least", [("sleep-in-atomic", 45), ("unchecked-page", 7), ("free-in-atomic", 8), ("quality-flags", 8),
                                         ("sleep-holding-page", 7), ("use-after-hand-off", 5), ("double-hand-off", 5),
                                         ("free-after-hand-off", 5)])
def test_local_shapes_are_found(everything, rule, least):
    """So many of the bad lines that other tools own are seen by one file's text alone."""
    place, said = everything
    want = wanted(place.rglob("*.c"))
    assert sum(rule in said[k] for k, v in want.items() if rule in v) >= least


# ---- patches --------------------------------------------------------------------------------------
def patched(lab_cocci, tmp_path, rule, name, *words):
    """A case after the rule's patch, and the compiler's word on it."""
    shutil.copy(HERE / "cases" / name, tmp_path / name)
    done = run(lab_cocci, "--mode", "patch", "--cocci", ROOT / "coccinelle" / rule, *words, name, cwd=tmp_path)
    run("patch", "-p0", "--no-backup-if-mismatch", cwd=tmp_path, input=re.sub(r"^\+\+\+ .*$", f"+++ {name}", done.stdout, flags=re.M))
    run("gcc", "-std=gnu11", "-Wall", "-Werror", "-O2", "-I", ROOT / "tests/cases", "-I", ROOT / "include", "-c", "-o", os.devnull,
        tmp_path / name)
    return (tmp_path / name).read_text()


def changed(name, after):
    before = (HERE / "cases" / name).read_text().splitlines()
    return [(a, b) for a, b in zip(before, after.splitlines()) if a != b]


def test_patch_of_gfp_kernel(lab_cocci, tmp_path):
    after = patched(lab_cocci, tmp_path, "api/gfp_kernel.cocci", "gfp.c")
    lines = changed("gfp.c", after)
    assert len(lines) == 16 and all(a.replace("GFP_KERNEL", "GFP_ATOMIC") == b and "expect:" in a for a, b in lines)
    left = found(run(lab_cocci, "--cocci", ROOT / "coccinelle/api/gfp_kernel.cocci", tmp_path / "gfp.c").stdout)
    assert len(left) == 3, "what is left is a variable, a parameter and a callee: no safe patch"


def test_patch_of_the_workers_free(lab_cocci, tmp_path):
    lines = changed("pages.c", patched(lab_cocci, tmp_path, "handoff/free_in_atomic.cocci", "pages.c"))
    assert len(lines) == 1 and "labyrinth_cancel(nic->zone, p)" in lines[0][1]


def test_patch_of_contradicting_flags(lab_cocci, tmp_path):
    lines = changed("pages.c", patched(lab_cocci, tmp_path, "handoff/quality_flags.cocci", "pages.c"))
    assert len(lines) == 1 and "(nic->zone, LABYRINTH_QUALITY_ZERO)" in lines[0][1]


def test_conversion(lab_cocci, tmp_path):
    after = patched(lab_cocci, tmp_path, "api/gfp_atomic_page.cocci", "convert.c", "--spflags", "-D zone=my_zone")
    assert after.count("my_zone") == 3 and "labyrinth_cancel(my_zone, p)" in after
    assert "get_zeroed_page(GFP_KERNEL)" in after and "#include <labyrinth/labyrinth.h>" in after


@pytest.mark.parametrize("mode", ["context", "org", "chain"])
def test_other_modes(lab_cocci, mode):
    done = run(lab_cocci, "--mode", mode, "--cocci", ROOT / "coccinelle/api/gfp_kernel.cocci", HERE / "cases/gfp.c")
    lines = {"context": r"^-\t.*GFP_KERNEL", "org": r"^\* TODO .*GFP_KERNEL", "chain": r"^\+\t.*GFP_ATOMIC"}[mode]
    assert len(re.findall(lines, done.stdout, re.M)) >= 16, done.stdout


# ---- the runner --------------------------------------------------------------------------------------
def test_make_coccicheck_takes_the_kernels_variables(lab_cocci, tmp_path):
    def make(*words):
        return run("make", "-C", ROOT, "--no-print-directory", "coccicheck", *words, env=clean_env(), check=False)
    done = make(f"M={HERE}/cases/gfp.c", "COCCI=coccinelle/api", "J=1", "V=1", f"DEBUG_FILE={tmp_path}/log")
    assert done.returncode == 0 and len(found(done.stdout)) == 19 and "1 files, 2 rules, 19 reports" in done.stderr
    assert "HANDLING" in (tmp_path / "log").read_text()
    done = make("COCCI=coccinelle/api")
    assert done.returncode == 2 and "M=DIR: the folder (or file) with the C sources" in done.stderr


def test_bad_input(lab_cocci, tmp_path):
    (tmp_path / "bad.cocci").write_text("virtual report\n@x@\n@@\nfoo(\n")
    (tmp_path / "odd.c").write_text((HERE / "cases/gfp.c").read_text().split("void bh_bad")[0] +
                                    "void broken(void)\n{\n\tEACH(x y) { bar( }\n}\n")
    done = run(lab_cocci, "--cocci", tmp_path / "bad.cocci", "--cocci", ROOT / "coccinelle/api", tmp_path / "odd.c", check=False)
    assert done.returncode == 2, "a broken rule is an error, and the others are run"
    assert re.search(r"bad\.cocci:\d+:\d+: .*parse error", done.stderr)
    assert len(found(done.stdout)) == 1
    assert re.search(r"odd\.c:\d+: cannot be parsed: not looked at whole", done.stderr)
    for words, why in ((["nowhere.c"], "nowhere.c: no such file or folder"), (["--cocci", "no.cocci", "."], "no.cocci: no such rule"),
                       (["--mode", "odd", "."], "--mode odd: takes one of")):
        done = run(lab_cocci, *words, check=False, cwd=tmp_path)
        assert done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1
    done = run(lab_cocci, tmp_path, check=False, env=clean_env(PATH="/nowhere:" + os.path.dirname(shutil.which("python3"))
                                                              if not os.path.exists(os.path.dirname(shutil.which("python3")) + "/spatch")
                                                              else "/nowhere"))
    assert done.returncode != 0


def test_a_spatch_that_takes_too_long(lab_cocci, tmp_path):
    """A stand-in that never ends for one file: named, and the rest goes on."""
    real = shutil.which("spatch")
    fake = tmp_path / "bin" / "spatch"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\ncase \"$*\" in *--cocci-file*slow.c*) echo 'EXN: Timeout in slow.c' >&2; exit 1;; esac\n"
                    f"exec {real} \"$@\"\n")
    fake.chmod(0o755)
    shutil.copy(HERE / "cases/gfp.c", tmp_path / "good.c")
    shutil.copy(HERE / "cases/gfp.c", tmp_path / "slow.c")
    done = run(lab_cocci, "--timeout", "7", "--cocci", ROOT / "coccinelle/api/gfp_kernel.cocci", "good.c", "slow.c", cwd=tmp_path,
               check=False, env=clean_env(PATH=f"{fake.parent}:{os.environ['PATH']}"))
    assert len(found(done.stdout)) == 19 and "slow.c:1: took more than 7 s: not looked at whole" in done.stderr


def test_exit_status(lab_cocci):
    assert run(lab_cocci, "--error-exitcode", "4", HERE / "cases/gfp.c", check=False).returncode == 4
    assert run(lab_cocci, "--error-exitcode", "4", "--cocci", ROOT / "coccinelle/handoff", HERE / "cases/gfp.c", check=False).returncode == 0


@pytest.mark.kernel
def test_from_the_kernels_own_coccicheck(lab_cocci, kernel):
    """make coccicheck COCCI=... M=... of the kernel's tree."""
    done = subprocess.run(["make", "--no-print-directory", "-C", kernel.source, f"O={kernel.obj}", "coccicheck", "MODE=report", "J=1",
                           f"COCCI={ROOT}/coccinelle/api/gfp_kernel.cocci", f"M={HERE}/cases"], env=clean_env(), check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/")
    assert len({line for name, line in found(done.stdout) if name.endswith("gfp.c")}) == 19, done.stdout[-2000:]


@pytest.mark.kernel
def test_beside_the_kernels_own_rule(lab_cocci, kernel):
    """The table of the README: the kernel's call_kern.cocci on the same cases."""
    theirs = kernel.source / "scripts/coccinelle/locks/call_kern.cocci"
    done = run(lab_cocci, "--cocci", theirs, HERE / "cases/gfp.c")
    want = {line for (name, line) in wanted([HERE / "cases/gfp.c"])}
    said = {int(n) for n in re.findall(r"gfp\.c:(\d+):", done.stdout)}
    table = (ROOT / "README.md").read_text()
    row = re.search(r"^\| GFP_KERNEL under a lock \| (\d+) of (\d+), (\d+) wrong \| (\d+) of (\d+), (\d+) wrong \|", table, re.M)
    assert row, "the table is in the README"
    assert [int(x) for x in row.groups()] == [19, len(want), 0, len(said & want), len(want), len(said - want)]
