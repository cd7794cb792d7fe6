# SPDX-License-Identifier: GPL-2.0-or-later
"""The model language: what is refused and where, what files do to each other, lookup."""
import subprocess

import pytest

# (line, column of the complaint, what it must say)
BAD = [
    ("sleep", 6, "a function name or a glob"),
    ("slep foo # x", 1, "sleep, nosleep, enter, leave, neutral, noreturn, quiet, unsure, calls, field, test"),
    ("sleep foo", 10, "# what proves it"),
    ("sleep foo #", 11, "# what proves it"),
    ("sleep foo # since 6.5:", 11, "# what proves it"),
    ("sleep 2foo # x", 7, "a function name or a glob"),
    ("sleep foo-bar # x", 7, "a function name or a glob"),
    ("sleep foo[a # x", 7, "a function name or a glob"),
    ("sleep * # x", 7, "a glob with two letters or more"),
    ("sleep foo bar # x", 11, "'if COND' or '# provenance'"),
    ("sleep foo if # x", 14, "[!]REF"),
    ("sleep foo if arg1 & # x", 21, "a decimal or 0x number, or a macro name"),
    ("sleep foo if arg1 & 0y3 # x", 21, "a decimal or 0x number, or a macro name"),
    ("sleep foo if arg1 & 012 # x", 21, "a decimal or 0x number"),
    ("sleep foo if arg1 == 99999999999999999999 # x", 22, "decimal"),
    ("sleep foo if arg1 = 3 # x", 19, "'and COND', 'or COND'"),
    ("sleep foo if arg64 # x", 14, "ret, argN"),
    ("sleep foo if arg # x", 14, "ret, argN"),
    ("sleep foo if *arg1.a # x", 14, "ret, argN"),
    ("sleep foo if arg1. # x", 14, "ret, argN"),
    ("sleep foo if arg1 is # x", 22, "argN is [not] STRUCT"),
    ("sleep foo if ret is page # x", 21, "argN is [not] STRUCT"),
    ("sleep foo if arg1 and # x", 23, "[!]REF"),
    ("sleep foo if arg1 then # x", 19, "'and COND', 'or COND' or '# provenance'"),
    ("sleep foo if arg0 and arg1 and arg2 and arg3 and arg4 and arg5 and arg6 # x", 67, "at most 6"),
    ("sleep foo if !in_space # x", 15, "ret, argN"),
    ("enter foo # x", 11, "preempt, bh, irq"),
    ("enter foo # x", 11, "preempt, bh, irq, irq=save:REF"),
    ("enter foo nmi # x", 11, "preempt, bh, irq"),
    ("enter foo irq=save: # x", 11, "irq=save:REF"),
    ("enter foo irq=save:flags # x", 20, "ret, argN"),
    ("enter foo lock=arg0. # x", 16, "argN.FIELD"),
    ("enter foo " + "preempt " * 7 + "# x", 59, "at most 6"),
    ("neutral foo if arg0 # x", 13, "'# provenance'"),
    ("noreturn foo preempt # x", 14, "'# provenance'"),
    ("calls foo # x", 11, "argN or argN.FIELD"),
    ("calls foo 1 in bh # x", 11, "argN or argN.FIELD"),
    ("calls foo arg1 # x", 16, "'in CONTEXT' or 'now [EFFECT...]'"),
    ("calls foo arg1 in # x", 19, "process, hardirq"),
    ("calls foo arg1 in nowhere # x", 19, "process, hardirq"),
    ("calls foo arg1 in bh+ # x", 22, "process, hardirq"),
    ("calls foo arg1 in process+rcu # x", 30, "one of the two"),
    ("calls foo arg1 now rain # x", 20, "preempt, bh, irq"),
    ("calls foo arg1 in bh with # x", 27, "[!]REF"),
    ("calls foo arg1 in bh with ret == 1 # x", 35, "argN or argN:STRUCT.FIELD"),
    ("calls foo arg1 in bh with arg0.a == 1 # x", 38, "argN or argN:STRUCT.FIELD"),
    ("calls foo arg1 in bh with arg0:s == 1 # x", 27, "argN:STRUCT.FIELD"),
    ("calls foo arg1 in bh with arg0 and arg1 and arg2 # x", 44, "at most 2"),
    ("sleep foo if file # x", 19, "[!]rt, argN"),
    ("sleep foo if file a # x", 19, "[!]STRUCT.FIELD"),
    ("sleep foo if file calls # x", 25, "calls NAME [argN & CONST]"),
    ("sleep foo if file calls a* # x", 25, "calls NAME [argN & CONST]"),
    ("field a.b in bh if calls c arg1 # x", 28, "calls NAME [argN & CONST]"),
    ("field foo in bh # x", 7, "STRUCT.FIELD"),
    ("field a.b.c in bh # x", 7, "STRUCT.FIELD"),
    ("field .b in bh # x", 7, "STRUCT.FIELD"),
    ("field a.b bh # x", 11, "'in CONTEXT' or 'after FIELD'"),
    ("field a.b in bh if ret # x", 20, "[!]rt, argN"),
    ("field a.b in bh if arg0.c. # x", 20, "STRUCT.FIELD"),
    ("field a.b in bh if !c. # x", 21, "STRUCT.FIELD"),
    ("field a.b in bh if c.dd* # x", 20, "or [!]STRUCT.FIELD"),
    ("field a.b in bh if c.d & # x", 26, "a decimal or 0x number, or a macro name"),
    ("field a.b in bh if in_atomic # x", 20, "or [!]STRUCT.FIELD"),
    ("field a.b in bh if c.d == 3 # x", 24, "'and COND', 'or COND' or '# provenance'"),
    ("field a.b after # x", 17, "'after FIELD'"),
    ("field a.bb* after c # x", 19, "'after FIELD', both of them no globs"),
    ("test foo # x", 10, "preempt_count, preemptible"),
    ("sleep foo after # x", 17, "preempt, bh, irq"),
    ("sleep foo if !unseen # x", 15, "ret, argN"),
    ("quiet foo if arg0 # x", 11, "'# provenance'"),
    ("enter foo irq=save:any # x", 20, "ret, argN"),
    ("field a.b in bh if unseen # x", 20, "[!]rt"),
    ("test foo bar # x", 10, "preempt_count, preemptible"),
    ("sleep fo\0o # x", 9, "text"),
]


def write(path, text):
    path.write_text(text)
    return path


@pytest.mark.parametrize("line,col,form", BAD)
def test_bad_line(ask, tmp_path, line, col, form):
    f = write(tmp_path / "bad.model", "# a good line\nsleep ok # x\n" + line + "\nsleep ok2 # x\n")
    said, = ask("lint", f, status=2)
    assert said.startswith(f"{f}:3:{col}: "), said
    assert "; expected " in said and form in said.split("; expected ", 1)[1], said


def test_command_refuses(labyrinth, tmp_path):
    f = write(tmp_path / "bad.model", "sleep ok # x\nsleep foo if\n")
    done = subprocess.run([labyrinth, "models", "--model", f], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 2 and not done.stdout
    assert f"{f}:2:13: " in done.stderr and done.stderr.count("\n") == 1


GOOD = """\
sleep a # p
sleep b if arg1 & ___GFP_DIRECT_RECLAIM # p
nosleep c if !arg0 # p
sleep d if arg0.power.irq_safe == 0 and arg1 < -2 # p
sleep e if !in_interrupt and *arg3 > 0x10 # p
enter f preempt irq=save:*arg2 lock=arg0.lock if ret != 0 and !rt # p
leave g preempt irq=restore:arg1.flags lock=ret.siglock # p
enter h raw if rt and arg0 is not spinlock # p
neutral i_* # p
noreturn j # p
calls k arg2 in softirq+rcu if arg1 & 0x200000 == 0 # p
calls l arg0.notifier_call in rcu # p
calls m arg1 now preempt bh # p
field n.o in hardirq if !rt # p
field p.q_* in any-atomic # p
field p.r after s # p
field p.t in bh if !c.d and !c.e & 0x20 nearby or c.f & FLAG # p
field p.u in rcu if !arg0 and arg2 & 0x40 # p
test r preempt_count # p
quiet s # p
unsure t # p
sleep u after preempt bh lock=arg0.a.b if arg1 and unseen # p
leave v preempt irq=restore:any # p
"""
PRINTED = """\
sleep a
sleep b if arg1 & ___GFP_DIRECT_RECLAIM != 0
nosleep c if arg0 == 0
sleep d if arg0.power.irq_safe == 0 and arg1 < -2
sleep e if !in_interrupt and *arg3 > 0x10
enter f preempt irq=save:*arg2 lock=arg0.lock if ret != 0 and !rt
leave g preempt irq=restore:arg1.flags lock=ret.siglock
enter h raw if rt and arg0 is not spinlock
neutral i_*
noreturn j
calls k arg2 in softirq+rcu if arg1 & 0x200000 == 0
calls l arg0.notifier_call in rcu
calls m arg1 now preempt bh
field n.o in hardirq if !rt
field p.q_* in any-atomic
field p.r after s
field p.t in bh if !c.d and !c.e & 0x20 nearby
field p.t in bh if c.f & FLAG
field p.u in rcu if arg0 == 0 and arg2 & 0x40 != 0
test r preempt_count
quiet s
unsure t
sleep u after preempt bh lock=arg0.a.b if arg1 != 0 and unseen
leave v preempt irq=restore:any
"""
NAMES = "a b c d e f g h i_x j k l m n.o p.q_r p.r p.t p.u r s t u v".split()


def facts(ask, *files, names):
    """{name: [fact as text]}"""
    found, name = {}, None
    for line in ask("find", *files, "--", *names):
        if ": " in line and line.rsplit(": ", 1)[1].isdigit():
            name = line.rsplit(": ", 1)[0]
            found[name] = []
        else:
            found[name].append(line)
    return found


def test_good_lines_mean_what_they_say(ask, tmp_path):
    f = write(tmp_path / "good.model", GOOD)
    found = facts(ask, f, names=NAMES)
    assert "\n".join(line for n in NAMES for line in found[n]) + "\n" == PRINTED
    again = write(tmp_path / "again.model", "".join(x + " # p\n" for x in PRINTED.splitlines()))
    assert facts(ask, again, names=NAMES) == found


def test_odd_white_space_and_endings(ask, tmp_path):
    f = write(tmp_path / "m", "\t sleep \t a\tif arg1&4==4 and !arg2\t#p\r\n\n\r\n#\n  # text\nsleep b#p")
    assert facts(ask, f, names=["a", "b"]) == {
        "a": ["sleep a if arg1 & 4 == 4 and arg2 == 0"], "b": ["sleep b"]}


def test_or_makes_two_facts(ask, tmp_path):
    f = write(tmp_path / "m", "sleep a if arg1 & 4 and arg0 or rt # since 6.5: p\n")
    assert facts(ask, f, names=["a"])["a"] == [
        "sleep a if arg1 & 4 != 0 and arg0 != 0 since 6.5", "sleep a if rt since 6.5"]


def test_markers(ask, tmp_path):
    f = write(tmp_path / "m", "sleep a # since 6.5: p\nsleep b # until 6.0.1: p\n"
                              "sleep c # since then: p\nsleep d # until 6.0 p\n")
    assert facts(ask, f, names=["a", "b", "c", "d"]) == {
        "a": ["sleep a since 6.5"], "b": ["sleep b until 6.0.1"], "c": ["sleep c"],
        "d": ["sleep d"]}


def test_globs(ask, tmp_path):
    f = write(tmp_path / "m", """\
neutral tra* # p
sleep trace_bad* # p
sleep trace_good # p
neutral x[0-9]y? # p
field ops.ndo_* in bh # p
field ops.ndo_open in process # p
""")
    found = facts(ask, f, names="tra trace_x trace_badly trace_good trace_goods x1yz xay1 y "
                                "ops.ndo_x ops.ndo_open ops.x op.ndo_x".split())
    assert found == {"tra": ["neutral tra*"], "trace_x": ["neutral tra*"],
                     "trace_badly": ["sleep trace_bad*"], "trace_good": ["sleep trace_good"],
                     "trace_goods": ["neutral tra*"], "x1yz": ["neutral x[0-9]y?"], "xay1": [],
                     "y": [], "ops.ndo_x": ["field ops.ndo_* in bh"],
                     "ops.ndo_open": ["field ops.ndo_open in process"], "ops.x": [],
                     "op.ndo_x": []}


@pytest.mark.parametrize("early,late,left", [
    ("sleep a", "nosleep a", ["nosleep a"]),
    ("sleep a if arg0\nsleep a if arg1", "sleep a if arg2", ["sleep a if arg2 != 0"]),
    ("sleep a\nenter a preempt", "nosleep a", ["enter a preempt", "nosleep a"]),
    ("enter a preempt\nleave a bh", "leave a rcu", ["leave a rcu"]),
    ("sleep a\nenter a preempt\ncalls a arg0 now", "neutral a", ["neutral a"]),
    ("neutral a", "sleep a", ["sleep a"]),
    ("neutral a", "noreturn a", ["neutral a", "noreturn a"]),
    ("noreturn a\nsleep a", "test a in_atomic", ["noreturn a", "sleep a", "test a in_atomic"]),
    ("calls a arg0 in bh\nsleep a", "calls a arg0 in process",
     ["sleep a", "calls a arg0 in process"]),
    ("sleep a", "sleep a[a-z]b*", ["sleep a"]),
])
def test_later_file_wins_by_slot(ask, tmp_path, early, late, left):
    def model(name, text):
        return write(tmp_path / name, "".join(line + " # p\n" for line in text.splitlines()))
    files = model("1", early + "\nsleep other"), model("2", late)
    found = facts(ask, *files, names=["a", "other"])
    assert found == {"a": left, "other": ["sleep other"]}


def test_field_overrides_glob_and_exact(ask, tmp_path):
    a = write(tmp_path / "1", "field o.f in bh # p\nfield o.gg* in bh # p\n")
    b = write(tmp_path / "2", "field o.f in process # p\nfield o.gg* in rcu # p\n")
    assert facts(ask, a, b, names=["o.f", "o.ggg"]) == {
        "o.f": ["field o.f in process"], "o.ggg": ["field o.gg* in rcu"]}


def test_three_files_in_order(ask, tmp_path):
    f = [write(tmp_path / str(i), t) for i, t in enumerate(
        ["sleep a # p\nsleep b # p\n", "nosleep a # p\n", "sleep a if arg0 # p\n"])]
    assert facts(ask, *f, names=["a", "b"]) == {"a": ["sleep a if arg0 != 0"], "b": ["sleep b"]}


def test_lint_finds_contradictions(ask, tmp_path):
    f = write(tmp_path / "m", """\
sleep a # p
sleep a # q
sleep b # p
sleep b if arg0 # p
neutral c # p
enter c preempt # p
sleep d # p
nosleep d # p
field o.f in bh # p
field o.f in rcu # p
sleep e if arg0 # p
sleep e if arg1 # p
neutral g # p
noreturn g # p
""")
    said = ask("lint", f)
    assert said[-1] == "5"
    assert {line[:line.index(" ", line.index(" ") + 1)] for line in said[:-1]} == {
        "1 2", "3 4", "5 6", "7 8", "9 10"}


def test_builtin_has_no_contradiction(ask):
    assert ask("lint", "builtin") == ["0"]


def test_stale(ask, tmp_path):
    f = write(tmp_path / "m", """\
sleep here # p
sleep gone if arg0 or rt # p
sleep new # since 6.9: p
sleep old # until 5.0: p
neutral many_* # p
field o.here in bh # p
field o.gone in bh # p
""")
    assert ask("stale", f, "--", "here", "o.here") == [
        "sleep gone if arg0 != 0", "field o.gone in bh", "2"]


def test_cut_anywhere(ask, root, tmp_path):
    """A cut line parses or is refused with a place; the address checks see the rest."""
    text = next(x for x in (root / "src/check/model/linux-context.model").read_text().splitlines()
                if " and rt and arg0 is not " in x)
    for end in range(len(text) + 1):
        f = write(tmp_path / "m", text[:end])
        start = text[:end].partition("#")[0].strip()
        done = ask("lint", f, status=0 if not start or end > text.index("#") + 2 else 2)
        assert start and done[0].startswith(f"{f}:1:") or done == ["0"]
