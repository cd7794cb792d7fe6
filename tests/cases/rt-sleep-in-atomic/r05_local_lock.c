/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * local_lock() disables preemption or interrupts in an ordinary kernel, as its
 * headers spell it; on PREEMPT_RT it is a lock that sleeps, and no atomic context.
 * args: --rt
 */
#include "kernel.h"

struct batch {
	local_lock_t local;
	raw_spinlock_t raw;
	spinlock_t lock;
};

void below_ok(struct batch *b)
{
	local_lock(&b->local);
	spin_lock(&b->lock);
	kfree(b);
	spin_unlock(&b->lock);
	local_unlock(&b->local);
}

void below_irqsave_ok(struct batch *b)
{
	unsigned long flags;

	local_lock_irqsave(&b->local, flags);
	spin_lock(&b->lock);
	spin_unlock(&b->lock);
	local_unlock_irqrestore(&b->local, flags);
}

void below_irq_ok(struct batch *b)
{
	local_lock_irq(&b->local);
	spin_lock(&b->lock);
	spin_unlock(&b->lock);
	local_unlock_irq(&b->local);
}

void under_raw_bad(struct batch *b)
{
	raw_spin_lock(&b->raw);
	local_lock(&b->local); /* expect: rt-sleep-in-atomic "local_lock_acquire" */
	local_unlock(&b->local);
	raw_spin_unlock(&b->raw);
}

void irqs_off_bad(struct batch *b)
{
	unsigned long flags;

	local_irq_disable();
	local_lock_irqsave(&b->local, flags); /* expect: rt-sleep-in-atomic "interrupts off" */
	local_unlock_irqrestore(&b->local, flags);
	local_irq_enable();
}

void raw_inside_bad(struct batch *b)
{
	local_lock(&b->local);
	raw_spin_lock(&b->raw);
	spin_lock(&b->lock); /* expect: rt-sleep-in-atomic "raw lock" */
	spin_unlock(&b->lock);
	raw_spin_unlock(&b->raw);
	local_unlock(&b->local);
}

void released_bad(struct batch *b)
{
	local_lock(&b->local);
	local_unlock(&b->local);
	preempt_disable();
	spin_lock(&b->lock); /* expect: rt-sleep-in-atomic "preemption off" */
	spin_unlock(&b->lock);
	preempt_enable();
}
