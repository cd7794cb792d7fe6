/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F27: locks taken under a flag or in a loop and released the same way; a saved
 * irq state says more than a counter does.
 */
#include "kernel.h"

#define QUEUES 4

struct nic {
	spinlock_t tx[QUEUES];
	spinlock_t a, b;
};

void freeze_ok(struct nic *n, bool frozen)
{
	if (frozen)
		spin_lock(&n->a);
	n->b = n->a;
	if (frozen)
		spin_unlock(&n->a);
	msleep(1);
}

void all_queues_ok(struct nic *n)
{
	int i;

	for (i = 0; i < QUEUES; i++)
		spin_lock(&n->tx[i]);
	for (i = 0; i < QUEUES; i++)
		spin_unlock(&n->tx[i]);
	msleep(1);
}

void nested_irq_ok(struct nic *n)
{
	unsigned long flags;

	spin_lock_irqsave(&n->a, flags);
	spin_lock(&n->b);
	spin_unlock(&n->b);
	spin_unlock_irqrestore(&n->a, flags);
	msleep(1);
}

void irq_half_ok(struct nic *n)
{
	spin_lock_irq(&n->a);
	spin_unlock(&n->a);
	local_irq_enable();
	msleep(1);
}

void irq_half_bad(struct nic *n)
{
	spin_lock_irq(&n->a);
	spin_unlock(&n->a);
	msleep(1); /* expect: sleep-in-atomic "irq_half_bad -> msleep" */
	local_irq_enable();
}

void nested_irq_bad(struct nic *n)
{
	unsigned long flags;

	spin_lock_irqsave(&n->a, flags);
	spin_lock(&n->b);
	spin_unlock(&n->a);
	msleep(1); /* expect: sleep-in-atomic "nested_irq_bad -> msleep" */
	spin_unlock_irqrestore(&n->b, flags);
}

void freeze_bad(struct nic *n, bool frozen)
{
	if (frozen)
		spin_lock(&n->a);
	msleep(1); /* expect: sleep-in-atomic "freeze_bad -> msleep" */
	if (frozen)
		spin_unlock(&n->a);
}
