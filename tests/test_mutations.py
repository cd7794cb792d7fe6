# SPDX-License-Identifier: GPL-2.0-or-later
"""Correct functions with one mistake each: the checker names the mistake, by its rule.

Mutants are generated (tests/mutate.py) from the *_ok functions of the cases; those that do
not compile are not counted.  A run takes SAMPLE of them by a fixed seed; LAB_MUTANTS=all
takes all (make mutants).
"""
import concurrent.futures
import os
import random
import shlex
import shutil
import subprocess

import pytest

import caselib
import mutate
from conftest import ROOT, clean_env, run

SAMPLE = 160
SEED = 7
AIM = 0.95
SOURCES = sorted(caselib.CASES.glob("*/*_ok.c"))


def sample():
    every = [(path, *m) for path in SOURCES for m in mutate.mutants(path.read_text())]
    if os.environ.get("LAB_MUTANTS") == "all":
        return every
    return random.Random(SEED).sample(every, SAMPLE)


def findings(text, name, folder, plugin, labyrinth):
    """None: it does not compile.  Else what is said of the function."""
    folder.mkdir()
    (folder / "m.c").write_text(text)
    done = subprocess.run(["gcc", "-std=gnu11", "-O1", "-w", "-I", caselib.CASES,
                           "-I", caselib.CASES.parent.parent / "include", f"-fplugin={plugin}",
                           "-fplugin-arg-labyrinth-quiet", f"-fplugin-arg-labyrinth-root={folder}",
                           "-c", "-o", folder / "m.o", "m.c"], cwd=folder, capture_output=True, check=False)
    if done.returncode:
        return None
    return [f for f in caselib.check(labyrinth, [folder / "m.o"])["findings"]
            if any(name in c for c in caselib.chains(f))]


def test_mutants_are_found(plugin, labyrinth, tmp_path):
    def one(job):
        number, (path, name, what, rule, text) = job
        said = findings(text, name, tmp_path / str(number), plugin, labyrinth)
        label = f"{path.parent.name}/{path.name} {name}: {what}"
        if said is None:
            return None
        return label, any(f["rule"] in rule.split("|") for f in said), sorted({f["rule"] for f in said})

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = [d for d in pool.map(one, enumerate(sample())) if d]
    missed = [f"{label} (said: {', '.join(rules) or 'nothing'})" for label, found, rules in done if not found]
    print(f"mutants: {len(done)}, found {len(done) - len(missed)}")
    print("\n".join(missed))
    assert len(done) >= min(60, SAMPLE)
    assert (len(done) - len(missed)) / len(done) >= AIM, "\n".join(missed)




def kernel_command(folder, name):
    """How kbuild compiled the source, to be given another."""
    text = (folder / f".{name}.o.cmd").read_text().splitlines()[0].split(":=", 1)[1].split(";")[0].strip()
    assert text.endswith(f"{name}.c"), text
    return [w for w in shlex.split(text) if not w.startswith("-Wp,-MMD")][:-1]


def in_example(path, command, cwd, tmp_path, labyrinth):
    """(label, found) for each mutant of a whole example that compiles."""
    def one(job):
        n, (name, what, rule, text) = job
        source, obj = path.parent / f"{path.stem}-{n}.c", tmp_path / f"{path.stem}-{n}.o"
        source.write_text(text)
        words = list(command)
        if "-o" in words:
            del words[words.index("-o"):words.index("-o") + 2]
        if subprocess.run([*words, "-w", "-Wno-error", "-o", obj, source], cwd=cwd, capture_output=True, check=False).returncode:
            return None
        said = caselib.check(labyrinth, [obj])["findings"]
        return f"{path.name} {name}: {what}", any(f["rule"] in rule.split("|") and any(name in c for c in caselib.chains(f))
                                                 for f in said)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [d for d in pool.map(one, enumerate(mutate.mutants(path.read_text(), "^(?!break_rules)"))) if d]


def test_mutants_of_the_examples_are_found(plugin, labyrinth, kernel_headers, tmp_path):
    """The runtime's own examples: a program, a receive path, a completion path."""
    shutil.copy(ROOT / "examples/user/relay.c", tmp_path)
    done = in_example(tmp_path / "relay.c",
                      ["gcc", "-O1", "-I", ROOT / "include", f"-fplugin={plugin}", "-fplugin-arg-labyrinth-quiet", "-c"],
                      tmp_path, tmp_path, labyrinth)
    for example, name in (("driver_rx", "rx_main"), ("storage", "vault_main")):
        folder = tmp_path / "examples" / example
        shutil.copytree(ROOT / "examples" / example, folder, ignore=shutil.ignore_patterns("*.o", "*.ko", "*.mod*", "*.cmd"))
        if not (tmp_path / "include").exists():
            os.symlink(ROOT / "include", tmp_path / "include")
        run("make", "-C", kernel_headers, f"M={folder}", f"KCFLAGS=-fplugin={plugin} -fplugin-arg-labyrinth-quiet",
            f"{name}.o", env=clean_env(LC_ALL="C"))
        done += in_example(folder / f"{name}.c", kernel_command(folder, name), kernel_headers, tmp_path, labyrinth)
    missed = [label for label, found in done if not found]
    print(f"mutants of examples: {len(done)}, found {len(done) - len(missed)}")
    assert len(done) >= 15 and (len(done) - len(missed)) / len(done) >= AIM, "\n".join(missed)


@pytest.mark.parametrize("rule", ["unchecked-page", "page-leak", "double-hand-off", "use-after-hand-off",
                                  "free-after-hand-off", "sleep-holding-page", "quality-flags", "free-in-atomic",
                                  "atomic-size"])
def test_every_rule_is_broken(rule):
    assert any(rule in m[3].split("|") for m in sample())
