/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Freed though it is somebody else's, or already free. */
#include "pages.h"

void both_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	labyrinth_handoff(nic->zone, p);
	labyrinth_cancel(nic->zone, p);	/* expect: free-after-hand-off "both_bad" */
}

void worker_free_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	labyrinth_handoff(nic->zone, p);
	labyrinth_free_page(nic->zone, p);	/* expect: free-after-hand-off "worker_free_bad" */
}

void twice_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	labyrinth_cancel(nic->zone, p);
	labyrinth_cancel(nic->zone, p);	/* expect: free-after-hand-off "twice_bad" */
}

void common_exit_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (nic_good(nic))
		labyrinth_handoff(nic->zone, p);
	else
		nic->drops++;
	labyrinth_cancel(nic->zone, p);	/* expect: free-after-hand-off "common_exit_bad" */
}

void on_success_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (!labyrinth_handoff(nic->zone, p))
		labyrinth_cancel(nic->zone, p);	/* expect: free-after-hand-off "on_success_bad" */
	else
		nic->spare = p;
}

static void send(struct nic *nic, void *p)
{
	labyrinth_handoff(nic->zone, p);
}

void callee_moved_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	send(nic, p);
	labyrinth_cancel(nic->zone, p);	/* expect: free-after-hand-off "callee_moved_bad" */
}

int goto_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);
	int err = 0;

	if (!p)
		return -ENOMEM;
	labyrinth_handoff(nic->zone, p);
	if (!nic_good(nic)) {
		err = -EIO;
		goto drop;
	}
	return 0;
drop:
	labyrinth_cancel(nic->zone, p);	/* expect: free-after-hand-off "goto_bad" */
	return err;
}

void received_twice_bad(struct nic *nic)
{
	void *batch[1];

	if (labyrinth_receive(nic->zone, batch, 1) != 1)
		return;
	labyrinth_free_page(nic->zone, batch[0]);
	if (nic->up)
		labyrinth_free_page(nic->zone, batch[0]);	/* expect: free-after-hand-off "received_twice_bad" */
}

void parameter_bad(struct nic *nic, void *p)
{
	labyrinth_handoff(nic->zone, p);
	labyrinth_cancel(nic->zone, p);	/* expect: free-after-hand-off "parameter_bad" */
}

static void done(struct nic *nic, void *p)
{
	labyrinth_cancel(nic->zone, p);
}

void self_then_callee_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	labyrinth_cancel(nic->zone, p);
	done(nic, p);	/* expect: free-after-hand-off "self_then_callee_bad" */
}

static void give_back(void **p)
{
	if (*p)
		labyrinth_cancel(rx_zone, *p);	/* expect: free-after-hand-off "cleanup_bad" */
}

void cleanup_bad(struct nic *nic)
{
	void *p __cleanup(give_back) = ATOMIC_PAGE(rx_zone);

	if (!p)
		return;
	labyrinth_handoff(rx_zone, p);
	nic->packets++;
}
