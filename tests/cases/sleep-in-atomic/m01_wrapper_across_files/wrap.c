/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A wrapper of another file takes the lock, one more drops it; a third hides the
 * sleep.
 */
#include "kernel.h"
#include "wrap.h"

void box_lock(struct box *b)
{
	spin_lock_bh(&b->lock);
}

void box_unlock(struct box *b)
{
	spin_unlock_bh(&b->lock);
}

void box_settle(struct box *b)
{
	b->n++;
	msleep(3); /* expect: sleep-in-atomic "box_move_bad -> .*box_settle -> msleep" */
}
