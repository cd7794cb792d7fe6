// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tracing. The plain paths know nothing of it: while the page event is on, all
 * zones have the debug gate closed, so every call takes the slow way, where each
 * change of owner passes lab_prim_guard_page().
 */
#include <linux/module.h>

#include "host.h"

#define CREATE_TRACE_POINTS
#include "labyrinth_trace.h"

u32 lab_tracing;

void lab_prim_guard_page(struct labyrinth_zone *z, void *va, enum labyrinth_state state)
{
	trace_labyrinth_page(z->name, va, state);
}

void lab_trace_refused(enum labyrinth_reason reason)
{
	trace_labyrinth_refused(reason);
}

void lab_trace_kick(const struct labyrinth_zone *z)
{
	trace_labyrinth_kick(z->name);
}

/* Holding lab_lock. */
void lab_trace_zone(struct labyrinth_zone *z)
{
	if (lab_tracing) {
		WRITE_ONCE(z->flags, z->flags | LABYRINTH_ZONE_GUARD);
		(void)lab_or(&z->gate, LAB_GATE_DEBUG);
	} else {
		(void)lab_and(&z->gate, ~LAB_GATE_DEBUG);
		WRITE_ONCE(z->flags, z->flags & ~LABYRINTH_ZONE_GUARD);
	}
}

static void trace_all(u32 on)
{
	u32 i;

	mutex_lock(&lab_lock);
	WRITE_ONCE(lab_tracing, on);
	for (i = 0; lab_zones && i < LAB_ZONES; i++)
		if (lab_zone_ok(&lab_zones[i]))
			lab_trace_zone(&lab_zones[i]);
	mutex_unlock(&lab_lock);
}

int lab_trace_on(void)
{
	trace_all(1);
	return 0;
}

void lab_trace_off(void)
{
	trace_all(0);
}
