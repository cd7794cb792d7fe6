// SPDX-License-Identifier: GPL-2.0-or-later
/* Counters, summed. Each is exact; the sum of a zone in use is a moment's blur. */
#include "core.h"

static u64 sum(struct labyrinth_zone *z, enum lab_counter what)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i <= z->ncpu; i++)
		n += lab_load(&z->cpu[i].count[what]);
	return n;
}

static void fill(struct labyrinth_zone *zone, struct labyrinth_stats *s)
{
	s64 reserve;
	u32 i;

#define LABYRINTH_X(name) s->name = sum(zone, LAB_C_##name);
	LABYRINTH_COUNTERS(LABYRINTH_X)
#undef LABYRINTH_X
	for (i = 0; i <= zone->ncpu; i++) {
		s->alloc_magazine += lab_mag_allocs(zone->cpu + i);
		s->cancel += lab_load(&zone->cpu[i].pushed);
	}
	s->alloc = s->alloc_magazine + s->alloc_emergency + s->alloc_reserve + s->alloc_stolen +
		   s->alloc_neighbour + s->alloc_system;
	for (i = 0; i < LABYRINTH_FAIL_COUNT; i++)
		s->failed[i] = lab_load(&zone->failed[i]);
	for (i = 0; i < LABYRINTH_MISUSE_COUNT; i++)
		s->misuse[i] = lab_load(&zone->misuse[i]);
	reserve = lab_load(&zone->reserved);
	s->reserve = reserve > 0 ? (u32)reserve : 0;
	s->pages = lab_load(&zone->present);
	s->max_pages = zone->npages;
	s->bad_zone = lab_prim_bad_zones();
#ifdef LAB_PRIM_OWN_MAP
	s->frames_real = true;
#else
	s->frames_real = zone->frame != NULL;
#endif
	s->rseq = !!(lab_load(&zone->gate) & LAB_GATE_RSEQ);
	for (i = 0; i < LABYRINTH_PAGE_STATES; i++)
		s->state[i] = 0;
	for (i = 0; i < zone->npages; i++)
		s->state[lab_w_state(lab_load(&zone->page[i].word)) % LABYRINTH_PAGE_STATES]++;
}

int labyrinth_get_stats(struct labyrinth_zone *zone, struct labyrinth_stats *s)
{
	if (!lab_walk_begin(zone))
		return -EINVAL;
	if (s)
		fill(zone, s);
	lab_walk_end(zone);
	return s ? 0 : -EINVAL;
}
