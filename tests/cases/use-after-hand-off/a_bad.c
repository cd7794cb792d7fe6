/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is the worker's by now. */
#include "pages.h"

void read_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	f->len = nic_read(nic, 1);
	labyrinth_handoff(nic->zone, f);
	nic->packets += f->len;	/* expect: use-after-hand-off "read_bad" */
}

void write_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	labyrinth_handoff(nic->zone, f);
	f->status = 1;	/* expect: use-after-hand-off "write_bad" */
}

void on_success_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	if (labyrinth_handoff(nic->zone, f) == 0)
		nic->packets += f->len;	/* expect: use-after-hand-off "on_success_bad" */
	else
		labyrinth_cancel(nic->zone, f);
}

void after_cancel_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	labyrinth_cancel(nic->zone, f);
	nic->drops += f->len;	/* expect: use-after-hand-off "after_cancel_bad" */
}

static void look(struct nic *nic, const struct frame *f)
{
	nic->packets += f->len;
}

void callee_uses_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	labyrinth_handoff(nic->zone, f);
	look(nic, f);	/* expect: use-after-hand-off "callee_uses_bad" */
}

static void send(struct nic *nic, struct frame *f)
{
	f->status = 0;
	labyrinth_handoff(nic->zone, f);
}

void callee_moves_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	send(nic, f);
	f->status = 2;	/* expect: use-after-hand-off "callee_moves_bad" */
}

void inner_pointer_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);
	u8 *data;

	if (!f)
		return;
	data = f->data;
	labyrinth_handoff(nic->zone, f);
	data[3] = 1;	/* expect: use-after-hand-off "inner_pointer_bad" */
}

void one_branch_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);
	bool good = nic_good(nic);

	if (!f)
		return;
	if (good)
		labyrinth_handoff(nic->zone, f);
	f->status = 4;	/* expect: use-after-hand-off "one_branch_bad" */
	if (!good)
		nic->spare = f;
}

void loop_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	labyrinth_handoff(nic->zone, f);
	while (f->status == 0)	/* expect: use-after-hand-off "loop_bad" */
		cpu_relax();
}

void under_lock_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	spin_lock(&nic->lock);
	labyrinth_handoff(nic->zone, f);
	list_put(&f->node, &nic->done);	/* expect: use-after-hand-off "under_lock_bad" */
	spin_unlock(&nic->lock);
}

void queue_for_worker(struct nic *nic, void *page);
LABYRINTH_CONTRACT(queue_for_worker, "hands-off arg1");

u32 contract_bad(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return 0;
	queue_for_worker(nic, f);
	return f->len;	/* expect: use-after-hand-off "contract_bad" */
}
