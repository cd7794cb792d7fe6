/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N20: a function that only softirqs start asks whether it is in one.
 */
#include "kernel.h"

struct dev { spinlock_t lock; struct timer_list timer; struct tasklet_struct tasklet; struct mutex m; };

static gfp_t any(void)
{
	return in_softirq() ? GFP_ATOMIC : GFP_KERNEL;
}

static void step_ok(struct tasklet_struct *t)
{
	struct dev *d = container_of(t, struct dev, tasklet);

	spin_lock(&d->lock);
	kfree(kmalloc(16, any()));
	spin_unlock(&d->lock);
}

static void timer_ok(struct timer_list *t)
{
	struct dev *d = container_of(t, struct dev, timer);

	step_ok(&d->tasklet);
}

/* The same, but somebody calls it elsewhere, too. */
static void step_bad(struct tasklet_struct *t)
{
	struct dev *d = container_of(t, struct dev, tasklet);

	spin_lock(&d->lock);
	kfree(kmalloc(16, any())); /* expect: sleep-in-atomic "step_bad -> kmalloc" */
	spin_unlock(&d->lock);
}

void probe(struct dev *d)
{
	timer_setup(&d->timer, timer_ok, 0);
	tasklet_setup(&d->tasklet, step_ok);
	tasklet_setup(&d->tasklet, step_bad);
	step_bad(&d->tasklet);
}
