// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From any context to one that may sleep: a hard irq_work, which may be queued
 * in NMI and under any lock, wakes who waits and queues the zone's work item.
 *
 * Kicks are sent only where somebody listens. The listener says so first, then
 * looks at the queues; the producer fills its queue first, then looks whether
 * somebody listens; both steps are full barriers, so no wake-up is lost.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/workqueue.h>

#include "host.h"

#define BATCH 16

static struct workqueue_struct *queue;
static void audit_all(struct work_struct *work);
static DECLARE_DELAYED_WORK(audit_work, audit_all);

void lab_prim_kick(struct labyrinth_zone *z)
{
	if (!lab_load(&z->host.listeners))
		return;
	irq_work_queue(&z->host.irq);
	lab_trace_kick(z);
}

static void in_irq_work(struct irq_work *irq)
{
	struct lab_prim_zone *h = container_of(irq, struct lab_prim_zone, irq);

	swake_up_one(&h->wait);
	if (READ_ONCE(h->serving))
		queue_work(queue, &h->work);
}

static bool is_pending(struct labyrinth_zone *z)
{
	u32 i, used = lab_load(&z->used);

	if (lab_load_acq(&z->magic) != LAB_MAGIC)
		return true;
	for (i = 0; i <= used; i++)
		if (lab_load(&lab_slot(z, i, used)->queue))
			return true;
	return lab_load(&z->backlog) || lab_load(&z->want) == 1;
}

static int look(struct labyrinth_zone *z)
{
	int there;

	if (!lab_walk_begin(z))
		return -EINVAL;
	there = is_pending(z);
	if (lab_load(&z->magic) != LAB_MAGIC)
		there = -EINVAL;
	lab_walk_end(z);
	return there;
}

int labyrinth_wait(struct labyrinth_zone *zone, uint64_t timeout_ns)
{
	u64 left = timeout_ns == ~0ULL ? MAX_SCHEDULE_TIMEOUT - 1 : nsecs_to_jiffies64(timeout_ns);
	struct lab_prim_zone *h;
	int there = look(zone);

	if (there || !timeout_ns)
		return there;
	h = &zone->host;
	(void)lab_add(&h->waiters, 1);
	(void)lab_add(&h->listeners, 1);
	swait_event_idle_timeout_exclusive(h->wait, (there = look(zone)) != 0,
					   min_t(u64, left + 1, MAX_SCHEDULE_TIMEOUT - 1));
	(void)lab_add(&h->listeners, -1);
	(void)lab_add(&h->waiters, -1);
	return there;
}

static void serve(struct work_struct *work)
{
	struct lab_prim_zone *h = container_of(work, struct lab_prim_zone, work);
	struct labyrinth_zone *z = container_of(h, struct labyrinth_zone, host);
	void *batch[BATCH];
	int i, n;

	if (!lab_zone_ok(z))
		return;
	while ((n = labyrinth_receive(z, batch, BATCH)) > 0) {
		for (i = 0; i < n; i++) {
			if (h->fn)
				h->fn(batch[i], h->arg);
			labyrinth_free_page(z, batch[i]);
		}
		cond_resched();
	}
	labyrinth_refill(z);
}

int labyrinth_worker_start(struct labyrinth_zone *zone, void (*work)(void *page, void *arg), void *arg)
{
	int err = 0;

	if (!lab_zone_ok(zone)) {
		lab_prim_bad_zone();
		return -EINVAL;
	}
	if (lab_load(&zone->gate) & LAB_GATE_DYING)
		return -EINVAL;
	mutex_lock(&lab_lock);
	if (zone->host.serving) {
		err = -EBUSY;
	} else {
		zone->host.fn = work;
		zone->host.arg = arg;
		smp_store_release(&zone->host.serving, 1);
		(void)lab_add(&zone->host.listeners, 1);
	}
	mutex_unlock(&lab_lock);
	if (!err)
		queue_work(queue, &zone->host.work);	/* what was handed off before */
	return err;
}

static int stop(struct labyrinth_zone *z)
{
	struct lab_prim_zone *h = &z->host;
	bool was;

	if (current_work() == &h->work)
		return -EDEADLK;
	mutex_lock(&lab_lock);
	was = h->serving;
	if (was) {
		(void)lab_add(&h->listeners, -1);
		WRITE_ONCE(h->serving, 0);
	}
	mutex_unlock(&lab_lock);
	if (!was)
		return -EINVAL;
	irq_work_sync(&h->irq);
	queue_work(queue, &h->work);	/* once more, so that the queue is empty */
	flush_work(&h->work);
	return 0;
}

int labyrinth_worker_stop(struct labyrinth_zone *zone)
{
	if (!lab_zone_ok(zone)) {
		lab_prim_bad_zone();
		return -EINVAL;
	}
	return stop(zone);
}

bool lab_prim_zone_stop(struct labyrinth_zone *z)
{
	return stop(z) != -EDEADLK;
}

void lab_worker_init(struct labyrinth_zone *z)
{
	z->host.irq = IRQ_WORK_INIT_HARD(in_irq_work);
	INIT_WORK(&z->host.work, serve);
	init_swait_queue_head(&z->host.wait);
}

/* Nobody enters the zone any more; who waits shall know. */
void lab_worker_end(struct labyrinth_zone *z)
{
	while (lab_load(&z->host.waiters)) {
		swake_up_one(&z->host.wait);
		lab_prim_relax();
	}
	irq_work_sync(&z->host.irq);
	cancel_work_sync(&z->host.work);
}

/* ---- the audit that nobody has to call ---- */

static void audit_all(struct work_struct *work)
{
	unsigned int ms = READ_ONCE(lab_audit_ms);
	u32 i;

	mutex_lock(&lab_lock);
	for (i = 0; ms && i < LAB_ZONES; i++)
		if (lab_zone_ok(&lab_zones[i]))
			labyrinth_audit(&lab_zones[i], 0, NULL, NULL);
	mutex_unlock(&lab_lock);
	if (ms)
		queue_delayed_work(queue, &audit_work, msecs_to_jiffies(ms));
}

void lab_audit_period_changed(void)
{
	if (queue)
		mod_delayed_work(queue, &audit_work, msecs_to_jiffies(READ_ONCE(lab_audit_ms)));
}

int lab_worker_module_init(void)
{
	queue = alloc_workqueue("labyrinth", WQ_HIGHPRI | WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!queue)
		return -ENOMEM;
	if (lab_audit_ms)
		lab_audit_period_changed();
	return 0;
}

void lab_worker_module_exit(void)
{
	lab_audit_ms = 0;
	cancel_delayed_work_sync(&audit_work);
	destroy_workqueue(queue);
}
