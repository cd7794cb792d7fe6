// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ways out of one function that disagree about what is held.
 *
 * Policy: a lock that this function takes and drops on one path and forgets on another is
 * a mistake, if both return the same number (or nothing) and no parameter tells the two
 * apart; memory may, but a caller would have to look there.  That the other path drops it shows that no callee
 * without a body did.  A helper that only takes, or only drops, is none.  Core code is
 * left alone: that it takes a lock under a condition is what its callers know of it.
 */
#include <stb/stb_ds.h>
#include "priv.h"

#define BITS (LAB_H_ATOMIC | LAB_H_LOCK)
#define UNSURE (LAB_H_GHOST | LAB_H_LOOP)

bool lab_own_unbalanced(const struct lab_solver *s, uint32_t fn)
{
	const struct lab_summary *sum = &s->sum[fn];

	return !sum->gave_up && (sum->unbalanced || sum->leaves_maybe || arrlen(sum->outcomes) > 1);
}

static struct own_hold key(const struct lab_hold *h, bool debt)
{
	return (struct own_hold){ h->lock, h->bits & BITS, debt };
}

static bool is_key(const struct own_hold *k, const struct lab_hold *h)
{
	return h->lock == k->lock && (h->bits & BITS) == k->bits;
}

static bool has(const struct lab_state *s, const struct own_hold *k)
{
	const struct lab_hold *h = k->debt ? s->debts : s->holds;
	unsigned int n = k->debt ? s->ndebts : s->nholds;

	for (unsigned int i = 0; i < n; i++)
		if (is_key(k, &h[i]))
			return true;
	return false;
}

void lab_own_balance_before(struct lab_flow *w, const struct lab_state *s, struct own_note *n)
{
	if (!lab_own_of(w)->balance)
		return;
	for (unsigned int i = 0; i < s->nholds; i++)
		n->held[n->nheld++] = key(&s->holds[i], false);
	for (unsigned int i = 0; i < s->ndebts; i++)
		n->held[n->nheld++] = key(&s->debts[i], true);
}

static bool is_settled(const struct own_walk *x, const struct own_hold *k)
{
	for (int i = 0; i < arrlen(x->settled); i++)
		if (x->settled[i].lock == k->lock && x->settled[i].bits == k->bits &&
		    x->settled[i].debt == k->debt)
			return true;
	return false;
}

void lab_own_balance_after(struct lab_flow *w, const struct lab_state *s, const struct own_note *n)
{
	struct own_walk *x = lab_own_of(w);

	for (unsigned int i = 0; i < n->nheld; i++)
		if (!has(s, &n->held[i]) && !is_settled(x, &n->held[i]))
			arrput(x->settled, n->held[i]);
}

/* A parameter's value, or the result, tells the two ways out apart. */
static bool told_apart(struct lab_flow *w, const struct lab_exit *a, const struct lab_exit *b)
{
	if (a->ret != LAB_TERM_NONE && b->ret != LAB_TERM_NONE) {
		struct lab_av x = lab_eval(w->t, a->s, a->ret), y = lab_eval(w->t, b->s, b->ret);

		/* what is not seen to be the same may tell */
		if (x.lo != x.hi || y.lo != y.hi || x.lo != y.lo)
			return true;
	}
	for (unsigned int i = 0; i < a->s->nfacts; i++) {
		const struct lab_fact_s *f = &a->s->facts[i];

		for (unsigned int k = 0; lab_term(w->t, f->term)->scalar && k < b->s->nfacts; k++) {
			struct lab_av x;

			if (b->s->facts[k].term != f->term)
				continue;
			x = lab_av_meet(f->av, b->s->facts[k].av);
			if (lab_av_empty(&x))
				return true;
		}
	}
	return false;
}

static void imbalance(struct lab_flow *w, const struct lab_hold *h, const struct lab_exit *a,
		      const struct lab_exit *b, bool debt)
{
	struct own *o = lab_own_of(w)->o;
	struct lab_misuse m = { .kind = LAB_MISUSE_IMBALANCE, .as = debt ? "released" : "held",
				.why = "" };
	const struct lab_exit *outs[] = { a, b };
	const struct lab_fn *f = w->f->body;
	uint32_t sym = LAB_NONE;

	if (h->fn != w->fn || h->ins == LAB_NONE)
		return;
	if (f->ins[h->ins].op == LAB_OP_CALL)
		sym = f->words[f->ins[h->ins].words + 2];
	arrput(m.steps, ((struct lab_own_step){ w->fn, h->ins, sym, debt ? LAB_OWN_DROPS : LAB_OWN_TAKES }));
	for (int i = 0; i < 2; i++)
		arrput(m.steps, ((struct lab_own_step){ w->fn, lab_own_way_out(w, outs[i]->s), LAB_NONE,
							i ? LAB_OWN_WITHOUT : LAB_OWN_WITH }));
	lab_own_misuse(o, m);
}

static void compare(struct lab_flow *w, const struct lab_exit *a, const struct lab_exit *b, bool debt)
{
	const struct lab_hold *h = debt ? a->s->debts : a->s->holds;
	unsigned int n = debt ? a->s->ndebts : a->s->nholds;

	for (unsigned int i = 0; i < n; i++) {
		struct own_hold k = key(&h[i], debt);

		if (!k.bits || (h[i].bits & UNSURE) || h[i].sometimes || has(b->s, &k) ||
		    !is_settled(lab_own_of(w), &k) || told_apart(w, a, b))
			continue;
		imbalance(w, &h[i], a, b, debt);
	}
}

void lab_own_balance(struct lab_flow *w)
{
	if (!lab_own_of(w)->balance || w->gave_up || lab_is_core(w->s, w->f->body->file))
		return;
	for (int i = 0; i < arrlen(w->exits); i++)
		for (int k = 0; k < arrlen(w->exits); k++) {
			if (i == k)
				continue;
			compare(w, &w->exits[i], &w->exits[k], false);
			compare(w, &w->exits[i], &w->exits[k], true);
		}
}
