# SPDX-License-Identifier: GPL-2.0-or-later
"""Every cell of context x primitive x guard, of both kernels, against an oracle that knows no model."""
import fnmatch

import pytest

import caselib
import generate
import oracle

# Cells that are known to come out wrong: pattern "context/primitive/guard" and why.
# Strict: a cell listed here that comes out right fails the run.
KNOWN_GAPS = {
}


def gap(cell):
    return any(fnmatch.fnmatchcase(cell, g) for g in KNOWN_GAPS)


@pytest.mark.parametrize("kernel_kind", sorted(caselib.KERNELS))
@pytest.mark.parametrize("context", generate.contexts())
@pytest.mark.parametrize("rt", [False, True], ids=["plain", "rt"])
def test_cells(context, rt, kernel_kind, labyrinth, plugin, tmp_path):
    source = tmp_path / f"{context}.c"
    source.write_text(generate.source(context))
    objects = caselib.compile_units([source], plugin, kernel_kind, tmp_path,
                                    plugin_args=("quiet", "extract-only"))
    report = caselib.check(labyrinth, objects, ["--rt"] if rt else ["--rule=sleep-in-atomic"])
    named = {name for f in report["findings"] for chain in caselib.chains(f) for name in chain}
    wrong = []
    for primitive, guard in generate.cells(context):
        due = oracle.verdict(context, primitive, guard, rt)
        found = generate.cell_name(context, primitive, guard) in named
        cell = f"{context}/{primitive}/{guard}"
        if (found != due) != gap(cell):
            wrong.append(f"{cell}: " + ("known gap is gone" if gap(cell) else "missed" if due else "false"))
    assert not wrong, f"{len(wrong)} cells:\n" + "\n".join(wrong)


def test_table_is_big_and_mixed():
    every = [(c, p, g) for c in generate.contexts() for p, g in generate.cells(c)]
    due = sum(oracle.verdict(*cell) for cell in every)
    assert len(every) > 8000 and len(every) // 5 < due < len(every) // 2
    due = sum(oracle.verdict(*cell, rt=True) for cell in every)
    assert len(every) // 8 < due < len(every) // 2
