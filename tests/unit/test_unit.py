# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the test programs in C; each prints TAP and is one test here."""
import re

import pytest

from conftest import BUILD, ROOT, built, run

PROGRAMS = sorted(p.stem for p in (ROOT / "tests" / "unit").glob("*.c")
                  if not p.name.startswith("tool_"))  # those are run by other tests


def test_there_are_programs():
    assert PROGRAMS


@pytest.mark.parametrize("name", PROGRAMS)
def test_unit(name):
    done = run(built(BUILD / "unit" / name, "unit"), check=False)
    plan = re.match(r"1\.\.(\d+)\n", done.stdout)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip())
    assert plan and done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"^ok \d+", done.stdout, re.M)) == int(plan.group(1)) > 0
