/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F9: a test of the running context picks the path.  It must be read as what it
 * tests: irqs_disabled() is true under an irqsave lock, in_interrupt() is false
 * under a plain one, which is why the last function is wrong.
 */
#include "kernel.h"

static void *os_alloc(size_t size)
{
	return kmem_cache_alloc(kmalloc_caches[0][size >> 5],
				irqs_disabled() ? GFP_ATOMIC : GFP_KERNEL);
}

static void *irq_alloc(size_t size)
{
	return kmem_cache_alloc(kmalloc_caches[0][size >> 5], /* expect: sleep-in-atomic "choose_by_interrupt_bad -> irq_alloc -> kmem_cache_alloc" */
				in_interrupt() ? GFP_ATOMIC : GFP_KERNEL);
}

void *irqs_off_ok(spinlock_t *l)
{
	unsigned long flags;
	void *p;

	spin_lock_irqsave(l, flags);
	p = os_alloc(64);
	spin_unlock_irqrestore(l, flags);
	return p;
}

void *bh_off_ok(void)
{
	void *p;

	local_bh_disable();
	p = irq_alloc(64);
	local_bh_enable();
	return p;
}

void bus_lock_ok(struct mutex *m, spinlock_t *l)
{
	spin_lock(l);
	if (in_atomic() || irqs_disabled()) {
		if (!mutex_trylock(m))
			goto out;
	} else {
		mutex_lock(m);
	}
	mutex_unlock(m);
out:
	spin_unlock(l);
}

void *choose_by_interrupt_bad(spinlock_t *l)
{
	void *p;

	spin_lock(l);
	p = irq_alloc(64);
	spin_unlock(l);
	return p;
}
