/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F36: the same doubt is shown when asked for everything.
 * args: --all
 */
#include "kernel.h"

struct engine {
	spinlock_t lock;
	int refs;
};

void stop_bad(struct engine *e)
{
	spin_lock(&e->lock);
	if (WARN_ON(e->refs < 0))
		msleep(10); /* expect: sleep-in-atomic "stop_bad -> msleep" */
	spin_unlock(&e->lock);
}
