/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No allocation and no free of pages or slabs below a raw lock, whatever the gfp
 * flags; below a spinlock GFP_ATOMIC is as good as ever.
 * args: --rt
 */
#include "kernel.h"

struct pool {
	raw_spinlock_t raw;
	spinlock_t lock;
	struct pool *next;
	size_t size;
};

void atomic_bad(struct pool *p)
{
	raw_spin_lock(&p->raw);
	p->next = kmalloc(sizeof(*p), GFP_ATOMIC); /* expect: rt-sleep-in-atomic "PREEMPT_RT" */
	raw_spin_unlock(&p->raw);
}

void nowait_bad(struct pool *p)
{
	preempt_disable();
	p->next = kzalloc(p->size, GFP_NOWAIT); /* expect: rt-sleep-in-atomic "preemption off" */
	preempt_enable();
}

struct page *pages_bad(struct pool *p)
{
	struct page *page;

	raw_spin_lock(&p->raw);
	page = alloc_pages(GFP_ATOMIC, 0); /* expect: rt-sleep-in-atomic "pages_bad -> alloc_pages" */
	raw_spin_unlock(&p->raw);
	return page;
}

void free_bad(struct pool *p)
{
	raw_spin_lock(&p->raw);
	kfree(p->next); /* expect: rt-sleep-in-atomic "free_bad -> kfree" */
	raw_spin_unlock(&p->raw);
}

void below_a_spinlock_ok(struct pool *p)
{
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	kfree(p->next);
	p->next = kmalloc(sizeof(*p), GFP_ATOMIC);
	spin_unlock_irqrestore(&p->lock, flags);
}

void before_the_raw_lock_ok(struct pool *p)
{
	struct pool *n = kmalloc(sizeof(*p), GFP_ATOMIC), *old;

	raw_spin_lock(&p->raw);
	old = p->next;
	p->next = n;
	raw_spin_unlock(&p->raw);
	kfree(old);
}
