# SPDX-License-Identifier: GPL-2.0-or-later
"""labyrinth explain: each rule has a bad and a good example, and the checker agrees."""
import re

import pytest

import caselib
from conftest import ROOT, run

EXAMPLES = ROOT / "src/check/rules/examples"


def rules():
    return re.findall(r'^LAB_RULE\(\w+, "([\w-]+)"', (ROOT / "src/check/rules/rules.def").read_text(),
                      re.M)


def test_no_example_without_a_rule():
    assert {p.stem for p in EXAMPLES.iterdir()} <= set(rules())


@pytest.mark.parametrize("rule", rules())
def test_rule_has_examples(rule, labyrinth):
    """In src/check/rules/examples/RULE.c; explain shows both, without what is for this test."""
    assert (EXAMPLES / f"{rule}.c").exists(), f"write src/check/rules/examples/{rule}.c"
    said = run(labyrinth, "explain", rule).stdout
    bad = said.split("\nWhat it finds:\n")[1].split("\nWhat is right:\n")[0]
    good = said.split("\nWhat is right:\n")[1]
    assert re.search(r"^    /\* bad: .*\n(    .*\n)*    .*_bad\(", bad, re.M)
    assert re.search(r"^    /\* good: .*\n(    .*\n)*    .*_ok\(", good, re.M)
    assert "expect:" not in said and "SPDX" not in said and "_ok(" not in bad
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize("rule", rules())
@pytest.mark.parametrize("kernel", sorted(caselib.KERNELS))
def test_checker_agrees_with_the_example(rule, kernel, plugin, labyrinth, tmp_path):
    case = caselib.Case(EXAMPLES / f"{rule}.c")
    assert {r for marks in case.markers.values() for r, _ in marks} == {rule}
    assert {n.rsplit("_", 1)[1] for n in case.functions} == {"bad", "ok"}
    objects = caselib.compile_units(case.sources, plugin, kernel, tmp_path,
                                    ["-include", "kernel.h", *case.words["cflags"]])
    wrong = caselib.complaints(case, caselib.check(labyrinth, objects, case.words["args"]))
    assert not wrong, "\n".join(wrong)
