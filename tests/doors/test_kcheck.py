# SPDX-License-Identifier: GPL-2.0-or-later
"""make C=1 and C=2 with labyrinth kcheck, by kbuild itself on the installed headers."""
import os
import re
import shutil
import subprocess

import pytest

import driver
from conftest import default_gcc, has_plugin_headers, run


@pytest.fixture
def small(tmp_path, kernel_headers, labyrinth, plugin):
    return driver.Driver(tmp_path / "drv", kernel_headers, labyrinth, plugin)


def compiled(log):
    """How often each source of the driver went through the compiler."""
    names = [os.path.basename(n) for n in log.read_text().split()]
    return {n: names.count(n) for n in ("a.c", "b.c", "c.c")}


def test_facts_of_the_fresh_object(small):
    """The plugin is in the build: no file is compiled twice, nothing else is left behind."""
    cc, log = small.logging_compiler()
    words = (f"CC={cc}", small.plugin_flags("quiet"))
    small.make(*words, check=None)
    plain = small.listing()
    small.clean()
    log.unlink()
    done = small.make(*words, "C=1")
    assert driver.found(done.stdout) == [driver.ALONE]
    assert compiled(log) == {"a.c": 1, "b.c": 1, "c.c": 1}
    assert small.listing() == plain and list(small.tmp.iterdir()) == []
    # nothing to do, nothing to check; C=2 checks what is there
    assert "CHECK" not in small.make(*words, "C=1").stdout
    done = small.make(*words, "C=2")
    assert driver.found(done.stdout) == [driver.ALONE] and done.stdout.count("CHECK ") == 3
    assert compiled(log) == {"a.c": 1, "b.c": 1, "c.c": 1}


def test_one_compile_for_the_facts_where_the_build_has_none(small):
    cc, log = small.logging_compiler()
    small.make(f"CC={cc}", check=None)
    plain, objects = small.listing(), {p: p.read_bytes() for p in small.folder.glob("*.[ok]*")}
    small.clean()
    log.unlink()
    done = small.make(f"CC={cc}", "C=1")
    assert driver.found(done.stdout) == [driver.ALONE]
    assert done.stdout.count("warning:") == 1 and "error" not in done.stdout
    assert compiled(log) == {"a.c": 2, "b.c": 2, "c.c": 2}
    assert small.listing() == plain and list(small.tmp.iterdir()) == []
    assert {p: p.read_bytes() for p in objects} == objects


def test_from_another_folder_with_the_words_of_a_user(small, tmp_path):
    """CC as it arrives: with a blank before it, behind ccache; a folder nobody prepared for."""
    if not shutil.which("ccache"):
        pytest.skip("ccache is not installed (make deps)")
    env = small.env(CCACHE_DIR=str(tmp_path / "ccache"))
    done = small.make("CC= ccache gcc", "C=1", cwd="/", env=env)
    assert driver.found(done.stdout) == [driver.ALONE]


def test_errors_only_on_request(small):
    done = small.make("C=1", small.plugin_flags("quiet"), check="--error", ok=False)
    assert done.returncode != 0 and driver.found(done.stdout) == [driver.ALONE]
    assert not (small.folder / "a.o").exists()      # as kbuild does with a failed check
    done = small.make("C=1", "-k", small.plugin_flags("quiet"), check="--error", ok=False)
    assert (small.folder / "b.o").exists()          # which has no finding of its own


def test_parallel_jobs_keep_their_lines(small):
    """Many sources whose reports are longer than a pipe takes at once."""
    calls = "".join(f"void u{n}(void)\n{{\n\tspin_lock(&small_lock);\n\tmsleep({n + 1});\n"
                    "\tspin_unlock(&small_lock);\n}\n" for n in range(12))
    names = [f"m{i}" for i in range(6)]
    for name in names:
        (small.folder / f"{name}.c").write_text('#include "small.h"\n' +
                                               calls.replace("void u", f"void {name}_u"))
    (small.folder / "Kbuild").write_text(
        "obj-m := small.o\nsmall-y := a.o b.o c.o " + " ".join(f"{n}.o" for n in names) + "\n")
    done = small.make("-j6", "C=1", small.plugin_flags("quiet"))
    assert len(driver.found(done.stdout)) == 1 + 6 * 12
    block = re.compile(r"^\S+/(\w+)\.c:\d+:\d+: (warning|note): ")
    lines = [block.match(x) for x in done.stdout.splitlines()]
    for one, two in zip(lines, lines[1:]):
        if one and one[2] == "warning":
            assert two and two[2] == "note" and two[1] == one[1], done.stdout


def test_sparse_behind_it(small):
    if not shutil.which("sparse"):
        pytest.skip("sparse is not installed (make deps)")
    text = (small.folder / "c.c").read_text()
    (small.folder / "c.c").write_text(text + "char __user *small_p;\nchar small_get(void)\n{\n"
                                             "\treturn *small_p;\n}\n")
    small.make(small.plugin_flags("quiet"), check=None)
    alone = small.make("C=2", "CHECK=sparse", small.plugin_flags("quiet"), check=None).stdout
    both = small.make("C=2", small.plugin_flags("quiet"), check="--also sparse").stdout
    said = [x for x in alone.splitlines() if "warning" in x]
    assert any("dereference of noderef" in x for x in said)
    assert [x for x in both.splitlines() if "warning" in x and "labyrinth::" not in x] == [
        x for x in alone.splitlines() if "warning" in x]
    assert driver.found(both) == [driver.ALONE]


def test_tool_that_is_not_there(small):
    done = small.make("C=1", small.plugin_flags("quiet"), check="--also sparsely")
    assert done.stdout.count("not checked by sparsely: no such program: apt-get install") == 3
    assert driver.found(done.stdout) == [driver.ALONE]


def test_program_knows_the_other_files(small):
    """What b.c does with a.c is a finding of both; the program lies beside the module."""
    flags = small.plugin_flags("quiet")
    small.make(flags, check=None)
    run(small.labyrinth, "link", small.folder, "-o", small.folder / "prog.lab")
    done = small.make(flags, "C=2", check="--program prog.lab", cwd="/")
    said = {name: driver.found(part) for name, part in zip("abc", done.stdout.split("CHECK ")[1:])}
    assert said == {"a": [driver.ACROSS, driver.ALONE], "b": [driver.ACROSS], "c": []}
    # the source as it is now, in place of what the program has
    (small.folder / "a.c").write_text(driver.SOURCES["a.c"].replace("msleep(ms)", "udelay(ms)"))
    done = small.make(flags, "C=1", check="--program prog.lab")
    assert driver.found(done.stdout) == [driver.ALONE]


def test_program_whose_paths_start_elsewhere(small):
    """Facts recorded with root= call the source a.c; ours is the same unit, not another."""
    small.make(small.plugin_flags("quiet", f"root={small.folder}"), check=None)
    run(small.labyrinth, "link", small.folder, "-o", small.folder / "prog.lab")
    done = small.make("C=1", check="--program prog.lab")
    assert driver.found(done.stdout) == [driver.ACROSS, driver.ACROSS, driver.ALONE]


def test_compiler_without_a_plugin(small):
    other = 11 if default_gcc() == 12 else 12
    if not shutil.which(f"gcc-{other}"):
        pytest.skip(f"gcc-{other} is not installed (make deps)")
    cc = small.folder.parent / f"gcc-{other}"        # the headers are of a newer one
    cc.write_text(f"#!/bin/bash\nexec gcc-{other} \"${{@/#-ftrivial-auto-var-init=*/-w}}\"\n")
    cc.chmod(0o755)
    done = small.make(f"CC={cc}", "C=1")
    said = [x for x in done.stdout.splitlines() if x.startswith("labyrinth: ")]
    assert len(said) == 3 and all(x.endswith(f"build it: labyrinth plugin --cc '{cc}'")
                                  for x in said)
    assert (small.folder / "small.ko").exists()
    if has_plugin_headers(other):
        fitting = small.plugin.parent / f"gcc-{other}" / "labyrinth.so"
        done = small.make(f"CC={cc}", "C=2", check=f"--plugin {fitting}")
        assert driver.found(done.stdout) == [driver.ALONE]


def kcheck(small, *words, **env):
    return subprocess.run([small.labyrinth, "kcheck", *words], env=small.env(**env), check=False,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=small.folder)


def test_clang_is_told_by_name(small):
    if not shutil.which("clang"):
        pytest.skip("clang is not installed (make deps)")
    done = kcheck(small, "-DX=1", "a.c", CC="clang")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("labyrinth: a.c: not checked: clang is no GCC (")
    assert len(done.stderr.splitlines()) == 1
    assert kcheck(small, "--error", "-DX=1", "a.c", CC="clang").returncode == 2


@pytest.mark.parametrize("words, status, says", [
    (["-D__linux__", "nowhere.c"], 2, "nowhere.c: No such file"),
    (["-D__linux__"], 2, "the last word must be a C source, not '-D__linux__'; kbuild runs it"),
    (["--program", "nowhere.lab", "c.c"], 0, "nowhere.lab: No such file"),
    (["--facts", "nowhere", "c.c"], 0, "nowhere: No such file"),
    (["--model", "a.c", "c.c"], 0, "a.c:2:1: unknown kind of fact"),
    (["--plugin", "/nowhere.so", "c.c"], 0, "c.c: not checked: it does not compile with"),
    (["broken.c"], 0, "broken.c: not checked: it does not compile with the plugin: broken.c:1:"),
    (["--also", "'x", "plain.c"], 0, "--also ''x': not a command"),
    (["--eror", "c.c"], 2, "unknown option '--eror' (did you mean '--error'?)"),
], ids=str)
def test_bad_input(small, words, status, says):
    (small.folder / "broken.c").write_text("int f( {\n")
    (small.folder / "plain.c").write_text("int f(void) { return 1; }\n")
    done = kcheck(small, *words)
    assert done.returncode == status and done.stdout == ""
    assert says in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
    assert list(small.tmp.iterdir()) == []


def test_damaged_facts_are_an_error_with_its_place(small):
    small.make(small.plugin_flags("quiet"), check=None)
    obj = (small.folder / "c.o").read_bytes()
    at = obj.index(b"LBSK")
    (small.folder / "c.o").write_bytes(obj[:at + 40] + b"\xff" * 64 + obj[at + 104:])
    done = kcheck(small, "-Wbitwise", "-Wp,-MMD,./.c.o.d", "c.c")
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 1
    assert "c.o: offset" in done.stderr


def test_words_of_a_checker_do_not_reach_the_compiler(small):
    """Without the -Wp,-MMD that parts them, too; and what writes files is left out."""
    (small.folder / "plain.c").write_text("int f(void) { return 1; }\n")
    before = small.listing()
    for words in (["-D__linux__", "-Wbitwise", "--arch=x86", "-mlittle-endian", "-D__STDC__"],
                  ["-Wbitwise", "--arch=x86", "-Wp,-MMD,./.plain.o.d", "-Wp,-MD,x.d", "-MMD", "-MF",
                   "y.d", "-save-temps", "-fstack-usage", "-Werror", "-Wa,-adhln=list", "-o", "z.o",
                   "-c", "-flto", "-v"]):
        done = kcheck(small, *words, "plain.c")
        assert (done.returncode, done.stderr) == (0, "")
        assert small.listing() == before


@pytest.mark.kernel
def test_in_the_kernels_own_tree(labyrinth, kernel, tmp_path):
    """O= and C=2, as make kernel-facts builds it: the facts of the objects are taken, none is made again."""
    name = "drivers/usb/serial/garmin_gps"
    obj = kernel.obj / f"{name}.o"
    if not obj.exists() or b"LBSK" not in obj.read_bytes():
        pytest.skip("no facts of drivers/usb (make kernel-facts DIRS=drivers/usb)")
    before = obj.stat().st_mtime_ns
    done = subprocess.run(
        ["make", "--no-print-directory", "-C", kernel.source, f"O={kernel.obj}", f"CC={kernel.wrapper}", "objtool=true",
         "C=2", f"CHECK={labyrinth} kcheck", f"{name}.o"], cwd=tmp_path, text=True, check=False,
        env=driver.clean_env(LC_ALL="C", LAB_PLUGIN=str(kernel.obj / ".labyrinth/labyrinth.so"),
                             LAB_ROOT=str(kernel.source)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert "garmin_gps.c" in dict(driver.found(done.stdout))
    assert obj.stat().st_mtime_ns == before
    assert not list(kernel.source.glob(f"{os.path.dirname(name)}/*.o"))
    assert not list((kernel.obj / os.path.dirname(name)).glob(".garmin_gps.o.d"))
