# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever GCC accepts: no crash, the same object, readable facts.

corners/*.c hold what C and GCC allow beyond everyday code; csmith makes the
rest up.  LAB_CSMITH=N tries N programs instead of 100 (make test-csmith N=...).
"""
import os
import pathlib
import re
import shutil

import pytest

import same
from conftest import run

CORNERS = sorted((pathlib.Path(__file__).parent / "corners").glob("*.c"))
OPTIONS = ["-O0", "-O2", "-O2 -g -gno-record-gcc-switches -fexceptions",
           "-O3 -fsanitize=undefined,address", "-O1 -fopenmp -std=gnu99",
           "-O2 -flto -ffat-lto-objects", "-O2 -flto", "-Os -finstrument-functions -fprofile-arcs",
           "-O2 -ffunction-sections -fdata-sections -fno-common -fno-pie"]
PROGRAMS = int(os.environ.get("LAB_CSMITH", "100"))
BATCH = 10


def lto_notes(argv):
    """GCC keeps the command line in the LTO sections, and the plugin is on it."""
    return [".gnu.lto_.opts"] if "-flto" in argv else []



@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("source", CORNERS, ids=lambda p: p.stem)
def test_corner(source, options, gcc, plugin_of, tmp_path):
    words = options.split()
    argv = [gcc, "-w", *words, "-c", source]
    out = tmp_path / source.stem
    assert same.differences(argv, out, plugin_of, cwd=tmp_path, may_differ=lto_notes(words)) == []
    done = run(*argv, f"-fplugin={plugin_of}", "-fplugin-arg-labyrinth-extract-only", "-o",
               f"{out}.x.o", cwd=tmp_path)
    assert done.stderr == ""
    same.check_facts(f"{out}.x.o")


@pytest.mark.parametrize("source", CORNERS, ids=lambda p: p.stem)
def test_normal_and_extraction_give_the_same_facts(source, plugin, tmp_path):
    texts = []
    for mode in ("quiet", "extract-only"):
        run("gcc", "-w", "-O2", f"-fplugin={plugin}", f"-fplugin-arg-labyrinth-{mode}", "-c",
            "-o", tmp_path / "x.o", source)
        text = same.check_facts(tmp_path / "x.o").replace(" flags {extract_only}", "")
        texts.append(re.sub(r" \{extract_only\}", "", text))
    assert texts[0] == texts[1]


def test_32_bit_target(plugin, tmp_path):
    """Numbers and pointers of another size; the headers of -m32 may be missing."""
    src = tmp_path / "x.c"
    src.write_text("struct s { void *p; long l[3]; } *g; long f(struct s *x) "
                   "{ return x->l[2] + (long)g; }\n")
    run("gcc", "-m32", "-O2", f"-fplugin={plugin}", "-c", "-o", tmp_path / "x.o", src)
    text = same.check_facts(tmp_path / "x.o")
    assert "ptr 4" in text and '"s" size 16' in text


@pytest.mark.parametrize("first", range(0, PROGRAMS, BATCH))
def test_csmith(first, plugin, tmp_path):
    if not shutil.which("csmith"):
        pytest.skip("csmith is not installed (make deps)")
    inc = next(pathlib.Path("/usr/include").glob("csmith*"), None)
    assert inc, "csmith without its headers"
    for seed in range(first, min(first + BATCH, PROGRAMS)):
        src = tmp_path / f"s{seed}.c"
        run("csmith", "--seed", seed + 1, "--max-funcs", 4, "--max-block-depth", 3,
            "--max-block-size", 3, "--max-expr-complexity", 6, "--bitfields", "--packed-struct",
            "--unions", "-o", src, cwd=tmp_path)     # it leaves a platform.info
        level = "-O0" if seed % 2 else "-O2"
        argv = ["gcc", "-w", level, "-I", inc, "-c", src]
        found = same.differences(argv, tmp_path / f"s{seed}", plugin)
        assert found == [], f"csmith --seed {seed + 1}"
        run(*argv, f"-fplugin={plugin}", "-fplugin-arg-labyrinth-extract-only", "-o",
            tmp_path / "x.o")
        same.check_facts(tmp_path / "x.o")
