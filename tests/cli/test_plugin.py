# SPDX-License-Identifier: GPL-2.0-or-later
"""labyrinth plugin: finds or builds the plugin for exactly one compiler, and says the flags."""
import concurrent.futures
import os
import re
import shutil

import pytest

from conftest import ROOT, clean_env, default_gcc, has_plugin_headers, run

FLAGS = re.compile(r"-fplugin=(/\S+/labyrinth\.so) -fplugin-arg-labyrinth-id=([0-9a-f]{16})\n")


@pytest.fixture
def env(tmp_path):
    return clean_env(LABYRINTH_CACHE=str(tmp_path / "cache"))


def fake_compiler(tmp_path, says, plugins="plugin"):
    """A program that answers -v like that, and loads only plugins from the cache."""
    cc = tmp_path / "gcc-13"
    cc.write_text(f"#!/bin/sh\ncase $* in -v) cat >&2 <<'X'\n{says}\nX\n;; "
                  f"*-print-file-name*) echo {plugins};; *cache/plugins*) ;; *) exit 1;; esac\n")
    cc.chmod(0o755)
    return cc


def compiles(gcc, flags, folder):
    (folder / "x.c").write_text("int f(void) { return 1; }\n")
    run(gcc, *flags.split(), "-c", "-o", folder / "x.o", folder / "x.c")
    return ".discard.labyrinth" in run("readelf", "-SW", folder / "x.o").stdout


def test_shipped_plugin_where_it_fits(labyrinth, plugin, env, tmp_path):
    for words in ([], ["--cc", "gcc"], ["--cc", f"gcc-{default_gcc()}"], ["--cc", "ccache gcc"]):
        if "ccache" in str(words) and not shutil.which("ccache"):
            continue
        done = run(labyrinth, "plugin", *words, env=env)
        assert done.stderr == "" and FLAGS.fullmatch(done.stdout)[1] == str(plugin)
    assert compiles("gcc", done.stdout, tmp_path)
    assert run(labyrinth, "plugin", "--path", env=env).stdout == f"{plugin}\n"
    assert not (tmp_path / "cache").exists()


def test_cc_of_the_environment(labyrinth, env):
    done = run(labyrinth, "plugin", env={**env, "CC": "no-such-cc"}, check=False)
    assert done.returncode == 2 and "the compiler 'no-such-cc' is not there" in done.stderr


def test_id_is_the_content(build, labyrinth, plugin, env, tmp_path):
    shutil.copy(labyrinth, tmp_path / "labyrinth")
    ids = []
    for extra in (b"", b"more"):
        (tmp_path / "labyrinth.so").write_bytes(plugin.read_bytes() + extra)
        found = FLAGS.fullmatch(run(tmp_path / "labyrinth", "plugin", env=env).stdout)
        assert found[1] == str(tmp_path / "labyrinth.so")
        ids.append(found[2])
    assert ids[0] != ids[1]


def test_built_for_another_compiler_from_what_is_installed(build, labyrinth, env, tmp_path):
    """Two at once: one builds, both get it; later calls build nothing."""
    other = 11 if default_gcc() == 12 else 12
    if not has_plugin_headers(other):
        pytest.skip(f"gcc-{other}-plugin-dev is not installed (make deps)")
    run("make", "-C", ROOT, f"B={build}", f"DESTDIR={tmp_path}", "PREFIX=/usr", "install",
        env=clean_env())
    command = tmp_path / "usr/bin/labyrinth"
    words = (command, "plugin", "--cc", f"gcc-{other}")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        both = [job.result() for job in [pool.submit(run, *words, env=env) for _ in range(2)]]
    third = run(*words, env=env)
    assert "".join(d.stderr for d in both).count("building the plugin for") == 1
    assert third.stderr == "" and {d.stdout for d in both} == {third.stdout}
    where = FLAGS.fullmatch(third.stdout)[1]
    assert where.startswith(str(tmp_path / "cache/plugins/"))
    assert compiles(f"gcc-{other}", third.stdout, tmp_path)
    assert sorted(p.name for p in (tmp_path / "cache/plugins").iterdir() if not p.is_dir()) == ["lock"]
    # nothing was written beside the sources
    installed = tmp_path / "usr/lib/labyrinth/plugin-src"
    assert not [p for p in installed.rglob("*") if p.suffix in (".o", ".d", ".so")]


def test_missing_headers_name_the_package(labyrinth, env, tmp_path):
    cc = fake_compiler(tmp_path, "Target: x86_64-linux-gnu\nConfigured with: ../src/configure\n"
                       "gcc version 13.1.0 (Debian 13.1.0-1)")
    done = run(labyrinth, "plugin", "--cc", cc, env=env, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == (f"labyrinth: plugin: no plugin headers for {cc} (gcc 13.1.0): "
                           "apt-get install gcc-13-plugin-dev\n")
    cross = cc.with_name("aarch64-linux-gnu-gcc-13")
    os.rename(cc, cross)
    cross.write_text(cross.read_text().replace("x86_64-linux", "aarch64-linux"))
    done = run(labyrinth, "plugin", "--cc", cross, env=env, check=False)
    assert done.stderr.endswith("apt-get install gcc-13-plugin-dev-aarch64-linux-gnu\n")


def test_other_build_of_the_same_version_has_a_plugin_of_its_own(labyrinth, env, tmp_path):
    """The numbers are equal, the configuration is not: GCC would not load it.  The make of
    this test only copies a file."""
    (tmp_path / "include").mkdir()
    (tmp_path / "include/gcc-plugin.h").touch()
    (tmp_path / "make").write_text("#!/bin/sh\nfor w; do case $w in B=*) b=${w#B=};; esac; done\n"
                                   "mkdir -p $b && date +%N >$b/labyrinth.so\n")
    (tmp_path / "make").chmod(0o755)
    env["PATH"] = f"{tmp_path}:{env['PATH']}"
    places = []
    for how in ("--one", "--two", "--one"):
        cc = fake_compiler(tmp_path, f"Configured with: {how}\ngcc version 13.1.0 (X)", tmp_path)
        places.append(run(labyrinth, "plugin", "--cc", cc, env=env))
    assert ["once" in p.stderr for p in places] == [True, True, False]
    assert places[0].stdout == places[2].stdout != places[1].stdout


@pytest.mark.parametrize("cc, says", [
    ("", "names no compiler"), ("'gcc", "a quote is not closed"), ("/dev/null", "is not there"),
    ("no-such-gcc", "is not there"), ("false", "does not run"),
])
def test_no_compiler(labyrinth, env, cc, says):
    done = run(labyrinth, "plugin", "--cc", cc, env=env, check=False)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert says in done.stderr and "Traceback" not in done.stderr


def test_clang_is_told_by_name(labyrinth, env):
    if not shutil.which("clang"):
        pytest.skip("clang is not installed (make deps)")
    done = run(labyrinth, "plugin", "--cc", "clang", env=env, check=False)
    assert done.returncode == 2 and "clang is no GCC" in done.stderr
    assert "cannot load the plugin; build with CC=gcc" in done.stderr


def test_cache_that_cannot_be_written(labyrinth, env, tmp_path):
    cc = fake_compiler(tmp_path, "Configured with: x\ngcc version 13.1.0 (X)", tmp_path)
    done = run(labyrinth, "plugin", "--cc", cc, check=False,
               env={**env, "LABYRINTH_CACHE": "/dev/null/cache"})
    assert done.returncode == 2 and "name another cache: LABYRINTH_CACHE=DIR" in done.stderr
