// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arriving at a block: per block and context at most STATES states are kept apart; of
 * a further one and these, the two merge that are most alike, keeping what both know.
 * What counts is the values that branches hang on.
 */
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define STATES   6	/* per block and context */
#define CONTEXTS 24	/* states per block, all contexts */
#define CONTEXTS_OF_CLIENT 96	/* with the states of objects */
#define SQUEEZE  16	/* merges of two others, per block */
#define WEIGH    4	/* operations between a value and a branch */

/* Branches that hang on the value, by arithmetic alone. */
static void weigh(struct lab_flow *w, uint32_t v, int depth)
{
	const struct lab_ins *d;
	const uint32_t *o;

	if (v >= w->f->body->nvalues)
		return;
	if (w->weight[v] < 100)
		w->weight[v] += 4;
	d = v < w->f->body->nparams ? NULL : def_of(w, v);
	if (!d || depth >= WEIGH)
		return;
	o = words_of(w, d);
	switch (d->op) {
	case LAB_OP_BIN:
		weigh(w, o[2], depth + 1);
		weigh(w, o[3], depth + 1);
		break;
	case LAB_OP_UN:
		weigh(w, o[2], depth + 1);
		break;
	case LAB_OP_CAST:
		weigh(w, o[1], depth + 1);
		break;
	case LAB_OP_PHI:
		for (uint32_t k = 0; k < o[1]; k++)
			weigh(w, o[2 + 2 * k], depth + 2);
		break;
	}
}

/* What is handed to a callee decides there, such as a gfp mask. */
static void weigh_arguments(struct lab_flow *w, const uint32_t *call)
{
	for (uint32_t i = 0; i < call[6]; i++)
		weigh(w, call[7 + i], WEIGH - 1);
}

/* How often each value is asked, and by how many branches in the end. */
void lab_flow_survey(struct lab_flow *w)
{
	const struct lab_fn *b = w->f->body;

	if (!w->asked || !w->weight || !w->squeezed)
		abort();
	for (uint32_t i = 0; i < b->nins; i++) {
		uint32_t v;

		if (b->ins[i].op == LAB_OP_CALL)
			weigh_arguments(w, words_of(w, &b->ins[i]));
		if (b->ins[i].op == LAB_OP_RET && w->client && words_of(w, &b->ins[i])[3])
			weigh(w, words_of(w, &b->ins[i])[4], 0);	/* callers ask it */
		if (b->ins[i].op != LAB_OP_BR)
			continue;
		v = words_of(w, &b->ins[i])[0];
		if (w->asked[v] < 9)
			w->asked[v]++;
		weigh(w, v, 0);
	}
}

/* What a merge with state a would forget: values, and branches that hang on them. */
static unsigned int distance(struct lab_flow *w, const struct lab_state *a)
{
	const struct lab_memo *m = &w->s->bound;
	unsigned int n = 0;

	for (unsigned int i = 0; i < a->nenv; i++) {
		const struct lab_memo_slot *x = &m->slots[a->env[i].key];

		if (x->round == m->round && x->got == a->env[i].term)
			continue;
		/* what changes with each round is lost soon anyway */
		n += 1;
		if (x->round != m->round || !lab_loop_counts(w, a->env[i].key, x->got, a->env[i].term))
			n += w->weight[a->env[i].key];
	}
	return n;
}

/* The state from `all` on, of the same context, that is most like s: nearer than *far. */
static struct lab_state *most_alike(struct lab_flow *w, struct lab_state *all,
				    const struct lab_state *s, unsigned int *far)
{
	struct lab_memo *m = &w->s->bound;
	struct lab_state *best = NULL;

	lab_memo_reserve(m, w->f->body->nvalues);
	lab_memo_restart(m);
	for (unsigned int i = 0; i < s->nenv; i++)
		m->slots[s->env[i].key] = (struct lab_memo_slot){ m->round, s->env[i].term };
	for (; all; all = all->next) {
		unsigned int d;

		if (all == s || !lab_state_same_ctx(all, s))
			continue;
		d = distance(w, all);
		if (d <= *far) {
			*far = d;
			best = all;
		}
	}
	return best;
}

/* s takes the place of a state of the list. */
static void replace(struct lab_arrivals *all, struct lab_state *old, struct lab_state *s)
{
	struct lab_state **at = &all->first;

	while (*at != old)
		at = &(*at)->next;
	*at = s;
	s->next = old->next;
	s->block = old->block;
	s->done = 0;
	if (all->last == old)
		all->last = s;
}

#define RANGES 24

struct range { uint32_t value; struct lab_av av; };

/* What the path that s took knows of the value: as a term, or by its name. */
static struct lab_av range_in(struct lab_flow *w, const struct lab_state *s, uint32_t v)
{
	uint32_t t = lab_env_get(s, v);

	return lab_eval(w->t, s, t == LAB_TERM_NONE ? named(w, v) : t);
}

/* Values that `from` knows as another term than `other` does: the ranges that both have them in. */
static unsigned int ranges(struct lab_flow *w, const struct lab_state *from,
			   const struct lab_state *other, struct range *out, unsigned int n)
{
	for (unsigned int i = 0; i < from->nenv && n < RANGES; i++) {
		uint32_t v = from->env[i].key;
		struct lab_av a, b;

		if (!w->weight[v] || lab_env_get(other, v) == from->env[i].term)
			continue;
		a = range_in(w, from, v);
		b = range_in(w, other, v);
		a = lab_av_join(a, b);
		if (!lab_av_is_top(&a))
			out[n++] = (struct range){ v, a };
	}
	return n;
}

/*
 * Where two states that merge know a value by other terms, what is left of it is a name:
 * and the range that both have it in.
 */
static bool merge(struct lab_flow *w, struct lab_state *into, const struct lab_state *s)
{
	struct range left[RANGES];
	unsigned int n = ranges(w, into, s, left, 0);
	bool changed;

	n = ranges(w, s, into, left, n);
	changed = lab_state_join(into, s);
	for (unsigned int i = 0; i < n; i++)
		lab_assume_av(w->t, into, named(w, left[i].value), left[i].av);
	return changed;
}

/*
 * One state too many: merges the two that are most alike, s among them.  Where that
 * is not s, it takes the place that gets free: a few times, for it need not end.
 */
static void squeeze(struct lab_flow *w, struct lab_state *s, uint32_t to)
{
	struct lab_arrivals *all = &w->states[to];
	unsigned int far = UINT32_MAX, pair;
	struct lab_state *into = most_alike(w, all->first, s, &far), *gone = NULL;

	pair = far ? far - 1 : 0;
	for (struct lab_state *x = all->first; far && w->squeezed[to] < SQUEEZE && x; x = x->next) {
		struct lab_state *y = lab_state_same_ctx(x, s) ? most_alike(w, x->next, x, &pair) : NULL;

		if (!y)
			continue;
		into = x;
		gone = y;
	}
	if (merge(w, into, gone ? gone : s))
		into->done = 0;
	if (gone) {
		w->squeezed[to]++;
		replace(all, gone, s);
		s = gone;
	}
	lab_state_drop(&w->s->states, s);
	if (to < w->lowest)
		w->lowest = to;
}

void lab_flow_settle(struct lab_flow *w, struct lab_state *s, uint32_t to)
{
	struct lab_arrivals *all = &w->states[to];
	unsigned int same = 0;

	for (struct lab_state *x = all->first; x; x = x->next) {
		if (!lab_state_same_ctx(x, s))
			continue;
		if (lab_state_covers(x, s)) {
			lab_state_drop(&w->s->states, s);
			return;
		}
		same++;
	}
	if (same >= STATES) {
		squeeze(w, s, to);
		return;
	}
	if (all->n >= (w->client && w->client->thorough ? CONTEXTS_OF_CLIENT : CONTEXTS)) {
		w->gave_up = true;
		lab_state_drop(&w->s->states, s);
		return;
	}
	s->done = 0;
	s->block = to;
	s->next = NULL;
	if (all->first)
		all->last->next = s;
	else
		all->first = s;
	all->last = s;
	all->n++;
	if (to < w->lowest)
		w->lowest = to;
}
