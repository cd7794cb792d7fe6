/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nobody waits between the allocation and the end of the page. */
#include "pages.h"

void sleep_before_ok(struct nic *nic)
{
	void *p;

	msleep(5);
	p = ATOMIC_PAGE(nic->zone);
	if (p)
		labyrinth_handoff(nic->zone, p);
}

void sleep_after_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (p)
		labyrinth_handoff(nic->zone, p);
	msleep(5);
}

void on_failure_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p) {
		msleep(1);
		return;
	}
	labyrinth_handoff(nic->zone, p);
}

void after_cancel_ok(struct nic *nic, struct mutex *m)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (p)
		labyrinth_cancel(nic->zone, p);
	mutex_lock(m);
	nic->packets++;
	mutex_unlock(m);
}

void received_ok(struct nic *nic)
{
	void *p[1];

	if (labyrinth_receive(nic->zone, p, 1) != 1)
		return;
	msleep(20);
	labyrinth_free_page(nic->zone, p[0]);
}

static void process(void *page, void *arg)
{
	struct frame *f = page;

	(void)arg;
	msleep(f->len);
}

int worker_ok(struct nic *nic)
{
	return labyrinth_worker_start(nic->zone, process, nic);
}

void busy_wait_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	udelay(10);
	f->len = 1;
	labyrinth_handoff(nic->zone, f);
}

void loop_ok(struct nic *nic)
{
	int i;

	for (i = 0; i < 4; i++) {
		void *p = ATOMIC_PAGE(nic->zone);

		if (!p)
			break;
		if (labyrinth_handoff(nic->zone, p))
			labyrinth_cancel(nic->zone, p);
		msleep(1);
	}
}

void branch_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (!nic_good(nic)) {
		labyrinth_cancel(nic->zone, p);
		msleep(100);
		return;
	}
	labyrinth_handoff(nic->zone, p);
}

static void wait_if(struct nic *nic, bool may_wait)
{
	if (may_wait)
		msleep(1);
	nic->packets++;
}

void callee_told_not_to_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	wait_if(nic, false);
	labyrinth_handoff(nic->zone, p);
}

void callee_waits_ok(struct nic *nic)
{
	wait_if(nic, true);
}
