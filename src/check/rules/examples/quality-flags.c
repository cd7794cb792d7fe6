/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
	void *spare;
};

/* bad: a gfp mask is no set of qualities; the call is atomic by itself */
void rx_fill_bad(struct rx *rx)
{
	rx->spare = labyrinth_alloc_page(rx->zone, GFP_ATOMIC); /* expect: quality-flags "rx_fill_bad" */
}

/* good: what the content shall be */
void rx_fill_ok(struct rx *rx)
{
	rx->spare = labyrinth_alloc_page(rx->zone, LABYRINTH_QUALITY_ZERO);
}
