#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The facts of golden/*.c as text, compared with golden/*.skel.

golden.py --bless writes them anew.  Read each beside its source before you
commit it: a golden file is a claim that every call, guard and access path of
the source is there.
"""
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from conftest import BUILD, run  # noqa: E402

GOLDEN = HERE / "golden"
CASES = sorted(p.stem for p in GOLDEN.glob("*.c"))


def compile_case(case, out, gcc, plugin, *words):
    run(gcc, "-O2", "-w", "-std=gnu11", f"-fplugin={plugin}", "-fplugin-arg-labyrinth-quiet",
        f"-fplugin-arg-labyrinth-root={GOLDEN}", *words, "-c", "-o", out, GOLDEN / f"{case}.c",
        cwd=GOLDEN)


def dump(obj):
    """What labyrinth dump says, without the line that names the compiler."""
    text = run(BUILD / "labyrinth", "dump", obj).stdout
    text = text[text.index("labyrinth skeleton"):]     # the first line names the object
    return re.sub(r'"gcc [\d.]+"', '"gcc"', text)


def facts(case, gcc, plugin, *words):
    with tempfile.TemporaryDirectory() as tmp:
        out = pathlib.Path(tmp) / "case.o"
        compile_case(case, out, gcc, plugin, *words)
        return dump(out)


def main():
    if sys.argv[1:] != ["--bless"]:
        print(__doc__)
        return 2
    for case in CASES:
        (GOLDEN / f"{case}.skel").write_text(facts(case, "gcc", BUILD / "labyrinth.so"))
    print(f"{len(CASES)} files written; now read them: git diff {GOLDEN}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
