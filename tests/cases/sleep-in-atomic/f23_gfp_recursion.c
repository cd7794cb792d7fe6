/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F23: helpers that call each other and hand the mask on.
 */
#include "kernel.h"

static int buf_expand(struct sk_buff *skb, gfp_t gfp);

static int buf_copy(struct sk_buff *skb, gfp_t gfp)
{
	if (skb->shared && buf_expand(skb, gfp))
		return -ENOMEM;
	skb->data = kmem_cache_alloc(kmalloc_caches[0][3], gfp); /* expect: sleep-in-atomic "unclone_bad -> .*buf_copy -> kmem_cache_alloc" */
	return skb->data ? 0 : -ENOMEM;
}

static int buf_expand(struct sk_buff *skb, gfp_t gfp)
{
	skb->shared = false;
	if (skb->next)
		return buf_copy(skb->next, gfp | __GFP_NOWARN);
	return 0;
}

static int buf_unclone(struct sk_buff *skb, gfp_t pri)
{
	might_sleep_if(gfpflags_allow_blocking(pri)); /* expect: sleep-in-atomic "unclone_bad -> buf_unclone" */
	return skb->shared ? buf_expand(skb, pri) : 0;
}

void unclone_ok(struct sk_buff *skb, spinlock_t *l)
{
	spin_lock_bh(l);
	buf_unclone(skb, GFP_ATOMIC);
	spin_unlock_bh(l);
	buf_unclone(skb, GFP_KERNEL);
}

void unclone_bad(struct sk_buff *skb, spinlock_t *l)
{
	spin_lock_bh(l);
	buf_unclone(skb, GFP_KERNEL);
	spin_unlock_bh(l);
}
