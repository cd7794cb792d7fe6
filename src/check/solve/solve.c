// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Driving the solver: components in order, each until its summaries stand
 * still (at most ROUNDS walks; guards only ever get weaker, so stopping early
 * loses a case, it does not invent one), then the roots.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define ROUNDS 3

struct lab_solver *lab_solver_new(const struct lab_prog *p, const struct lab_model *m, bool rt)
{
	struct lab_solver *s = calloc(1, sizeof(*s));
	uint32_t nfns = arrlenu(p->fns), nsyms = arrlenu(p->syms);

	if (!s)
		abort();
	s->p = p;
	s->m = m;
	s->rt = rt;
	s->pool = lab_terms_new();
	s->crossing = calloc(1, sizeof(*s->crossing));
	s->root_ix = lab_intern_new();
	s->confirmed = lab_intern_new();
	s->possible = lab_intern_new();
	s->said_ix = lab_intern_new();
	s->sum = calloc(nfns + 1, sizeof(*s->sum));
	s->known = calloc(nsyms + 1, sizeof(*s->known));
	if (!s->sum || !s->known || !s->crossing)
		abort();
	for (uint32_t i = 0; i < nfns; i++)
		s->sum[i].ret = LAB_TERM_NONE;
	lab_contracts(s);
	return s;
}

void lab_solver_free(struct lab_solver *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < arrlenu(s->p->fns); i++) {
		arrfree(s->sum[i].outcomes);
		arrfree(s->sum[i].sleeps);
		arrfree(s->sum[i].pcalls);
		arrfree(s->sum[i].cbugs);
		arrfree(s->sum[i].events);
	}
	lab_contracts_free(s);
	free(s->sum);
	free(s->known);
	free(s->calls);
	lab_intern_free(s->folders);
	arrfree(s->serves);
	free(s->outside);
	lab_terms_free(s->pool);
	lab_states_free(&s->states);
	lab_memo_free(&s->bound);
	lab_crossing_free(s->crossing);
	lab_intern_free(s->root_ix);
	lab_intern_free(s->confirmed);
	lab_intern_free(s->possible);
	lab_said_free(s);
	arrfree(s->atoms);
	free(s->guards.slots);
	arrfree(s->args);
	arrfree(s->roots);
	arrfree(s->order);
	free(s);
}

const struct lab_fact *lab_solver_facts(struct lab_solver *s, uint32_t sym, uint32_t *n)
{
	if (!s->known[sym].asked) {
		s->known[sym].facts = !s->contracts ? NULL :
			lab_model_find(s->contracts, lab_prog_symname(s->p, sym), &s->known[sym].n);
		if (!s->known[sym].facts && s->m->beyond && lab_prog_resolve(s->p, sym, LAB_NONE) == LAB_NONE)
			s->known[sym].facts = lab_model_find(s->m->beyond,
							     lab_prog_symname(s->p, sym),
							     &s->known[sym].n);
		if (!s->known[sym].facts)
			s->known[sym].facts = lab_model_find(s->m, lab_prog_symname(s->p, sym),
							     &s->known[sym].n);
		s->known[sym].asked = 1;
		if (!s->known[sym].facts)
			s->known[sym].n = 0;
	}
	*n = s->known[sym].n;
	return s->known[sym].facts;
}

bool lab_model_answers(struct lab_solver *s, uint32_t sym)
{
	uint32_t n;
	const struct lab_fact *f = lab_solver_facts(s, sym, &n);

	for (uint32_t i = 0; i < n; i++)
		if (lab_fact_replaces_body(&f[i]) && lab_fact_in_mode(&f[i], s->rt))
			return true;
	return false;
}

bool lab_sleeps_as_worker(struct lab_solver *s, uint32_t sym)
{
	uint32_t n;
	const struct lab_fact *f = lab_solver_facts(s, sym, &n);

	for (uint32_t i = 0; i < n; i++)
		if (f[i].kind == LAB_FACT_WORKER)
			return true;
	return false;
}

/* "sleep f if rt" and the like: its body was compiled for the other kernel. */
static bool of_the_other_kernel(const struct lab_solver *s, const struct lab_fact *f)
{
	return s->rt && !f->beyond && f->natoms == 1 && f->atom[0].kind == LAB_ATOM_RT &&
	       !f->atom[0].negated && lab_fact_replaces_body(f);
}

/* Instrumentation and dying: what a model says not to look into. */
static bool excused(struct lab_solver *s, uint32_t sym)
{
	uint32_t n;
	const struct lab_fact *f = lab_solver_facts(s, sym, &n);

	for (uint32_t i = 0; i < n; i++)
		if (f[i].kind == LAB_FACT_NEUTRAL || f[i].kind == LAB_FACT_NORETURN ||
		    of_the_other_kernel(s, &f[i]))
			return true;
	return false;
}

/* Nothing in it that changes a context or sleeps: a walk would only tell its result. */
static bool matters(struct lab_solver *s, uint32_t fn)
{
	const struct lab_gfn *f = &s->p->fns[fn];

	if (excused(s, f->sym))
		return false;
	if (f->body->nblocks <= 8)
		return true;
	for (uint32_t i = 0; i < f->body->nins; i++) {
		const struct lab_ins *in = &f->body->ins[i];
		const uint32_t *o = f->body->words + in->words;
		const struct lab_summary *sum;
		uint32_t n, to;
		const struct lab_fact *facts;

		if (in->op == LAB_OP_CALLI)
			return true;
		if (in->op != LAB_OP_CALL)
			continue;
		facts = lab_solver_facts(s, o[2], &n);
		for (uint32_t k = 0; k < n; k++)
			if (facts[k].kind != LAB_FACT_NEUTRAL && facts[k].kind != LAB_FACT_QUIET &&
			    !lab_fact_is_ownership(&facts[k]))
				return true;
		if (n)
			continue;
		to = lab_prog_resolve(s->p, o[2], f->unit);
		if (to == LAB_NONE)
			continue;
		sum = &s->sum[to];
		if (!sum->known || arrlen(sum->sleeps) || arrlen(sum->pcalls) || arrlen(sum->cbugs) ||
		    arrlen(sum->outcomes) != 1 || sum->outcomes[0].d.nholds ||
		    sum->outcomes[0].d.ndebts || sum->outcomes[0].d.irq_on)
			return true;
	}
	return false;
}

static void plain(struct lab_solver *s, uint32_t fn)
{
	struct lab_summary *sum = &s->sum[fn];
	struct lab_outcome o = { .ret = lab_av_top };

	if (sum->known)
		return;
	sum->known = 1;
	sum->returns = 1;
	arrput(sum->outcomes, o);
}

static void solve_component(struct lab_solver *s, struct lab_terms *t, const uint32_t *fns,
			    uint32_t n)
{
	bool again = true;

	for (int round = 0; round < ROUNDS && again; round++) {
		again = false;
		for (uint32_t i = 0; i < n; i++) {
			if (matters(s, fns[i]))
				again |= lab_flow_function(s, t, fns[i]);
			else
				plain(s, fns[i]);
			if (s->sum[fns[i]].gave_up || excused(s, s->p->fns[fns[i]].sym))
				lab_callers_unseen(s, fns[i]);
		}
		if (n == 1 && round == 0) {	/* a function that does not call itself is done */
			const struct lab_gfn *f = &s->p->fns[fns[0]];
			bool self = false;

			for (uint32_t i = 0; i < f->body->nins && !self; i++)
				self = f->body->ins[i].op == LAB_OP_CALL &&
				       f->body->words[f->body->ins[i].words + 2] == f->sym;
			again &= self;
		}
	}
}

void lab_solve(struct lab_solver *s)
{
	struct lab_terms *t = lab_terms_new();
	uint32_t *comp, n, from = 0;

	lab_find_core(s);
	lab_find_callers(s);
	lab_solve_order(s, &comp);
	n = arrlenu(s->order);
	for (uint32_t i = 1; i <= n; i++)
		if (i == n || comp[s->order[i]] != comp[s->order[from]]) {
			solve_component(s, t, s->order + from, i - from);
			from = i;
		}
	lab_field_roots(s);
	lab_contract_roots(s);
	lab_find_always(s);
	for (uint32_t i = 0; i < n; i++) {
		s->gave_up += s->sum[i].gave_up;
		s->unbalanced += s->sum[i].unbalanced;
	}
	free(comp);
	lab_terms_free(t);
}
