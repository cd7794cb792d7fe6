/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F36: reached only behind a WARN_ON of a state that cannot be: a doubt, not a
 * default finding.
 * known-gap: a branch that only a WARN_ON guards is believed
 */
#include "kernel.h"

struct engine {
	spinlock_t lock;
	int refs;
};

void stop_ok(struct engine *e)
{
	spin_lock(&e->lock);
	if (WARN_ON(e->refs < 0))
		msleep(10);
	spin_unlock(&e->lock);
}

void stop_bad(struct engine *e)
{
	spin_lock(&e->lock);
	if (e->refs < 0)
		msleep(10); /* expect: sleep-in-atomic "stop_bad -> msleep" */
	spin_unlock(&e->lock);
}
