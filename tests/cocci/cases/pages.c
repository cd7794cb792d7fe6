/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of labyrinth's, as the local rules see them; what they can mend is mended. */
#include "kernel.h"
#include <labyrinth/labyrinth.h>

struct frame { u32 len; };
struct nic { struct labyrinth_zone *zone; spinlock_t lock; u32 n; };

void contradiction_bad(struct nic *nic)
{
	void *p = labyrinth_alloc_page(nic->zone, LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO); /* expect: quality-flags */

	if (p)
		labyrinth_handoff(nic->zone, p);
}

void foreign_bad(struct nic *nic)
{
	void *p = labyrinth_alloc_page(nic->zone, GFP_ATOMIC); /* expect: quality-flags */

	if (p)
		labyrinth_handoff(nic->zone, p);
}

void freed_under_lock_bad(struct nic *nic)
{
	void *p;

	spin_lock(&nic->lock);
	p = labyrinth_alloc_page(nic->zone, LABYRINTH_QUALITY_ZERO);
	if (p)
		labyrinth_free_page(nic->zone, p); /* expect: free-in-atomic */
	spin_unlock(&nic->lock);
}

void used_bad(struct nic *nic)
{
	struct frame *f = labyrinth_alloc_page(nic->zone, LABYRINTH_QUALITY_ZERO);

	f->len = 1; /* expect: unchecked-page */
	labyrinth_handoff(nic->zone, f);
	nic->n += f->len; /* expect: use-after-hand-off */
}

void twice_bad(struct nic *nic, void *p)
{
	labyrinth_handoff(nic->zone, p);
	labyrinth_handoff(nic->zone, p); /* expect: double-hand-off */
}

void freed_bad(struct nic *nic, void *p)
{
	labyrinth_handoff(nic->zone, p);
	labyrinth_cancel(nic->zone, p); /* expect: free-after-hand-off */
}

void slept_bad(struct nic *nic)
{
	void *p = labyrinth_alloc_page(nic->zone, LABYRINTH_QUALITY_ZERO);

	if (!p)
		return;
	msleep(2); /* expect: sleep-holding-page */
	labyrinth_handoff(nic->zone, p);
}

void fine_ok(struct nic *nic)
{
	struct frame *f = labyrinth_alloc_page(nic->zone, LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_CL_ALIGN);

	if (!f)
		return;
	f->len = 3;
	if (labyrinth_handoff(nic->zone, f))
		labyrinth_cancel(nic->zone, f);
}
