// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a call did to objects: by the facts about its name, else by what the function it
 * reaches was seen to do.
 *
 * Policy: a result that tells whether the object has moved splits the state, if anybody
 * asks it; if nobody does, the object has moved.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "priv.h"

bool lab_own_moves(const struct lab_fact *f)
{
	return f->kind == LAB_FACT_HANDS_OFF || f->kind == LAB_FACT_CONSUMES;
}

uint32_t lab_own_role(const struct lab_fact *f)
{
	switch (f->kind) {
	case LAB_FACT_ALLOCATES: return LAB_OWN_ALLOCATES;
	case LAB_FACT_RECEIVES:  return LAB_OWN_RECEIVES;
	case LAB_FACT_HANDS_OFF: return LAB_OWN_HANDS_OFF;
	case LAB_FACT_CONSUMES:  return LAB_OWN_FREES;
	default:                 return LAB_OWN_CALLS;
	}
}

uint32_t lab_own_trace_of(struct lab_flow *w, const struct lab_call *c, uint32_t role)
{
	return lab_own_trace(lab_own_of(w)->o, w->fn, c->ins, role, c->sym, LAB_NONE);
}

static void moved(struct lab_flow *w, struct lab_state *s, uint32_t term, uint8_t to, uint32_t trace,
		  uint16_t flags)
{
	int i = lab_own_at(w, s, term);
	const struct lab_term *x = lab_term(w->t, term);
	struct lab_obj *obj;

	if (to == OWN_HELD)	/* the callee showed it to somebody */
		flags |= OWN_LOST;
	if (i < 0) {		/* it is seen for the first time */
		while (x->op == LAB_T_OFF) {	/* what lies around a list's node, and the node */
			term = x->a;
			x = lab_term(w->t, term);
		}
		if (x->op == LAB_T_SYM || x->op == LAB_T_LOCAL || x->op == LAB_T_CONST ||
		    x->op == LAB_T_PVAR)
			return;
		lab_own_add(w, s, (struct lab_obj){ .term = term, .born = LAB_NONE, .moved = trace,
						.flags = flags, .status = to });
		return;
	}
	obj = &s->objs[i];
	if (obj->status == OWN_ABSENT || (to == OWN_KEPT && obj->status != OWN_HELD))
		return;
	if (to == OWN_HELD) {
		obj->flags |= flags;
		return;
	}
	obj->status = to;
	obj->flags = (obj->flags & ~OWN_PENDING) | flags;
	obj->moved = trace;
}

static void born(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		 const struct lab_fact *f)
{
	struct own *o = lab_own_of(w)->o;
	bool allocates = f->kind == LAB_FACT_ALLOCATES;
	struct own_birth b = { f->as, lab_own_trace_of(w, c, lab_own_role(f)) };
	struct lab_obj obj = { .flags = OWN_MINE, .status = OWN_HELD, .moved = LAB_NONE };

	if (allocates)
		obj.flags |= OWN_MAYBE | (f->as ? 0 : OWN_ATOMIC);
	if (f->result) {
		obj.term = lab_flow_value(w, s, c->res);
	} else {
		obj.term = f->arg < c->nargs ? c->args[f->arg] : LAB_TERM_NONE;
	}
	if (obj.term == LAB_TERM_NONE || lab_term(w->t, obj.term)->op == LAB_T_CONST)
		return;
	obj.born = arrlenu(o->births);
	arrput(o->births, b);
	lab_own_add(w, s, obj);
}

static void apply_fact(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		       const struct lab_fact *f)
{
	uint16_t believed = lab_is_statement(w->s->p, c->sym) ? OWN_BELIEVED : 0;
	static const uint8_t to[] = { [LAB_FACT_KEEPS] = OWN_KEPT, [LAB_FACT_HANDS_OFF] = OWN_MOVED,
				      [LAB_FACT_CONSUMES] = OWN_GONE };

	if (f->kind == LAB_FACT_ALLOCATES || f->kind == LAB_FACT_RECEIVES)
		born(w, s, c, f);
	else if (f->arg < c->nargs && c->args[f->arg] != LAB_TERM_NONE)
		moved(w, s, c->args[f->arg], to[f->kind], lab_own_trace_of(w, c, lab_own_role(f)), believed);
}

static bool asks_result(const struct lab_fact *f)
{
	for (int i = 0; i < f->natoms; i++)
		if (f->atom[i].kind == LAB_ATOM_CMP && f->atom[i].value.base == LAB_MREF_RET)
			return true;
	return false;
}

/* The object has not moved, as only our callers will see. */
static void pending(struct lab_flow *w, struct lab_state *s, const struct lab_call *c, uint32_t term)
{
	int i = lab_own_at(w, s, term);

	if (i >= 0 && s->objs[i].status == OWN_HELD && !lab_own_of(w)->told[c->res])
		s->objs[i].flags |= OWN_PENDING;
}

static bool apply_facts(struct lab_flow *w, struct lab_state *s, struct lab_call *c,
			const struct own_note *n, uint32_t i)
{
	for (; i < n->nfacts; i++) {
		const struct lab_fact *f = &n->facts[i];
		bool seen = lab_own_of(w)->told[c->res] || lab_own_of(w)->returned[c->res];
		struct lab_state *a;
		int holds;

		if (!lab_fact_in_mode(f, w->s->rt) ||
		    (!lab_own_moves(f) && f->kind != LAB_FACT_KEEPS && f->kind != LAB_FACT_ALLOCATES &&
		     f->kind != LAB_FACT_RECEIVES))
			continue;
		holds = lab_model_condition(w, s, c, f, false);
		if (!holds)
			continue;
		if (holds < 0 && asks_result(f) && !seen)
			holds = lab_model_condition(w, s, c, f, true);
		else if (holds < 0) {
			a = lab_state_clone(&w->s->states, s);
			if (lab_model_condition(w, a, c, f, true)) {
				apply_fact(w, a, c, f);
				if (apply_facts(w, a, c, n, i + 1))
					lab_flow_resume(w, a, c);
			}
			lab_state_drop(&w->s->states, a);
			if (!lab_model_assume_not(w, s, c, f))
				return false;
			if (asks_result(f) && !f->result && f->arg < c->nargs)
				pending(w, s, c, c->args[f->arg]);
			continue;
		}
		apply_fact(w, s, c, f);
	}
	return true;
}

/* ---- after a function of the program ----------------------------------------------------- */

/* Nobody asks the result, which says that nothing moved here, while in another case it did. */
static bool is_unasked_failure(struct lab_flow *w, const struct lab_call *c,
			       const struct own_sum *sum, const struct own_case *k)
{
	if (lab_own_of(w)->told[c->res] || lab_own_of(w)->returned[c->res])
		return false;
	for (int i = 0; i < arrlen(sum->cases); i++) {
		const struct own_case *x = &sum->cases[i];
		struct lab_av both = lab_av_meet(x->ret, k->ret);

		if (x->n > k->n && lab_av_empty(&both))
			return true;
	}
	return false;
}

/* Where the caller has the new object: in the result, or where it let the callee put it. */
static bool place(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		  const struct own_case *k, uint32_t at, struct lab_obj *obj)
{
	unsigned int root;

	if (k->out == LAB_TERM_NONE) {
		obj->term = lab_term_leaf(w->t, LAB_T_VAL, c->res);
		lab_env_set(s, c->res, obj->term);
		return true;
	}
	if (at == LAB_TERM_NONE)
		return false;
	obj->term = lab_term_load(w->t, at, 2 + c->ins);
	lab_mem_set(s, at, obj->term);
	root = lab_term(w->t, lab_term_root(w->t, at))->op;
	if (root != LAB_T_LOCAL && root != LAB_T_PVAR)
		obj->status = OWN_KEPT;
	return true;
}

static void apply_case(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		       const struct own_note *n, int i)
{
	const struct own_case *k = &n->sum->cases[i];
	struct own *o = lab_own_of(w)->o;

	for (int e = 0; e < k->n; e++)
		if (n->to[i].term[e] != LAB_TERM_NONE)
			moved(w, s, n->to[i].term[e], k->e[e].to,
			      lab_own_trace(o, w->fn, c->ins, LAB_OWN_CALLS, c->sym, k->e[e].trace), 0);
	for (int x = 0; !k->n && x < arrlen(n->sum->cases); x++)
		for (int e = 0; e < n->sum->cases[x].n; e++)
			if (n->to[x].term[e] != LAB_TERM_NONE)
				pending(w, s, c, n->to[x].term[e]);
	if (k->fresh) {
		struct own_birth b = o->births[k->obj.born];
		struct lab_obj obj = k->obj;

		b.trace = lab_own_trace(o, w->fn, c->ins, LAB_OWN_CALLS, c->sym, b.trace);
		if (!place(w, s, c, k, n->to[i].out, &obj))
			return;
		obj.born = arrlenu(o->births);
		arrput(o->births, b);
		lab_own_add(w, s, obj);
		if (k->out == LAB_TERM_NONE && (k->ret.nz || k->ret.lo == k->ret.hi))
			lab_assume_av(w->t, s, obj.term, k->ret);
		lab_own_note_null(w, s);
	}
}

/* What is known without looking into memory tells the two states apart. */
static bool told_apart(const struct lab_flow *w, const struct lab_state *a, const struct lab_state *b)
{
	for (unsigned int i = 0; i < a->nfacts; i++)
		for (unsigned int k = 0; !lab_term(w->t, a->facts[i].term)->memory && k < b->nfacts; k++) {
			struct lab_av x;

			if (b->facts[k].term != a->facts[i].term)
				continue;
			x = lab_av_meet(a->facts[i].av, b->facts[k].av);
			if (lab_av_empty(&x))
				return true;
		}
	return false;
}

static bool feasible(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		     const struct own_case *k)
{
	struct lab_import im = { w, s, c->args, c->nargs, c->res };
	uint32_t ret = lab_flow_value(w, s, c->res);

	return lab_import_guard(&im, k->g) &&
	       ((k->fresh && k->out == LAB_TERM_NONE) || lab_assume_av(w->t, s, ret, k->ret));
}

static bool is_away(uint8_t to)
{
	return to == OWN_MOVED || to == OWN_GONE;
}

/* An effect of case i that a case k has not, which looks the same to everybody. */
static bool is_untold(struct lab_flow *w, const struct own_sum *sum, struct lab_state *const *at,
		      int i, const struct own_effect *e)
{
	for (int k = 0; k < arrlen(sum->cases); k++) {
		struct lab_av both = lab_av_meet(sum->cases[i].ret, sum->cases[k].ret);
		bool has = false;

		if (!at[k] || lab_av_empty(&both) || told_apart(w, at[i], at[k]))
			continue;
		for (int x = 0; x < sum->cases[k].n; x++)
			has |= sum->cases[k].e[x].term == e->term &&
			       (sum->cases[k].e[x].to == e->to ||
				(is_away(sum->cases[k].e[x].to) && is_away(e->to)));
		if (!has)
			return true;
	}
	return false;
}

/* Whether it happened nobody can tell: nothing is said of the object any more. */
static void forget_untold(struct lab_flow *w, const struct own_note *n, struct lab_state *const *at)
{
	const struct own_sum *sum = n->sum;

	for (int i = 0; i < arrlen(sum->cases); i++)
		for (int e = 0; at[i] && e < sum->cases[i].n; e++) {
			if (n->to[i].term[e] == LAB_TERM_NONE || !is_untold(w, sum, at, i, &sum->cases[i].e[e]))
				continue;
			for (int k = 0; k < arrlen(sum->cases); k++)
				if (at[k])
					lab_own_share(w, at[k], n->to[i].term[e]);
			for (int k = 0; k < arrlen(sum->cases); k++)
				for (int x = 0; x < sum->cases[k].n; x++)
					if (n->to[k].term[x] == n->to[i].term[e] && (k != i || x != e))
						n->to[k].term[x] = LAB_TERM_NONE;
			n->to[i].term[e] = LAB_TERM_NONE;
		}
}

static bool apply_cases(struct lab_flow *w, struct lab_state *s, struct lab_call *c,
			const struct own_note *n)
{
	const struct own_sum *sum = n->sum;
	struct lab_state *at[OWN_CASES] = { NULL };
	bool differ = false, went = false;

	for (int i = 1; i < arrlen(sum->cases); i++)
		differ |= sum->cases[i].fresh != sum->cases[0].fresh ||
			  !lab_own_same_effects(&sum->cases[0], &sum->cases[i]);
	if (!differ) {
		if (arrlen(sum->cases)) {
			feasible(w, s, c, &sum->cases[0]);
			apply_case(w, s, c, n, 0);
		}
		return true;
	}
	for (int i = 0; i < arrlen(sum->cases); i++) {
		if (is_unasked_failure(w, c, sum, &sum->cases[i]))
			continue;
		at[i] = lab_state_clone(&w->s->states, s);
		if (!feasible(w, at[i], c, &sum->cases[i])) {
			lab_state_drop(&w->s->states, at[i]);
			at[i] = NULL;
		}
	}
	forget_untold(w, n, at);
	for (int i = 0; i < arrlen(sum->cases); i++) {
		if (!at[i])
			continue;
		apply_case(w, at[i], c, n, i);
		lab_flow_resume(w, at[i], c);
		lab_state_drop(&w->s->states, at[i]);
		went = true;
	}
	return !went;
}

bool lab_own_after(struct lab_flow *w, struct lab_state *s, struct lab_call *c)
{
	const struct own_note *n = c->note;

	lab_own_balance_after(w, s, n);
	for (uint32_t i = 0; i < n->nfacts; i++)	/* what a body would return is not asked */
		if (lab_fact_is_ownership(&n->facts[i]) && n->facts[i].result)
			lab_env_set(s, c->res, lab_term_leaf(w->t, LAB_T_VAL, c->res));
	for (uint32_t i = 0; i < n->nfacts; i++)
		if (n->facts[i].kind == LAB_FACT_RETURNS &&
		    !lab_model_condition(w, s, c, &n->facts[i], true))
			return false;
	if (n->sum)
		return apply_cases(w, s, c, n);
	return apply_facts(w, s, c, n, 0);
}
