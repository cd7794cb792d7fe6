/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>
#include <labyrinth/annotate.h>

struct rx {
	struct labyrinth_zone *zone;
	int drops;
};

/* bad: an excuse without a reason excuses nothing */
void rx_keep_bad(struct rx *rx)
{
	LABYRINTH_ALLOW(page-leak, ""); /* expect: annotation "reason is empty" */
	rx->drops++;
}

/* good: the next reader learns why */
void rx_keep_ok(struct rx *rx)
{
	LABYRINTH_ALLOW(page-leak, "the firmware owns it until reset");
	rx->drops++;
}
