/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An allocator and a queue of the driver's own, told by contracts in their bodies. */
#include "pages.h"

static void *pool_page(struct nic *nic)
{
	void *p = nic->rx.slot[0];

	nic->rx.slot[0] = NULL;
	LABYRINTH_ALLOCATES(p);
	return p;
}

static void pool_queue(struct nic *nic, struct frame *f)
{
	LABYRINTH_HANDS_OFF(f);
	f->node.next = nic->done.next;
	nic->done.next = &f->node;
}

static void pool_look(struct nic *nic, void *page)
{
	LABYRINTH_BORROWS(page);
	nic->spare = page;
}

static void pool_free(struct nic *nic, void *page)
{
	LABYRINTH_CONSUMES(page);
	nic->rx.slot[0] = page;
}

void from_pool_bad(struct nic *nic)
{
	void *p = pool_page(nic);	/* expect: page-leak "from_pool_bad -> pool_page" */

	if (p)
		nic->packets++;
}

void from_pool_ok(struct nic *nic)
{
	struct frame *f = pool_page(nic);

	if (f)
		pool_queue(nic, f);
}

void borrowed_bad(struct nic *nic)
{
	void *p = pool_page(nic);	/* expect: page-leak "borrowed_bad" */

	if (p)
		pool_look(nic, p);
}

void borrowed_ok(struct nic *nic)
{
	void *p = pool_page(nic);

	if (!p)
		return;
	pool_look(nic, p);
	pool_free(nic, p);
}

void received_bad(struct nic *nic)
{
	void *p = nic->rx.slot[1];

	LABYRINTH_RECEIVES(p);	/* expect: page-leak "received_bad" */
	if (nic->up)
		pool_free(nic, p);
}

void received_ok(struct nic *nic)
{
	void *p = nic->rx.slot[1];

	LABYRINTH_RECEIVES(p);
	pool_free(nic, p);
}

void kept_ok(struct nic *nic)
{
	void *p = pool_page(nic);

	if (!p)
		return;
	nic->packets += nic_read(nic, (int)(unsigned long)p);
	LABYRINTH_KEEPS(p);
}

void moved_twice_bad(struct nic *nic)
{
	struct frame *f = pool_page(nic);

	if (!f)
		return;
	pool_queue(nic, f);
	f->len = 0;	/* expect: use-after-hand-off "moved_twice_bad" */
	pool_queue(nic, f);	/* expect: double-hand-off "moved_twice_bad" */
}
