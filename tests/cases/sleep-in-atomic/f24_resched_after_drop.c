/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F24: rescheduling under a lock that the same function, or the helper it calls,
 * drops first.
 */
#include "kernel.h"

void purge_ok(spinlock_t *l, int n)
{
	spin_lock(l);
	while (n--) {
		if (!(n & 15))
			cond_resched_lock(l);
	}
	spin_unlock(l);
}

void flush_ok(spinlock_t *l, int n)
{
	spin_lock_irq(l);
	while (n--) {
		if (n & 64) {
			spin_unlock_irq(l);
			cond_resched();
			spin_lock_irq(l);
		}
	}
	spin_unlock_irq(l);
}

void walk_rcu_ok(int n)
{
	rcu_read_lock();
	while (n--) {
		rcu_read_unlock();
		cond_resched();
		rcu_read_lock();
	}
	rcu_read_unlock();
}

void purge_bad(spinlock_t *l, int n)
{
	spin_lock(l);
	while (n--)
		cond_resched(); /* expect: sleep-in-atomic "purge_bad -> .*resched" */
	spin_unlock(l);
}
