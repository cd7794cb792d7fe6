# SPDX-License-Identifier: GPL-2.0-or-later
"""triage-draw: the same seed draws the same reports, whatever order they were written in."""
import json
import random
import sys

from conftest import ROOT, run

DRAW = ROOT / "scripts" / "triage-draw.py"


def finding(line, lengths=(2,)):
    chain = [{"function": f"f{line}", "file": "a.c", "line": line, "role": "enters"},
             {"function": "msleep", "file": "a.c", "line": line, "role": "sleeps",
              "when": "x > 0"}]
    roots = [{"chain": [chain[0]] * (n - 1) + [chain[1]]} for n in lengths]
    return {"context": "hardirq", "roots": roots,
            "sink": {"file": "a.c", "line": line, "function": f"f{line}", "callee": "msleep"}}


def drawn(tmp_path, findings, *more):
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"findings": findings}))
    return run(sys.executable, DRAW, path, *more).stdout


def heads(text):
    return [line for line in text.splitlines() if line.startswith("#")]


def test_order_of_the_input_does_not_matter(tmp_path):
    findings = [finding(n) for n in range(40)]
    mixed = findings[:]
    random.Random(1).shuffle(mixed)
    first = drawn(tmp_path, findings, "--seed", "7", "--count", "5")
    assert first == drawn(tmp_path, mixed, "--seed", "7", "--count", "5")
    assert first != drawn(tmp_path, findings, "--seed", "8", "--count", "5")
    expected = sorted(random.Random(7).sample(range(40), 5))
    assert [int(h.split("a.c:")[1].split()[0]) for h in heads(first)] == expected


def test_fewer_reports_than_asked_draws_all(tmp_path):
    assert len(heads(drawn(tmp_path, [finding(1), finding(2)]))) == 2


def test_the_shortest_chain_is_printed(tmp_path):
    text = drawn(tmp_path, [finding(3, (5, 2, 4))])
    assert "3 root(s)" in text and "when x > 0" in text
    assert text.count("    enters") == 1


def test_bad_input_is_one_line_and_status_two(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{")
    out = run(sys.executable, DRAW, path, check=False)
    assert out.returncode == 2
    assert len(out.stderr.splitlines()) == 1 and "bad.json" in out.stderr
