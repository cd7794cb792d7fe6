/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GFP_KERNEL under every kind of lock, and near one. */
#include "kernel.h"

struct unit {
	spinlock_t lock;
	raw_spinlock_t raw;
	rwlock_t rw;
	unsigned long bits;
	void *p;
	bool ready;
};

void spin_bad(struct unit *u)
{
	spin_lock(&u->lock);
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	spin_unlock(&u->lock);
}

void bh_bad(struct unit *u)
{
	spin_lock_bh(&u->lock);
	u->p = kzalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	spin_unlock_bh(&u->lock);
}

void irqsave_bad(struct unit *u)
{
	unsigned long flags;

	spin_lock_irqsave(&u->lock, flags);
	if (u->ready)
		u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	spin_unlock_irqrestore(&u->lock, flags);
}

void raw_bad(struct unit *u)
{
	raw_spin_lock(&u->raw);
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	raw_spin_unlock(&u->raw);
}

void read_bad(struct unit *u)
{
	read_lock(&u->rw);
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	read_unlock(&u->rw);
}

void write_bad(struct unit *u)
{
	write_lock_irq(&u->rw);
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	write_unlock_irq(&u->rw);
}

void bit_bad(struct unit *u)
{
	bit_spin_lock(2, &u->bits);
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	bit_spin_unlock(2, &u->bits);
}

void rcu_bad(struct unit *u)
{
	rcu_read_lock();
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	rcu_read_unlock();
}

void irqs_off_bad(struct unit *u)
{
	local_irq_disable();
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	local_irq_enable();
}

void preempt_bad(struct unit *u)
{
	preempt_disable();
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	preempt_enable();
}

void guard_bad(struct unit *u)
{
	guard(spinlock)(&u->lock);
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
}

void scoped_bad(struct unit *u)
{
	scoped_guard(spinlock, &u->lock) {
		u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	}
}

void trylock_bad(struct unit *u)
{
	if (!spin_trylock(&u->lock))
		return;
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
	spin_unlock(&u->lock);
}

void got_it_bad(struct unit *u)
{
	if (spin_trylock(&u->lock)) {
		u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
		spin_unlock(&u->lock);
	}
}

void second_bad(struct unit *u)
{
	spin_lock(&u->lock);
	u->p = kmalloc(8, GFP_ATOMIC);
	if (!u->p)
		u->p = kmalloc(4, GFP_KERNEL); /* expect: sleep-in-atomic */
	spin_unlock(&u->lock);
}

void goto_bad(struct unit *u)
{
	spin_lock(&u->lock);
	if (u->ready)
		goto out;
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
out:
	spin_unlock(&u->lock);
}

void variable_bad(struct unit *u)
{
	gfp_t how = GFP_KERNEL;

	spin_lock(&u->lock);
	u->p = kmalloc(8, how); /* expect: sleep-in-atomic */
	spin_unlock(&u->lock);
}

static void *fresh(struct unit *u, gfp_t how)
{
	return u->ready ? kmalloc(8, how) : NULL;
}

void passed_on_bad(struct unit *u)
{
	spin_lock(&u->lock);
	u->p = fresh(u, GFP_KERNEL); /* expect: sleep-in-atomic */
	spin_unlock(&u->lock);
}

static void refill(struct unit *u)
{
	u->p = kmalloc(8, GFP_KERNEL); /* expect: sleep-in-atomic */
}

void callee_bad(struct unit *u)
{
	spin_lock(&u->lock);
	refill(u);
	spin_unlock(&u->lock);
}

void failed_trylock_ok(struct unit *u)
{
	if (!spin_trylock(&u->lock)) {
		u->p = kmalloc(8, GFP_KERNEL);
		return;
	}
	spin_unlock(&u->lock);
}

void early_unlock_ok(struct unit *u)
{
	spin_lock(&u->lock);
	if (!u->ready) {
		spin_unlock(&u->lock);
		u->p = kmalloc(8, GFP_KERNEL);
		return;
	}
	spin_unlock(&u->lock);
}

void goto_ok(struct unit *u)
{
	spin_lock(&u->lock);
	if (u->ready)
		goto out;
	spin_unlock(&u->lock);
	u->p = kmalloc(8, GFP_KERNEL);
	return;
out:
	spin_unlock(&u->lock);
}

void before_ok(struct unit *u)
{
	void *p = kmalloc(8, GFP_KERNEL);

	spin_lock(&u->lock);
	u->p = p;
	spin_unlock(&u->lock);
}

void atomic_ok(struct unit *u)
{
	spin_lock(&u->lock);
	u->p = kmalloc(8, GFP_ATOMIC);
	spin_unlock(&u->lock);
}

void dropped_for_it_ok(struct unit *u)
{
	spin_lock(&u->lock);
	spin_unlock(&u->lock);
	u->p = kmalloc(8, GFP_KERNEL);
	spin_lock(&u->lock);
	spin_unlock(&u->lock);
}

void chosen_ok(struct unit *u, bool atomic)
{
	rcu_read_lock();
	u->p = kmalloc(8, atomic ? GFP_ATOMIC : GFP_KERNEL);
	rcu_read_unlock();
}

void conditional_ok(struct unit *u, bool locked)
{
	if (locked)
		spin_lock(&u->lock);
	if (!locked)
		u->p = kmalloc(8, GFP_KERNEL);
	if (locked)
		spin_unlock(&u->lock);
}

void inner_guard_ok(struct unit *u)
{
	if (u->ready) {
		guard(spinlock)(&u->lock);
		u->ready = false;
	}
	u->p = kmalloc(8, GFP_KERNEL);
}

void scoped_ok(struct unit *u)
{
	scoped_guard(spinlock, &u->lock) {
		u->ready = false;
	}
	u->p = kmalloc(8, GFP_KERNEL);
}

void mutex_ok(struct unit *u, struct mutex *m)
{
	guard(mutex)(m);
	u->p = kmalloc(8, GFP_KERNEL);
}

void changed_ok(struct unit *u)
{
	gfp_t how = GFP_KERNEL;

	how = GFP_ATOMIC;
	spin_lock(&u->lock);
	u->p = kmalloc(8, how);
	spin_unlock(&u->lock);
}
