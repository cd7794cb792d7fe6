/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N21: an hrtimer of a soft mode runs in softirq context, where in_softirq() says so.
 */
#include "kernel.h"


struct dev { spinlock_t lock; struct hrtimer timer; struct mutex m; };

static int soft_ok(struct hrtimer *t)
{
	kfree(kmalloc(16, in_softirq() ? GFP_ATOMIC : GFP_KERNEL));
	return 0;
}

static int soft_bad(struct hrtimer *t)
{
	struct dev *d = container_of(t, struct dev, timer);

	mutex_lock(&d->m); /* expect: sleep-in-atomic "soft_bad -> mutex_lock" */
	mutex_unlock(&d->m);
	return 0;
}

void probe(struct dev *d, struct dev *e)
{
	hrtimer_init(&d->timer, 1, HRTIMER_MODE_REL | 4);
	d->timer.function = (void *)soft_ok;
	hrtimer_init(&e->timer, 1, HRTIMER_MODE_REL | 4);
	e->timer.function = (void *)soft_bad;
}
