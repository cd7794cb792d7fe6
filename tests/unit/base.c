// SPDX-License-Identifier: GPL-2.0-or-later
/* The small things of src/base: arena, number sets, byte buffer. */
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/ids.h"
#include "lab_test.h"

LAB_TEST(arena_gives_aligned_separate_memory)
{
	struct lab_arena a = { 0 };
	unsigned char *p[2000];
	size_t i, k;

	for (i = 0; i < 2000; i++) {
		p[i] = lab_arena_alloc(&a, i % 97);
		LAB_EQ((uintptr_t)p[i] % 8, 0);
		memset(p[i], (int)i, i % 97);
	}
	for (i = 0; i < 2000; i++)
		for (k = 0; k < i % 97; k++)
			if (p[i][k] != (unsigned char)i)
				LAB_OK(!"overlap");
	lab_arena_free(&a);
	LAB_OK(!a.chunks);
}

LAB_TEST(arena_clears_only_when_asked)
{
	struct lab_arena a = { 0 };
	char *p = lab_arena_zalloc(&a, 100000);
	size_t i;

	for (i = 0; i < 100000; i++)
		if (p[i])
			LAB_OK(!"not cleared");
	LAB_STR(lab_arena_strn(&a, "abcdef", 3), "abc");
	lab_arena_free(&a);
}

LAB_TEST(arena_arrays_keep_room_for_their_capacity)
{
	struct lab_arena a = { 0 };
	uint32_t *v = NULL, i;

	for (i = 0; i < 1000; i++) {
		v = lab_arena_grow(&a, v, i, sizeof(*v));
		v[i] = i;
	}
	for (i = 0; i < 1000; i++)
		LAB_EQ(v[i], i);
	LAB_EQ(lab_arena_cap(0), 0);
	LAB_EQ(lab_arena_cap(1), 8);
	LAB_EQ(lab_arena_cap(8), 8);
	LAB_EQ(lab_arena_cap(9), 16);
	lab_arena_free(&a);
}

static int same(const void *table, uint32_t id, const void *key)
{
	return ((const int *)table)[id] == *(const int *)key;
}

LAB_TEST(ids_find_what_was_added_even_under_one_hash)
{
	struct lab_arena a = { 0 };
	struct lab_ids good = { 0 }, bad = { 0 };
	int table[500], i, missing = -1;

	for (i = 0; i < 500; i++) {
		table[i] = i * 7;
		LAB_EQ(lab_ids_find(&good, (uint64_t)i * 0x9e3779b97f4a7c15u, same, table,
				    &table[i]), LAB_IDS_NONE);
		lab_ids_add(&good, &a, (uint64_t)i * 0x9e3779b97f4a7c15u, (uint32_t)i);
		lab_ids_add(&bad, &a, 42, (uint32_t)i);
	}
	for (i = 0; i < 500; i++) {
		LAB_EQ(lab_ids_find(&good, (uint64_t)i * 0x9e3779b97f4a7c15u, same, table,
				    &table[i]), i);
		LAB_EQ(lab_ids_find(&bad, 42, same, table, &table[i]), i);
	}
	LAB_EQ(lab_ids_find(&bad, 42, same, table, &missing), LAB_IDS_NONE);
	lab_arena_free(&a);
}

LAB_TEST(buf_grows_and_prints)
{
	struct lab_buf b = { 0 };
	char *s;
	int i;

	for (i = 0; i < 1000; i++)
		lab_buf_printf(&b, "%d,", i % 10);
	LAB_EQ(b.n, 2000);
	lab_buf_byte(&b, '!');
	lab_buf_puts(&b, "end");
	s = lab_buf_string(&b);
	LAB_STR(s + 2000, "!end");
	LAB_OK(!b.p);
	free(s);
}

LAB_TEST(buf_remembers_that_memory_ran_out)
{
	struct lab_buf b = { 0 };

	lab_buf_puts(&b, "x");
	LAB_EQ(lab_buf_room(&b, SIZE_MAX / 2), 0);
	lab_buf_puts(&b, "y");
	LAB_EQ(b.oom, 1);
	LAB_OK(!lab_buf_string(&b));
}

LAB_TESTS(LAB_T(arena_gives_aligned_separate_memory),
	  LAB_T(arena_clears_only_when_asked),
	  LAB_T(arena_arrays_keep_room_for_their_capacity),
	  LAB_T(ids_find_what_was_added_even_under_one_hash),
	  LAB_T(buf_grows_and_prints),
	  LAB_T(buf_remembers_that_memory_ran_out))
