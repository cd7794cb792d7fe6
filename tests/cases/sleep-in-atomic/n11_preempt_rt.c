/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N11: on PREEMPT_RT a spinlock sleeps and so does every allocation; a raw lock
 * does not.
 * args: --rt
 */
#include "kernel.h"

struct rt {
	raw_spinlock_t raw;
	spinlock_t lock;
};

void rt_ok(struct rt *r)
{
	spin_lock(&r->lock);
	raw_spin_lock(&r->raw);
	raw_spin_unlock(&r->raw);
	kfree(kmem_cache_alloc(kmalloc_caches[0][1], GFP_ATOMIC));
	spin_unlock(&r->lock);
}

void rt_lock_bad(struct rt *r)
{
	raw_spin_lock(&r->raw);
	spin_lock(&r->lock); /* expect: rt-sleep-in-atomic "rt_lock_bad -> " */
	spin_unlock(&r->lock);
	raw_spin_unlock(&r->raw);
}

void rt_alloc_bad(struct rt *r)
{
	raw_spin_lock(&r->raw);
	kmem_cache_alloc(kmalloc_caches[0][1], GFP_ATOMIC); /* expect: rt-sleep-in-atomic "rt_alloc_bad -> " */
	raw_spin_unlock(&r->raw);
}

void rt_bit_bad(struct rt *r, unsigned long *word)
{
	bit_spin_lock(0, word);
	spin_lock(&r->lock); /* expect: rt-sleep-in-atomic "rt_bit_bad -> " */
	spin_unlock(&r->lock);
	bit_spin_unlock(0, word);
}
