/* SPDX-License-Identifier: GPL-2.0-or-later */
/* More pages at a time than the zone gives out. */
#include "pages.h"

struct card {
	struct labyrinth_zone *small, *large, *open, *later;
	void *slot[64];
};

int start(struct card *c, unsigned int wish)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .name = "small", .pages = 64, .budget = 8 };
	struct labyrinth_zone_params q = { .size = sizeof(q), .name = "large", .pages = 64, .budget = 48 };
	struct labyrinth_zone_params r = { .size = sizeof(r), .name = "open", .pages = 64 };
	struct labyrinth_zone_params s = { .size = sizeof(s), .name = "later", .pages = 64 };
	int err = labyrinth_zone_create(&p, &c->small);

	if (!err)
		err = labyrinth_zone_create(&q, &c->large);
	if (!err)
		err = labyrinth_zone_create(&r, &c->open);
	s.budget = wish;
	return err ? err : labyrinth_zone_create(&s, &c->later);
}

void sixteen_bad(struct card *c)
{
	int i;

	for (i = 0; i < 16; i++)
		c->slot[i] = ATOMIC_PAGE(c->small);	/* expect: atomic-size "sixteen_bad" */
}

void sixteen_of_large_ok(struct card *c)
{
	int i;

	for (i = 0; i < 16; i++)
		c->slot[i] = ATOMIC_PAGE(c->large);
}

void sixteen_of_open_ok(struct card *c)
{
	int i;

	for (i = 0; i < 16; i++)
		c->slot[i] = ATOMIC_PAGE(c->open);
}

void nobody_knows_ok(struct card *c)
{
	int i;

	for (i = 0; i < 16; i++)
		c->slot[i] = ATOMIC_PAGE(c->later);
}

void eight_ok(struct card *c)
{
	int i;

	for (i = 0; i < 8; i++)
		c->slot[i] = ATOMIC_PAGE(c->small);
}

void one_after_the_other_ok(struct card *c)
{
	int i;

	for (i = 0; i < 16; i++) {
		void *p = ATOMIC_PAGE(c->small);

		if (p)
			labyrinth_cancel(c->small, p);
	}
}

int in_bulk_bad(struct card *c)
{
	return labyrinth_alloc_bulk(c->small, LABYRINTH_QUALITY_NONE, c->slot, 9);	/* expect: atomic-size "in_bulk_bad" */
}

int in_bulk_ok(struct card *c)
{
	return labyrinth_alloc_bulk(c->small, LABYRINTH_QUALITY_NONE, c->slot, 8);
}
