/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes atomic by itself: preemption or interrupts switched off, not bottom
 * halves, not an RCU read section.
 * args: --rt
 */
#include "kernel.h"

static DEFINE_SPINLOCK(stats_lock);
static unsigned long counts[64];

static void count(int cpu)
{
	spin_lock(&stats_lock); /* expect: rt-sleep-in-atomic "per_cpu_bad -> count" */
	counts[cpu]++;
	spin_unlock(&stats_lock);
}

void per_cpu_bad(void)
{
	count(get_cpu());
	put_cpu();
}

void irqs_saved_bad(void)
{
	unsigned long flags;

	local_irq_save(flags);
	spin_lock(&stats_lock); /* expect: rt-sleep-in-atomic "interrupts off" */
	spin_unlock(&stats_lock);
	local_irq_restore(flags);
}

void irqs_disabled_bad(void)
{
	local_irq_disable();
	spin_lock(&stats_lock); /* expect: rt-sleep-in-atomic "interrupts off" */
	spin_unlock(&stats_lock);
	local_irq_enable();
}

void sleeps_bad(void)
{
	preempt_disable();
	msleep(1); /* expect: rt-sleep-in-atomic "sleeps_bad -> msleep" */
	preempt_enable();
}

void enabled_again_ok(void)
{
	unsigned long flags;

	local_irq_save(flags);
	local_irq_restore(flags);
	spin_lock(&stats_lock);
	spin_unlock(&stats_lock);
}

void bottom_halves_ok(void)
{
	local_bh_disable();
	spin_lock(&stats_lock);
	kfree(kmalloc(8, GFP_ATOMIC));
	spin_unlock(&stats_lock);
	local_bh_enable();
}

void read_section_ok(void)
{
	rcu_read_lock();
	spin_lock(&stats_lock);
	spin_unlock(&stats_lock);
	rcu_read_unlock();
}

void read_section_bh_ok(void)
{
	rcu_read_lock_bh();
	spin_lock_bh(&stats_lock);
	spin_unlock_bh(&stats_lock);
	rcu_read_unlock_bh();
}
