/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages that a worker gets twice. */
#include "pages.h"

void twice_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	labyrinth_handoff(nic->zone, p);
	labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "twice_bad" */
}

void after_branch_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (nic->up)
		labyrinth_handoff(nic->zone, p);
	labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "after_branch_bad" */
}

void loop_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);
	int i;

	if (!p)
		return;
	for (i = 0; i < 4; i++)
		labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "loop_bad" */
}

static void send(struct nic *nic, void *p)
{
	labyrinth_handoff(nic->zone, p);
}

void callee_then_self_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	send(nic, p);
	labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "callee_then_self_bad" */
}

void alias_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);
	struct frame *f = p;

	if (!p)
		return;
	labyrinth_handoff(nic->zone, f);
	labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "alias_bad" */
}

void retry_on_success_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (labyrinth_handoff(nic->zone, p) == 0)
		labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "retry_on_success_bad" */
	else
		labyrinth_cancel(nic->zone, p);
}

void cancelled_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	labyrinth_cancel(nic->zone, p);
	labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "cancelled_bad" */
}

int fall_through_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return -ENOMEM;
	if (!nic_good(nic))
		goto give;
	labyrinth_handoff(nic->zone, p);
give:
	return labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "fall_through_bad" */
}

void queue_for_worker(struct nic *nic, void *page);
LABYRINTH_CONTRACT(queue_for_worker, "hands-off arg1");

void contract_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	queue_for_worker(nic, p);
	labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "contract_bad" */
}

void parameter_bad(struct nic *nic, void *p)
{
	labyrinth_handoff(nic->zone, p);
	if (nic->up)
		labyrinth_handoff(nic->zone, p);	/* expect: double-hand-off "parameter_bad" */
}

void under_lock_bad(struct nic *nic)
{
	struct frame *f;

	spin_lock(&nic->lock);
	f = ATOMIC_PAGE(nic->zone);
	if (f)
		labyrinth_handoff(nic->zone, f);
	spin_unlock(&nic->lock);
	if (f)
		labyrinth_handoff(nic->zone, f);	/* expect: double-hand-off "under_lock_bad" */
}
