/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A function that an ordinary kernel compiles in another way: what it does here
 * with preemption off is not judged, that it sleeps is known to its callers.
 * args: --rt
 */
#include "kernel.h"

static DEFINE_SPINLOCK(partial);
static raw_spinlock_t raw;

void *__slab_alloc(struct kmem_cache *s, gfp_t flags)
{
	void *p;

	preempt_disable();	/* migrate_disable() on PREEMPT_RT */
	spin_lock(&partial);
	p = s;
	spin_unlock(&partial);
	preempt_enable();
	return p;
}

void *caller_bad(struct kmem_cache *s)
{
	void *p;

	raw_spin_lock(&raw);
	p = __slab_alloc(s, GFP_ATOMIC); /* expect: rt-sleep-in-atomic "caller_bad -> __slab_alloc" */
	raw_spin_unlock(&raw);
	return p;
}

void *caller_ok(struct kmem_cache *s)
{
	return __slab_alloc(s, GFP_ATOMIC);
}
