# SPDX-License-Identifier: GPL-2.0-or-later
"""Arguments of the plugin: what is accepted, and how misuse is refused."""
import shutil

import pytest

import same
from conftest import PLUGIN_VERSIONS, has_plugin_headers, plugin_path, run

SOURCE = "int f(int x) { return x + 1; }\n"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "x.c"
    path.write_text(SOURCE)
    return path


def compile_with(plugin, source, *args, words=(), gcc="gcc"):
    return run(gcc, "-O2", *words, f"-fplugin={plugin}",
               *(f"-fplugin-arg-labyrinth-{a}" for a in args),
               "-c", "-o", source.with_suffix(".o"), source, check=False, cwd=source.parent)


@pytest.mark.parametrize("args", [[], ["quiet"], ["extract-only"], ["error"], ["id=3f7a"],
                                  ["root=/nowhere"], ["root=/nowhere///"],
                                  ["off=sleep-in-atomic"],
                                  ["quiet", "extract-only", "id=x", "root=/", "error"]], ids=str)
def test_accepted(plugin, source, args):
    done = compile_with(plugin, source, *args)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    same.check_facts(source.with_suffix(".o"))


@pytest.mark.parametrize("arg, says", [
    ("quite", "argument 'quite' is unknown; use quiet, extract-only,"),
    ("quiet=1", "argument 'quiet' takes no value"),
    ("extract-only=yes", "argument 'extract-only' takes no value"),
    ("root", "argument 'root' needs a value"),
    ("root=", "argument 'root' needs a value"),
    ("root=some/where", "argument 'root' needs an absolute folder"),
    ("id", "argument 'id' needs a value"),
    ("off=", "argument 'off' needs a value"),
    ("off=no-such-rule", "argument 'no-such-rule' names a rule that does not exist"),
])
def test_refused(gcc, plugin_of, source, arg, says):
    done = compile_with(plugin_of, source, arg, gcc=gcc)
    assert done.returncode == 1
    assert not source.with_suffix(".o").exists()
    lines = done.stderr.replace("‘", "'").replace("’", "'").splitlines()
    assert [n for n in lines if "error" in n] == [lines[0]]
    assert f"fatal error: labyrinth: {says}" in lines[0]
    assert "internal" not in done.stderr


def test_disable(plugin, source):
    assert same.differences(["gcc", "-O2", "-c", source], source.with_suffix(""), plugin,
                            "disable") == []
    compile_with(plugin, source, "disable")
    assert ".discard.labyrinth" not in run("readelf", "-SW", source.with_suffix(".o")).stdout


def test_verbose_says_what_was_recorded(plugin, source):
    done = compile_with(plugin, source, "verbose")
    assert done.returncode == 0
    assert done.stderr.startswith("labyrinth: ") and "1 functions" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_plugin_help(plugin, source):
    done = run("gcc", "-v", "--help", f"-fplugin={plugin}", check=False, cwd=source.parent)
    for word in ("quiet", "extract-only", "root=DIR", "off=RULE"):
        assert word in done.stdout + done.stderr


def test_other_compiler_is_refused(source):
    if not all(has_plugin_headers(v) for v in PLUGIN_VERSIONS):
        pytest.skip("needs the plugins for gcc-11 and gcc-12 (make deps plugins)")
    for theirs, ours in ((11, 12), (12, 11)):
        done = compile_with(plugin_path(ours), source, gcc=f"gcc-{theirs}")
        assert done.returncode == 1
        assert not source.with_suffix(".o").exists()
        assert f"was built for gcc {ours}." in done.stderr and "labyrinth plugin --cc" in done.stderr
        assert f"the compiler is gcc {theirs}." in done.stderr


def test_clang_refuses_by_itself(plugin, source):
    if not shutil.which("clang"):
        pytest.skip("clang is not installed (make deps)")
    done = run("clang", f"-fplugin={plugin}", "-c", "-o", source.with_suffix(".o"), source,
               check=False)
    assert done.returncode == 1 and "labyrinth.so" in done.stderr


def test_only_two_symbols_are_visible(plugin_of):
    names = {line.split()[-1] for line in run("nm", "-D", "--defined-only",
                                              plugin_of).stdout.splitlines()}
    assert names == {"plugin_init", "plugin_is_GPL_compatible"}


def test_version_tests_live_in_one_header(root):
    stray = [p.name for p in (root / "gcc-plugin").iterdir()
             if p.name != "gcc-common.h" and "BUILDING_GCC_VERSION" in p.read_text()]
    assert stray == []
