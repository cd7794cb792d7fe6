# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: every command says what it takes, everywhere the same."""
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, ROOT, built, run

TOP = ("--help", "--version")


def labyrinth(*words, **more):
    return run(built(BUILD / "labyrinth", "all"), *words, **more)


def commands():
    return re.findall(r"^LAB_CMD\((\w+)\)", (ROOT / "src/cli/cmds.def").read_text(), re.M)


def options(command):
    """--name -> whether it takes an argument, out of its help."""
    text = labyrinth(command, "--help").stdout
    return {m[1]: bool(m[2]) for m in
            re.finditer(r"^ +(?:-\w, )?--([\w-]+)( [A-Z]\S*)?  +", text, re.M)}


def refused(*words, **more):
    done = labyrinth(*words, check=False, **more)
    assert done.returncode == 2 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr.strip()


def test_overview_names_every_command():
    text = labyrinth("--help").stdout
    assert labyrinth("help").stdout == text == labyrinth("-h").stdout
    assert re.findall(r"^  (\w+) +\S", text, re.M) == commands()
    alone = labyrinth(check=False)
    assert alone.returncode == 2 and alone.stderr == text


def test_version():
    assert re.fullmatch(r"labyrinth \d+\.\d+\S*\n", labyrinth("--version").stdout)


@pytest.mark.parametrize("command", commands())
def test_help_of(command):
    text = labyrinth(command, "--help").stdout
    assert text == labyrinth("help", command).stdout == labyrinth(command, "-h").stdout
    assert text.startswith(f"usage: labyrinth {command}")
    assert "help" in options(command)
    assert max(map(len, text.splitlines())) <= 100
    # a sentence in the help has no second full stop
    assert ".." not in text.replace("...", "")


PLAIN = {"help", "man", "completion"}      # nothing to show


@pytest.mark.parametrize("command", sorted(set(commands()) - PLAIN))
def test_help_teaches_by_examples(command):
    """Each example is a command line that parses, and the manual has it, too."""
    shown = re.findall(r"^  (labyrinth .*)\n      \S", labyrinth(command, "--help").stdout, re.M)
    assert shown
    for line in shown:
        words = line.split("|")[0].split()[1:]
        assert words[0] == command
        for word in (w for w in words if w.startswith("--")):
            assert word.split("=")[0][2:] in options(command)
        assert ".B labyrinth " + line[10:].replace("-", "\\-") in labyrinth("man").stdout


@pytest.mark.parametrize("command", commands())
def test_unknown_option_of(command):
    names = sorted(options(command))
    for name in names:
        wrong = name[:-1] if len(name) > 5 else name + "x"
        line = refused(command, f"--{wrong}")
        assert line.startswith(f"labyrinth: {command}: unknown option '--{wrong}' (did you mean '--")
    assert refused(command, "--zzzzzzzzzzzzzz") == (
        f"labyrinth: {command}: unknown option '--zzzzzzzzzzzzzz'")
    assert "unknown option '-@'" in refused(command, "-@")


@pytest.mark.parametrize("command", commands())
def test_arguments_of_options_of(command):
    for name, takes in options(command).items():
        if name == "help":
            continue
        if takes:
            assert f"--{name} needs an argument" in refused(command, f"--{name}")
        else:
            assert f"--{name} takes no argument" in refused(command, f"--{name}=1")


def test_unknown_command():
    assert refused("dmp") == ("labyrinth: unknown command 'dmp' (did you mean 'dump'?); "
                              "'labyrinth help' lists them")
    assert refused("qqqqqqq") == ("labyrinth: unknown command 'qqqqqqq'; "
                                  "'labyrinth help' lists them")
    assert "no command 'x'" in refused("help", "x")


def test_operands():
    assert "needs an argument: INPUT..." in refused("dump")
    assert "takes no 'x'" in refused("man", "x")
    assert "takes only one [COMMAND], not 'man'" in refused("help", "dump", "man")
    assert "only for bash" in refused("completion", "fish")
    assert "needs -o" in refused("assemble", "x")


def test_spellings_of_options(tmp_path):
    text = (ROOT / "tests/skel/reduce.txt").read_text()
    outs = []
    for i, words in enumerate((["-o", "{}"], ["-o{}"], ["--output", "{}"], ["--output={}"])):
        outs.append(tmp_path / str(i))
        labyrinth("assemble", "-", *(w.format(outs[-1]) for w in words), input=text)
    # options may stand behind operands, the last one counts, -- ends them
    outs.append(tmp_path / "last")
    labyrinth("assemble", "-o", tmp_path / "first", "-o", outs[-1], "--", "-", input=text)
    assert not (tmp_path / "first").exists()
    assert len({o.read_bytes() for o in outs}) == 1
    assert "labyrinth: --x: No such file" in refused("dump", "--", "--x", cwd=tmp_path)


def test_manual_has_everything():
    text = labyrinth("man").stdout
    for command in commands():
        assert f".SS labyrinth {command}" in text
        for name in options(command):
            assert "\\-\\-" + name.replace("-", "\\-") in text
    if shutil.which("mandoc"):
        assert run("mandoc", "-T", "lint", "-W", "style", input=text).stdout == ""
    if not shutil.which("groff"):
        pytest.skip("no groff: the manual page was not formatted")
    done = run("groff", "-man", "-ww", "-Tutf8", "-z", input=text)
    assert done.stderr == ""


def complete(*words):
    """What bash would offer for the last word."""
    line = " ".join(words)
    script = labyrinth("completion", "bash").stdout + f"""
        COMP_WORDS=({line} {'""' if not words[-1] else ''}) COMP_CWORD={len(words) - 1}
        _labyrinth; printf '%s\\n' "${{COMPREPLY[@]}}" """
    return set(run("bash", "-c", script, cwd=ROOT).stdout.split())


def test_completion():
    assert complete("labyrinth", "") == set(commands()) | set(TOP)
    assert complete("labyrinth", "as") == {"assemble"}
    for command in commands():
        assert complete("labyrinth", command, "--") == {f"--{o}" for o in options(command)}
    assert "Makefile" in complete("labyrinth", "dump", "Makefi")


def test_completion_of_rules():
    rules = set(re.findall(r"^([\w-]+) ", labyrinth("explain").stdout, re.M))
    assert {"sleep-in-atomic", "rt-sleep-in-atomic"} <= rules
    assert complete("labyrinth", "explain", "") == rules == complete("labyrinth", "check", "--rule", "")


def test_wrong_words_of_check_and_models(tmp_path):
    """Said before any input is read, and by name."""
    nowhere = tmp_path / "nowhere.o"
    assert refused("check", "--rule", "nope", nowhere) == (
        "labyrinth: check: no rule 'nope'; labyrinth explain lists them")
    assert "'rt-sleep-in-atomic' is asked with --rt" in refused(
        "check", "--rule", "rt-sleep-in-atomic", nowhere)
    assert "'sleep-in-atomic' is asked without --rt" in refused(
        "check", "--rt", "--rule", "sleep-in-atomic", nowhere)
    for number in ("0", "257", "x", ""):
        assert "--jobs takes a number from 1 to 256" in refused("check", "-j", number, nowhere)
    for number in ("-1", "256", "1x"):
        assert "takes a number from 0 to 255" in refused(
            "check", f"--error-exitcode={number}", nowhere)
    # what is not there or not what is asked for: the next step is said
    assert refused("check", "--compile-commands", nowhere).endswith("gen_compile_commands.py make one")
    (tmp_path / "a.c").write_text("int x;\n")
    assert refused("check", tmp_path / "a.c").endswith("labyrinth plugin prints the flags)")
    assert refused("explain", "nosuch") == "labyrinth: explain: no rule 'nosuch'; labyrinth explain lists them"
    assert "did you mean" not in refused("check", "--bogus", nowhere)   # nothing is near
    (tmp_path / "a.c").unlink()
    assert "INPUT goes with --check" in refused("models", nowhere)
    assert refused("check", nowhere) == f"labyrinth: {nowhere}: No such file or directory"
    assert "nothing to check" in refused("check", tmp_path)


def test_completion_of_values():
    for command in commands():
        text = re.sub(r"\n {20,}", " ", labyrinth(command, "--help").stdout)
        for name, values in re.findall(r"--([\w-]+) .*\(((?:\w+\|)+\w+)\)$", text, re.M):
            assert complete("labyrinth", command, f"--{name}", "") == set(values.split("|"))
            assert "takes one of" in refused(command, f"--{name}", "nonsense")
