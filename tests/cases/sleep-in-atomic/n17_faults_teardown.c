/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N17: page faults, and everything that takes things down, under a lock.
 */
#include "kernel.h"

void iounmap(volatile void __iomem *addr);
void __percpu *__alloc_percpu(size_t size, size_t align);

struct res {
	spinlock_t lock;
	struct work_struct work;
	struct timer_list timer;
	void __percpu *stats;
	u64 handle;
	u32 reg;
};

void user_ok(struct res *r, const void __user *from)
{
	u32 v;

	if (copy_from_user(&v, from, sizeof(v)))
		return;
	spin_lock(&r->lock);
	r->reg = v;
	spin_unlock(&r->lock);
}

void user_in_bad(struct res *r, const void __user *from)
{
	spin_lock(&r->lock);
	if (copy_from_user(&r->reg, from, sizeof(r->reg))) /* expect: sleep-in-atomic "user_in_bad -> .*copy_from_user" */
		r->reg = 0;
	spin_unlock(&r->lock);
}

void user_out_bad(struct res *r, void __user *to)
{
	rcu_read_lock();
	if (copy_to_user(to, &r->reg, sizeof(r->reg))) /* expect: sleep-in-atomic "user_out_bad -> .*copy_to_user" */
		r->reg = 0;
	rcu_read_unlock();
}

void unmap_bad(struct res *r, void __iomem *io)
{
	spin_lock(&r->lock);
	iounmap(io); /* expect: sleep-in-atomic "unmap_bad -> iounmap" */
	spin_unlock(&r->lock);
}

void cancel_bad(struct res *r)
{
	spin_lock_bh(&r->lock);
	cancel_work_sync(&r->work); /* expect: sleep-in-atomic "cancel_bad -> cancel_work_sync" */
	spin_unlock_bh(&r->lock);
}

void sync_bad(struct res *r)
{
	spin_lock(&r->lock);
	synchronize_rcu(); /* expect: sleep-in-atomic "sync_bad -> synchronize_rcu" */
	spin_unlock(&r->lock);
}

void percpu_bad(struct res *r)
{
	spin_lock(&r->lock);
	r->stats = __alloc_percpu(8, 8); /* expect: sleep-in-atomic "percpu_bad -> __alloc_percpu" */
	spin_unlock(&r->lock);
}

void dma_bad(struct res *r, struct device *dev, void *cpu)
{
	unsigned long flags;

	spin_lock_irqsave(&r->lock, flags);
	dma_free_coherent(dev, 4096, cpu, r->handle); /* expect: sleep-in-atomic "dma_bad -> .*dma_free" */
	spin_unlock_irqrestore(&r->lock, flags);
}

void dma_alloc_bad(struct res *r, struct device *dev)
{
	spin_lock(&r->lock);
	dma_alloc_coherent(dev, 4096, &r->handle, GFP_KERNEL); /* expect: sleep-in-atomic "dma_alloc_bad -> .*dma_alloc" */
	spin_unlock(&r->lock);
}

void teardown_ok(struct res *r, struct device *dev, void *cpu, void __iomem *io)
{
	spin_lock(&r->lock);
	dma_alloc_coherent(dev, 4096, &r->handle, GFP_ATOMIC);
	spin_unlock(&r->lock);
	cancel_work_sync(&r->work);
	del_timer_sync(&r->timer);
	synchronize_rcu();
	iounmap(io);
	dma_free_coherent(dev, 4096, cpu, r->handle);
	r->stats = __alloc_percpu(8, 8);
}
