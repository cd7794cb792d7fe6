// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a function runs: breadth first from it to whoever calls it, each caller
 * walked once more with an eye on what it holds at the call.  A way up ends
 * where the context begins: at a callback that starts in one, or at a caller
 * that became atomic before the call.
 *
 * Policy: for people who ask about one function.  Calls through a pointer count
 * if the field they load has few possible functions; ways up are cut at DEPTH
 * and CALLERS, which the answer says.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define DEPTH	8
#define CALLERS 200
#define HELD	4

struct up { uint32_t fn, parent, depth; };	/* parent: the node that this one calls */

struct climb {
	struct lab_solver *s;
	struct up *nodes;	/* stb_ds */
	struct lab_intern *seen;
	uint32_t walked;
	/* what the walk of one caller saw at its calls to `target` */
	uint32_t target;
	struct { unsigned int bits; uint32_t fn, ins; } held[HELD];
	unsigned int nheld;
	bool free_call;		/* one of them holds nothing */
	bool cut;
};

void lab_watch_call(struct lab_watch *w, const struct lab_solver *s, const struct lab_state *at,
		    const struct lab_delta *more, uint32_t fn)
{
	struct climb *k = w->ctx;
	unsigned int bits = lab_state_bits(at), i;
	uint32_t by = LAB_NONE, ins = LAB_NONE;

	if (fn != k->target)
		return;
	for (i = 0; more && i < more->nholds; i++)
		bits |= lab_hold_bits(&more->holds[i]);
	bits &= lab_atomic_bits(s);
	for (i = 0; i < at->nholds && ins == LAB_NONE; i++)
		if (lab_hold_bits(&at->holds[i]) & lab_atomic_bits(s)) {
			by = at->holds[i].fn;
			ins = at->holds[i].ins;
		}
	k->free_call |= !bits;
	for (i = 0; i < k->nheld && k->held[i].bits != bits; i++)
		;
	if (!bits || i < k->nheld || i == HELD)
		return;
	k->held[i].bits = bits;
	k->held[i].fn = by;
	k->held[i].ins = ins;
	k->nheld++;
}

/* The functions this call may land in: those of a field or of a variable; or NULL. */
static const struct lab_fieldset *set_called(const struct lab_prog *p, const struct lab_gfn *f,
					     const struct lab_ins *in)
{
	uint32_t v = f->body->words[in->words + 3];
	const struct lab_ins *d;
	const uint32_t *l;

	if (f->def[v] == LAB_NONE)
		return NULL;
	d = &f->body->ins[f->def[v]];
	l = f->body->words + d->words;
	if (d->op == LAB_OP_LOAD && !l[7] && l[5] == LAB_BASE_SYM)
		return &p->varsets[l[6]];
	if (d->op != LAB_OP_LOAD || !l[7] || l[8 + 2 * (l[7] - 1)] != LAB_ELEM_FIELD)
		return NULL;
	return &p->fieldsets[l[9 + 2 * (l[7] - 1)]];
}

static bool in_set(const struct lab_prog *p, const struct lab_fieldset *set, uint32_t fn)
{
	for (int i = 0; set && arrlen(set->fns) <= LAB_WIDE && i < arrlen(set->fns); i++)
		if (lab_prog_resolve(p, set->fns[i], LAB_NONE) == fn)
			return true;
	return false;
}

static bool may_call(const struct lab_prog *p, uint32_t caller, uint32_t fn)
{
	const struct lab_gfn *f = &p->fns[caller];

	for (uint32_t i = 0; i < f->body->nins; i++) {
		const struct lab_ins *in = &f->body->ins[i];
		const uint32_t *o = f->body->words + in->words;

		if (in->op == LAB_OP_CALL && o[2] == p->fns[fn].sym)
			return true;
		if (in->op == LAB_OP_CALL && lab_prog_resolve(p, o[2], f->unit) == fn)
			return true;
		if (in->op == LAB_OP_CALLI && in_set(p, set_called(p, f, in), fn))
			return true;
	}
	return false;
}

static void place(struct climb *k, uint32_t node, struct lab_where w, lab_where_fn say, void *ctx)
{
	w.path = NULL;
	for (; node != LAB_NONE; node = k->nodes[node].parent)
		arrput(w.path, k->nodes[node].fn);
	say(ctx, &w);
	arrfree(w.path);
}

static void push(struct climb *k, uint32_t fn, uint32_t parent)
{
	uint32_t depth = parent == LAB_NONE ? 0 : k->nodes[parent].depth + 1;
	int fresh;

	if (depth > DEPTH) {
		k->cut = true;
		return;
	}
	lab_intern(k->seen, &fn, sizeof(fn), &fresh);
	if (fresh)
		arrput(k->nodes, ((struct up){ fn, parent, depth }));
}

/* What caller holds where it calls the function of node. */
static void ask(struct climb *k, struct lab_terms *t, uint32_t caller, uint32_t node,
		lab_where_fn say, void *ctx)
{
	struct lab_watch watch = { k };

	if (k->walked++ >= CALLERS) {
		k->cut = true;
		return;
	}
	k->target = k->nodes[node].fn;
	k->nheld = 0;
	k->free_call = false;
	k->s->watch = &watch;
	lab_flow_function(k->s, t, caller);
	k->s->watch = NULL;
	for (unsigned int i = 0; i < k->nheld; i++) {
		struct lab_where w = { .fn = k->held[i].fn, .ins = k->held[i].ins,
				       .bits = k->held[i].bits, .root = LAB_NONE };

		/* the caller is the first step of the way */
		arrput(k->nodes, ((struct up){ caller, node, 0 }));
		place(k, arrlenu(k->nodes) - 1, w, say, ctx);
		arrsetlen(k->nodes, arrlen(k->nodes) - 1);
	}
	if (k->free_call)
		push(k, caller, node);
}

bool lab_where(struct lab_solver *s, uint32_t fn, uint32_t *const *callers, lab_where_fn say, void *ctx)
{
	struct climb k = { .s = s, .seen = lab_intern_new() };
	struct lab_terms *t = lab_terms_new();
	const struct lab_prog *p = s->p;

	push(&k, fn, LAB_NONE);
	for (uint32_t i = 0; i < arrlenu(k.nodes); i++) {
		for (uint32_t r = 0; r < arrlenu(s->roots); r++)
			if (s->roots[r].fn == k.nodes[i].fn)
				place(&k, i, (struct lab_where){ .fn = LAB_NONE, .ins = LAB_NONE,
					.bits = lab_root_bits(s, r), .root = r }, say, ctx);
		for (int c = 0; callers && c < arrlen(callers[k.nodes[i].fn]); c++)
			ask(&k, t, callers[k.nodes[i].fn][c], i, say, ctx);
		for (uint32_t f = 0; !callers && f < arrlenu(p->fns); f++)
			if (may_call(p, f, k.nodes[i].fn))
				ask(&k, t, f, i, say, ctx);
	}
	arrfree(k.nodes);
	lab_intern_free(k.seen);
	lab_terms_free(t);
	return !k.cut;
}
