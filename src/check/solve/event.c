// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events: the calls that may sleep, as a path reaches them, and what they mean to
 * callers: a sleep of theirs, a bug of our own, or a bug if they pass the wrong
 * thing.  Of equal events the one with the weaker guard stays.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define SLEEPS 12
#define EVENTS_PER_CALL 6

bool lab_guard_same(const struct lab_solver *s, struct lab_guard a, struct lab_guard b)
{
	if (a.at == b.at && a.n == b.n)
		return true;
	for (uint32_t i = 0; a.n == b.n && i < a.n; i++) {
		const struct lab_guard_atom *x = &s->atoms[a.at + i], *y = &s->atoms[b.at + i];

		if (x->term != y->term || !lab_av_within(&x->av, &y->av) ||
		    !lab_av_within(&y->av, &x->av))
			return false;
	}
	return a.n == b.n;
}

static bool same_hold_list(const struct lab_hold *a, const struct lab_hold *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (a[i].bits != b[i].bits || a[i].lock != b[i].lock)
			return false;
	return true;
}

bool lab_delta_same(const struct lab_delta *a, const struct lab_delta *b)
{
	return a->nholds == b->nholds && a->ndebts == b->ndebts && a->irq_on == b->irq_on &&
	       same_hold_list(a->holds, b->holds, a->nholds) &&
	       same_hold_list(a->debts, b->debts, a->ndebts);
}

/* a holds whenever b does */
bool lab_guard_weaker(const struct lab_solver *s, struct lab_guard a, struct lab_guard b)
{
	if (a.at == b.at && a.n == b.n)
		return true;
	for (uint32_t i = 0; i < a.n; i++) {
		const struct lab_guard_atom *x = &s->atoms[a.at + i];
		bool found = false;

		for (uint32_t k = 0; k < b.n && !found; k++)
			found = s->atoms[b.at + k].term == x->term &&
				lab_av_within(&s->atoms[b.at + k].av, &x->av);
		if (!found)
			return false;
	}
	return true;
}

struct lab_guard lab_guard_join(struct lab_solver *s, struct lab_guard a, struct lab_guard b)
{
	struct lab_guard g = { arrlenu(s->atoms), 0 };

	for (uint32_t i = 0; i < a.n; i++)
		for (uint32_t k = 0; k < b.n; k++) {
			struct lab_guard_atom x = s->atoms[a.at + i];

			if (x.term != s->atoms[b.at + k].term)
				continue;
			x.asks |= s->atoms[b.at + k].asks;
			x.av = lab_av_join(x.av, s->atoms[b.at + k].av);
			if (!lab_av_is_top(&x.av)) {
				arrput(s->atoms, x);
				g.n++;
			}
		}
	return lab_guard_keep(s, g);
}

static void add_sleep(struct lab_flow *w, struct lab_guard g, const struct lab_delta *d)
{
	struct lab_sleep n = { g, *d };
	int keep = 0;

	n.d.nholds = 0;
	for (int i = 0; i < arrlen(w->sleeps); i++)
		if (lab_delta_same(&w->sleeps[i].d, &n.d) && lab_guard_weaker(w->s, w->sleeps[i].g, g))
			return;
	for (int i = 0; i < arrlen(w->sleeps); i++)
		if (!(lab_delta_same(&w->sleeps[i].d, &n.d) && lab_guard_weaker(w->s, g, w->sleeps[i].g)))
			w->sleeps[keep++] = w->sleeps[i];
	if (w->sleeps)
		arrsetlen(w->sleeps, keep);
	if (keep == SLEEPS) {		/* too many cases: what two of them share stands for both */
		for (int i = SLEEPS - 1; i >= 0; i--)
			if (lab_delta_same(&w->sleeps[i].d, &n.d)) {
				w->sleeps[i].g = lab_guard_join(w->s, w->sleeps[i].g, g);
				return;
			}
		n.g.n = 0;
		w->sleeps[SLEEPS - 1] = n;
		return;
	}
	arrput(w->sleeps, n);
}

bool lab_has_moment(const struct lab_terms *t, uint32_t n, int depth)
{
	const struct lab_term *x = lab_term(t, n);

	if (x->op == LAB_T_CTX)		/* tracing asks for interrupts all the time */
		return x->sub != LAB_TEST_IRQS_DISABLED && x->sub != LAB_TEST_IRQ_FLAGS && !x->imm;
	return x->op == LAB_T_BIN && depth < 4 &&
	       (lab_has_moment(t, x->a, depth + 1) || lab_has_moment(t, x->b, depth + 1));
}

/* Facts that decide the sleep: those learned since it became atomic. */
static void classify(struct lab_flow *w, const struct lab_state *s, const struct lab_state *temp,
		     struct lab_event *e)
{
	uint16_t since = UINT16_MAX;

	bool sure = false, held = false;

	for (unsigned int i = 0; i < temp->nholds; i++) {
		if (!(lab_hold_bits(&temp->holds[i]) & lab_atomic_bits(w->s)))
			continue;
		held = true;
		sure |= !(temp->holds[i].bits & LAB_H_MAYBE);
		if (temp->holds[i].fact_seq < since)
			since = temp->holds[i].fact_seq;
	}
	e->doubt = held && !sure ? LAB_DOUBT_DROPPED : 0;
	if (since == UINT16_MAX)
		since = 0;
	for (unsigned int i = 0; i < temp->nfacts; i++) {
		const struct lab_fact_s *f = &temp->facts[i];
		const struct lab_term *x = lab_term(w->t, f->term);
		bool presence = f->av.nz && !f->av.ones && !f->av.zeros && x->op == LAB_T_PARAM;

		if (f->seq > since && x->exports && x->scalar && !presence)
			e->conditional = true;
		e->asked |= f->seq > since && lab_has_moment(w->t, f->term, 0);
		if (held && x->op == LAB_T_CTX && !x->imm && f->av.nz)	/* assumed, not proven */
			e->doubt |= LAB_DOUBT_MOMENT;
		/* a flag bit of a value nobody can see, such as sk->sk_allocation */
		if (f->seq > s->seq && !x->scalar && !x->restless && lab_av_is_flag(&f->av) &&
		    (f->asks || lab_is_core(w->s, f->file)))
			e->doubt |= LAB_DOUBT_FLAG;
	}
}

static bool keep_event(struct lab_flow *w, const struct lab_event *e)
{
	int same = 0;

	for (int i = arrlen(w->events) - 1; i >= 0; i--) {
		const struct lab_event *x = &w->events[i];

		if (x->ins != e->ins || x->target != e->target || x->kind != e->kind ||
		    x->param != e->param)
			continue;
		if (x->atomic == e->atomic && lab_delta_same(&x->d, &e->d) && (lab_guard_same(w->s, x->g, e->g) ||
						 lab_guard_weaker(w->s, x->g, e->g)))
			return false;
		same++;
	}
	return same < EVENTS_PER_CALL;
}

void lab_flow_event(struct lab_flow *w, const struct lab_state *s, struct lab_state *temp,
		    const struct lab_call *c, unsigned int kind, uint32_t target)
{
	struct lab_event e = { .ins = c->ins, .target = target, .kind = kind,
			       .nargs = c->nargs, .param = c->param };
	struct lab_delta then;		/* when it sleeps */

	e.atomic = lab_state_bits(temp) & lab_atomic_bits(w->s);
	e.g = lab_export_guard(w, temp);
	/* what a body leaves before it sleeps is seen when it is walked */
	lab_export_delta(w, kind == LAB_EV_MODEL ? temp : s, &e.d);
	lab_export_delta(w, temp, &then);
	classify(w, s, temp, &e);
	e.fact = c->fact;
	e.unseen = c->fact && lab_fact_doubts(c->fact);
	e.doubt |= e.unseen ? LAB_DOUBT_UNSEEN : 0;
	if (w->client && w->client->sleeps)
		w->client->sleeps(w, s, c, &e);
	if (!e.atomic && kind != LAB_EV_PARAM)
		add_sleep(w, e.g, &then);
	if (e.atomic && !e.doubt)
		lab_callers_decide(w, &e);
	if (!keep_event(w, &e))
		return;
	e.ptr = kind == LAB_EV_FIELD ? lab_export_arg(w, c->target) : LAB_TERM_NONE;
	e.args = arrlenu(w->s->args);
	for (uint32_t i = 0; i < c->nargs; i++)
		arrput(w->s->args, lab_export_arg(w, c->args[i]));
	lab_export_memory(w, s, &e);
	e.known = lab_export_known(w, s, c);
	arrput(w->events, e);
}
