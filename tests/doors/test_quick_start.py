# SPDX-License-Identifier: GPL-2.0-or-later
"""The README's quick starts, as typed, by somebody whose machine has only what was installed."""
import os
import re
import shutil
import subprocess

import pytest

from conftest import ROOT, clean_env, run


def blocks(heading):
    """The code blocks below a heading of the README, as lists of lines."""
    text = (ROOT / "README.md").read_text()
    part = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [b.strip().splitlines() for b in re.findall(r"^```\n(.*?)^```$", part, re.M | re.S)]


@pytest.fixture(scope="module")
def installed(build, labyrinth, plugin, tmp_path_factory):
    """PATH in front of which lies what "make install" put somewhere."""
    place = tmp_path_factory.mktemp("prefix")
    run("make", "-C", ROOT, "--no-print-directory", "install", f"PREFIX={place}", f"B={build}", env=clean_env())
    return place


def typed(lines, cwd, installed, **env):
    """One shell per line, as a person types them."""
    out = []
    for line in lines:
        done = subprocess.run(["bash", "-c", line], cwd=cwd, check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=clean_env(LC_ALL="C", PATH=f"{installed}/bin:{os.environ['PATH']}",
                                                                    **env))
        out.append((line, done))
    return out


def test_a_driver_author(installed, kernel_headers, tmp_path):
    """uname answers as on a machine that runs the kernel of the headers."""
    first, then = blocks("Quick start: you write a driver")
    assert first == ["make", "make install"], "which the fixture did"
    folder = tmp_path / "driver"
    folder.mkdir()
    for name in ("Kbuild", "maze.h", "maze_main.c", "maze_hw.c", "maze_ethtool.c"):
        shutil.copy(ROOT / "examples/driver" / name, folder)
    shim = installed / "bin" / "uname"
    shim.write_text(f"#!/bin/sh\n[ \"$1\" = -r ] && echo {kernel_headers.parent.name} || exec /bin/uname \"$@\"\n")
    shim.chmod(0o755)
    doctor, make, check, page = (d for _, d in typed(then, folder, installed, LABYRINTH_CACHE=str(tmp_path / "c")))
    shim.unlink()
    assert doctor.returncode == 0 and f"{installed}/lib/labyrinth/labyrinth.so" in doctor.stdout, doctor.stdout
    assert make.returncode == 0 and "[labyrinth::sleep-in-atomic]" in make.stderr, make.stderr
    planted = sum(p.read_text().count("expect: sleep-in-atomic") for p in folder.glob("*.c"))
    assert check.returncode == 0 and check.stdout.count("warning: ") == planted >= 10
    assert page.returncode == 0 and (folder / "report.html").read_text().count("<article") == planted


@pytest.mark.kernel
def test_a_reviewer(installed, kernel, tmp_path):
    """The kernel is prepared already, so the second line has nothing to do here."""
    lines, = blocks("Quick start: you review kernel patches")
    name = "drivers/usb/class/usblp.c"
    text = (kernel.source / name).read_text()
    lock = next(x for x in text.splitlines(keepends=True) if "spin_lock" in x)
    for side, body in (("a", text), ("b", text.replace(lock, lock + "\tmight_sleep();\n", 1))):
        (tmp_path / side / name).parent.mkdir(parents=True)
        (tmp_path / side / name).write_text(body)
    (tmp_path / "fix.patch").write_text(run("diff", "-u", f"a/{name}", f"b/{name}", cwd=tmp_path, check=False).stdout)
    doctor, prepare, review, page = (d for _, d in typed(lines, tmp_path, installed))
    assert doctor.returncode == 0 and prepare.returncode == 0 and str(kernel.obj) in prepare.stdout
    assert review.returncode == 1 and "1 new, 0 fixed" in review.stdout, review.stderr
    assert page.returncode == 1 and "<article" in (tmp_path / "review.html").read_text()


def test_every_command_of_the_readme_exists(labyrinth):
    """No command line of ours in a code span or block names a command or an option that is not there."""
    text = (ROOT / "README.md").read_text()
    code = re.findall(r"`([^`\n]+)`", text) + [x for b in re.findall(r"^```\w*\n(.*?)^```$", text, re.M | re.S)
                                               for x in b.splitlines()]
    known = set(re.findall(r"^  ([a-z]+) ", run(labyrinth, "--help").stdout, re.M))
    seen = 0
    for line in code:
        for words in re.findall(r"(?:^|[(\"/ ])labyrinth ([a-z]+[^#|;)\"`]*)", line):
            command, *rest = words.split()
            if command not in known:
                assert not rest or "=" in rest[0] or command in ("relay",), line
                continue
            seen += 1
            options = set(re.findall(r"--([\w-]+)", run(labyrinth, command, "--help").stdout))
            for word in (w for w in rest if w.startswith("--")):
                assert word[2:].split("=")[0] in options, line
    assert seen > 20
