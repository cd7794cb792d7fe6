/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F3: an ops table comes in a mutex and in a spin variant, chosen once at set-up
 * by a flag of the same object.  Which lock a call takes is not known, but that
 * lock, sleep and unlock agree is.
 */
#include "kernel.h"

struct domain;
struct domain_lock_ops {
	void (*lock)(struct domain *d);
	void (*unlock)(struct domain *d);
};

struct domain {
	const struct domain_lock_ops *lock_ops;
	struct mutex mlock;
	spinlock_t slock;
	unsigned long lock_flags;
	bool irq_safe;
	struct domain *parent;
};

static void domain_lock_mtx(struct domain *d) { mutex_lock(&d->mlock); }
static void domain_unlock_mtx(struct domain *d) { mutex_unlock(&d->mlock); }
static void domain_lock_spin(struct domain *d)
{
	unsigned long flags;

	spin_lock_irqsave(&d->slock, flags);
	d->lock_flags = flags;
}

static void domain_unlock_spin(struct domain *d)
{
	spin_unlock_irqrestore(&d->slock, d->lock_flags);
}

static const struct domain_lock_ops domain_mtx_ops = { domain_lock_mtx, domain_unlock_mtx };
static const struct domain_lock_ops domain_spin_ops = { domain_lock_spin, domain_unlock_spin };

void domain_init(struct domain *d)
{
	d->lock_ops = d->irq_safe ? &domain_spin_ops : &domain_mtx_ops;
}

void domain_on_ok(struct domain *d)
{
	d->lock_ops->lock(d);
	if (!d->irq_safe)
		msleep(5);
	d->lock_ops->unlock(d);
	msleep(1);
}

void domain_tree_ok(struct domain *d)
{
	d->lock_ops->lock(d->parent);
	d->lock_ops->lock(d);
	d->irq_safe = d->parent->irq_safe;
	d->lock_ops->unlock(d);
	d->lock_ops->unlock(d->parent);
}

void domain_on_bad(struct domain *d)
{
	domain_spin_ops.lock(d);
	msleep(5); /* expect: sleep-in-atomic "domain_on_bad -> msleep" */
	domain_spin_ops.unlock(d);
}
