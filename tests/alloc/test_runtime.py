# SPDX-License-Identifier: GPL-2.0-or-later
"""The allocator: its test programs in every build, its model, its face to the outside."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("LAB_BUILD", ROOT / "build")).resolve()
TESTS = BUILD / "alloc-test"
HEADER = ROOT / "include/labyrinth/labyrinth.h"


def run(*words, limit=120, **more):
    """Runs a program; a hang is a failure that says so."""
    try:
        return subprocess.run([str(w) for w in words], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=limit, check=False, **more)
    except subprocess.TimeoutExpired as e:
        pytest.fail(f"{' '.join(map(str, words))}: no end after {limit} s\n{e.stdout}")


def program(variant, name):
    path = TESTS / variant / name
    if variant == "msan" and not shutil.which("clang"):
        pytest.skip("no clang here: the MSan build is left out")
    if not path.exists():
        pytest.fail(f"{path} is not built (make alloc-tests)")
    return path


def good(done):
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


# ---- units and properties -------------------------------------------------

@pytest.mark.parametrize("variant", ["plain", "asan", "tsan", "msan"])
@pytest.mark.parametrize("name", ["t_core", "t_user", "t_life"])
def test_units(variant, name):
    out = good(run(program(variant, name)))
    assert "not ok" not in out
    assert len(re.findall(r"^ok ", out, re.M)) == int(re.search(r"^1\.\.(\d+)", out, re.M)[1])


@pytest.mark.parametrize("variant, seeds", [("plain", 60), ("asan", 20), ("msan", 10)])
def test_random_calls_against_a_model(variant, seeds):
    assert good(run(program(variant, "t_property"), 1, 10000, seeds)).startswith("ok")


def test_a_failing_check_fails_the_program(tmp_path):
    """The test programs can fail: a wrong expectation is noticed and printed."""
    source = tmp_path / "t.c"
    source.write_text('#include "lab_test.h"\nstatic void t(void) { CHECK_EQ(labyrinth_cancel(NULL, NULL), 0); }\n'
                      "static const struct lab_test tests[] = { { \"t\", t }, { NULL, NULL } };\n"
                      "int main(int c, char **v) { return lab_test_main(tests, c, v); }\n")
    good(run("gcc", "-std=gnu11", "-D_GNU_SOURCE", f"-I{ROOT}/include", f"-I{ROOT}/tests/alloc", source,
             TESTS / "plain/lib.a", "-o", tmp_path / "t", "-lpthread"))
    done = run(tmp_path / "t")
    assert done.returncode == 1 and "not ok 1 - t" in done.stdout and "is -22, not 0" in done.stdout


# ---- torture ----------------------------------------------------------------

@pytest.mark.parametrize("variant, threads, ops", [
    ("plain", 1, 200000), ("plain", 2, 200000), ("plain", 4, 100000), ("plain", 16, 50000),
    ("asan", 1, 20000), ("asan", 4, 20000), ("asan", 16, 5000),
    ("tsan", 1, 20000), ("tsan", 2, 20000), ("tsan", 4, 10000), ("tsan", 8, 5000), ("tsan", 16, 4000),
])
def test_threads(variant, threads, ops):
    assert good(run(program(variant, "t_torture"), threads, ops)).endswith("ok\n")


def test_threads_with_rseq():
    assert good(run(program("plain", "t_torture"), 8, 50000, 1, "0x4")).endswith("ok\n")


@pytest.mark.parametrize("threads, flags", [(2, "0"), (16, "0"), (2, "0x4")])
def test_signals(threads, flags):
    """10^5 deliveries cut into every call: no hang, no page twice, none lost."""
    out = good(run(program("plain", "t_signal"), 100000, threads, flags))
    assert out.endswith("ok\n")
    assert int(re.search(r"# (\d+) signals", out)[1]) >= 100000
    assert int(re.search(r"magazine busy (\d+)", out)[1]) > 0     # they did hit the middle of calls


CAPPED = r"""
#include <labyrinth/labyrinth.h>
#include <stdio.h>
unsigned int lab_test_retry = 64;
int main(void)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .pages = 100 };
	struct labyrinth_zone *z;
	struct labyrinth_stats s;
	void *page[100];
	int n = 0, i, why;

	if (labyrinth_zone_create(&p, &z))
		return 2;
	lab_test_retry = 0;		/* every pop loses its race */
	while (n < 100 && (page[n] = labyrinth_alloc_page(z, LABYRINTH_QUALITY_NONE)))
		n++;
	why = labyrinth_last_reason();
	for (i = 0; i < n; i++)		/* what goes back is never lost */
		if (labyrinth_cancel(z, page[i]))
			return 3;
	lab_test_retry = 64;
	for (i = 0; i < 100; i++)
		if (!labyrinth_alloc_page(z, LABYRINTH_QUALITY_NONE))
			return 4;
	labyrinth_get_stats(z, &s);
	printf("%d %s %llu", n, labyrinth_reason_name(why), (unsigned long long)s.failed[LABYRINTH_FAIL_CONTENDED]);
	return 0;
}
"""


def test_capped_retries(tmp_path):
    """A pop that loses all its races ends the allocation with a counted reason, and loses no page."""
    (tmp_path / "t.c").write_text(CAPPED)
    (tmp_path / "retry.h").write_text("extern unsigned int lab_test_retry;\n")
    good(run("gcc", "-std=gnu11", "-D_GNU_SOURCE", "-DLAB_RETRY=lab_test_retry", "-include", tmp_path / "retry.h",
             f"-I{ROOT}/include", f"-I{ROOT}/src/alloc", tmp_path / "t.c",
             *sorted((ROOT / "src/alloc").glob("[cu]*/*.c")), "-o", tmp_path / "t", "-lpthread", "-ldl"))
    n, why, failed = good(run(tmp_path / "t")).split()
    assert (why, failed) == ("contended", "1") and 0 < int(n) < 100


# ---- the model --------------------------------------------------------------

def model(seed):
    if os.uname().machine != "x86_64":
        pytest.skip("the explorer switches stacks in x86-64 assembly")
    return program("model", seed)


def test_every_interleaving():
    out = good(run(model("none"), "quick", limit=600))
    listed = [line.split()[0] for line in good(run(model("none"), "--list")).splitlines()]
    assert re.findall(r"^ok - ([\w-]+):", out, re.M) == [n for n in listed if not n.endswith("-long")]


def seeded():
    path = TESTS / "model/none"
    if not path.exists():
        return []
    return [line.split() for line in subprocess.run([path, "--list"], stdout=subprocess.PIPE, text=True,
                                                    check=True).stdout.splitlines()
            if line.split()[1] != "-"]


@pytest.mark.parametrize("scenario, seed", seeded())
def test_seeded_bug_is_found(scenario, seed):
    done = run(model(seed), scenario)
    assert done.returncode == 1, done.stdout
    assert done.stdout.startswith(f"not ok - {scenario}: ")


def test_every_seed_has_a_scenario():
    model("none")
    built = {p.name for p in (TESTS / "model").iterdir()} - {"none"}
    assert built == {seed for _, seed in seeded()}


# ---- tools --------------------------------------------------------------------

def test_valgrind_sees_the_pages():
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    out = good(run("valgrind", "-q", program("plain", "t_core"), "life_of_a_page"))
    assert "Invalid" not in out
    out = run("valgrind", "-q", program("plain", "t_core"), "stray_write").stdout
    assert "Invalid" in out and "free'd" in out      # its two deliberate stray writes, with both stacks
    assert "free_page" in out


TOUCH = r"""
#include <labyrinth/labyrinth.h>
int main(void)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .pages = 8, .prepare = PREPARE };
	struct labyrinth_zone *z;
	void *batch[1];
	char *page;

	if (labyrinth_zone_create(&p, &z))
		return 2;
	page = labyrinth_alloc_page(z, LABYRINTH_QUALITY_NONE);
	(void)batch;
	BODY
	return 0;
}
"""
KEEP, ZERO = "LABYRINTH_PREPARE_KEEP", "LABYRINTH_PREPARE_ZERO"


@pytest.mark.parametrize("variant, prepare, body, bad", [
    ("asan", ZERO, "page[0] = 1; labyrinth_handoff(z, page); labyrinth_receive(z, batch, 1); return page[0] - 1;", False),
    ("asan", ZERO, "labyrinth_handoff(z, page); page[9] = 1;", True),
    ("asan", ZERO, "labyrinth_cancel(z, page); page[9] = 1;", True),
    ("asan", ZERO, "labyrinth_handoff(z, page); labyrinth_receive(z, batch, 1);"
                   "labyrinth_free_page(z, page); return page[9];", True),
    ("msan", KEEP, "labyrinth_cancel(z, page); page = labyrinth_alloc_page(z, LABYRINTH_QUALITY_NONE);"
                   "if (page[5]) return 3;", True),
    ("msan", KEEP, "page = labyrinth_alloc_page(z, LABYRINTH_QUALITY_ZERO); if (page[5]) return 3;", False),
])
def test_sanitizers_see_the_pages(tmp_path, variant, prepare, body, bad):
    program(variant, "t_core")
    compiler = ["clang", "-fsanitize=memory"] if variant == "msan" else ["gcc", "-fsanitize=address,undefined"]
    (tmp_path / "t.c").write_text(TOUCH.replace("PREPARE", prepare, 1).replace("BODY", body))
    good(run(*compiler, "-g", f"-I{ROOT}/include", tmp_path / "t.c", TESTS / variant / "lib.a", "-o",
             tmp_path / "t", "-lpthread"))
    done = run(tmp_path / "t")
    assert (done.returncode != 0) == bad, done.stdout
    if bad:
        assert {"asan": "use-after-poison", "msan": "use-of-uninitialized-value"}[variant] in done.stdout


@pytest.mark.parametrize("library", ["static", "shared"])
@pytest.mark.parametrize("body, bad", [
    ("page[0] = 1; labyrinth_handoff(z, page); labyrinth_receive(z, batch, 1); return page[0] - 1;", False),
    ("labyrinth_handoff(z, page); page[9] = 1;", True),
    ("labyrinth_cancel(z, page); page[9] = 1;", True),
])
def test_asan_program_with_the_installed_library(tmp_path, library, body, bad):
    """Only the program is built with ASan; the library is as it was installed."""
    (tmp_path / "t.c").write_text(TOUCH.replace("PREPARE", ZERO, 1).replace("BODY", body))
    where = [BUILD / "liblabyrinth.a"] if library == "static" else [f"-L{BUILD}", f"-Wl,-rpath,{BUILD}", "-llabyrinth"]
    good(run("gcc", "-fsanitize=address", "-g", f"-I{ROOT}/include", tmp_path / "t.c", *where, "-o", tmp_path / "t", "-lpthread"))
    done = run(tmp_path / "t")
    assert (done.returncode != 0) == bad, done.stdout
    assert ("use-after-poison" in done.stdout) == bad


RACE = r"""
#include <labyrinth/labyrinth.h>
#include <pthread.h>
static struct labyrinth_zone *z;
static int go;
static void *worker(void *arg)
{
	void *batch[1];
	int n = 0, sum = 0;

	while (n < 1000)
		if (labyrinth_receive(z, batch, 1) == 1) {
			sum += *(int *)batch[0];
			n += !labyrinth_free_page(z, batch[0]);
		}
	return (void *)(size_t)(sum + !arg);
}
int main(void)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .pages = 100 };
	pthread_t t;
	void *sum;
	int i, *page;

	if (labyrinth_zone_create(&p, &z))
		return 2;
	pthread_create(&t, 0, worker, &p);
	for (i = 0; i < 1000; i++) {
		while (!(page = labyrinth_alloc_page(z, LABYRINTH_QUALITY_NONE)))
			;
		*page = 1;
		labyrinth_handoff(z, page);
		LATE
	}
	pthread_join(t, &sum);
	(void)go;
	return (size_t)sum != 1000 && !go;
}
"""


@pytest.mark.parametrize("late, bad", [("", False), ("go = 1; *page = 1;", True)])
def test_tsan_program_with_the_installed_library(tmp_path, late, bad):
    (tmp_path / "t.c").write_text(RACE.replace("LATE", late))
    good(run("gcc", "-fsanitize=thread", "-g", "-O1", f"-I{ROOT}/include", tmp_path / "t.c", BUILD / "liblabyrinth.a",
             "-o", tmp_path / "t", "-lpthread"))
    done = run(tmp_path / "t")
    assert (done.returncode != 0) == bad, done.stdout
    assert ("data race" in done.stdout) == bad


# ---- sparse: the flags are a type of their own ---------------------------------

SPARSE = r"""
#include <labyrinth/labyrinth.h>
void *f(struct labyrinth_zone *z);
void *f(struct labyrinth_zone *z)
{
	%s
}
"""


@pytest.mark.parametrize("code, silent", [
    ("return labyrinth_void_allocpage_gfpatomic_extra_quality(z, LABYRINTH_QUALITY_POISON);", True),
    ("return labyrinth_void_allocpage_gfpatomic_extra_quality(z, LABYRINTH_QUALITY_NONE);", True),
    ("labyrinth_quality_t q = LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_CL_ALIGN; q &= ~LABYRINTH_QUALITY_ZERO;"
     "return labyrinth_void_allocpage_gfpatomic_extra_quality(z, q);", True),
    ("return labyrinth_void_allocpage_gfpatomic_extra_quality(z, 2);", False),
    ("return labyrinth_void_allocpage_gfpatomic_extra_quality(z, LABYRINTH_QUALITY_ZERO | 1);", False),
    ("return labyrinth_void_allocpage_gfpatomic_extra_quality(z, LABYRINTH_QUALITY_ZERO + 1);", False),
    ("int flags = 0x20; return labyrinth_void_allocpage_gfpatomic_extra_quality(z, flags);", False),
    ("unsigned int q = LABYRINTH_QUALITY_ZERO; return (void *)(size_t)q;", False),
    ("enum other { OTHER = 2 }; return labyrinth_void_allocpage_gfpatomic_extra_quality(z, OTHER);", False),
])
def test_sparse(tmp_path, code, silent):
    if not shutil.which("sparse"):
        pytest.skip("sparse is not installed")
    (tmp_path / "t.c").write_text(SPARSE % code)
    done = run("sparse", "-Wbitwise", f"-I{ROOT}/include", tmp_path / "t.c")
    assert (done.stdout == "") == silent, done.stdout
    if not silent:
        assert "restricted labyrinth_quality_t" in done.stdout or "bad assignment" in done.stdout


def test_sparse_on_the_core():
    """The core itself mixes no flags with integers."""
    if not shutil.which("sparse"):
        pytest.skip("sparse is not installed")
    for source in sorted((ROOT / "src/alloc/core").glob("*.c")):
        out = run("sparse", "-Wbitwise", "-D_GNU_SOURCE", f"-I{ROOT}/include", f"-I{ROOT}/src/alloc", source).stdout
        assert "restricted" not in out and "degrades" not in out, out


# ---- the libraries ---------------------------------------------------------------

def declared():
    return set(re.findall(r"LABYRINTH_API[^;{]*?\b(labyrinth_\w+)\(", HEADER.read_text()))


def test_version_map_and_header_agree():
    names = set(re.findall(r"^\t(labyrinth_\w+);", (ROOT / "src/alloc/user/labyrinth.map").read_text(), re.M))
    assert names == declared()


def test_shared_library_exports_the_api_only():
    out = good(run("nm", "-D", "--defined-only", BUILD / "liblabyrinth.so.1"))
    exported = {line.split()[2] for line in out.splitlines()}
    assert {n.split("@")[0] for n in exported} - {"LABYRINTH_1"} == declared()
    assert all("@@LABYRINTH_1" in n or n == "LABYRINTH_1" for n in exported)
    assert "SONAME" in good(run("readelf", "-d", BUILD / "liblabyrinth.so.1"))
    assert "liblabyrinth.so.1" in good(run("readelf", "-d", BUILD / "liblabyrinth.so.1"))


def test_thread_data_needs_no_allocation():
    """A handler's first touch of thread-local data must not call __tls_get_addr()."""
    out = good(run("nm", "-D", "--undefined-only", BUILD / "liblabyrinth.so.1"))
    assert "__tls_get_addr" not in out
    assert "STATIC_TLS" in good(run("readelf", "-d", BUILD / "liblabyrinth.so.1"))


UNLOAD = r"""
#include <dlfcn.h>
#include <pthread.h>
static pthread_barrier_t bar;
static void *registers(void *lib)
{
	int (*reg)(void) = (int (*)(void))dlsym(lib, "labyrinth_thread_register");

	if (!reg || reg())
		return (void *)1;
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);	/* the library was closed meanwhile; our exit calls into it */
	return 0;
}
int main(int argc, char **argv)
{
	void *lib = dlopen(argv[1], RTLD_NOW), *r;
	pthread_t t;

	if (!lib || argc != 2)
		return 2;
	pthread_barrier_init(&bar, 0, 2);
	pthread_create(&t, 0, registers, lib);
	pthread_barrier_wait(&bar);
	dlclose(lib);
	pthread_barrier_wait(&bar);
	pthread_join(t, &r);
	return r != 0;
}
"""


def test_closing_the_library_leaves_it_there(tmp_path):
    """Threads call into it when they end, so dlclose() must not unmap it."""
    (tmp_path / "t.c").write_text(UNLOAD)
    good(run("gcc", tmp_path / "t.c", "-o", tmp_path / "t", "-lpthread", "-ldl"))
    good(run(tmp_path / "t", BUILD / "liblabyrinth.so.1"))


BIG = r"""
#include <labyrinth/labyrinth.h>
#include <stdio.h>
int main(void)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .pages = 40000 };
	struct labyrinth_zone *z;
	int big = labyrinth_zone_create(&p, &z);

	p.pages = 1000;
	printf("%d %d\n", big, labyrinth_zone_create(&p, &z));
	return 0;
}
"""


def test_memory_group_limits_creation(tmp_path):
    """More than the process's cgroup allows: an error, not the system's killer."""
    group = next((pathlib.Path(p) for p in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup")
                  if (pathlib.Path(p) / "memory.limit_in_bytes").exists() or (pathlib.Path(p) / "memory.current").exists()
                  or (pathlib.Path(p) / "memory.stat").exists()), None)
    if not group:
        pytest.skip("no memory cgroup here")
    (tmp_path / "t.c").write_text(BIG)
    good(run("gcc", f"-I{ROOT}/include", tmp_path / "t.c", BUILD / "liblabyrinth.a", "-o", tmp_path / "t", "-lpthread"))
    mine = group / f"labyrinth-test-{os.getpid()}"
    try:
        mine.mkdir()
        (mine / ("memory.limit_in_bytes" if (mine / "memory.limit_in_bytes").exists() else "memory.max")).write_text(str(64 << 20))
    except OSError as e:
        if mine.exists():
            mine.rmdir()
        pytest.skip(f"may not make a memory cgroup: {e}")
    try:
        out = good(run("sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$1"', mine, tmp_path / "t"))
        assert out.split() == ["-12", "0"]
    finally:
        mine.rmdir()


def test_core_needs_no_host():
    """What the core's objects leave undefined is the host's primitives and memory intrinsics."""
    allowed = re.compile(r"lab_\w+|labyrinth_\w+|mem(cpy|move|set)|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|"
                         r"clock_gettime|syscall")      # the last two come from the host's inline half
    for obj in sorted((BUILD / "obj/src/alloc/core").glob("*.o")):
        for line in good(run("nm", "--undefined-only", obj)).splitlines():
            assert allowed.fullmatch(line.split()[-1]), f"{obj.name}: {line}"


@pytest.mark.parametrize("static", [False, True])
def test_installed_library(tmp_path, static):
    """A program finds the library by pkg-config alone, links and runs."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    good(run("make", "-s", "-C", ROOT, f"B={BUILD}", f"DESTDIR={tmp_path}", "PREFIX=/usr", "install-alloc", env=env))
    libdir = next(tmp_path.rglob("labyrinth.pc")).parent.parent
    env.update(PKG_CONFIG_PATH=str(libdir / "pkgconfig"), PKG_CONFIG_SYSROOT_DIR=str(tmp_path))
    flags = good(run("pkg-config", "--cflags", "--libs", *(["--static"] if static else []), "labyrinth", env=env))
    assert good(run("pkg-config", "--modversion", "labyrinth", env=env)).strip() == "1.0.0"
    (tmp_path / "t.c").write_text(TOUCH.replace("PREPARE", ZERO, 1).replace("BODY", "return labyrinth_cancel(z, page);"))
    words = flags.replace("-llabyrinth", "-l:liblabyrinth.a" if static else "-llabyrinth").split()
    good(run("gcc", tmp_path / "t.c", "-o", tmp_path / "t", *words))
    good(run(tmp_path / "t", env={**env, "LD_LIBRARY_PATH": str(libdir)}))


@pytest.mark.parametrize("compiler", ["gcc-12", "gcc-11", "clang"])
def test_other_compilers(tmp_path, compiler):
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    for source in sorted((ROOT / "src/alloc").glob("[cu]*/*.c")):
        good(run(compiler, "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-Wmissing-prototypes", "-Wstrict-prototypes",
                 "-D_GNU_SOURCE", f"-I{ROOT}/include", f"-I{ROOT}/src", f"-I{ROOT}/src/alloc", "-c", source, "-o",
                 tmp_path / "x.o"))


def test_header_in_cplusplus(tmp_path):
    (tmp_path / "t.cc").write_text("#include <labyrinth/labyrinth.h>\n"
                                   "int f(labyrinth_zone *z) { void *p = labyrinth_void_allocpage_gfpatomic_extra_quality("
                                   "z, LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_CL_ALIGN); return labyrinth_cancel(z, p); }\n")
    good(run("g++", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/include", "-c", tmp_path / "t.cc", "-o", tmp_path / "t.o"))


# ---- documentation and example ------------------------------------------------------

def test_kernel_doc_of_every_call():
    """Each function: what it is, its parameters, its context, its result."""
    text = HEADER.read_text()
    for name in declared():
        m = re.search(r"/\*\*\n \* %s - .*?\*/" % name, text, re.S)
        assert m, f"{name} has no kernel-doc"
        assert "Context:" in m[0], name
        proto = re.search(r"\b%s\(([^;]*?)\)[^;)]*;" % name, text, re.S)[1]
        params = re.findall(r"(\w+)(?:\)\([^)]*\))?\s*(?:,|$)", re.sub(r"\(\*(\w+)\)\([^)]*\)", r"\1", proto))
        for p in params:
            assert p == "void" or f"@{p}" in m[0], f"{name}: @{p} is not described"
        assert "Return:" in m[0] or re.search(r"\bvoid (\w+ )?%s\(" % name, text), name


def test_kernel_doc_is_content():
    tools = [p for top in (os.path.expanduser("~/.cache/labyrinth"), "/usr/src")
             for p in sorted(pathlib.Path(top).glob("*/scripts/kernel-doc"))]
    if not tools or not shutil.which("perl"):
        pytest.skip("no kernel-doc here (scripts/lab-kernel prepare unpacks a kernel)")
    out = good(run("perl", tools[0], "-v", "-none", HEADER))
    assert [line for line in out.splitlines() if "info:" not in line] == []


def test_manual_page():
    page = ROOT / "src/alloc/user/labyrinth.3"
    text = page.read_text()
    for name in declared() | {"labyrinth_void_allocpage_gfpatomic_extra_quality"}:
        assert name.replace("_", r"\_") in text or name in text, f"{name} is not in the manual page"
    if not shutil.which("groff"):
        pytest.skip("groff is not installed: the page's text is checked, not its layout")
    done = run("groff", "-man", "-Tutf8", "-ww", "-z", page)
    assert done.returncode == 0 and done.stdout == "", done.stdout


def test_example_relay():
    out = good(run(BUILD / "examples/user/relay", "--short"))
    assert "lost 0, twice or out of order 0" in out
    assert "refused: double-hand-off" in out and "refused: held-too-long" in out and "break_rules+" in out
    assert re.search(r"signal handler +[1-9]\d* pages", out) and re.search(r"real-time thread +[1-9]\d* pages", out)
