/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without --rt nobody is told of what only PREEMPT_RT forbids. */
#include "kernel.h"

struct dev {
	raw_spinlock_t raw;
	spinlock_t lock;
};

void raw_then_spin_ok(struct dev *d)
{
	raw_spin_lock(&d->raw);
	spin_lock(&d->lock);
	kfree(kmalloc(8, GFP_ATOMIC));
	spin_unlock(&d->lock);
	raw_spin_unlock(&d->raw);
}
