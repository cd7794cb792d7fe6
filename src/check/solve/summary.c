// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between a function's own words and everybody's: exporting what a walk found
 * into the pool, importing it at a call with the arguments put in.
 *
 * A guard keeps at most ATOMS facts: dropping one makes it hold more often,
 * which can only add a report, never hide one; facts about parameters stay
 * longest.  Sleeps that a weaker guard covers are dropped.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "solve.h"

#define ATOMS  6
#define SLEEPS 8
#define EVENTS_PER_CALL 6
#define CBUGS  8
#define MEMORY 12

/* ---- export -------------------------------------------------------------------- */

static uint32_t export_leaf(struct lab_subst *s, const struct lab_term *x, uint32_t rebuilt,
			    bool *refuse)
{
	(void)s;
	(void)rebuilt;
	if (x->op == LAB_T_VAL || x->op == LAB_T_LOCAL || x->op == LAB_T_PVAR ||
	    (x->op == LAB_T_LOAD && x->b))
		*refuse = true;
	return LAB_TERM_NONE;
}

uint32_t lab_export_term(struct lab_flow *w, uint32_t term)
{
	struct lab_subst s = { w->t, w->s->pool, export_leaf, NULL };

	if (term == LAB_TERM_NONE || !lab_term(w->t, term)->exports)
		return LAB_TERM_NONE;
	return lab_term_subst(&s, term);
}

static uint32_t export_arg_leaf(struct lab_subst *s, const struct lab_term *x, uint32_t rebuilt,
				bool *refuse)
{
	const struct lab_flow *w = s->ctx;

	if (x->op == LAB_T_LOCAL)
		return lab_term_local(s->to, x->a, x->b ? x->b : w->fn + 1);
	return export_leaf(s, x, rebuilt, refuse);
}

/* For the witness alone, which walks down from here: locals have a name there. */
static uint32_t export_arg(struct lab_flow *w, uint32_t term)
{
	struct lab_subst s = { w->t, w->s->pool, export_arg_leaf, w };

	return term == LAB_TERM_NONE ? term : lab_term_subst(&s, term);
}

static void export_memory(struct lab_flow *w, const struct lab_state *s, struct lab_event *e)
{
	e->mem = arrlenu(w->s->args);
	for (unsigned int i = 0; i < s->nmem && e->nmem < MEMORY; i++) {
		uint32_t addr = export_arg(w, s->mem[i].key), v;

		v = addr == LAB_TERM_NONE ? addr : export_arg(w, s->mem[i].term);
		if (v == LAB_TERM_NONE)
			continue;
		arrput(w->s->args, addr);
		arrput(w->s->args, v);
		e->nmem++;
	}
}

struct lab_guard lab_export_guard(struct lab_flow *w, const struct lab_state *s)
{
	struct lab_guard g = { arrlenu(w->s->atoms), 0 };

	/* facts about parameters first, recent ones first */
	for (int scalar = 1; scalar >= 0; scalar--)
		for (int i = s->nfacts - 1; i >= 0 && g.n < ATOMS; i--) {
			const struct lab_term *x = lab_term(w->t, s->facts[i].term);
			struct lab_guard_atom a = { LAB_TERM_NONE, s->facts[i].av };

			if (!x->exports || x->scalar != scalar)
				continue;
			a.term = lab_export_term(w, s->facts[i].term);
			if (a.term == LAB_TERM_NONE)
				continue;
			arrput(w->s->atoms, a);
			g.n++;
		}
	return g;
}

static void export_holds(struct lab_flow *w, const struct lab_hold *from, unsigned int n,
			 struct lab_hold *to, uint8_t *nto)
{
	*nto = 0;
	for (unsigned int i = 0; i < n && *nto < 4; i++) {
		struct lab_hold h = from[i];

		if (h.bits & LAB_H_GHOST)
			continue;
		h.bits &= ~(LAB_H_MAYBE | LAB_H_LOOP);
		h.was = 0;
		h.lock = lab_export_term(w, h.lock);
		if (h.token != LAB_TERM_NONE)
			h.token = LAB_TOKEN_ANY;
		h.fact_seq = 0;
		to[(*nto)++] = h;
	}
}

void lab_export_delta(struct lab_flow *w, const struct lab_state *s, struct lab_delta *d)
{
	memset(d, 0, sizeof(*d));
	d->irq_on = s->irq_on;
	export_holds(w, s->holds, s->nholds, d->holds, &d->nholds);
	export_holds(w, s->debts, s->ndebts, d->debts, &d->ndebts);
}

/* ---- import -------------------------------------------------------------------- */

static uint32_t import_leaf(struct lab_subst *s, const struct lab_term *x, uint32_t rebuilt,
			    bool *refuse)
{
	struct lab_import *im = s->ctx;
	uint32_t t;

	switch (x->op) {
	case LAB_T_PARAM:
		if (x->a < im->nargs && im->args[x->a] != LAB_TERM_NONE)
			return im->args[x->a];
		*refuse = true;
		return LAB_TERM_NONE;
	case LAB_T_LOAD:
		return lab_flow_load(im->w, im->s, rebuilt);
	case LAB_T_CTX:
		t = lab_ctx_term(s->to, im->s, x->sub);
		return t;
	case LAB_T_LOCAL:
		return lab_term_local(s->to, x->a, x->b);
	default:
		*refuse = true;
		return LAB_TERM_NONE;
	}
}

uint32_t lab_import_term(struct lab_import *im, uint32_t term)
{
	struct lab_subst s = { im->w->s->pool, im->w->t, import_leaf, im };

	return lab_term_subst(&s, term);
}

bool lab_import_guard(struct lab_import *im, struct lab_guard g)
{
	for (uint32_t i = 0; i < g.n; i++) {
		struct lab_guard_atom a = im->w->s->atoms[g.at + i];
		uint32_t t = lab_import_term(im, a.term);

		if (t != LAB_TERM_NONE && !lab_assume_av(im->w->t, im->s, t, a.av))
			return false;
	}
	return true;
}

void lab_import_delta(struct lab_import *im, const struct lab_delta *d, uint32_t ins, bool holds)
{
	for (int i = 0; i < d->ndebts; i++) {
		struct lab_hold h = d->debts[i];

		h.lock = lab_import_term(im, h.lock);
		h.ins = ins;
		h.fn = im->w->fn;
		if ((h.bits & LAB_H_IRQ) && h.token == LAB_TERM_NONE)
			h.token = LAB_TOKEN_ANY;
		lab_state_leave(im->s, h);
	}
	if (d->irq_on) {
		struct lab_hold h = { .bits = LAB_H_IRQ, .lock = LAB_TERM_NONE,
				      .token = LAB_TERM_NONE };

		lab_state_leave(im->s, h);
	}
	for (int i = 0; holds && i < d->nholds; i++) {
		struct lab_hold h = d->holds[i];

		h.lock = lab_import_term(im, h.lock);
		h.ins = ins;
		h.fn = im->w->fn;
		if (h.token != LAB_TERM_NONE)	/* returned flags, most often */
			h.token = im->res == LAB_NONE ? LAB_TOKEN_ANY :
				lab_term_leaf(im->w->t, LAB_T_VAL, im->res);
		lab_state_enter(im->s, h);
	}
}

/* ---- events -------------------------------------------------------------------- */

static bool same_guard(const struct lab_solver *s, struct lab_guard a, struct lab_guard b)
{
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

static bool same_delta(const struct lab_delta *a, const struct lab_delta *b)
{
	return a->nholds == b->nholds && a->ndebts == b->ndebts && a->irq_on == b->irq_on &&
	       same_hold_list(a->holds, b->holds, a->nholds) &&
	       same_hold_list(a->debts, b->debts, a->ndebts);
}

/* a holds whenever b does */
static bool weaker(const struct lab_solver *s, struct lab_guard a, struct lab_guard b)
{
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

static struct lab_guard join_guards(struct lab_solver *s, struct lab_guard a, struct lab_guard b)
{
	struct lab_guard g = { arrlenu(s->atoms), 0 };

	for (uint32_t i = 0; i < a.n; i++)
		for (uint32_t k = 0; k < b.n; k++) {
			struct lab_guard_atom x = s->atoms[a.at + i];

			if (x.term != s->atoms[b.at + k].term)
				continue;
			x.av = lab_av_join(x.av, s->atoms[b.at + k].av);
			if (!lab_av_is_top(&x.av)) {
				arrput(s->atoms, x);
				g.n++;
			}
		}
	return g;
}

static void add_sleep(struct lab_flow *w, struct lab_guard g, const struct lab_delta *d)
{
	struct lab_sleep n = { g, *d };
	int keep = 0;

	n.d.nholds = 0;
	for (int i = 0; i < arrlen(w->sleeps); i++)
		if (same_delta(&w->sleeps[i].d, &n.d) && weaker(w->s, w->sleeps[i].g, g))
			return;
	for (int i = 0; i < arrlen(w->sleeps); i++)
		if (!(same_delta(&w->sleeps[i].d, &n.d) && weaker(w->s, g, w->sleeps[i].g)))
			w->sleeps[keep++] = w->sleeps[i];
	if (w->sleeps)
		arrsetlen(w->sleeps, keep);
	if (keep == SLEEPS) {		/* too many cases: what two of them share stands for both */
		for (int i = SLEEPS - 1; i >= 0; i--)
			if (same_delta(&w->sleeps[i].d, &n.d)) {
				w->sleeps[i].g = join_guards(w->s, w->sleeps[i].g, g);
				return;
			}
		n.g.n = 0;
		w->sleeps[SLEEPS - 1] = n;
		return;
	}
	arrput(w->sleeps, n);
}

/* Facts that decide the sleep: those learned since it became atomic. */
static void classify(struct lab_flow *w, const struct lab_state *s, const struct lab_state *temp,
		     struct lab_event *e)
{
	uint16_t since = UINT16_MAX;

	bool sure = false, held = false;

	for (unsigned int i = 0; i < temp->nholds; i++) {
		if (!(temp->holds[i].bits & LAB_H_ATOMIC))
			continue;
		held = true;
		sure |= !(temp->holds[i].bits & LAB_H_MAYBE);
		if (temp->holds[i].fact_seq < since)
			since = temp->holds[i].fact_seq;
	}
	e->doubt = held && !sure;
	if (since == UINT16_MAX)
		since = 0;
	for (unsigned int i = 0; i < temp->nfacts; i++) {
		const struct lab_fact_s *f = &temp->facts[i];
		const struct lab_term *x = lab_term(w->t, f->term);
		bool presence = f->av.nz && !f->av.ones && !f->av.zeros && x->op == LAB_T_PARAM;

		if (f->seq > since && x->exports && x->scalar && !presence)
			e->conditional = true;
		/* a flag bit of a value nobody can see, such as sk->sk_allocation */
		if (f->seq > s->seq && !x->scalar && lab_av_is_flag(&f->av))
			e->doubt = true;
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
		if (x->atomic == e->atomic && same_delta(&x->d, &e->d) && (same_guard(w->s, x->g, e->g) ||
						 weaker(w->s, x->g, e->g)))
			return false;
		same++;
	}
	return same < EVENTS_PER_CALL;
}

static void add_cbug(struct lab_flow *w, struct lab_cbug b)
{
	for (int i = 0; i < arrlen(w->cbugs); i++)
		if (w->cbugs[i].fn == b.fn && w->cbugs[i].ins == b.ins &&
		    w->cbugs[i].target == b.target && weaker(w->s, w->cbugs[i].g, b.g))
			return;
	if (arrlen(w->cbugs) < CBUGS)
		arrput(w->cbugs, b);
}

void lab_import_cbugs(struct lab_flow *w, struct lab_state *s, const struct lab_call *c, uint32_t fn)
{
	const struct lab_summary *sum = &w->s->sum[fn];

	for (int i = 0; i < arrlen(sum->cbugs); i++) {
		struct lab_cbug b = sum->cbugs[i];
		struct lab_import im = { w, w->spare, c->args, c->nargs, c->res };
		bool open = false, unseen = false, can = true;

		lab_state_copy(w->spare, s);
		for (uint32_t k = 0; k < b.g.n && can; k++) {
			struct lab_guard_atom a = w->s->atoms[b.g.at + k];
			bool decides = lab_term(w->s->pool, a.term)->scalar;
			uint32_t t = lab_import_term(&im, a.term);
			struct lab_av v;

			if (t == LAB_TERM_NONE) {
				unseen |= decides;
				continue;
			}
			v = lab_eval(w->t, w->spare, t);
			if (lab_av_within(&v, &a.av))
				continue;
			can = lab_assume_av(w->t, w->spare, t, a.av);
			if (decides && lab_term(w->t, t)->scalar && lab_term(w->t, t)->exports)
				open = true;
			else if (decides)
				unseen = true;
		}
		if (!can || unseen)
			continue;
		if (open) {
			b.g = lab_export_guard(w, w->spare);
			add_cbug(w, b);
		} else {
			uint32_t key[3] = { b.fn, b.ins, b.target };

			lab_intern(w->s->confirmed, key, sizeof(key), NULL);
		}
	}
}

void lab_flow_event(struct lab_flow *w, const struct lab_state *s, struct lab_state *temp,
		    const struct lab_call *c, unsigned int kind, uint32_t target)
{
	struct lab_event e = { .ins = c->ins, .target = target, .kind = kind,
			       .nargs = c->nargs, .param = c->param };
	struct lab_delta then;		/* when it sleeps */

	e.atomic = lab_state_bits(temp) & LAB_H_ATOMIC;
	e.g = lab_export_guard(w, temp);
	lab_export_delta(w, s, &e.d);
	lab_export_delta(w, temp, &then);
	classify(w, s, temp, &e);
	if (!e.atomic && kind != LAB_EV_PARAM)
		add_sleep(w, e.g, &then);
	if (e.atomic && e.conditional && !e.doubt)
		add_cbug(w, (struct lab_cbug){ e.g, w->fn, e.ins, e.target });
	if (!keep_event(w, &e))
		return;
	e.args = arrlenu(w->s->args);
	for (uint32_t i = 0; i < c->nargs; i++)
		arrput(w->s->args, export_arg(w, c->args[i]));
	export_memory(w, s, &e);
	arrput(w->events, e);
}

/* ---- summaries ------------------------------------------------------------------ */

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
	e->s->nholds = keep;
	lab_export_delta(w, e->s, &o.d);
	o.g = lab_export_guard(w, e->s);
	if (e->ret != LAB_TERM_NONE)
		o.ret = lab_eval(w->t, e->s, e->ret);
	for (int i = 0; i < arrlen(*all); i++) {
		struct lab_outcome *x = &(*all)[i];

		if (!same_delta(&x->d, &o.d))
			continue;
		x->g = join_guards(w->s, x->g, o.g);
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
		if (!same_guard(s, a->sleeps[i].g, b->sleeps[i].g) ||
		    !same_delta(&a->sleeps[i].d, &b->sleeps[i].d))
			return true;
	for (int i = 0; i < arrlen(a->outcomes); i++)
		if (!same_delta(&a->outcomes[i].d, &b->outcomes[i].d))
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
