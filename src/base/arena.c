// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The arena: chunks of doubling size, a bump pointer in the newest one.  Under
 * AddressSanitizer each allocation is a chunk of its own, so that a write past
 * its end is seen.
 */
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#define ONE_EACH 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_EACH 1
#endif
#endif
#ifndef ONE_EACH
#define ONE_EACH 0
#endif

#define FIRST_SIZE 4096u
#define LAST_SIZE  (1u << 20)

struct lab_arena_chunk {
	struct lab_arena_chunk *next;
	uint64_t bytes[];
};

static void *new_chunk(struct lab_arena *a, size_t size)
{
	struct lab_arena_chunk *c = malloc(sizeof(*c) + size);

	if (!c)
		abort();
	c->next = a->chunks;
	a->chunks = c;
	return c->bytes;
}

void *lab_arena_alloc(struct lab_arena *a, size_t size)
{
	size_t want = (size + 7) & ~(size_t)7;
	char *p;

	if (want < size)
		abort();
	if (ONE_EACH)
		return new_chunk(a, size);
	if (want <= (size_t)(a->end - a->at)) {
		p = a->at;
		a->at += want;
		return p;
	}
	if (!a->next_size)
		a->next_size = FIRST_SIZE;
	if (want > a->next_size / 4)
		return new_chunk(a, want);
	p = new_chunk(a, a->next_size);
	a->at = p + want;
	a->end = p + a->next_size;
	if (a->next_size < LAST_SIZE)
		a->next_size *= 2;
	return p;
}

void *lab_arena_zalloc(struct lab_arena *a, size_t size)
{
	return memset(lab_arena_alloc(a, size), 0, size);
}

char *lab_arena_strn(struct lab_arena *a, const char *s, size_t n)
{
	char *copy = lab_arena_alloc(a, n + 1);

	memcpy(copy, s, n);
	copy[n] = 0;
	return copy;
}

void *lab_arena_grow(struct lab_arena *a, void *array, size_t n, size_t entry)
{
	void *bigger;

	if (lab_arena_cap(n) > n)
		return array;
	bigger = lab_arena_alloc(a, lab_arena_cap(n + 1) * entry);
	if (n)
		memcpy(bigger, array, n * entry);
	return bigger;
}

void lab_arena_free(struct lab_arena *a)
{
	struct lab_arena_chunk *c = a->chunks, *next;

	for (; c; c = next) {
		next = c->next;
		free(c);
	}
	memset(a, 0, sizeof(*a));
}
