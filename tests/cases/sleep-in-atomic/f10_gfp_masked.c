/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F10: the mask may lose its sleeping bit before it is used, by a constant or by
 * a variable; another bit lost changes nothing.
 */
#include "kernel.h"

struct pool {
	spinlock_t lock;
	struct kmem_cache *cache;
};

extern gfp_t gfp_allowed_mask;

static void *pool_alloc(struct pool *p, gfp_t gfp_mask)
{
	gfp_t gfp_temp = gfp_mask & ~(__GFP_DIRECT_RECLAIM | __GFP_IO);

	return kmem_cache_alloc(p->cache, gfp_temp | __GFP_NOWARN);
}

static void *pool_alloc_noio(struct pool *p, gfp_t gfp_mask)
{
	gfp_mask &= ~__GFP_IO;
	return kmem_cache_alloc(p->cache, gfp_mask); /* expect: sleep-in-atomic "fill_noio_bad -> pool_alloc_noio -> kmem_cache_alloc" */
}

static void *pool_alloc_allowed(struct pool *p, gfp_t flags)
{
	flags &= gfp_allowed_mask;
	return kmem_cache_alloc(p->cache, flags);
}

void fill_ok(struct pool *p)
{
	spin_lock(&p->lock);
	pool_alloc(p, GFP_KERNEL);
	pool_alloc_noio(p, GFP_NOWAIT);
	pool_alloc_allowed(p, GFP_ATOMIC);
	spin_unlock(&p->lock);
	pool_alloc_noio(p, GFP_KERNEL);
}

void fill_noio_bad(struct pool *p)
{
	spin_lock(&p->lock);
	pool_alloc_noio(p, GFP_KERNEL);
	spin_unlock(&p->lock);
}
