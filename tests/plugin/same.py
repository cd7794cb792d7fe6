# SPDX-License-Identifier: GPL-2.0-or-later
"""Compiles twice, with and without the plugin, and says what differs."""
import os
import pathlib

import elfcmp
from conftest import BUILD, run


def compile_both(argv, out, plugin, *plugin_args, cwd=None):
    """argv without -o; returns the two objects and the two finished processes.

    Both are made under the same name: some options put it into the object.
    """
    extra = [f"-fplugin={plugin}", *(f"-fplugin-arg-labyrinth-{a}" for a in plugin_args)]
    # LTO and gcov put a random number into names
    argv = [*argv, "-frandom-seed=labyrinth", "-o", f"{out}.o"]
    paths, done = [], []
    for name, words in (("bare", argv), ("facts", [*argv, *extra])):
        done.append(run(*words, cwd=cwd, check=False))
        paths.append(pathlib.Path(f"{out}.{name}.o"))
        if os.path.exists(f"{out}.o"):
            os.rename(f"{out}.o", paths[-1])
    return (*paths, *done)


def differences(argv, out, plugin, *plugin_args, cwd=None, may_differ=()):
    """Lines that say what the plugin changed; an empty list is what we want."""
    bare, with_facts, one, two = compile_both(argv, out, plugin, *plugin_args, cwd=cwd)
    assert one.returncode == 0, one.stderr
    found = []
    if two.returncode:
        found.append(f"with the plugin: {two.stderr[-800:]}")
    if one.stderr != two.stderr:
        found.append(f"messages differ: {two.stderr[-800:]}")
    if not found:
        found = elfcmp.differences(bare, with_facts, may_differ)
    for path in (bare, with_facts):
        if not found and path.exists():
            os.unlink(path)
    return found


def check_facts(obj):
    """The record can be read, and means the same as text."""
    text = run(BUILD / "labyrinth", "dump", obj).stdout
    assert "labyrinth skeleton 1" in text
    return text
