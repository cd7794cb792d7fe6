# SPDX-License-Identifier: GPL-2.0-or-later
"""One bug is one report: what else a call in an atomic section reaches is named behind it."""
import json

import pytest

import caselib

SOURCE = """
#include "kernel.h"

struct dev { spinlock_t lock; struct mutex m, n; };

static void deeper(struct dev *d)
{
	mutex_lock(&d->n);
	mutex_unlock(&d->n);
}

static void reopen(struct dev *d)
{
	mutex_lock(&d->m);
	msleep(1);
	deeper(d);
	mutex_unlock(&d->m);
}

void timeout(struct dev *d)
{
	spin_lock(&d->lock);
	reopen(d);
	msleep(2);
	spin_unlock(&d->lock);
}
"""


@pytest.fixture
def built(plugin, tmp_path):
    source = tmp_path / "dev.c"
    source.write_text(SOURCE)
    return caselib.compile_units([source], plugin, "debug", tmp_path)


def sinks(text):
    return [(line, message.split("()")[0]) for _, line, message in caselib.warnings(text)]


def test_the_nearest_stands_for_all(built, labyrinth):
    text = caselib.run(labyrinth, "check", *built)
    assert sinks(text) == [(14, "mutex_lock_nested"), (24, "msleep")]     # two calls, two things to mend
    notes = [l for l in text.splitlines() if "the same way leads to" in l]
    assert len(notes) == 1 and "dev.c:14:" in notes[0] and "(--all shows each)" in notes[0]
    assert "msleep() in reopen(), mutex_lock_nested() in deeper()" in notes[0] or \
           "mutex_lock_nested() in deeper(), msleep() in reopen()" in notes[0]


def test_all_shows_each(built, labyrinth):
    text = caselib.run(labyrinth, "check", "--all", *built)
    assert len(sinks(text)) == 4 and "the same way leads to" not in text


def test_data_keeps_each_with_the_one_that_tells_it(built, labyrinth):
    found = caselib.check(labyrinth, built)["findings"]
    behind = {f["sink"]["line"]: f.get("behind") for f in found}
    prints = {f["sink"]["line"]: f["fingerprint"] for f in found}
    assert len(found) == 4 and behind == {8: prints[14], 14: None, 15: prints[14], 24: None}
    sarif = json.loads(caselib.run(labyrinth, "check", "--format=sarif", *built))
    assert len(sarif["runs"][0]["results"]) == 2
    html = caselib.run(labyrinth, "check", "--format=html", *built)
    assert html.count("mutex_lock_nested() may sleep") >= 1


def test_what_is_new_behind_a_known_one_is_shown(built, labyrinth, tmp_path):
    known = tmp_path / "known.txt"
    lines = caselib.run(labyrinth, "check", "--format=baseline", *built).splitlines(True)
    assert len([l for l in lines if not l.startswith("#")]) == 4
    known.write_text("".join(l for l in lines if "deeper()" not in l))
    text = caselib.run(labyrinth, "check", "--baseline", known, *built)
    assert sinks(text) == [(8, "mutex_lock_nested")]


def test_the_compiler_says_the_same(plugin, labyrinth, tmp_path):
    source = tmp_path / "dev.c"
    source.write_text(SOURCE)
    said = []
    built = caselib.compile_units([source], plugin, "debug", tmp_path, plugin_args=[], said=said)
    assert caselib.warnings("".join(said)) == caselib.warnings(caselib.run(labyrinth, "check", *built))
