/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N6: interfaces that wait for others to finish, whose source may say so nowhere.
 */
#include "kernel.h"

int kthread_stop(struct task_struct *k);

struct eng {
	spinlock_t lock;
	int irq;
	struct task_struct *thread;
	struct timer_list timer;
};

void eng_quiesce_ok(struct eng *e)
{
	spin_lock(&e->lock);
	disable_irq_nosync(e->irq);
	enable_irq(e->irq);
	spin_unlock(&e->lock);
	synchronize_irq(e->irq);
	disable_irq(e->irq);
	free_irq(e->irq, e);
	kthread_stop(e->thread);
}

void eng_disable_bad(struct eng *e)
{
	spin_lock(&e->lock);
	disable_irq(e->irq); /* expect: sleep-in-atomic "eng_disable_bad -> disable_irq" */
	spin_unlock(&e->lock);
}

void eng_sync_bad(struct eng *e)
{
	spin_lock_bh(&e->lock);
	synchronize_irq(e->irq); /* expect: sleep-in-atomic "eng_sync_bad -> synchronize_irq" */
	spin_unlock_bh(&e->lock);
}

void eng_free_bad(struct eng *e)
{
	spin_lock(&e->lock);
	free_irq(e->irq, e); /* expect: sleep-in-atomic "eng_free_bad -> free_irq" */
	spin_unlock(&e->lock);
}

void eng_stop_bad(struct eng *e)
{
	rcu_read_lock();
	kthread_stop(e->thread); /* expect: sleep-in-atomic "eng_stop_bad -> kthread_stop" */
	rcu_read_unlock();
}
