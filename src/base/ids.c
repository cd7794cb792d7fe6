// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets of table numbers: open addressing with linear probing, at most half
 * full, never shrinking, no deletion.
 */
#include <string.h>
#include "base/ids.h"

static void put(struct lab_ids *s, uint32_t hash, uint32_t id1)
{
	uint32_t i = hash & (s->cap - 1);

	while (s->slots[i].id1)
		i = (i + 1) & (s->cap - 1);
	s->slots[i].hash = hash;
	s->slots[i].id1 = id1;
}

void lab_ids_reserve(struct lab_ids *s, struct lab_arena *a, uint32_t n)
{
	struct lab_ids old = *s;
	uint64_t cap = 16;
	uint32_t i;

	while (cap < 2 * (uint64_t)n)
		cap *= 2;
	if (cap <= old.cap)
		return;
	s->cap = (uint32_t)cap;
	s->slots = lab_arena_zalloc(a, cap * sizeof(*s->slots));
	for (i = 0; i < old.cap; i++)
		if (old.slots[i].id1)
			put(s, old.slots[i].hash, old.slots[i].id1);
}

uint32_t lab_ids_find(const struct lab_ids *s, uint64_t hash, lab_ids_same same,
		      const void *ctx, const void *key)
{
	uint32_t h = (uint32_t)(hash ^ hash >> 32), i;

	if (!s->cap)
		return LAB_IDS_NONE;
	for (i = h & (s->cap - 1); s->slots[i].id1; i = (i + 1) & (s->cap - 1))
		if (s->slots[i].hash == h && same(ctx, s->slots[i].id1 - 1, key))
			return s->slots[i].id1 - 1;
	return LAB_IDS_NONE;
}

void lab_ids_add(struct lab_ids *s, struct lab_arena *a, uint64_t hash, uint32_t id)
{
	lab_ids_reserve(s, a, s->n + 1);
	put(s, (uint32_t)(hash ^ hash >> 32), id + 1);
	s->n++;
}
