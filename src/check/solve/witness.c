// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Spelling a report out: from each place that is atomic, breadth first along
 * the recorded calls, down to every call that sleeps, with the arguments of the
 * path put into each guard on the way.  Breadth first gives a shortest chain
 * per sleeping call.
 *
 * A callee that takes a lock of its own before it sleeps is its own report and
 * ends the search there.  A guard that asks for a flag bit of a value which
 * nobody can see makes the chain doubtful, and so do some leaps (leap.c).
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "search.h"

#define SINKS 12	/* certain ones from one origin */
#define DOUBTFUL 3
#define BAR  10	/* conditions on memory; see too_much() */
#define LEAP 4	/* what a pointer that may be several functions counts */

/* What a model claims of a spinlock does not hold on PREEMPT_RT; raw does. */
static uint16_t bits_of_ctx(unsigned int ctx, bool rt)
{
	uint16_t b = 0;

	if (rt && !(ctx & LAB_CTX_RAW))
		ctx &= ~(LAB_CTX_IRQ | LAB_CTX_PREEMPT);
	if (ctx & LAB_CTX_HARDIRQ)
		b |= LAB_H_HARDIRQ | LAB_H_IRQ;
	if (ctx & LAB_CTX_SOFTIRQ)
		b |= LAB_H_SOFTIRQ;
	if (ctx & LAB_CTX_BH)
		b |= LAB_H_BH;
	if (ctx & LAB_CTX_IRQ)
		b |= LAB_H_IRQ;
	if (ctx & LAB_CTX_PREEMPT)
		b |= LAB_H_PREEMPT;
	if (ctx & LAB_CTX_RCU)
		b |= LAB_H_RCU;
	if (ctx & LAB_CTX_RAW)
		b |= LAB_H_RAW;
	if (ctx & LAB_CTX_ATOMIC)
		b |= LAB_H_ANY;
	return b;
}

uint16_t lab_root_bits(const struct lab_solver *s, uint32_t r)
{
	return bits_of_ctx(s->roots[r].ctx, s->rt) & lab_atomic_bits(s);
}

/* The sleep itself asks what context it is in, as vfree() does. */
static bool asks_moment(struct lab_solver *s, uint32_t sym)
{
	uint32_t n;
	const struct lab_fact *f = lab_solver_facts(s, sym, &n);

	for (uint32_t i = 0; i < n; i++)
		for (unsigned int k = 0; f[i].kind == LAB_FACT_SLEEP && k < f[i].natoms; k++)
			if (f[i].atom[k].kind == LAB_ATOM_TEST)
				return true;
	return false;
}

/* What is asked of a parameter of the origin: callers were asked already, or it is there at all. */
static bool told(const struct search *q, uint32_t t, const struct lab_av *av)
{
	return lab_term(q->w.t, t)->op == LAB_T_PARAM &&
	       (q->confirmed || (av->nz && !av->ones && !av->zeros));
}

/*
 * Assumes the guard of event e of node at in q->temp; false if it cannot hold.  What
 * core code reads from memory just before it sleeps says which kind of object it has.
 */
static bool assume(struct search *q, uint32_t at, const struct lab_event *e, unsigned int *doubt)
{
	bool kind = e->kind == LAB_EV_MODEL && at &&
		lab_is_core(q->w.s, q->w.s->p->fns[q->nodes[at].fn].body->file);
	struct lab_guard g = e->g;
	struct lab_state *s = q->temp;
	struct lab_import im = { &q->w, s, q->nodes[at].args, q->nodes[at].nargs, LAB_NONE };

	for (uint32_t i = 0; i < g.n; i++) {
		struct lab_guard_atom a = q->w.s->atoms[g.at + i];
		uint32_t t = lab_import_term(&im, a.term);
		bool far = a.asks || lab_is_core(q->w.s, a.file);
		struct lab_av v;

		if (t == LAB_TERM_NONE) {
			if (far && lab_av_is_flag(&a.av))
				*doubt |= LAB_DOUBT_FLAG;
			continue;
		}
		v = lab_eval(q->w.t, s, t);
		if (lab_av_within(&v, &a.av))
			continue;
		if (!lab_assume_av(q->w.t, s, t, a.av))
			return false;
		q->assumed += lab_term(q->w.t, t)->memory && !lab_term(q->w.t, t)->restless;
		if (lab_nobody_sets(q, at, LAB_NONE, q->w.t, t, &a.av))
			*doubt |= LAB_DOUBT_OTHER;
		if (lab_term(q->w.t, t)->op == LAB_T_CTX && !lab_term(q->w.t, t)->imm && a.av.nz)
			*doubt |= LAB_DOUBT_MOMENT;
		q->asked |= lab_has_moment(q->w.t, t, 0);
		if (((far && lab_av_is_flag(&a.av)) || (kind && lab_term(q->w.t, t)->memory)) &&
		    !lab_term(q->w.t, t)->restless && !(q->own_params && lab_term(q->w.t, t)->scalar))
			*doubt |= LAB_DOUBT_FLAG;
		else if (lab_term(q->w.t, t)->scalar && !q->own_params && !told(q, t, &a.av))
			*doubt |= LAB_DOUBT_CALLER;
	}
	return true;
}

static uint32_t line_of(const struct search *q, uint32_t fn, uint32_t ins)
{
	const struct lab_fn *b = q->w.s->p->fns[fn].body;

	return b->words[b->ins[ins].words + (b->ins[ins].op == LAB_OP_CALL ? 4 : 5)];
}

/* might_sleep() in a macro stands before the call that really sleeps: name that one. */
static bool shadowed(const struct search *q, uint32_t fn, const struct lab_event *e)
{
	const struct lab_summary *sum = &q->w.s->sum[fn];

	for (int i = 0; i < arrlen(sum->events); i++) {
		const struct lab_event *x = &sum->events[i];

		if (x->kind == LAB_EV_MODEL && x->ins > e->ins && x->atomic == e->atomic &&
		    (!x->doubt || e->doubt) && lab_guard_weaker(q->w.s, x->g, e->g) &&
		    line_of(q, fn, x->ins) == line_of(q, fn, e->ins))
			return true;
	}
	return false;
}

/* Conditions on memory that the guard takes to be possible. */
static uint32_t on_memory(const struct lab_solver *s, struct lab_guard g)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < g.n; i++) {
		const struct lab_term *x = lab_term(s->pool, s->atoms[g.at + i].term);

		n += x->memory && !x->restless;
	}
	return n;
}

/* A contract in a function's body speaks for the function: whoever calls that is told. */
static void speaks(struct lab_chain *c)
{
	int n = arrlen(c->steps);
	struct lab_step *by;

	if (n < 3 || c->steps[n - 3].role != LAB_ROLE_CALLS)
		return;
	by = &c->steps[n - 3];
	c->fn = by->fn;
	c->ins = by->at_ins;
	c->callee = c->steps[n - 2].sym;
	c->steps[n - 2] = (struct lab_step){ LAB_NONE, c->callee, by->fn, by->at_ins, LAB_ROLE_SLEEPS,
					     { 0, 0 }, NULL };
	arrsetlen(c->steps, n - 1);
}

static void say(struct search *q, uint32_t at, const struct lab_event *e, uint16_t bits,
		unsigned int doubt)
{
	struct lab_chain c = { .bits = bits & lab_atomic_bits(q->w.s), .doubt = doubt, .root = q->root };
	uint32_t path[LAB_SEARCH_DEPTH + 2], n = 0;

	if (shadowed(q, q->nodes[at].fn, e))
		return;
	c.fn = q->nodes[at].fn;
	c.ins = e->ins;
	c.callee = e->target;
	c.assumed = q->assumed;
	c.targets = q->nodes[at].targets;
	for (int i = 0; i < arrlen(q->head); i++)
		arrput(c.steps, q->head[i]);
	for (uint32_t k = at; k != LAB_NONE; k = q->nodes[k].parent)
		path[n++] = k;
	while (n-- > 0) {
		const struct node *d = &q->nodes[path[n]];
		struct lab_step s = { d->fn, q->w.s->p->fns[d->fn].sym, d->fn, LAB_NONE,
				      LAB_ROLE_CALLS, { 0, 0 }, NULL };

		s.at_ins = n ? q->nodes[path[n - 1]].at_ins : e->ins;
		s.when = n ? q->nodes[path[n - 1]].when : e->g;
		arrput(c.steps, s);
	}
	arrput(c.steps, ((struct lab_step){ LAB_NONE, e->target, c.fn, e->ins, LAB_ROLE_SLEEPS,
					 { 0, 0 }, e->fact }));
	if (lab_is_statement(q->w.s->p, e->target))
		speaks(&c);
	q->say(q->ctx, &c);
	arrfree(c.steps);
}

/* What the caller knows of memory at the call. */
static void remember(struct search *q, uint32_t at, const struct lab_event *e)
{
	struct lab_import im = { &q->w, q->temp, q->nodes[at].args, q->nodes[at].nargs, LAB_NONE };
	uint32_t pairs[2 * LAB_MAX_MEM], n = 0;

	for (uint32_t i = 0; i < e->nmem && n < LAB_MAX_MEM; i++) {
		uint32_t addr = lab_import_term(&im, q->w.s->args[e->mem + 2 * i]);
		uint32_t v = lab_import_term(&im, q->w.s->args[e->mem + 2 * i + 1]);

		if (addr == LAB_TERM_NONE || v == LAB_TERM_NONE)
			continue;
		pairs[2 * n] = addr;
		pairs[2 * n++ + 1] = v;
	}
	for (uint32_t i = 0; i < n; i++)
		lab_mem_set(q->temp, pairs[2 * i], pairs[2 * i + 1]);
}

static void follow(struct search *q, uint32_t at, const struct lab_event *e, unsigned int doubt)
{
	const struct lab_prog *p = q->w.s->p;
	uint32_t args[LAB_SEARCH_ARGS], n = e->nargs < LAB_SEARCH_ARGS ? e->nargs : LAB_SEARCH_ARGS;
	struct lab_import im = { &q->w, q->temp, q->nodes[at].args, q->nodes[at].nargs, LAB_NONE };

	for (uint32_t i = 0; i < n; i++)
		args[i] = lab_import_term(&im, q->w.s->args[e->args + i]);
	remember(q, at, e);
	for (uint32_t i = 0; i < e->known.n; i++) {
		struct lab_guard_atom a = q->w.s->atoms[e->known.at + i];
		uint32_t t = lab_import_term(&im, a.term);

		if (t != LAB_TERM_NONE && !lab_assume_av(q->w.t, q->temp, t, a.av))
			return;
	}
	if (e->kind == LAB_EV_FN || e->kind == LAB_EV_VIA) {
		lab_search_push(q, e->target, at, e, args, n, doubt, 1, 1);
	} else if (e->kind == LAB_EV_FIELD) {
		lab_search_leap(q, at, e, &im, args, n, doubt);
	} else if (e->kind == LAB_EV_PARAM && e->target < q->nodes[at].nargs) {
		uint32_t t = q->nodes[at].args[e->target], fn;

		if (t == LAB_TERM_NONE || lab_term(q->w.t, t)->op != LAB_T_SYM)
			return;
		fn = lab_prog_resolve(p, lab_term(q->w.t, t)->a, LAB_NONE);
		if (fn != LAB_NONE)
			lab_search_push(q, fn, at, e, args, n, doubt, 1, 1);
	}
}

/* The event calls, or hands down, the parameter that the node is about. */
static bool passes_on(const struct search *q, uint32_t at, const struct lab_event *e)
{
	uint32_t param = q->nodes[at].only - 1, a;

	if (e->kind == LAB_EV_PARAM)
		return e->target == param;
	if (e->kind != LAB_EV_VIA || e->param >= e->nargs)
		return false;
	a = q->w.s->args[e->args + e->param];
	return a != LAB_TERM_NONE && lab_term(q->w.s->pool, a)->op == LAB_T_PARAM &&
	       lab_term(q->w.s->pool, a)->a == param;
}

/*
 * So much is taken to be possible on this path that it most likely is not: conditions on
 * memory, a pointer that may be several functions.
 */
static unsigned int too_much(const struct search *q, uint32_t at)
{
	const struct node *d = &q->nodes[at];
	uint32_t n = q->assumed + (d->away ? BAR : d->targets > 1 ? LEAP : 0);

	return n >= BAR ? LAB_DOUBT_MUCH : 0;
}

static void expand(struct search *q, uint32_t at)
{
	const struct lab_summary *sum = &q->w.s->sum[q->nodes[at].fn];

	/* once all SINKS are found there is nothing left to say */
	for (int i = 0; i < arrlen(sum->events) && q->nsinks[0] < SINKS; i++) {
		const struct lab_event *e = &sum->events[i];
		struct lab_import im = { &q->w, q->temp, q->nodes[at].args, q->nodes[at].nargs,
					 LAB_NONE };
		unsigned int doubt = q->nodes[at].doubt, flag = 0;
		uint32_t key[4] = { q->nodes[at].fn, e->ins, e->target };
		uint16_t bits;
		int fresh;

		if (q->nodes[at].only ? !passes_on(q, at, e) : e->atomic)
			continue;
		lab_state_copy(q->temp, q->nodes[at].s);
		q->assumed = q->nodes[at].assumed;
		q->asked = q->nodes[at].asked;
		if (!assume(q, at, e, &flag))
			continue;
		/* what a callback itself asks of memory is no doubt */
		doubt |= at == 0 && q->own_params ? e->doubt : flag;
		doubt |= e->unseen ? LAB_DOUBT_UNSEEN : 0;
		if (!q->nodes[at].only)
			lab_import_delta(&im, &e->d, e->ins, true);
		bits = lab_state_bits(q->temp);
		doubt |= too_much(q, at);
		if (doubt && !q->doubts)
			continue;
		if (e->kind != LAB_EV_MODEL) {
			follow(q, at, e, doubt);
			continue;
		}
		if (!(bits & lab_atomic_bits(q->w.s)))
			continue;
		/* code that asks whether it may is made to be called where it may not */
		if (q->asked && !asks_moment(q->w.s, e->target))
			doubt |= LAB_DOUBT_MOMENT;
		key[3] = doubt != 0;
		if (doubt && q->nsinks[1] >= DOUBTFUL)
			continue;
		lab_intern(q->sinks, key, sizeof(key), &fresh);
		q->nsinks[key[3]] += fresh;
		if (fresh)
			say(q, at, e, bits, doubt);
	}
}

static void run(struct search *q)
{
	for (uint32_t i = 0; i < arrlenu(q->nodes); i++)
		expand(q, i);
}

static void begin(struct search *q)
{
	lab_terms_reset(q->w.t);
	memset(q->base, 0, sizeof(*q->base));
	memset(q->temp, 0, sizeof(*q->temp));
	for (int i = 0; i < arrlen(q->nodes); i++)
		lab_state_drop(&q->w.s->states, q->nodes[i].s);
	arrsetlen(q->nodes, 0);
	arrsetlen(q->head, 0);
	lab_intern_free(q->seen);
	lab_intern_free(q->sinks);
	q->seen = lab_intern_new();
	q->sinks = lab_intern_new();
	q->own_params = false;
	q->nsinks[0] = q->nsinks[1] = 0;
	q->assumed = 0;
	q->asked = false;
	q->confirmed = false;
	q->root = LAB_NONE;
}

static uint32_t own_args(struct search *q, uint32_t fn, uint32_t *args)
{
	const struct lab_home *home = &q->w.s->p->homes[fn];
	uint32_t n = q->w.s->p->fns[fn].body->nparams;

	if (home->table != LAB_NONE)
		lab_mem_set(q->base, lab_term_field(q->w.t,
			    lab_term_leaf(q->w.t, LAB_T_PARAM, home->arg), home->field),
			    lab_term_leaf(q->w.t, LAB_T_SYM, home->table));

	if (n > LAB_SEARCH_ARGS)
		n = LAB_SEARCH_ARGS;
	for (uint32_t i = 0; i < n; i++)
		args[i] = lab_term_leaf(q->w.t, LAB_T_PARAM, i);
	return n;
}

/* A parameter's flag bits decide, such as a gfp mask: whoever calls knows better. */
static bool asks_flags(const struct search *q, struct lab_guard g)
{
	for (uint32_t i = 0; i < g.n; i++) {
		const struct lab_guard_atom *a = &q->w.s->atoms[g.at + i];

		if (lab_term(q->w.s->pool, a->term)->scalar && lab_av_is_flag(&a->av))
			return true;
	}
	return false;
}

/* Wherever fn starts, it starts in this. */
static void start_as_always(struct search *q, uint32_t fn)
{
	struct lab_hold h = { .bits = q->w.s->calls[fn].always, .lock = LAB_TERM_NONE,
			      .token = LAB_TERM_NONE, .ins = LAB_NONE };

	if (h.bits && q->base->nholds < LAB_MAX_HOLDS)
		q->base->holds[q->base->nholds++] = h;
}

/* An event of fn that is atomic by fn's own doing. */
static void from_event(struct search *q, uint32_t fn, const struct lab_event *e)
{
	uint32_t args[LAB_SEARCH_ARGS], n, at = 0;
	struct lab_import im;
	unsigned int doubt = e->doubt;
	uint32_t key[3] = { fn, e->ins, e->target };

	if (e->conditional && lab_intern_find(q->w.s->confirmed, key, sizeof(key)) == UINT32_MAX)
		doubt |= !lab_only_pointed(q->w.s, fn) || asks_flags(q, e->g) ? LAB_DOUBT_CALLER : 0;
	if (lab_callers_rule_out(q->w.s, fn, e))
		doubt |= LAB_DOUBT_CALLER;
	for (uint32_t i = 0; i < e->g.n; i++)
		if (lab_nobody_sets(q, LAB_NONE, fn, q->w.s->pool, q->w.s->atoms[e->g.at + i].term,
				    &q->w.s->atoms[e->g.at + i].av))
			doubt |= LAB_DOUBT_OTHER;
	if (doubt && !q->doubts)
		return;
	begin(q);
	n = own_args(q, fn, args);
	im = (struct lab_import){ &q->w, q->base, args, n, LAB_NONE };
	q->w.fn = fn;
	start_as_always(q, fn);
	if (!lab_import_guard(&im, e->g))	/* it speaks of the moment of entry */
		return;
	for (int i = 0; i < e->d.nholds; i++) {
		struct lab_hold h = e->d.holds[i];

		h.lock = lab_import_term(&im, h.lock);
		if (q->base->nholds < LAB_MAX_HOLDS)
			q->base->holds[q->base->nholds++] = h;
		if (!(lab_hold_bits(&e->d.holds[at]) & lab_atomic_bits(q->w.s)))
			at = i;
	}
	q->assumed = on_memory(q->w.s, e->g);
	q->asked = e->asked;
	q->confirmed = e->conditional;
	lab_state_copy(q->temp, q->base);
	arrput(q->head, ((struct lab_step){ fn, q->w.s->p->fns[fn].sym, fn, e->d.holds[at].ins,
					    LAB_ROLE_ENTERS, { 0, 0 }, NULL }));
	lab_search_push(q, fn, LAB_NONE, NULL, args, n, doubt, 1, 1);
	if (e->kind == LAB_EV_MODEL) {
		if (q->asked && !asks_moment(q->w.s, e->target))
			doubt |= LAB_DOUBT_MOMENT;
		say(q, 0, e, lab_state_bits(q->base), doubt);
		return;
	}
	q->nodes[0].only = 0;
	lab_state_copy(q->temp, q->base);
	follow(q, 0, e, doubt);
	for (uint32_t i = 1; i < arrlenu(q->nodes); i++)
		expand(q, i);
}

static void from_root(struct search *q, uint32_t r)
{
	const struct lab_root *root = &q->w.s->roots[r];
	struct lab_hold h = { .bits = bits_of_ctx(root->ctx, q->w.s->rt), .lock = LAB_TERM_NONE,
			      .token = LAB_TERM_NONE, .ins = LAB_NONE };
	uint32_t args[LAB_SEARCH_ARGS], n;

	if (!(h.bits & lab_atomic_bits(q->w.s)))
		return;
	begin(q);
	q->root = r;
	q->own_params = true;
	n = own_args(q, root->fn, args);
	q->base->holds[q->base->nholds++] = h;
	if (!lab_root_args(&q->w, q->base, root->fact, args, n))
		return;
	lab_state_copy(q->temp, q->base);
	arrput(q->head, ((struct lab_step){ root->fn, q->w.s->p->fns[root->fn].sym,
					    root->site_fn, root->site_ins, LAB_ROLE_STARTS,
					    { 0, 0 }, NULL }));
	lab_search_push(q, root->fn, LAB_NONE, NULL, args, n, 0, 1, 1);
	run(q);
}

static void open_search(struct search *q)
{
	q->w.t = lab_terms_new();
	/* where another table of terms lay, perhaps */
	q->w.s->crossing->of = q->w.s->crossing->entry.to = NULL;
	q->base = calloc(1, sizeof(*q->base));
	q->temp = calloc(1, sizeof(*q->temp));
	if (!q->base || !q->temp)
		abort();
}

static void close_search(struct search *q)
{
	lab_intern_free(q->seen);
	lab_intern_free(q->sinks);
	for (int i = 0; i < arrlen(q->nodes); i++)
		lab_state_drop(&q->w.s->states, q->nodes[i].s);
	arrfree(q->nodes);
	arrfree(q->head);
	free(q->base);
	free(q->temp);
	lab_terms_free(q->w.t);
}

void lab_witness_from(struct lab_solver *s, uint32_t fn, lab_chain_fn say_fn, void *ctx)
{
	lab_witness_under(s, fn, (struct lab_guard){ 0, 0 }, say_fn, ctx);
}

void lab_witness_under(struct lab_solver *s, uint32_t fn, struct lab_guard g,
		       lab_chain_fn say_fn, void *ctx)
{
	struct search q = { .w = { .s = s, .home_addr = LAB_TERM_NONE }, .doubts = true, .say = say_fn, .ctx = ctx };
	struct lab_hold h = { .bits = s->rt ? LAB_H_RAW : LAB_H_ANY,
			      .lock = LAB_TERM_NONE, .token = LAB_TERM_NONE, .ins = LAB_NONE };
	uint32_t args[LAB_SEARCH_ARGS], n;
	struct lab_import im;

	open_search(&q);
	begin(&q);
	q.own_params = true;
	n = own_args(&q, fn, args);
	q.base->holds[q.base->nholds++] = h;
	im = (struct lab_import){ &q.w, q.base, args, n, LAB_NONE };
	if (lab_import_guard(&im, g)) {
		lab_state_copy(q.temp, q.base);
		lab_search_push(&q, fn, LAB_NONE, NULL, args, n, 0, 1, 1);
		run(&q);
	}
	close_search(&q);
}

void lab_witness(struct lab_solver *s, bool doubts, lab_chain_fn say_fn, void *ctx)
{
	struct search q = { .w = { .s = s, .home_addr = LAB_TERM_NONE }, .doubts = doubts, .say = say_fn, .ctx = ctx };

	open_search(&q);
	for (uint32_t fn = 0; fn < arrlenu(s->p->fns); fn++)
		for (int i = 0; i < arrlen(s->sum[fn].events); i++)
			if (s->sum[fn].events[i].atomic)
				from_event(&q, fn, &s->sum[fn].events[i]);
	for (uint32_t r = 0; r < arrlenu(s->roots); r++)
		from_root(&q, r);
	close_search(&q);
}
