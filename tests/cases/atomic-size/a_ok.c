/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One page at a time, and not for ever. */
#include "pages.h"

static void give(struct nic *nic, void *p)
{
	if (p)
		labyrinth_handoff(nic->zone, p);
}

void one_ok(struct nic *nic)
{
	give(nic, ATOMIC_PAGE(nic->zone));
}

void counted_ok(struct nic *nic)
{
	int i;

	for (i = 0; i < 16; i++)
		give(nic, ATOMIC_PAGE(nic->zone));
}

int napi_ok(struct nic *nic, int budget)
{
	int done = 0;

	while (done < budget) {
		void *p = ATOMIC_PAGE(nic->zone);

		if (!p)
			break;
		give(nic, p);
		done++;
	}
	return done;
}

void ring_ok(struct nic *nic)
{
	while (nic->rx.head - nic->rx.tail < 16) {
		void *p = ATOMIC_PAGE(nic->zone);

		if (!p)
			return;
		nic->rx.slot[nic->rx.head++ % 16] = p;
	}
}

void list_ok(struct nic *nic)
{
	struct list_head *pos;

	for (pos = nic->done.next; pos != &nic->done; pos = pos->next)
		give(nic, ATOMIC_PAGE(nic->zone));
}

void device_ok(struct nic *nic)
{
	while (nic_read(nic, 4) & 1)
		give(nic, ATOMIC_PAGE(nic->zone));
}

void order_0_ok(struct nic *nic)
{
	nic->spare = alloc_pages(GFP_ATOMIC, 0);
}

void may_wait_ok(struct nic *nic)
{
	nic->spare = alloc_pages(GFP_KERNEL, 3);
}

void bulk_ok(struct nic *nic)
{
	void *p[8];
	int n = labyrinth_alloc_bulk(nic->zone, LABYRINTH_QUALITY_NONE, p, 8);

	while (n > 0)
		give(nic, p[--n]);
}

void retry_a_few_times_ok(struct nic *nic)
{
	void *p;
	int tries = 3;

	do {
		p = ATOMIC_PAGE(nic->zone);
	} while (!p && --tries);
	give(nic, p);
}

void left_in_the_middle_ok(struct nic *nic)
{
	for (;;) {
		give(nic, ATOMIC_PAGE(nic->zone));
		if (!nic_good(nic))
			break;
	}
}

static unsigned int order_of(bool big)
{
	return big ? 2 : 0;
}

void small_ok(struct nic *nic)
{
	nic->spare = alloc_pages(GFP_ATOMIC, order_of(false));
}
