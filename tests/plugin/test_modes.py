# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to run the compiler: dependencies, outputs, stages, languages, several sources."""
import os
import shutil

import pytest

import same
from conftest import BUILD, run

HEADER = "static inline int helper(int x) { return x * 2; }\n#define GFP_TEST 5\n"
FIRST = '#include "sub/h.h"\nint first(int x) { return helper(x); }\nint table[3] = { 1, 2, 3 };\n'
SECOND = '#include "sub/h.h"\n#include <stddef.h>\nsize_t second(char *p) { return p[0]; }\n'


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/h.h").write_text(HEADER)
    (tmp_path / "first.c").write_text(FIRST)
    (tmp_path / "second.c").write_text(SECOND)
    return tmp_path


@pytest.fixture(params=["quiet", "extract-only"])
def facts(request, plugin):
    return [f"-fplugin={plugin}", f"-fplugin-arg-labyrinth-{request.param}"]


def gcc(tree, *words, **more):
    return run("gcc", "-O2", *words, cwd=tree, **more)


def functions(path):
    return sorted(line.split()[1].split("/")[1] for line in same.check_facts(path).splitlines()
                  if line.startswith("func "))


@pytest.mark.parametrize("words", [["-MD"], ["-MMD", "-MP"], ["-Wp,-MMD,sub/x.d"],
                                   ["-MD", "-MF", "y.d", "-MT", "goal"]], ids=" ".join)
def test_dependencies_are_those_of_a_normal_compile(tree, facts, words):
    def dependencies(*more):
        gcc(tree, "-c", "first.c", *words, *more)
        found = {p.relative_to(tree): p.read_bytes() for p in tree.rglob("*.d")}
        for name in found:
            os.unlink(tree / name)
        return found
    want = dependencies()
    assert want and dependencies(*facts) == want


def test_extracted_object_is_valid_and_empty(tree, plugin):
    out = tree / "x.o"
    gcc(tree, "-g", "-c", "-o", out, "first.c", f"-fplugin={plugin}",
        "-fplugin-arg-labyrinth-extract-only")
    sections = {line.split("]")[1].split()[0]: line for line in
                run("readelf", "-SW", out).stdout.splitlines() if "] ." in line}
    assert int(sections[".text"].split("PROGBITS")[1].split()[2], 16) == 0
    assert " E " in sections[".discard.labyrinth"] and ".note.GNU-stack" in sections
    assert "first" not in run("nm", out).stdout
    assert functions(out) == ["first", "helper"]
    gcc(tree, "-r", "-nostdlib", "-o", tree / "y.o", out)       # a linker takes it
    assert functions(tree / "y.o") == ["first", "helper"]


def test_facts_survive_ld_r_and_leave_a_program(tree, plugin):
    gcc(tree, "-c", "first.c", "second.c", f"-fplugin={plugin}")
    gcc(tree, "-r", "-nostdlib", "-o", "both.o", "first.o", "second.o")
    assert functions(tree / "both.o") == ["first", "helper", "second"]
    (tree / "main.c").write_text("int main(void) { return 0; }\n")
    gcc(tree, "-o", "prog", "main.c", "both.o", f"-fplugin={plugin}")
    assert ".discard.labyrinth" not in run("readelf", "-SW", tree / "prog").stdout


def test_several_sources_at_once(tree, facts):
    gcc(tree, "-c", "first.c", "second.c", *facts)
    assert functions(tree / "first.o") == ["first", "helper"]
    assert functions(tree / "second.o") == ["second"]


@pytest.mark.parametrize("words", [["-pipe"], ["-save-temps"], ["-save-temps=obj", "-g"],
                                   ["-fdiagnostics-format=json"], ["-ftime-report"]], ids=" ".join)
def test_options_of_the_driver(tree, facts, words):
    gcc(tree, *words, "-c", "-o", "sub/first.o", "first.c", *facts)
    assert functions(tree / "sub/first.o") == ["first", "helper"]


def test_assembler_output(tree, facts):
    gcc(tree, "-S", "first.c", *facts)
    gcc(tree, "-c", "first.s")
    assert functions(tree / "first.o") == ["first", "helper"]
    text = gcc(tree, "-S", "-o", "-", "first.c", *facts).stdout
    assert text == (tree / "first.s").read_text()
    assert ".ascii" not in text[text.index(".discard.labyrinth"):]


def test_preprocessed_and_standard_input(tree, facts):
    gcc(tree, "-E", "-o", "first.i", "first.c", *facts)
    gcc(tree, "-c", "first.i", *facts)
    assert functions(tree / "first.o") == ["first", "helper"]
    gcc(tree, "-c", "-x", "c", "-o", "in.o", "-", *facts, input="void g(void) {}\n")
    assert functions(tree / "in.o") == ["g"]


@pytest.mark.parametrize("words", [["-E"], ["-fsyntax-only"], ["-M"]], ids=" ".join)
def test_stages_without_the_pass(tree, facts, words):
    """There is nothing to record, and nothing is said."""
    bare, done = gcc(tree, *words, "first.c"), gcc(tree, *words, "first.c", *facts)
    assert done.stdout == bare.stdout and done.stderr == ""


def test_other_languages_are_left_alone(tree, facts):
    for lang, name in (("c++", "C++"),):
        (tree / "x.cc").write_text("int f() { return 1; }\n")
        done = gcc(tree, "-x", lang, "-c", "-o", "x.o", "x.cc", *facts)
        assert done.stderr.count("labyrinth: C only") == 1 and name in done.stderr
        assert ".discard.labyrinth" not in run("readelf", "-SW", tree / "x.o").stdout
    (tree / "x.S").write_text("nop\n")
    assert gcc(tree, "-c", "x.S", *facts).stderr == ""


def test_lto_link_with_the_plugin(tree, plugin):
    (tree / "main.c").write_text("extern int first(int); int main(void) { return first(0); }\n")
    done = gcc(tree, "-flto", f"-fplugin={plugin}", "-o", "prog", "main.c", "first.c")
    assert done.stderr == ""
    run(tree / "prog")


def test_precompiled_header(tree, facts):
    gcc(tree, "-x", "c-header", "-o", "sub/h.h.gch", "sub/h.h", *facts)
    gcc(tree, "-c", "first.c", *facts)
    assert functions(tree / "first.o") == ["first", "helper"]


@pytest.mark.parametrize("source", ["int f( { return; }\n", "int f(void) { return x; }\n",
                                    "#error no\n", '#include "missing.h"\n', "int a[-1];\n"])
def test_broken_sources_fail_as_ever(tree, facts, source):
    (tree / "bad.c").write_text(source + FIRST)
    bare = gcc(tree, "-c", "bad.c", check=False)
    done = gcc(tree, "-c", "bad.c", *facts, check=False)
    assert (done.returncode, done.stderr) == (bare.returncode, bare.stderr)
    assert done.returncode == 1 and not os.path.exists(tree / "bad.o")


def test_warnings_decide_the_status_of_an_extraction(tree, plugin):
    words = ["-c", "warn.c", f"-fplugin={plugin}", "-fplugin-arg-labyrinth-extract-only", "-Wall"]
    (tree / "warn.c").write_text("int f(void) { int unused; return 1; }\n")
    done = gcc(tree, *words)
    assert "unused variable" in done.stderr
    done = gcc(tree, *words, "-Werror", check=False)
    assert done.returncode == 1 and "being treated as errors" in done.stderr


def test_unwritable_output(tree, facts):
    done = gcc(tree, "-S", "-o", "/dev/full", "first.c", *facts, check=False)
    assert done.returncode != 0 and "No space left" in done.stderr


def section(obj, out):
    run("objcopy", "--dump-section", f".discard.labyrinth={out}", obj, "/dev/null")
    return out.read_bytes()


@pytest.mark.parametrize("how", ["root", "prefix-map"])
def test_two_build_folders_give_equal_facts(tree, plugin, how):
    found = []
    for name in ("one", "another/longer"):
        folder = tree / name
        shutil.copytree(tree / "sub", folder / "sub")
        (folder / "first.c").write_text(FIRST)
        (folder / "build").mkdir()
        word = (f"-fplugin-arg-labyrinth-root={folder}" if how == "root" else
                f"-ffile-prefix-map={folder}=.")
        for where, source in ((folder, "first.c"), (folder / "build", "../first.c"),
                              (folder, folder / "first.c")):
            run("gcc", "-O2", "-g", f"-fplugin={plugin}", word, "-c", "-o", "x.o", source,
                cwd=where)
            if how == "root" or source == folder / "first.c":
                found.append(section(where / "x.o", tree / "bytes"))
            assert str(tree) not in run(BUILD / "labyrinth", "dump", where / "x.o").stdout.split(
                "\n", 1)[1] or (how != "root" and source != folder / "first.c")
    assert len(set(found)) == 1


def test_paths_of_a_kernel_build(tree, plugin):
    """An object folder beside the source, as O= makes it."""
    (tree / "obj/include").mkdir(parents=True)
    (tree / "obj/include/gen.h").write_text("static inline int gen(void) { return 1; }\n")
    (tree / "third.c").write_text('#include "gen.h"\nint third(void) { return gen(); }\n')
    run("gcc", f"-fplugin={plugin}", f"-fplugin-arg-labyrinth-root={tree}", "-I./include",
        f"-fmacro-prefix-map={tree}/=", "-c", "-o", "x.o", tree / "third.c", cwd=tree / "obj")
    text = same.check_facts(tree / "obj/x.o")
    assert 'unit source "third.c" cwd ""' in text
    assert '"obj/include/gen.h"' in text        # below the root, so one name from anywhere


def test_ccache_replays_the_facts(tree, plugin):
    if not shutil.which("ccache"):
        pytest.skip("ccache is not installed (make deps)")
    env = dict(os.environ, CCACHE_DIR=str(tree / "cache"))
    for _ in range(2):
        run("ccache", "gcc", "-O2", "-c", "-o", "x.o", "first.c", f"-fplugin={plugin}",
            "-fplugin-arg-labyrinth-id=1", cwd=tree, env=env)
        assert functions(tree / "x.o") == ["first", "helper"]
        os.unlink(tree / "x.o")
    assert "cache_hit" in run("ccache", "--print-stats", env=env).stdout
