/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F23: helpers that call each other and hand the mask on.
 */
#include "kernel.h"

static int skb_expand(struct sk_buff *skb, gfp_t gfp);

static int skb_copy_frags(struct sk_buff *skb, gfp_t gfp)
{
	if (skb->shared && skb_expand(skb, gfp))
		return -ENOMEM;
	skb->data = kmem_cache_alloc(kmalloc_caches[0][3], gfp); /* expect: sleep-in-atomic "unclone_bad -> .*skb_copy_frags -> kmem_cache_alloc" */
	return skb->data ? 0 : -ENOMEM;
}

static int skb_expand(struct sk_buff *skb, gfp_t gfp)
{
	skb->shared = false;
	if (skb->next)
		return skb_copy_frags(skb->next, gfp | __GFP_NOWARN);
	return 0;
}

static int skb_unclone(struct sk_buff *skb, gfp_t pri)
{
	might_sleep_if(gfpflags_allow_blocking(pri)); /* expect: sleep-in-atomic "unclone_bad -> skb_unclone" */
	return skb->shared ? skb_expand(skb, pri) : 0;
}

void unclone_ok(struct sk_buff *skb, spinlock_t *l)
{
	spin_lock_bh(l);
	skb_unclone(skb, GFP_ATOMIC);
	spin_unlock_bh(l);
	skb_unclone(skb, GFP_KERNEL);
}

void unclone_bad(struct sk_buff *skb, spinlock_t *l)
{
	spin_lock_bh(l);
	skb_unclone(skb, GFP_KERNEL);
	spin_unlock_bh(l);
}
