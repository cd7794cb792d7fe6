/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worker's free where nothing may sleep. */
#include "pages.h"

void spin_bad(struct nic *nic, void *p)
{
	spin_lock(&nic->lock);
	labyrinth_free_page(nic->zone, p);	/* expect: free-in-atomic "spin_bad" */
	spin_unlock(&nic->lock);
}

void irqsave_bad(struct nic *nic, void *p)
{
	unsigned long flags;

	spin_lock_irqsave(&nic->lock, flags);
	labyrinth_free_page(nic->zone, p);	/* expect: free-in-atomic "irqsave_bad" */
	spin_unlock_irqrestore(&nic->lock, flags);
}

void raw_bad(struct nic *nic, void *p)
{
	raw_spin_lock(&nic->raw);
	labyrinth_free_page(nic->zone, p);	/* expect: free-in-atomic "raw_bad" */
	raw_spin_unlock(&nic->raw);
}

void irqs_off_bad(struct nic *nic, void *p)
{
	local_irq_disable();
	labyrinth_free_page(nic->zone, p);	/* expect: free-in-atomic "irqs_off_bad" */
	local_irq_enable();
}

void preempt_bad(struct nic *nic, void *p)
{
	preempt_disable();
	labyrinth_free_page(nic->zone, p);	/* expect: free-in-atomic "preempt_bad" */
	preempt_enable();
}

void bh_bad(struct nic *nic, void *p)
{
	local_bh_disable();
	labyrinth_free_page(nic->zone, p);	/* expect: free-in-atomic "bh_bad" */
	local_bh_enable();
}

static irqreturn_t handler_bad(int irq, void *dev)
{
	struct nic *nic = dev;

	(void)irq;
	labyrinth_free_page(nic->zone, nic->spare);	/* expect: free-in-atomic "handler_bad" */
	return IRQ_HANDLED;
}

int start(struct nic *nic)
{
	return request_irq(7, handler_bad, 0, "nic", nic);
}

static struct nic *the_nic;

static void timer_bad(struct timer_list *t)
{
	(void)t;
	labyrinth_free_page(the_nic->zone, the_nic->spare);	/* expect: free-in-atomic "timer_bad" */
}

void arm(struct nic *nic, struct timer_list *t)
{
	the_nic = nic;
	timer_setup(t, timer_bad, 0);
}

static void drop(struct nic *nic, void *p)
{
	labyrinth_free_page(nic->zone, p);	/* expect: free-in-atomic "callee_bad.*drop" */
}

void callee_bad(struct nic *nic, void *p)
{
	write_lock_bh((rwlock_t *)&nic->lock);
	drop(nic, p);
	write_unlock_bh((rwlock_t *)&nic->lock);
}

void trylock_bad(struct nic *nic, void *p)
{
	if (spin_trylock(&nic->lock)) {
		labyrinth_free_page(nic->zone, p);	/* expect: free-in-atomic "trylock_bad" */
		spin_unlock(&nic->lock);
	}
}

void guard_bad(struct nic *nic, void *p)
{
	guard(spinlock)(&nic->lock);
	labyrinth_free_page(nic->zone, p);	/* expect: free-in-atomic "guard_bad" */
}
