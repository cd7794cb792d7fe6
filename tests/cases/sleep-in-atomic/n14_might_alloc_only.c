/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N14: the allocator says that it sleeps through might_alloc() alone; here its
 * body is in the program, with no model line for its name.
 */
#include "kernel.h"

struct slab { void *freelist; };

static inline struct slab *slab_pre_alloc(struct slab *s, gfp_t flags)
{
	might_alloc(flags); /* expect: sleep-in-atomic "grow_bad -> .*my_slab_alloc -> slab_pre_alloc" */
	return s;
}

static void *my_slab_alloc(struct slab *s, gfp_t flags)
{
	s = slab_pre_alloc(s, flags);
	return s ? s->freelist : NULL;
}

void *grow_ok(struct slab *s, spinlock_t *l)
{
	void *p;

	spin_lock(l);
	p = my_slab_alloc(s, GFP_NOWAIT);
	spin_unlock(l);
	return p ? p : my_slab_alloc(s, GFP_KERNEL);
}

void *grow_bad(struct slab *s, spinlock_t *l)
{
	void *p;

	spin_lock(l);
	p = my_slab_alloc(s, GFP_KERNEL);
	spin_unlock(l);
	return p;
}
