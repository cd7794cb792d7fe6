/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F25: a scope drops the lock.  scoped_guard() is a loop that runs exactly once,
 * though its text also allows never.
 */
#include "kernel.h"

struct chan {
	spinlock_t lock;
	struct mutex mutex;
	int state;
};

int guard_early_ok(struct chan *c)
{
	{
		guard(spinlock)(&c->lock);
		if (c->state)
			return c->state;
		c->state = 1;
	}
	msleep(1);
	return 0;
}

int scoped_ok(struct chan *c)
{
	int v = 0;

	scoped_guard(spinlock_irqsave, &c->lock) {
		v = c->state;
	}
	msleep(1);
	scoped_guard(mutex, &c->mutex)
		msleep(v);
	return v;
}

void scoped_rcu_ok(struct chan *c)
{
	scoped_guard(rcu)
		c->state++;
	mutex_lock(&c->mutex);
	mutex_unlock(&c->mutex);
}

int guard_bad(struct chan *c)
{
	guard(spinlock)(&c->lock);
	if (c->state)
		return 0;
	msleep(1); /* expect: sleep-in-atomic "guard_bad -> msleep" */
	return 1;
}

void scoped_bad(struct chan *c)
{
	scoped_guard(spinlock_irqsave, &c->lock) {
		c->state++;
		mutex_lock(&c->mutex); /* expect: sleep-in-atomic "scoped_bad -> mutex_lock" */
		mutex_unlock(&c->mutex);
	}
}

void scoped_preempt_bad(struct chan *c)
{
	scoped_guard(preempt) {
		if (!c->state)
			msleep(1); /* expect: sleep-in-atomic "scoped_preempt_bad -> msleep" */
	}
}
