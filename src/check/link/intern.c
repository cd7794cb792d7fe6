// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interning: see intern.h.  Keys live in chunks that never move; slots hold
 * the upper half of the hash, so that a miss rarely touches a key.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "intern.h"

#define CHUNK (256 * 1024)

struct slot { uint32_t tag, num; };
struct key { const char *bytes; uint32_t len; };

struct lab_intern {
	struct slot *slots;
	uint32_t mask;
	struct key *keys;
	char **chunks;
	size_t room;
	char *at;
};

struct lab_intern *lab_intern_new(void)
{
	struct lab_intern *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->mask = 1023;
	t->slots = calloc(t->mask + 1, sizeof(*t->slots));
	if (!t->slots)
		abort();
	return t;
}

void lab_intern_free(struct lab_intern *t)
{
	if (!t)
		return;
	for (int i = 0; i < arrlen(t->chunks); i++)
		free(t->chunks[i]);
	arrfree(t->chunks);
	arrfree(t->keys);
	free(t->slots);
	free(t);
}

static const char *keep(struct lab_intern *t, const void *key, size_t len)
{
	char *p;

	if (len + 1 > CHUNK / 4) {		/* a large one gets its own chunk, behind the open one */
		p = malloc(len + 1);
		if (!p)
			abort();
		arrins(t->chunks, 0, p);
		if (arrlen(t->chunks) == 1)
			t->room = 0;
	} else {
		if (t->room < len + 1) {
			t->at = malloc(CHUNK);
			if (!t->at)
				abort();
			arrput(t->chunks, t->at);
			t->room = CHUNK;
		}
		p = t->at;
		t->at += len + 1;
		t->room -= len + 1;
	}
	memcpy(p, key, len);
	p[len] = 0;
	return p;
}

static void grow(struct lab_intern *t)
{
	uint32_t mask = t->mask * 2 + 1;
	struct slot *slots = calloc((size_t)mask + 1, sizeof(*slots));

	if (!slots)
		abort();
	for (uint32_t i = 0; i < arrlenu(t->keys); i++) {
		uint64_t h = XXH3_64bits(t->keys[i].bytes, t->keys[i].len);
		uint32_t s = h & mask;

		while (slots[s].num)
			s = (s + 1) & mask;
		slots[s] = (struct slot){ h >> 32, i + 1 };
	}
	free(t->slots);
	t->slots = slots;
	t->mask = mask;
}

static struct slot *probe(const struct lab_intern *t, const void *key, size_t len, uint64_t h)
{
	uint32_t s = h & t->mask;

	for (; t->slots[s].num; s = (s + 1) & t->mask) {
		const struct key *k = &t->keys[t->slots[s].num - 1];

		if (t->slots[s].tag == (uint32_t)(h >> 32) && k->len == len &&
		    !memcmp(k->bytes, key, len))
			break;
	}
	return &t->slots[s];
}

uint32_t lab_intern(struct lab_intern *t, const void *key, size_t len, int *fresh)
{
	uint64_t h = XXH3_64bits(key, len);
	struct slot *s = probe(t, key, len, h);
	struct key k;

	if (fresh)
		*fresh = !s->num;
	if (s->num)
		return s->num - 1;
	k.bytes = keep(t, key, len);
	k.len = len;
	arrput(t->keys, k);
	*s = (struct slot){ h >> 32, arrlenu(t->keys) };
	if (arrlenu(t->keys) * 2 > t->mask)
		grow(t);
	return arrlenu(t->keys) - 1;
}

uint32_t lab_intern_find(const struct lab_intern *t, const void *key, size_t len)
{
	return probe(t, key, len, XXH3_64bits(key, len))->num - 1;
}

const char *lab_intern_key(const struct lab_intern *t, uint32_t n)
{
	return t->keys[n].bytes;
}

uint32_t lab_intern_count(const struct lab_intern *t)
{
	return arrlenu(t->keys);
}
