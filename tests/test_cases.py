# SPDX-License-Identifier: GPL-2.0-or-later
"""Every case of tests/cases, in both kinds of kernel, through objects and through text."""
import re

import pytest

import caselib

ALL = caselib.all_cases()
IDS = [c.name for c in ALL]
each_case = pytest.mark.parametrize("case", ALL, ids=IDS)
each_kernel = pytest.mark.parametrize("kernel_kind", sorted(caselib.KERNELS))


@each_case
@each_kernel
def test_verdicts(case, kernel_kind, labyrinth, plugin, tmp_path):
    objects = caselib.compile_units(case.sources, plugin, kernel_kind, tmp_path, case.words["cflags"])
    try:
        wrong = caselib.complaints(case, caselib.check(labyrinth, objects, case.words["args"]))
    except AssertionError as e:     # an option that is not there yet
        if not case.known_gap:
            raise
        wrong = [str(e)]
    if case.known_gap and wrong:
        pytest.xfail(f"known gap: {case.known_gap}")
    assert not (case.known_gap and not wrong), "XPASS(strict): remove its known-gap line"
    assert not wrong, "\n" + "\n".join(wrong)


@each_case
def test_text_form_agrees(case, labyrinth, plugin, tmp_path):
    """What the solver says of the objects it says of their dump."""
    objects = caselib.compile_units(case.sources, plugin, "debug", tmp_path, case.words["cflags"])
    texts = []
    for obj in objects:
        texts.append(obj.with_suffix(".txt"))
        texts[-1].write_text(caselib.run(labyrinth, "dump", obj))
    binary, text = (caselib.check(labyrinth, inputs, case.words["args"]) for inputs in (objects, texts))
    assert binary["findings"] == text["findings"]
    assert binary["coverage"] == text["coverage"]


@each_case
@each_kernel
def test_plugin_says_the_same(case, kernel_kind, labyrinth, plugin, tmp_path):
    """The plugin's own mouth: of one file what labyrinth says, of several nothing else."""
    said = []
    objects = caselib.compile_units(case.sources, plugin, kernel_kind, tmp_path, case.words["cflags"],
                                    plugin_args=["rt"] if "--rt" in case.words["args"] else [],
                                    said=said)
    whole = caselib.warnings(caselib.run(labyrinth, "check", *case.words["args"], *objects))
    spoken = caselib.warnings("".join(said))
    if case.path.is_dir():
        assert {x[:2] for x in spoken} <= {x[:2] for x in whole}
    else:
        assert spoken == whole


FOLDERS = [c for c in ALL if c.path.is_dir()]


@pytest.mark.parametrize("case", FOLDERS, ids=[c.name for c in FOLDERS])
def test_order_and_jobs_do_not_matter(case, labyrinth, plugin, tmp_path):
    """The same bytes for any order of the inputs, any -j, and an archive of them."""
    objects = caselib.compile_units(case.sources, plugin, "debug", tmp_path)
    caselib.run("ar", "rcs", tmp_path / "all.a", *objects)
    words = [labyrinth, "check", "--format=json", *case.words["args"]]
    first = caselib.run(*words, "-j1", *objects)
    for more in (["-j2", *objects], ["-j1", *reversed(objects)], ["-j2", *reversed(objects)],
                 [tmp_path / "all.a"]):
        assert caselib.run(*words, *more) == first


@each_case
def test_shape_of_the_report(case, labyrinth, plugin, tmp_path):
    """What other programs read: names, types, and a chain from the context to the callee."""
    doc = caselib.check(labyrinth, caselib.compile_units(case.sources, plugin, "debug", tmp_path),
                        case.words["args"])
    assert list(doc) == ["tool", "version", "findings", "coverage"] and doc["tool"] == "labyrinth"
    prints = [f["fingerprint"] for f in doc["findings"]]
    assert len(set(prints)) == len(prints)
    for f in doc["findings"]:
        assert {"rule", "fingerprint", "message", "context", "confidence", "sink", "roots"} <= set(f)
        assert {"function", "file", "line"} <= set(f["sink"]) and f["roots"]
        for root in f["roots"]:
            assert len(root["chain"]) >= 2
            for step in root["chain"]:
                assert {"function", "file", "line", "role"} <= set(step)
                assert not (step["file"] or "").startswith("/")


def test_every_rule_has_cases():
    text = (caselib.CASES.parent.parent / "src/check/rules/rules.def").read_text()
    rules = set(re.findall(r'^LAB_RULE\(\w+, "([\w-]+)"', text, re.M))
    assert rules and rules <= {c.path.parent.name for c in ALL}


def test_every_pattern_has_a_case():
    names = " ".join(c.path.name for c in ALL)
    assert [r for r in caselib.rows() if f"{r}_" not in names] == []


@each_case
def test_case_is_well_formed(case):
    """A _bad function needs a marker, a file without one needs an _ok function."""
    bad = {f for f in case.functions if f.endswith("_bad")}
    assert case.functions or case.markers, "nothing says what is right or wrong"
    assert bool(bad) <= bool(case.markers)


def judge(text, findings, tmp_path):
    """The complaints about a case of this text and a report of these findings."""
    path = tmp_path / "x.c"
    path.write_text("/* SPDX-License-Identifier: GPL-2.0-or-later */\n" + text)
    return caselib.complaints(caselib.Case(path), {"findings": findings})


def finding(line, *chain, rule="sleep-in-atomic"):
    steps = [{"function": f, "file": "x.c", "line": line, "role": "call"} for f in chain]
    return {"rule": rule, "message": "m", "sink": {"function": chain[-2], "file": "x.c", "line": line},
            "roots": [{"chain": steps}]}


BAD = 'void a_bad(void)\n{\n\tmsleep(1); /* expect: sleep-in-atomic "a_bad -> msleep" */\n}\n'
OK = "void b_ok(void)\n{\n\tmsleep(1);\n}\n"


@pytest.mark.parametrize("text,findings,words", [
    (BAD, [finding(4, "a_bad", "msleep")], []),
    (BAD, [], ["missing at x.c:4", "a_bad is in no chain"]),
    (BAD, [finding(3, "a_bad", "msleep")], ["unexpected at x.c:3", "missing at x.c:4"]),
    (BAD, [finding(4, "a_bad", "msleep", rule="other")], ["unexpected", "missing"]),
    (BAD, [finding(4, "a_bad", "schedule")], ["unexpected", "missing"]),
    (OK, [], []),
    (OK, [finding(4, "b_ok", "msleep")], ["unexpected", "b_ok is in a chain"]),
])
def test_judge(text, findings, words, tmp_path):
    """The judge itself: it must be able to say no."""
    wrong = judge(text, findings, tmp_path)
    assert len(wrong) == len(words) and all(any(w in c for c in wrong) for w in words), wrong
