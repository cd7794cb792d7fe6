# SPDX-License-Identifier: GPL-2.0-or-later
"""One property, one owner: examples/mistakes by all tools, and labyrinth check --merge."""
import collections
import json
import os
import re
import shutil
import subprocess

import pytest

from conftest import ROOT, clean_env, run

MARK = re.compile(r"/\* expect: ([\w-]+) (solver|sparse) \*/")
GCC = re.compile(r"^\S*?mistakes\.c:(\d+):\d+: warning: .*\[labyrinth::([\w-]+)\]$", re.M)
COCCI = re.compile(r"^\S*?mistakes\.c:(\d+):\d+-\d+: ERROR: .*\[labyrinth::([\w-]+)\]$", re.M)
SPARSE = re.compile(r"^\S*?mistakes\.c:(\d+):\d+: .*labyrinth_quality_t", re.M)


@pytest.fixture(scope="module")
def mistakes(kernel_headers, labyrinth, plugin, tmp_path_factory):
    """The folder after make C=2 with kcheck and sparse, what that said, and what Coccinelle says."""
    for tool in ("sparse", "spatch"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed (make deps)")
    top = tmp_path_factory.mktemp("mistakes")
    folder = top / "examples/mistakes"
    shutil.copytree(ROOT / "examples/mistakes", folder)
    os.symlink(ROOT / "include", top / "include")
    done = subprocess.run(["make", "-C", str(kernel_headers), f"M={folder}", "C=2", f"CHECK={labyrinth} kcheck --also sparse",
                           f"KCFLAGS=-fplugin={plugin} -fplugin-arg-labyrinth-quiet -fplugin-arg-labyrinth-root={folder}",
                           "mistakes.o"], env=clean_env(LC_ALL="C"), text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    (top / "build.txt").write_text(done.stdout)
    (top / "cocci.txt").write_text(run(ROOT / "scripts/lab-cocci", folder / "mistakes.c").stdout)
    return top, folder


def owners(folder):
    """{line: (rule, owner)}"""
    return {n: hit.groups() for n, line in enumerate((folder / "mistakes.c").read_text().splitlines(), 1)
            if (hit := MARK.search(line))}


def by_tool(top):
    """{tool: {(line, rule)}}"""
    build, cocci = (top / "build.txt").read_text(), (top / "cocci.txt").read_text()
    return {"solver": {(int(n), r) for n, r in GCC.findall(build)},
            "sparse": {(int(n), "quality-flags") for n in SPARSE.findall(build)},
            "Coccinelle": {(int(n), r) for n, r in COCCI.findall(cocci)}}


def test_each_mistake_is_its_owners(mistakes):
    """Through the doors users use: make C=2 with kcheck and sparse, and lab-cocci."""
    top, folder = mistakes
    said = by_tool(top)
    for line, (rule, owner) in owners(folder).items():
        assert (line, rule) in said[owner], (line, rule, owner)


def test_nobody_reports_a_good_line_or_another_rule(mistakes):
    top, folder = mistakes
    want = {(n, rule) for n, (rule, _) in owners(folder).items()}
    for tool, seen in by_tool(top).items():
        assert seen <= want, (tool, seen - want)


def test_the_plugin_says_the_same(mistakes, kernel_headers, plugin, labyrinth, tmp_path):
    """As a user sees them: while it compiles, and from the object afterwards, each with its path."""
    _, folder = mistakes
    copy = tmp_path / "examples/mistakes"
    shutil.copytree(ROOT / "examples/mistakes", copy)
    os.symlink(ROOT / "include", tmp_path / "include")
    done = subprocess.run(["make", "-C", str(kernel_headers), f"M={copy}", f"KCFLAGS=-fplugin={plugin}", "mistakes.o"],
                          env=clean_env(LC_ALL="C"), text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    want = {(n, rule) for n, (rule, owner) in owners(folder).items() if owner == "solver"}
    foreign = {(n, "quality-flags") for n in owners(folder) if "GFP_ATOMIC" in (folder / "mistakes.c").read_text().splitlines()[n - 1]
               and owners(folder)[n][1] == "sparse"}
    spoken = {(int(n), r) for n, r in GCC.findall(done.stdout)}
    assert spoken == want | foreign
    text = run(labyrinth, "check", f"--root={copy}", "--allowed", copy / "mistakes.o").stdout
    assert {(int(n), r) for n, r in GCC.findall(text)} == spoken
    assert re.search(r"note: lost\(\) gets it from labyrinth_alloc_page\(\)\n.*note: lost\(\) returns this way", text)
    assert re.search(r"mistakes\.c:\d+:\d+: allowed: page-leak in excused\(\): the card .* \(silences 1 finding\)", text)


def merged(labyrinth, mistakes, form, *words):
    top, folder = mistakes
    return run(labyrinth, "check", f"--format={form}", f"--root={folder}", "--merge", top / "build.txt", "--merge",
               top / "cocci.txt", *words, folder / "mistakes.o", check=False)


def test_merged_each_once_under_its_name(labyrinth, mistakes):
    top, folder = mistakes
    doc = json.loads(merged(labyrinth, mistakes, "json").stdout)
    ours = [(f["sink"]["line"], f["rule"]) for f in doc["findings"]]
    others = [(x["line"], x["rule"]) for x in doc["others"]]
    assert collections.Counter(ours + others) == collections.Counter((n, r) for n, (r, _) in owners(folder).items())
    assert {x["file"] for x in doc["others"]} == {"mistakes.c"}
    text = merged(labyrinth, mistakes, "text").stdout
    assert len(re.findall(r": warning: ", text)) == len(ours) + len(others)
    assert "(sparse) [labyrinth::quality-flags]" in text


def test_merged_in_the_other_formats(labyrinth, mistakes):
    results = json.loads(merged(labyrinth, mistakes, "sarif").stdout)["runs"][0]["results"]
    html = merged(labyrinth, mistakes, "html").stdout
    assert len(results) == len(owners(mistakes[1]))
    assert "What other tools found" in html and "(sparse)" in html
    assert merged(labyrinth, mistakes, "text", "--error-exitcode", "7").returncode == 7


def test_what_is_no_report(labyrinth, labyrinth_asan, mistakes, tmp_path):
    top, folder = mistakes
    done = run(labyrinth, "check", "--merge", tmp_path / "none", folder / "mistakes.o", check=False)
    assert done.returncode == 2 and "none: No such file" in done.stderr
    for junk in ("", "hello\n", ":::::\n", "a:1:2\n", "a.c:1:2-x: ERROR: y [labyrinth::z\n", "a.c:99999999999999:1: warning: x [labyrinth::]\n"):
        (tmp_path / "junk").write_text(junk)
        assert run(labyrinth_asan, "check", "--merge", tmp_path / "junk", folder / "mistakes.o").returncode == 0


def test_every_rule_has_an_owner(labyrinth):
    table = (ROOT / "docs/owners.md").read_text()
    for rule in re.findall(r"^([\w-]+) ", run(labyrinth, "explain").stdout, re.M):
        assert re.search(rf"^\| [^|]*\b{rule}\b[^|]*\| (?!nobody)\w+", table, re.M), rule
    for rule in re.findall(r"^\| ([\w-]+) \|", (ROOT / "docs/discipline.md").read_text(), re.M):
        assert "-" not in rule or re.search(rf"^\| [^|]*\b{rule}\b", table, re.M), rule
