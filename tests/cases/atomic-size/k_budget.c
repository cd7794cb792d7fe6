/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A budget in a static structure.
 * known-gap: numbers of an object that holds no addresses are not in the facts
 */
#include "pages.h"

static const struct labyrinth_zone_params params = {
	.size = sizeof(params), .name = "nic", .pages = 64, .budget = 8,
};

int start(struct nic *nic)
{
	return labyrinth_zone_create(&params, &nic->zone);
}

void sixteen_bad(struct nic *nic)
{
	int i;

	for (i = 0; i < 16; i++)
		nic->rx.slot[i] = ATOMIC_PAGE(nic->zone);	/* expect: atomic-size "sixteen_bad" */
}
