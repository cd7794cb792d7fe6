/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Built against the headers of a PREEMPT_RT kernel, where spin_lock() is
 * rt_spin_lock().
 * args: --rt
 */
#include "kernel.h"

void rt_spin_lock(spinlock_t *lock);
void rt_spin_unlock(spinlock_t *lock);
void rt_read_lock(rwlock_t *lock);
void rt_read_unlock(rwlock_t *lock);

struct dev {
	raw_spinlock_t raw;
	spinlock_t lock;
	rwlock_t table;
};

void raw_then_spin_bad(struct dev *d)
{
	raw_spin_lock(&d->raw);
	rt_spin_lock(&d->lock); /* expect: rt-sleep-in-atomic "raw_then_spin_bad -> rt_spin_lock" */
	rt_spin_unlock(&d->lock);
	raw_spin_unlock(&d->raw);
}

void spin_then_read_ok(struct dev *d)
{
	rt_spin_lock(&d->lock);
	rt_read_lock(&d->table);
	rt_read_unlock(&d->table);
	rt_spin_unlock(&d->lock);
}
