# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel runs: finding and unpacking the source, planning, watching kbuild, the summary.

What needs no kernel runs on small made-up trees in a cache of its own; nothing
here touches the shared cache but to read the prepared kernel's plan.
"""
import io
import os
import sys
import tarfile
import textwrap

import pytest

from conftest import ROOT, clean_env, run

sys.path.insert(0, str(ROOT / "scripts"))
from labkernel import elf, report, source, tree  # noqa: E402
from labkernel import run as engine  # noqa: E402
from labkernel.base import Stop  # noqa: E402

MAKEFILE = "VERSION = {}\nPATCHLEVEL = {}\nSUBLEVEL = {}\nEXTRAVERSION =\nNAME = x\n"


def lab_kernel(*words, cache=None, **more):
    env = clean_env(**({"LABYRINTH_CACHE": str(cache)} if cache else {}))
    return run(ROOT / "scripts/lab-kernel", *words, env=env, check=False, **more)


def is_one_line(done, *parts):
    """Exit status 2 and one line that has all the parts."""
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2 and len(lines) == 1, done.stderr
    assert lines[0].startswith("lab-kernel: ")
    for part in parts:
        assert part in lines[0]


def fake_kernel(path, version=(6, 1, 99)):
    path.mkdir(parents=True)
    (path / "Makefile").write_text(MAKEFILE.format(*version))
    (path / "Kbuild").write_text("")
    (path / "mm").mkdir()
    (path / "mm/a.c").write_text("int a;\n")
    return path


def fake_tarball(tmp_path, name="linux-6.1.99", version=(6, 1, 99)):
    tree_dir = fake_kernel(tmp_path / f"tar-{version[2]}" / name, version)
    path = tmp_path / f"{name}.tar.xz"
    with tarfile.open(path, "w:xz") as tar:
        tar.add(tree_dir, name)
    return path


def test_wrong_sources_are_one_line(tmp_path):
    is_one_line(lab_kernel("--source", tmp_path / "no", "prepare"), "no: no such file or folder")
    is_one_line(lab_kernel("--source", tmp_path, "prepare"), "not a Linux source tree")
    bad = tmp_path / "bad.tar.xz"
    bad.write_bytes(b"\xfd7zXZ\0not an archive")
    is_one_line(lab_kernel("--source", bad, "prepare", cache=tmp_path / "c"), "bad.tar.xz")
    used = fake_kernel(tmp_path / "used")
    (used / ".config").write_text("")
    is_one_line(lab_kernel("--source", used, "prepare"), "mrproper")


def test_wrong_words_are_one_line(tmp_path):
    kernel = str(fake_kernel(tmp_path / "k"))
    cache = tmp_path / "c"
    is_one_line(lab_kernel("--source", kernel, "--cc", "no-such-cc", "path", cache=cache),
                "--cc no-such-cc")
    is_one_line(lab_kernel("--source", kernel, "--config", tmp_path / "none", "path", cache=cache),
                "none: No such file")
    is_one_line(lab_kernel("--source", kernel, "-j", "0", "path", cache=cache), "-j 0")
    is_one_line(lab_kernel("--source", kernel, "list", cache=cache), "nothing extracted yet")
    is_one_line(lab_kernel("module", tmp_path, cache=cache), "no Kbuild or Makefile")
    assert lab_kernel("--source", kernel, "path", cache=cache).returncode == 1
    assert lab_kernel("no-such-command", cache=cache).returncode == 2


def test_goals_are_checked(tmp_path):
    kernel = tree.Tree(str(fake_kernel(tmp_path / "k")), "6.1.99", cache=str(tmp_path / "c"))
    assert engine.kernel_target(kernel, ["mm", "./mm/", "mm/a.o", "mm/a.c"]).goals == [
        "mm/", "mm/", "mm/a.o", "mm/a.o"]
    for wrong in ("no", "../mm", "/mm", "mm/b.o", "mm/a"):
        with pytest.raises(Stop):
            engine.kernel_target(kernel, [wrong])


def test_other_versions_are_named_and_go_on(tmp_path, capsys):
    source.find(str(fake_kernel(tmp_path / "same", (6, 1, 5))))
    assert capsys.readouterr().err == ""
    assert source.find(str(fake_kernel(tmp_path / "new", (6, 12, 3))))[1] == "6.12.3"
    err = capsys.readouterr().err
    assert "6.12.3" in err and "6.1.y" in err and len(err.splitlines()) == 1


def test_a_tarball_is_unpacked_once_and_replaced_when_new(tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    cache.mkdir()
    monkeypatch.setenv("LABYRINTH_CACHE", str(cache))
    tarball = fake_tarball(tmp_path)
    where, kernel = source.find(str(tarball))
    assert kernel == "6.1.99" and where == str(cache / "linux-6.1.99")
    mark = cache / "linux-6.1.99/mark"
    mark.write_text("")
    assert source.find(str(tarball))[0] == where and mark.exists()
    fake_tarball(tmp_path, version=(6, 1, 100))
    os.utime(tarball, (1, 1))
    assert source.find(str(tarball))[1] == "6.1.100" and not mark.exists()
    assert sorted(os.listdir(cache)) == [".linux-6.1.99.stamp", ".unpack.lock", "linux-6.1.99"]


def test_a_cut_tarball_leaves_nothing(tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    monkeypatch.setenv("LABYRINTH_CACHE", str(cache))
    tarball = fake_tarball(tmp_path)
    whole = tmp_path / "big.tar"
    with tarfile.open(whole, "w") as tar:
        tar.add(tmp_path / "tar-99/linux-6.1.99", "linux-6.1.99")
        info = tarfile.TarInfo("linux-6.1.99/big")
        info.size = 1 << 20
        tar.addfile(info, io.BytesIO(bytes(info.size)))
    whole.write_bytes(whole.read_bytes()[:100000])
    with pytest.raises(Stop, match="cannot be unpacked"):
        source.find(str(whole))
    assert [n for n in os.listdir(cache) if not n.startswith(".unpack.lock")] == []
    assert tarball.exists()


def test_object_trees_never_mix(tmp_path):
    kernel = str(fake_kernel(tmp_path / "k"))
    other = str(fake_kernel(tmp_path / "other"))
    fragment = tmp_path / "more.config"
    fragment.write_text("CONFIG_X=y\n")
    make = lambda *a, **k: tree.Tree(*a, cache=str(tmp_path), **k).obj  # noqa: E731
    trees = [make(kernel, "6.1.99"), make(other, "6.1.99"),
             make(kernel, "6.1.99", fragment=str(fragment)),
             make(kernel, "6.1.99", cc="gcc-12"), make(kernel, "6.1.98")]
    assert len(set(trees)) == len(trees)
    assert trees[0] == make(kernel, "6.1.99")


def test_symbols_that_kconfig_refused_are_named(tmp_path):
    fragment = tmp_path / "f.config"
    fragment.write_text("CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=m\n# comment\nCONFIG_D=5\n")
    kernel = tree.Tree(str(fake_kernel(tmp_path / "k")), "6.1", fragment=str(fragment),
                       cache=str(tmp_path))
    os.makedirs(kernel.obj)
    with open(os.path.join(kernel.obj, ".config"), "w", encoding="ascii") as f:
        f.write("CONFIG_A=y\nCONFIG_B=y\n# CONFIG_C is not set\nCONFIG_D=5\n")
    assert kernel.missing_symbols() == ["CONFIG_B: wanted n, is y", "CONFIG_C: wanted m, is n"]


def test_the_fragment_names_each_symbol_once():
    text = (ROOT / "examples/kconfig/labyrinth.config").read_text()
    lines = [x for x in text.splitlines() if x.startswith("CONFIG_") or "is not set" in x]
    assert len(lines) == len(tree.wanted(text)) > 20


def test_facts_are_counted(tmp_path):
    c = tmp_path / "x.c"
    c.write_text('asm(".pushsection .discard.labyrinth,\\"e\\"\\n.zero 40\\n.popsection");\n')
    run("gcc", "-c", c, "-o", tmp_path / "x.o")
    assert elf.facts_size(tmp_path / "x.o") == 40
    run("gcc", "-m32", "-c", c, "-o", tmp_path / "x32.o")
    assert elf.facts_size(tmp_path / "x32.o") == 40
    run("ld", "-r", tmp_path / "x.o", tmp_path / "x.o", "-o", tmp_path / "xx.o")
    assert elf.facts_size(tmp_path / "xx.o") == 80
    c.write_text('const char *s = ".discard.labyrinth";\n')
    run("gcc", "-c", c, "-o", tmp_path / "n.o")
    assert elf.facts_size(tmp_path / "n.o") is None
    data = (tmp_path / "x.o").read_bytes()
    for cut in range(0, len(data), 7):
        (tmp_path / "cut.o").write_bytes(data[:cut])
        elf.facts_size(tmp_path / "cut.o")
    assert elf.facts_size(tmp_path / "none.o") is None


LOG = """\
make[1]: Entering directory '/o'
  CALL    /src/scripts/checksyscalls.sh
  CC      mm/a.o
  CC [M]  drivers/b.o
/src/drivers/b.c: In function 'f':
/src/drivers/b.c:3:5: warning: unused
/src/drivers/b.c:4:5: error: expected ';'
/src/drivers/b.c:5:5: error: second
make[3]: *** [/src/scripts/Makefile.build:250: drivers/b.o] Error 1
make[2]: *** [/src/scripts/Makefile.build:500: drivers] Error 2
  CC      mm/c.o
during IPA pass: labyrinth
/src/mm/c.c:9:1: internal compiler error: Segmentation fault
make[3]: *** [/src/scripts/Makefile.build:250: mm/c.o] Error 1
  CC      ./mm/d.o
cc1: note: labyrinth: internal error, nothing recorded for this file: why
make[2]: *** No rule to make target 'mm/e.o', needed by 'mm/built-in.a'.
make: *** [Makefile:1992: .] Error 2
"""


def test_kbuild_output_is_understood(capsys):
    class Proc:
        stdout = io.StringIO(LOG)
    log = io.StringIO()
    built, failed, said, notes = engine.watch(Proc, log, engine.Progress(4), lambda n: n)
    assert log.getvalue() == LOG
    assert built == ["mm/a.o", "drivers/b.o", "mm/c.o", "mm/d.o"]
    assert failed == {"drivers/b.o": "/src/drivers/b.c:4:5: error: expected ';'",
                      "mm/c.o": "/src/mm/c.c:9:1: internal compiler error: Segmentation fault"}
    assert notes == ["make[2]: *** No rule to make target 'mm/e.o', needed by 'mm/built-in.a'."]
    assert said == {"mm/d.o": "cc1: note: labyrinth: internal error, "
                              "nothing recorded for this file: why"}
    assert capsys.readouterr().out == ""


def test_progress_knows_rate_and_rest():
    progress = engine.Progress(10)
    progress.start -= 2.0
    for _ in range(4):
        progress.step()
    progress.step(failed=True)
    text = progress.text()
    assert text.startswith("4/10 objects, 1 failed, 2.") or "1 failed, 1.9" in text
    assert text.endswith("0:02 left") or text.endswith("0:03 left")


def test_amounts():
    assert [report.amount(n) for n in (0, 999, 1500, 2500000, 3210000000)] == [
        "0 bytes", "999 bytes", "1.5 KB", "2.5 MB", "3.21 GB"]


@pytest.fixture
def module(tmp_path):
    """A module of two files in two folders, one of them broken on demand."""
    folder = tmp_path / "driver"
    (folder / "sub").mkdir(parents=True)
    (folder / "Kbuild").write_text("obj-m := two.o one.o\ntwo-y := a.o sub/b.o\n")
    (folder / "a.c").write_text(textwrap.dedent("""\
        #include <linux/module.h>
        int lab_b(int x);
        static int __init start(void) { return lab_b(1); }
        module_init(start);
        MODULE_LICENSE("GPL");
        """))
    (folder / "sub/b.c").write_text("int lab_b(int x);\nint lab_b(int x) { return x; }\n")
    (folder / "one.c").write_text('#include <linux/module.h>\nMODULE_LICENSE("GPL");\n'
                                  "int lab_one(void);\nint lab_one(void) { return 1; }\n")
    return folder


def test_a_module_object_by_object(module, plugin, kernel_headers, tmp_path):
    words = ["--plugin", plugin, "module", "--build", kernel_headers, module]
    cache = tmp_path / "cache"
    done = lab_kernel(*words, cache=cache)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "facts: 3 of 3 objects (3 new), 0 failed" in done.stdout
    for name in ("a.o", "sub/b.o", "one.o"):
        assert elf.facts_size(module / name), name
    assert not (module / "two.ko").exists()
    before = os.stat(module / "a.o").st_mtime_ns
    again = lab_kernel(*words, cache=cache)
    assert "(0 new)" in again.stdout and os.stat(module / "a.o").st_mtime_ns == before
    # a normal object in the way is noticed; a broken file does not stop the rest
    (module / "a.o").write_bytes(b"")
    (module / "sub/b.c").write_text("int lab_b(int x) { return y; }\n")
    broken = lab_kernel(*words, cache=cache)
    assert broken.returncode == 1
    assert "failed: sub/b.o: " in broken.stdout and "error:" in broken.stdout
    assert elf.facts_size(module / "a.o")


def test_a_module_without_a_plugin_is_one_line(module, kernel_headers, tmp_path):
    done = lab_kernel("--plugin", tmp_path / "no.so", "module", "--build", kernel_headers, module,
                      cache=tmp_path / "cache")
    is_one_line(done, "no.so: no plugin", "make")


def test_old_facts_are_named_and_refreshed(module, plugin, kernel_headers, tmp_path):
    cache = tmp_path / "cache"
    mine = tmp_path / "labyrinth.so"
    mine.write_bytes(plugin.read_bytes())
    words = ["--plugin", mine, "module", "--build", kernel_headers, module]
    assert "older" not in lab_kernel(*words, cache=cache).stdout
    mine.write_bytes(plugin.read_bytes() + b"\0")
    assert "older: 3 objects hold facts of an older plugin" in lab_kernel(*words, cache=cache).stdout
    fresh = lab_kernel("--plugin", mine, "module", "--refresh", "--build", kernel_headers, module,
                       cache=cache)
    assert "(3 new)" in fresh.stdout and "older" not in fresh.stdout


@pytest.mark.kernel
def test_the_plan_of_a_folder(kernel):
    found, version = source.find(str(kernel.source))
    target = engine.kernel_target(tree.Tree(found, version), ["mm", "lib/raid6", "lib/xarray.o"])
    planned = target.plan(target.goals, 2)
    assert {"mm/mempool.o", "lib/raid6/algos.o", "lib/xarray.o"} <= set(planned)
    assert {os.path.dirname(n).split("/")[0] for n in planned} == {"mm", "lib"}
    assert "lib/raid6/mktables.o" not in planned       # a host program
    assert "lib/raid6/int1.o" in planned               # from a generated source


def test_units_are_listed_once(tmp_path):
    """A linked module repeats the facts of its parts and is left out."""
    c = tmp_path / "x.c"
    c.write_text('asm(".pushsection .discard.labyrinth,\\"e\\"\\n.zero 40\\n.popsection");\n')
    run("gcc", "-c", c, "-o", tmp_path / "part.o")
    run("gcc", "-c", c, "-o", tmp_path / "single.o")
    run("ld", "-r", tmp_path / "part.o", "-o", tmp_path / "whole.o")
    for name, saved in (("part", "gcc -c -o part.o x.c"), ("single", "gcc -c -o single.o x.c"),
                        ("whole", "ld  -m elf_x86_64 -r -o whole.o @whole.mod")):
        (tmp_path / f".{name}.o.cmd").write_text(f"cmd_{name}.o := {saved}\n")
    for name in ("whole", "single"):
        (tmp_path / f"{name}.mod").write_text("part.o\n")
    names = [os.path.basename(p) for p in engine.units_below(str(tmp_path))]
    assert names == ["part.o", "single.o"]
    assert engine.units_below(str(tmp_path / "part.o")) == [str(tmp_path / "part.o")]


@pytest.mark.kernel
def test_commands_of_kernel_files(kernel, tmp_path):
    """The fixture that other tests compile kernel files with."""
    names = ["mm/mempool.c", "lib/sort.c", "drivers/usb/core/urb.c", "mm/no-such-file.c"]
    commands = kernel.commands(names, tmp_path)
    assert sorted(commands) == sorted(names[:3])
    for name, argv in commands.items():
        run(*argv, cwd=kernel.obj)
        assert (tmp_path / name).with_suffix(".o").stat().st_size > 1000
