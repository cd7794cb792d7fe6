/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker's function is lent its page: the library frees it. */
#include "pages.h"

static void frees_bad(void *page, void *arg)
{
	struct nic *nic = arg;

	labyrinth_free_page(nic->zone, page);	/* expect: free-after-hand-off "frees_bad" */
}

static void give_back(struct nic *nic, void *page)
{
	labyrinth_free_page(nic->zone, page);
}

static void frees_deeper_bad(void *page, void *arg)
{
	give_back(arg, page);	/* expect: free-after-hand-off "frees_deeper_bad -> give_back|frees_deeper_bad.*give_back" */
}

static void looks_ok(void *page, void *arg)
{
	struct nic *nic = arg;
	struct frame *f = page;

	nic->packets += f->len;
	f->status = 0;
}

int start(struct nic *nic, struct nic *other, struct nic *third)
{
	return labyrinth_worker_start(nic->zone, frees_bad, nic) +
	       labyrinth_worker_start(other->zone, frees_deeper_bad, other) +
	       labyrinth_worker_start(third->zone, looks_ok, third);
}

void by_field_bad(struct nic *nic)
{
	nic->spare = ATOMIC_PAGE(nic->zone);
	if (!nic->spare)
		return;
	labyrinth_handoff(nic->zone, nic->spare);
	labyrinth_cancel(nic->zone, nic->spare);	/* expect: free-after-hand-off "by_field_bad" */
}
