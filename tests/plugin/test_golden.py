# SPDX-License-Identifier: GPL-2.0-or-later
"""The facts of small cases, to the letter; golden.py --bless writes them anew."""
import re

import pytest

import golden
from conftest import default_gcc


def golden_text(case):
    return (golden.GOLDEN / f"{case}.skel").read_text()


def without_columns(text):
    return re.sub(r"(!\d+/\S+:\d+):\d+", r"\1", text)


@pytest.mark.parametrize("case", golden.CASES)
def test_facts(case, gcc, plugin_of):
    want, got = golden_text(case), golden.facts(case, gcc, plugin_of)
    if gcc != f"gcc-{default_gcc()}":       # compilers differ in columns, in nothing else
        want, got = without_columns(want), without_columns(got)
    assert got == want


@pytest.mark.parametrize("words", [["-g"], ["-fplugin-arg-labyrinth-extract-only"],
                                   ["-fplugin-arg-labyrinth-extract-only", "-g3"],
                                   ["-ftrivial-auto-var-init=zero"], ["-pipe"],
                                   ["-ffunction-sections", "-fdata-sections"]],
                         ids=" ".join)
@pytest.mark.parametrize("case", golden.CASES)
def test_options_do_not_change_facts(case, words, plugin):
    want = golden_text(case)
    got = golden.facts(case, "gcc", plugin, *words)
    got = re.sub(r" flags \{extract_only\}| \{extract_only\}", "", got)
    assert got == want


def without_types(text):
    """The bodies, without numbers of types, fields and symbols."""
    body = text[text.index("\nfunc "):]
    return re.sub(r"\bt\d+/|(?<=[.@])\d+/", "", body)


@pytest.mark.parametrize("case", golden.CASES)
def test_lto_gives_the_same_bodies(case, plugin):
    """GCC forgets what a pointer's struct looks like then, so the tables differ."""
    got = golden.facts(case, "gcc", plugin, "-flto")
    assert without_types(got) == without_types(golden_text(case))


def test_every_case_has_its_facts():
    assert len(golden.CASES) >= 15
    assert {p.stem for p in golden.GOLDEN.glob("*.skel")} == set(golden.CASES)
