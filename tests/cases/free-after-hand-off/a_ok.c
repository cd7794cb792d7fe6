/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Freed by whoever owns it, and once. */
#include "pages.h"

void failed_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (labyrinth_handoff(nic->zone, p))
		labyrinth_cancel(nic->zone, p);
}

void negative_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);
	int err;

	if (!p)
		return;
	err = labyrinth_handoff(nic->zone, p);
	if (err < 0) {
		labyrinth_cancel(nic->zone, p);
		nic->drops++;
	}
}

void either_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (nic_good(nic))
		labyrinth_handoff(nic->zone, p);
	else
		labyrinth_cancel(nic->zone, p);
}

void goto_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (!nic_good(nic))
		goto drop;
	labyrinth_handoff(nic->zone, p);
	return;
drop:
	labyrinth_cancel(nic->zone, p);
}

void cleared_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (nic_good(nic)) {
		labyrinth_handoff(nic->zone, p);
		p = NULL;
	}
	if (p)
		labyrinth_cancel(nic->zone, p);
}

static void drop_page(void **p)
{
	if (*p)
		labyrinth_cancel(rx_zone, *p);
}

void cleanup_ok(struct nic *nic)
{
	void *p __cleanup(drop_page) = ATOMIC_PAGE(rx_zone);

	if (!p)
		return;
	if (!nic_good(nic))
		return;
	labyrinth_handoff(rx_zone, p);
	p = NULL;
}

void flag_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);
	int err = -EIO;

	if (!p)
		return;
	if (nic->up)
		err = labyrinth_handoff(nic->zone, p);
	if (err)
		labyrinth_cancel(nic->zone, p);
}

void worker_loop_ok(struct nic *nic)
{
	void *batch[8];
	int i, n;

	n = labyrinth_receive(nic->zone, batch, 8);
	for (i = 0; i < n; i++)
		labyrinth_free_page(nic->zone, batch[i]);
}

void neighbour_ok(struct nic *nic)
{
	void *a = ATOMIC_PAGE(nic->zone);
	void *b = ATOMIC_PAGE(nic->zone);

	if (a)
		labyrinth_handoff(nic->zone, a);
	if (b)
		labyrinth_cancel(nic->zone, b);
}

static int send(struct nic *nic, void *p)
{
	if (!nic->up)
		return -EIO;
	labyrinth_handoff(nic->zone, p);
	return 0;
}

int by_result_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);
	int err;

	if (!p)
		return -ENOMEM;
	err = send(nic, p);
	if (err)
		labyrinth_cancel(nic->zone, p);
	return err;
}

void new_page_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	labyrinth_handoff(nic->zone, p);
	p = ATOMIC_PAGE(nic->zone);
	if (p)
		labyrinth_cancel(nic->zone, p);
}
