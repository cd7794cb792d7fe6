/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
	int drops;
};

/* bad: there may be no page, and nobody asked */
void rx_take_bad(struct rx *rx)
{
	char *p = labyrinth_alloc_page(rx->zone, LABYRINTH_QUALITY_NONE);

	p[0] = 1; /* expect: unchecked-page "rx_take_bad" */
	labyrinth_handoff(rx->zone, p);
}

/* good: without a page the packet is dropped and counted */
void rx_take_ok(struct rx *rx)
{
	char *p = labyrinth_alloc_page(rx->zone, LABYRINTH_QUALITY_NONE);

	if (!p) {
		rx->drops++;
		return;
	}
	p[0] = 1;
	labyrinth_handoff(rx->zone, p);
}
