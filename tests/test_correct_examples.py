# SPDX-License-Identifier: GPL-2.0-or-later
"""The allocator's kernel half and the modules on it are clean for their own checker."""
import pathlib
import re
import shutil

import pytest

import caselib
from conftest import ROOT, clean_env, run

MODULES = ("src/alloc", "examples/driver_rx", "examples/storage")
# a hard interrupt, a soft one
PLANTED = [("examples/driver_rx/rx_card.c", "rx_tick"), ("examples/storage/disks.c", "disk_tick")]


def build(folder, kernel_headers, plugin):
    run("make", "-j2", "-C", kernel_headers, f"M={folder}", "KBUILD_MODPOST_WARN=1",
        f"KCFLAGS=-fplugin={plugin} -fplugin-arg-labyrinth-quiet", "modules", env=clean_env(LC_ALL="C"))


def copy(folder):
    for name in MODULES:
        shutil.copytree(ROOT / name, folder / name,
                        ignore=shutil.ignore_patterns("*.o", "*.ko", "*.mod*", "*.cmd", "Module.symvers"))
    shutil.copytree(ROOT / "include", folder / "include")
    (folder / "Kbuild").write_text("obj-m := " + " ".join(f"{n}/" for n in MODULES) + "\n")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory, kernel_headers, plugin):
    folder = copy(tmp_path_factory.mktemp("correct"))
    build(folder, kernel_headers, plugin)
    return folder


def lines(labyrinth, folder, *args):
    return caselib.warnings(run(labyrinth, "check", *args, folder).stdout)


def test_nothing_is_found(built, labyrinth):
    assert lines(labyrinth, built, "--all") == []


def test_nothing_is_found_on_preempt_rt(tmp_path, labyrinth, plugin):
    """Built for such a kernel: what the allocator does there is chosen by its configuration."""
    headers = sorted(pathlib.Path("/lib/modules").glob("*-rt-amd64/build"))
    if not headers:
        pytest.skip("no headers of a PREEMPT_RT kernel (make deps)")
    build(copy(tmp_path / "rt"), headers[-1], plugin)
    assert lines(labyrinth, tmp_path / "rt", "--rt") == []


def test_what_sleeps_in_a_handler_is_found(built, tmp_path, kernel_headers, plugin, labyrinth):
    """The same sources with an msleep() in each handler: the silence is no blindness."""
    folder, planted = tmp_path / "mutant", []
    shutil.copytree(built, folder, ignore=shutil.ignore_patterns("*.cmd"))
    for path, function in PLANTED:
        text = "#include <linux/delay.h>\n" + (folder / path).read_text()
        at = re.search(rf"\b{function}\(struct hrtimer \*\w+\)\n{{\n(?:\t.*;\n)*?\n", text)
        assert at, f"{path}: {function} has another form"
        (folder / path).write_text(text[:at.end()] + "\tmsleep(1);\n" + text[at.end():])
        planted.append((path.rsplit("/", 1)[1], text[:at.end()].count("\n") + 1))
    build(folder, kernel_headers, plugin)
    assert [x[:2] for x in lines(labyrinth, folder)] == sorted(planted)


def contexts():
    """{function: its contexts} as the header's comments say."""
    text, found, name = (ROOT / "include/labyrinth/labyrinth.h").read_text(), {}, None
    for line in text.splitlines():
        doc = re.match(r" \* (labyrinth_\w+) - |.*\* Context: (\w+)", line)
        if doc and doc[1]:
            name = doc[1]
        elif doc and name:
            found[name] = doc[2]
    return found


def test_no_call_of_the_atomic_api_can_sleep(built, labyrinth):
    """What the header allows in any context; the worker's calls show that `why` can say yes."""
    says = {}
    for name, context in contexts().items():
        done = run(labyrinth, "why", name, built, check=False)
        if done.returncode == 0:        # the others are macros, or user space's
            says.setdefault(context, {})[name] = re.search(r"may it sleep\? (\w+)", done.stdout)[1]
    assert set(says["any"].values()) == {"not"}
    assert {"labyrinth_alloc_page", "labyrinth_alloc_bulk", "labyrinth_handoff", "labyrinth_cancel",
            "labyrinth_register_page"} <= set(says["any"]) and len(says["any"]) >= 18
    assert says["worker"]["labyrinth_refill"] == says["worker"]["labyrinth_zone_destroy"] == "yes"
