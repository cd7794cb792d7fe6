/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An atomic page that waits with its holder. */
#include "pages.h"

void msleep_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	msleep(5);	/* expect: sleep-holding-page "msleep_bad" */
	labyrinth_handoff(nic->zone, p);
}

void mutex_bad(struct nic *nic, struct mutex *m)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	mutex_lock(m);	/* expect: sleep-holding-page "mutex_bad" */
	nic->packets++;
	mutex_unlock(m);
	labyrinth_handoff(nic->zone, p);
}

void allocation_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	nic->spare = kmalloc(64, GFP_KERNEL);	/* expect: sleep-holding-page "allocation_bad" */
	labyrinth_handoff(nic->zone, p);
}

void one_branch_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	if (!nic_good(nic))
		schedule();	/* expect: sleep-holding-page "one_branch_bad" */
	labyrinth_handoff(nic->zone, p);
}

static void settle(struct nic *nic)
{
	if (!nic->up)
		msleep(1);	/* expect: sleep-holding-page "callee_bad.*settle|settle.*callee_bad" */
}

void callee_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	settle(nic);
	labyrinth_handoff(nic->zone, p);
}

void failed_hand_off_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	while (labyrinth_handoff(nic->zone, p))
		msleep(1);	/* expect: sleep-holding-page "failed_hand_off_bad" */
}

void flush_bad(struct nic *nic, struct work_struct *work)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	cancel_work_sync(work);	/* expect: sleep-holding-page "flush_bad" */
	labyrinth_cancel(nic->zone, p);
}

void rcu_bad(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return;
	synchronize_rcu();	/* expect: sleep-holding-page "rcu_bad" */
	labyrinth_handoff(nic->zone, p);
}

static void *fresh(struct nic *nic)
{
	return ATOMIC_PAGE(nic->zone);
}

void wrapper_bad(struct nic *nic)
{
	void *p = fresh(nic);

	if (!p)
		return;
	usleep_range(10, 20);	/* expect: sleep-holding-page "wrapper_bad" */
	labyrinth_handoff(nic->zone, p);
}

void second_page_bad(struct nic *nic)
{
	void *a = ATOMIC_PAGE(nic->zone);
	void *b = ATOMIC_PAGE(nic->zone);

	if (a)
		labyrinth_handoff(nic->zone, a);
	if (!b)
		return;
	might_sleep();	/* expect: sleep-holding-page "second_page_bad" */
	labyrinth_handoff(nic->zone, b);
}

void user_copy_bad(struct nic *nic, const void *from)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	if (copy_from_user(f->data, from, 64)) {	/* expect: sleep-holding-page "user_copy_bad" */
		labyrinth_cancel(nic->zone, f);
		return;
	}
	labyrinth_handoff(nic->zone, f);
}
