/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each page is handed off once. */
#include "pages.h"

void once_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (p)
		labyrinth_handoff(nic->zone, p);
}

void retry_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (labyrinth_handoff(nic->zone, p) == 0)
		return;
	if (labyrinth_handoff(nic->zone, p))
		labyrinth_cancel(nic->zone, p);
}

void either_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (nic->up)
		labyrinth_handoff(nic->zone, p);
	else
		labyrinth_handoff(nic->zone, p);
}

void two_pages_ok(struct nic *nic)
{
	void *a = ATOMIC_PAGE(nic->zone);
	void *b = ATOMIC_PAGE(nic->zone);

	if (a)
		labyrinth_handoff(nic->zone, a);
	if (b)
		labyrinth_handoff(nic->zone, b);
}

void loop_ok(struct nic *nic)
{
	int i;

	for (i = 0; i < 8; i++) {
		void *p = ATOMIC_PAGE(nic->zone);

		if (!p)
			return;
		labyrinth_handoff(nic->zone, p);
	}
}

void same_variable_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	labyrinth_handoff(nic->zone, p);
	p = ATOMIC_PAGE(nic->zone);
	if (!p)
		return;
	labyrinth_handoff(nic->zone, p);
}

void by_flag_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);
	bool given = false;

	if (!p)
		return;
	if (nic_good(nic)) {
		labyrinth_handoff(nic->zone, p);
		given = true;
	}
	if (!given)
		labyrinth_handoff(nic->zone, p);
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
		labyrinth_handoff(nic->zone, p);
}

static void send(struct nic *nic, void *p)
{
	labyrinth_handoff(nic->zone, p);
}

void through_callee_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (nic->up) {
		send(nic, p);
		return;
	}
	labyrinth_handoff(nic->zone, p);
}

void ring_ok(struct nic *nic)
{
	while (nic->rx.tail != nic->rx.head) {
		void *p = nic->rx.slot[nic->rx.tail % 16];

		nic->rx.tail++;
		labyrinth_handoff(nic->zone, p);
	}
}

void retry_loop_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);
	int tries = 3;

	if (!p)
		return;
	while (labyrinth_handoff(nic->zone, p)) {
		if (--tries == 0) {
			labyrinth_cancel(nic->zone, p);
			return;
		}
	}
}
