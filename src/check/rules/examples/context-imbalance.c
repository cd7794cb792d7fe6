/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
	spinlock_t lock;
	void *spare;
	int drops;
};

/* bad: one way out forgets the lock, and nothing tells the caller */
void rx_count_bad(struct rx *rx)
{
	spin_lock(&rx->lock); /* expect: context-imbalance "rx_count_bad" */
	if (!rx->spare)
		return;
	rx->drops++;
	spin_unlock(&rx->lock);
}

/* good: one way out for all */
void rx_count_ok(struct rx *rx)
{
	spin_lock(&rx->lock);
	if (rx->spare)
		rx->drops++;
	spin_unlock(&rx->lock);
}
