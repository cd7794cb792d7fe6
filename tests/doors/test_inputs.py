# SPDX-License-Identifier: GPL-2.0-or-later
"""What a check takes in: compile commands, modules.order, folders; progress and colours."""
import json
import os
import pty
import re
import shutil
import subprocess

import pytest

import driver
from conftest import default_gcc, run


@pytest.fixture
def small(tmp_path, kernel_headers, labyrinth, plugin):
    return driver.Driver(tmp_path / "drv", kernel_headers, labyrinth, plugin)


def commands(small, **more):
    """compile_commands.json as the kernel's own generator makes it of saved commands."""
    entries = []
    for saved in sorted(small.folder.glob(".?.o.cmd")):
        hit = re.match(r"\S+ := (.*?) (\S+\.c) *(;.*)?$", saved.read_text().splitlines()[0])
        entries.append({"directory": os.path.realpath(small.headers), "file": hit[2],
                        "command": f"{hit[1]} {hit[2]}", **more})
    assert len(entries) == 3
    return entries


def write(small, entries):
    path = small.folder / "compile_commands.json"
    path.write_text(json.dumps(entries))
    return path


def check(small, *words, **env):
    return subprocess.run([small.labyrinth, "check", *words], env=small.env(**env), check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=small.folder)


def test_without_a_build(small):
    """No object is there: each source is compiled for its facts, once; paths start at the list."""
    cc, log = small.logging_compiler()
    small.make(f"CC={cc}", check=None)
    path = write(small, commands(small))
    for obj in small.folder.glob("*.o"):
        obj.unlink()
    log.unlink()
    before = small.listing()
    done = check(small, "--compile-commands", path)
    assert driver.found(done.stdout) == [driver.ACROSS, driver.ALONE] and done.stderr == ""
    assert re.search(r"^a\.c:", done.stdout, re.M)
    assert sorted(os.path.basename(x) for x in log.read_text().split()) == ["a.c", "b.c", "c.c"]
    assert small.listing() == before and list(small.tmp.iterdir()) == []


def test_objects_with_facts_are_taken_as_they_are(small):
    cc, log = small.logging_compiler()
    small.make(f"CC={cc}", small.plugin_flags("quiet"), check=None)
    path = write(small, commands(small))
    log.unlink()
    done = check(small, "--compile-commands", path)
    assert driver.found(done.stdout) == [driver.ACROSS, driver.ALONE]
    assert not log.exists(), "nothing is compiled"
    os.utime(small.folder / "b.c", (2e9, 2e9))
    assert driver.found(check(small, "--compile-commands", path).stdout) == [driver.ACROSS, driver.ALONE]
    assert [os.path.basename(x) for x in log.read_text().split()] == ["b.c"]


def test_words_as_a_list_and_a_cached_compiler(small, tmp_path):
    if not shutil.which("ccache"):
        pytest.skip("ccache is not installed (make deps)")
    small.make(check=None)
    entries = commands(small)
    for e in entries:
        e["arguments"] = ["ccache", *e.pop("command").replace("\\#", "#").split()]
    done = check(small, "--compile-commands", write(small, entries[:1]), CCACHE_DIR=str(tmp_path / "cc"))
    assert "not looked at" not in done.stderr or "quote" in done.stderr
    assert done.returncode == 0


def test_gaps_are_said_and_the_rest_goes_on(small):
    small.make(check=None)
    entries = commands(small)
    for obj in small.folder.glob("*.o"):
        obj.unlink()
    (small.folder / "c.c").write_text("int f( {\n")
    entries.append({"directory": str(small.folder), "file": "d.c", "command": "no-such-compiler -c d.c"})
    entries.append({"directory": str(small.folder), "file": "e.S", "command": "gcc -c e.S"})
    if shutil.which("clang"):
        entries.append({"directory": str(small.folder), "file": "f.c", "command": "clang -c f.c"})
    done = check(small, "--compile-commands", write(small, entries), "--coverage")
    said = done.stderr.splitlines()
    assert driver.found(done.stdout) == [driver.ACROSS, driver.ALONE]
    assert len(said) == len(entries) - 3 and all("not looked at: " in x for x in said), said
    assert any("c.c: not looked at: " in x and "error: " in x for x in said)
    assert any(x.startswith("labyrinth: d.c: not looked at: ") and "no-such-compiler" in x for x in said), said
    assert "e.S" not in done.stderr
    if shutil.which("clang"):
        assert any("f.c: not looked at: clang is no GCC" in x for x in said), said
    assert done.stdout.count("coverage: no facts in ") == len(said)


@pytest.mark.parametrize("text, why", [
    ("[", ":1: broken JSON"), ("{}", ": no list of compile commands"), ("[]", ": holds no command for a C source"),
    ('[{"file": "a.c"}]', ': entry 1: no "directory"'), ('[{"directory": "/", "file": "a.c"}]', ': entry 1: no "command"'),
    ('[{"directory": "/", "file": "a.c", "command": "gcc \\"a.c"}]', ": entry 1: a quote is not closed"),
    ('[{"directory": "/", "file": "a.cc", "command": "g++ a.cc"}]', ": holds no command for a C source (1 for others)"),
])
def test_a_broken_list(small, labyrinth_asan, text, why):
    path = small.folder / "cc.json"
    path.write_text(text)
    done = run(labyrinth_asan, "check", "--compile-commands", path, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and f"labyrinth: {path}{why}" in done.stderr, done.stderr


def test_no_input_at_all(labyrinth):
    done = run(labyrinth, "check", check=False)
    assert done.returncode == 2 and "needs an argument: INPUT..., or --compile-commands" in done.stderr


def test_modules_order_of_a_module(small):
    small.make(small.plugin_flags("quiet"), check=None)
    done = check(small, small.folder / "modules.order")
    assert driver.found(done.stdout) == [driver.ACROSS, driver.ALONE]
    assert driver.found(check(small, small.folder).stdout) == [driver.ACROSS, driver.ALONE]


@pytest.mark.kernel
def test_modules_order_of_a_folder_of_the_kernel(labyrinth, kernel):
    """Its names start at the root of the build, whatever folder we are in."""
    listed = [p for p in kernel.obj.glob("drivers/usb/*/modules.order") if p.read_text().strip()]
    if not listed:
        pytest.skip("no facts of drivers/usb (make kernel-facts DIRS=drivers/usb)")
    done = run(labyrinth, "check", "--coverage", listed[0], cwd="/", check=False)
    assert done.returncode == 0 and re.search(r"coverage: [1-9]\d* units", done.stdout), done.stderr


# ---- terminals ---------------------------------------------------------------------------------
def on_a_terminal(argv, cwd, **env):
    """What a program writes to a terminal."""
    master, slave = pty.openpty()
    proc = subprocess.Popen([str(a) for a in argv], stdout=slave, stderr=slave, stdin=slave, cwd=cwd, env=env)
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    proc.wait()
    os.close(master)
    return text.decode()


def test_progress_and_colours_on_a_terminal_only(small):
    small.make(check=None)
    path = write(small, commands(small))
    for obj in small.folder.glob("*.o"):
        obj.unlink()
    words = [small.labyrinth, "check", "--compile-commands", path]
    text = on_a_terminal(words, small.folder, **small.env())
    assert "source 1 of 3" in text and "source 3 of 3" in text and "\x1b[1;35mwarning:" in text
    plain = on_a_terminal(words, small.folder, **small.env(NO_COLOR="1"))
    assert "\x1b[1;35m" not in plain and "warning:" in plain
    done = check(small, "--compile-commands", path)
    assert done.stderr == "" and "\x1b" not in done.stdout


def test_other_compilers_in_one_list(small):
    other = 11 if default_gcc() == 12 else 12
    if not shutil.which(f"gcc-{other}"):
        pytest.skip(f"gcc-{other} is not installed (make deps)")
    (small.folder / "p.c").write_text("int f(void) { return 1; }\n")
    done = check(small, "--compile-commands", write(small, [
        {"directory": str(small.folder), "file": "p.c", "arguments": [f"gcc-{other}", "-c", "p.c"]}]))
    assert "not looked at" not in done.stderr or f"labyrinth plugin --cc" in done.stderr
