/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F30: the callee drops the caller's lock: by pointer, with the saved flags by
 * pointer, or the caller's RCU section.
 */
#include "kernel.h"

struct host {
	spinlock_t lock;
	spinlock_t other;
};

static void drop_and_wait(spinlock_t *l)
{
	spin_unlock(l);
	msleep(1); /* expect: sleep-in-atomic "pointer_bad -> drop_and_wait -> msleep" */
	spin_lock(l);
}

static void drop_flags_and_wait(struct host *h, unsigned long *flags)
{
	spin_unlock_irqrestore(&h->lock, *flags);
	msleep(1);
	spin_lock_irqsave(&h->lock, *flags);
}

static bool leave_rcu(void)
{
	rcu_read_unlock();
	return true;
}

void pointer_ok(struct host *h)
{
	spin_lock(&h->lock);
	drop_and_wait(&h->lock);
	spin_unlock(&h->lock);
}

void flags_ok(struct host *h)
{
	unsigned long flags;

	spin_lock_irqsave(&h->lock, flags);
	drop_flags_and_wait(h, &flags);
	spin_unlock_irqrestore(&h->lock, flags);
}

void rcu_ok(void)
{
	rcu_read_lock();
	if (leave_rcu())
		msleep(1);
}

void pointer_bad(struct host *h)
{
	spin_lock(&h->lock);
	spin_lock(&h->other);
	drop_and_wait(&h->other);
	spin_unlock(&h->other);
	spin_unlock(&h->lock);
}
