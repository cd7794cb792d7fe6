# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules of the house that no compiler checks: sizes, licences, names, warnings, install."""
import os
import pathlib
import re
import shutil
import tempfile
import warnings

import pytest

from conftest import ROOT, clean_env, run

CODE = {".c", ".h", ".cc", ".py", ".sh", ".mk", ".cocci", ".model"}
NAMED = {"Makefile", "Kbuild", "lab-cc", "lab-kernel", "run"}
SMELL, LIMIT = 800, 1200
HOST = re.compile(r"\b(?:https?|git|ftp|ssh)://([\w.-]+)")
# identifiers of published schemas are names, not places anybody connects to
SCHEMA = {"json.schemastore.org", "docs.oasis-open.org", "json-schema.org", "www.w3.org"}
OWN_PLACE = re.compile(r"(?<![\w$}])/(?:root|work|home)/\w")


def files():
    """What git tracks or would track."""
    out = run("git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z").stdout
    found = [ROOT / n for n in out.split("\0") if n]
    return [p for p in found if p.is_file() and not p.is_symlink()]


def code():
    return [p for p in files() if p.suffix in CODE or p.name in NAMED]


def text_of(path):
    return path.read_text(encoding="utf-8", errors="surrogateescape")


def rel(path):
    return str(path.relative_to(ROOT))


def test_there_is_code():
    assert len(code()) > 30


def test_every_source_names_its_licence():
    bare = [rel(p) for p in code()
            if p.stat().st_size and "SPDX-License-Identifier: GPL-2.0-or-later" not in
            "\n".join(text_of(p).splitlines()[:3]) and "expect" not in p.name]
    assert bare == []


def test_files_stay_readable():
    long = {rel(p): len(text_of(p).splitlines()) for p in code()
            if p.suffix in (".c", ".h", ".cc", ".py")}
    for name, lines in sorted(long.items()):
        if SMELL < lines <= LIMIT:
            warnings.warn(f"{name} has {lines} lines: more than {SMELL} is a smell")
    assert {n: k for n, k in long.items() if k > LIMIT} == {}


def test_no_place_of_this_machine_and_no_host():
    found = []
    for path in files():
        if path.name == "COPYING" or path.stat().st_size > 1 << 20:
            continue
        for number, line in enumerate(text_of(path).splitlines(), 1):
            hosts = [h for h in HOST.findall(line) if h not in SCHEMA]
            if hosts or (OWN_PLACE.search(line) and "OWN_PLACE" not in line):
                found.append(f"{rel(path)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_one_conftest():
    """Helpers are imported from it by name; a second one would hide it."""
    assert [rel(p) for p in files() if p.name == "conftest.py"] == ["tests/conftest.py"]


def test_licence_text_is_whole():
    text = text_of(ROOT / "COPYING")
    assert "GNU GENERAL PUBLIC LICENSE" in text and "Version 2, June 1991" in text
    assert "END OF TERMS AND CONDITIONS" in text


def symbols(path):
    """{name: (binding, visibility)} of what an object, archive or library defines."""
    out = run("readelf", "-sW", path).stdout
    found = {}
    for line in out.splitlines():
        f = line.split()
        if len(f) >= 8 and f[0].endswith(":") and f[4] in ("GLOBAL", "WEAK") and f[6] != "UND":
            found[f[7].split("@")[0]] = (f[4], f[5])
    return found


def test_names_of_the_library(build, labyrinth):
    """cc1 exports a thousand plain names; a clash would silently replace our function."""
    names = symbols(build / "liblabcheck.a")
    assert len(names) > 20
    asan = re.compile(r"__(asan|ubsan|odr_asan)")
    odd = [n for n in names if not n.startswith(("lab_", "labyrinth_")) and not asan.match(n)]
    assert [n for n in odd if not n.startswith("stbds_")] == []
    assert [n for n in odd if names[n][1] != "HIDDEN"] == []


def test_plugin_shows_two_names(plugin):
    out = run("nm", "-D", "--defined-only", plugin).stdout
    shown = {line.split()[-1].split("@")[0] for line in out.splitlines()}
    ours = {n for n in shown if not n.startswith("_Z") or "lab" in n}
    assert {"plugin_init", "plugin_is_GPL_compatible"} <= shown
    assert {n for n in ours if n.startswith(("lab_", "stbds_", "labyrinth_"))} == set()


@pytest.mark.parametrize("cc, flags", [
    ("gcc-12", "-O0"), ("gcc-11", "-O2"), ("clang-14", "-O1"),
])
def test_builds_without_warnings(cc, flags, tmp_path):
    """Warnings are errors in our build, so this is a build; all but the plugin."""
    if not shutil.which(cc):
        pytest.skip(f"{cc} is not installed (make deps)")
    done = run("make", "-C", ROOT, f"B={tmp_path}", f"CC={cc}", f"CFLAGS={flags}",
               "all-but-plugin", env=clean_env(), check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert "warning:" not in done.stderr
    assert (tmp_path / "labyrinth").exists()


def test_warnings_would_be_noticed(tmp_path):
    """The build refuses a warning: a copy of the house with one unused variable."""
    for name in ("Makefile", "include", "src"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    (tmp_path / "src/base/odd.c").write_text("void lab_base_odd(void);\n"
                                             "void lab_base_odd(void) { int unused; }\n")
    done = run("make", "-C", tmp_path, "B=b", "b/obj/src/base/odd.o", env=clean_env(),
               check=False)
    assert done.returncode and "unused" in done.stderr


def listing(folder):
    return sorted(str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*")
                  if not p.is_dir())


def test_install_and_uninstall(build, labyrinth, tmp_path):
    tmp_path = tmp_path / "with a blank"
    words = ["make", "-C", str(ROOT), f"B={build}", f"DESTDIR={tmp_path}", "PREFIX=/usr"]
    run(*words, "install", env=clean_env())
    have = listing(tmp_path)
    for name in ("usr/bin/labyrinth", "usr/bin/lab-kernel", "usr/lib/labyrinth/lab-cc",
                 "usr/lib/labyrinth/labkernel/main.py", "usr/lib/labyrinth/labyrinth.config",
                 "usr/include/labyrinth/skel.h", "usr/share/labyrinth/models/linux-context.model",
                 "usr/share/man/man1/labyrinth.1",
                 "usr/share/bash-completion/completions/labyrinth"):
        assert name in have
    assert all(n.startswith("usr/") for n in have)
    assert os.access(tmp_path / "usr/bin/lab-kernel", os.X_OK)
    helped = run(tmp_path / "usr/bin/lab-kernel", "--help")
    assert "facts" in helped.stdout
    run(*words, "uninstall", env=clean_env())
    assert listing(tmp_path) == []
    assert not (tmp_path / "usr/lib/labyrinth").exists()


def test_deps_without_root_says_the_command():
    """A missing package and no root: the exact command, status 2, nothing installed."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        fake = pathlib.Path(folder)
        shutil.copy(ROOT / "scripts/deps.sh", fake)
        (fake / "deps.list").write_text("# comment\nbash\nno-such-package-of-labyrinth  # why\n")
        user = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        done = run(*user, "bash", fake / "deps.sh", check=False)
    if "made for Debian 12" in done.stderr:
        pytest.skip("not Debian 12")
    assert done.returncode == 2
    assert done.stderr.strip().endswith(
        "apt-get install --no-install-recommends no-such-package-of-labyrinth")


def test_deps_is_quick_when_all_is_there():
    done = run(ROOT / "scripts/deps.sh", check=False)
    if "run as root" in done.stderr or done.returncode:
        pytest.skip("packages are missing here: " + done.stderr.strip()[:100])
    assert "are installed" in done.stdout or "done" in done.stdout


def test_help_names_the_targets():
    text = run("make", "-C", ROOT, "help", env=clean_env()).stdout
    for target in ("all", "deps", "demo", "test", "install", "uninstall", "clean", "coverage",
                   "kernel-facts"):
        assert re.search(rf"^  {target}\s", text, re.M), target
