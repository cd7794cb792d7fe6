/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that came in bulk.
 * known-gap: elements of an array that a callee has filled are followed from their first move on only
 */
#include "pages.h"

void bulk_forgotten_bad(struct nic *nic)
{
	void *p[2];

	if (labyrinth_alloc_bulk(nic->zone, LABYRINTH_QUALITY_NONE, p, 2) != 2)	/* expect: page-leak "bulk_forgotten_bad" */
		return;
	labyrinth_handoff(nic->zone, p[0]);
}
