/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <labyrinth/labyrinth.h>

struct rx {
	struct labyrinth_zone *zone;
	void *spare;
};
extern struct rx *the_rx;

/* bad: a work item may sleep, and nobody else calls it */
static void rx_work_bad(struct work_struct *work)
{
	(void)work;
	the_rx->spare = kmalloc(64, GFP_ATOMIC); /* expect: needless-atomic "rx_work_bad" */
}

void rx_start(struct work_struct *work)
{
	INIT_WORK(work, rx_work_bad);
}

/* good: it waits for memory, as it may */
static void rx_refill_ok(struct work_struct *work)
{
	(void)work;
	the_rx->spare = kmalloc(64, GFP_KERNEL);
}

void rx_refill_later(struct work_struct *work)
{
	INIT_WORK(work, rx_refill_ok);
}
