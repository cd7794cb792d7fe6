/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
	spinlock_t lock;
	void *spare;
};

/* bad: the worker's free clears a page, with the lock held */
void rx_flush_bad(struct rx *rx)
{
	spin_lock(&rx->lock);
	labyrinth_free_page(rx->zone, rx->spare); /* expect: free-in-atomic "rx_flush_bad" */
	rx->spare = NULL;
	spin_unlock(&rx->lock);
}

/* good: under the lock it is taken out, behind it freed */
void rx_flush_ok(struct rx *rx)
{
	void *p;

	spin_lock(&rx->lock);
	p = rx->spare;
	rx->spare = NULL;
	spin_unlock(&rx->lock);
	if (p)
		labyrinth_free_page(rx->zone, p);
}
