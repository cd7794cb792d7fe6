// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tools that run beside us are told about each page.
 *
 * memcheck by requests that cost nothing without it. A program built with ASan
 * or TSan may use the library as it was installed: their functions are weak
 * here, and there when the program brings them. A library built with them
 * itself has its own calls in prim_posix.h (and so do builds with MSan, which
 * cannot be mixed).
 */
#include "user.h"
#ifdef LAB_VALGRIND
#include <valgrind/memcheck.h>
#else
#define RUNNING_ON_VALGRIND			0
#define VALGRIND_CREATE_MEMPOOL(pool, r, z)	((void)0)
#define VALGRIND_DESTROY_MEMPOOL(pool)		((void)0)
#define VALGRIND_MEMPOOL_ALLOC(pool, va, n)	((void)0)
#define VALGRIND_MEMPOOL_FREE(pool, va)		((void)0)
#define VALGRIND_MAKE_MEM_DEFINED(va, n)	((void)0)
#define VALGRIND_MAKE_MEM_NOACCESS(va, n)	((void)0)
#endif

u32 lab_tools;

#if !defined(LAB_ASAN) && !defined(LAB_TSAN) && !defined(LAB_MSAN)
void __asan_poison_memory_region(void const volatile *addr, size_t size) __attribute__((weak));
void __asan_unpoison_memory_region(void const volatile *addr, size_t size) __attribute__((weak));
void __tsan_acquire(void *addr) __attribute__((weak));
void __tsan_release(void *addr) __attribute__((weak));

static void find_sanitizers(void)
{
	if (__asan_poison_memory_region && __asan_unpoison_memory_region)
		lab_tools |= LAB_TOOL_ASAN;
	if (__tsan_acquire && __tsan_release)
		lab_tools |= LAB_TOOL_TSAN;
}

/* The page passes to its next owner, who may touch it. */
static void opened(void *va)
{
	if (lab_tools & LAB_TOOL_ASAN)
		__asan_unpoison_memory_region(va, LABYRINTH_PAGE_SIZE);
	if (lab_tools & LAB_TOOL_TSAN)
		__tsan_acquire(va);
}

static void closed(void *va)
{
	if (lab_tools & LAB_TOOL_TSAN)
		__tsan_release(va);
	if (lab_tools & LAB_TOOL_ASAN)
		__asan_poison_memory_region(va, LABYRINTH_PAGE_SIZE);
}
#else
static void find_sanitizers(void) { }
static void opened(void *va) { (void)va; }
static void closed(void *va) { (void)va; }
#endif

void lab_tools_find(void)
{
	if (RUNNING_ON_VALGRIND)
		lab_tools |= LAB_TOOL_VALGRIND;
	find_sanitizers();
}

/* va NULL, here and in the next: the pool itself */
void lab_told_alloc(struct labyrinth_zone *z, void *va, bool init)
{
	(void)z;
	if (!va) {
		VALGRIND_CREATE_MEMPOOL(z, 0, 0);
		return;
	}
	opened(va);
	if (!(lab_tools & LAB_TOOL_VALGRIND))
		return;
	VALGRIND_MEMPOOL_ALLOC(z, va, LABYRINTH_PAGE_SIZE);
	if (init)
		(void)VALGRIND_MAKE_MEM_DEFINED(va, LABYRINTH_PAGE_SIZE);
}

void lab_told_release(struct labyrinth_zone *z, void *va)
{
	(void)z;
	if (!va) {
		VALGRIND_DESTROY_MEMPOOL(z);
		return;
	}
	closed(va);
	if (lab_tools & LAB_TOOL_VALGRIND)
		VALGRIND_MEMPOOL_FREE(z, va);
}

void lab_told_open(void *va)
{
	opened(va);
	if (lab_tools & LAB_TOOL_VALGRIND)
		(void)VALGRIND_MAKE_MEM_DEFINED(va, LABYRINTH_PAGE_SIZE);
}

void lab_told_close(void *va)
{
	closed(va);
	if (lab_tools & LAB_TOOL_VALGRIND)
		(void)VALGRIND_MAKE_MEM_NOACCESS(va, LABYRINTH_PAGE_SIZE);
}
