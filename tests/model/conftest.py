# SPDX-License-Identifier: GPL-2.0-or-later
"""The helper of these tests."""
import subprocess

import pytest


@pytest.fixture(scope="session")
def ask(root, build, tmp_path_factory):
    """The helper ask.c, built with address checks from the room's own sources."""
    out = tmp_path_factory.mktemp("ask") / "ask"
    texts = build / "gen" / "models.c"
    if not texts.exists():
        pytest.fail(f"{texts} is not built (make all)")
    sources = sorted((root / "src/check/model").glob("*.c"))
    subprocess.run(["gcc", "-std=c11", "-g", "-O1", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
                    "-I", root / "src", "-I", root / "include", "-o", out,
                    root / "tests/model/ask.c", texts, *sources], check=True)

    def run(*words, status=0):
        done = subprocess.run([out, *map(str, words)], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.PIPE, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout.splitlines()
    return run
