/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of pages: the node lies in the page. */
#include "pages.h"

void walk_bad(struct nic *nic)
{
	struct list_head *pos;

	for (pos = nic->done.next; pos != &nic->done; pos = pos->next) {	/* expect: use-after-hand-off "walk_bad" */
		struct frame *f = container_of(pos, struct frame, node);

		labyrinth_handoff(nic->zone, f);
	}
}

void walk_ok(struct nic *nic)
{
	struct list_head *pos, *next;

	for (pos = nic->done.next; pos != &nic->done; pos = next) {
		struct frame *f = container_of(pos, struct frame, node);

		next = pos->next;
		labyrinth_handoff(nic->zone, f);
	}
}

void first_bad(struct nic *nic)
{
	struct frame *f = container_of(nic->done.next, struct frame, node);

	labyrinth_handoff(nic->zone, f);
	nic->done.next = f->node.next;	/* expect: use-after-hand-off "first_bad" */
}

void first_ok(struct nic *nic)
{
	struct frame *f = container_of(nic->done.next, struct frame, node);

	nic->done.next = f->node.next;
	labyrinth_handoff(nic->zone, f);
}

static u32 length(const struct frame *f)
{
	return f->len;
}

static u32 twice_the_length(const struct frame *f)
{
	return 2 * length(f);
}

void two_deep_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	labyrinth_handoff(nic->zone, f);
	nic->packets += twice_the_length(f);	/* expect: use-after-hand-off "two_deep_bad.*twice_the_length -> length" */
}

void in_field_bad(struct nic *nic)
{
	nic->spare = ATOMIC_PAGE(nic->zone);
	if (!nic->spare)
		return;
	labyrinth_handoff(nic->zone, nic->spare);
	((struct frame *)nic->spare)->len = 0;	/* expect: use-after-hand-off "in_field_bad" */
}

void in_field_ok(struct nic *nic)
{
	nic->spare = ATOMIC_PAGE(nic->zone);
	if (!nic->spare)
		return;
	((struct frame *)nic->spare)->len = 0;
	labyrinth_handoff(nic->zone, nic->spare);
	nic->spare = NULL;
}
