/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pages.h"
#include "queue.h"

void twice_bad(struct nic *nic)
{
	void *p = queue_get(nic);

	if (!p)
		return;
	if (queue_page(nic, p) == 0)
		queue_page(nic, p);	/* expect: double-hand-off "twice_bad.*queue_page" */
	else
		labyrinth_cancel(nic->zone, p);
}

void again_if_it_failed_ok(struct nic *nic)
{
	void *p = queue_get(nic);

	if (!p)
		return;
	if (queue_page(nic, p) && queue_page(nic, p))
		labyrinth_cancel(nic->zone, p);
}

void lost_bad(struct nic *nic)
{
	void *p = queue_get(nic);	/* expect: page-leak "lost_bad -> queue_get" */

	if (p && queue_page(nic, p))
		nic->drops++;
}
