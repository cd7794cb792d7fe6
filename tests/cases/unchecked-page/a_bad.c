/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results that are used before anybody asked whether there is a page. */
#include "pages.h"

void direct_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	f->len = 1;	/* expect: unchecked-page "direct_bad" */
	labyrinth_handoff(nic->zone, f);
}

u32 read_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);
	u32 len = f->len;	/* expect: unchecked-page "read_bad" */

	labyrinth_cancel(nic->zone, f);
	return len;
}

void late_test_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	f->status = 0;	/* expect: unchecked-page "late_test_bad" */
	if (!f)
		return;
	labyrinth_handoff(nic->zone, f);
}

void other_tested_bad(struct nic *nic)
{
	struct frame *a = ATOMIC_PAGE(nic->zone);
	struct frame *b = ATOMIC_PAGE(nic->zone);

	if (a) {
		a->len = 1;
		labyrinth_handoff(nic->zone, a);
	}
	b->len = 1;	/* expect: unchecked-page "other_tested_bad" */
	labyrinth_handoff(nic->zone, b);
}

void one_branch_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (nic->up && !f)
		return;
	f->len = 1;	/* expect: unchecked-page "one_branch_bad" */
	labyrinth_handoff(nic->zone, f);
}

static void fill(struct frame *f, u32 len)
{
	f->len = len;	/* expect: unchecked-page "callee_bad.*fill|fill.*callee_bad" */
}

void callee_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	fill(f, 12);
	labyrinth_cancel(nic->zone, f);
}

void loop_bad(struct nic *nic)
{
	int i;

	for (i = 0; i < 4; i++) {
		struct frame *f = ATOMIC_PAGE(nic->zone);

		f->data[i] = 1;	/* expect: unchecked-page "loop_bad" */
		labyrinth_handoff(nic->zone, f);
	}
}

void under_lock_bad(struct nic *nic)
{
	struct frame *f;

	spin_lock(&nic->lock);
	f = ATOMIC_PAGE(nic->zone);
	f->len = nic->packets;	/* expect: unchecked-page "under_lock_bad" */
	spin_unlock(&nic->lock);
	labyrinth_handoff(nic->zone, f);
}

void hand_off_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	labyrinth_handoff(nic->zone, p);	/* expect: unchecked-page "hand_off_bad" */
}

static void *my_page(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		nic->drops++;
	return p;
}

void wrapper_bad(struct nic *nic)
{
	struct frame *f = my_page(nic);

	f->len = 1;	/* expect: unchecked-page "wrapper_bad" */
	labyrinth_handoff(nic->zone, f);
}

void wrong_sense_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (f) {
		labyrinth_cancel(nic->zone, f);
		return;
	}
	f->status = 1;	/* expect: unchecked-page "wrong_sense_bad" */
}

void retried_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		f = ATOMIC_PAGE(rx_zone);
	f->len = 1;	/* expect: unchecked-page "retried_bad" */
	labyrinth_cancel(nic->zone, f);
}
