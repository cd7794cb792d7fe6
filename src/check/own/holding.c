// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who sleeps while it holds a page of an atomic allocation: nobody else can have it
 * meanwhile.  What may sleep, and when, is the solver's word.
 */
#include <stb/stb_ds.h>
#include "priv.h"

struct deeper { struct lab_flow *w; const struct lab_obj *obj; const struct lab_call *c; };

/* A chain from the callee to what sleeps. */
static void chain(void *ctx, const struct lab_chain *c)
{
	struct deeper *d = ctx;
	struct own *o = lab_own_of(d->w)->o;
	int n = arrlen(c->steps);
	uint32_t trace = LAB_NONE, first = 0;

	if (c->doubt || lab_sleeps_as_worker(d->w->s, c->callee))
		return;
	while ((int)first < n && c->steps[first].role != LAB_ROLE_CALLS)
		first++;
	for (int i = n - 2; i >= (int)first; i--)
		trace = lab_own_trace(o, c->steps[i].at_fn, c->steps[i].at_ins,
				  i == n - 2 ? LAB_OWN_SLEEPS : LAB_OWN_CALLS, c->steps[i + 1].sym, trace);
	if (trace == LAB_NONE)
		return;
	lab_own_report(d->w, LAB_MISUSE_HOLDING, d->obj,
		   lab_own_trace(o, d->w->fn, d->c->ins, LAB_OWN_CALLS, d->c->sym, trace), true, "", 0);
}

/* What is passed as a number decides in the callee. */
static struct lab_guard known_args(struct lab_flow *w, const struct lab_state *s,
				   const struct lab_call *c)
{
	struct lab_guard g = { arrlenu(w->s->atoms), 0 };

	for (uint32_t i = 0; i < c->nargs; i++) {
		struct lab_guard_atom a = { .term = lab_term_leaf(w->s->pool, LAB_T_PARAM, i),
					    .file = w->f->body->file, .av = lab_eval(w->t, s, c->args[i]) };

		if (lab_av_is_top(&a.av))
			continue;
		arrput(w->s->atoms, a);
		g.n++;
	}
	return g;
}

void lab_own_sleeps(struct lab_flow *w, const struct lab_state *s, const struct lab_call *c,
		const struct lab_event *e)
{
	for (unsigned int i = 0; i < s->nobjs; i++) {
		const struct lab_obj *x = &s->objs[i];
		struct deeper d = { w, x, c };

		if (x->status != OWN_HELD || (x->flags & (OWN_ATOMIC | OWN_MINE)) != (OWN_ATOMIC | OWN_MINE) ||
		    (x->flags & (OWN_LOST | OWN_PENDING)) || e->conditional || e->doubt ||
		    (e->fact && e->fact->kind == LAB_FACT_WORKER))
			continue;
		if (e->kind == LAB_EV_FN)
			lab_witness_under(w->s, e->target, known_args(w, s, c), chain, &d);
		else
			lab_own_report(w, LAB_MISUSE_HOLDING, x,
				   lab_own_trace(lab_own_of(w)->o, w->fn, c->ins, LAB_OWN_SLEEPS, c->sym, LAB_NONE),
				   false, "", 0);
	}
}
