// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Atomic allocations in loops that only an empty zone ends: no way out, or every way out
 * hangs on the allocation itself.  Loops as in Tarjan ("Testing flow graph reducibility",
 * 1974), simplified: the blocks that a head reaches and that reach it, none before it.
 */
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "priv.h"

struct loop { const struct lab_fn *b; uint8_t *from, *to, *sites; uint32_t head, blocks; };

static void each_target(const struct lab_fn *b, uint32_t block, lab_block_fn visit, void *ctx)
{
	struct lab_ins *in = &b->ins[b->blocks[block].first + b->blocks[block].count - 1];

	if (b->blocks[block].count)
		lab_ins_targets(in->op, b->words + in->words, in->nwords, visit, ctx);
}

static void reached(void *ctx, uint32_t *block)
{
	struct loop *l = ctx;

	if (*block >= l->head && !l->from[*block]) {
		l->from[*block] = 1;
		each_target(l->b, *block, reached, l);
	}
}

struct ask { struct loop *l; bool yes; };

static void leads_back(void *ctx, uint32_t *block)
{
	struct ask *a = ctx;

	a->yes |= *block == a->l->head || a->l->to[*block];
}

/* The blocks of the loop that begins at head: l->from and l->to. */
static bool find_loop(struct loop *l)
{
	bool again = true;

	each_target(l->b, l->head, reached, l);
	if (!l->from[l->head])
		return false;
	while (again) {
		again = false;
		for (uint32_t i = l->blocks; i-- > l->head;) {
			struct ask a = { l, false };

			if (!l->from[i] || l->to[i])
				continue;
			each_target(l->b, i, leads_back, &a);
			if (!a.yes)
				continue;
			l->to[i] = 1;
			again = true;
		}
	}
	return true;
}

/* The value is made of results of allocations and of numbers. */
static bool of_allocation(const struct loop *l, const struct lab_gfn *f, uint32_t v, int depth)
{
	const struct lab_ins *d = lab_own_def(f, v);
	const uint32_t *o = d ? l->b->words + d->words : NULL;

	if (!d || depth > 8)
		return false;
	switch (d->op) {
	case LAB_OP_CONST:
		return true;
	case LAB_OP_CALL:
		return l->sites[f->def[v]];
	case LAB_OP_BIN:
		return of_allocation(l, f, o[2], depth + 1) && of_allocation(l, f, o[3], depth + 1);
	case LAB_OP_UN:
		return of_allocation(l, f, o[2], depth + 1);
	case LAB_OP_CAST:
		return of_allocation(l, f, o[1], depth + 1);
	case LAB_OP_PHI:	/* the one before the loop, and the one in it */
		for (uint32_t k = 0; k < o[1]; k++)
			if (o[2 + 2 * k] != v && !of_allocation(l, f, o[2 + 2 * k], depth + 2))
				return false;
		return true;
	default:
		return false;
	}
}

static bool stops(const struct lab_fn *b, uint32_t block)
{
	const struct lab_block *k = &b->blocks[block];

	return k->count && b->ins[k->first + k->count - 1].op == LAB_OP_STOP;
}

struct leave { struct loop *l; bool leaves; };

static void leaves(void *ctx, uint32_t *block)
{
	struct leave *x = ctx;

	x->leaves |= !x->l->to[*block] && !stops(x->l->b, *block);
}

/* Nothing but an allocation that fails ends it. */
static bool is_endless(struct loop *l, const struct lab_gfn *f)
{
	for (uint32_t i = l->head; i < l->blocks; i++) {
		const struct lab_ins *in;
		struct leave x = { l, false };

		if (!l->to[i] || !l->b->blocks[i].count)
			continue;
		in = &l->b->ins[l->b->blocks[i].first + l->b->blocks[i].count - 1];
		each_target(l->b, i, leaves, &x);
		if (!x.leaves)
			continue;
		if (in->op != LAB_OP_BR || !of_allocation(l, f, l->b->words[in->words], 0))
			return false;
	}
	return true;
}

/* How the call gets an atomic page: a trace, or NONE. */
static uint32_t allocates(struct own *o, uint32_t fn, uint32_t ins)
{
	const struct lab_gfn *f = &o->s->p->fns[fn];
	uint32_t sym = f->body->words[f->body->ins[ins].words + 2], n, to;
	const struct lab_fact *facts = lab_solver_facts(o->s, sym, &n);

	for (uint32_t i = 0; i < n; i++)
		if (facts[i].kind == LAB_FACT_ALLOCATES && facts[i].result && !facts[i].as)
			return lab_own_trace(o, fn, ins, LAB_OWN_ALLOCATES, sym, LAB_NONE);
	to = lab_own_body(o, f, sym);
	for (int i = 0; to != LAB_NONE && i < arrlen(o->sums[to].cases); i++)
		if (o->sums[to].cases[i].fresh && (o->sums[to].cases[i].obj.flags & OWN_ATOMIC))
			return lab_own_trace(o, fn, ins, LAB_OWN_CALLS, sym,
					 o->births[o->sums[to].cases[i].obj.born].trace);
	return LAB_NONE;
}

static void say(struct own *o, uint32_t fn, uint32_t ins, uint32_t head)
{
	struct lab_misuse m = { .kind = LAB_MISUSE_SIZE, .as = "page", .why = "loop" };
	const struct lab_block *k = &o->s->p->fns[fn].body->blocks[head];

	arrput(m.steps, ((struct lab_own_step){ fn, k->first + k->count - 1, LAB_NONE, LAB_OWN_REPEATS }));
	m.steps = lab_own_steps(o, m.steps, allocates(o, fn, ins));
	m.sink = arrlenu(m.steps) - 1;
	lab_own_misuse(o, m);
}

static void look(struct own *o, uint32_t fn, struct loop *l)
{
	const struct lab_gfn *f = &o->s->p->fns[fn];

	if (!find_loop(l))
		return;
	for (uint32_t i = l->head; arrlen(o->budgets) && i < l->blocks; i++)
		for (uint32_t k = 0; l->to[i] && k < l->b->blocks[i].count; k++)
			if (l->sites[l->b->blocks[i].first + k])
				lab_own_loop_budget(o, fn, l->to, l->head, l->b->blocks[i].first + k);
	if (!is_endless(l, f))
		return;
	for (uint32_t i = l->head; i < l->blocks; i++)
		for (uint32_t k = 0; l->to[i] && k < l->b->blocks[i].count; k++)
			if (l->sites[l->b->blocks[i].first + k])
				say(o, fn, l->b->blocks[i].first + k, l->head);
}

void lab_own_endless(struct own *o, uint32_t fn)
{
	const struct lab_fn *b = o->s->p->fns[fn].body;
	struct loop l = { .b = b, .blocks = b->nblocks, .sites = calloc(b->nins + 1, 1) };
	bool any = false;

	if (!l.sites)
		abort();
	for (uint32_t i = 0; i < b->nins; i++)
		if (b->ins[i].op == LAB_OP_CALL && allocates(o, fn, i) != LAB_NONE)
			l.sites[i] = any = true;
	for (l.head = 0; any && l.head < b->nblocks; l.head++) {
		l.from = calloc(b->nblocks + 1, 1);
		l.to = calloc(b->nblocks + 1, 1);
		if (!l.from || !l.to)
			abort();
		look(o, fn, &l);
		free(l.from);
		free(l.to);
	}
	free(l.sites);
	lab_own_bulk(o, fn);
}
