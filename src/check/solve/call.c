// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a call does to a state: by the facts of the model about its name, else
 * by the summary of the function it reaches, else nothing is known and the
 * context is taken to be left as it was.
 *
 * Where the outcomes of a callee differ in context, the state is forked, each
 * copy with what tells the outcome apart (the return value, a parameter).
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

void lab_import_sleeps(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
			  uint32_t fn, const struct lab_delta *held, unsigned int kind,
			  uint32_t target, bool with_args)
{
	const struct lab_summary *sum = &w->s->sum[fn];
	struct lab_state *at;
	struct lab_import im = { w, NULL, c->args, with_args ? c->nargs : 0, c->res };

	if (w->s->watch)
		lab_watch_call(w->s->watch, w->s, s, held, fn);
	if (!held && !arrlen(sum->sleeps))
		return;
	im.s = at = lab_state_clone(&w->s->states, s);
	if (held)
		lab_import_delta(&im, held, c->ins, true);
	/* few are kept of one call: those that ask least come first */
	for (uint32_t n = 0, left = arrlenu(sum->sleeps); left; n++)
		for (int i = 0; i < arrlen(sum->sleeps); i++) {
			struct lab_state *temp;

			if (sum->sleeps[i].g.n != n)
				continue;
			left--;
			temp = lab_state_clone(&w->s->states, at);
			im.s = temp;
			if (lab_import_guard(&im, sum->sleeps[i].g)) {
				lab_import_delta(&im, &sum->sleeps[i].d, c->ins, false);
				lab_flow_event(w, at, temp, c, kind, target);
			}
			lab_state_drop(&w->s->states, temp);
		}
	lab_state_drop(&w->s->states, at);
}

static void import_targets(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
			   uint32_t term, const struct lab_delta *held, uint32_t via)
{
	unsigned int kind = via == LAB_NONE ? LAB_EV_FIELD : LAB_EV_VIA;
	struct lab_targets t;
	struct lab_state *own = NULL;

	if (!lab_targets(w, term, &t) || (!t.n && !t.wide && t.ops == LAB_TERM_NONE)) {
		w->s->unresolved++;
		return;
	}
	if (t.wide || t.n > LAB_WIDE) {
		w->s->too_wide++;
		return;
	}
	if (via == LAB_NONE && lab_term(w->t, lab_term(w->t, term)->a)->op == LAB_T_FIELD)
		via = lab_term(w->t, lab_term(w->t, term)->a)->b;
	w->s->resolved++;
	for (uint32_t i = 0; i < t.n; i++) {
		uint32_t fn = lab_prog_resolve(w->s->p, t.all[i].sym, w->f->unit);

		if (fn == LAB_NONE || lab_model_answers(w->s, t.all[i].sym))
			continue;
		if (t.ops != LAB_TERM_NONE && t.all[i].table != LAB_NONE) {
			if (own)	/* it was found there, so that is where it points */
				lab_state_drop(&w->s->states, own);
			own = lab_state_clone(&w->s->states, s);
			lab_mem_set(own, t.ops, lab_term_leaf(w->t, LAB_T_SYM, t.all[i].table));
			w->unsaid = t.ops;
			lab_import_sleeps(w, own, c, fn, held, kind, via, held == NULL);
			w->unsaid = LAB_TERM_NONE;
			continue;
		}
		lab_import_sleeps(w, s, c, fn, held, kind, via, held == NULL);
	}
	if (own)
		lab_state_drop(&w->s->states, own);
}

void lab_flow_pointer(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		      uint32_t term, const struct lab_delta *held, uint32_t via)
{
	const struct lab_term x = *lab_term(w->t, term);
	unsigned int kind = via == LAB_NONE ? LAB_EV_FN : LAB_EV_VIA;
	uint32_t fn;

	if (x.op == LAB_T_SYM) {
		fn = lab_prog_resolve(w->s->p, x.a, w->f->unit);
		if (fn != LAB_NONE && !lab_model_answers(w->s, x.a))
			lab_import_sleeps(w, s, c, fn, held, kind, via == LAB_NONE ? fn : via,
				      held == NULL);
	} else if (x.op == LAB_T_LOAD && (lab_term(w->t, x.a)->op == LAB_T_FIELD ||
					lab_term(w->t, x.a)->op == LAB_T_SYM)) {
		import_targets(w, s, c, term, held, via);
	} else if (x.op == LAB_T_PARAM) {
		struct lab_pcall pc = { .param = x.a };
		struct lab_state *temp = lab_state_clone(&w->s->states, s);
		struct lab_import im = { w, temp, c->args, c->nargs, c->res };

		if (held)
			lab_import_delta(&im, held, c->ins, true);
		pc.g = lab_export_guard(w, temp);
		lab_export_delta(w, temp, &pc.d);
		if (arrlen(w->pcalls) < 6)
			arrput(w->pcalls, pc);
		lab_flow_event(w, temp, temp, c, via == LAB_NONE ? LAB_EV_PARAM : LAB_EV_VIA,
			       via == LAB_NONE ? x.a : via);
		lab_state_drop(&w->s->states, temp);
	} else {
		w->s->unresolved++;
	}
}

static bool outcome(struct lab_flow *w, struct lab_state *s, struct lab_call *c,
		    const struct lab_outcome *o)
{
	struct lab_import im = { w, s, c->args, c->nargs, c->res };
	uint32_t ret = result(w, s, c);

	if (!lab_import_guard(&im, o->g))
		return false;
	if (ret != LAB_TERM_NONE && !lab_assume_av(w->t, s, ret, o->ret))
		return false;
	lab_import_delta(&im, &o->d, c->ins, true);
	return true;
}

/* The result does not say that it is this case: what it takes is held sometimes. */
static void mark_sometimes(struct lab_state *s, const struct lab_call *c,
			   const struct lab_summary *sum, int i)
{
	for (int k = 0; k < arrlen(sum->outcomes); k++) {
		struct lab_av both = lab_av_meet(sum->outcomes[i].ret, sum->outcomes[k].ret);

		if (k == i || lab_av_empty(&both) ||
		    sum->outcomes[k].d.nholds == sum->outcomes[i].d.nholds)
			continue;
		for (unsigned int h = 0; h < s->nholds; h++)
			s->holds[h].sometimes |= s->holds[h].ins == c->ins;
	}
}

/* A field that nobody writes through a pointer. */
static bool stays(const struct lab_flow *w, uint32_t addr)
{
	const struct lab_term *x = lab_term(w->t, addr);

	return x->op == LAB_T_FIELD && !w->s->p->written[x->b];
}

void lab_flow_clobber(struct lab_flow *w, struct lab_state *s, const struct lab_call *c)
{
	for (uint32_t i = 0; i < c->nargs; i++) {
		uint32_t root = lab_term_root(w->t, c->args[i]), before;
		unsigned int k = 0;

		if ((lab_term(w->t, root)->op != LAB_T_LOCAL && lab_term(w->t, root)->op != LAB_T_PVAR) ||
		    c->res == LAB_NONE)
			continue;
		before = lab_mem_get(s, root);
		for (unsigned int m = 0; m < s->nmem; m++)
			if (lab_term_root(w->t, s->mem[m].key) != root || stays(w, s->mem[m].key))
				s->mem[k++] = s->mem[m];
		s->nmem = k;
		lab_mem_set(s, root, lab_rewritten(w, before, c->res));
	}
}

/* Memory once the callee has returned. */
static void after(struct lab_flow *w, struct lab_state *s, const struct lab_call *c)
{
	if (c->clobbers)
		lab_flow_clobber(w, s, c);
	for (uint32_t i = 0; i < c->nstores; i++)
		lab_mem_set(s, c->stores[i].key, c->stores[i].term);
}

static bool return_from(struct lab_flow *w, struct lab_state *s, struct lab_call *c, uint32_t fn)
{
	const struct lab_summary *sum = &w->s->sum[fn];
	struct lab_import im = { w, s, c->args, c->nargs, c->res };
	uint32_t ret = LAB_TERM_NONE, args = LAB_TERM_NONE;
	int n = arrlen(sum->outcomes);
	bool differ = false, went = false;

	if (!sum->known)
		return true;
	if (!sum->returns)
		return false;
	if (sum->ret != LAB_TERM_NONE)
		ret = lab_import_term(&im, sum->ret);
	if (ret == LAB_TERM_NONE && sum->pure && c->nargs <= 4) {
		for (uint32_t i = 0; i < c->nargs; i++)
			args = lab_term_arg(w->t, c->args[i], args);
		ret = lab_term_apply(w->t, fn, args);
	}
	if (ret != LAB_TERM_NONE && c->res != LAB_NONE)
		lab_env_set(s, c->res, ret);
	for (int i = 1; i < n; i++)
		differ |= !lab_delta_same(&sum->outcomes[0].d, &sum->outcomes[i].d);
	if (!differ) {
		struct lab_delta d = n ? sum->outcomes[0].d : (struct lab_delta){ 0 };

		if (n == 1 && c->res != LAB_NONE)
			lab_assume_av(w->t, s, result(w, s, c), sum->outcomes[0].ret);
		lab_import_delta(&im, &d, c->ins, true);
		return true;
	}
	for (int i = 0; i < n; i++) {
		struct lab_state *a = lab_state_clone(&w->s->states, s);

		if (lab_pair_outcome(w, a, c, sum, i) && outcome(w, a, c, &sum->outcomes[i])) {
			went = true;
			mark_sometimes(a, c, sum, i);
			after(w, a, c);
			lab_flow_fork(w, a, c);
		}
		lab_state_drop(&w->s->states, a);
	}
	return !went;	/* nothing fits: go on as if nothing had changed */
}

/*
 * __builtin_constant_p() chooses between two spellings of one thing; the one for
 * constants is the one that is plain arithmetic.
 */
static bool by_compiler(struct lab_flow *w, struct lab_state *s, const struct lab_call *c)
{
	if (strcmp(lab_prog_symname(w->s->p, c->sym), "__builtin_constant_p") || c->res == LAB_NONE)
		return false;
	lab_env_set(s, c->res, lab_term_const(w->t, 1));
	return true;
}

/* A function without a body that is given the object of a lock may have dropped it. */
static void may_drop(struct lab_flow *w, struct lab_state *s, const struct lab_call *c)
{
	for (unsigned int i = 0; i < s->nholds; i++)
		for (uint32_t k = 0; k < c->nargs && s->holds[i].lock != LAB_TERM_NONE; k++)
			if (lab_term_root(w->t, c->args[k]) ==
			    lab_term_root(w->t, s->holds[i].lock))
				s->holds[i].bits |= LAB_H_MAYBE;
}

/* What the callee leaves in memory, in this function's terms. */
static uint32_t import_stores(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
			      uint32_t fn, struct lab_bind *out)
{
	const struct lab_summary *sum = &w->s->sum[fn];
	struct lab_import im = { w, s, c->args, c->nargs, c->res };
	uint32_t n = 0;

	for (unsigned int i = 0; i < sum->nstores; i++) {
		uint32_t addr = lab_import_term(&im, sum->stores[i].addr);
		uint32_t v = lab_import_term(&im, sum->stores[i].value);

		if (addr == LAB_TERM_NONE)
			continue;
		if (v == LAB_TERM_NONE)		/* something: known by the call alone */
			v = lab_term_load(w->t, addr, 2 + c->ins);
		out[n++] = (struct lab_bind){ addr, v };
	}
	return n;
}

bool lab_flow_call(struct lab_flow *w, struct lab_state *s, struct lab_call *c)
{
	const struct lab_summary *sum;
	bool goes_on, pure;
	uint32_t fn;

	if (c->sym == LAB_NONE) {
		w->impure = true;
		w->wild = true;
		lab_flow_pointer(w, s, c, c->target, NULL, LAB_NONE);
		lab_flow_clobber(w, s, c);
		return true;
	}
	if ((w->s->p->syms[c->sym].flags & LAB_SYMF_BUILTIN) && by_compiler(w, s, c))
		return true;
	if (lab_says(w->s->p, c->sym)) {	/* to us it does */
		lab_env_set(s, c->res, lab_term_const(w->t, 1));
		return true;
	}
	if (lab_flow_by_model(w, s, c, &goes_on))
		return goes_on;
	fn = lab_prog_resolve(w->s->p, c->sym, w->f->unit);
	if (fn == LAB_NONE) {
		w->impure = true;
		w->wild = true;
		lab_flow_clobber(w, s, c);
		may_drop(w, s, c);
		return !(w->s->p->syms[c->sym].flags & LAB_SYMF_NORETURN);
	}
	sum = &w->s->sum[fn];
	pure = sum->pure;
	w->impure |= !pure;
	lab_import_sleeps(w, s, c, fn, NULL, LAB_EV_FN, fn, true);
	lab_import_cbugs(w, s, c, fn);
	for (int i = 0; i < arrlen(sum->pcalls); i++)
		if (sum->pcalls[i].param < c->nargs) {
			c->param = sum->pcalls[i].param;
			lab_flow_pointer(w, s, c, c->args[c->param], &sum->pcalls[i].d, fn);
		}
	c->param = 0;
	for (unsigned int i = 0; sum->may_release && i < s->nholds; i++)
		s->holds[i].bits |= LAB_H_MAYBE;
	c->nstores = import_stores(w, s, c, fn, c->stores);
	c->clobbers = !pure && !sum->writes_known;
	w->wild |= c->clobbers;
	if (!return_from(w, s, c, fn))
		return false;
	after(w, s, c);
	return true;
}
