# SPDX-License-Identifier: GPL-2.0-or-later
"""The compiler wrapper: what is extracted, and what must be compiled normally.

The real compiler is a script that prints its arguments, so each case shows the
decision; the tests on a prepared kernel show that the rule is right there.
"""
import os
import re
import shutil

import pytest

from conftest import ROOT, clean_env, run

KERNEL = ["-nostdinc", "-I./include", "-include", "./include/linux/kconfig.h", "-D__KERNEL__",
          "-O2", '-DKBUILD_BASENAME="x"', '-DKBUILD_MODNAME="x"']
ENV = {"LAB_PLUGIN": "/p/labyrinth.so", "LAB_ROOT": "/src"}


@pytest.fixture
def wrapper(tmp_path):
    fake = tmp_path / "fakecc"
    fake.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    fake.chmod(0o755)
    target = tmp_path / "lab-fakecc"
    shutil.copy(ROOT / "scripts/lab-cc", target)

    def call(*words, **env):
        path = f"{tmp_path}:{os.environ['PATH']}"
        return run(target, *words, env=clean_env(PATH=path, **env)).stdout.splitlines()
    return call


def extracts(lines):
    return "-fplugin-arg-labyrinth-extract-only" in lines


def compile_line(out, source="/src/x.c", *more):
    return [*KERNEL, *more, "-c", "-o", out, source]


@pytest.mark.parametrize("words", [
    compile_line("mm/mempool.o"),
    compile_line("drivers/usb/core/hub.o", "/src/drivers/usb/core/hub.c", "-DMODULE"),
    compile_line("/ext/driver/nic.o", "/ext/driver/nic.c", "-DMODULE"),
    compile_line("arch/x86/entry/vdso/vma.o"),
    compile_line("arch/x86/kernel/process.o"),
    compile_line("arch/x86/entry/common.o"),
    compile_line("certs/blacklist.o"),
    compile_line("lib/fortify_kunit.o"),
    compile_line("drivers/firmware/efi/efi.o"),
    compile_line("kernel/bpf/core.o"),
    compile_line("mm/a.o", "/src/a.c", "-D", "X", "-I", "/inc", "-include", "y.c"),
])
def test_kernel_code_is_extracted(wrapper, words):
    lines = wrapper(*words, **ENV)
    assert lines[:len(words)] == words
    assert lines[len(words):] == ["-fplugin=/p/labyrinth.so", "-fplugin-arg-labyrinth-quiet",
                                  "-fplugin-arg-labyrinth-extract-only",
                                  "-fplugin-arg-labyrinth-root=/src"]


@pytest.mark.parametrize("words", [
    # what kbuild reads back goes through -S; tests of the compiler through others
    [*KERNEL, "-fverbose-asm", "-S", "-o", "arch/x86/kernel/asm-offsets.s", "/src/asm-offsets.c"],
    [*KERNEL, "-S", "-o", "kernel/bounds.s", "/src/kernel/bounds.c"],
    [*KERNEL, "-E", "-o", "x.i", "/src/x.c"],
    ["--version"],
    ["-print-file-name=plugin"],
    ["-Werror", "-D__KERNEL__", "-mfoo", "-c", "-x", "c", "/dev/null", "-o", ".tmp_12/tmp"],
    [*KERNEL, "-S", "-x", "c", "/dev/null", "-o", ".tmp_12/tmp"],
    # no kernel code
    ["-Wall", "-O2", "-c", "-o", "scripts/mod/modpost.o", "/src/scripts/mod/modpost.c"],
    ["-D__KERNEL__", "-c", "-o", "mm/x.o", "/src/x.c"],
    # not C, or not one source
    compile_line("arch/x86/entry/entry_64.o", "/src/arch/x86/entry/entry_64.S", "-D__ASSEMBLY__"),
    compile_line("mm/x.o", "/src/a.c", "/src/b.c"),
    compile_line("mm/x.s"),
    # linked, run or embedded by the build
    compile_line("arch/x86/boot/string.o"),
    compile_line("arch/x86/boot/compressed/misc.o"),
    compile_line("arch/x86/realmode/rm/wakemain.o"),
    compile_line("arch/x86/purgatory/purgatory.o"),
    compile_line("arch/x86/entry/vdso/vclock_gettime.o", "/src/v.c", "-fPIC", "-DBUILD_VDSO"),
    compile_line("arch/x86/entry/vdso/vgetcpu.o"),
    compile_line("arch/x86/entry/vdso/vdso32/vclock_gettime.o"),
    compile_line("arch/x86/entry/vdso/vdso-image-64.o"),
    compile_line("arch/x86/um/vdso/um_vdso.o"),
    compile_line("arch/arm64/kernel/vdso/vgettimeofday.o"),
    compile_line("arch/x86/tools/relocs.o"),
    compile_line("drivers/firmware/efi/libstub/efi-stub-helper.o"),
    compile_line("lib/test_fortify/write_overflow-memcpy.log.o"),
    compile_line("scripts/mod/empty.o"),
    compile_line("usr/initramfs.o"),
    compile_line("anywhere/x.o", "/src/x.c", "-D__DISABLE_EXPORTS"),
    compile_line("anywhere/x.o", "/src/x.c", "-D_SETUP"),
    compile_line("drivers/net/tun.mod.o"),
    compile_line("/ext/driver/nic.mod.o"),
])
def test_what_the_build_needs_is_compiled_normally(wrapper, words):
    assert wrapper(*words, **ENV) == words


def test_without_a_plugin_it_is_the_compiler(wrapper):
    words = compile_line("mm/mempool.o")
    assert wrapper(*words) == words


def test_words_are_handed_on_as_they_are(wrapper):
    words = compile_line("mm/x.o", "/src/x.c", '-DNAME="a b"', "-DQ='*'", "-DEMPTY=")
    assert wrapper(*words, **ENV)[:len(words)] == words


def test_decision_by_place_for_the_runner(wrapper, tmp_path):
    done = run(tmp_path / "lab-fakecc", "--lab-decide",
               input="mm/a.o\narch/x86/boot/a.o\n/x/a.o\nlib/test_fortify/b.log.o\n")
    assert done.stdout.split() == ["arch/x86/boot/a.o", "lib/test_fortify/b.log.o"]


def test_kernel_version_text_is_that_of_the_compiler(tmp_path):
    """kbuild compares this text with the configured one and warns if they differ."""
    target = tmp_path / "lab-gcc"
    shutil.copy(ROOT / "scripts/lab-cc", target)
    assert run(target, "--version", env=clean_env(**ENV)).stdout == run("gcc", "--version").stdout


@pytest.mark.kernel
@pytest.mark.parametrize("source, header, name", [
    ("arch/x86/kernel/asm-offsets.c", "include/generated/asm-offsets.h", "ASM_OFFSETS"),
    ("kernel/bounds.c", "include/generated/bounds.h", "LINUX_BOUNDS"),
])
def test_offsets_are_those_of_a_normal_compile(kernel, plugin, tmp_path, source, header, name):
    """The header in the tree equals one made with the plain compiler, extraction asked or not."""
    argv = None
    saved = kernel.obj / os.path.dirname(source) / f".{os.path.basename(source)[:-2]}.s.cmd"
    if not saved.exists():
        pytest.skip(f"this kernel does not build {source}")
    text = saved.read_text().splitlines()[0].split(":= ", 1)[1]
    made = {}
    for kind, cc, env in (("plain", "gcc", {}),
                          ("facts", str(kernel.wrapper), {"LAB_PLUGIN": str(plugin),
                                                          "LAB_ROOT": str(kernel.source)})):
        out = tmp_path / f"{kind}.s"
        argv = re.sub(r" -o \S+ ", f" -o {out} ", text.replace(str(kernel.wrapper), cc))
        argv = re.sub(r"-Wp,-MMD,\S+", "", argv)
        run("sh", "-c", argv, cwd=kernel.obj, env=clean_env(**env))
        made[kind] = re.findall(r"->(\w+) \$?(\S*)", out.read_text())
    assert made["plain"] == made["facts"] and made["plain"], name
    have = dict(re.findall(r"^#define (\w+) (\d+)", (kernel.obj / header).read_text(), re.M))
    assert have == {k: v for k, v in made["plain"] if v.isdigit()}


@pytest.mark.kernel
def test_timeconst_is_that_of_bc(kernel):
    """timeconst.h is made by bc from CONFIG_HZ; no compiler has a hand in it."""
    config = (kernel.obj / ".config").read_text()
    hz = re.search(r"^CONFIG_HZ=(\d+)", config, re.M)[1]
    want = run("bc", "-q", kernel.source / "kernel/time/timeconst.bc", input=hz + "\n").stdout
    assert (kernel.obj / "include/generated/timeconst.h").read_text() == want
