# SPDX-License-Identifier: GPL-2.0-or-later
"""The known bugs in tests/corpus: each case says what it must, and its patch is what it says."""
import json
import re

import pytest

from conftest import ROOT, run

CASES = ROOT / "tests" / "corpus" / "cases"
FOLDERS = sorted(p.parent for p in CASES.glob("*/case.json"))
IDS = [p.name for p in FOLDERS]
FLAGS = {"needs-preempt-rt-semantics", "fixed-version-still-sleeps-nearby",
         "fixed-version-tests-context-at-run-time", "depends-on-a-value",
         "atomic-entry-or-sleeper-in-another-module", "not-x86"}
PATCH = {"unfixed-in-base": "fix.patch", "version-diff": "bug.patch", "reverted-by-hand": "bug.patch"}
REACH = {"direct", "same-file", "cross-file"}
HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.M)
every_case = pytest.mark.parametrize("folder", FOLDERS, ids=IDS)


def read(folder):
    return json.loads((folder / "case.json").read_text(encoding="utf-8"))


def words(text):
    return set(re.findall(r"[A-Za-z_]\w{2,}\*?", text))


def changes(text):
    """{file: (lines of the old side that go, lines of the new side that come)}."""
    out, old, new, name = {}, 0, 0, None
    for line in text.splitlines():
        hunk = HUNK.match(line)
        if line.startswith("+++ b/"):
            name = line[6:]
            out[name] = (set(), set())
        elif hunk:
            old, new = int(hunk[1]), int(hunk[3])
        elif line.startswith("-") and not line.startswith("--- a/"):
            out[name][0].add(old)
            old += 1
        elif line.startswith("+"):
            out[name][1].add(new)
            new += 1
        elif line.startswith(" "):
            old, new = old + 1, new + 1
    return out


def test_there_are_cases():
    assert len(IDS) >= 20
    assert len({i.split("-")[0] for i in IDS}) == len(IDS)


@every_case
def test_a_case_is_well_formed(folder):
    doc = read(folder)
    assert doc["id"] == folder.name and re.fullmatch(r"5\d\d-[a-z0-9-]+", doc["id"])
    assert doc["patch"] == PATCH[doc["how"]]
    assert sorted(p.name for p in folder.iterdir()) == sorted(["case.json", doc["patch"]])
    assert doc["reach"] in REACH and doc["cross_file"] == (doc["reach"] == "cross-file")
    assert set(doc["flags"]) <= FLAGS and doc["arch"] == "x86_64"
    assert doc["upstream_subject"] and doc["config_symbols"] and doc["mechanism_tags"]
    assert (doc["context_kind"] == "rt") == ("needs-preempt-rt-semantics" in doc["flags"])
    assert set(doc["verified"]) >= {"patch_applies_to_base", "buggy_and_fixed_compile", "reversal_basis"}
    if doc["upstream_commit"]:
        assert re.fullmatch("[0-9a-f]{40}", doc["upstream_commit"]) and doc["upstream_commit_source"]


@every_case
def test_the_chain_names_what_is_scored(folder):
    """The score looks for the function in the chain, below the documented origin."""
    doc = read(folder)
    steps = [words(s) for s in doc["chain"]]
    holders = words(doc["function"])
    assert any(s & holders for s in steps)
    origin = words(doc["atomic_entry"].split(":")[0])
    assert origin & set().union(*steps)
    assert not doc["mechanism_tags"].count("direct") or doc["reach"] == "direct"
    known = {s["function"] for s in doc["chain_sites"]}
    assert holders & known


@every_case
def test_the_patch_is_of_the_files_it_lists(folder):
    doc = read(folder)
    patch = (folder / doc["patch"]).read_text(encoding="utf-8")
    found = changes(patch)
    assert sorted(found) == sorted(doc["files"])
    told = {f: (set(), set()) for f in found}
    for site in doc["changed_sites"]:
        told[site["file"]][0].update(site["buggy_lines"])
        told[site["file"]][1].update(site["fixed_lines"])
    if doc["how"] != "unfixed-in-base":         # the patch goes from fixed to buggy
        told = {f: (new, old) for f, (old, new) in told.items()}
    assert {f: told[f] for f in found} == found


def dry_run(source, patch):
    return run("patch", "-p1", "-F0", "-f", "-s", "--dry-run", "-r", "-", "-i", patch, cwd=source, check=False)


@pytest.mark.kernel
@every_case
def test_the_patch_applies_without_fuzz(kernel, folder):
    done = dry_run(kernel.source, folder / read(folder)["patch"])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.kernel
def test_a_patch_of_other_lines_is_refused(kernel, tmp_path):
    """What the test above relies on: one changed word of context is noticed."""
    patch = (FOLDERS[0] / read(FOLDERS[0])["patch"]).read_text(encoding="utf-8")
    lines = patch.splitlines(True)
    spot = next(i for i, line in enumerate(lines) if line.startswith(" ") and line.strip())
    lines[spot] = " not in the kernel\n"
    (tmp_path / "bad.patch").write_text("".join(lines), encoding="utf-8")
    assert dry_run(kernel.source, tmp_path / "bad.patch").returncode != 0


@pytest.mark.kernel
@every_case
def test_the_sites_are_where_the_base_has_them(kernel, folder):
    doc = read(folder)
    side = "buggy_range" if doc["how"] == "unfixed-in-base" else "fixed_range"
    for site in doc["chain_sites"]:
        if not site[side]:
            assert site["buggy_range"] or site["fixed_range"]
            continue
        first, last = site[side]
        text = (kernel.source / site["file"]).read_text(encoding="utf-8", errors="replace").splitlines()
        assert re.search(rf"\b{site['function']}\(", "\n".join(text[first - 1:first + 2])), site
        assert text[last - 1].startswith("}"), site
