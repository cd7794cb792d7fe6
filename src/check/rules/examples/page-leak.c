/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
	int drops;
};

/* bad: a packet that is not good takes its page along */
void rx_take_bad(struct rx *rx)
{
	char *p = labyrinth_alloc_page(rx->zone, LABYRINTH_QUALITY_NONE); /* expect: page-leak "rx_take_bad" */

	if (!p || rx->drops)
		return;
	labyrinth_handoff(rx->zone, p);
}

/* good: who does not need the page gives it back */
void rx_take_ok(struct rx *rx)
{
	char *p = labyrinth_alloc_page(rx->zone, LABYRINTH_QUALITY_NONE);

	if (!p)
		return;
	if (rx->drops || labyrinth_handoff(rx->zone, p))
		labyrinth_cancel(rx->zone, p);
}
