// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that a model speaks for: conditions on arguments and on the moment,
 * effects on the context, sleeping, callbacks handed over.
 *
 * Policy: a condition that may hold splits the state where it changes the
 * context; a sleep takes it as a guard.  That the moment is atomic must be
 * proven, that it is not may be assumed.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

uint32_t lab_ctx_term(struct lab_terms *t, const struct lab_state *s, unsigned int test)
{
	unsigned int bits = lab_state_bits(s);
	unsigned int intr = bits & (LAB_H_BH | LAB_H_SOFTIRQ | LAB_H_HARDIRQ);
	int64_t count = 0;

	switch (test) {
	case LAB_TEST_PREEMPT_COUNT:
		if (bits & LAB_H_PREEMPT)
			count |= 1;
		if (bits & LAB_H_BH)
			count |= 0x200;
		if (bits & LAB_H_SOFTIRQ)
			count |= 0x100;
		if (bits & LAB_H_HARDIRQ)
			count |= 0x10000;
		/* what is known to be in it, and what the caller brings */
		return lab_term_ctx(t, test, count);
	case LAB_TEST_IN_ATOMIC:
		return intr || (bits & LAB_H_PREEMPT) ? lab_term_const(t, 1) : lab_term_ctx(t, test, 0);
	case LAB_TEST_IN_INTERRUPT:
		return intr ? lab_term_const(t, 1) : lab_term_ctx(t, test, 0);
	case LAB_TEST_IN_TASK:
		return bits & (LAB_H_SOFTIRQ | LAB_H_HARDIRQ) ? lab_term_const(t, 0) :
			lab_term_ctx(t, test, 0);
	case LAB_TEST_IN_HARDIRQ:
		return bits & LAB_H_HARDIRQ ? lab_term_const(t, 1) : lab_term_ctx(t, test, 0);
	case LAB_TEST_IN_SOFTIRQ:
		return bits & (LAB_H_SOFTIRQ | LAB_H_BH) ? lab_term_const(t, 1) : lab_term_ctx(t, test, 0);
	case LAB_TEST_IRQS_DISABLED:
		return bits & (LAB_H_IRQ | LAB_H_HARDIRQ) ? lab_term_const(t, 1) : lab_term_ctx(t, test, 0);
	case LAB_TEST_PREEMPTIBLE:
		return intr || (bits & (LAB_H_PREEMPT | LAB_H_IRQ)) ? lab_term_const(t, 0) :
			lab_term_ctx(t, test, 0);
	case LAB_TEST_IN_RCU:
		return bits & LAB_H_RCU ? lab_term_const(t, 1) : lab_term_ctx(t, test, 0);
	case LAB_TEST_NOFAULT:
		return bits & LAB_H_NOFAULT ? lab_term_const(t, 1) : lab_term_ctx(t, test, 0);
	case LAB_TEST_IN_NMI:
	case LAB_TEST_OOPS:
		return lab_term_const(t, 0);	/* a dying kernel is excused */
	default:
		return LAB_TERM_NONE;
	}
}

/* ---- facts of the model ------------------------------------------------------ */

/* identity: arg0.lock names the lock itself; else arg0.flag is the value kept there */
static uint32_t ref_term(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
			 const struct lab_model_ref *r, bool identity)
{
	bool arg = r->base == LAB_MREF_ARG;
	uint32_t t;

	if (r->base == LAB_MREF_NONE)
		return LAB_TERM_NONE;
	if (arg)
		t = r->arg < c->nargs ? c->args[r->arg] : LAB_TERM_NONE;
	else
		t = result(w, s, c);
	if (t == LAB_TERM_NONE)
		return t;
	if (r->path)
		t = lab_member(w, s, t, arg ? lab_pointee(w, c, r->arg) : LAB_NONE, r->path);
	if (r->deref || (r->path && !identity))
		t = lab_flow_load(w, s, t);
	return t;
}

static bool const_value(const struct lab_flow *w, const struct lab_model_const *k, int64_t *v)
{
	*v = k->value;
	return !k->macro || lab_prog_macro(w->s->p, k->macro, v) == 0;
}

static bool points_into(struct lab_flow *w, const struct lab_call *c, const struct lab_atom *a)
{
	const struct lab_prog *p = w->s->p;
	uint32_t t;

	if (a->value.arg >= c->nargs)
		return false;
	for (t = c->args[a->value.arg]; lab_term(w->t, t)->op == LAB_T_FIELD;
	     t = lab_term(w->t, t)->a) {
		uint32_t o = p->fields[lab_term(w->t, t)->b].owner;

		if (o != LAB_NONE && !strcmp(lab_prog_str(p, p->types[o].name), a->type))
			return true;
	}
	t = lab_pointee(w, c, a->value.arg);
	return t != LAB_NONE && !strcmp(lab_prog_str(p, p->types[t].name), a->type);
}

/* The comparison of the atom, of value t. */
static uint32_t compared(struct lab_flow *w, const struct lab_atom *a, uint32_t t)
{
	static const uint8_t ops[] = { LAB_BIN_EQ, LAB_BIN_NE, LAB_BIN_LT, LAB_BIN_GT };
	int64_t mask, rhs;

	if (t == LAB_TERM_NONE || !const_value(w, &a->rhs, &rhs))
		return LAB_TERM_NONE;
	if (a->masked) {
		if (!const_value(w, &a->mask, &mask))
			return LAB_TERM_NONE;
		t = lab_term_bin(w->t, LAB_BIN_AND, t, lab_term_const(w->t, mask));
	}
	if (t == LAB_TERM_NONE)
		return t;
	return lab_term_bin(w->t, ops[a->op], t, lab_term_const(w->t, rhs));
}

/* The atom as a term that is true when it holds; LAB_TERM_NONE if nobody can tell. */
static uint32_t atom_term(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
			  const struct lab_atom *a)
{
	uint32_t t;

	if (a->kind == LAB_ATOM_UNSEEN)
		return LAB_TERM_NONE;
	if (a->kind == LAB_ATOM_SETS || a->kind == LAB_ATOM_PASSES)
		return lab_term_const(w->t, lab_file_says(w->s, w->fn, a));
	if (a->kind == LAB_ATOM_RT)
		return lab_term_const(w->t, a->negated != w->s->rt);
	if (a->kind == LAB_ATOM_IS)
		return lab_term_const(w->t, a->negated != points_into(w, c, a));
	if (a->kind == LAB_ATOM_TEST) {
		t = lab_ctx_term(w->t, s, a->test);
		return t == LAB_TERM_NONE || !a->negated ? t :
			lab_term_bin(w->t, LAB_BIN_EQ, t, lab_term_const(w->t, 0));
	}
	return compared(w, a, ref_term(w, s, c, &a->value, false));
}

int lab_model_condition(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
			const struct lab_fact *f, bool assume)
{
	int all = 1;

	for (unsigned int i = 0; i < f->natoms; i++) {
		uint32_t t = atom_term(w, s, c, &f->atom[i]);
		int known = t == LAB_TERM_NONE ? -1 : lab_truth(w->t, s, t);

		/* that the moment is atomic must be proven, here or by a caller */
		if (!known || (known < 0 && f->atom[i].kind == LAB_ATOM_TEST &&
			       !f->atom[i].negated && (lab_state_bits(s) & lab_atomic_bits(w->s))))
			return 0;
		if (known < 0)
			all = -1;
		if (known < 0 && assume && t != LAB_TERM_NONE && !lab_assume(w->t, s, t, true))
			return 0;
	}
	return all;
}

bool lab_root_args(struct lab_flow *w, struct lab_state *s, const struct lab_fact *f,
		   const uint32_t *args, uint32_t n)
{
	unsigned int first = f->kind == LAB_FACT_FIELD ? 0 : f->natoms;

	for (unsigned int i = first; i < (unsigned int)f->natoms + f->nlater; i++) {
		const struct lab_atom *a = &f->atom[i];
		uint32_t t;

		if (a->kind != LAB_ATOM_CMP || a->value.arg >= n)
			continue;
		t = args[a->value.arg];
		if (a->value.path) {
			t = lab_member(w, s, t, lab_struct(w->s->p, a->value.type), a->value.path);
			t = lab_flow_load(w, s, t);
		}
		t = compared(w, a, t);
		if (t != LAB_TERM_NONE && !lab_assume(w->t, s, t, true))
			return false;
	}
	return true;
}

/* A lock that was taken lies in an object, so the pointer to it is not NULL. */
static void object_exists(struct lab_flow *w, struct lab_state *s, uint32_t lock)
{
	struct lab_av there = lab_av_top;
	uint32_t root;

	if (lock == LAB_TERM_NONE)
		return;
	there.nz = true;
	root = lab_term_root(w->t, lock);
	if (lab_term(w->t, root)->op != LAB_T_SYM && lab_term(w->t, root)->op != LAB_T_LOCAL)
		lab_assume_av(w->t, s, root, there);
}

static void effect(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		   const struct lab_fact *f)
{
	static const uint16_t bit[] = {
		[LAB_EFFECT_PREEMPT] = LAB_H_PREEMPT, [LAB_EFFECT_BH] = LAB_H_BH,
		[LAB_EFFECT_IRQ] = LAB_H_IRQ, [LAB_EFFECT_RCU] = LAB_H_RCU,
		[LAB_EFFECT_HARDIRQ] = LAB_H_HARDIRQ, [LAB_EFFECT_SOFTIRQ] = LAB_H_SOFTIRQ,
		[LAB_EFFECT_RAW] = LAB_H_RAW, [LAB_EFFECT_NOFAULT] = LAB_H_NOFAULT, [LAB_EFFECT_IRQ_SAVE] = LAB_H_IRQ,
		[LAB_EFFECT_IRQ_RESTORE] = LAB_H_IRQ, [LAB_EFFECT_LOCK] = LAB_H_LOCK };
	struct lab_hold h = { .lock = LAB_TERM_NONE, .token = LAB_TERM_NONE, .ins = c->ins,
			      .fn = w->fn };

	h.bits = lab_is_statement(w->s->p, c->sym) ? LAB_H_SAID : 0;
	for (unsigned int i = 0; i < f->neffects; i++) {
		const struct lab_effect *e = &f->effect[i];

		h.bits |= bit[e->what];
		if (e->what == LAB_EFFECT_LOCK)
			h.lock = ref_term(w, s, c, &e->ref, true);
		if (e->what == LAB_EFFECT_IRQ_SAVE) {
			h.token = lab_term_leaf(w->t, LAB_T_VAL, c->res);
			if (e->ref.base == LAB_MREF_ARG && e->ref.arg < c->nargs)
				lab_mem_set(s, e->ref.path ?
					    lab_member(w, s, c->args[e->ref.arg], lab_pointee(w, c, e->ref.arg),
						   e->ref.path) : c->args[e->ref.arg], h.token);
		}
		if (e->what == LAB_EFFECT_IRQ_RESTORE) {
			h.token = ref_term(w, s, c, &e->ref, false);
			if (h.token == LAB_TERM_NONE)
				h.token = LAB_TOKEN_ANY;
		}
	}
	if (f->kind == LAB_FACT_ENTER) {
		object_exists(w, s, h.lock);
		lab_state_enter(s, h);
	} else
		lab_state_leave(s, h);
}

uint32_t lab_model_drops(struct lab_flow *w, struct lab_state *s, const struct lab_call *c)
{
	uint32_t n;
	const struct lab_fact *f = lab_solver_facts(w->s, c->sym, &n);

	for (uint32_t i = 0; i < n; i++)
		for (unsigned int k = 0; f[i].kind == LAB_FACT_LEAVE && k < f[i].neffects; k++)
			if (f[i].effect[k].what == LAB_EFFECT_LOCK && lab_fact_in_mode(&f[i], w->s->rt))
				return ref_term(w, s, c, &f[i].effect[k].ref, true);
	return LAB_TERM_NONE;
}

/* The condition does not hold: says something only if one atom alone was open. */
bool lab_model_assume_not(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
			  const struct lab_fact *f)
{
	uint32_t open = LAB_TERM_NONE;

	for (unsigned int i = 0; i < f->natoms; i++) {
		uint32_t t = atom_term(w, s, c, &f->atom[i]);

		if (t != LAB_TERM_NONE && lab_truth(w->t, s, t) == 1)
			continue;
		if (t == LAB_TERM_NONE || open != LAB_TERM_NONE)
			return true;
		open = t;
	}
	return open == LAB_TERM_NONE || lab_assume(w->t, s, open, false);
}

/* Facts from i on; a fact that may hold splits the state. */
static bool contexts(struct lab_flow *w, struct lab_state *s, struct lab_call *c,
		     const struct lab_fact *f, uint32_t n, uint32_t i)
{
	for (; i < n; i++) {
		struct lab_state *a;
		int holds;

		if (f[i].kind != LAB_FACT_ENTER && f[i].kind != LAB_FACT_LEAVE)
			continue;
		if (!lab_fact_in_mode(&f[i], w->s->rt))
			continue;
		w->impure = true;
		holds = lab_model_condition(w, s, c, &f[i], false);
		if (!holds)
			continue;
		if (holds < 0) {
			a = lab_state_clone(&w->s->states, s);
			if (lab_model_condition(w, a, c, &f[i], true)) {
				effect(w, a, c, &f[i]);
				if (contexts(w, a, c, f, n, i + 1))
					lab_flow_fork(w, a, c);
			}
			lab_state_drop(&w->s->states, a);
			if (!lab_model_assume_not(w, s, c, &f[i]))
				return false;
			continue;
		}
		effect(w, s, c, &f[i]);
	}
	return true;
}

static void add_root(struct lab_flow *w, uint32_t sym, const struct lab_fact *f,
		     const struct lab_call *c)
{
	struct lab_root r = { .fn = lab_prog_resolve(w->s->p, sym, w->f->unit), .ctx = f->ctx,
			      .site_fn = w->fn, .site_ins = c->ins, .field = LAB_NONE, .fact = f };
	uint32_t key[3] = { r.fn, r.ctx, LAB_NONE };
	int fresh;

	if (r.fn == LAB_NONE)
		return;
	lab_intern(w->s->root_ix, key, sizeof(key), &fresh);
	if (fresh)
		arrput(w->s->roots, r);
}

/* The function that the fact speaks of: the argument, or what a member of it holds. */
static uint32_t callback(struct lab_flow *w, struct lab_state *s, const struct lab_fact *f,
			 const struct lab_call *c)
{
	const struct lab_ginit *in;
	uint32_t arg = c->args[f->arg], at, got;
	const struct lab_term *x;

	if (!f->field)
		return arg;
	at = lab_member(w, s, arg, lab_pointee(w, c, f->arg), f->field);
	got = lab_flow_load(w, s, at);
	x = lab_term(w->t, got);
	/* a static object, such as a notifier block: what it was initialised with */
	if (x->op == LAB_T_LOAD && lab_term(w->t, at)->op == LAB_T_FIELD &&
	    lab_term(w->t, arg)->op == LAB_T_SYM) {
		in = lab_prog_init(w->s->p, lab_term(w->t, arg)->a, lab_term(w->t, at)->b);
		if (in && in->kind == LAB_INITV_ADDR && in->plain)
			return lab_term_leaf(w->t, LAB_T_SYM, in->target);
	}
	return got;
}

static void register_callback(struct lab_flow *w, struct lab_state *s,
			      const struct lab_fact *f, const struct lab_call *c)
{
	const struct lab_fieldset *set = NULL;
	const struct lab_term *x;

	if (f->ctx == LAB_CTX_NOW || f->arg >= c->nargs)
		return;
	x = lab_term(w->t, callback(w, s, f, c));
	if (x->op == LAB_T_SYM)
		add_root(w, x->a, f, c);
	else if (x->op == LAB_T_PARAM)
		set = lab_devirt_param(w->s->p, w->fn, x->a);
	for (int i = 0; set && i < arrlen(set->fns); i++)
		add_root(w, set->fns[i], f, c);
}

static void call_now(struct lab_flow *w, struct lab_state *s, const struct lab_fact *f,
		     const struct lab_call *c)
{
	struct lab_delta nothing = { 0 };
	struct lab_call its = *c;
	uint32_t what;

	if (f->ctx != LAB_CTX_NOW || f->arg >= c->nargs)
		return;
	what = callback(w, s, f, c);
	lab_state_copy(w->spare, s);
	if (f->neffects) {
		struct lab_fact enter = *f;

		enter.kind = LAB_FACT_ENTER;
		effect(w, w->spare, c, &enter);
	}
	its.nargs = 0;		/* what it is called with nobody says */
	its.fact = f;
	lab_flow_pointer(w, w->spare, &its, what, &nothing, LAB_NONE);
}

/* A body that is not here has run: memory it was given, and locks it may have dropped. */
static void has_run(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		    const struct lab_fact *f, uint32_t n)
{
	w->impure = true;
	w->wild = true;
	lab_flow_clobber(w, s, c);
	for (uint32_t i = 0; i < n; i++)
		for (unsigned int k = 0; f[i].kind == LAB_FACT_UNSURE && k < s->nholds; k++)
			s->holds[k].bits |= LAB_H_MAYBE;
}

static void sleep_by_model(struct lab_flow *w, struct lab_state *s, struct lab_call *c,
			   const struct lab_fact *f)
{
	struct lab_state *temp = lab_state_clone(&w->s->states, s);
	bool can;

	w->impure = true;

	temp->asking = true;
	can = lab_model_condition(w, temp, c, f, true);
	temp->asking = false;
	if (can) {
		if (f->neffects)
			effect(w, temp, c, f);
		c->fact = f;
		lab_flow_event(w, s, temp, c, LAB_EV_MODEL, c->sym);
		c->fact = NULL;
	}
	lab_state_drop(&w->s->states, temp);
}

/* What was entered last turns out to be a lock that sleeps. */
static void soften(struct lab_state *s)
{
	for (unsigned int i = s->nholds; i-- > 0;)
		if (s->holds[i].bits & LAB_H_ATOMIC) {
			s->holds[i].bits |= LAB_H_SLEEPING;
			return;
		}
}

static bool softens(const struct lab_fact *f)
{
	return f->kind == LAB_FACT_ENTER && f->effect[0].what == LAB_EFFECT_SLEEPING;
}

/*
 * Handlers run in threads on PREEMPT_RT: that this one does not must be proven.
 * Else a condition that may hold is enough.
 */
static bool calls_back(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		       const struct lab_fact *f)
{
	int holds = lab_model_condition(w, s, c, f, false);

	for (unsigned int i = 0; i < f->natoms; i++)
		if (f->atom[i].kind == LAB_ATOM_RT && !f->atom[i].negated)
			return holds == 1;
	return holds;
}

/* True if the model answers for the callee; *goes_on: it returns. */
bool lab_flow_by_model(struct lab_flow *w, struct lab_state *s, struct lab_call *c, bool *goes_on)
{
	uint32_t n, t;
	const struct lab_fact *f = lab_solver_facts(w->s, c->sym, &n);
	bool answers = false, sleeps = true, beyond = false;

	*goes_on = true;
	for (uint32_t i = 0; i < n; i++) {
		if (f[i].kind == LAB_FACT_NOSLEEP && lab_fact_in_mode(&f[i], w->s->rt) &&
		    lab_model_condition(w, s, c, &f[i], false) == 1)
			sleeps = false;
		if (softens(&f[i]) && lab_fact_in_mode(&f[i], w->s->rt))
			soften(s);
	}
	for (uint32_t i = 0; i < n; i++) {
		if (!lab_fact_in_mode(&f[i], w->s->rt))
			continue;
		beyond |= f[i].beyond;
		if (lab_fact_replaces_body(&f[i]))
			answers = true;
		switch (f[i].kind) {
		case LAB_FACT_NORETURN:
			*goes_on = false;
			return true;
		case LAB_FACT_CALLS:
			if (calls_back(w, s, c, &f[i])) {
				register_callback(w, s, &f[i], c);
				call_now(w, s, &f[i], c);
			}
			break;
		case LAB_FACT_TEST:
			t = lab_ctx_term(w->t, s, f[i].test);
			if (t != LAB_TERM_NONE && c->res != LAB_NONE)
				lab_env_set(s, c->res, t);
			answers = true;
			break;
		case LAB_FACT_SLEEP:
		case LAB_FACT_WORKER:
			if (sleeps)
				sleep_by_model(w, s, c, &f[i]);
			break;
		}
	}
	if (beyond)
		has_run(w, s, c, f, n);
	if (n && !contexts(w, s, c, f, n, 0))
		*goes_on = false;
	return answers || beyond;
}
