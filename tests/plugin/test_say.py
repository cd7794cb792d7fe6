# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin speaks: its words, its switches, and that it says what labyrinth check says."""
import json
import re

import pytest

import caselib
import elfcmp
import same
import test_example
from conftest import run

# sleep_bad: one call deep; twice_bad: two roots, two calls of one line's callee
SOURCE = """#include "kernel.h"
static void helper(int n)
{
\tif (n > 2)
\t\tmsleep(1);
}
void sleep_bad(spinlock_t *l, int n)
{
\tspin_lock(l);
\thelper(n);
\tspin_unlock(l);
}
void twice_bad(spinlock_t *l)
{
\tspin_lock(l);
\tmsleep(2);
\tmsleep(3);
\tspin_unlock(l);
}
"""
LINES = [5, 16, 17]
RULE = "[labyrinth::sleep-in-atomic]"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "x.c"
    path.write_text(SOURCE)
    return path


def compile_with(plugin, source, *words, gcc="gcc", args=(), check=False):
    return run(gcc, "-O2", "-Wall", "-I", caselib.CASES, *words, f"-fplugin={plugin}",
               *(f"-fplugin-arg-labyrinth-{a}" for a in args), "-c", "-o",
               source.with_suffix(".o"), source.name, check=check, cwd=source.parent)


def places(text, kind="warning"):
    return [int(m) for m in re.findall(rf"^x\.c:(\d+):(?:\d+:)? {kind}: .*{re.escape(RULE)}$", text,
                                       re.M)]


def plain(text):
    return text.replace("‘", "'").replace("’", "'")


def test_warning_and_path(gcc, plugin_of, source):
    done = compile_with(plugin_of, source, gcc=gcc)
    assert done.returncode == 0
    said = plain(done.stderr)
    assert places(said) == LINES
    assert f"warning: msleep() may sleep in atomic context (preemption off) {RULE}" in said
    assert "x.c: In function 'helper':" in said and "x.c: In function 'twice_bad':" in said
    events = re.findall(r"\((\d)\) (.*)", said.split("In function 'twice_bad'")[0])
    assert [(n, w.split(", when ")[0]) for n, w in events] == [
        ("1", "becomes atomic here (preemption off)"), ("2", "'sleep_bad' calls 'helper'"),
        ("3", "'helper' calls 'msleep', which may sleep")]
    assert re.search("when n >=? [23]$", events[2][1])
    assert "+--> 'helper': event 3" in said


def test_events_are_notes_on_demand(gcc, plugin_of, source):
    said = plain(compile_with(plugin_of, source, "-fdiagnostics-path-format=separate-events",
                              gcc=gcc).stderr)
    assert re.findall(r"^x\.c:(\d+):\d+: note: \((\d)\)", said, re.M)[:3] == [
        ("9", "1"), ("10", "2"), ("5", "3")]
    none = compile_with(plugin_of, source, "-fdiagnostics-path-format=none", gcc=gcc).stderr
    assert places(none) == LINES and "becomes atomic" not in none


def test_json(gcc, plugin_of, source):
    done = compile_with(plugin_of, source, "-fdiagnostics-format=json", gcc=gcc)
    said = json.loads(done.stderr)
    assert [d["locations"][0]["caret"]["line"] for d in said] == LINES
    for d in said:
        assert d["kind"] == "warning" and d["message"].endswith(RULE)
        assert "option" not in d
    assert [(e["function"], e["location"]["line"], e["depth"]) for e in said[0]["path"]] == [
        ("sleep_bad", 9, 0), ("sleep_bad", 10, 0), ("helper", 5, 1)]


def test_werror_leaves_it_a_warning(gcc, plugin_of, source):
    done = compile_with(plugin_of, source, "-Werror", gcc=gcc)
    assert done.returncode == 0 and places(done.stderr) == LINES
    assert "error" not in done.stderr
    # -Werror is as it was for everybody else
    source.write_text(SOURCE + "static int unused(void) { return 1; }\n")
    done = compile_with(plugin_of, source, "-Werror", gcc=gcc)
    assert done.returncode == 1 and "[-Werror=unused-function]" in done.stderr


@pytest.mark.parametrize("mode", [[], ["extract-only", "speak"]], ids=str)
def test_error_argument(gcc, plugin_of, source, mode):
    done = compile_with(plugin_of, source, gcc=gcc, args=["error", *mode])
    assert done.returncode == 1
    assert places(done.stderr, "error") == LINES and places(done.stderr) == []
    assert "Werror" not in done.stderr
    assert not source.with_suffix(".o").exists()


@pytest.mark.parametrize("words, args", [
    (["-w"], []), (["-w"], ["error"]), ([], ["quiet"]), ([], ["disable"]), ([], ["extract-only"]),
    ([], ["quiet", "speak"]), ([], ["off=sleep-in-atomic"]),
    ([], ["off=sleep-in-atomic,sleep-in-atomic"]),
], ids=str)
def test_silence(gcc, plugin_of, source, words, args):
    done = compile_with(plugin_of, source, *words, gcc=gcc, args=args)
    assert (done.returncode, done.stderr) == (0, "")
    assert source.with_suffix(".o").exists()


def test_off_wants_rules(plugin, source):
    done = compile_with(plugin, source, args=["off=sleep-in-atomic,sleep"])
    assert done.returncode == 1 and "argument 'sleep' names a rule that" in plain(done.stderr)


def test_extraction_speaks_when_asked(plugin, source):
    done = compile_with(plugin, source, args=["extract-only", "speak"])
    assert done.returncode == 0 and places(done.stderr) == LINES
    same.check_facts(source.with_suffix(".o"))


def test_system_headers_follow_their_option(plugin, source):
    folder = source.parent / "sys"
    folder.mkdir()
    (folder / "x.h").write_text(SOURCE)
    source.write_text('#include "x.h"\n')
    words = ["-isystem", "sys"]
    assert compile_with(plugin, source, *words).stderr == ""
    assert RULE in compile_with(plugin, source, *words, "-Wsystem-headers").stderr


def test_several_ways_to_one_call(plugin, source):
    callers = "".join(f"void u{n}_bad(spinlock_t *l)\n{{\n\tspin_lock(l);\n\tdeep();\n"
                      "\tspin_unlock(l);\n}\n" for n in range(5))
    source.write_text('#include "kernel.h"\nstatic void deep(void)\n{\n\tmsleep(1);\n}\n' + callers)
    said = plain(compile_with(plugin, source).stderr)
    assert places(said) == [4]
    assert said.count("note: also reached like this") == 2
    assert "note: and from 2 more places ('labyrinth check --format=json' lists them)" in said


def test_places_of_files_that_do_not_exist(plugin, source):
    """#line names other files; the place is said as the source says it."""
    source.write_text(SOURCE.replace("static void helper", '#line 700 "made/up.c"\nstatic void helper'))
    said = compile_with(plugin, source).stderr
    assert re.findall(r"^(\S+): warning", said, re.M) == ["made/up.c:703:3", "made/up.c:714:2",
                                                         "made/up.c:715:2"]


def test_long_lines_and_late_columns(plugin, source):
    """GCC gives up columns far right; the line stays right."""
    source.write_text(SOURCE.replace("\tmsleep(2);", " " * 200000 + "msleep(2);"))
    assert places(compile_with(plugin, source, "-fdiagnostics-path-format=none",
                               "-fno-diagnostics-show-caret").stderr) == LINES


def test_root_argument_does_not_hide_the_place(plugin, source):
    done = compile_with(plugin, source, args=[f"root={source.parent}"])
    assert places(done.stderr) == LINES and "   16 |" in done.stderr


def test_object_and_facts_are_those_of_a_quiet_compile(gcc, plugin_of, source):
    objects = []
    for args in ([], ["quiet"]):
        assert (RULE in compile_with(plugin_of, source, gcc=gcc, args=args).stderr) == (not args)
        objects.append(source.with_suffix(".o").read_bytes())
    assert objects[0] == objects[1]
    bare, spoken, one, two = same.compile_both(
        [gcc, "-O2", "-I", caselib.CASES, "-c", source], source.with_suffix(""), plugin_of)
    assert one.stderr == "" and RULE in two.stderr
    assert elfcmp.differences(bare, spoken) == []


def fingerprints(said):
    """[(fingerprint, file, line, rule)] of a verbose compile."""
    return re.findall(r"^labyrinth: fingerprint (\w+): (\S+):(\d+): (\S+)$", said, re.M)


def reported(doc):
    return [(f["fingerprint"], f["sink"]["file"], str(f["sink"]["line"]), f["rule"])
            for f in doc["findings"]]


@pytest.mark.parametrize("args", [[], ["root=@"]], ids=str)
def test_same_fingerprint_in_both_mouths(gcc, plugin_of, labyrinth, source, args):
    args = [a.replace("@", str(source.parent)) for a in args]
    done = compile_with(plugin_of, source, gcc=gcc, args=["verbose", *args])
    said = fingerprints(done.stderr)
    assert len({s[0] for s in said}) == len(said) == len(LINES)
    assert said == reported(caselib.check(labyrinth, [source.with_suffix(".o")]))


def test_fingerprints_survive_what_moves(plugin, source):
    """Lines that move, calls elsewhere: no change.  One more call before: the later ones count on."""
    def prints():
        done = compile_with(plugin, source, args=["verbose"])
        return [s[0] for s in fingerprints(done.stderr)]

    first = prints()
    source.write_text(SOURCE.replace("void twice_bad", "\n\nvoid other(void) { msleep(9); }\n"
                                     "void twice_bad"))
    assert prints() == first
    source.write_text(SOURCE.replace("\tspin_lock(l);\n\tmsleep(2)", "\tmsleep(1);\n"
                                     "\tspin_lock(l);\n\tmsleep(2)"))
    assert prints()[:2] == [first[0], first[2]] and prints()[2] not in first


def test_root_of_check_is_root_of_the_facts(plugin, labyrinth, source):
    """check --root on absolute paths says what facts with root= say."""
    compile_with(plugin, source, args=["quiet", f"root={source.parent}"])
    relative = caselib.check(labyrinth, [source.with_suffix(".o")])
    run("gcc", "-O2", "-I", caselib.CASES, f"-fplugin={plugin}", "-fplugin-arg-labyrinth-quiet",
        "-c", "-o", source.with_suffix(".o"), source)
    plain_doc = caselib.check(labyrinth, [source.with_suffix(".o")])
    assert {f["sink"]["file"] for f in plain_doc["findings"]} == {str(source)}
    for root in (source.parent, f"{source.parent}//"):
        doc = caselib.check(labyrinth, [source.with_suffix(".o")], ["--root", root])
        assert doc == relative and {f["sink"]["file"] for f in doc["findings"]} == {"x.c"}
    doc = caselib.check(labyrinth, [source.with_suffix(".o")], ["--root", str(source.parent)[:-1]])
    assert doc == plain_doc


def test_example_driver_speaks(tmp_path, kernel_headers, plugin, labyrinth):
    """Compiled with the plugin alone the driver shows what each of its files proves."""
    folder, said = test_example.build(tmp_path, kernel_headers, plugin,
                                      "-fplugin-arg-labyrinth-verbose")
    spoken = fingerprints(said)
    assert len(caselib.warnings(said)) == len(spoken) >= 4
    whole = caselib.check(labyrinth, [folder], ["--refuted"])
    assert {s[0] for s in spoken} <= {f["fingerprint"] for f in whole["findings"]}
    assert whole["refuted"] == []
    alone = [r for o in sorted(folder.glob("maze_*.o"))
             for r in reported(caselib.check(labyrinth, [o]))]
    assert sorted(s[0] for s in spoken) == sorted(r[0] for r in alone)
    marked = test_example.planted().markers
    for _, file, line, _ in spoken:
        assert (file.rsplit("/", 1)[-1], int(line)) in marked
