// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fault injection: every nth attempt of a layer fails. One gate bit keeps the
 * price away from zones that inject nothing.
 */
#include "core.h"

bool lab_inject_hit(struct labyrinth_zone *z, enum labyrinth_layer layer)
{
	u32 every = lab_load(&z->inject[layer].every);

	if (!every)
		return false;
	return (lab_add(&z->inject[layer].seen, 1u) + 1) % every == 0;
}

int labyrinth_inject(struct labyrinth_zone *zone, enum labyrinth_layer layer, uint32_t every)
{
	bool any = false;
	u32 i;

	if (!lab_zone_ok(zone)) {
		lab_prim_bad_zone();
		return -EINVAL;
	}
	if ((u32)layer >= LABYRINTH_LAYER_COUNT)
		return -EINVAL;
	lab_store(&zone->inject[layer].seen, 0u);
	lab_store(&zone->inject[layer].every, every);
	for (i = 0; i < LABYRINTH_LAYER_COUNT; i++)
		any |= !!lab_load(&zone->inject[i].every);
	if (any)
		(void)lab_or(&zone->gate, LAB_GATE_INJECT);
	else
		(void)lab_and(&zone->gate, ~LAB_GATE_INJECT);
	return 0;
}
