# SPDX-License-Identifier: GPL-2.0-or-later
"""What every test can ask for: the build, the compilers, the prepared kernel.

A test that needs something this machine lacks is skipped with the reason; it
never prepares a kernel or installs a package itself.
"""
import functools
import os
import pathlib
import re
import shlex
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("LAB_BUILD", ROOT / "build")).resolve()
PLUGIN_VERSIONS = (12, 11)


def pytest_configure(config):
    config.addinivalue_line("markers", "kernel: needs the prepared kernel of lab-kernel")


def run(*words, check=True, **more):
    """Runs a program; its output is text unless told otherwise."""
    more.setdefault("text", True)
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    done = subprocess.run([str(w) for w in words], check=False, **more)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(map(str, words))}\nstatus {done.returncode}\n"
                             f"{done.stdout}{done.stderr}")
    return done


def clean_env(**extra):
    """The environment without what an outer make left in it."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "B", "CC", "CXX", "CFLAGS", "V")}
    env.update(extra)
    return env


def built(path, target):
    if not path.exists():
        pytest.fail(f"{path} is not built (make {target})")
    return path


@functools.lru_cache(None)
def has_plugin_headers(version):
    gcc = f"gcc-{version}"
    if not shutil.which(gcc):
        return False
    where = run(gcc, "-print-file-name=plugin").stdout.strip()
    return os.path.isfile(os.path.join(where, "include", "gcc-plugin.h"))


@functools.lru_cache(None)
def default_gcc():
    """Major version of plain gcc: the one that build/labyrinth.so is for."""
    return int(run("gcc", "-dumpversion").stdout.split(".")[0])


def plugin_path(version):
    """The plugin for one major version of gcc, as gcc-plugin/rules.mk names it."""
    if version == default_gcc():
        return BUILD / "labyrinth.so"
    return BUILD / f"gcc-{version}" / "labyrinth.so"


@pytest.fixture(scope="session")
def root():
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def build():
    """The build folder."""
    return BUILD


@pytest.fixture(scope="session")
def labyrinth():
    """The command."""
    return built(BUILD / "labyrinth", "all")


@pytest.fixture(scope="session")
def labyrinth_asan():
    """The command with address and undefined-behaviour checks."""
    return built(BUILD / "asan" / "labyrinth", "asan")


@pytest.fixture(scope="session", params=[f"gcc-{v}" for v in PLUGIN_VERSIONS])
def gcc(request):
    """Each supported compiler in turn, as its command name."""
    version = int(request.param.split("-")[1])
    if not has_plugin_headers(version):
        pytest.skip(f"{request.param}-plugin-dev is not installed (make deps)")
    return request.param


@pytest.fixture(scope="session")
def plugin_of(gcc):
    """The plugin for the compiler of the fixture gcc."""
    return built(plugin_path(int(gcc.split("-")[1])), "plugin")


@pytest.fixture(scope="session")
def plugin():
    """The plugin for plain gcc."""
    if not has_plugin_headers(default_gcc()):
        pytest.skip(f"gcc-{default_gcc()}-plugin-dev is not installed (make deps)")
    return built(BUILD / "labyrinth.so", "plugin")


@pytest.fixture(scope="session")
def kernel_headers():
    """A prepared build folder of an installed kernel: 6.1 without PREEMPT_RT, if there is one."""
    builds = sorted(pathlib.Path("/lib/modules").glob("*/build"),
                    key=lambda p: (p.parent.name.startswith("6.1."), "-rt-" not in p.parent.name))
    if not builds:
        pytest.skip("no installed kernel headers (make deps)")
    return builds[-1]


class Kernel:
    """The prepared kernel: source, object tree, and how to compile one file of it."""

    def __init__(self, obj):
        self.obj = pathlib.Path(obj)
        self.source = pathlib.Path((self.obj / ".labyrinth/prepared").read_text().splitlines()[2])
        self.wrapper = next((self.obj / ".labyrinth").glob("lab-gcc*"))

    def saved(self, name):
        """The command line that compiled NAME (mm/mempool.c) the last time, or None."""
        folder, base = os.path.split(name[:-2])
        path = self.obj / folder / f".{base}.o.cmd"
        if not path.exists():
            return None
        return path.read_text().splitlines()[0].split(":= ", 1)[1].split(" ; ")[0]

    def planned(self, names):
        """{name: command line} from a dry run of kbuild; nothing in the tree changes."""
        goals = [n[:-2] + ".o" for n in names]
        done = run("make", "-C", self.source, f"O={self.obj}", f"CC={self.wrapper}", "-k", "-n",
                   "--no-print-directory", *goals, env=clean_env(LC_ALL="C"), check=False)
        found = {}
        for m in re.finditer(rf"{re.escape(str(self.wrapper))} [^;\n]* -c -o (\S+)\.o \S+",
                             done.stdout):
            # the first: a second one is quoted, for the saved command
            found.setdefault(os.path.normpath(m[1]) + ".c", m[0])
        return found

    def commands(self, names, tmp, cc="gcc"):
        """{name: argv} that compile kernel sources, run in self.obj, to TMP/name.o.

        Dependency files go beside the objects.  A name that this kernel does not
        build is left out.
        """
        texts = {n: self.saved(n) for n in names}
        texts.update(self.planned([n for n in names if not texts[n]])
                     if not all(texts.values()) else {})
        argvs = {}
        for name in names:
            if not texts.get(name):
                continue
            out = os.path.join(tmp, name[:-2] + ".o")
            os.makedirs(os.path.dirname(out), exist_ok=True)
            text = texts[name].replace(str(self.wrapper), cc, 1)
            text = re.sub(r"-Wp,-MMD,\S+", f"-Wp,-MMD,{out}.d", text)
            argvs[name] = shlex.split(re.sub(r" -o \S+ ", f" -o {out} ", text))
        return argvs


@functools.lru_cache(None)
def prepared_kernel():
    done = run(ROOT / "scripts/lab-kernel", "path", check=False)
    return done.stdout.strip() if done.returncode == 0 else None


@pytest.fixture(scope="session")
def kernel():
    """The prepared kernel, or a skip that says how to get it."""
    path = prepared_kernel()
    if not path:
        pytest.skip("no prepared kernel (make kernel-prepare)")
    return Kernel(path)


@pytest.fixture(scope="session")
def ask(root, build, tmp_path_factory):
    """tests/model/ask.c, built with address checks from the room's own sources."""
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
