// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Layer 1: the magazine of a slot, an array of free pages; and layer 1b: four
 * emergency slots for entries that find the magazine busy.
 *
 * The magazine belongs to the guard's owner: plain loads and stores. It is
 * filled and flushed in chunks of up to 62, the oldest first, so that the hot pages
 * stay. Emergency slots are single words: exchange to take, compare-and-swap
 * from empty to fill; both wait-free, and no element is ever linked, so there
 * is no ABA.
 */
#include "core.h"
#include "stack.h"

u32 lab_emerg_take(struct lab_cpu *c)
{
	u32 i, e;

	for (i = 0; i < LAB_EMERG; i++) {
		if (!lab_load(&c->emerg[i]))
			continue;
		e = lab_xchg(&c->emerg[i], 0u);
		if (e)
			return e;
	}
	return 0;
}

bool lab_emerg_put(struct lab_cpu *c, u32 index)
{
	u32 i;

	for (i = 0; i < LAB_EMERG; i++)
		if (!lab_load(&c->emerg[i]) && lab_cas(&c->emerg[i], 0u, index + 1))
			return true;
	return false;
}

/* Worker: top up a slot's emergency pages from the reserve. */
void lab_emerg_fill(struct labyrinth_zone *z, struct lab_cpu *c)
{
	struct lab_walk w = { .zone = z, .c = c };
	struct lab_page *pg;
	u32 i;

	for (i = 0; i < LAB_EMERG; i++) {
		if (lab_load(&c->emerg[i]))
			continue;
		pg = lab_reserve_one(&w, z);
		if (!pg)
			return;
		if (!lab_cas(&c->emerg[i], 0u, lab_index(z, pg) + 1))
			lab_loose_push(z, lab_index(z, pg));
	}
}

static void add(struct lab_cpu *c, u32 index)
{
	c->idx[c->n] = index;
	lab_own_store(&c->n, c->n + 1);
	lab_own_store(&c->in, c->in + 1);
}

/* A node's pages into the empty magazine; what the cap forbids goes back. */
static void load_node(struct labyrinth_zone *z, struct lab_cpu *c, struct lab_node *node)
{
	u32 i, n = node->n, take = n < c->cap ? n : c->cap;

	lab_copy_numbers(c->idx, node->idx + n - take, take);
	for (i = 0; i < take; i++)
		lab_prefetch(z->page + c->idx[i]);
	lab_own_store(&c->n, take);
	lab_own_store(&c->in, c->in + take);
	node->n = n - take;
	if (node->n)
		lab_reserve_push(z, &z->full, node);
	else
		lab_node_put(z, node);
}

/* The plain refill: a chunk of our returns or of everybody's, else single pages. False: a pop lost too many races. */
bool lab_mag_load(struct labyrinth_zone *z, struct lab_cpu *c)
{
	u32 i, half = (c->cap + 1) / 2;
	struct lab_node *node;
	int r = lab_reserve_pop(z, &c->returns, &node);

	if (r <= 0)
		r = lab_reserve_pop(z, &z->full, &node);
	if (r > 0)
		load_node(z, c, node);
	else
		while (c->n < half && c->n < LAB_LOOSE_MAX && lab_loose_pop(z, &i) > 0)
			add(c, i);
	if (c->n)
		lab_count(c, LAB_C_refill_magazine);
	return r >= 0;
}

/* The magazine is empty and ours. True: it holds a page now. */
bool lab_mag_refill(struct lab_walk *w)
{
	struct labyrinth_zone *z = w->zone;
	struct lab_cpu *c = w->c;
	struct lab_node *node;

	if (lab_inject(w, z, LABYRINTH_LAYER_RESERVE) || (lab_reserve_empty(z) && !c->stage_used))
		return false;
	w->contended |= !lab_mag_load(z, c);
	if (!c->n && c->stage_used) {	/* what we freed as a worker and have not sent yet */
		lab_stage_flush(z, c);
		w->contended |= !lab_mag_load(z, c);
	}
	if (!c->n && !lab_inject(w, z, LABYRINTH_LAYER_STEAL)) {
		node = lab_steal_node(z, c);
		if (node) {
			load_node(z, c, node);
			lab_count(c, LAB_C_refill_magazine);
		}
	}
	lab_reserve_check(z);
	return c->n != 0;
}

/* The per-CPU magazine; when it is empty it gets a chunk, and we its first page. */
bool lab_percpu_take(struct lab_walk *w, u32 *index)
{
	struct labyrinth_zone *z = w->zone;
	struct lab_node *node = NULL;
	int r;

	if (lab_prim_percpu_pop(z, index))
		return true;
	if (lab_inject(w, z, LABYRINTH_LAYER_RESERVE))
		return false;
	if (w->kind == LAB_OWNER && w->c->stage_used)
		lab_stage_flush(z, w->c);
	r = lab_reserve_pop(z, &w->c->returns, &node);
	if (r <= 0)
		r = lab_reserve_pop(z, &z->full, &node);
	if (r <= 0) {
		w->contended |= r < 0;
		return false;
	}
	*index = node->idx[--node->n];
	while (node->n && lab_prim_percpu_push(z, node->idx[node->n - 1]))
		node->n--;
	if (node->n)	/* on a smaller one, or we were moved to a full one */
		lab_reserve_push(z, &z->full, node);
	else
		lab_node_put(z, node);
	lab_reserve_check(z);
	lab_count(w->c, LAB_C_refill_magazine);
	return true;
}

/* The oldest half, at most a chunk, to the reserve. */
void lab_mag_flush(struct labyrinth_zone *z, struct lab_cpu *c)
{
	u32 k = (c->n + 1) / 2;

	if (k > LAB_CHUNK)
		k = LAB_CHUNK;
	lab_reserve_put(z, &z->full, c->idx, k);
	lab_copy_numbers(c->idx, c->idx + k, c->n - k);
	lab_own_store(&c->n, c->n - k);
	lab_own_store(&c->out, c->out + k);
	lab_count(c, LAB_C_flush_magazine);
}

/* Worker or the slot's owner: everything back, at the end of a thread. */
void lab_mag_flush_all(struct labyrinth_zone *z, struct lab_cpu *c)
{
	struct lab_node *node;
	u32 e;

	while (c->n)
		lab_mag_flush(z, c);
	while ((e = lab_emerg_take(c)))
		lab_loose_push(z, e - 1);
	while (lab_reserve_pop(z, &c->returns, &node) > 0)
		lab_reserve_push(z, &z->full, node);
	lab_stage_flush(z, c);
}

/* A page that its atomic owner gave up, to where the next one looks. */
void lab_mag_put(struct labyrinth_zone *z, struct lab_cpu *c, u32 kind, struct lab_page *pg)
{
	u32 i = lab_index(z, pg);

	if (lab_load(&z->gate) & LAB_GATE_STARVED) {
		/* somebody found nothing: put it where everybody looks */
		lab_loose_push(z, i);
		return;
	}
	if (z->npercpu) {
		if (!lab_prim_percpu_push(z, i))
			lab_loose_push(z, i);
		return;
	}
	if (kind == LAB_OWNER) {
		if (c->n >= c->cap)
			lab_mag_flush(z, c);
		add(c, i);
		return;
	}
	if (!lab_emerg_put(c, i))
		lab_loose_push(z, i);
}
