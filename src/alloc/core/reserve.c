// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Layer 2: the zone's reserve, open to every context.
 *
 * Chunks of up to 62 page numbers lie in nodes; full and empty nodes are two
 * tagged stacks. Single pages, from nested entries and when no empty node is
 * left, are a third stack, linked through their descriptors. Each slot has a
 * stack of returns, where workers put what that producer handed them; its
 * owner refills from there first, anybody may steal from it.
 *
 * Policy: pops are capped (CONTENDED), pushes are lock-free and always end
 * well, so a page that is given back is never lost.
 */
#include "core.h"
#include "stack.h"

static int node_pop(struct labyrinth_zone *z, struct lab_stack *s, struct lab_node **node)
{
	u32 i = 0;
	int r = lab_stack_pop(&s->head, z->node, sizeof(*z->node), LAB_RETRY, &i);

	*node = r > 0 ? z->node + i : NULL;
	return r;
}

static void node_push(struct labyrinth_zone *z, struct lab_stack *s, struct lab_node *node)
{
	lab_stack_push(&s->head, z->node, sizeof(*z->node), (u32)(node - z->node));
}

struct lab_node *lab_node_get(struct labyrinth_zone *z)
{
	struct lab_node *node;

	node_pop(z, &z->empty, &node);
	return node;
}

void lab_node_put(struct labyrinth_zone *z, struct lab_node *node)
{
	node_push(z, &z->empty, node);
}

/* Ask the worker once each time the reserve falls below low; re-armed at high. */
void lab_want_refill(struct labyrinth_zone *z)
{
	if (!lab_load(&z->want) && lab_cas(&z->want, 0u, 1u))
		lab_prim_kick(z);
}

/* Counted before it can be seen, so that the count does not fall below what is there. */
static void came(struct labyrinth_zone *z, u32 n)
{
	s64 now = lab_add(&z->reserved, (s64)n) + (s64)n;

	if (now >= (s64)(z->low < 2 * LAB_CHUNK ? z->low : 2 * LAB_CHUNK) && lab_load(&z->gate) & LAB_GATE_STARVED)
		(void)lab_and(&z->gate, ~LAB_GATE_STARVED);
	if (now >= (s64)z->high && lab_load(&z->want) == 2)
		(void)lab_cas(&z->want, 2u, 0u);
}

/* 1, 0 or -1 as lab_stack_pop(); the node's pages are the caller's. */
int lab_reserve_pop(struct labyrinth_zone *z, struct lab_stack *s, struct lab_node **node)
{
	int r = node_pop(z, s, node);

	if (r > 0)
		(void)lab_add(&z->reserved, -(s64)(*node)->n);
	return r;
}

void lab_reserve_push(struct labyrinth_zone *z, struct lab_stack *s, struct lab_node *node)
{
	came(z, node->n);
	node_push(z, s, node);
}

int lab_loose_pop(struct labyrinth_zone *z, u32 *index)
{
	int r = lab_stack_pop(&z->loose.head, &z->page->next, sizeof(*z->page), LAB_RETRY, index);

	if (r > 0)
		(void)lab_add(&z->reserved, (s64)-1);
	return r;
}

void lab_loose_push(struct labyrinth_zone *z, u32 index)
{
	came(z, 1);
	lab_stack_push(&z->loose.head, &z->page->next, sizeof(*z->page), index);
}

int lab_absent_pop(struct labyrinth_zone *z, u32 *index)
{
	return lab_stack_pop(&z->absent.head, &z->page->next, sizeof(*z->page), LAB_RETRY, index);
}

void lab_absent_push(struct labyrinth_zone *z, u32 index)
{
	lab_stack_push(&z->absent.head, &z->page->next, sizeof(*z->page), index);
}

/* n <= LAB_CHUNK pages to stack s, as a node if one is to be had. */
void lab_reserve_put(struct labyrinth_zone *z, struct lab_stack *s, const u32 *idx, u32 n)
{
	struct lab_node *node = n > 1 ? lab_node_get(z) : NULL;
	u32 i;

	if (!node) {
		for (i = 0; i < n; i++)
			lab_loose_push(z, idx[i]);
		return;
	}
	node->n = n;
	lab_copy_numbers(node->idx, idx, n);
	lab_reserve_push(z, s, node);
}

/* One page out of a node, the rest back. */
static struct lab_page *split(struct labyrinth_zone *z, struct lab_node *node)
{
	u32 i = node->idx[--node->n];

	if (node->n)
		lab_reserve_push(z, &z->full, node);
	else
		lab_node_put(z, node);
	return z->page + i;
}

struct lab_page *lab_reserve_one(struct lab_walk *w, struct labyrinth_zone *z)
{
	struct lab_page *pg = NULL;
	struct lab_node *node;
	u32 i;
	int r;

	if (lab_reserve_empty(z))
		return NULL;
	r = lab_loose_pop(z, &i);
	if (r > 0)
		pg = z->page + i;
	if (r < 0)
		w->contended = true;
	if (!pg) {
		r = lab_reserve_pop(z, &z->full, &node);
		if (r > 0)
			pg = split(z, node);
	}
	lab_reserve_check(z);
	if (pg)
		return pg;
	if (r < 0)
		w->contended = true;
	return NULL;
}

/* Returns that wait for another producer, or for nobody. */
struct lab_node *lab_steal_node(struct labyrinth_zone *z, struct lab_cpu *c)
{
	u32 i, used = lab_load(&z->used);
	struct lab_node *node;

	for (i = 0; i <= used && !lab_reserve_empty(z); i++) {
		if (lab_slot(z, i, used) == c)
			continue;
		if (lab_reserve_pop(z, &lab_slot(z, i, used)->returns, &node) > 0)
			return node;
	}
	return NULL;
}

/* The last resort inside a zone: other slots' returns and emergency pages. */
struct lab_page *lab_steal_one(struct lab_walk *w, struct labyrinth_zone *z)
{
	u32 i, e, used = lab_load(&z->used);
	struct lab_node *node;
	int r;

	for (i = 0; i <= used; i++) {
		r = lab_reserve_empty(z) ? 0 : lab_reserve_pop(z, &lab_slot(z, i, used)->returns, &node);
		if (r > 0)
			return split(z, node);
		if (r < 0)
			w->contended = true;
		e = lab_emerg_take(lab_slot(z, i, used));
		if (e)
			return z->page + (e - 1);
	}
	return NULL;
}

static void flush_stage(struct labyrinth_zone *z, struct lab_cpu *c, struct lab_stage *s)
{
	struct lab_stack *to = &z->full;

	if (!s->n)
		return;
	if (s->home < z->ncpu && lab_prim_slot_live(s->home))
		to = &z->cpu[s->home].returns;
	lab_reserve_put(z, to, s->idx, s->n);
	lab_count(c, LAB_C_returned);
	s->n = 0;
}

/* Guard's owner: publish what this thread has gathered. */
void lab_stage_flush(struct labyrinth_zone *z, struct lab_cpu *c)
{
	u32 i;

	for (i = 0; i < LAB_STAGES; i++)
		flush_stage(z, c, &c->stage[i]);
	c->stage_used = 0;
}

/* A page that a worker freed, on its way to the slot that allocated it. */
void lab_return_page(struct labyrinth_zone *z, struct lab_cpu *c, u32 kind, struct lab_page *pg, u32 home)
{
	struct lab_stage *s;

	if (kind != LAB_OWNER) {
		lab_loose_push(z, lab_index(z, pg));
		return;
	}
	s = &c->stage[home % LAB_STAGES];
	if (s->n && s->home != home)
		flush_stage(z, c, s);
	s->home = home;
	c->stage_used = 1;
	s->idx[s->n++] = lab_index(z, pg);
	if (s->n == LAB_CHUNK || LAB_UNLIKELY(lab_load(&z->gate) & LAB_GATE_STARVED))
		flush_stage(z, c, s);
}
