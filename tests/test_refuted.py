# SPDX-License-Identifier: GPL-2.0-or-later
"""What one unit proves is in the report of the program, or refuted there by a fact.

Over drivers/usb the plugin says its findings while it compiles; LAB_USB_UNITS=N takes
N units (default 40) of those folders, in the order of their names.
"""
import os
import re

import pytest

import caselib
from conftest import run

USB = ("drivers/usb/host", "drivers/usb/core", "drivers/usb/gadget", "drivers/usb")
UNITS = int(os.environ.get("LAB_USB_UNITS", "40"))
HEAD = '#include "kernel.h"\nextern spinlock_t the_lock;\nextern int flag;\n'
SAID = re.compile(r"^labyrinth: fingerprint (\w+): (\S+):(\d+): (\S+)$", re.M)


def build(folder, plugin, **units):
    """Objects of made-up units, and what the plugin said: {name: [fingerprint]}."""
    objects, said = [], {}
    for name, text in units.items():
        (folder / f"{name}.c").write_text(HEAD + text)
        done = run("gcc", "-O2", "-Wall", "-I", caselib.CASES, f"-fplugin={plugin}",
                   "-fplugin-arg-labyrinth-verbose", "-c", "-o", f"{name}.o", f"{name}.c", cwd=folder)
        objects.append(folder / f"{name}.o")
        said[name] = [m[0] for m in SAID.findall(done.stderr)]
    return objects, said


def lists(doc):
    return ({f["fingerprint"] for f in doc["findings"]}, {f["fingerprint"] for f in doc["refuted"]})


HELPERS = {
    "leaves": ("void helper(void) { spin_unlock(&the_lock); }", "helper();",
               "helper() (b.c) leaves what its caller holds"),
    "no return": ("void helper(void) { for (;;) ; }", "helper();",
                  "helper() (b.c) does not return"),
    "only 0": ("int helper(void) { return 0; }", "if (helper())",
               "helper() (b.c) returns only 0"),
}


@pytest.mark.parametrize("body, use, by", HELPERS.values(), ids=HELPERS)
def test_the_body_that_refutes_is_named(plugin, labyrinth, tmp_path, body, use, by):
    kind = body.split()[0]
    objects, said = build(
        tmp_path, plugin,
        a=f"{kind} helper(void);\nvoid f(void)\n{{\n\tspin_lock(&the_lock);\n\t{use}\n\t\tmsleep(1);\n}}\n"
          "void g_bad(void)\n{\n\tspin_lock(&the_lock);\n\tmsleep(2);\n\tspin_unlock(&the_lock);\n}\n",
        b=body + "\n")
    doc = caselib.check(labyrinth, objects, ["--refuted"])
    found, refuted = lists(doc)
    assert len(said["a"]) == 2 and said["b"] == []
    assert set(said["a"]) == found | refuted and len(found) == len(refuted) == 1
    assert doc["refuted"] == [{"rule": "sleep-in-atomic", "fingerprint": said["a"][0],
                               "function": "f", "file": "a.c", "line": 9, "callee": "msleep",
                               "by": by}]
    assert [f["sink"]["function"] for f in doc["findings"]] == ["g_bad"]
    text = caselib.run(labyrinth, "check", "--refuted", *objects)
    assert text.splitlines()[-1] == ("a.c:9:3: note: refuted: f() calls msleep() "
                                     f"[labyrinth::sleep-in-atomic]: {by}")


def test_a_body_behind_a_helper_of_the_unit(plugin, labyrinth, tmp_path):
    objects, said = build(
        tmp_path, plugin,
        a="void outer(void);\nstatic void inner(int n)\n{\n\tif (n)\n\t\touter();\n}\n"
          "void f(int n)\n{\n\tspin_lock(&the_lock);\n\tinner(1);\n\tmsleep(1);\n}\n",
        b="void last(void);\nvoid outer(void) { last(); }\n",
        c="void last(void) { spin_unlock(&the_lock); }\n")
    doc = caselib.check(labyrinth, objects, ["--refuted"])
    assert doc["findings"] == [] and len(said["a"]) == 1
    assert [r["fingerprint"] for r in doc["refuted"]] == said["a"]
    # no single body does it: b says who is called, c what that does
    by = doc["refuted"][0]["by"]
    assert "f()" in by and by.endswith(", with c.c in the program"), by


def test_a_pointer_with_too_many_targets(plugin, labyrinth, tmp_path):
    """One function in the unit, thirty in the program: not followed, and said so."""
    ops = "struct ops { void (*go)(void); };\n"
    many = "".join(f"static void t{n}(void) {{ flag = {n}; }}\nstruct ops o{n} = {{ t{n} }};\n"
                   for n in range(30))
    objects, said = build(
        tmp_path, plugin,
        a=ops + "static void one(void)\n{\n\tmsleep(1);\n}\nstruct ops o = { one };\n"
          "void f_bad(struct ops *p)\n{\n\tspin_lock(&the_lock);\n\tp->go();\n"
          "\tspin_unlock(&the_lock);\n}\n",
        b=ops + many)
    doc = caselib.check(labyrinth, objects, ["--refuted"])
    assert doc["findings"] == [] and len(said["a"]) == 1
    assert [(r["fingerprint"], r["by"]) for r in doc["refuted"]] == [
        (said["a"][0], "the call through ops.go in f_bad() may go to 31 functions, "
                       "more than are followed")]


def test_nothing_to_refute(plugin, labyrinth, tmp_path):
    objects, said = build(tmp_path, plugin, a="void f_bad(void)\n{\n\tspin_lock(&the_lock);\n"
                          "\tmsleep(1);\n\tspin_unlock(&the_lock);\n}\n")
    doc = caselib.check(labyrinth, objects, ["--refuted"])
    assert doc["refuted"] == [] and [f["fingerprint"] for f in doc["findings"]] == said["a"]
    assert "refuted" not in caselib.check(labyrinth, objects)


def test_order_and_threads_change_nothing(plugin, labyrinth, labyrinth_asan, tmp_path):
    objects, _ = build(tmp_path, plugin, **{
        f"u{n}": f"void helper{n}(void);\nvoid f{n}(void)\n{{\n\tspin_lock(&the_lock);\n"
                 f"\thelper{n}();\n\tmsleep(1);\n}}\nvoid helper{(n + 1) % 5}(void)\n{{\n"
                 "\tspin_unlock(&the_lock);\n}\n" for n in range(5)})
    words = ["check", "--format=json", "--refuted"]
    first = caselib.run(labyrinth, *words, *objects)
    assert first.count('"by"') == 5
    assert caselib.run(labyrinth, *words, "-j4", *reversed(objects)) == first
    assert caselib.run(labyrinth_asan, *words, "-j2", *objects) == first


@pytest.fixture(scope="module")
def usb(kernel, plugin, tmp_path_factory):
    """Units of drivers/usb: their objects, and the findings the plugin said: {fingerprint: place}."""
    out = tmp_path_factory.mktemp("usb")
    names = []
    for folder in USB:
        found = sorted(str(p.relative_to(kernel.source)) for p in (kernel.source / folder).rglob("*.c"))
        names += [n for n in found if n not in names]
    objects, said = [], {}
    # a file that another one includes, or of other hardware, has no command of its own
    saved = [n for n in names if kernel.saved(n)]
    names = saved if len(saved) >= UNITS else names
    for name, argv in kernel.commands(names[:2 * UNITS], out).items():
        if len(objects) == UNITS:
            break
        words = [w for w in argv if not w.startswith("-fplugin")]
        done = run(*words, f"-fplugin={plugin}", f"-fplugin-arg-labyrinth-root={kernel.source}",
                   *(f"-fplugin-arg-labyrinth-{a}" for a in ("extract-only", "speak", "verbose")),
                   cwd=kernel.obj, check=False)
        if done.returncode:
            continue
        assert done.stderr.count("labyrinth::") == len(SAID.findall(done.stderr)), name
        objects.append(out / (name[:-2] + ".o"))
        said.update({m[0]: m[1:] for m in SAID.findall(done.stderr)})
    return objects, said


@pytest.mark.kernel
def test_usb_plugin_findings_are_reported_or_refuted(usb, labyrinth):
    objects, said = usb
    assert len(objects) >= UNITS * 3 // 4 and len(said) >= 3
    doc = caselib.check(labyrinth, objects, ["--refuted"])
    found, refuted = lists(doc)
    assert set(said) <= found | refuted, [said[f] for f in set(said) - found - refuted]
    assert refuted <= set(said) and not refuted & found
    assert all(r["by"] for r in doc["refuted"])
    # the same place, too
    where = {f["fingerprint"]: (f["sink"]["file"], str(f["sink"]["line"]), f["rule"])
             for f in doc["findings"]}
    assert {f: said[f] for f in set(said) & found} == {f: where[f] for f in set(said) & found}
