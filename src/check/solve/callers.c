// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What callers have to say of a bug that hangs on what they pass.  A bug on a number, such
 * as a flag argument, is one once a caller is seen that passes it.  A bug on what memory
 * behind an argument holds is one unless every caller is seen to have something else
 * there, and for that all of them must be known.
 *
 * Policy: known are the callers of a function whose address nobody takes, which is static
 * or not exported and called from another unit.  A caller whose walk was given up, or too
 * many such bugs in one function, count as a caller that has it so.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define CBUGS 8

/* ---- who calls -------------------------------------------------------------------- */
static void is_taken(struct lab_solver *s, uint32_t sym, uint32_t unit)
{
	uint32_t fn;

	if (s->p->syms[sym].kind != LAB_SYM_FUNC)
		return;
	fn = lab_prog_resolve(s->p, sym, unit);
	if (fn != LAB_NONE)
		s->calls[fn].pointed = true;
}

static void look_at(struct lab_solver *s, uint32_t f)
{
	const struct lab_gfn *from = &s->p->fns[f];

	for (uint32_t i = 0; i < from->body->nins; i++) {
		const struct lab_ins *in = &from->body->ins[i];
		const uint32_t *w = from->body->words + in->words;
		uint32_t to;

		if (in->op == LAB_OP_ADDR && w[1] == LAB_BASE_SYM)
			is_taken(s, w[2], from->unit);
		if (in->op != LAB_OP_CALL)
			continue;
		to = lab_prog_resolve(s->p, w[2], from->unit);
		if (to == LAB_NONE)
			continue;
		s->calls[to].named = true;
		s->calls[to].elsewhere |= s->p->fns[to].unit != from->unit;
	}
}

void lab_find_callers(struct lab_solver *s)
{
	const struct lab_prog *p = s->p;

	s->calls = calloc(arrlenu(p->fns) + 1, sizeof(*s->calls));
	if (!s->calls)
		abort();
	for (int i = 0; i < arrlen(p->fieldsets); i++)
		for (int k = 0; k < arrlen(p->fieldsets[i].fns); k++) {
			uint32_t fn = lab_prog_resolve(p, p->fieldsets[i].fns[k], LAB_NONE);

			if (fn != LAB_NONE)
				s->calls[fn].kept = s->calls[fn].pointed = true;
		}
	for (uint32_t i = 0; i < arrlenu(p->inits); i++)
		if (p->inits[i].target != LAB_NONE && !p->exported[p->inits[i].target])
			is_taken(s, p->inits[i].target, p->syms[p->inits[i].sym].unit);
	for (uint32_t f = 0; f < arrlenu(p->fns); f++)
		look_at(s, f);
}

/* All callers are in the program, and call by name. */
static bool all_known(struct lab_solver *s, uint32_t fn)
{
	uint32_t sym = s->p->fns[fn].sym;

	if (!s->calls[fn].named || s->calls[fn].pointed || lab_model_answers(s, sym))
		return false;
	if (s->p->syms[sym].flags & LAB_SYMF_STATIC)
		return true;
	return s->p->exports && !s->p->exported[sym] && s->calls[fn].elsewhere;
}

bool lab_only_pointed(const struct lab_solver *s, uint32_t fn)
{
	return s->calls[fn].kept && !s->calls[fn].named;
}

/* What holds wherever fn starts: in all contexts it is registered for, and in all its callers. */
static bool narrow(struct lab_solver *s)
{
	bool changed = false;

	for (uint32_t f = 0; f < arrlenu(s->p->fns); f++) {
		const struct lab_gfn *from = &s->p->fns[f];

		for (uint32_t i = 0; i < from->body->nins; i++) {
			const struct lab_ins *in = &from->body->ins[i];
			uint32_t to = in->op != LAB_OP_CALL ? LAB_NONE :
				lab_prog_resolve(s->p, from->body->words[in->words + 2], from->unit);

			if (to == LAB_NONE || !(s->calls[to].always & ~s->calls[f].always))
				continue;
			s->calls[to].always &= s->calls[f].always;
			changed = true;
		}
	}
	return changed;
}

void lab_find_always(struct lab_solver *s)
{
	const uint16_t never = UINT16_MAX;

	for (uint32_t r = 0; r < arrlenu(s->roots); r++)
		s->calls[s->roots[r].fn].root = true;
	for (uint32_t f = 0; f < arrlenu(s->p->fns); f++) {
		bool called = s->calls[f].named, root = s->calls[f].root;
		bool others = called && s->p->exported[s->p->fns[f].sym];

		s->calls[f].always = (root || (called && !s->calls[f].pointed)) && !others ? never : 0;
	}
	for (uint32_t r = 0; r < arrlenu(s->roots); r++)
		s->calls[s->roots[r].fn].always &= lab_root_bits(s, r);
	while (narrow(s))
		;
	for (uint32_t f = 0; f < arrlenu(s->p->fns); f++)
		if (s->calls[f].always == never)	/* a circle that nobody enters */
			s->calls[f].always = 0;
}

/* ---- bugs that callers decide ------------------------------------------------------- */
static void possible(struct lab_solver *s, const struct lab_cbug *b)
{
	uint32_t key[5] = { b->fn, b->ins, b->target, b->of.at, b->of.n };

	if (b->memory)
		lab_intern(s->possible, key, sizeof(key), NULL);
	else
		lab_intern(s->confirmed, key, 3 * sizeof(*key), NULL);
}

static void add(struct lab_flow *w, struct lab_cbug b)
{
	if (b.memory && !all_known(w->s, w->fn)) {
		possible(w->s, &b);
		return;
	}
	for (int i = 0; i < arrlen(w->cbugs); i++)
		if (w->cbugs[i].fn == b.fn && w->cbugs[i].ins == b.ins &&
		    w->cbugs[i].target == b.target && w->cbugs[i].memory == b.memory &&
		    lab_guard_same(w->s, w->cbugs[i].of, b.of) &&
		    lab_guard_weaker(w->s, w->cbugs[i].g, b.g))
			return;
	if (arrlen(w->cbugs) < CBUGS)
		arrput(w->cbugs, b);
	else if (b.memory)
		possible(w->s, &b);
}

/* Memory behind a parameter that callers may have filled. */
static bool behind_param(const struct lab_terms *t, uint32_t n, int depth)
{
	const struct lab_term *x = lab_term(t, n);

	if (depth > 8)
		return false;
	switch (x->op) {
	case LAB_T_LOAD:
		return !x->b && lab_term(t, lab_term_root(t, x->a))->op == LAB_T_PARAM;
	case LAB_T_BIN:
		return behind_param(t, x->a, depth + 1) || behind_param(t, x->b, depth + 1);
	case LAB_T_UN:
	case LAB_T_CAST:
		return behind_param(t, x->a, depth + 1);
	default:
		return false;
	}
}

void lab_callers_decide(struct lab_flow *w, const struct lab_event *e)
{
	struct lab_cbug b = { .g = e->g, .of = e->g, .fn = w->fn, .ins = e->ins, .target = e->target };

	if (e->conditional) {
		add(w, b);
		return;
	}
	for (uint32_t i = 0; i < e->g.n && !b.memory; i++)
		b.memory = behind_param(w->s->pool, w->s->atoms[e->g.at + i].term, 0);
	if (b.memory)
		add(w, b);
}

bool lab_callers_rule_out(struct lab_solver *s, uint32_t fn, const struct lab_event *e)
{
	uint32_t key[5] = { fn, e->ins, e->target, e->g.at, e->g.n };
	bool some = false;

	for (uint32_t i = 0; i < e->g.n && !some; i++)
		some = behind_param(s->pool, s->atoms[e->g.at + i].term, 0);
	return some && all_known(s, fn) &&
	       lab_intern_find(s->possible, key, sizeof(key)) == UINT32_MAX;
}

/* Most values are such: memory that nobody sees may hold one. */
static bool is_broad(const struct lab_solver *s, const struct lab_guard_atom *a)
{
	const struct lab_term *x = lab_term(s->pool, a->term);

	if (x->op == LAB_T_BIN && x->sub == LAB_BIN_EQ && a->av.lo == 0 && a->av.hi == 0)
		return true;
	return a->av.lo != a->av.hi && !lab_av_is_flag(&a->av);
}

/* What the caller's state in w->spare has to say of one. */
static void ask(struct lab_flow *w, const struct lab_call *c, struct lab_cbug b)
{
	struct lab_import im = { w, w->spare, c->args, c->nargs, c->res };
	bool open = false, unseen = false;

	for (uint32_t k = 0; k < b.g.n; k++) {
		struct lab_guard_atom a = w->s->atoms[b.g.at + k];
		bool decides = b.memory || lab_term(w->s->pool, a.term)->scalar;
		uint32_t t = lab_import_term(&im, a.term);
		struct lab_av v;

		if (t == LAB_TERM_NONE) {
			unseen |= decides;
			continue;
		}
		v = lab_eval(w->t, w->spare, t);
		if (lab_av_within(&v, &a.av))
			continue;
		if (!lab_assume_av(w->t, w->spare, t, a.av))
			return;
		if (!decides)
			continue;
		if (lab_term(w->t, t)->exports &&
		    (lab_term(w->t, t)->scalar || (b.memory && behind_param(w->t, t, 0))))
			open = true;
		else if (b.memory || !is_broad(w->s, &a))
			unseen = true;
	}
	if (open && (b.memory || !unseen)) {
		b.g = lab_export_guard(w, w->spare);
		add(w, b);
	} else if (b.memory || !unseen) {
		possible(w->s, &b);
	}
}

void lab_import_cbugs(struct lab_flow *w, struct lab_state *s, const struct lab_call *c, uint32_t fn)
{
	const struct lab_summary *sum = &w->s->sum[fn];

	for (int i = 0; i < arrlen(sum->cbugs); i++) {
		lab_state_copy(w->spare, s);
		ask(w, c, sum->cbugs[i]);
	}
}

void lab_callers_unseen(struct lab_solver *s, uint32_t f)
{
	const struct lab_gfn *from = &s->p->fns[f];

	for (uint32_t i = 0; i < from->body->nins; i++) {
		const struct lab_ins *in = &from->body->ins[i];
		uint32_t to = in->op != LAB_OP_CALL ? LAB_NONE :
			lab_prog_resolve(s->p, from->body->words[in->words + 2], from->unit);

		for (int k = 0; to != LAB_NONE && k < arrlen(s->sum[to].cbugs); k++)
			if (s->sum[to].cbugs[k].memory)
				possible(s, &s->sum[to].cbugs[k]);
	}
}
