/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trying a spinlock does not wait; a raw lock that was got makes atomic; locks
 * that a scope drops.
 * args: --rt
 */
#include "kernel.h"

struct queue {
	raw_spinlock_t raw;
	spinlock_t lock;
};

bool tries_ok(struct queue *q)
{
	bool got;

	raw_spin_lock(&q->raw);
	got = spin_trylock(&q->lock);
	raw_spin_unlock(&q->raw);
	if (got)
		spin_unlock(&q->lock);
	return got;
}

void got_it_bad(struct queue *q)
{
	if (!_raw_spin_trylock(&q->raw))
		return;
	spin_lock(&q->lock); /* expect: rt-sleep-in-atomic "raw lock" */
	spin_unlock(&q->lock);
	raw_spin_unlock(&q->raw);
}

void did_not_get_it_ok(struct queue *q)
{
	if (_raw_spin_trylock(&q->raw)) {
		raw_spin_unlock(&q->raw);
		return;
	}
	spin_lock(&q->lock);
	spin_unlock(&q->lock);
}

void scope_bad(struct queue *q)
{
	guard(raw_spinlock)(&q->raw);
	kfree(q); /* expect: rt-sleep-in-atomic "scope_bad -> kfree" */
}

void scope_ok(struct queue *q)
{
	{
		guard(raw_spinlock)(&q->raw);
	}
	guard(spinlock_irqsave)(&q->lock);
	kfree(kmalloc(8, GFP_ATOMIC));
}

void preempt_scope_bad(struct queue *q)
{
	scoped_guard(preempt)
		spin_lock(&q->lock); /* expect: rt-sleep-in-atomic "preemption off" */
	spin_unlock(&q->lock);
}
