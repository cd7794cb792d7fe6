/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
	int drops;
};

/* bad: the page is in the queue already when the second call puts it there */
void rx_done_bad(struct rx *rx, void *p)
{
	labyrinth_handoff(rx->zone, p);
	if (rx->drops)
		labyrinth_handoff(rx->zone, p); /* expect: double-hand-off "rx_done_bad" */
}

/* good: again only where it failed, which the result says */
void rx_done_ok(struct rx *rx, void *p)
{
	if (labyrinth_handoff(rx->zone, p) && labyrinth_handoff(rx->zone, p))
		rx->drops++;
}
