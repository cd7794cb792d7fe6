/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All callers may sleep, and all of them are known. */
#include "pages.h"

static struct nic *the_nic;

static void give(struct nic *nic, void *p)
{
	if (p)
		labyrinth_handoff(nic->zone, p);
}

static void work_bad(struct work_struct *work)
{
	(void)work;
	give(the_nic, ATOMIC_PAGE(the_nic->zone));	/* expect: needless-atomic "work_bad" */
}

void queue_work(struct work_struct *work)
{
	INIT_WORK(work, work_bad);
	schedule_work(work);
}

static irqreturn_t thread_bad(int irq, void *dev)
{
	struct nic *nic = dev;

	(void)irq;
	give(nic, ATOMIC_PAGE(nic->zone));	/* expect: needless-atomic "thread_bad" */
	return IRQ_HANDLED;
}

int start_thread(struct nic *nic)
{
	return request_threaded_irq(9, NULL, thread_bad, IRQF_ONESHOT, "nic", nic);
}

static void helper(struct nic *nic)
{
	give(nic, ATOMIC_PAGE(nic->zone));	/* expect: needless-atomic "helper" */
}

static void through_helper_bad(struct work_struct *work)
{
	(void)work;
	helper(the_nic);
}

void queue_helper(struct work_struct *work)
{
	INIT_WORK(work, through_helper_bad);
	schedule_work(work);
}

static void after_unlock_bad(struct work_struct *work)
{
	(void)work;
	spin_lock(&the_nic->lock);
	the_nic->packets++;
	spin_unlock(&the_nic->lock);
	give(the_nic, ATOMIC_PAGE(the_nic->zone));	/* expect: needless-atomic "after_unlock_bad" */
}

void queue_unlocked(struct work_struct *work)
{
	INIT_WORK(work, after_unlock_bad);
	schedule_work(work);
}

static void slab_bad(struct work_struct *work)
{
	(void)work;
	the_nic->spare = kmalloc(64, GFP_ATOMIC);	/* expect: needless-atomic "slab_bad" */
}

void queue_slab(struct work_struct *work)
{
	INIT_WORK(work, slab_bad);
	schedule_work(work);
}

static void pages_bad(struct work_struct *work)
{
	(void)work;
	the_nic->spare = alloc_pages(GFP_ATOMIC, 0);	/* expect: needless-atomic "pages_bad" */
}

void queue_pages(struct work_struct *work)
{
	INIT_WORK(work, pages_bad);
	schedule_work(work);
}

static void two_callers(struct nic *nic)
{
	give(nic, ATOMIC_PAGE(nic->zone));	/* expect: needless-atomic "two_callers" */
}

static void first_bad(struct work_struct *work)
{
	(void)work;
	two_callers(the_nic);
}

static irqreturn_t second_bad(int irq, void *dev)
{
	(void)irq;
	two_callers(dev);
	return IRQ_HANDLED;
}

int start_two(struct nic *nic, struct work_struct *work)
{
	INIT_WORK(work, first_bad);
	return request_threaded_irq(9, NULL, second_bad, IRQF_ONESHOT, "nic", nic);
}

static void under_mutex_bad(struct work_struct *work)
{
	static struct mutex m;

	(void)work;
	mutex_lock(&m);
	the_nic->spare = ATOMIC_PAGE(the_nic->zone);	/* expect: needless-atomic "under_mutex_bad" */
	mutex_unlock(&m);
}

void queue_mutex(struct work_struct *work)
{
	INIT_WORK(work, under_mutex_bad);
	schedule_work(work);
}

static void in_loop_bad(struct work_struct *work)
{
	int i;

	(void)work;
	for (i = 0; i < 4; i++)
		give(the_nic, ATOMIC_PAGE(the_nic->zone));	/* expect: needless-atomic "in_loop_bad" */
}

void queue_loop(struct work_struct *work)
{
	INIT_WORK(work, in_loop_bad);
	schedule_work(work);
}

static void slept_already_bad(struct work_struct *work)
{
	(void)work;
	msleep(1);
	the_nic->spare = ATOMIC_PAGE(the_nic->zone);	/* expect: needless-atomic "slept_already_bad" */
}

void queue_slept(struct work_struct *work)
{
	INIT_WORK(work, slept_already_bad);
	schedule_work(work);
}
