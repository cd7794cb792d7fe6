/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Atomic allocations that somebody needs, or may need. */
#include "pages.h"

static struct nic *the_nic;

static void give(struct nic *nic, void *p)
{
	if (p)
		labyrinth_handoff(nic->zone, p);
}

void anybody_calls_ok(struct nic *nic)
{
	give(nic, ATOMIC_PAGE(nic->zone));
}

static irqreturn_t handler_ok(int irq, void *dev)
{
	struct nic *nic = dev;

	(void)irq;
	give(nic, ATOMIC_PAGE(nic->zone));
	return IRQ_HANDLED;
}

int start_ok(struct nic *nic)
{
	return request_irq(3, handler_ok, 0, "nic", nic);
}

static void timer_ok(struct timer_list *t)
{
	(void)t;
	give(the_nic, ATOMIC_PAGE(the_nic->zone));
}

void arm_ok(struct timer_list *t)
{
	timer_setup(t, timer_ok, 0);
}

static void locked_ok(struct nic *nic)
{
	give(nic, ATOMIC_PAGE(nic->zone));
}

void lock_caller_ok(struct nic *nic)
{
	spin_lock(&nic->lock);
	locked_ok(nic);
	spin_unlock(&nic->lock);
}

static void sometimes_ok(struct nic *nic)
{
	give(nic, ATOMIC_PAGE(nic->zone));
}

static void work_ok(struct work_struct *work)
{
	(void)work;
	sometimes_ok(the_nic);
	spin_lock(&the_nic->lock);
	sometimes_ok(the_nic);
	spin_unlock(&the_nic->lock);
}

void queue_ok(struct work_struct *work)
{
	INIT_WORK(work, work_ok);
	schedule_work(work);
}

static void under_own_lock_ok(struct work_struct *work)
{
	(void)work;
	spin_lock(&the_nic->lock);
	the_nic->spare = ATOMIC_PAGE(the_nic->zone);
	spin_unlock(&the_nic->lock);
}

void queue_locked_ok(struct work_struct *work)
{
	INIT_WORK(work, under_own_lock_ok);
	schedule_work(work);
}

static void irqs_off_ok(struct work_struct *work)
{
	unsigned long flags;

	(void)work;
	local_irq_save(flags);
	the_nic->spare = ATOMIC_PAGE(the_nic->zone);
	local_irq_restore(flags);
}

void queue_irqs_off_ok(struct work_struct *work)
{
	INIT_WORK(work, irqs_off_ok);
	schedule_work(work);
}

struct hooks { void (*refill)(struct nic *nic); };
void register_hooks(const struct hooks *hooks);

static void refill_ok(struct nic *nic)
{
	give(nic, ATOMIC_PAGE(nic->zone));
}

static const struct hooks my_hooks = { .refill = refill_ok };

void init_ok(void)
{
	register_hooks(&my_hooks);
}

static void sleepy_ok(struct work_struct *work)
{
	(void)work;
	the_nic->spare = kmalloc(64, GFP_KERNEL);
}

void queue_sleepy_ok(struct work_struct *work)
{
	INIT_WORK(work, sleepy_ok);
	schedule_work(work);
}

static void in_rcu_ok(struct work_struct *work)
{
	(void)work;
	rcu_read_lock();
	the_nic->spare = ATOMIC_PAGE(the_nic->zone);
	rcu_read_unlock();
}

void queue_rcu_ok(struct work_struct *work)
{
	INIT_WORK(work, in_rcu_ok);
	schedule_work(work);
}
