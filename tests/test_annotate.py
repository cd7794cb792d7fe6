# SPDX-License-Identifier: GPL-2.0-or-later
"""Contracts cost nothing: no compiler warns about them, none makes other code of them."""
import shutil
import subprocess

import pytest

from conftest import ROOT, run

SOURCE = """
#include <labyrinth/annotate.h>
#ifndef STEP
#define STEP 1
#endif
#ifdef PLAIN
#undef LABYRINTH_ALLOCATES
#undef LABYRINTH_RECEIVES
#undef LABYRINTH_BORROWS
#undef LABYRINTH_KEEPS
#undef LABYRINTH_HANDS_OFF
#undef LABYRINTH_CONSUMES
#undef LABYRINTH_ACQUIRES
#undef LABYRINTH_RELEASES
#undef LABYRINTH_MUST_BE_ATOMIC
#undef LABYRINTH_MUST_NOT_BE_ATOMIC
#undef LABYRINTH_ALLOW
#undef LABYRINTH_CONTRACT
#define LABYRINTH_ALLOCATES(p)		((void)0)
#define LABYRINTH_RECEIVES(p)		((void)0)
#define LABYRINTH_BORROWS(p)		((void)0)
#define LABYRINTH_KEEPS(p)		((void)0)
#define LABYRINTH_HANDS_OFF(p)		((void)0)
#define LABYRINTH_CONSUMES(p)		((void)0)
#define LABYRINTH_ACQUIRES(l)		((void)0)
#define LABYRINTH_RELEASES(l)		((void)0)
#define LABYRINTH_MUST_BE_ATOMIC()	((void)0)
#define LABYRINTH_MUST_NOT_BE_ATOMIC()	((void)0)
#define LABYRINTH_ALLOW(r, s)		((void)0)
#define LABYRINTH_CONTRACT(f, s)	extern int plain_is_nothing
#endif
struct pool { void *first; int lock; unsigned int n; };
void *pool_page(struct pool *pool);
LABYRINTH_CONTRACT(pool_page, "allocates");
int pool_send(struct pool *pool, void *page);
LABYRINTH_CONTRACT(pool_send, "hands-off arg1 if ret == 0");
void *take(struct pool *pool);
void give(struct pool *pool, void *page);
void hold(struct pool *pool);
void drop(struct pool *pool);
int work(struct pool *pool, void *page);

void *take(struct pool *pool)
{
	void *page = pool->first;

	LABYRINTH_MUST_BE_ATOMIC();
	pool->n -= STEP;
	LABYRINTH_ALLOCATES(page);
	return page;
}

void give(struct pool *pool, void *page)
{
	LABYRINTH_HANDS_OFF(page);
	LABYRINTH_KEEPS(page);
	pool->first = page;
	if (pool->n++)
		LABYRINTH_CONSUMES(page);
}

void hold(struct pool *pool)
{
	LABYRINTH_ACQUIRES(&pool->lock);
	while (__atomic_exchange_n(&pool->lock, 1, __ATOMIC_ACQUIRE))
		;
}

void drop(struct pool *pool)
{
	LABYRINTH_RELEASES(&pool->lock);
	__atomic_store_n(&pool->lock, 0, __ATOMIC_RELEASE);
}

int work(struct pool *pool, void *page)
{
	LABYRINTH_MUST_NOT_BE_ATOMIC();
	LABYRINTH_ALLOW(page-leak, "the firmware owns it until reset");
	LABYRINTH_BORROWS(page);
	LABYRINTH_RECEIVES(page);
	return pool_send(pool, page);
}
"""
COMPILERS = {"gcc": ["-Wall", "-Wextra", "-Wpedantic", "-Wmissing-prototypes", "-Wunused", "-Werror"],
             "clang": ["-Weverything", "-Werror", "-Wno-unsafe-buffer-usage", "-Wno-declaration-after-statement",
                       "-Wno-gnu-zero-variadic-macro-arguments", "-Wno-language-extension-token",
                       "-Wno-unknown-warning-option"]}


def code(cc, level, folder, *flags):
    """The bytes of all sections that are code or data."""
    folder.mkdir(exist_ok=True)
    (folder / "a.c").write_text(SOURCE)
    subprocess.run([cc, "-std=gnu11", level, "-I", ROOT / "include", *flags, "-c", "a.c", "-o", "a.o"], cwd=folder, check=True)
    subprocess.run(["objcopy", "--strip-all", "--remove-section=.comment", "--remove-section=.note*",
                    "--remove-section=.discard.labyrinth", "a.o", "b.o"], cwd=folder, check=True)
    return (folder / "b.o").read_bytes()


@pytest.mark.parametrize("cc", sorted(COMPILERS))
@pytest.mark.parametrize("level", ["-O1", "-O2", "-O3", "-Os"])
def test_same_code(cc, level, tmp_path):
    if not shutil.which(cc):
        pytest.skip(f"{cc} is not installed (make deps)")
    assert code(cc, level, tmp_path / "with") == code(cc, level, tmp_path / "without", "-DPLAIN")


def test_the_comparison_can_fail(tmp_path):
    assert code("gcc", "-O2", tmp_path / "with") != code("gcc", "-O2", tmp_path / "without", "-DPLAIN", "-DSTEP=2")


def test_same_code_with_the_plugin(plugin, tmp_path):
    assert code("gcc", "-O2", tmp_path / "with", f"-fplugin={plugin}", "-fplugin-arg-labyrinth-quiet") == \
        code("gcc", "-O2", tmp_path / "without")


@pytest.mark.parametrize("cc", sorted(COMPILERS))
@pytest.mark.parametrize("std", ["gnu11", "gnu17"])
def test_no_warning(cc, std, tmp_path):
    if not shutil.which(cc):
        pytest.skip(f"{cc} is not installed (make deps)")
    (tmp_path / "a.c").write_text(SOURCE.lstrip())
    done = subprocess.run([cc, f"-std={std}", *COMPILERS[cc], "-O1", "-I", ROOT / "include", "-c", "a.c"], cwd=tmp_path,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_no_warning_of_sparse(tmp_path):
    if not shutil.which("sparse"):
        pytest.skip("sparse is not installed (make deps)")
    (tmp_path / "a.c").write_text(SOURCE)
    done = subprocess.run(["sparse", "-Wall", "-I", ROOT / "include", "a.c"], cwd=tmp_path, capture_output=True, text=True,
                          check=False)
    assert not done.stdout and "annotate.h" not in done.stderr, done.stderr


def test_contracts_outlive_the_collector(plugin, labyrinth, tmp_path):
    """Nothing refers to a contract's declaration; GCC collects such things as soon as it may."""
    (tmp_path / "a.c").write_text(SOURCE + """
void lost(struct pool *pool);
void lost(struct pool *pool)
{
	char *page = pool_page(pool);

	if (page)
		pool->n++;
}
""")
    subprocess.run(["gcc", "-O2", "--param=ggc-min-expand=0", "--param=ggc-min-heapsize=0", "-I", ROOT / "include",
                    f"-fplugin={plugin}", "-fplugin-arg-labyrinth-quiet", "-c", "a.c"], cwd=tmp_path, check=True)
    assert "the page from pool_page() is left to nobody" in run(labyrinth, "check", tmp_path / "a.o").stdout
