# SPDX-License-Identifier: GPL-2.0-or-later
"""examples/driver: it builds without a word, and its planted bugs are what is found."""
import re
import shutil

import pytest

import caselib
from conftest import clean_env, run

DRIVER = caselib.CASES.parent.parent / "examples" / "driver"


def build(tmp_path, kernel_headers, plugin=None, flags=""):
    """The driver built in a copy; what the build said, and the folder."""
    folder = tmp_path / "driver"
    shutil.copytree(DRIVER, folder, ignore=shutil.ignore_patterns("*.o", "*.ko", "*.mod*", ".*"))
    done = run("make", "-C", folder, f"KDIR={kernel_headers}", "W=1", f"PLUGIN={plugin or ''}",
               f"PLUGIN_FLAGS={flags}", env=clean_env(LC_ALL="C"), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout + done.stderr


def planted():
    """The driver as one case: the markers are in its sources."""
    case = caselib.Case(DRIVER)
    assert case.markers
    return case


def test_compiles_without_a_warning(tmp_path, kernel_headers):
    _, said = build(tmp_path, kernel_headers)
    assert not re.search("warning|error", said), said


def test_plugin_changes_nothing_it_says(tmp_path, kernel_headers, plugin):
    _, said = build(tmp_path, kernel_headers, plugin, "-fplugin-arg-labyrinth-quiet")
    assert not re.search("warning|error", said), said


def test_planted_bugs_and_nothing_else(tmp_path, kernel_headers, plugin, labyrinth):
    folder, _ = build(tmp_path, kernel_headers, plugin, "-fplugin-arg-labyrinth-quiet")
    wrong = caselib.complaints(planted(), caselib.check(labyrinth, [folder]))
    assert not wrong, "\n" + "\n".join(wrong)


def test_the_plugin_says_what_one_file_proves(tmp_path, kernel_headers, plugin, labyrinth):
    """It tells only bugs whose chain stays in one file, and most of those (not all: what
    another file's function does with a lock it is given, one file cannot prove)."""
    folder, said = build(tmp_path, kernel_headers, plugin)
    spoken = {w[:2] for w in caselib.warnings(said)}
    alone, whole = set(), set()
    for f in caselib.check(labyrinth, [folder])["findings"]:
        where = caselib.place(f, {p.name for p in planted().files})
        whole.add(where)
        if any(len({step["file"] for step in root["chain"] if step["file"].endswith(".c")}) == 1
               for root in f["roots"]):
            alone.add(where)
    assert spoken <= alone <= whole and len(spoken) >= 5


@pytest.mark.parametrize("form", ["merged", "order"])
def test_other_ways_to_name_the_objects(tmp_path, kernel_headers, plugin, labyrinth, form):
    """The linked maze.o and modules.order hold the same program as the folder."""
    folder, _ = build(tmp_path, kernel_headers, plugin, "-fplugin-arg-labyrinth-quiet")
    inputs = {"merged": folder / "maze.o", "order": folder / "modules.order"}
    whole = caselib.check(labyrinth, [folder])
    assert caselib.check(labyrinth, [inputs[form]])["findings"] == whole["findings"] != []


def test_every_bug_has_a_marker():
    """Ten numbered bugs, ten markers, in whatever file."""
    text = "".join(f.read_text() for f in planted().files)
    assert set(re.findall(r"BUG (\d+):", text)) == {str(n) for n in range(1, 11)}
    assert sum(len(m) for m in planted().markers.values()) == 10
