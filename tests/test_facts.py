# SPDX-License-Identifier: GPL-2.0-or-later
"""Facts of functions beyond the program: what export writes, and that check needs no more.

The measure is everywhere the same: who has the headers and the facts finds in his own
code what he would find with the library's code in the program.
"""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import caselib
from conftest import run
from test_example import DRIVER, build as build_driver

HERE = pathlib.Path(__file__).resolve().parent
SHIPPED = HERE.parent / "facts" / "linux-6.1.facts"
LIB, DRV = HERE / "facts/lib.c", HERE / "facts/driver.c"
MARK = re.compile(r"/\* (bad|doubtful)\b")


def where(doc, names, confidence=None):
    """{(file, line)}: of each chain that starts in the files, its innermost step there."""
    found = set()
    for f in doc["findings"]:
        for r in f["roots"]:
            if confidence and r["confidence"] != confidence:
                continue
            steps = [(os.path.basename(s["file"]), s["line"]) for s in r["chain"]]
            inside = [s for s in steps if s[0] in names]
            if inside and steps[0][0] in names:
                found.add(inside[-1])
    return found


def export(labyrinth, inputs, out, *more):
    run(labyrinth, "export", "-o", out, *more, *inputs)
    return out


def lines_of(path):
    """Facts without head and provenance."""
    return [l.split(" # ")[0] for l in path.read_text().splitlines() if not l.startswith("#")]


@pytest.fixture(scope="module", params=sorted(caselib.KERNELS))
def pair(request, labyrinth, plugin, tmp_path_factory):
    """The library's object, the driver's, and the facts of the former."""
    out = tmp_path_factory.mktemp(f"facts-{request.param}")
    lib, drv = caselib.compile_units([LIB, DRV], plugin, request.param, out)
    return lib, drv, export(labyrinth, [lib], out / "lib.facts")


# ---- the file -----------------------------------------------------------------------------
WANTED = """\
sleep lib_alloc if arg1 & 0x400 == 0x400
quiet lib_count
calls lib_each arg1 now preempt
sleep lib_far
sleep lib_flush after preempt lock=arg0.lock.rlock
sleep lib_level if arg1 > 4
enter lib_lock preempt bh lock=arg0.lock.rlock
sleep lib_mode if arg1 == 2
sleep lib_nap if !in_interrupt
sleep lib_quick if arg1 & 8 == 0
sleep lib_range if arg1 < 0xa and arg1 > 4
sleep lib_rare if unseen
sleep lib_ready if arg0.next.in.deep == 7
sleep lib_request
calls lib_request arg1 in hardirq
unsure lib_shaky
noreturn lib_stop
sleep lib_sync if arg1 != 0
enter lib_trylock preempt lock=arg0.lock.rlock if ret == 1
leave lib_unlock preempt bh lock=arg0.lock.rlock
sleep lib_wait
""".splitlines()


def test_every_form(pair):
    said = lines_of(pair[2])
    assert said == WANTED


def test_each_line_has_its_proof(pair):
    """A place in the source; for a sleep the call that sleeps and the calls that lead there."""
    by = {l.split()[1]: l.split(" # ")[1] for l in pair[2].read_text().splitlines()
          if l.startswith("sleep ")}
    text = LIB.read_text().splitlines()
    for name, why in by.items():
        place, chain = why.split(" ", 1)
        assert os.path.basename(place.split(":")[0]) == "lib.c", why
        assert re.search(chain.split()[-1].removesuffix("_nested"), text[int(place.split(":")[1]) - 1]), (name, why)
    assert by["lib_far"].split(" ", 1)[1].startswith("deep > deeper > mutex_lock")


def test_head_counts_lines(pair):
    text = pair[2].read_text()
    assert text.startswith("# labyrinth facts 1\n")
    n = re.search(r"(\d+) functions: (\d+) lines exact, (\d+) weakened.*?(\d+) doubtful \(unseen\); "
                  r"(\d+) of the functions are quiet", text.replace("\n# ", " "))
    said = lines_of(pair[2])
    assert int(n[1]) == len({l.split()[1] for l in said})
    assert int(n[2]) + int(n[3]) + int(n[4]) == len(said)
    assert int(n[4]) == sum(l.endswith("unseen") for l in said)
    assert int(n[5]) == sum(l.startswith("quiet") for l in said)


def test_same_bytes_whatever_the_order(labyrinth, plugin, tmp_path):
    objs = caselib.compile_units([LIB, DRV], plugin, "debug", tmp_path)
    a = export(labyrinth, objs, tmp_path / "a")
    b = export(labyrinth, objs[::-1], tmp_path / "b")
    linked = tmp_path / "prog.lab"
    run(labyrinth, "link", "-o", linked, *objs)
    c = export(labyrinth, [linked], tmp_path / "c")
    assert a.read_bytes() == b.read_bytes() == c.read_bytes()
    names = [l.split()[1] for l in lines_of(a)]
    assert names == sorted(names)


# ---- who has headers and facts ---------------------------------------------------------------
def marked(word):
    return {("driver.c", n) for n, line in enumerate(DRV.read_text().splitlines(), 1)
            if [m for m in MARK.findall(line)] == [word]}


def test_facts_find_what_the_code_finds(pair, labyrinth):
    lib, drv, facts = pair
    whole = caselib.check(labyrinth, [lib, drv], ["--facts=none", "--all"])
    alone = caselib.check(labyrinth, [drv], ["--facts", facts, "--all"])
    for doc in (whole, alone):
        assert where(doc, {"driver.c"}, "high") == marked("bad")
        assert where(doc, {"driver.c"}, "low") == marked("doubtful")


def test_without_facts_next_to_nothing_is_found(pair, labyrinth):
    found = where(caselib.check(labyrinth, [pair[1]], ["--facts=none"]), {"driver.c"})
    assert len(found) * 4 < len(marked("bad"))


def test_chain_and_coverage_say_by_which_facts(pair, labyrinth):
    text = run(labyrinth, "check", "--facts", pair[2], "--coverage", pair[1]).stdout
    line = next(n for n, l in enumerate(DRV.read_text().splitlines(), 1) if "lib_far(b);" in l)
    assert re.search(rf"driver\.c:{line}:\d+: note: lib_far\(\) may sleep, by lib\.facts:\d+: "
                     r"\S*lib\.c:\d+ deep > deeper > mutex_lock", text)
    assert re.search(r"passed to lib_request\(\) by drv_probe\(\) at .* \(by lib\.facts:\d+: ", text)
    assert "known by lib.facts" in text
    doc = caselib.check(labyrinth, [pair[1]], ["--facts", pair[2]])
    assert doc["coverage"]["facts"] == "lib.facts"
    assert doc["coverage"]["functions_by_facts"] == len({l.split()[1] for l in WANTED} - {"lib_range"})
    assert doc["coverage"]["external_functions"] == 0
    assert any(s.get("by", "").startswith("lib.facts:") for f in doc["findings"]
               for r in f["roots"] for s in r["chain"])


def test_a_body_in_the_program_wins(pair, labyrinth, tmp_path):
    """Facts that lie about the library say nothing where its code is at hand."""
    lies = tmp_path / "lies.facts"
    lies.write_text("# labyrinth facts 1\n" + "".join(
        f"sleep {l.split()[1]} # a lie\n" for l in WANTED))
    whole = caselib.check(labyrinth, pair[:2], ["--facts=none", "--all"])
    assert caselib.check(labyrinth, pair[:2], ["--facts", lies, "--all"])["findings"] == \
        whole["findings"]


def test_a_model_wins(pair, labyrinth, tmp_path):
    model = tmp_path / "m.model"
    model.write_text("nosleep lib_far # I know better\nneutral lib_wai[t] # by a glob\n")
    found = where(caselib.check(labyrinth, [pair[1]], ["--facts", pair[2], "--model", model]),
                  {"driver.c"})
    lost = {n for n, l in enumerate(DRV.read_text().splitlines(), 1)
            if re.search(r"lib_(far|wait)\(b\);.*bad", l)}
    assert len(lost) == 2 and found == marked("bad") - {("driver.c", n) for n in lost}


@pytest.mark.parametrize("text, said", [
    ("", ":1: not a facts file of this version: it starts with '# labyrinth facts 1'"),
    ("# labyrinth facts 2\nsleep a # x\n", ":1: not a facts file"),
    ("# labyrinth facts 1\nsleep a # x\nslep b # x\n", ":3:1: unknown kind of fact"),
])
def test_wrong_files(pair, labyrinth, tmp_path, text, said):
    f = tmp_path / "x.facts"
    f.write_text(text)
    done = run(labyrinth, "check", "--facts", f, pair[1], check=False)
    assert done.returncode == 2 and not done.stdout
    assert done.stderr.startswith(f"labyrinth: {f}{said}") and done.stderr.count("\n") == 1


def test_no_such_file(pair, labyrinth, tmp_path):
    done = run(labyrinth, "check", "--facts", tmp_path / "none.facts", pair[1], check=False)
    assert done.returncode == 2 and "none.facts: No such file" in done.stderr


# what the functions of other programs do behind a pointer of this one is not carried, nor what they
# do with pages: contracts beside their declarations say that
POINTERS = {("m03_ops_in_other_file", "core.c"), ("n02_pointer_variable", "core.c"), ("b_across_files", "user.c"),
            ("n19_sibling_module", "usb.c")}


def folders():
    return [c for c in caselib.all_cases() if c.path.is_dir() and len(c.sources) > 1]


@pytest.mark.parametrize("case", folders(), ids=lambda c: c.name)
def test_each_file_of_a_case_alone(case, labyrinth, plugin, tmp_path):
    """One file with the facts of the others finds what starts in it, as the whole case does."""
    if case.known_gap:
        pytest.skip("a known gap")
    objs = caselib.compile_units(case.sources, plugin, "debug", tmp_path, case.words["cflags"])
    whole = caselib.check(labyrinth, objs, ["--facts=none", *case.words["args"]])
    for n, source in enumerate(case.sources):
        facts = export(labyrinth, objs[:n] + objs[n + 1:], tmp_path / f"{n}.facts")
        alone = caselib.check(labyrinth, [objs[n]], ["--facts", facts, *case.words["args"]])
        same = where(alone, {source.name}) == where(whole, {source.name})
        assert same != ((case.path.name, source.name) in POINTERS), source.name


# ---- what is shipped -----------------------------------------------------------------------
@pytest.fixture
def shipped():
    if not SHIPPED.exists():
        pytest.fail(f"{SHIPPED} is missing (make facts)")
    return SHIPPED


def test_shipped_file_is_well_formed(shipped, ask):
    assert shipped.stat().st_size < 4 << 20
    names = [l.split()[1] for l in lines_of(shipped)]
    assert names == sorted(names) and len(set(names)) > 3000
    # lint may call a condition beside another a clash; that it parses is what counts
    found = ask("find", shipped, "--", "no_such_function")
    assert found == ["no_such_function: 0"]


def test_shipped_file_is_found_and_used(shipped, labyrinth, plugin, build, tmp_path):
    """From the build folder, and from where make install puts it."""
    src = tmp_path / "x.c"
    name = next(l.split()[1] for l in lines_of(shipped) if re.fullmatch(r"sleep \w+", l))
    src.write_text(f'#include "kernel.h"\nvoid {name}(void);\nstatic DEFINE_SPINLOCK(l);\n'
                   f"void f(void)\n{{\n\tspin_lock(&l);\n\t{name}();\n\tspin_unlock(&l);\n}}\n")
    obj, = caselib.compile_units([src], plugin, "debug", tmp_path)
    installed = tmp_path / "usr"
    (installed / "bin").mkdir(parents=True)
    (installed / "share/labyrinth").mkdir(parents=True)
    shutil.copy(labyrinth, installed / "bin")
    shutil.copy(build / shipped.name, installed / "share/labyrinth")
    for command in (labyrinth, installed / "bin/labyrinth"):
        doc = caselib.check(command, [obj])
        assert doc["coverage"]["facts"] == shipped.name
        assert len(doc["findings"]) == 1
    assert not caselib.check(labyrinth, [obj], ["--facts=none"])["findings"]


@pytest.mark.kernel
def test_example_driver_with_headers_as_with_the_kernel(labyrinth, plugin, kernel_headers, kernel,
                                                        shipped, tmp_path):
    folder, _ = build_driver(tmp_path, kernel_headers, plugin, "-fplugin-arg-labyrinth-quiet")
    core = [kernel.obj / d for d in ("kernel", "lib", "mm", "net/core", "drivers/base")]
    core = [d for d in core if d.is_dir()]
    if len(core) < 5:
        pytest.skip("the kernel's folders are not extracted (make kernel-facts)")
    names = {p.name for p in DRIVER.glob("*.[ch]")}
    alone = caselib.check(labyrinth, [folder], ["--facts", shipped])
    try:
        whole = caselib.check(labyrinth, [folder, *core], ["--facts=none"])
    except subprocess.TimeoutExpired:
        pytest.skip("this machine is too busy for a program of this size")
    assert where(alone, names) == where(whole, names)
    assert len(where(alone, names)) == 10
