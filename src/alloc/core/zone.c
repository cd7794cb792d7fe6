// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A zone's life: parameters, tables, population, slots, end; and its rebirth
 * in a forked child.
 *
 * Policy: creation is all or nothing. Destruction waits, then refuses with the
 * holders named; it never takes a page away. After a fork only the descriptors
 * are trusted: every list is made anew from them.
 */
#include "core.h"

static bool bad_params(const struct labyrinth_zone_params *p)
{
	u32 max = p->max_pages ? p->max_pages : p->pages;

	return p->size != sizeof(*p) || !p->pages || p->pages > max || max > LAB_PAGES_MAX ||
	       p->magazine > LAB_MAG_MAX || !lab_prim_nslots(p) ||
	       (p->high && p->low > p->high) || p->low > max || p->high > max ||
	       (u32)p->prepare > LABYRINTH_PREPARE_KEEP || (u32)p->check > LABYRINTH_CHECK_OFF ||
	       (u32)p->stamp > LABYRINTH_STAMP_OFF || (u32)p->system > LABYRINTH_SYSTEM_NOWAIT ||
	       (p->flags & ~LABYRINTH_ZONE_FLAGS);
}

/* Large enough to amortise, small enough that one thread does not hold the zone. */
static u32 magazine_for(u32 pages)
{
	u32 n = pages / 16;

	return n < 16 ? 16 : n > LAB_MAG_MAX ? LAB_MAG_MAX : n;
}

static void take_params(struct labyrinth_zone *z, const struct labyrinth_zone_params *p)
{
	const char *name = p->name ? p->name : "zone";
	u32 i;

	for (i = 0; i + 1 < sizeof(z->name) && name[i]; i++)
		z->name[i] = name[i];
	z->npages = p->max_pages ? p->max_pages : p->pages;
	z->extent_pages = p->extent_pages && p->extent_pages < z->npages ? p->extent_pages : z->npages;
	z->ncpu = lab_prim_nslots(p);
	z->magazine = p->magazine ? p->magazine : magazine_for(z->npages);
	z->low = p->low ? p->low : p->pages / 8;
	z->high = p->high ? p->high : p->pages / 4;
	if (z->high < z->low)
		z->high = z->low;
	z->budget = p->budget;
	z->pattern = p->poison_pattern ? p->poison_pattern : 0xaa;
	z->prepare = p->prepare;
	z->check = p->check;
	z->stamp = p->stamp;
	z->system = p->system;
	z->flags = p->flags;
	z->max_hold_ns = p->max_hold_ns;
	z->destroy_timeout_ns = p->destroy_timeout_ns;
	z->neighbour = p->neighbour;
	z->report = p->report;
	z->report_arg = p->report_arg;
	z->npercpu = z->flags & LABYRINTH_ZONE_RSEQ ? lab_prim_percpu() : 0;
	z->gate = LAB_GATE_DYING |	/* until it is ready */
		  (z->budget ? LAB_GATE_BUDGET : 0) |
		  (z->flags & LABYRINTH_ZONE_NO_CHECKS ? LAB_GATE_TRUST : 0) |
		  (z->prepare != LABYRINTH_PREPARE_KEEP ||
		   z->stamp != LABYRINTH_STAMP_SAMPLED ? LAB_GATE_EXTRA : 0) |
		  (z->npercpu ? LAB_GATE_RSEQ : 0) |
		  (z->flags & LABYRINTH_ZONE_GUARD || lab_tools_on() ? LAB_GATE_DEBUG : 0);
	z->n_ext = (z->npages + z->extent_pages - 1) / z->extent_pages;
	z->nnodes = z->npages / LAB_CHUNK + 8 * z->ncpu + 8;
}

static void close_tables(struct labyrinth_zone *z)
{
	lab_prim_table_free(z->page, (size_t)z->npages * sizeof(*z->page));
	lab_prim_table_free(z->node, (size_t)z->nnodes * sizeof(*z->node));
	lab_prim_table_free(z->percpu, (size_t)z->npercpu * sizeof(*z->percpu));
	lab_prim_table_free(z->ext, (size_t)z->n_ext * sizeof(*z->ext));
	lab_prim_table_free(z->qlink, (size_t)z->npages * sizeof(*z->qlink));
	lab_prim_table_free(z->seen, (size_t)z->npages * sizeof(*z->seen));
	lab_prim_table_free(z->seen_at, (size_t)z->npages * sizeof(*z->seen_at));
	lab_prim_table_free(z->frame, (size_t)z->npages * sizeof(*z->frame));
	lab_prim_table_free(z->frame_sorted, (size_t)z->npages * sizeof(*z->frame_sorted));
	lab_prim_table_free(z->frame_spare, (size_t)z->npages * sizeof(*z->frame_spare));
}

static int open_tables(struct labyrinth_zone *z)
{
	u32 i;

	z->page = lab_prim_table((size_t)z->npages * sizeof(*z->page));
	z->node = lab_prim_table((size_t)z->nnodes * sizeof(*z->node));
	z->cpu = lab_prim_slots(z, z->ncpu + 1);
	z->ext = lab_prim_table((size_t)z->n_ext * sizeof(*z->ext));
	z->qlink = lab_prim_table((size_t)z->npages * sizeof(*z->qlink));
	z->seen = lab_prim_table((size_t)z->npages * sizeof(*z->seen));
	z->seen_at = lab_prim_table((size_t)z->npages * sizeof(*z->seen_at));
	if (!z->page || !z->qlink || !z->node || !z->cpu || !z->ext || !z->seen || !z->seen_at)
		return -ENOMEM;
	if (z->flags & LABYRINTH_ZONE_PAGEMAP) {
		z->frame = lab_prim_table((size_t)z->npages * sizeof(*z->frame));
		z->frame_sorted = lab_prim_table((size_t)z->npages * sizeof(*z->frame_sorted));
		z->frame_spare = lab_prim_table((size_t)z->npages * sizeof(*z->frame_spare));
		if (!z->frame || !z->frame_sorted || !z->frame_spare)
			return -ENOMEM;
	}
	if (z->npercpu) {
		z->percpu = lab_prim_table((size_t)z->npercpu * sizeof(*z->percpu));
		if (!z->percpu)
			return -ENOMEM;
	}
	for (i = 0; i < z->npercpu; i++)
		z->percpu[i].cap = z->magazine;
	for (i = 0; i <= z->ncpu; i++) {
		z->cpu[i].zone = z;
		z->cpu[i].cap = i < z->ncpu ? z->magazine : 0;
		z->cpu[i].shared = i == z->ncpu;
		z->cpu[i].owned = LAB_W_GEN_ONE | (u64)i << LAB_W_SLOT_SHIFT | LABYRINTH_PAGE_ATOMIC;
	}
	for (i = z->nnodes; i-- > 0;)
		lab_node_put(z, z->node + i);
	return 0;
}

/* Give memory to up to @want absent descriptors. Worker. */
int lab_zone_populate(struct labyrinth_zone *z, u32 want)
{
	struct lab_walk w = { .zone = z };
	u32 idx[LAB_CHUNK], n = 0, got = 0, i;
	struct lab_page *pg;
	bool zeroed;
	void *va;

	while (got < want && lab_absent_pop(z, &i) > 0) {
		zeroed = false;
		va = lab_inject(&w, z, LABYRINTH_LAYER_REFILL) ? NULL :
		     lab_prim_page_get(z, i, false, &zeroed);
		if (!va) {
			lab_absent_push(z, i);
			break;
		}
		pg = z->page + i;
		pg->va = va;
		pg->content = lab_fresh_content(z, zeroed);
		lab_quality_prepare(z, pg);
		if (z->flags & LABYRINTH_ZONE_GUARD)
			lab_prim_guard_page(z, va, LABYRINTH_PAGE_FREE);
		lab_tool_close(va);
		lab_store_rel(&pg->word, lab_w_to(lab_load(&pg->word), LABYRINTH_PAGE_FREE));
		(void)lab_add(&z->present, 1u);
		got++;
		lab_count(z->cpu + z->ncpu, LAB_C_refill);
		idx[n++] = i;
		if (n == LAB_CHUNK) {
			lab_reserve_put(z, &z->full, idx, n);
			n = 0;
		}
	}
	if (n)
		lab_reserve_put(z, &z->full, idx, n);
	return got || !want || !(lab_load(&z->absent.head) & 0xffffff) ? (int)got : -ENOMEM;
}

static int open_zone(struct labyrinth_zone *z, const struct labyrinth_zone_params *p)
{
	u32 i;
	int err;

	take_params(z, p);
	err = lab_prim_zone_room(z, p);
	if (!err)
		err = open_tables(z);
	if (!err)
		err = lab_prim_zone_open(z, p);
	if (err)
		return err;
	z->ext0 = z->ext[0];
	for (i = z->npages; i-- > 0;) {
		z->page[i].word = LABYRINTH_PAGE_ABSENT;
		lab_absent_push(z, i);
	}
	err = lab_zone_populate(z, p->pages);
	if (err != (int)p->pages)
		return -ENOMEM;
	err = lab_map_frames(z);
	if (err) {	/* not permitted: numbers of our own */
		lab_prim_table_free(z->frame, (size_t)z->npages * sizeof(*z->frame));
		lab_prim_table_free(z->frame_sorted, (size_t)z->npages * sizeof(*z->frame_sorted));
		lab_prim_table_free(z->frame_spare, (size_t)z->npages * sizeof(*z->frame_spare));
		z->frame = NULL;
		z->frame_sorted = z->frame_spare = NULL;
	}
	z->want = 0;
	lab_store(&z->clock, lab_prim_now(1));
	return 0;
}

/* Destroy looks for borrowers after it has closed the gate, so one of us sees the other. */
static bool neighbour_get(struct labyrinth_zone *n)
{
	bool fine;

	if (!lab_walk_begin(n))
		return false;
	(void)lab_add(&n->borrowers, 1u);
	lab_after_rmw();
	fine = !(lab_load(&n->gate) & LAB_GATE_DYING);
	if (!fine)
		(void)lab_add(&n->borrowers, -1u);
	lab_walk_end(n);
	return fine;
}

int labyrinth_zone_create(const struct labyrinth_zone_params *params, struct labyrinth_zone **zone)
{
	struct labyrinth_zone *z, *n;
	int err;

	if (!params || !zone || bad_params(params))
		return -EINVAL;
	*zone = NULL;
	n = params->neighbour;
	if (n && !neighbour_get(n))
		return -EINVAL;
	z = lab_prim_zone_get();
	err = z ? open_zone(z, params) : -ENFILE;
	if (err) {
		if (z) {
			lab_prim_zone_close(z);
			close_tables(z);
			lab_prim_zone_put(z);
		}
		if (n)
			(void)lab_add(&n->borrowers, -1u);
		return err;
	}
	(void)lab_and(&z->gate, ~LAB_GATE_DYING);
	lab_store_rel(&z->magic, LAB_MAGIC);
	lab_prim_zone_ready(z);
	*zone = z;
	return 0;
}

u32 lab_zone_pages_out(struct labyrinth_zone *z)
{
	u32 i, n = 0;

	for (i = 0; i < z->npages; i++) {
		enum labyrinth_state s = lab_w_state(lab_load_acq(&z->page[i].word));

		n += s != LABYRINTH_PAGE_FREE && s != LABYRINTH_PAGE_ABSENT;
	}
	return n;
}

/* Reports the pages of @of that are out; of another zone only those that @z borrowed. */
static void name_holders(struct labyrinth_zone *z, struct labyrinth_zone *of)
{
	struct lab_page *pg;
	u64 w;
	u32 i;

	for (i = 0; i < of->npages; i++) {
		pg = of->page + i;
		w = lab_load(&pg->word);
		if (lab_w_state(w) == LABYRINTH_PAGE_FREE || lab_w_state(w) == LABYRINTH_PAGE_ABSENT)
			continue;
		if (of == z || (w & LAB_W_LENT && lab_load(&pg->borrower) == z->id))
			lab_misuse(z, LABYRINTH_MISUSE_LEAK, pg, pg->va, lab_load(&pg->site), 0, 0);
	}
}

/* Who entered before the gate was closed has left, with a page or without; and no page is out. */
static bool at_rest(struct labyrinth_zone *z, u64 end)
{
	while (!lab_prim_quiesce(z) || lab_zone_pages_out(z) || lab_load(&z->borrowed) ||
	       lab_load(&z->borrowers)) {
		if (lab_prim_now(1) >= end)
			return false;
		lab_prim_relax();
	}
	return true;
}

/*
 * From here on it is no zone, so that nobody enters any more; wait for those
 * who did. False: somebody does not leave, so it stays a (dying) zone.
 */
static bool unpublish(struct labyrinth_zone *z)
{
	u64 end = lab_prim_now(1) + LAB_UNPUBLISH_NS;

	(void)lab_xchg(&z->magic, 0u);
	lab_prim_kick(z);	/* who waits for pages shall look again */
	while (!lab_prim_quiesce(z) || lab_load_acq(&z->walkers)) {
		if (lab_prim_now(1) >= end) {
			lab_store_rel(&z->magic, LAB_MAGIC);
			return false;
		}
		lab_prim_relax();
	}
	return true;
}

int labyrinth_zone_destroy(struct labyrinth_zone *zone)
{
	u64 start;
	u32 i;

	if (!lab_walk_begin(zone))
		return -EINVAL;
	if (lab_load(&zone->borrowers) || !lab_cas(&zone->destroying, 0u, 1u)) {
		lab_walk_end(zone);
		return -EBUSY;
	}
	lab_walk_end(zone);	/* nobody else destroys it now */
	(void)lab_or(&zone->gate, LAB_GATE_DYING);
	if (!lab_prim_zone_stop(zone)) {	/* we are its own worker, who holds a page */
		(void)lab_and(&zone->gate, ~LAB_GATE_DYING);
		lab_store_rel(&zone->destroying, 0u);
		return -EBUSY;
	}
	start = lab_prim_now(1);
	if (!at_rest(zone, lab_time_after(start, zone->destroy_timeout_ns))) {
		name_holders(zone, zone);
		if (lab_load(&zone->borrowed))
			name_holders(zone, zone->neighbour);
		lab_store_rel(&zone->destroying, 0u);
		return -EBUSY;
	}
	if (!unpublish(zone)) {
		lab_store_rel(&zone->destroying, 0u);
		return -EBUSY;
	}
	for (i = 0; i <= zone->ncpu; i++)	/* no thread's slot matches any more */
		lab_store(&zone->cpu[i].zone, (struct labyrinth_zone *)NULL);
	if (zone->neighbour)
		(void)lab_add(&zone->neighbour->borrowers, -1u);
	lab_prim_zone_close(zone);
	close_tables(zone);
	lab_prim_zone_put(zone);
	return 0;
}

/* From now on the worker and the thieves look at this slot. */
void lab_zone_slot_used(struct labyrinth_zone *z, u32 slot)
{
	u32 used;

	do
		used = lab_load(&z->used);
	while (used <= slot && !lab_cas(&z->used, used, slot + 1));
}

/* A thread or CPU came: by itself, with its guard down. */
void lab_zone_slot_open(struct labyrinth_zone *z, u32 slot)
{
	struct lab_walk w = { .zone = z };
	struct lab_guard g;

	if (slot >= z->ncpu)
		return;
	lab_zone_slot_used(z, slot);
	g = lab_prim_enter(z);
	w.c = z->cpu + slot;
	w.kind = g.kind;
	if (g.kind == LAB_OWNER) {
		lab_emerg_fill(z, w.c);
		if (!w.c->n && !z->npercpu)
			(void)lab_mag_refill(&w);
	}
	lab_prim_leave(&g);
}

/* ... and goes. */
void lab_zone_slot_close(struct labyrinth_zone *z, u32 slot)
{
	struct lab_guard g;

	if (slot >= z->ncpu)
		return;
	g = lab_prim_enter(z);
	if (g.kind == LAB_OWNER)
		lab_mag_flush_all(z, z->cpu + slot);
	lab_prim_leave(&g);
}

/* In a forked child, first of all: the lists of every zone, which may be cut anywhere. */
void lab_zone_forget(struct labyrinth_zone *z)
{
	u32 i, k;

	z->out = z->borrowed = z->walkers = 0;
	z->full.head = z->empty.head = z->loose.head = z->absent.head = 0;
	z->reserved = 0;
	z->backlog = NULL;
	(void)lab_and(&z->gate, ~LAB_GATE_STARVED);
	z->want = z->auditing = z->destroying = 0;
	for (i = 0; i < z->npercpu; i++)
		z->percpu[i].n = 0;
	for (i = 0; i <= z->ncpu; i++) {
		z->cpu[i].out += z->cpu[i].n;
		z->cpu[i].n = 0;
		z->cpu[i].queue = NULL;
		z->cpu[i].returns.head = 0;
		for (k = 0; k < LAB_EMERG; k++)
			z->cpu[i].emerg[k] = 0;
		for (k = 0; k < LAB_STAGES; k++)
			z->cpu[i].stage[k].n = 0;
	}
	for (i = z->nnodes; i-- > 0;)
		lab_node_put(z, z->node + i);
}

/* Zones without checks know no holder: the slot must do. */
static bool is_held_by(const struct labyrinth_zone *z, const struct lab_page *pg, u32 slot, u32 holder)
{
	if (lab_w_state(pg->word) != LABYRINTH_PAGE_CLEANING && z->gate & LAB_GATE_TRUST)
		return lab_w_slot(pg->word) == (slot < z->ncpu ? slot : z->ncpu);
	return (lab_w_state(pg->word) == LABYRINTH_PAGE_ATOMIC ? pg->claimed : pg->holder) == holder;
}

/*
 * In a forked child, after lab_zone_forget(): free pages and those that threads
 * held which do not exist here go to the reserve, queued pages are queued again
 * (their order is lost), what this thread holds or is just freeing stays.
 * @slot, @holder: of this thread before the fork.
 */
void lab_zone_rebuild(struct labyrinth_zone *z, u32 slot, u32 holder)
{
	struct labyrinth_zone *b;
	struct lab_page *pg;
	u32 i;
	u64 w;

	for (i = z->npages; i-- > 0;) {
		pg = z->page + i;
		w = pg->word;
		b = w & LAB_W_LENT ? lab_prim_zone_by_id(pg->borrower) : NULL;
		b = b ? b : z;
		switch (lab_w_state(w)) {
		case LABYRINTH_PAGE_ABSENT:
			lab_absent_push(z, i);
			continue;
		case LABYRINTH_PAGE_HANDED_OFF:
			lab_queue_push(b, b->cpu + b->ncpu, pg);
			break;
		case LABYRINTH_PAGE_ATOMIC:
		case LABYRINTH_PAGE_WORKER:
		case LABYRINTH_PAGE_CLEANING:
			if (is_held_by(z, pg, slot, holder)) {
				pg->holder = pg->claimed = lab_prim_holder();	/* whose number is another now */
				break;
			}
			__attribute__((__fallthrough__));
		default:
			if (lab_w_state(w) != LABYRINTH_PAGE_FREE)
				pg->content = LAB_DIRTY;
			pg->word = lab_w_to(w, LABYRINTH_PAGE_FREE) & ~LAB_W_LENT;
			lab_tool_close(pg->va);
			lab_loose_push(z, i);
			continue;
		}
		b->out++;
		b->borrowed += b != z;
	}
}
