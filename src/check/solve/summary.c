// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Summing a function up from the states in which it returns: how it changes the
 * context, told apart by the result or by parameters where paths differ; what it
 * returns and stores, in words of its parameters.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

static bool atoms_clash(const struct lab_solver *s, struct lab_guard a, struct lab_guard b)
{
	for (uint32_t i = 0; i < a.n; i++)
		for (uint32_t k = 0; k < b.n; k++)
			if (s->atoms[a.at + i].term == s->atoms[b.at + k].term) {
				struct lab_av v = lab_av_meet(s->atoms[a.at + i].av,
							      s->atoms[b.at + k].av);

				if (lab_av_empty(&v))
					return true;
			}
	return false;
}

static bool told_apart(const struct lab_solver *s, const struct lab_outcome *a,
		       const struct lab_outcome *b)
{
	struct lab_av v = lab_av_meet(a->ret, b->ret);

	return lab_av_empty(&v) || atoms_clash(s, a->g, b->g);
}

static void add_outcome(struct lab_flow *w, struct lab_outcome **all, const struct lab_exit *e)
{
	struct lab_outcome o = { .ret = lab_av_top };
	unsigned int keep = 0;

	for (unsigned int i = 0; i < e->s->nholds; i++)
		if (!(e->s->holds[i].bits & (LAB_H_MAYBE | LAB_H_GHOST)))
			e->s->holds[keep++] = e->s->holds[i];
		else
			w->leaves_maybe = true;
	e->s->nholds = keep;
	lab_export_delta(w, e->s, &o.d);
	o.g = lab_export_guard(w, e->s);
	if (e->ret != LAB_TERM_NONE)
		o.ret = lab_eval(w->t, e->s, e->ret);
	for (int i = 0; i < arrlen(*all); i++) {
		struct lab_outcome *x = &(*all)[i];

		if (!lab_delta_same(&x->d, &o.d))
			continue;
		x->g = lab_guard_join(w->s, x->g, o.g);
		x->ret = lab_av_join(x->ret, o.ret);
		return;
	}
	if (arrlen(*all) < 8)
		arrput(*all, o);
}

/* The result as a decision over facts that tell the exits apart. */
static uint32_t decide(struct lab_flow *w, const struct lab_exit *const *e, int n, int depth)
{
	const struct lab_exit *yes[16], *no[16];
	int ny, nn, i;

	for (i = 1; i < n && e[i]->ret == e[0]->ret; i++)
		;
	if (i == n)
		return e[0]->ret;
	for (unsigned int f = 0; depth < 4 && f < e[0]->s->nfacts; f++) {
		uint32_t t = e[0]->s->facts[f].term, a, b;

		if (!lab_term(w->t, t)->exports)
			continue;
		for (i = ny = nn = 0; i < n; i++) {
			int known = lab_truth(w->t, e[i]->s, t);

			if (known < 0)
				break;
			if (known)
				yes[ny++] = e[i];
			else
				no[nn++] = e[i];
		}
		if (i < n || !ny || !nn)
			continue;
		a = decide(w, yes, ny, depth + 1);
		b = decide(w, no, nn, depth + 1);
		if (a != LAB_TERM_NONE && b != LAB_TERM_NONE)
			return lab_term_select(w->t, t, a, b);
	}
	return LAB_TERM_NONE;
}

static uint32_t result_term(struct lab_flow *w)
{
	const struct lab_exit *e[16];
	uint32_t t;
	int n = arrlen(w->exits);

	if (!n || n > 16)
		return LAB_TERM_NONE;
	for (int i = 0; i < n; i++) {
		e[i] = &w->exits[i];
		if (e[i]->ret == LAB_TERM_NONE || !lab_term(w->t, e[i]->ret)->exports)
			return LAB_TERM_NONE;
	}
	t = decide(w, e, n, 0);
	return t == LAB_TERM_NONE || lab_term(w->t, t)->depth > 10 ? LAB_TERM_NONE :
		lab_export_term(w, t);
}

/* Fields of an aggregate result, such as what a guard's constructor returns. */
static void result_fields(struct lab_flow *w, struct lab_summary *sum)
{
	const struct lab_state *s;
	const struct lab_term *x;
	uint32_t obj;

	sum->nretfields = 0;
	if (arrlen(w->exits) != 1 || w->exits[0].ret == LAB_TERM_NONE)
		return;
	s = w->exits[0].s;
	x = lab_term(w->t, w->exits[0].ret);
	if (x->op != LAB_T_LOAD)
		return;
	obj = x->a;
	for (unsigned int i = 0; i < s->nmem && sum->nretfields < 4; i++) {
		const struct lab_term *k = lab_term(w->t, s->mem[i].key);

		if (k->op != LAB_T_FIELD || k->a != obj)
			continue;
		sum->retfields[sum->nretfields].field = k->b;
		sum->retfields[sum->nretfields++].term = lab_export_term(w, s->mem[i].term);
	}
}

/* One address that some path has written: what is there in the end. */
static void result_store(struct lab_flow *w, struct lab_summary *sum, uint32_t key)
{
	uint32_t addr = lab_export_term(w, key), v = LAB_TERM_NONE;
	uint32_t root = lab_term_root(w->t, key);

	if (addr == LAB_TERM_NONE) {
		if (lab_term(w->t, root)->op != LAB_T_LOCAL && lab_term(w->t, root)->op != LAB_T_PVAR)
			w->wild = true;
		return;
	}
	for (unsigned int i = 0; i < sum->nstores; i++)
		if (sum->stores[i].addr == addr)
			return;
	if (sum->nstores == LAB_STORES) {
		w->wild = true;
		return;
	}
	for (int k = 0; k < arrlen(w->exits); k++) {
		uint32_t x = lab_bind_get(w->exits[k].s->mem, w->exits[k].s->nmem, key);

		if (k && x != v)
			x = LAB_TERM_NONE;
		v = x;
		if (v == LAB_TERM_NONE)
			break;
	}
	sum->stores[sum->nstores].addr = addr;
	sum->stores[sum->nstores++].value = lab_export_term(w, v);
}

/* What it leaves behind its pointer arguments; what paths disagree on is "something". */
static void result_stores(struct lab_flow *w, struct lab_summary *sum)
{
	sum->nstores = 0;
	for (int k = 0; k < arrlen(w->exits); k++) {
		const struct lab_state *s = w->exits[k].s;

		w->wild |= s->nmem == LAB_MAX_MEM;
		for (unsigned int i = 0; i < s->nmem; i++)
			result_store(w, sum, s->mem[i].key);
	}
	sum->writes_known = !w->wild && !w->gave_up;
}

static void outcomes(struct lab_flow *w, struct lab_summary *sum)
{
	struct lab_outcome *all = NULL, none = { .ret = lab_av_top };
	bool apart = true;

	for (int i = 0; i < arrlen(w->exits); i++)
		add_outcome(w, &all, &w->exits[i]);
	for (int i = 0; i < arrlen(all); i++)
		for (int k = i + 1; k < arrlen(all); k++)
			apart &= told_apart(w->s, &all[i], &all[k]);
	sum->returns = arrlen(w->exits) > 0 || w->gave_up;
	sum->unbalanced = !apart;
	if (!apart || w->gave_up) {
		for (int i = 0; i < arrlen(all); i++)
			sum->may_release |= all[i].d.ndebts || all[i].d.irq_on;
		for (int i = 0; i < arrlen(all); i++)
			none.ret = i ? lab_av_join(none.ret, all[i].ret) : all[i].ret;
		arrsetlen(all, 0);
		arrput(all, none);
	}
	sum->outcomes = all;
}

static bool changed(const struct lab_solver *s, const struct lab_summary *a,
		    const struct lab_summary *b)
{
	if (!a->known || a->may_release != b->may_release || a->ret != b->ret || a->returns != b->returns || a->pure != b->pure ||
	    arrlen(a->sleeps) != arrlen(b->sleeps) || arrlen(a->pcalls) != arrlen(b->pcalls) ||
	    arrlen(a->cbugs) != arrlen(b->cbugs) ||
	    arrlen(a->outcomes) != arrlen(b->outcomes))
		return true;
	for (int i = 0; i < arrlen(a->sleeps); i++)
		if (!lab_guard_same(s, a->sleeps[i].g, b->sleeps[i].g) ||
		    !lab_delta_same(&a->sleeps[i].d, &b->sleeps[i].d))
			return true;
	for (int i = 0; i < arrlen(a->outcomes); i++)
		if (!lab_delta_same(&a->outcomes[i].d, &b->outcomes[i].d))
			return true;
	return false;
}

bool lab_summarise(struct lab_flow *w)
{
	struct lab_summary *old = &w->s->sum[w->fn], n = { .known = 1 };
	bool differs;

	outcomes(w, &n);
	n.ret = result_term(w);
	n.pure = !w->impure && !w->gave_up && !arrlen(w->events);
	n.gave_up = w->gave_up;
	n.leaves_maybe = w->leaves_maybe;
	result_fields(w, &n);
	result_stores(w, &n);
	n.sleeps = w->sleeps;
	n.pcalls = w->pcalls;
	n.events = w->events;
	n.cbugs = w->cbugs;
	differs = changed(w->s, old, &n);
	arrfree(old->outcomes);
	arrfree(old->sleeps);
	arrfree(old->pcalls);
	arrfree(old->cbugs);
	arrfree(old->events);
	*old = n;
	return differs;
}
