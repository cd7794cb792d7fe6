/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
	int drops;
};

/* bad: the page is the worker's, whatever became of the packet */
void rx_done_bad(struct rx *rx, void *p)
{
	labyrinth_handoff(rx->zone, p);
	if (rx->drops)
		labyrinth_cancel(rx->zone, p); /* expect: free-after-hand-off "rx_done_bad" */
}

/* good: it is ours still where the hand-off failed */
void rx_done_ok(struct rx *rx, void *p)
{
	if (labyrinth_handoff(rx->zone, p))
		labyrinth_cancel(rx->zone, p);
}
