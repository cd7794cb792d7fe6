// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between a function's own words and everybody's: exporting terms, guards and
 * contexts into the pool, importing them at a call with the arguments put in.
 *
 * A guard keeps at most ATOMS facts: dropping one makes it hold more often,
 * which can only add a report, never hide one; facts about parameters stay
 * longest, about registers shortest.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define ATOMS  10
#define MEMORY 12	/* addresses whose content a witness is told */

void lab_crossing_free(struct lab_crossing *x)
{
	lab_memo_free(&x->term);
	lab_memo_free(&x->arg);
	lab_memo_free(&x->import);
	free(x);
}

static struct lab_crossing *leaving(const struct lab_flow *w)
{
	struct lab_crossing *x = w->s->crossing;

	if (x->of != w->t || x->generation != w->t->generation || x->fn != w->fn) {
		x->of = w->t;
		x->generation = w->t->generation;
		x->fn = w->fn;
		lab_memo_restart(&x->term);
		lab_memo_restart(&x->arg);
	}
	return x;
}

static uint32_t export_leaf(struct lab_subst *s, const struct lab_term *x, uint32_t rebuilt,
			    bool *refuse)
{
	(void)s;
	(void)rebuilt;
	if (x->op == LAB_T_VAL || x->op == LAB_T_LOCAL || x->op == LAB_T_PVAR ||
	    (x->op == LAB_T_LOAD && x->b && x->b != LAB_LOAD_VOLATILE))
		*refuse = true;
	return LAB_TERM_NONE;
}

uint32_t lab_export_term(struct lab_flow *w, uint32_t term)
{
	struct lab_subst s = { w->t, w->s->pool, export_leaf, NULL, &leaving(w)->term };

	if (term == LAB_TERM_NONE || !lab_term(w->t, term)->exports)
		return LAB_TERM_NONE;
	return lab_term_subst(&s, term);
}

static uint32_t export_arg_leaf(struct lab_subst *s, const struct lab_term *x, uint32_t rebuilt,
				bool *refuse)
{
	const struct lab_flow *w = s->ctx;

	if (x->op == LAB_T_LOCAL)
		return lab_term_local(s->to, x->a, x->b ? x->b : w->fn + 1);
	if (x->op == LAB_T_VAL)
		return lab_term_value(s->to, x->a, x->b ? x->b : w->fn + 1);
	return export_leaf(s, x, rebuilt, refuse);
}

/* For the witness alone, which walks down from here: locals have a name there. */
uint32_t lab_export_arg(struct lab_flow *w, uint32_t term)
{
	struct lab_subst s = { w->t, w->s->pool, export_arg_leaf, w, &leaving(w)->arg };

	return term == LAB_TERM_NONE ? term : lab_term_subst(&s, term);
}

void lab_export_memory(struct lab_flow *w, const struct lab_state *s, struct lab_event *e)
{
	e->mem = arrlenu(w->s->args);
	for (unsigned int i = 0; i < s->nmem && e->nmem < MEMORY; i++) {
		uint32_t addr = s->mem[i].key == w->unsaid ? LAB_TERM_NONE :
			lab_export_arg(w, s->mem[i].key), v;

		v = addr == LAB_TERM_NONE ? addr : lab_export_arg(w, s->mem[i].term);
		if (v == LAB_TERM_NONE)
			continue;
		arrput(w->s->args, addr);
		arrput(w->s->args, v);
		e->nmem++;
	}
}

struct lab_guard lab_export_known(struct lab_flow *w, const struct lab_state *s,
				  const struct lab_call *c)
{
	struct lab_guard g = { arrlenu(w->s->atoms), 0 };

	for (uint32_t i = 0; i < c->nargs; i++) {
		struct lab_guard_atom a = { LAB_TERM_NONE, s->file, false, lab_av_top };

		if (c->args[i] == LAB_TERM_NONE || lab_term(w->t, c->args[i])->exports)
			continue;
		a.av = lab_eval(w->t, s, c->args[i]);
		if (lab_av_is_top(&a.av))
			continue;
		a.term = lab_export_arg(w, c->args[i]);
		if (a.term == LAB_TERM_NONE)
			continue;
		arrput(w->s->atoms, a);
		g.n++;
	}
	return lab_guard_keep(w->s, g);
}

/* Facts about parameters are most likely to be decided by a caller, about registers least. */
static unsigned int rank_of(const struct lab_term *x)
{
	return x->scalar ? 0 : x->restless ? 2 : 1;
}

struct lab_guard lab_export_guard(struct lab_flow *w, const struct lab_state *s)
{
	struct lab_guard g = { arrlenu(w->s->atoms), 0 };

	/* recent ones first */
	for (unsigned int rank = 0; rank < 3; rank++)
		for (int i = s->nfacts - 1; i >= 0 && g.n < ATOMS; i--) {
			const struct lab_term *x = lab_term(w->t, s->facts[i].term);
			struct lab_guard_atom a = { LAB_TERM_NONE, s->facts[i].file, s->facts[i].asks,
						    s->facts[i].av };

			if (!x->exports || rank_of(x) != rank)
				continue;
			a.term = lab_export_term(w, s->facts[i].term);
			if (a.term == LAB_TERM_NONE)
				continue;
			arrput(w->s->atoms, a);
			g.n++;
		}
	return lab_guard_keep(w->s, g);
}

static void export_holds(struct lab_flow *w, const struct lab_hold *from, unsigned int n,
			 struct lab_hold *to, uint8_t *nto)
{
	*nto = 0;
	for (unsigned int i = 0; i < n && *nto < 4; i++) {
		struct lab_hold h = from[i];

		if (h.bits & LAB_H_GHOST)
			continue;
		h.bits &= ~(LAB_H_MAYBE | LAB_H_LOOP);
		h.sometimes = false;
		h.was = 0;
		h.lock = lab_export_term(w, h.lock);
		if (h.token != LAB_TERM_NONE)
			h.token = LAB_TOKEN_ANY;
		h.fact_seq = 0;
		to[(*nto)++] = h;
	}
}

void lab_export_delta(struct lab_flow *w, const struct lab_state *s, struct lab_delta *d)
{
	memset(d, 0, sizeof(*d));
	d->irq_on = s->irq_on;
	export_holds(w, s->holds, s->nholds, d->holds, &d->nholds);
	export_holds(w, s->debts, s->ndebts, d->debts, &d->ndebts);
}

/* ---- import -------------------------------------------------------------------- */

static uint32_t import_leaf(struct lab_subst *s, const struct lab_term *x, uint32_t rebuilt,
			    bool *refuse)
{
	struct lab_import *im = s->ctx;
	uint32_t t;

	switch (x->op) {
	case LAB_T_PARAM:
		if (x->a < im->nargs && im->args[x->a] != LAB_TERM_NONE)
			return im->args[x->a];
		*refuse = true;
		return LAB_TERM_NONE;
	case LAB_T_LOAD:
		return x->b == LAB_LOAD_VOLATILE ? lab_flow_load_volatile(im->w, im->s, rebuilt) :
			lab_flow_load(im->w, im->s, rebuilt);
	case LAB_T_CTX:
		t = lab_ctx_term(s->to, im->s, x->sub);
		if (!x->imm || t == LAB_TERM_NONE || lab_term(s->to, t)->op != LAB_T_CTX)
			return t;
		return lab_term_ctx(s->to, x->sub, x->imm | lab_term(s->to, t)->imm);
	case LAB_T_LOCAL:
		return lab_term_local(s->to, x->a, x->b);
	case LAB_T_VAL:
		if (x->b)
			return lab_term_value(s->to, x->a, x->b);
		*refuse = true;
		return LAB_TERM_NONE;
	default:
		*refuse = true;
		return LAB_TERM_NONE;
	}
}

/* All that import_leaf() asks: arguments, memory, the table it is in, what is held. */
static struct lab_memo *entering(const struct lab_import *im)
{
	struct lab_crossing *x = im->w->s->crossing;
	struct lab_entry *e = &x->entry;
	const struct lab_terms *t = im->w->t;
	uint32_t bits = lab_state_bits(im->s), nargs = im->nargs < 16 ? im->nargs : 16;

	if (e->to == t && e->generation == t->generation && e->bits == bits &&
	    e->nargs == nargs && e->nmem == im->s->nmem &&
	    e->home_addr == im->w->home_addr && e->home_table == im->w->home_table &&
	    !memcmp(e->args, im->args, nargs * sizeof(*e->args)) &&
	    !memcmp(e->mem, im->s->mem, e->nmem * sizeof(*e->mem)))
		return &x->import;
	e->to = t;
	e->generation = t->generation;
	e->bits = bits;
	e->nargs = nargs;
	e->nmem = im->s->nmem;
	e->home_addr = im->w->home_addr;
	e->home_table = im->w->home_table;
	memcpy(e->args, im->args, nargs * sizeof(*e->args));
	memcpy(e->mem, im->s->mem, e->nmem * sizeof(*e->mem));
	lab_memo_restart(&x->import);
	return &x->import;
}

uint32_t lab_import_term(struct lab_import *im, uint32_t term)
{
	struct lab_subst s = { im->w->s->pool, im->w->t, import_leaf, im, entering(im) };

	return lab_term_subst(&s, term);
}

bool lab_import_guard(struct lab_import *im, struct lab_guard g)
{
	uint32_t here = im->s->file;
	bool can = true;

	for (uint32_t i = 0; i < g.n && can; i++) {
		struct lab_guard_atom a = im->w->s->atoms[g.at + i];
		uint32_t t = lab_import_term(im, a.term);

		im->s->asking = a.asks;
		/* what an inline function asks, its caller asks */
		im->s->file = lab_prog_is_header(im->w->s->p, a.file) ? here : a.file;
		can = t == LAB_TERM_NONE || lab_assume_av(im->w->t, im->s, t, a.av);
	}
	im->s->asking = false;
	im->s->file = here;
	return can;
}

void lab_import_delta(struct lab_import *im, const struct lab_delta *d, uint32_t ins, bool holds)
{
	for (int i = 0; i < d->ndebts; i++) {
		struct lab_hold h = d->debts[i];

		h.lock = lab_import_term(im, h.lock);
		h.ins = ins;
		h.fn = im->w->fn;
		if ((h.bits & LAB_H_IRQ) && h.token == LAB_TERM_NONE)
			h.token = LAB_TOKEN_ANY;
		lab_state_leave(im->s, h);
	}
	if (d->irq_on) {
		struct lab_hold h = { .bits = LAB_H_IRQ, .lock = LAB_TERM_NONE,
				      .token = LAB_TERM_NONE };

		lab_state_leave(im->s, h);
	}
	for (int i = 0; holds && i < d->nholds; i++) {
		struct lab_hold h = d->holds[i];

		h.lock = lab_import_term(im, h.lock);
		h.ins = ins;
		h.nth = i;
		h.fn = im->w->fn;
		if (h.token != LAB_TERM_NONE)	/* returned flags, most often */
			h.token = im->res == LAB_NONE ? LAB_TOKEN_ANY :
				lab_term_leaf(im->w->t, LAB_T_VAL, im->res);
		lab_state_enter(im->s, h);
	}
}
