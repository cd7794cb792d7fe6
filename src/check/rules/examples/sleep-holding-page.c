/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
};

/* bad: one of few pages waits with its holder */
void rx_probe_bad(struct rx *rx)
{
	void *p = labyrinth_alloc_page(rx->zone, LABYRINTH_QUALITY_NONE);

	if (!p)
		return;
	msleep(20); /* expect: sleep-holding-page "rx_probe_bad" */
	labyrinth_handoff(rx->zone, p);
}

/* good: first what takes time, then the page */
void rx_probe_ok(struct rx *rx)
{
	void *p;

	msleep(20);
	p = labyrinth_alloc_page(rx->zone, LABYRINTH_QUALITY_NONE);
	if (p)
		labyrinth_handoff(rx->zone, p);
}
