/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
	int drops;
};

/* bad: the worker may have freed the page before it is read */
void rx_done_bad(struct rx *rx, char *p)
{
	labyrinth_handoff(rx->zone, p);
	rx->drops += p[0]; /* expect: use-after-hand-off "rx_done_bad" */
}

/* good: what is needed later is read before */
void rx_done_ok(struct rx *rx, char *p)
{
	int lost = p[0];

	labyrinth_handoff(rx->zone, p);
	rx->drops += lost;
}
