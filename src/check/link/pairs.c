// SPDX-License-Identifier: GPL-2.0-or-later
/* Which modules have to do with which type or member: pairs, found by the first of the two. */
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "prog.h"

void lab_pairs_add(struct lab_pairs *p, uint32_t key, uint32_t module)
{
	struct lab_pair n = { key, module };
	int fresh;

	if (!p->ix)
		p->ix = lab_intern_new();
	lab_intern(p->ix, &n, sizeof(n), &fresh);
	if (fresh)
		arrput(p->all, n);
}

static int by_key(const void *pa, const void *pb)
{
	const struct lab_pair *a = pa, *b = pb;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->module > b->module) - (a->module < b->module);
}

void lab_pairs_sort(struct lab_pairs *p)
{
	if (p->all)
		qsort(p->all, arrlenu(p->all), sizeof(*p->all), by_key);
}

const struct lab_pair *lab_pairs_of(const struct lab_pairs *p, uint32_t key, uint32_t *n)
{
	uint32_t lo = 0, hi = arrlenu(p->all);

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (p->all[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n = 0; lo + *n < arrlenu(p->all) && p->all[lo + *n].key == key;)
		++*n;
	return p->all + lo;
}

void lab_pairs_free(struct lab_pairs *p)
{
	arrfree(p->all);
	if (p->ix)
		lab_intern_free(p->ix);
}
