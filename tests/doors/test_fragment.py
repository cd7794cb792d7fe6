# SPDX-License-Identifier: GPL-2.0-or-later
"""labyrinth.mk in a driver's Kbuild, KCFLAGS, and what the plugin leaves in a module."""
import hashlib
import re
import shutil

import pytest

import driver
from conftest import ROOT, run


@pytest.fixture
def small(tmp_path, kernel_headers, labyrinth, plugin):
    made = driver.Driver(tmp_path / "drv", kernel_headers, labyrinth, plugin)
    shutil.copy(ROOT / "examples/driver/labyrinth.mk", made.folder)
    return made


def build(small, *above, words=(), ok=True):
    """A build through kbuild of the driver with the fragment; lines of the Kbuild above its last one."""
    lines = [driver.SOURCES["Kbuild"].rstrip(), *above, "include $(src)/labyrinth.mk", ""]
    (small.folder / "Kbuild").write_text("\n".join(lines))
    return small.make(f"LABYRINTH={small.labyrinth}", *words, check=None, ok=ok).stdout


def test_it_is_short():
    lines = (ROOT / "examples/driver/labyrinth.mk").read_text().splitlines()
    assert len([x for x in lines if not x.startswith("#")]) <= 10


def test_findings_come_out_of_the_build(small):
    assert driver.found(build(small)) == [driver.ALONE]
    done = run(small.labyrinth, "check", small.folder, env=small.env())
    assert driver.found(done.stdout) == [driver.ACROSS, driver.ALONE]
    # nothing is built again, and kcheck takes the facts that are there
    assert " CC " not in build(small)
    small.make("C=2", f"LABYRINTH={small.labyrinth}")


def test_opting_out(small):
    assert driver.found(build(small, words=["LABYRINTH=n"])) == []
    assert not any(b"LBSK" in p.read_bytes() for p in small.folder.glob("?.o"))
    assert driver.found(build(small, "LABYRINTH_a.o := n")) == []
    facts = {p.name: b"LBSK" in p.read_bytes() for p in small.folder.glob("?.o")}
    assert facts == {"a.o": False, "b.o": True, "c.o": True}


def test_arguments(small):
    assert driver.found(build(small, "LABYRINTH_ARGS := off=sleep-in-atomic")) == []
    done = build(small, "LABYRINTH_ARGS := error", ok=False)
    assert "error: " in done and "[labyrinth::sleep-in-atomic]" in done


def test_werror_does_not_break_the_build(small):
    out = build(small, "ccflags-y += -Werror")
    assert driver.found(out) == [driver.ALONE] and (small.folder / "small.ko").exists()


def test_w_silences(small):
    assert driver.found(build(small, "ccflags-y += -w")) == []


def test_kcflags(small):
    out = small.make(f"KCFLAGS={run(small.labyrinth, 'plugin').stdout.strip()}", check=None).stdout
    assert driver.found(out) == [driver.ALONE]


def test_a_command_that_is_not_there(small):
    (small.folder / "Kbuild").write_text(driver.SOURCES["Kbuild"] + "include $(src)/labyrinth.mk\n")
    out = small.make("LABYRINTH=/nowhere/labyrinth", check=None).stdout
    assert "/nowhere/labyrinth" in out and (small.folder / "small.ko").exists()


def test_gcc_json_carries_the_path(small):
    """GCC's own JSON: the finding with its path as events."""
    out = build(small, "ccflags-y += -fdiagnostics-format=json")
    text = next(x for x in re.findall(r"^\[\{.*\]$", out, re.M) if "labyrinth::" in x)
    assert '"path": [' in text and "may sleep" in text


def stripped(small, name, *words):
    """The module without what says how it was built, as its digest."""
    small.clean()
    shutil.copy(ROOT / "examples/driver/labyrinth.mk", small.folder)
    build(small, words=words)
    out = small.folder.parent / name
    run("objcopy", "-g", "--remove-section=.note.gnu.build-id", small.folder / "small.ko", out)
    return hashlib.sha256(out.read_bytes()).hexdigest()


def test_no_trace_in_the_module(small):
    """But for debug information, whose producer line names the flags."""
    assert stripped(small, "with") == stripped(small, "without", "LABYRINTH=n")


def test_the_same_module_wherever_it_is_built(small, tmp_path):
    """Two builds with the plugin: the same facts and the same module, byte for byte."""
    first = stripped(small, "one")
    facts = [p.read_bytes() for p in sorted(small.folder.glob("?.o"))]
    assert stripped(small, "two") == first
    assert [p.read_bytes() for p in sorted(small.folder.glob("?.o"))] == facts
