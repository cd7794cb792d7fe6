// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walking one function: states flow forward from block to block, lowest block
 * first, so that joins have seen all they can before they are passed.  Blocks
 * are numbered in reverse post order; an edge to a lower or equal number closes
 * a loop.
 *
 * How many states are kept apart is arrive.c's, what loops do to values is loops.c's.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define FORKS    400

/* Takes ownership of s. */
static void arrive(struct lab_flow *w, struct lab_state *s, uint32_t from, uint32_t to)
{
	if (w->client)
		w->client->arrive(w, s, from, to, to <= from ? lab_loop_first(w, to) : LAB_NONE);
	lab_loop_arrive(w, s, from, to);
	if (w->client && to <= from)
		w->client->arrived(w, s);
	lab_flow_settle(w, s, to);
}

/* ---- instructions ----------------------------------------------------------- */

static void copy_aggregate(struct lab_flow *w, struct lab_state *s, uint32_t dst, uint32_t src)
{
	unsigned int n = s->nmem;

	for (unsigned int i = 0; i < n && i < s->nmem; i++) {
		const struct lab_term x = *lab_term(w->t, s->mem[i].key);

		if (x.op == LAB_T_FIELD && x.a == src)
			lab_mem_set(s, lab_term_field(w->t, dst, x.b), s->mem[i].term);
	}
	lab_mem_set(s, dst, lab_term_load(w->t, src, 0));
}

static void store_result(struct lab_flow *w, struct lab_state *s, uint32_t addr, uint32_t v)
{
	const struct lab_ins *d = v < w->f->body->nparams ? NULL : def_of(w, v);
	uint32_t to = LAB_NONE, sym;

	if (d && d->op == LAB_OP_LOAD && is_aggregate(w, words_of(w, d)[0])) {
		copy_aggregate(w, s, addr, lab_flow_place(w, s, words_of(w, d) + 5));
		return;
	}
	lab_mem_set(s, addr, lab_flow_value(w, s, v));
	/* an aggregate result: its fields are known from the callee's summary */
	if (!d || d->op != LAB_OP_CALL)
		return;
	sym = words_of(w, d)[2];
	to = lab_prog_resolve(w->s->p, sym, w->f->unit);
	if (to == LAB_NONE || !w->s->sum[to].nretfields)
		return;
	for (unsigned int i = 0; i < w->s->sum[to].nretfields; i++) {
		const uint32_t *o = words_of(w, d);
		uint32_t args[16], n = o[6] < 16 ? o[6] : 16, t;
		struct lab_import im = { w, s, args, n, d->res };

		for (uint32_t k = 0; k < n; k++)
			args[k] = lab_flow_value(w, s, o[7 + k]);
		t = lab_import_term(&im, w->s->sum[to].retfields[i].term);
		if (t == LAB_TERM_NONE)
			t = lab_term_load(w->t, lab_term_field(w->t, named(w, d->res),
					  w->s->sum[to].retfields[i].field), 0);
		lab_mem_set(s, lab_term_field(w->t, addr, w->s->sum[to].retfields[i].field), t);
	}
}

struct lab_call lab_flow_read_call(struct lab_flow *w, struct lab_state *s, uint32_t ins)
{
	const struct lab_ins *in = &w->f->body->ins[ins];
	const uint32_t *o = words_of(w, in);
	struct lab_call c = { .ins = ins, .res = in->res, .sym = LAB_NONE, .target = LAB_TERM_NONE };

	if (in->op == LAB_OP_CALL) {
		c.sym = o[2];
		c.nargs = o[6];
		c.values = o + 7;
	} else {
		c.target = lab_flow_value(w, s, o[3]);
		if (lab_term(w->t, c.target)->op == LAB_T_SYM)
			c.sym = lab_term(w->t, c.target)->a;
		c.nargs = o[7];
		c.values = o + 8;
	}
	for (uint32_t i = 0; i < c.nargs && i < 16; i++)
		c.args[i] = lab_flow_value(w, s, c.values[i]);
	if (c.nargs > 16)
		c.nargs = 16;
	return c;
}

/*
 * A condition that several branches ask keeps its answer by its own number, too:
 * where paths join that reached it through different values, the terms differ.
 */
static void answer(struct lab_flow *w, struct lab_state *s, uint32_t v, bool truth)
{
	if (w->asked[v] > 1 && v >= w->f->body->nparams)
		lab_env_set(s, v, lab_term_const(w->t, truth));
}

static void branch(struct lab_flow *w, struct lab_state *s, uint32_t block, const uint32_t *o)
{
	uint32_t c = lab_flow_value(w, s, o[0]);
	int known = lab_truth(w->t, s, c);

	for (int truth = 1; truth >= 0; truth--) {
		struct lab_state *n = s;

		if (known == !truth)
			continue;
		if (truth && known < 0)		/* the other side is to come */
			n = lab_state_clone(&w->s->states, s);
		if (known == truth || lab_assume(w->t, n, c, truth)) {
			answer(w, n, o[0], truth);
			if (known < 0)
				lab_pair_branch(w, n, block, o[4 + truth]);
			arrive(w, n, block, o[4 + !truth]);
		} else {
			lab_state_drop(&w->s->states, n);
		}
	}
}

static void do_switch(struct lab_flow *w, struct lab_state *s, uint32_t block, const uint32_t *o)
{
	uint32_t c = lab_flow_value(w, s, o[0]), is;
	struct lab_state *n, *rest = lab_state_clone(&w->s->states, s);
	bool left = true;

	for (uint32_t i = 0; i < o[5]; i++) {
		const uint32_t *k = o + 6 + 5 * i;
		struct lab_av av = lab_av_top;

		av.lo = (int64_t)((uint64_t)k[1] << 32 | k[0]);
		av.hi = (int64_t)((uint64_t)k[3] << 32 | k[2]);
		n = lab_state_clone(&w->s->states, s);
		if (lab_assume_av(w->t, n, c, av))
			arrive(w, n, block, k[4]);
		else
			lab_state_drop(&w->s->states, n);
		if (av.lo != av.hi || !left || i >= 8)
			continue;
		is = lab_term_bin(w->t, LAB_BIN_EQ, c, lab_term_const(w->t, av.lo));
		if (is != LAB_TERM_NONE)	/* a value that is not too deep */
			left = lab_assume(w->t, rest, is, false);
	}
	if (left)
		arrive(w, rest, block, o[4]);
	else
		lab_state_drop(&w->s->states, rest);
	lab_state_drop(&w->s->states, s);
}

static void leave(struct lab_flow *w, struct lab_state *s, const uint32_t *o)
{
	struct lab_exit e = { NULL, LAB_TERM_NONE };

	if (o[3])
		e.ret = lab_flow_value(w, s, o[4]);
	if (arrlen(w->exits) == 64) {
		lab_state_drop(&w->s->states, s);
		return;
	}
	e.s = s;
	arrput(w->exits, e);
}

static void arrive_all(struct lab_flow *w, struct lab_state *s, uint32_t from, const uint32_t *to,
		       uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		arrive(w, lab_state_clone(&w->s->states, s), from, to[i]);
	lab_state_drop(&w->s->states, s);
}

/* Takes ownership of s, as do those above. */
static void terminate(struct lab_flow *w, struct lab_state *s, const struct lab_ins *in)
{
	const uint32_t *o = words_of(w, in);
	uint32_t b = s->block;

	switch (in->op) {
	case LAB_OP_JUMP:
		arrive(w, s, b, o[0]);
		break;
	case LAB_OP_BR:
		branch(w, s, b, o);
		break;
	case LAB_OP_SWITCH:
		do_switch(w, s, b, o);
		break;
	case LAB_OP_RET:
		leave(w, s, o);
		break;
	case LAB_OP_GOTO:
		arrive_all(w, s, b, o + 5, o[4]);
		break;
	case LAB_OP_FORK:
		arrive_all(w, s, b, o + 4, o[3]);
		break;
	default:
		lab_state_drop(&w->s->states, s);
	}
}

static void copy(struct lab_flow *w, struct lab_state *s, uint32_t ins)
{
	const uint32_t *o = words_of(w, &w->f->body->ins[ins]);
	uint32_t to = lab_flow_place(w, s, o + 4), from = lab_flow_place(w, s, o + 4 + 3 + 2 * o[6]);

	if (w->client) {
		w->client->load(w, s, ins, from);
		w->client->store(w, s, ins, to, lab_term_load(w->t, from, 0));
	}
	copy_aggregate(w, s, to, from);
}

/* False: it does not return, or its states have gone on by themselves. */
static bool call(struct lab_flow *w, struct lab_state *s, uint32_t ins)
{
	struct lab_call c = lab_flow_read_call(w, s, ins);
	bool goes_on;

	if (!w->client)
		return lab_flow_call(w, s, &c);
	w->client->before(w, s, &c);
	goes_on = lab_flow_call(w, s, &c) && w->client->after(w, s, &c);
	w->client->over(w, &c);
	return goes_on;
}

/* Runs s, which it takes ownership of, from instruction ins to the end of its block. */
static void run(struct lab_flow *w, struct lab_state *s, uint32_t ins)
{
	const struct lab_block *b = &w->f->body->blocks[s->block];

	for (; ins < b->first + b->count; ins++) {
		const struct lab_ins *in = &w->f->body->ins[ins];
		const uint32_t *o = words_of(w, in);
		uint32_t a;

		if (lab_op_is_term(in->op)) {
			terminate(w, s, in);
			return;
		}
		switch (in->op) {
		case LAB_OP_LOAD:
			a = lab_flow_place(w, s, o + 5);
			if (w->client)
				w->client->load(w, s, ins, a);
			if (is_aggregate(w, o[0])) {	/* its fields are looked up one by one */
				lab_env_set(s, in->res, lab_term_load(w->t, a, 0));
				break;
			}
			a = o[1] & LAB_INSF_VOLATILE ? lab_flow_load_volatile(w, s, a) :
				lab_flow_load(w, s, a);
			/* remember it only if it is not what a later look would give */
			if (lab_term(w->t, a)->op != LAB_T_LOAD || lab_term(w->t, a)->b || s->nmem)
				lab_env_set(s, in->res, a);
			break;
		case LAB_OP_STORE:
			w->impure = true;
			a = lab_flow_place(w, s, o + 5);
			if (w->client)
				w->client->store(w, s, ins, a, lab_flow_value(w, s, o[1]));
			store_result(w, s, a, o[1]);
			break;
		case LAB_OP_COPY:
			w->impure = true;
			copy(w, s, ins);
			break;
		case LAB_OP_ASM:
			if (w->client)
				w->client->uses(w, s, ins);
			if (o[0] & (LAB_INSF_VOLATILE | LAB_INSF_MEMORY))
				w->impure = true;	/* what it writes are stores of asmout */
			break;
		case LAB_OP_CALL:
		case LAB_OP_CALLI:
			if (!call(w, s, ins)) {
				lab_state_drop(&w->s->states, s);
				return;
			}
			break;
		}
	}
	lab_state_drop(&w->s->states, s);
}

static bool is_thorough(const struct lab_flow *w)
{
	return w->client && w->client->thorough;
}

void lab_flow_fork(struct lab_flow *w, const struct lab_state *s, struct lab_call *c)
{
	struct lab_state *n;

	if (!w->client) {
		lab_flow_resume(w, s, c);
		return;
	}
	n = lab_state_clone(&w->s->states, s);
	if (w->client->after(w, n, c))
		lab_flow_resume(w, n, c);
	lab_state_drop(&w->s->states, n);
}

void lab_flow_resume(struct lab_flow *w, const struct lab_state *s, const struct lab_call *c)
{
	if (w->forks++ > (is_thorough(w) ? 8 * FORKS : FORKS))
		w->gave_up = true;
	else
		run(w, lab_state_clone(&w->s->states, s), c->ins + 1);
}

static struct lab_state *next_state(struct lab_flow *w)
{
	uint32_t nblocks = w->f->body->nblocks;

	for (; w->lowest < nblocks; w->lowest++)
		for (struct lab_state *s = w->states[w->lowest].first; s; s = s->next)
			if (!s->done) {
				s->done = 1;
				return s;
			}
	return NULL;
}

static void walk(struct lab_flow *w)
{
	struct lab_state *s = lab_state_new(&w->s->states);
	uint32_t most = (100 + 40 * w->f->body->nblocks) * (is_thorough(w) ? 4 : 1);

	memset(s, 0, offsetof(struct lab_state, holds));
	s->file = w->f->body->file;
	lab_flow_settle(w, s, 0);
	while ((s = next_state(w))) {
		if (w->steps++ > most) {
			w->gave_up = true;
			break;
		}
		/* a copy: s may be joined with others meanwhile */
		run(w, lab_state_clone(&w->s->states, s), w->f->body->blocks[s->block].first);
	}
}

static void begin(struct lab_flow *w)
{
	const struct lab_home *home = &w->s->p->homes[w->fn];
	uint32_t n = w->f->body->nblocks;

	w->states = calloc(n, sizeof(*w->states));
	lab_loops_begin(w);
	w->spare = lab_state_new(&w->s->states);
	w->asked = calloc(w->f->body->nvalues + 1, 1);
	w->weight = calloc(w->f->body->nvalues + 1, 1);
	w->squeezed = calloc(n, 1);
	lab_flow_survey(w);
	if (!w->states)
		abort();
	w->lowest = 0;
	if (home->table != LAB_NONE) {
		w->home_addr = lab_term_field(w->t, lab_term_leaf(w->t, LAB_T_PARAM, home->arg),
					      home->field);
		w->home_table = home->table;
	}
}

static void end(struct lab_flow *w)
{
	for (uint32_t b = 0; b < w->f->body->nblocks; b++)
		while (w->states[b].first) {
			struct lab_state *x = w->states[b].first;

			w->states[b].first = x->next;
			lab_state_drop(&w->s->states, x);
		}
	for (int i = 0; i < arrlen(w->exits); i++)
		lab_state_drop(&w->s->states, w->exits[i].s);
	arrfree(w->exits);
	free(w->states);
	lab_loops_end(w);
	free(w->asked);
	free(w->weight);
	free(w->squeezed);
	lab_state_drop(&w->s->states, w->spare);
}

bool lab_flow_function(struct lab_solver *s, struct lab_terms *t, uint32_t fn)
{
	struct lab_flow w = { .s = s, .t = t, .f = &s->p->fns[fn], .fn = fn,
			      .home_addr = LAB_TERM_NONE, .unsaid = LAB_TERM_NONE };
	bool changed;

	if (!w.f->body->nblocks)
		return false;
	lab_terms_reset(t);
	begin(&w);
	walk(&w);
	changed = lab_summarise(&w);
	end(&w);
	return changed;
}

void lab_flow_along(struct lab_solver *s, uint32_t fn, const struct lab_client *client, void *ctx)
{
	struct lab_flow w = { .s = s, .t = lab_terms_new(), .f = &s->p->fns[fn], .fn = fn,
			      .client = client, .ctx = ctx,
			      .home_addr = LAB_TERM_NONE, .unsaid = LAB_TERM_NONE };
	uint64_t unresolved = s->unresolved, wide = s->too_wide, resolved = s->resolved;

	if (w.f->body->nblocks) {
		begin(&w);
		walk(&w);
		client->done(&w);
		end(&w);
	}
	arrfree(w.sleeps);
	arrfree(w.pcalls);
	arrfree(w.cbugs);
	arrfree(w.events);
	lab_terms_free(w.t);
	s->crossing->of = s->crossing->entry.to = NULL;	/* another table may come to lie there */
	s->unresolved = unresolved;	/* counted once */
	s->too_wide = wide;
	s->resolved = resolved;
}
