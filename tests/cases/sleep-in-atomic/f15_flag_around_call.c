/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F15: the caller sets a field around the call so that the callee spins instead
 * of sleeping.
 */
#include "kernel.h"

struct board {
	spinlock_t lock;
	struct mutex addr_lock;
	bool in_timeout;
	u32 phy;
};

static void phy_write(struct board *b, int v)
{
	b->phy = v;
	if (b->in_timeout)
		udelay(100);
	else
		msleep(1); /* expect: sleep-in-atomic "timeout_bad -> phy_write -> msleep" */
}

void timeout_ok(struct board *b)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	b->in_timeout = true;
	phy_write(b, 1);
	phy_write(b, 2);
	b->in_timeout = false;
	spin_unlock_irqrestore(&b->lock, flags);
	phy_write(b, 3);
}

void timeout_bad(struct board *b)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	b->in_timeout = true;
	b->in_timeout = false;
	phy_write(b, 1);
	spin_unlock_irqrestore(&b->lock, flags);
}
