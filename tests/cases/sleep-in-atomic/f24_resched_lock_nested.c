/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F24: cond_resched_lock() drops its own lock, not the one around it.
 */
#include "kernel.h"

void purge_outer_bad(spinlock_t *l, spinlock_t *outer)
{
	spin_lock(outer);
	spin_lock(l);
	cond_resched_lock(l); /* expect: sleep-in-atomic "purge_outer_bad -> .*resched" */
	spin_unlock(l);
	spin_unlock(outer);
}
