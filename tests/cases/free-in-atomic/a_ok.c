/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worker's free where the worker may sleep; labyrinth_cancel() elsewhere. */
#include "pages.h"

void worker_ok(struct nic *nic)
{
	void *batch[4];
	int n = labyrinth_receive(nic->zone, batch, 4);

	while (n-- > 0)
		labyrinth_free_page(nic->zone, batch[n]);
}

void cancel_under_lock_ok(struct nic *nic)
{
	void *p;

	spin_lock(&nic->lock);
	p = ATOMIC_PAGE(nic->zone);
	if (p)
		labyrinth_cancel(nic->zone, p);
	spin_unlock(&nic->lock);
}

void after_unlock_ok(struct nic *nic)
{
	void *p;

	spin_lock(&nic->lock);
	p = nic->spare;
	nic->spare = NULL;
	spin_unlock(&nic->lock);
	if (p)
		labyrinth_free_page(nic->zone, p);
}

void irqs_on_again_ok(struct nic *nic, void *p)
{
	local_irq_disable();
	nic->packets++;
	local_irq_enable();
	labyrinth_free_page(nic->zone, p);
}

static irqreturn_t quick_ok(int irq, void *dev)
{
	struct nic *nic = dev;
	void *p = ATOMIC_PAGE(nic->zone);

	(void)irq;
	if (p)
		labyrinth_cancel(nic->zone, p);
	return IRQ_WAKE_THREAD;
}

static irqreturn_t thread_ok(int irq, void *dev)
{
	struct nic *nic = dev;
	void *p[1];

	(void)irq;
	if (labyrinth_receive(nic->zone, p, 1) == 1)
		labyrinth_free_page(nic->zone, p[0]);
	return IRQ_HANDLED;
}

int start_ok(struct nic *nic)
{
	return request_threaded_irq(7, quick_ok, thread_ok, IRQF_ONESHOT, "nic", nic);
}

void failed_trylock_ok(struct nic *nic, void *p)
{
	if (!spin_trylock(&nic->lock)) {
		labyrinth_free_page(nic->zone, p);
		return;
	}
	nic->spare = p;
	spin_unlock(&nic->lock);
}

static struct nic *the_nic;

static void work_ok(struct work_struct *work)
{
	void *p[1];

	(void)work;
	if (labyrinth_receive(the_nic->zone, p, 1) == 1)
		labyrinth_free_page(the_nic->zone, p[0]);
}

void queue_ok(struct nic *nic, struct work_struct *work)
{
	the_nic = nic;
	INIT_WORK(work, work_ok);
	schedule_work(work);
}

void mutex_ok(struct nic *nic, struct mutex *m, void *p)
{
	mutex_lock(m);
	labyrinth_free_page(nic->zone, p);
	mutex_unlock(m);
}

void conditional_ok(struct nic *nic, void *p, bool locked)
{
	if (locked)
		spin_lock(&nic->lock);
	nic->packets++;
	if (locked)
		spin_unlock(&nic->lock);
	labyrinth_free_page(nic->zone, p);
}

void handed_off_under_lock_ok(struct nic *nic)
{
	void *p;

	raw_spin_lock(&nic->raw);
	p = ATOMIC_PAGE(nic->zone);
	if (p && labyrinth_handoff(nic->zone, p))
		labyrinth_cancel(nic->zone, p);
	raw_spin_unlock(&nic->raw);
}
