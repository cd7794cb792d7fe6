/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An arena: many small allocations, freed together.  A zeroed struct is an
 * empty arena.  Memory comes aligned to 8 and is not cleared unless the name
 * says so.  When the system is out of memory the process is aborted: there is
 * no caller that could go on, and every size asked for on behalf of a file has
 * been checked against the bytes of that file before.
 */
#ifndef LAB_BASE_ARENA_H
#define LAB_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lab_arena_chunk;

struct lab_arena {
	struct lab_arena_chunk *chunks;
	char *at, *end;
	size_t next_size;
};

void *lab_arena_alloc(struct lab_arena *a, size_t size);
void *lab_arena_zalloc(struct lab_arena *a, size_t size);
/* A copy of n bytes with a NUL behind them. */
char *lab_arena_strn(struct lab_arena *a, const char *s, size_t n);
void lab_arena_free(struct lab_arena *a);

/*
 * Arrays in an arena keep no capacity: it follows from the length, so that an
 * array of n entries, however it was made, has room for lab_arena_cap(n).
 */
static inline size_t lab_arena_cap(size_t n)
{
	size_t cap = 8;

	if (!n)
		return 0;
	while (cap < n)
		cap *= 2;
	return cap;
}
/* Room for one more entry behind n; returns the array, moved or not. */
void *lab_arena_grow(struct lab_arena *a, void *array, size_t n, size_t entry);

#ifdef __cplusplus
}
#endif
#endif
