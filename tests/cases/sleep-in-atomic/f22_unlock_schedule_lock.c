/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F22: inside a loop the lock is dropped, the task sleeps, the lock is retaken;
 * on entry and exit of the loop it is held.
 */
#include "kernel.h"

struct power {
	spinlock_t lock;
	int status;
};

void barrier_ok(struct power *p)
{
	spin_lock_irq(&p->lock);
	while (p->status) {
		if (p->status > 1) {
			spin_unlock_irq(&p->lock);
			cpu_relax();
			spin_lock_irq(&p->lock);
			continue;
		}
		spin_unlock_irq(&p->lock);
		schedule();
		spin_lock_irq(&p->lock);
	}
	spin_unlock_irq(&p->lock);
}

void barrier_bad(struct power *p)
{
	spin_lock_irq(&p->lock);
	while (p->status) {
		schedule(); /* expect: sleep-in-atomic "barrier_bad -> schedule" */
		spin_unlock_irq(&p->lock);
		cpu_relax();
		spin_lock_irq(&p->lock);
	}
	spin_unlock_irq(&p->lock);
}
