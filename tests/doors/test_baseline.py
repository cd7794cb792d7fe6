# SPDX-License-Identifier: GPL-2.0-or-later
"""--baseline, --new-only and labyrinth diff."""
import json

import pytest

import caselib
from conftest import run

CASE = {c.name: c for c in caselib.all_cases()}["sleep-in-atomic/n02_irq_handler"]


@pytest.fixture(scope="module")
def objects(plugin, tmp_path_factory):
    return caselib.compile_units(CASE.sources, plugin, "debug", tmp_path_factory.mktemp("baseline"))


@pytest.fixture
def check(labyrinth, objects):
    return lambda *words, **more: run(labyrinth, "check", *words, *objects, **more)


@pytest.fixture(scope="module")
def reports(labyrinth, objects, tmp_path_factory):
    """{format: file} of one report in every form that can be read back."""
    folder = tmp_path_factory.mktemp("reports")
    for form in ("baseline", "json", "sarif"):
        run(labyrinth, "check", f"--format={form}", "-o", folder / form, *objects)
    return {f: folder / f for f in ("baseline", "json", "sarif")}


def lines(path):
    return [x for x in path.read_text().splitlines() if not x.startswith("#")]


def test_the_list_is_sorted_text_without_line_numbers(reports):
    text = lines(reports["baseline"])
    assert text == sorted(set(text)) and len(text) >= 2
    for line in text:
        file, rule, print_, function, callee = line.split()
        assert rule == "sleep-in-atomic" and len(print_) == 16 and ":" not in line
        assert function.endswith("()") and callee.endswith("()") and file.endswith("n02_irq_handler.c")


@pytest.mark.parametrize("form", ["baseline", "json", "sarif"])
def test_what_is_known_is_not_said_again(check, reports, form):
    done = check("--baseline", reports[form], "--error-exitcode", "5")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_new_ones_are_said_and_count(check, reports, tmp_path):
    known = tmp_path / "known"
    known.write_text("\n".join(lines(reports["baseline"])[1:]) + "\n")
    done = check("--baseline", known, "--error-exitcode", "5", check=False)
    assert done.returncode == 5 and done.stdout.count(": warning: ") == 1
    marked = json.loads(check("--format=json", "--baseline", known).stdout)["findings"]
    assert sum("known" in f for f in marked) == len(marked) - 1
    only = json.loads(check("--format=json", "--baseline", known, "--new-only").stdout)["findings"]
    assert [f for f in marked if "known" not in f] == only


def test_reasons_come_back(check, reports, tmp_path):
    known = tmp_path / "known"
    known.write_text("# ours\n\n" + lines(reports["baseline"])[0] + "   # hardware: never raised  \n")
    found = json.loads(check("--format=json", "--baseline", known).stdout)["findings"]
    assert [f["known"] for f in found if "known" in f] == ["hardware: never raised"]
    assert "  # hardware: never raised\n" in check("--format=baseline", "--baseline", known).stdout


def test_lines_that_meet_nothing_are_said(check, reports, tmp_path):
    known = tmp_path / "known"
    known.write_text(reports["baseline"].read_text() + "gone.c sleep-in-atomic 00000000000000aa f() g() # why\n")
    done = check("--baseline", known)
    number = len(known.read_text().splitlines())
    assert done.stderr == (f"{known}:{number}: no such finding any more: "
                           "gone.c sleep-in-atomic 00000000000000aa f() g()\n")
    assert done.returncode == 0


def test_an_empty_list_knows_nothing(check, tmp_path):
    (tmp_path / "empty").write_text("")
    assert check("--baseline", tmp_path / "empty").stdout == check().stdout


BROKEN = [
    ("no fingerprint here\n", ":1: not a known finding: no fingerprint"),
    ("# fine\na.c rule 0123456789abcdef f() g()\nzzz\n", ":3: not a known finding"),
    ('{"version": "2.1.0", "runs": [', ":1: broken JSON"),
    ('{"runs": [{"results": [{"message": {"text": "x"}}]}]}', "result 1 has no fingerprint of labyrinth's"),
    ('{"findings": [{"fingerprint": "short"}]}', "result 1 has no fingerprint of labyrinth's"),
    ('{"a": 1}', ": neither SARIF nor a report"),
    ("a\0b", ": holds a NUL byte"),
]


@pytest.mark.parametrize("text, why", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_list_stops_the_check(check, labyrinth_asan, objects, tmp_path, text, why):
    known = tmp_path / "known"
    known.write_text(text)
    for done in (check("--baseline", known, check=False),
                 run(labyrinth_asan, "diff", known, known, check=False)):
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr.count("\n") == 1 and f"{known}{why}" in done.stderr.replace(f"{known}: result", f"{known}result")


def test_a_list_that_is_not_there(check, tmp_path):
    for path, why in ((tmp_path / "no", "No such file or directory; labyrinth check --format=baseline makes one"),
                      (tmp_path, "Is a directory")):
        done = check("--baseline", path, check=False)
        assert done.returncode == 2 and f"{path}: {why}" in done.stderr and done.stderr.count("\n") == 1


def test_diff(labyrinth, reports, tmp_path):
    old = tmp_path / "old"
    kept = lines(reports["baseline"])
    old.write_text("\n".join(kept[1:]) + "\ngone.c sleep-in-atomic 00000000000000aa f() g()\n")
    done = run(labyrinth, "diff", old, reports["json"], check=False)
    said = done.stdout.splitlines()
    assert done.returncode == 1
    assert [x for x in said if x.startswith("new: ")] == [f"new: {kept[0]}"]
    assert [x for x in said if x.startswith("fixed: ")] == ["fixed: gone.c sleep-in-atomic 00000000000000aa f() g()"]
    assert said[-1] == f"1 new, 1 fixed, {len(kept) - 1} same"
    doc = json.loads(run(labyrinth, "diff", "--format=json", old, reports["sarif"], check=False).stdout)
    assert {k: len(v) for k, v in doc.items()} == {"new": 1, "fixed": 1, "same": len(kept) - 1}
    only = run(labyrinth, "diff", "--new-only", old, reports["json"], check=False).stdout.splitlines()
    assert len(only) == 2 and only[0].startswith("new: ")


def test_diff_of_equal_reports(labyrinth, reports):
    for a in reports.values():
        for b in reports.values():
            assert run(labyrinth, "diff", a, b).stdout.splitlines()[-1].startswith("0 new, 0 fixed, ")
