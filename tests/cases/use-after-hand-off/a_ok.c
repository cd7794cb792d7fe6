/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nothing of the page is touched once it has moved. */
#include "pages.h"

void last_step_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	f->len = 1;
	nic->packets += f->len;
	labyrinth_handoff(nic->zone, f);
}

void length_first_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);
	u32 len;

	if (!f)
		return;
	f->len = nic_read(nic, 1);
	len = f->len;
	labyrinth_handoff(nic->zone, f);
	nic->packets += len;
}

void on_failure_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	if (labyrinth_handoff(nic->zone, f)) {
		f->status = 1;
		labyrinth_cancel(nic->zone, f);
	}
}

bool compared_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return false;
	labyrinth_handoff(nic->zone, p);
	return p == nic->spare;
}

void printed_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	labyrinth_handoff(nic->zone, p);
	printk("page %p is the worker's\n", p);
}

void new_page_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	labyrinth_handoff(nic->zone, f);
	f = ATOMIC_PAGE(nic->zone);
	if (!f)
		return;
	f->len = 2;
	labyrinth_handoff(nic->zone, f);
}

void branch_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	if (!nic_good(nic)) {
		labyrinth_cancel(nic->zone, f);
		return;
	}
	f->len = 3;
	labyrinth_handoff(nic->zone, f);
}

static int send(struct nic *nic, struct frame *f)
{
	if (!nic->up)
		return -EIO;
	labyrinth_handoff(nic->zone, f);
	return 0;
}

void by_result_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	if (send(nic, f)) {
		nic->drops += f->len;
		labyrinth_cancel(nic->zone, f);
	}
}

void stored_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	nic->spare = f;
	f->status = 1;
}

void loop_ok(struct nic *nic)
{
	int i;

	for (i = 0; i < 4; i++) {
		struct frame *f = ATOMIC_PAGE(nic->zone);

		if (!f)
			break;
		f->data[0] = i;
		labyrinth_handoff(nic->zone, f);
	}
}

static void process(void *page, void *arg)
{
	struct frame *f = page;
	struct nic *nic = arg;

	nic->packets += f->len;
	f->status = 0;
}

int worker_ok(struct nic *nic)
{
	return labyrinth_worker_start(nic->zone, process, nic);
}

void neighbour_ok(struct nic *nic)
{
	struct frame *a = ATOMIC_PAGE(nic->zone);
	struct frame *b = ATOMIC_PAGE(nic->zone);

	if (a)
		labyrinth_handoff(nic->zone, a);
	if (b) {
		b->len = 1;
		labyrinth_handoff(nic->zone, b);
	}
}
