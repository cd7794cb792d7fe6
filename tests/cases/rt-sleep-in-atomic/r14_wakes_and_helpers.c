/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls that take a spinlock inside: waking a wait queue, enabling a clock,
 * random numbers; waking a task or completing takes raw locks only.
 * args: --rt
 */
#include "kernel.h"

struct wait_queue_head;
struct clk;
void __wake_up(struct wait_queue_head *q, unsigned int mode, int nr, void *key);
int wake_up_process(struct task_struct *t);
int clk_enable(struct clk *clk);
u32 get_random_u32(void);

struct dev {
	raw_spinlock_t raw;
	struct wait_queue_head *wait;
	struct completion done;
	struct task_struct *task;
	struct work_struct work;
	struct timer_list timer;
	struct clk *clk;
};

void wake_bad(struct dev *d)
{
	raw_spin_lock(&d->raw);
	__wake_up(d->wait, 3, 1, NULL); /* expect: rt-sleep-in-atomic "__wake_up" */
	raw_spin_unlock(&d->raw);
}

void clock_bad(struct dev *d)
{
	raw_spin_lock(&d->raw);
	clk_enable(d->clk); /* expect: rt-sleep-in-atomic "clk_enable" */
	raw_spin_unlock(&d->raw);
}

void random_bad(struct dev *d)
{
	preempt_disable();
	d->timer.flags = get_random_u32(); /* expect: rt-sleep-in-atomic "get_random_u32" */
	preempt_enable();
}

void raw_inside_ok(struct dev *d)
{
	raw_spin_lock(&d->raw);
	wake_up_process(d->task);
	complete(&d->done);
	schedule_work(&d->work);
	mod_timer(&d->timer, 5);
	raw_spin_unlock(&d->raw);
}
