# SPDX-License-Identifier: GPL-2.0-or-later
"""labyrinth doctor: on this machine, and on ones where something is missing."""
import os
import re
import shutil

from conftest import clean_env, run


def doctor(labyrinth, *words, **env):
    done = run(labyrinth, "doctor", *words, env=clean_env(**env), check=False)
    lines = done.stdout.splitlines()
    verdicts = {}
    for n, text in enumerate(lines):
        hit = re.match(r"(ok|--|MISSING) +(\S+(?: \S+)*?)  +", text)
        if hit:
            mend = lines[n + 1].strip() if n + 1 < len(lines) else ""
            verdicts[hit[2]] = (hit[1], mend[3:] if mend.startswith("-> ") else "")
    return done, verdicts


def test_here(labyrinth, plugin):
    done, said = doctor(labyrinth)
    assert done.returncode == 0 and done.stderr == ""
    for name in ("compiler", "plugin for it", "facts of the kernel", "cache", "python3", "make"):
        assert said[name] == ("ok", ""), name
    for name, (verdict, mend) in said.items():
        assert bool(mend) == (verdict != "ok"), name
    assert "\x1b" not in done.stdout


def test_tools_that_are_not_there(labyrinth, plugin, tmp_path):
    """A PATH with nothing but a compiler."""
    for tool in ("gcc", "as", "ld"):
        os.symlink(shutil.which(tool), tmp_path / tool)
    done, said = doctor(labyrinth, PATH=str(tmp_path))
    assert said["compiler"][0] == "ok"
    for tool, package in (("git", "git"), ("spatch", "coccinelle"), ("sparse", "sparse"), ("dot", "graphviz"),
                          ("pre-commit", "pre-commit"), ("python3", "python3")):
        assert said[tool] == ("--", f"apt-get install {package}")
    assert done.returncode == 0 and "what is marked --" in done.stdout


def test_a_compiler_that_is_none_of_ours(labyrinth):
    done, said = doctor(labyrinth, "--cc", "no-such-gcc")
    assert done.returncode == 1 and said["compiler"] == ("MISSING", "apt-get install gcc")
    if shutil.which("clang"):
        done, said = doctor(labyrinth, CC="clang")
        assert done.returncode == 1 and said["compiler"] == ("MISSING", "the plugin is GCC's: build with CC=gcc")


def test_a_command_without_its_files(labyrinth, tmp_path):
    """Copied somewhere by itself: no facts, no sources of the plugin, no plugin."""
    alone = tmp_path / "bin" / "labyrinth"
    alone.parent.mkdir()
    shutil.copy(labyrinth, alone)
    done, said = doctor(alone, LABYRINTH_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 1
    assert said["facts of the kernel"] == ("MISSING", "make, or make install, again")
    assert said["plugin for it"][0] == "MISSING" and "labyrinth plugin --cc" in said["plugin for it"][1]


def test_a_cache_that_cannot_be_written(labyrinth):
    done, said = doctor(labyrinth, LABYRINTH_CACHE="/proc/no")
    assert done.returncode == 1 and said["cache"][0] == "MISSING" and "LABYRINTH_CACHE=DIR" in said["cache"][1]
