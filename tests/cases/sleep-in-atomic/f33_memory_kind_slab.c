/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F33: what was allocated decides whether freeing it sleeps.
 * known-gap: the kind of memory a pointer came from is not followed
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

void kvfree_bad(spinlock_t *l)
{
	void *p = kvmalloc_node(1 << 20, GFP_KERNEL, -1);

	spin_lock(l);
	kvfree(p);
	spin_unlock(l);
}
