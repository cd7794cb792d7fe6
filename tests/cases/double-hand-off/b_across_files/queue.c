/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pages.h"
#include "queue.h"

int queue_page(struct nic *nic, void *page)
{
	if (!nic->up)
		return -EIO;
	if (labyrinth_handoff(nic->zone, page))
		return -EBUSY;
	return 0;
}

void *queue_get(struct nic *nic)
{
	return ATOMIC_PAGE(nic->zone);
}
