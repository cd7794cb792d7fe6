/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F33: vfree() with bottom halves off puts the work off, with a plain lock or
 * only interrupts off it does not.
 */
#include "kernel.h"

void vfree_bh_ok(spinlock_t *l, void *p)
{
	spin_lock_bh(l);
	vfree(p);
	spin_unlock_bh(l);
}

void vfree_bad(spinlock_t *l, void *p)
{
	spin_lock(l);
	vfree(p); /* expect: sleep-in-atomic "vfree_bad -> vfree" */
	spin_unlock(l);
}

void vfree_irqs_bad(void *p)
{
	local_irq_disable();
	vfree(p); /* expect: sleep-in-atomic "vfree_irqs_bad -> vfree" */
	local_irq_enable();
}
