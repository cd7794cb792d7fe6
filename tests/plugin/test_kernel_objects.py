# SPDX-License-Identifier: GPL-2.0-or-later
"""Real kernel files: the object, the messages and the dependencies are those of a compile
without the plugin.

LAB_KERNEL_FILES=N compares N files (default 16); make test-identity compares 240,
each with and without -g.
"""
import os

import pytest

import same
from conftest import run

FOLDERS = ("mm", "kernel", "lib", "net/core", "drivers/base", "drivers/usb", "fs/ext4", "block")
FILES = int(os.environ.get("LAB_KERNEL_FILES", "16"))
GROUPS = 8

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="session")
def commands(kernel, tmp_path_factory):
    """{name: argv} of files at even distances from each other in the sorted list."""
    names = sorted(str(p.relative_to(kernel.source)) for folder in FOLDERS
                   for p in (kernel.source / folder).rglob("*.c"))
    out = tmp_path_factory.mktemp("kernel")
    found = {}
    # not every file belongs to this configuration: take more, then cut; what has an
    # object compiled once, what has none may lack a generated header
    step = max(len(names) // (FILES + FILES // 4), 1)
    for name, argv in kernel.commands(names[::step], out).items():
        if ((kernel.obj / name).with_suffix(".o").exists() or
                run(*argv, cwd=kernel.obj, check=False).returncode == 0):
            found[name] = argv
    names, n = list(found), min(FILES, len(found))
    return {names[i * len(names) // n]: found[names[i * len(names) // n]] for i in range(n)}


def dependencies(argv):
    word = next(w for w in argv if w.startswith("-Wp,-MMD,"))
    with open(word.split(",")[2], encoding="utf-8") as f:
        return f.read()


def test_enough_files(commands):
    assert len(commands) >= FILES * 3 // 4


@pytest.mark.parametrize("debug", [[], ["-g", "-gno-record-gcc-switches"]],
                         ids=["without -g", "with -g"])
@pytest.mark.parametrize("group", range(GROUPS))
def test_object_is_the_same(commands, kernel, plugin, group, debug):
    for name in sorted(commands)[group::GROUPS]:
        argv = list(commands[name])
        at = argv.index("-o")
        out = argv[at + 1][:-2]
        del argv[at:at + 2]
        found = same.differences([*argv, *debug], out, plugin, "quiet", cwd=kernel.obj)
        assert found == [], name


def test_only_the_producer_names_the_plugin(commands, kernel, plugin):
    """With the switches recorded, as by default, nothing but debug strings may differ."""
    for name in sorted(commands)[::12]:
        argv = list(commands[name])
        at = argv.index("-o")
        out = argv[at + 1][:-2]
        del argv[at:at + 2]
        found = same.differences([*argv, "-g"], out, plugin, "quiet", cwd=kernel.obj,
                                 may_differ=(".debug_str", ".debug_info", ".debug_line_str"))
        assert found == [], name


def test_extraction_keeps_dependencies_and_messages(commands, kernel, plugin):
    for name in sorted(commands)[::3]:
        argv = commands[name]
        bare = run(*argv, cwd=kernel.obj)
        want = dependencies(argv)
        done = run(*argv, f"-fplugin={plugin}", "-fplugin-arg-labyrinth-extract-only",
                   f"-fplugin-arg-labyrinth-root={kernel.source}", cwd=kernel.obj)
        assert dependencies(argv) == want, name
        assert set(done.stderr.splitlines()) <= set(bare.stderr.splitlines()), name
        text = same.check_facts(argv[argv.index("-o") + 1])
        assert f'unit source "{name}" cwd ""' in text
        assert str(kernel.obj) not in text.split("\n", 1)[1], name
