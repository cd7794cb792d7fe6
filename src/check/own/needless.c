// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Atomic allocations where nobody is atomic: the function has no callers but those that are
 * here, all of them run in process context, and none holds anything at the call.
 *
 * Policy: one address of the function that went somewhere unknown, one caller that anybody
 * may call, one way up that was cut, and nothing is said.  Never advice to drop a lock.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "priv.h"

enum { SEEN_FREE = 1, SEEN_ATOMIC = 2 };
enum { UNKNOWN, CLOSED, OPEN, ASKING };

struct own_needless {
	uint32_t *addressed;		/* by function: how often its address is taken */
	uint32_t **callers;		/* stb_ds by function */
	uint8_t *closed;		/* by function */
	uint32_t **called;		/* stb_ds by field: sources that call what it holds */
	int64_t atomic;			/* GFP_ATOMIC of this kernel, or 0 */
	int64_t reclaim;		/* ___GFP_DIRECT_RECLAIM, or 0 */
};

/* ---- who calls whom ------------------------------------------------------------------- */

static void address_taken(struct own *o, uint32_t sym, uint32_t unit)
{
	uint32_t fn = lab_prog_resolve(o->s->p, sym, unit);

	if (fn != LAB_NONE)
		o->needless->addressed[fn]++;
}

/* A work item's function that is also called at once, by who holds the item. */
static void field_called(struct own *o, const struct lab_gfn *f, uint32_t v)
{
	const struct lab_ins *d = lab_own_def(f, v);
	const uint32_t *w = d ? f->body->words + d->words : NULL;

	if (d && d->op == LAB_OP_LOAD && w[7] && w[6 + 2 * w[7]] == LAB_ELEM_FIELD)
		arrput(o->needless->called[w[7 + 2 * w[7]]], f->body->file);
}

static bool is_last(const uint32_t *list, uint32_t fn)
{
	return arrlen(list) && list[arrlen(list) - 1] == fn;
}

static void index_callers(struct own *o)
{
	const struct lab_prog *p = o->s->p;

	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++) {
		const struct lab_gfn *f = &p->fns[fn];

		for (uint32_t i = 0; i < f->body->nins; i++) {
			const struct lab_ins *in = &f->body->ins[i];
			const uint32_t *w = f->body->words + in->words;
			uint32_t to;

			if (in->op == LAB_OP_ADDR && w[1] == LAB_BASE_SYM && !w[3] &&
			    p->syms[w[2]].kind == LAB_SYM_FUNC)
				address_taken(o, w[2], f->unit);
			if (in->op == LAB_OP_CALLI)
				field_called(o, f, w[3]);
			to = in->op == LAB_OP_CALL ? lab_prog_resolve(p, w[2], f->unit) : LAB_NONE;
			if (to != LAB_NONE && !is_last(o->needless->callers[to], fn))
				arrput(o->needless->callers[to], fn);
		}
	}
	for (uint32_t i = 0; i < arrlenu(p->inits); i++)
		if (p->inits[i].kind == LAB_INITV_ADDR && p->inits[i].target != LAB_NONE &&
		    p->syms[p->inits[i].target].kind == LAB_SYM_FUNC)
			address_taken(o, p->inits[i].target, p->syms[p->inits[i].sym].unit);
}

void lab_own_needless_begin(struct own *o)
{
	uint32_t n = arrlenu(o->s->p->fns);
	struct own_needless *x = calloc(1, sizeof(*x));

	if (!x)
		abort();
	o->needless = x;
	x->addressed = calloc(n + 1, sizeof(*x->addressed));
	x->callers = calloc(n + 1, sizeof(*x->callers));
	x->closed = calloc(n + 1, 1);
	x->called = calloc(arrlenu(o->s->p->fields) + 1, sizeof(*x->called));
	if (!x->addressed || !x->callers || !x->closed || !x->called)
		abort();
	index_callers(o);
	lab_prog_macro(o->s->p, "GFP_ATOMIC", &x->atomic);
	lab_prog_macro(o->s->p, "___GFP_DIRECT_RECLAIM", &x->reclaim);
}

void lab_own_needless_end(struct own *o)
{
	for (uint32_t i = 0; i < arrlenu(o->s->p->fns); i++)
		arrfree(o->needless->callers[i]);
	free(o->needless->addressed);
	free(o->needless->callers);
	free(o->needless->closed);
	for (uint32_t i = 0; i < arrlenu(o->s->p->fields); i++)
		arrfree(o->needless->called[i]);
	free(o->needless->called);
	free(o->needless);
}

/* Who calls such items at once and lies beside the function may mean this one. */
static bool called_nearby(const struct own *o, uint32_t field, uint32_t fn)
{
	const uint32_t *by = o->needless->called[field];

	for (int i = 0; i < arrlen(by); i++)
		if (lab_same_folder(o->s->p, by[i], o->s->p->fns[fn].body->file))
			return true;
	return false;
}

/* Places where it was registered to run in process context, all of them. */
static uint32_t registered(const struct own *o, uint32_t fn)
{
	const struct lab_solver *s = o->s;
	uint32_t n = 0;

	for (int i = 0; i < arrlen(s->roots); i++) {
		if (s->roots[i].fn != fn)
			continue;
		if (s->roots[i].ctx != LAB_CTX_PROCESS ||
		    (s->roots[i].field != LAB_NONE && called_nearby(o, s->roots[i].field, fn)))
			return 0;
		n++;
	}
	return n;
}

/* All callers are known. */
static bool is_closed(struct own *o, uint32_t fn)
{
	struct own_needless *x = o->needless;
	uint32_t known, callers = arrlenu(x->callers[fn]);
	bool closed;

	if (x->closed[fn] == ASKING)
		return true;
	if (x->closed[fn])
		return x->closed[fn] == CLOSED;
	x->closed[fn] = ASKING;
	known = registered(o, fn);
	closed = (o->s->p->syms[o->s->p->fns[fn].sym].flags & LAB_SYMF_STATIC) &&
		 x->addressed[fn] <= known && (known || callers);
	for (uint32_t i = 0; closed && i < callers; i++)
		closed = is_closed(o, x->callers[fn][i]);
	x->closed[fn] = closed ? CLOSED : OPEN;
	return closed;
}

/* ---- where it is atomic ----------------------------------------------------------------- */

static bool is_atomic_mask(const struct own_needless *x, int64_t v)
{
	return x->atomic && x->reclaim && (v & x->atomic) == x->atomic && !(v & x->reclaim);
}

/* The argument that is a gfp mask, by the condition under which the function sleeps; or -1. */
static int mask_argument(const struct lab_fact *f)
{
	for (int i = 0; f->kind == LAB_FACT_SLEEP && i < f->natoms; i++) {
		const struct lab_atom *a = &f->atom[i];

		if (a->kind == LAB_ATOM_CMP && a->masked && a->mask.macro && a->value.base == LAB_MREF_ARG &&
		    !a->value.path && !strcmp(a->mask.macro, "___GFP_DIRECT_RECLAIM"))
			return a->value.arg;
	}
	return -1;
}

static bool is_const_atomic(const struct own *o, const struct lab_gfn *f, uint32_t v)
{
	const struct lab_ins *d = lab_own_def(f, v);
	const uint32_t *w = d ? f->body->words + d->words : NULL;

	return d && d->op == LAB_OP_CONST &&
	       is_atomic_mask(o->needless, (int64_t)((uint64_t)w[2] << 32 | w[1]));
}

/* An atomic allocation by what is written in the source. */
static bool is_site(struct own *o, const struct lab_gfn *f, const struct lab_ins *in)
{
	const uint32_t *w = f->body->words + in->words;
	const struct lab_fact *facts;
	uint32_t n;

	if (in->op != LAB_OP_CALL)
		return false;
	facts = lab_solver_facts(o->s, w[2], &n);
	for (uint32_t i = 0; i < n; i++) {
		int arg = mask_argument(&facts[i]);

		if (facts[i].kind == LAB_FACT_ALLOCATES && facts[i].result && !facts[i].as)
			return true;
		if (arg >= 0 && (uint32_t)arg < w[6] && is_const_atomic(o, f, w[7 + arg]))
			return true;
	}
	return false;
}

bool lab_own_needless_wants(struct own *o, uint32_t fn)
{
	const struct lab_gfn *f = &o->s->p->fns[fn];

	for (uint32_t i = 0; i < f->body->nins; i++)
		if (is_site(o, f, &f->body->ins[i]))
			return is_closed(o, fn);
	return false;
}

void lab_own_needless_call(struct lab_flow *w, const struct lab_state *s, const struct lab_call *c)
{
	struct own_walk *x = lab_own_of(w);

	if (is_site(x->o, w->f, &w->f->body->ins[c->ins]))
		x->sites[c->ins] |= lab_state_bits(s) & lab_atomic_bits(w->s) ? SEEN_ATOMIC : SEEN_FREE;
}

#define PATHS 4
struct runs { bool atomic; uint32_t *path[PATHS]; int n; };

static void where(void *ctx, const struct lab_where *at)
{
	struct runs *r = ctx;

	r->atomic |= at->bits != 0;
	if (r->n == PATHS)
		return;
	for (int i = 0; i < arrlen(at->path); i++)
		arrput(r->path[r->n], at->path[i]);
	r->n++;
}

static void say(struct lab_flow *w, uint32_t ins, const uint32_t *path)
{
	struct lab_misuse m = { .kind = LAB_MISUSE_NEEDLESS, .as = "page", .why = "" };
	const struct lab_fn *b = w->f->body;

	for (int k = 0; k < arrlen(path); k++)
		arrput(m.steps, ((struct lab_own_step){ path[k], LAB_NONE, LAB_NONE, LAB_OWN_RUNS }));
	arrput(m.steps, ((struct lab_own_step){ w->fn, ins, b->words[b->ins[ins].words + 2],
						LAB_OWN_ALLOCATES }));
	m.sink = arrlenu(m.steps) - 1;
	lab_own_misuse(lab_own_of(w)->o, m);
}

void lab_own_needless_done(struct lab_flow *w)
{
	struct own_walk *x = lab_own_of(w);
	bool asked = false, ever = true;
	struct runs r = { 0 };

	for (uint32_t i = 0; !w->gave_up && i < w->f->body->nins; i++) {
		if (x->sites[i] != SEEN_FREE || !is_closed(x->o, w->fn))
			continue;
		if (!asked)
			ever = !lab_where(w->s, w->fn, x->o->needless->callers, where, &r) || r.atomic;
		asked = true;
		for (int k = 0; !ever && k < r.n; k++)
			say(w, i, r.path[k]);
	}
	for (int k = 0; k < r.n; k++)
		arrfree(r.path[k]);
}
