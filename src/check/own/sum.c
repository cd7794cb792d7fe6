// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of a walk: what the function did to the objects of its callers, told apart by
 * result and parameters; what it returns; what it forgot.
 */
#include <stb/stb_ds.h>
#include "priv.h"

/* A return that has a place of its own, else the branch that led to the common one. */
uint32_t lab_own_way_out(const struct lab_flow *w, const struct lab_state *s)
{
	const struct lab_fn *f = w->f->body;
	uint32_t at = f->blocks[s->block].first + f->blocks[s->block].count - 1;

	return f->ins[at].op == LAB_OP_RET && f->words[f->ins[at].words] == LAB_NONE && s->via ?
		s->via - 1 : at;
}

static bool is_borrowed(const struct lab_flow *w, uint32_t term)
{
	const struct own_walk *x = lab_own_of(w);

	for (int i = 0; i < arrlen(x->borrowed); i++)
		if (x->borrowed[i] == lab_own_root(w, term))
			return true;
	return false;
}

/* What is left to itself here. */
static void look_for_leak(struct lab_flow *w, const struct lab_exit *e, unsigned int i)
{
	const struct lab_obj *x = &e->s->objs[i];
	struct lab_av v = lab_eval(w->t, e->s, x->term);

	if (x->status != OWN_HELD || !(x->flags & OWN_MINE) || (x->flags & (OWN_LOST | OWN_PENDING)) ||
	    (v.lo == 0 && v.hi == 0))
		return;
	lab_own_report(w, LAB_MISUSE_LEAK, x,
		   lab_own_trace(lab_own_of(w)->o, w->fn, lab_own_way_out(w, e->s), LAB_OWN_LEAVES, LAB_NONE, LAB_NONE),
		   false, "is left to nobody", 0);
}

/* The result is the object, or has it inside: its caller has it now. */
static bool is_result(struct lab_flow *w, const struct lab_exit *e, unsigned int i)
{
	const struct lab_term *x;

	if (e->ret == LAB_TERM_NONE)
		return false;
	if (lab_own_at(w, e->s, e->ret) == (int)i)
		return true;
	x = lab_term(w->t, e->ret);
	if (x->op != LAB_T_LOAD)
		return false;
	for (unsigned int k = 0; k < e->s->nmem; k++)
		if (lab_term_root(w->t, e->s->mem[k].key) == lab_term_root(w->t, x->a) &&
		    lab_own_at(w, e->s, e->s->mem[k].term) == (int)i)
			return true;
	return false;
}

/* The object lies where a parameter points to: the caller has it now, under that name. */
static uint32_t put_out(struct lab_flow *w, const struct lab_state *s, const struct lab_obj *x)
{
	for (unsigned int k = 0; k < s->nmem; k++)
		if (s->mem[k].term == x->term && lab_term(w->t, s->mem[k].key)->op == LAB_T_PARAM)
			return lab_export_term(w, s->mem[k].key);
	return LAB_TERM_NONE;
}

static struct own_case case_of(struct lab_flow *w, struct lab_exit *e)
{
	struct own_case k = { .ret = lab_av_top, .out = LAB_TERM_NONE };

	lab_own_note_null(w, e->s);
	k.g = lab_export_guard(w, e->s);
	if (e->ret != LAB_TERM_NONE)
		k.ret = lab_eval(w->t, e->s, e->ret);
	for (unsigned int i = 0; i < e->s->nobjs; i++) {
		const struct lab_obj *x = &e->s->objs[i];
		uint32_t term;

		if (is_result(w, e, i)) {
			if (x->born != LAB_NONE && lab_own_at(w, e->s, e->ret) == (int)i &&
			    x->status != OWN_MOVED && x->status != OWN_GONE) {
				k.fresh = true;
				k.obj = *x;
				if (x->status == OWN_ABSENT)
					k.obj.flags |= OWN_MAYBE;
			}
			continue;
		}
		look_for_leak(w, e, i);
		if ((x->flags & OWN_MINE) && x->status == OWN_KEPT && !k.fresh) {
			k.out = put_out(w, e->s, x);
			k.fresh = k.out != LAB_TERM_NONE;
			k.obj = *x;
			if (k.fresh)
				k.obj.status = OWN_HELD;
		}
		term = (x->status == OWN_HELD && !(x->flags & OWN_LOST)) || x->status == OWN_ABSENT ||
			(x->flags & OWN_MINE) || k.n == OWN_EFFECTS || is_borrowed(w, x->term) ? LAB_TERM_NONE : lab_export_term(w, x->term);
		if (term != LAB_TERM_NONE)
			k.e[k.n++] = (struct own_effect){ term, x->moved, x->status };
	}
	return k;
}

bool lab_own_same_effects(const struct own_case *a, const struct own_case *b)
{
	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
		if (a->e[i].term != b->e[i].term || a->e[i].to != b->e[i].to)
			return false;
	return true;
}

static bool same(const struct own_case *a, const struct own_case *b)
{
	return a->fresh == b->fresh && a->out == b->out && lab_own_same_effects(a, b);
}

static void join(struct lab_solver *s, struct own_case *a, const struct own_case *b)
{
	a->g = lab_guard_join(s, a->g, b->g);
	a->ret = lab_av_join(a->ret, b->ret);
	a->obj.flags |= b->obj.flags;
	if (a->obj.status == OWN_ABSENT || (b->obj.status == OWN_KEPT && a->obj.status == OWN_HELD))
		a->obj.status = b->obj.status;
}

/* A way out that returns NULL is the failure of one that returns an object. */
static void fold_failures(struct lab_solver *s, struct own_case *all)
{
	int from = -1;

	for (int i = 0; i < arrlen(all); i++)
		if (all[i].fresh && all[i].out == LAB_TERM_NONE && from < 0)
			from = i;
	for (int i = arrlen(all) - 1; from >= 0 && i >= 0; i--) {
		if (all[i].fresh || all[i].n || all[from].n || all[i].ret.lo || all[i].ret.hi)
			continue;
		all[from].g = lab_guard_join(s, all[from].g, all[i].g);
		all[from].ret = lab_av_top;
		all[from].obj.flags |= OWN_MAYBE;
		arrdel(all, i);
		from -= i < from;
	}
}

void lab_own_done(struct lab_flow *w)
{
	struct own_walk *x = lab_own_of(w);
	struct own_sum *sum = &x->o->sums[w->fn];

	for (int i = 0; i < arrlen(w->exits); i++) {
		struct own_case k = case_of(w, &w->exits[i]);
		int at = -1;

		for (int c = 0; c < arrlen(sum->cases) && at < 0; c++)
			if (same(&sum->cases[c], &k))
				at = c;
		if (at >= 0)
			join(w->s, &sum->cases[at], &k);
		else if (arrlen(sum->cases) < OWN_CASES)
			arrput(sum->cases, k);
		else
			sum->partial = true;
	}
	if (sum->cases)
		fold_failures(w->s, sum->cases);
	for (int i = 0; i < arrlen(sum->cases); i++)
		if (sum->cases[i].obj.status == OWN_ABSENT)
			sum->cases[i].obj.status = OWN_HELD;
	sum->partial |= w->gave_up;
	sum->demands = x->demands;
	x->demands = NULL;
	lab_own_balance(w);
	lab_own_needless_done(w);
}
