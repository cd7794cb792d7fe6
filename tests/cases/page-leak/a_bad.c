/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways out on which nobody has the page. */
#include "pages.h"

void early_return_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "early_return_bad" */

	if (!f)
		return;
	if (!nic_good(nic))
		return;
	labyrinth_handoff(nic->zone, f);
}

void never_given_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "never_given_bad" */

	if (f)
		nic->packets += f->len;
}

int goto_past_bad(struct nic *nic)
{
	int err = -EIO;
	void *p = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "goto_past_bad" */

	if (!p)
		return -ENOMEM;
	if (!nic_good(nic))
		goto out;
	if (!nic->up)
		goto put;
	return labyrinth_handoff(nic->zone, p) ? labyrinth_cancel(nic->zone, p) : 0;
put:
	labyrinth_cancel(nic->zone, p);
out:
	return err;
}

void overwritten_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "overwritten_bad" */

	if (!p)
		return;
	p = ATOMIC_PAGE(rx_zone);
	if (p)
		labyrinth_handoff(nic->zone, p);
}

void loop_bad(struct nic *nic)
{
	int i;

	for (i = 0; i < 8; i++) {
		struct frame *f = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "loop_bad" */

		if (!f)
			break;
		if (nic_read(nic, i) & 1)
			continue;
		labyrinth_handoff(nic->zone, f);
	}
}

void failed_hand_off_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "failed_hand_off_bad" */

	if (!p)
		return;
	if (labyrinth_handoff(nic->zone, p))
		nic->drops++;
}

static int send_up(struct nic *nic, struct frame *f)
{
	if (!nic->up)
		return -EIO;
	return labyrinth_handoff(nic->zone, f);
}

void ignored_result_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "ignored_result_bad" */

	if (!f)
		return;
	if (send_up(nic, f) < 0)
		nic->drops++;
}

void local_structure_bad(struct nic *nic)
{
	struct ring r = { .head = 0 };

	r.slot[0] = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "local_structure_bad" */
	if (r.slot[0])
		nic->packets++;
}

static void look(struct nic *nic, const struct frame *f)
{
	if (f->status)
		nic->drops++;
}

void only_looked_at_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "only_looked_at_bad" */

	if (f)
		look(nic, f);
}

static void *fresh(struct nic *nic)
{
	return ATOMIC_PAGE(nic->zone);
}

void from_wrapper_bad(struct nic *nic)
{
	struct frame *f = fresh(nic);	/* expect: page-leak "from_wrapper_bad" */

	if (!f)
		return;
	if (!nic_good(nic))
		return;
	labyrinth_handoff(nic->zone, f);
}

int switch_bad(struct nic *nic, int kind)
{
	void *p = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "switch_bad" */

	if (!p)
		return -ENOMEM;
	switch (kind) {
	case 0:
		return labyrinth_handoff(nic->zone, p) ? labyrinth_cancel(nic->zone, p) : 0;
	case 1:
		return labyrinth_cancel(nic->zone, p);
	default:
		return -EIO;
	}
}

void second_fails_bad(struct nic *nic)
{
	void *a = ATOMIC_PAGE(nic->zone);	/* expect: page-leak "second_fails_bad" */
	void *b;

	if (!a)
		return;
	b = ATOMIC_PAGE(nic->zone);
	if (!b)
		return;
	labyrinth_handoff(nic->zone, a);
	labyrinth_handoff(nic->zone, b);
}
