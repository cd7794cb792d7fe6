// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a loop does to what is known, so that the walk ends.
 *
 * An edge to a lower or equal block closes a loop.  Values computed inside are new
 * in each round.  A phi of the loop's head is exact for two rounds (scoped_guard()
 * is a loop of one); after that for values it has had before, a few of them, and
 * for flags, numbers that are written down in the function; else it is known by name
 * only.  A test of memory made since the loop was entered is forgotten: the loop may
 * wait for it to change.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define ROUNDS   2
#define LITERALS 24
#define SEEN     3	/* values of one phi that stay exact */

struct seen { uint32_t term[SEEN]; uint8_t n; };

struct lab_loops {
	uint16_t *backs;	/* arrivals by back edge, per block */
	uint8_t *head;		/* per block: some edge closes a loop here */
	int64_t *literals;	/* stb_ds: what phis are given as plain numbers */
	struct seen *seen;	/* per value */
	uint8_t *rounds;	/* per value: a phi of a loop's head */
};

static void edge(struct lab_loops *l, uint32_t from, uint32_t to)
{
	if (to <= from)
		l->head[to] = 1;
}

static void find_heads(const struct lab_flow *w, uint32_t block)
{
	const struct lab_block *b = &w->f->body->blocks[block];
	const struct lab_ins *in;
	const uint32_t *o;

	if (!b->count)
		return;
	in = &w->f->body->ins[b->first + b->count - 1];
	o = words_of(w, in);
	switch (in->op) {
	case LAB_OP_JUMP:
		edge(w->loops, block, o[0]);
		break;
	case LAB_OP_BR:
		edge(w->loops, block, o[4]);
		edge(w->loops, block, o[5]);
		break;
	case LAB_OP_SWITCH:
		edge(w->loops, block, o[4]);
		for (uint32_t i = 0; i < o[5]; i++)
			edge(w->loops, block, o[6 + 5 * i + 4]);
		break;
	case LAB_OP_GOTO:
		for (uint32_t i = 0; i < o[4]; i++)
			edge(w->loops, block, o[5 + i]);
		break;
	case LAB_OP_FORK:
		for (uint32_t i = 0; i < o[3]; i++)
			edge(w->loops, block, o[4 + i]);
		break;
	}
}

static void find_literals(struct lab_flow *w)
{
	const struct lab_fn *b = w->f->body;

	for (uint32_t i = 0; i < b->nins; i++) {
		const uint32_t *o = words_of(w, &b->ins[i]);

		for (uint32_t k = 0; b->ins[i].op == LAB_OP_PHI && k < o[1]; k++) {
			uint32_t v = o[2 + 2 * k];
			const struct lab_ins *d = v < b->nparams ? NULL : def_of(w, v);
			int64_t c;

			if (!d || d->op != LAB_OP_CONST || arrlen(w->loops->literals) >= LITERALS)
				continue;
			c = (int64_t)((uint64_t)words_of(w, d)[2] << 32 | words_of(w, d)[1]);
			arrput(w->loops->literals, c);
		}
	}
}

/* The loop does not change it: it was another value before, that is all. */
static bool stays(const struct lab_flow *w, const struct lab_ins *phi)
{
	const uint32_t *o = words_of(w, phi);
	bool self = false;

	for (uint32_t k = 0; k < o[1]; k++)
		self |= o[2 + 2 * k] == phi->res;
	return self;
}

void lab_loops_begin(struct lab_flow *w)
{
	const struct lab_fn *b = w->f->body;
	struct lab_loops *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	l->backs = calloc(b->nblocks + 1, sizeof(*l->backs));
	l->head = calloc(b->nblocks + 1, 1);
	l->rounds = calloc(b->nvalues + 1, 1);
	if (!l->backs || !l->head || !l->rounds)
		abort();
	w->loops = l;
	for (uint32_t i = 0; i < b->nblocks; i++)
		find_heads(w, i);
	for (uint32_t i = 0; i < b->nblocks; i++)
		for (uint32_t k = b->blocks[i].first; l->head[i] && k < b->blocks[i].first + b->blocks[i].count; k++)
			if (b->ins[k].op == LAB_OP_PHI)
				l->rounds[b->ins[k].res] = !stays(w, &b->ins[k]);
	find_literals(w);
}

void lab_loops_end(struct lab_flow *w)
{
	free(w->loops->backs);
	free(w->loops->head);
	free(w->loops->seen);
	free(w->loops->rounds);
	arrfree(w->loops->literals);
	free(w->loops);
}

/* A number that some phi of the function is given as such: a flag's value, not a count. */
static bool is_literal(const struct lab_flow *w, uint32_t term)
{
	int64_t v;

	if (!lab_term_is_const(w->t, term, &v))
		return false;
	for (int i = 0; i < arrlen(w->loops->literals); i++)
		if (w->loops->literals[i] == v)
			return true;
	return false;
}

bool lab_loop_counts(const struct lab_flow *w, uint32_t v, uint32_t a, uint32_t b)
{
	return w->loops->rounds[v] && !(is_literal(w, a) && is_literal(w, b));
}

/* One of the few values that the phi keeps exact. */
static bool is_familiar(struct lab_flow *w, uint32_t phi, uint32_t term)
{
	struct lab_loops *l = w->loops;
	struct seen *s;

	if (!l->seen)
		l->seen = calloc(w->f->body->nvalues + 1, sizeof(*l->seen));
	if (!l->seen)
		abort();
	s = &l->seen[phi];
	for (unsigned int i = 0; i < s->n; i++)
		if (s->term[i] == term)
			return true;
	if (s->n == SEEN)
		return false;
	s->term[s->n++] = term;
	return true;
}

uint32_t lab_loop_first(const struct lab_flow *w, uint32_t block)
{
	const struct lab_block *b = &w->f->body->blocks[block];

	for (uint32_t i = b->first; i < w->f->body->nins; i++)
		if (w->f->body->ins[i].res != LAB_NONE)
			return w->f->body->ins[i].res;
	return w->f->body->nvalues;
}

/* Facts with a higher number were learned since s entered the loop. */
static uint16_t entered(const struct lab_state *s, uint32_t head)
{
	for (unsigned int i = s->nloops; i-- > 0;)
		if (s->loops[i].block == head)
			return s->loops[i].seq;
	return 0;
}

static void enter(struct lab_state *s, uint32_t head)
{
	unsigned int i;

	for (i = 0; i < s->nloops && s->loops[i].block != head; i++)
		;
	if (i == LAB_MAX_LOOPS) {
		memmove(s->loops, s->loops + 1, (LAB_MAX_LOOPS - 1) * sizeof(*s->loops));
		i--;
	}
	if (i >= s->nloops)
		s->nloops = i + 1;
	s->loops[i] = (struct lab_loop_entry){ head, s->seq };
}

/* What changes with every round. */
static void forget_round(struct lab_flow *w, struct lab_state *s, uint32_t head, uint32_t first)
{
	uint16_t since = entered(s, head);
	unsigned int keep = 0;

	lab_state_forget(w->t, s, first);
	for (unsigned int i = 0; i < s->nfacts; i++)
		if (!lab_term(w->t, s->facts[i].term)->memory || s->facts[i].seq <= since)
			s->facts[keep++] = s->facts[i];
	s->nfacts = keep;
}

/* Of a value that is known by name only from here on: its range if it stays, else whether it is 0. */
static struct lab_av phi_range(struct lab_flow *w, struct lab_state *s, uint32_t from, uint32_t phi)
{
	const uint32_t *o = words_of(w, def_of(w, phi));
	struct lab_av v = lab_av_top, is = lab_av_top;

	for (uint32_t k = 0; k < o[1]; k++)
		if (o[3 + 2 * k] == from)
			v = lab_eval(w->t, s, lab_flow_value(w, s, o[2 + 2 * k]));
	if (!w->loops->rounds[phi])
		return v;
	if (!w->client)
		return lab_av_top;
	if (v.lo == 0 && v.hi == 0)
		return lab_av_const(0);
	is.nz = v.nz || v.lo > 0 || v.hi < 0;
	return is;
}

void lab_loop_arrive(struct lab_flow *w, struct lab_state *s, uint32_t from, uint32_t to)
{
	const struct lab_block *b = &w->f->body->blocks[to];
	struct lab_bind bound[64];
	struct lab_av kept[64];
	bool back = to <= from, exact = !back || w->loops->backs[to]++ < ROUNDS;
	uint32_t first = back ? lab_loop_first(w, to) : 0;
	unsigned int n = 0;

	for (uint32_t i = b->first; i < b->first + b->count && n < 64; i++) {
		const struct lab_ins *in = &w->f->body->ins[i];
		const uint32_t *o = words_of(w, in);
		uint32_t v = LAB_TERM_NONE;

		if (in->op != LAB_OP_PHI)
			break;
		for (uint32_t k = 0; k < o[1]; k++)
			if (o[3 + 2 * k] == from)
				v = lab_flow_value(w, s, o[2 + 2 * k]);
		if (v != LAB_TERM_NONE && back && lab_term(w->t, v)->maxval > first)
			v = LAB_TERM_NONE;
		else if (v != LAB_TERM_NONE && w->loops->head[to] &&
			 !is_familiar(w, in->res, v) && !exact && !is_literal(w, v))
			v = LAB_TERM_NONE;
		bound[n].key = in->res;
		bound[n++].term = v;
	}
	for (unsigned int i = 0; i < n; i++)
		kept[i] = bound[i].term == LAB_TERM_NONE ? phi_range(w, s, from, bound[i].key) : lab_av_top;
	if (back)
		forget_round(w, s, to, first);
	else if (w->loops->head[to])
		enter(s, to);
	for (unsigned int i = 0; i < n; i++)
		if (bound[i].term != LAB_TERM_NONE)
			lab_env_set(s, bound[i].key, bound[i].term);
		else if (!lab_av_is_top(&kept[i]))
			lab_assume_av(w->t, s, named(w, bound[i].key), kept[i]);
}
