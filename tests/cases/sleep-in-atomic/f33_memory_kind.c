/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F33: what was allocated decides whether freeing it sleeps; vfree() with bottom
 * halves off puts the work off, with a plain lock or only interrupts off it
 * does not.
 */
#include "kernel.h"

bool is_vmalloc_addr(const void *p);

void kvfree(const void *addr)
{
	if (is_vmalloc_addr(addr))
		vfree(addr); /* expect: sleep-in-atomic "kvfree_bad -> kvfree -> vfree" */
	else
		kfree(addr);
}

void slab_ok(spinlock_t *l)
{
	void *p = kmalloc(64, GFP_KERNEL);

	spin_lock(l);
	kvfree(p);
	spin_unlock(l);
}

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

void kvfree_bad(spinlock_t *l)
{
	void *p = kvmalloc_node(1 << 20, GFP_KERNEL, -1);

	spin_lock(l);
	kvfree(p);
	spin_unlock(l);
}
