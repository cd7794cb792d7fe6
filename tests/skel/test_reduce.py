# SPDX-License-Identifier: GPL-2.0-or-later
"""Reducing a function must not change what it does: both are run and compared."""
import pathlib
import re

from hypothesis import HealthCheck, given, settings

from conftest import BUILD, ROOT, built, run
from skelgen import PRELUDE, Machine, ssa_functions

HERE = pathlib.Path(__file__).parent


def reduce(text):
    return run(built(BUILD / "unit" / "tool_reduce", "unit"), input=text).stdout


def body(text):
    """The blocks without decorations, as one string."""
    code = text[text.index("b0:"):text.index("\nend")]
    return re.sub(r"(?<=\d)/[\w*]+", "", code)


def reduced(code):
    return body(reduce(PRELUDE + code + "\nend\n"))


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=ssa_functions())
def test_reduced_functions_do_the_same(text):
    small = reduce(text)
    assert len(body(small)) <= len(body(text)) + 1
    assert reduce(small) == small
    for a, b in ((0, 1), (1, 0), (5, 3), (2, 2)):
        before, done = Machine(text).run(a, b)
        after, done_too = Machine(small).run(a, b)
        n = len(before) if done and done_too else min(len(before), len(after))
        assert before[:n] == after[:n], text + small
        assert not done or not done_too or len(before) == len(after), text + small


def test_the_machine_sees_a_difference():
    one = PRELUDE + "b0:\n\t%2 = call @1(%0, %1) t0 !-\n\tret (%2) !-\nend\n"
    other = one.replace("(%0, %1)", "(%1, %0)")
    assert Machine(one).run(0, 1) != Machine(other).run(0, 1)


def test_equal_sides_make_no_branch():
    assert reduced("b0:\n\tbr %0 ? b1 : b2 !-\nb1:\n\tjump b3\nb2:\n\tjump b3\n"
                   "b3:\n\t%2 = phi (b1: %1, b2: %1) t0\n\tret (%2) !-") == "b0:\n\tret (%1) !-"


def test_different_sides_stay():
    text = reduced("b0:\n\tbr %0 ? b1 : b2 !-\nb1:\n\tjump b3\nb2:\n\tjump b3\n"
                   "b3:\n\t%2 = phi (b1: %0, b2: %1) t0\n\tret (%2) !-")
    assert "br %0" in text and "phi" in text


def test_unused_values_go_in_circles_too():
    assert reduced("b0:\n\t%2 = const 1 t0\n\tjump b1\n"
                   "b1:\n\t%3 = phi (b0: %2, b2: %4) t0\n\tbr %0 ? b2 : b3 !-\n"
                   "b2:\n\t%4 = bin add %3, %2 t0\n\tjump b1\nb3:\n\tret () !-"
                   ).count("=") == 0


def test_events_stay():
    text = reduced("b0:\n\t%2 = call @1() t0 !-\n\t%3 = load *%0 t0 !-\n"
                   "\t%4 = asm \"x\" () !-\n\t%5 = calli %1() t0 as t0 !-\n"
                   "\tstore *%0 = %1 !-\n\tcopy $0 = *%0 !-\n\tret () !-")
    for word in ("call @1", "load", "asm", "calli", "store", "copy"):
        assert word in text


def test_one_load_says_dereferenced():
    load = "\t%{} = load *%0{} t0 !-\n"
    assert reduced("b0:\n" + load.format(2, "") + load.format(3, ".0/x") + "\tret () !-"
                   ).count("load") == 1
    # used ones stay, and so does one behind a call, or through another pointer
    assert reduced("b0:\n" + load.format(2, "") + load.format(3, ".0/x") + "\tret (%3) !-"
                   ).count("load") == 2
    assert reduced("b0:\n" + load.format(2, "") + "\t%3 = call @1() t0 !-\n" + load.format(4, "")
                   + "\tret () !-").count("load") == 2
    assert reduced("b0:\n" + load.format(2, "") + "\t%3 = load *%1 t0 !-\n\tret () !-"
                   ).count("load") == 2
    assert reduced("b0:\n" + load.format(2, "") + "\t%3 = load *%0 t0 !- {volatile}\n\tret () !-"
                   ).count("load") == 2


def test_blocks_join_and_unreachable_ones_go():
    assert reduced("b0:\n\tjump b1\nb1:\n\t%2 = call @1() t0 !-\n\tjump b3\n"
                   "b2:\n\tstop\nb3:\n\tret (%2) !-"
                   ) == "b0:\n\t%2 = call @1() t0 !-\n\tret (%2) !-"


def test_an_empty_loop_stays_a_loop():
    assert reduced("b0:\n\tjump b1\nb1:\n\tjump b1").endswith("b1:\n\tjump b1")


def test_the_example_beside_this_file():
    text = body(reduce((HERE / "reduce.txt").read_text()))
    assert re.findall(r"b\d+:", text) == ["b0:", "b1:", "b2:", "b3:"]
    assert text.count(" = ") == 6 and "phi" not in text


def test_what_cannot_come_is_forgotten():
    assert reduced("b0:\n\tjump b2\nb1:\n\tjump b2\n"
                   "b2:\n\t%2 = phi (b0: %0, b1: %1) t0\n\tret (%2) !-") == "b0:\n\tret (%0) !-"


def test_one_predecessor_named_twice():
    both = "b0:\n\tbr %0 ? b1 : b1 !-\nb1:\n\t%2 = phi (b0: %1, b0: %{}) t0\n\tret (%2) !-"
    assert reduced(both.format(1)) == "b0:\n\tret (%1) !-"
    # two edges that say different things: the branch decides
    assert "br %0 ? b1 : b1" in reduced(both.format(0))


def test_a_phi_does_not_grow_for_an_empty_block():
    code = "b0:\n\tswitch %0 (0: b1, 1: b2, 2: b3) else b4 !-\n"
    code += "".join(f"b{i}:\n\t%{i + 1} = call @1() t0 !-\n\tjump b5\n" for i in (1, 2, 3))
    code += "b4:\n\tjump b6\nb5:\n\tjump b6\n"
    code += "b6:\n\t%5 = phi (b4: %0, b5: %1) t0\n\t%6 = phi (b4: %1, b5: %0) t0\n"
    assert reduced(code + "\tret (%5) !-").count(": %") == 4           # one phi: three more words
    assert reduced(code + "\t%7 = call @1(%5, %6) t0 !-\n\tret () !-").count(": %") == 4
