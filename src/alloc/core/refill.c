// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the atomic path leaves to the worker: populate between the marks,
 * prepare pages that came back dirty, gather single pages into chunks, fill the
 * emergency slots; and giving memory back.
 */
#include "core.h"

#define PREPARE_MAX 256u

/* Single pages out of the reserve, prepared, back as chunks. */
static void gather(struct labyrinth_zone *z)
{
	u32 idx[LAB_CHUNK], n = 0, done = 0, i;
	struct lab_page *pg;

	while (done++ < PREPARE_MAX && lab_loose_pop(z, &i) > 0) {
		pg = z->page + i;
		if (pg->content == LAB_DIRTY && z->prepare != LABYRINTH_PREPARE_KEEP) {
			lab_tool_open(pg->va);
			if (z->flags & LABYRINTH_ZONE_GUARD)
				lab_prim_guard_page(z, pg->va, LABYRINTH_PAGE_WORKER);
			lab_quality_prepare(z, pg);
			if (z->flags & LABYRINTH_ZONE_GUARD)
				lab_prim_guard_page(z, pg->va, LABYRINTH_PAGE_FREE);
			lab_tool_close(pg->va);
		}
		idx[n++] = i;
		if (n == LAB_CHUNK) {
			lab_reserve_put(z, &z->full, idx, n);
			n = 0;
		}
	}
	if (n)
		lab_reserve_put(z, &z->full, idx, n);
}

int labyrinth_refill(struct labyrinth_zone *zone)
{
	struct lab_guard g;
	int got = 0;
	s64 have;
	u32 i;

	if (!lab_walk_begin(zone))
		return -EINVAL;
	if (lab_load(&zone->gate) & LAB_GATE_DYING)
		goto out;
	(void)lab_xchg(&zone->want, 2u);
	lab_store(&zone->clock, lab_prim_now(1));
	g = lab_prim_enter(zone);
	if (g.kind == LAB_OWNER && g.slot < zone->ncpu)
		lab_stage_flush(zone, zone->cpu + g.slot);
	gather(zone);
	lab_prim_leave(&g);
	have = lab_load(&zone->reserved);
	if (have < (s64)zone->low)
		got = lab_zone_populate(zone, (u32)((s64)zone->high - have));
	for (i = 0; i < zone->ncpu; i++)
		if (lab_prim_slot_live(i))
			lab_emerg_fill(zone, zone->cpu + i);
	if (got > 0)
		(void)lab_map_frames(zone);
	if (lab_load(&zone->reserved) >= (s64)zone->high)
		(void)lab_cas(&zone->want, 2u, 0u);
out:
	lab_walk_end(zone);
	return got;
}

/* One page out of the reserve and back to the system. */
static void put_back(struct labyrinth_zone *z, u32 i)
{
	struct lab_page *pg = z->page + i;

	lab_tool_open(pg->va);
	lab_store(&pg->word, lab_w_to(lab_load(&pg->word), LABYRINTH_PAGE_ABSENT));
	lab_prim_page_put(z, i, pg->va);
	pg->content = LAB_DIRTY;
	(void)lab_add(&z->present, -1u);
	lab_count(z->cpu + z->ncpu, LAB_C_drain);
	lab_absent_push(z, i);
}

int labyrinth_drain(struct labyrinth_zone *zone, uint32_t keep)
{
	struct lab_node *node;
	int n = 0;
	u32 i;

	if (!lab_walk_begin(zone))
		return -EINVAL;
	while (lab_load(&zone->present) > keep) {
		if (lab_loose_pop(zone, &i) > 0) {
			put_back(zone, i);
			n++;
			continue;
		}
		if (lab_reserve_pop(zone, &zone->full, &node) <= 0)
			break;
		while (node->n && lab_load(&zone->present) > keep) {
			put_back(zone, node->idx[--node->n]);
			n++;
		}
		if (node->n)
			lab_reserve_push(zone, &zone->full, node);
		else
			lab_node_put(zone, node);
	}
	lab_walk_end(zone);
	return n;
}
