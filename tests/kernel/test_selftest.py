# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own matrix of contexts and locks, lib/locking-selftest.c.

Its wait-context tests say for each pair INNER_in_OUTER whether lockdep allows it;
the expectation is read from its own macros, the pairs that wait only on
PREEMPT_RT aside: a mutex that lockdep refuses is due, all else is legal.  Those
pairs are asked about with --rt: below what cannot be preempted there, spinlock and
mutex are due.  Two contexts stand aside then: HARDIRQ and SOFTIRQ of the test are
spelt with interrupts off, and only lockdep is told that they are threads.
"""
import re

import pytest

import caselib

NAME = "lib/locking-selftest.c"
GENERATE = re.compile(r"^GENERATE_2_CONTEXT_TESTCASE\((\w+),", re.M)
INNER = re.compile(r"^GENERATE_2_CONTEXT_TESTCASE_FOR_ALL_OUTER\((\w+),", re.M)
EXPECT = re.compile(r"^#define (DO_CONTEXT_TESTCASE_\w+)\(outer\)\s*\\\n((?:\tdotest.*\\\n)+)", re.M)
DOTEST = re.compile(r"dotest\((\w+)_in_##outer, (SUCCESS|FAILURE)")
USE = re.compile(r"^\t(DO_CONTEXT_TESTCASE_\w+)\((\w+)\);", re.M)


def table(text):
    """{(inner, outer): allowed} as the file has it."""
    expected = {macro: DOTEST.findall(body) for macro, body in EXPECT.findall(text)}
    verdicts = {(inner, outer): verdict == "SUCCESS"
                for macro, outer in USE.findall(text) for inner, verdict in expected[macro]}
    generated = {(inner, outer) for inner in INNER.findall(text) for outer in GENERATE.findall(text)}
    assert set(verdicts) == generated and len(verdicts) == 36, "the file has another shape"
    return verdicts


@pytest.fixture(scope="module")
def report(kernel, plugin, labyrinth, tmp_path_factory):
    """(expected table, functions that stand in some chain, the same with --rt)."""
    tmp = tmp_path_factory.mktemp("selftest")
    argv = kernel.commands([NAME], str(tmp)).get(NAME)
    if not argv:
        pytest.skip(f"this kernel does not build {NAME} (CONFIG_DEBUG_LOCKING_API_SELFTESTS)")
    argv += [f"-fplugin={plugin}", "-fplugin-arg-labyrinth-quiet", "-fplugin-arg-labyrinth-extract-only"]
    caselib.run(*argv, cwd=kernel.obj)
    named = []
    for args, rule in (([], "sleep-in-atomic"), (["--rt"], "rt-sleep-in-atomic")):
        doc = caselib.check(labyrinth, [tmp / "lib/locking-selftest.o"], args)
        named.append({name for f in doc["findings"] for chain in caselib.chains(f)
                      for name in chain if f["rule"] == rule})
    return table((kernel.source / NAME).read_text()), *named


@pytest.mark.kernel
def test_each_refused_mutex_is_found(report):
    verdicts, named, _ = report
    due = {f"{i}_in_{o}" for (i, o), allowed in verdicts.items() if i == "MUTEX" and not allowed}
    assert len(due) == 8 and due - named == set()


@pytest.mark.kernel
def test_each_legal_nesting_is_quiet(report):
    verdicts, named, _ = report
    legal = {f"{i}_in_{o}" for (i, o), allowed in verdicts.items() if i != "MUTEX" or allowed}
    assert len(legal) == 28 and legal & named == set()


THREADED = ("HARDIRQ", "SOFTIRQ")


@pytest.mark.kernel
def test_each_spinlock_refused_for_preempt_rt_is_found(report):
    verdicts, _, named = report
    outers = {o for (i, o), allowed in verdicts.items() if i == "SPINLOCK" and not allowed}
    assert outers == {"NOTTHREADED_HARDIRQ", "RCU_SCHED", "RAW_SPINLOCK"}
    assert {f"{i}_in_{o}" for i in ("SPINLOCK", "MUTEX") for o in outers} - named == set()


@pytest.mark.kernel
def test_each_nesting_legal_on_preempt_rt_is_quiet(report):
    verdicts, _, named = report
    legal = {f"{i}_in_{o}" for (i, o), allowed in verdicts.items() if allowed and o not in THREADED}
    assert len(legal) == 19 and legal & named == set()
