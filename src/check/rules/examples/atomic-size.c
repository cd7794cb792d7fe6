/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
};

/* bad: the loop ends when there is no page left for anybody */
void rx_fill_bad(struct rx *rx)
{
	void *p;

	while ((p = labyrinth_alloc_page(rx->zone, LABYRINTH_QUALITY_NONE))) /* expect: atomic-size "rx_fill_bad" */
		labyrinth_handoff(rx->zone, p);
}

/* good: a few, and then the others */
void rx_fill_ok(struct rx *rx, int budget)
{
	void *p;

	while (budget-- > 0 && (p = labyrinth_alloc_page(rx->zone, LABYRINTH_QUALITY_NONE)))
		labyrinth_handoff(rx->zone, p);
}
