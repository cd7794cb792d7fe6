/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F7: the callee drops the caller's lock when the flags let it sleep, allocates,
 * and takes the lock again.  With a second lock around it the same is a bug.
 */
#include "kernel.h"

struct tree {
	spinlock_t lock;
	spinlock_t outer;
	struct kmem_cache *cache;
	void *spare;
};

static bool tree_nomem(struct tree *t, gfp_t gfp)
{
	if (t->spare)
		return false;
	if (gfpflags_allow_blocking(gfp)) {
		spin_unlock_irq(&t->lock);
		t->spare = kmem_cache_alloc(t->cache, gfp); /* expect: sleep-in-atomic "store_outer_bad -> tree_nomem -> kmem_cache_alloc" */
		spin_lock_irq(&t->lock);
	} else {
		t->spare = kmem_cache_alloc(t->cache, gfp);
	}
	return t->spare != NULL;
}

void store_ok(struct tree *t)
{
	spin_lock_irq(&t->lock);
	while (tree_nomem(t, GFP_KERNEL))
		t->spare = NULL;
	spin_unlock_irq(&t->lock);
}

void store_atomic_ok(struct tree *t)
{
	spin_lock(&t->outer);
	spin_lock_irq(&t->lock);
	tree_nomem(t, GFP_ATOMIC);
	spin_unlock_irq(&t->lock);
	spin_unlock(&t->outer);
}

void store_outer_bad(struct tree *t)
{
	spin_lock(&t->outer);
	spin_lock_irq(&t->lock);
	tree_nomem(t, GFP_KERNEL);
	spin_unlock_irq(&t->lock);
	spin_unlock(&t->outer);
}
