/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * M10: a helper of another file drops the lock that it is given, and interrupts with it,
 * waits, and takes it again.
 */
#include "kernel.h"

struct queue { spinlock_t lock; };

int queue_wait(struct queue *q)
{
	spin_unlock_irq(&q->lock);
	schedule(); /* expect: sleep-in-atomic "get_bad -> queue_wait" */
	spin_lock_irq(&q->lock); /* a caller's other lock stays held meanwhile */
	return 0;
}
