// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a page may come from, in order: magazine, emergency slots, reserve, what
 * other slots keep, neighbour, system.
 *
 * Policy: a busy magazine (nested entry) falls through to the next layer; it
 * is never by itself a reason to fail.
 */
#include "core.h"

static struct lab_page *from_magazine(struct lab_walk *w)
{
	struct lab_cpu *c = w->c;
	struct labyrinth_zone *z = w->zone;
	u32 i;

	if (lab_inject(w, z, LABYRINTH_LAYER_MAGAZINE))
		return NULL;
	if (z->npercpu) {	/* a nested entry may use it as well */
		if (!lab_percpu_take(w, &i))
			return NULL;
		lab_count(c, LAB_C_alloc_magazine);
		return z->page + i;
	}
	if (w->kind != LAB_OWNER)
		return NULL;
	if (!c->n && !lab_mag_refill(w))
		return NULL;
	i = c->idx[c->n - 1];
	lab_own_store(&c->n, c->n - 1);
	return z->page + i;
}

static struct lab_page *from_emergency(struct lab_walk *w)
{
	u32 i;

	if (lab_inject(w, w->zone, LABYRINTH_LAYER_EMERGENCY))
		return NULL;
	i = lab_emerg_take(w->c);
	if (!i)
		return NULL;
	lab_count(w->c, LAB_C_alloc_emergency);
	return w->zone->page + (i - 1);
}

static struct lab_page *from_neighbour(struct lab_walk *w)
{
	struct labyrinth_zone *n = w->zone->neighbour;
	struct lab_page *pg;

	if (!n || lab_inject(w, w->zone, LABYRINTH_LAYER_NEIGHBOUR) ||
	    (lab_load(&n->gate) & LAB_GATE_DYING))
		return NULL;
	pg = lab_reserve_one(w, n);
	if (!pg)
		pg = lab_steal_one(w, n);
	if (!pg)
		return NULL;
	w->from = n;
	lab_own_store(&pg->borrower, w->zone->id);
	lab_count(w->c, LAB_C_alloc_neighbour);
	(void)lab_add(&n->cpu[n->ncpu].count[LAB_C_lent], (u64)1);
	return pg;
}

static struct lab_page *from_system(struct lab_walk *w)
{
	struct labyrinth_zone *z = w->zone;
	struct lab_page *pg;
	bool zeroed = false;
	void *va;
	u32 i;

	if (z->system == LABYRINTH_SYSTEM_NEVER)
		return NULL;
	w->reason = lab_prim_system_ok(z);
	if (w->reason != LABYRINTH_FAIL_NONE || lab_inject(w, z, LABYRINTH_LAYER_SYSTEM))
		return NULL;
	if (lab_absent_pop(z, &i) <= 0) {
		w->reason = LABYRINTH_FAIL_LIMIT;
		return NULL;
	}
	va = lab_prim_page_get(z, i, true, &zeroed);
	if (!va) {
		lab_absent_push(z, i);
		w->reason = LABYRINTH_FAIL_SYSTEM;
		return NULL;
	}
	pg = z->page + i;
	pg->va = va;
	pg->content = lab_fresh_content(z, zeroed);
	lab_store_rel(&pg->word, lab_w_to(lab_load(&pg->word), LABYRINTH_PAGE_FREE));
	(void)lab_add(&z->present, 1u);
	lab_count(w->c, LAB_C_alloc_system);
	return pg;
}

struct lab_page *lab_walk_layers(struct lab_walk *w)
{
	struct labyrinth_zone *z = w->zone;
	struct lab_page *pg;

	w->from = z;
	pg = from_magazine(w);
	if (!pg)
		pg = from_emergency(w);
	if (!pg && !lab_inject(w, z, LABYRINTH_LAYER_RESERVE)) {
		pg = lab_reserve_one(w, z);
		if (pg)
			lab_count(w->c, LAB_C_alloc_reserve);
	}
	if (!pg && !lab_inject(w, z, LABYRINTH_LAYER_STEAL)) {
		pg = lab_steal_one(w, z);
		if (pg)
			lab_count(w->c, LAB_C_alloc_stolen);
	}
	if (!pg) {
		if (!w->injected) {
			if (!(lab_load(&z->gate) & LAB_GATE_STARVED))
				(void)lab_or(&z->gate, LAB_GATE_STARVED);
			lab_want_refill(z);
		}
		pg = from_neighbour(w);
	}
	return pg ? pg : from_system(w);
}

/*
 * Where the guard by itself bars the system layer (PREEMPT_RT: it keeps
 * preemption off) ask once more without it; the count holds the zone meanwhile.
 */
LAB_COLD struct lab_page *lab_walk_system_late(struct lab_walk *w, struct lab_guard *g)
{
	struct labyrinth_zone *z = w->zone;
	struct lab_page *pg;

	(void)lab_add(&z->walkers, 1u);
	lab_prim_leave(g);
	w->c = z->cpu + z->ncpu;	/* counted in common: we may be moved */
	pg = from_system(w);
	*g = lab_prim_enter(z);
	w->c = lab_cpu_of(z, g);
	lab_walk_end(z);
	return pg;
}
