// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is walked: functions that call something with a fact about ownership, or a function
 * that moves what it is given; callees first, and others when somebody passes an object.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "priv.h"

#define DEPTH 12	/* walks within walks */

uint32_t lab_own_body(struct own *o, const struct lab_gfn *f, uint32_t sym)
{
	uint32_t n, fn;
	const struct lab_fact *facts = lab_solver_facts(o->s, sym, &n);

	for (uint32_t i = 0; i < n; i++)
		if (lab_fact_is_ownership(&facts[i]) || facts[i].kind == LAB_FACT_NEUTRAL)
			return LAB_NONE;
	fn = lab_prog_resolve(o->s->p, sym, f->unit);
	return fn == LAB_NONE || !o->s->p->fns[fn].body->nblocks ? LAB_NONE : fn;
}

/* ---- what the results of calls mean for the way on ------------------------------------ */

static void mark(const struct lab_flow *w, uint8_t *set, uint32_t v, int depth)
{
	const struct lab_fn *b = w->f->body;
	const struct lab_ins *d;
	const uint32_t *o;

	if (v >= b->nvalues || set[v] || depth > 12)
		return;
	set[v] = 1;
	d = v < b->nparams ? NULL : def_of(w, v);
	if (!d)
		return;
	o = words_of(w, d);
	switch (d->op) {
	case LAB_OP_BIN:
		mark(w, set, o[2], depth + 1);
		mark(w, set, o[3], depth + 1);
		break;
	case LAB_OP_UN:
		mark(w, set, o[2], depth + 1);
		break;
	case LAB_OP_CAST:
		mark(w, set, o[1], depth + 1);
		break;
	case LAB_OP_SELECT:
		for (int i = 1; i < 4; i++)
			mark(w, set, o[i], depth + 1);
		break;
	case LAB_OP_PHI:
		for (uint32_t k = 0; k < o[1]; k++)
			mark(w, set, o[2 + 2 * k], depth + 1);
		break;
	}
}

/* Which values decide a branch, here or in a callee, and which are the result. */
static void survey(const struct lab_flow *w, struct own_walk *x)
{
	const struct lab_fn *b = w->f->body;

	for (uint32_t i = 0; i < b->nins; i++) {
		const uint32_t *o = words_of(w, &b->ins[i]);

		switch (b->ins[i].op) {
		case LAB_OP_BR:
		case LAB_OP_SWITCH:
			mark(w, x->told, o[0], 0);
			break;
		case LAB_OP_CALL:
			for (uint32_t k = 0; k < o[6]; k++)
				mark(w, x->told, o[7 + k], 0);
			break;
		case LAB_OP_STORE:
			if (o[5] == LAB_BASE_LOCAL)
				mark(w, x->told, o[1], 0);
			break;
		case LAB_OP_RET:
			if (o[3])
				mark(w, x->returned, o[4], 0);
			break;
		}
	}
}

static void walk(struct own *o, uint32_t fn, const struct lab_client *client)
{
	const struct lab_gfn *f = &o->s->p->fns[fn];
	struct own_walk x = { .o = o, .balance = lab_own_unbalanced(o->s, fn) };
	struct lab_flow w = { .s = o->s, .f = f, .fn = fn };

	x.told = calloc(f->body->nvalues + 1, 1);
	x.returned = calloc(f->body->nvalues + 1, 1);
	x.sites = calloc(f->body->nins + 1, 1);
	if (!x.told || !x.returned || !x.sites)
		abort();
	survey(&w, &x);
	lab_flow_along(o->s, fn, client, &x);
	free(x.told);
	free(x.returned);
	free(x.sites);
	arrfree(x.demands);
	arrfree(x.borrowed);
	arrfree(x.settled);
}

const struct own_sum *lab_own_summary(struct own *o, uint32_t fn)
{
	if (o->sums[fn].state == 1 || (!o->sums[fn].state && o->depth >= DEPTH))
		return NULL;
	if (!o->sums[fn].state) {
		o->sums[fn].state = 1;
		o->depth++;
		walk(o, fn, &lab_own_client);
		o->depth--;
		o->sums[fn].state = 2;
	}
	return &o->sums[fn];
}

/* ---- which functions -------------------------------------------------------------------- */

/* A caller of it has something to answer for: an object, or a number that is asked about. */
static bool moves(const struct own_sum *sum)
{
	for (int i = 0; i < arrlen(sum->cases); i++) {
		if (sum->cases[i].fresh)
			return true;
		for (int e = 0; e < sum->cases[i].n; e++)
			if (sum->cases[i].e[e].to == OWN_MOVED || sum->cases[i].e[e].to == OWN_GONE)
				return true;
	}
	for (int i = 0; i < arrlen(sum->demands); i++)
		if (sum->demands[i].what == OWN_QUALITY || sum->demands[i].what == OWN_SIZE)
			return true;
	return false;
}

static bool calls_own(struct own *o, uint32_t fn)
{
	const struct lab_gfn *f = &o->s->p->fns[fn];

	for (uint32_t i = 0; i < f->body->nins; i++) {
		const struct lab_ins *in = &f->body->ins[i];
		uint32_t sym, n, to;
		const struct lab_fact *facts;

		if (in->op != LAB_OP_CALL)
			continue;
		sym = f->body->words[in->words + 2];
		facts = lab_solver_facts(o->s, sym, &n);
		for (uint32_t k = 0; k < n; k++)
			if (lab_fact_is_ownership(&facts[k]) && facts[k].kind != LAB_FACT_BORROWS &&
			    facts[k].kind != LAB_FACT_USES)
				return true;
		to = lab_own_body(o, f, sym);
		if (to != LAB_NONE && o->sums[to].state == 2 && moves(&o->sums[to]))
			return true;
	}
	return false;
}

/* Functions given to one who lends them objects. */
static void find_lent(struct own *o)
{
	const struct lab_prog *p = o->s->p;

	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++) {
		const struct lab_gfn *f = &p->fns[fn];

		for (uint32_t i = 0; i < f->body->nins; i++) {
			const uint32_t *w = f->body->words + f->body->ins[i].words;
			const struct lab_fact *facts;
			uint32_t n, to;

			if (f->body->ins[i].op != LAB_OP_CALL)
				continue;
			facts = lab_solver_facts(o->s, w[2], &n);
			for (uint32_t k = 0; k < n; k++) {
				if (facts[k].kind != LAB_FACT_LENDS || facts[k].arg >= w[6])
					continue;
				to = lab_value_function(p, f, w[7 + facts[k].arg]);
				to = to == LAB_NONE ? to : lab_prog_resolve(p, to, f->unit);
				if (to != LAB_NONE)
					o->lent[to] = 1;
				o->lender = w[2];
			}
		}
	}
}

static void look_at(struct own *o, uint32_t fn)
{
	if (!o->s->p->fns[fn].body->nblocks)
		return;
	if (calls_own(o, fn)) {
		lab_own_summary(o, fn);
		lab_own_endless(o, fn);
	} else if (lab_own_unbalanced(o->s, fn) || lab_own_needless_wants(o, fn)) {
		if (!o->sums[fn].state)		/* somebody who passes an object may have been here */
			walk(o, fn, &lab_own_light);
	}
}

struct lab_own *lab_own_find(struct lab_solver *s)
{
	struct own o = { .s = s, .said = lab_intern_new() };
	uint32_t n = arrlenu(s->p->fns);

	o.out = calloc(1, sizeof(*o.out));
	o.sums = calloc(n + 1, sizeof(*o.sums));
	o.lent = calloc(n + 1, 1);
	if (!o.out || !o.sums || !o.lent)
		abort();
	find_lent(&o);
	lab_own_budgets(&o);
	lab_own_needless_begin(&o);
	for (uint32_t i = 0; i < n; i++)
		look_at(&o, s->order[i]);
	lab_own_needless_end(&o);
	for (uint32_t i = 0; i < n; i++) {
		arrfree(o.sums[i].cases);
		arrfree(o.sums[i].demands);
	}
	free(o.sums);
	free(o.lent);
	arrfree(o.traces);
	arrfree(o.births);
	arrfree(o.budgets);
	lab_intern_free(o.said);
	return o.out;
}

void lab_own_free(struct lab_own *o)
{
	if (!o)
		return;
	for (int i = 0; i < arrlen(o->all); i++)
		arrfree(o->all[i].steps);
	arrfree(o->all);
	free(o);
}
