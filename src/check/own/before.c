// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A call that is about to happen: what is passed to it must be there and still be ours, and
 * what it gives away may not have moved already.  What the callee will do is looked up
 * here, in the words that hold before it runs; apply.c does it.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "priv.h"

/* "if arg0" of the very argument: NULL is nothing to it. */
static bool takes_null(const struct lab_fact *f)
{
	for (int i = 0; i < f->natoms; i++)
		if (f->atom[i].kind == LAB_ATOM_CMP && f->atom[i].value.base == LAB_MREF_ARG &&
		    f->atom[i].value.arg == f->arg && !f->atom[i].value.path &&
		    f->atom[i].op == LAB_ATOM_NE && !f->atom[i].masked)
			return true;
	return false;
}

static bool by_cleanup(const struct lab_flow *w, const struct lab_call *c)
{
	return words_of(w, &w->f->body->ins[c->ins])[1] & LAB_INSF_CLEANUP;
}

/* The object is freed or handed off where it is not there any more. */
static void moved_again(struct lab_flow *w, const struct lab_call *c, struct lab_obj *obj,
			uint32_t trace, bool frees)
{
	if (obj->flags & OWN_BELIEVED)
		return;
	lab_own_report(w, frees ? LAB_MISUSE_FREE : LAB_MISUSE_TWICE, obj, trace, by_cleanup(w, c),
		   obj->status == OWN_MOVED ? "was handed off" : "was freed", 0);
}

/* A function that is lent its first parameter gives it away. */
static void lent_away(struct lab_flow *w, uint32_t term, uint32_t trace, bool frees)
{
	struct own *o = lab_own_of(w)->o;
	const struct lab_term *x = lab_term(w->t, lab_own_root(w, term));
	struct lab_obj obj = { .term = term, .born = LAB_NONE, .status = OWN_HELD };

	if (!o->lent[w->fn] || x->op != LAB_T_PARAM || x->a)
		return;
	obj.moved = lab_own_trace(o, w->fn, LAB_NONE, LAB_OWN_LENT, o->lender, LAB_NONE);
	lab_own_report(w, frees ? LAB_MISUSE_FREE : LAB_MISUSE_TWICE, &obj, trace, false,
		   "belongs to who calls with it", 0);
}

static void before_fact(struct lab_flow *w, struct lab_state *s, struct lab_call *c,
			const struct lab_fact *f)
{
	uint32_t trace, arg = f->arg < c->nargs ? c->args[f->arg] : LAB_TERM_NONE;
	bool said = lab_is_statement(w->s->p, c->sym);
	int i;

	if (arg == LAB_TERM_NONE || f->result)
		return;
	trace = lab_own_trace_of(w, c, f->kind == LAB_FACT_USES ? LAB_OWN_USES : lab_own_role(f));
	switch (f->kind) {
	case LAB_FACT_USES:
		lab_own_touch(w, s, arg, trace, false, true);
		return;
	case LAB_FACT_QUALITY:
		lab_own_value(w, s, OWN_QUALITY, arg, trace);
		return;
	case LAB_FACT_SIZE:
		if (lab_model_condition(w, s, c, f, false))
			lab_own_value(w, s, OWN_SIZE, arg, trace);
		return;
	case LAB_FACT_SHARES:
		lab_own_share(w, s, arg);
		return;
	case LAB_FACT_BORROWS:
		if (said)
			arrput(lab_own_of(w)->borrowed, lab_own_root(w, arg));
		return;
	}
	if (!lab_own_moves(f) || said || !lab_model_condition(w, s, c, f, false))
		return;
	i = lab_own_at(w, s, arg);
	if (i >= 0 && (s->objs[i].status == OWN_MOVED || s->objs[i].status == OWN_GONE))
		moved_again(w, c, &s->objs[i], trace, f->kind == LAB_FACT_CONSUMES);
	else if (!takes_null(f))
		lab_own_touch(w, s, arg, trace, false, false);
	if (i < 0)
		lent_away(w, arg, trace, f->kind == LAB_FACT_CONSUMES);
}

/* A pointer to numbers inside the object: nobody finds the object by it. */
static bool is_data(const struct lab_flow *w, const struct lab_call *c, uint32_t i, const struct lab_obj *obj)
{
	uint32_t t = lab_pointee(w, c, i);

	while (t != LAB_NONE && w->s->p->types[t].kind == LAB_TYPE_ARRAY)
		t = w->s->p->types[t].ref;
	return c->args[i] != obj->term && t != LAB_NONE && w->s->p->types[t].kind >= LAB_TYPE_BOOL &&
	       w->s->p->types[t].kind <= LAB_TYPE_ENUM;
}

/* Nobody knows the callee: it may have found an owner for what it was given. */
static void lose(struct lab_flow *w, struct lab_state *s, const struct lab_call *c)
{
	for (uint32_t i = 0; i < c->nargs; i++) {
		int k = lab_own_at(w, s, c->args[i]);
		uint32_t root = lab_own_root(w, c->args[i]), param = lab_own_param(w, c->args[i]);

		if (k >= 0 && is_data(w, c, i, &s->objs[k]))
			continue;
		if (k >= 0)
			s->objs[k].flags |= OWN_LOST;
		else if (param != LAB_TERM_NONE)	/* a caller's: it has to know */
			lab_own_add(w, s, (struct lab_obj){ .term = param, .born = LAB_NONE, .moved = LAB_NONE,
							    .flags = OWN_LOST, .status = OWN_HELD });
		else if (lab_term(w->t, root)->op == LAB_T_LOCAL)
			lab_own_lose_all(w, s, root);
	}
}

/* Known by the model, or to the compiler, for something else: no owner of anything. */
static bool is_harmless(const struct lab_flow *w, const struct lab_call *c,
			const struct own_note *n)
{
	if (c->sym == LAB_NONE)
		return false;
	for (uint32_t i = 0; i < n->nfacts; i++)
		if (n->facts[i].kind != LAB_FACT_CALLS && !n->facts[i].beyond)
			return true;
	return w->s->p->syms[c->sym].flags & LAB_SYMF_BUILTIN &&
	       strcmp(lab_prog_symname(w->s->p, c->sym), "free");
}

static bool owns(const struct own_note *n)
{
	for (uint32_t i = 0; i < n->nfacts; i++)
		if (lab_fact_is_ownership(&n->facts[i]))
			return true;
	return false;
}

static uint32_t via(struct lab_flow *w, struct own_note *n, const struct lab_call *c)
{
	if (n->via == LAB_NONE)
		n->via = lab_own_trace_of(w, c, LAB_OWN_CALLS);
	return n->via;
}

/* The terms of a callee's effects, as they are before it runs. */
static void resolve(struct lab_flow *w, struct lab_state *s, struct lab_call *c, struct own_note *n)
{
	struct lab_import im = { w, s, c->args, c->nargs, c->res };

	for (int i = 0; i < arrlen(n->sum->cases); i++) {
		const struct own_case *k = &n->sum->cases[i];
		__typeof__(*n->to) to = { .out = k->out == LAB_TERM_NONE ? k->out :
					  lab_import_term(&im, k->out) };

		for (int e = 0; e < k->n; e++) {
			int obj;

			to.term[e] = lab_import_term(&im, k->e[e].term);
			obj = lab_own_at(w, s, to.term[e]);
			if (k->e[e].to == OWN_KEPT || k->e[e].to == OWN_HELD || to.term[e] == LAB_TERM_NONE)
				continue;
			if (obj >= 0 && (s->objs[obj].status == OWN_MOVED || s->objs[obj].status == OWN_GONE)) {
				lab_state_copy(w->spare, s);
				im.s = w->spare;
				if (lab_import_guard(&im, k->g))
					moved_again(w, c, &s->objs[obj],
						    lab_own_trace(lab_own_of(w)->o, w->fn, c->ins, LAB_OWN_CALLS,
							      c->sym, k->e[e].trace),
						    k->e[e].to == OWN_GONE);
				im.s = s;
			} else if (obj < 0) {
				lent_away(w, to.term[e], lab_own_trace(lab_own_of(w)->o, w->fn, c->ins,
					  LAB_OWN_CALLS, c->sym, k->e[e].trace), k->e[e].to == OWN_GONE);
			}
		}
		arrput(n->to, to);
	}
}

/* What lies in an object of the function that the callee gets the address of. */
static void rewritten(struct lab_flow *w, struct lab_state *s, const struct lab_call *c, uint32_t fn)
{
	bool may = fn != LAB_NONE && !w->s->sum[fn].pure && !w->s->sum[fn].writes_known;

	for (uint32_t i = 0; i < c->nargs; i++) {
		uint32_t root = lab_own_root(w, c->args[i]);

		if (lab_term(w->t, root)->op != LAB_T_LOCAL)
			continue;
		lab_own_rewritten(w, s, root);
		if (may)	/* it may hold another pointer by then */
			lab_own_lose_all(w, s, root);
	}
}

void lab_own_before(struct lab_flow *w, struct lab_state *s, struct lab_call *c)
{
	struct own_note *n = calloc(1, sizeof(*n));
	uint32_t fn;

	if (!n)
		abort();
	c->note = n;
	n->via = LAB_NONE;
	lab_own_note_null(w, s);
	lab_own_balance_before(w, s, n);
	lab_own_needless_call(w, s, c);
	if (c->sym != LAB_NONE)
		n->facts = lab_solver_facts(w->s, c->sym, &n->nfacts);
	for (uint32_t i = 0; i < n->nfacts; i++)
		if (lab_fact_in_mode(&n->facts[i], w->s->rt))
			before_fact(w, s, c, &n->facts[i]);
	fn = c->sym == LAB_NONE ? LAB_NONE : lab_own_body(lab_own_of(w)->o, w->f, c->sym);
	if (owns(n)) {
		rewritten(w, s, c, LAB_NONE);
		return;
	}
	n->sum = fn == LAB_NONE || lab_model_answers(w->s, c->sym) ? NULL :
		lab_own_summary(lab_own_of(w)->o, fn);
	if (n->sum) {
		lab_own_import_demands(w, s, c, n->sum, via(w, n, c));
		resolve(w, s, c, n);
		if (n->sum->partial)
			lose(w, s, c);
	} else if (!is_harmless(w, c, n)) {
		lose(w, s, c);
	}
	if ((!n->sum && !is_harmless(w, c, n)) ||
	    (fn != LAB_NONE && (!w->s->sum[fn].writes_known || w->s->sum[fn].nstores)))
		lab_own_forget_loads(w, s);
	rewritten(w, s, c, fn);
}

void lab_own_over(struct lab_flow *w, struct lab_call *c)
{
	struct own_note *n = c->note;

	(void)w;
	if (n)
		arrfree(n->to);
	free(n);
	c->note = NULL;
}
