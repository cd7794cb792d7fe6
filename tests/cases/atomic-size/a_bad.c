/* SPDX-License-Identifier: GPL-2.0-or-later */
/* More than an atomic context may hope for. */
#include "pages.h"

static void give(struct nic *nic, void *p)
{
	if (p)
		labyrinth_handoff(nic->zone, p);
}

void order_bad(struct nic *nic)
{
	nic->spare = alloc_pages(GFP_ATOMIC, 2);	/* expect: atomic-size "order_bad" */
}

void order_under_lock_bad(struct nic *nic)
{
	spin_lock(&nic->lock);
	nic->spare = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 4);	/* expect: atomic-size "order_under_lock_bad" */
	spin_unlock(&nic->lock);
}

void nowait_order_bad(struct nic *nic)
{
	nic->spare = alloc_pages(GFP_NOWAIT, 1);	/* expect: atomic-size "nowait_order_bad" */
}

void order_on_one_path_bad(struct nic *nic, bool jumbo)
{
	unsigned int order = jumbo ? 2 : 0;

	nic->spare = alloc_pages(GFP_ATOMIC, order);	/* expect: atomic-size "order_on_one_path_bad" */
}

static void *block(unsigned int order)
{
	return alloc_pages(GFP_ATOMIC, order);	/* expect: atomic-size "passed_order_bad.*block|block.*passed_order_bad" */
}

void passed_order_bad(struct nic *nic)
{
	nic->spare = block(3);
}

void for_ever_bad(struct nic *nic)
{
	for (;;)
		give(nic, ATOMIC_PAGE(nic->zone));	/* expect: atomic-size "for_ever_bad" */
}

void until_null_bad(struct nic *nic)
{
	void *p;

	while ((p = ATOMIC_PAGE(nic->zone)) != NULL)	/* expect: atomic-size "until_null_bad" */
		nic->rx.slot[nic->rx.head++ % 16] = p;
}

void break_on_null_bad(struct nic *nic)
{
	while (1) {
		void *p = ATOMIC_PAGE(nic->zone);	/* expect: atomic-size "break_on_null_bad" */

		if (!p)
			break;
		labyrinth_handoff(nic->zone, p);
	}
}

void retry_for_ever_bad(struct nic *nic)
{
	void *p;

	do {
		p = ATOMIC_PAGE(nic->zone);	/* expect: atomic-size "retry_for_ever_bad" */
	} while (!p);
	labyrinth_handoff(nic->zone, p);
}

void again_bad(struct nic *nic)
{
	void *p;

again:
	p = ATOMIC_PAGE(nic->zone);	/* expect: atomic-size "again_bad" */
	if (!p) {
		cpu_relax();
		goto again;
	}
	labyrinth_handoff(nic->zone, p);
}

static void *fresh(struct nic *nic)
{
	return ATOMIC_PAGE(nic->zone);	/* expect: atomic-size "in_callee_bad" */
}

void in_callee_bad(struct nic *nic)
{
	void *p;

	while ((p = fresh(nic)))
		labyrinth_handoff(nic->zone, p);
}
