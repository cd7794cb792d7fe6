// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guards that say the same are the same: each distinct conjunction lies once in the
 * solver's atoms, so that equal guards have equal numbers and paths without number
 * that know alike cost nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15;
	return h ^ h >> 29;
}

/* Field by field: what lies between them is not initialised. */
static uint32_t hash(const struct lab_guard_atom *a, uint32_t n)
{
	uint64_t h = n;

	for (uint32_t i = 0; i < n; i++) {
		h = mix(h, (uint64_t)a[i].term << 2 | a[i].asks << 1 | a[i].av.nz);
		h = mix(h, a[i].file);
		h = mix(h, a[i].av.lo);
		h = mix(h, a[i].av.hi);
		h = mix(h, a[i].av.ones);
		h = mix(h, a[i].av.zeros);
	}
	return h >> 32;
}

static bool same_atoms(const struct lab_guard_atom *a, const struct lab_guard_atom *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (a[i].term != b[i].term || a[i].asks != b[i].asks || a[i].file != b[i].file ||
		    a[i].av.lo != b[i].av.lo ||
		    a[i].av.hi != b[i].av.hi || a[i].av.ones != b[i].av.ones ||
		    a[i].av.zeros != b[i].av.zeros || a[i].av.nz != b[i].av.nz)
			return false;
	return true;
}

static void grow(struct lab_guards *k, const struct lab_guard_atom *atoms)
{
	uint32_t size = k->slots ? 2 * (k->mask + 1) : 4096;
	struct lab_guard *old = k->slots;

	k->slots = calloc(size, sizeof(*k->slots));
	if (!k->slots)
		abort();
	for (uint32_t i = 0; old && i <= k->mask; i++) {
		uint32_t h = hash(atoms + old[i].at, old[i].n) & (size - 1);

		if (!old[i].n)
			continue;
		while (k->slots[h].n)
			h = (h + 1) & (size - 1);
		k->slots[h] = old[i];
	}
	k->mask = size - 1;
	free(old);
}

struct lab_guard lab_guard_keep(struct lab_solver *s, struct lab_guard g)
{
	struct lab_guards *k = &s->guards;
	uint32_t h;

	if (!g.n)
		return (struct lab_guard){ 0, 0 };
	if (!k->slots || k->count * 2 > k->mask)
		grow(k, s->atoms);
	h = hash(s->atoms + g.at, g.n) & k->mask;
	for (; k->slots[h].n; h = (h + 1) & k->mask) {
		if (k->slots[h].n != g.n ||
		    !same_atoms(s->atoms + k->slots[h].at, s->atoms + g.at, g.n))
			continue;
		arrsetlen(s->atoms, g.at);
		return k->slots[h];
	}
	k->slots[h] = g;
	k->count++;
	return g;
}
