/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N15: the less common ways into atomic context and out of it.
 */
#include "kernel.h"

struct hlist_bl_head { unsigned long first; };
static inline void hlist_bl_lock(struct hlist_bl_head *b) { bit_spin_lock(0, &b->first); }
static inline void hlist_bl_unlock(struct hlist_bl_head *b) { bit_spin_unlock(0, &b->first); }

typedef struct { seqcount_t seqcount; spinlock_t lock; } seqlock_t;
static inline void write_seqlock(seqlock_t *sl)
{
	spin_lock(&sl->lock);
	sl->seqcount.sequence++;
}
static inline void write_sequnlock(seqlock_t *sl)
{
	sl->seqcount.sequence++;
	spin_unlock(&sl->lock);
}

static inline void pagefault_disable(void) { barrier(); }
static inline void pagefault_enable(void) { barrier(); }
static inline void *kmap_atomic(struct page *page)
{
	preempt_disable();
	pagefault_disable();
	return page;
}
static inline void kunmap_atomic(void *addr)
{
	(void)addr;
	pagefault_enable();
	preempt_enable();
}

static inline void netif_tx_lock_bh(struct net_device *dev)
{
	local_bh_disable();
	spin_lock(&dev->tx_global_lock);
}
static inline void netif_tx_unlock_bh(struct net_device *dev)
{
	spin_unlock(&dev->tx_global_lock);
	local_bh_enable();
}

void idr_preload(gfp_t gfp_mask);
static inline void idr_preload_end(void) { preempt_enable(); }

void bl_bad(struct hlist_bl_head *b)
{
	hlist_bl_lock(b);
	msleep(1); /* expect: sleep-in-atomic "bl_bad -> .*msleep" */
	hlist_bl_unlock(b);
}

void seq_bad(seqlock_t *sl)
{
	write_seqlock(sl);
	msleep(1); /* expect: sleep-in-atomic "seq_bad -> .*msleep" */
	write_sequnlock(sl);
}

void kmap_bad(struct page *p)
{
	void *a = kmap_atomic(p);

	msleep(1); /* expect: sleep-in-atomic "kmap_bad -> .*msleep" */
	kunmap_atomic(a);
}

void tx_bad(struct net_device *dev)
{
	netif_tx_lock_bh(dev);
	msleep(1); /* expect: sleep-in-atomic "tx_bad -> .*msleep" */
	netif_tx_unlock_bh(dev);
}

void cpu_bad(void)
{
	int cpu = get_cpu();

	msleep(cpu); /* expect: sleep-in-atomic "cpu_bad -> .*msleep" */
	put_cpu();
}

void idr_bad(spinlock_t *l)
{
	idr_preload(GFP_KERNEL);
	msleep(1); /* expect: sleep-in-atomic "idr_bad -> .*msleep" */
	spin_lock(l);
	spin_unlock(l);
	idr_preload_end();
}

void all_ok(struct hlist_bl_head *b, seqlock_t *sl, struct page *p, struct net_device *dev)
{
	void *a;
	int cpu;

	hlist_bl_lock(b);
	hlist_bl_unlock(b);
	msleep(1);
	write_seqlock(sl);
	write_sequnlock(sl);
	msleep(1);
	a = kmap_atomic(p);
	kunmap_atomic(a);
	msleep(1);
	netif_tx_lock_bh(dev);
	netif_tx_unlock_bh(dev);
	cpu = get_cpu();
	put_cpu();
	msleep(cpu);
}

void idr_ok(void)
{
	idr_preload(GFP_KERNEL);
	idr_preload_end();
	msleep(1);
}
