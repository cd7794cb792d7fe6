// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where paths part and loops close: which objects are known to be NULL, under which name
 * one goes into the next round, and which one nobody has any more.
 */
#include <stb/stb_ds.h>
#include "priv.h"

void lab_own_note_null(struct lab_flow *w, struct lab_state *s)
{
	for (unsigned int i = 0; i < s->nobjs; i++) {
		struct lab_obj *x = &s->objs[i];
		struct lab_av v;

		if (!(x->flags & OWN_MAYBE))
			continue;
		v = lab_eval(w->t, s, x->term);
		if (v.nz || v.lo > 0 || v.hi < 0)
			x->flags &= ~OWN_MAYBE;
		else if (v.lo == 0 && v.hi == 0 && x->status != OWN_MOVED && x->status != OWN_GONE) {
			x->flags &= ~OWN_MAYBE;
			x->status = OWN_ABSENT;
		}
	}
}

/* The name under which the value goes into the next round, or NONE. */
static uint32_t carried(struct lab_flow *w, struct lab_state *s, uint32_t obj, uint32_t from,
			uint32_t to)
{
	const struct lab_block *b = &w->f->body->blocks[to];

	for (uint32_t i = b->first; i < b->first + b->count; i++) {
		const struct lab_ins *in = &w->f->body->ins[i];
		const uint32_t *o = words_of(w, in);

		if (in->op != LAB_OP_PHI)
			break;
		for (uint32_t k = 0; k < o[1]; k++)
			if (o[3 + 2 * k] == from &&
			    lab_own_at(w, s, lab_flow_value(w, s, o[2 + 2 * k])) == (int)obj)
				return lab_term_leaf(w->t, LAB_T_VAL, in->res);
	}
	return LAB_TERM_NONE;
}

static bool in_memory(struct lab_flow *w, const struct lab_state *s, unsigned int obj)
{
	for (unsigned int i = 0; i < s->nmem; i++)
		if (lab_own_at(w, s, s->mem[i].term) == (int)obj)
			return true;
	return false;
}

/* Nobody has it any more. */
static void lost(struct lab_flow *w, struct lab_state *s, unsigned int i, uint32_t from)
{
	const struct lab_block *b = &w->f->body->blocks[from];
	struct lab_obj *x = &s->objs[i];
	struct lab_av v = lab_eval(w->t, s, x->term);

	if ((v.lo == 0 && v.hi == 0) || x->status != OWN_HELD || !(x->flags & OWN_MINE) || (x->flags & (OWN_LOST | OWN_PENDING)) ||
	    in_memory(w, s, i))
		return;
	lab_own_report(w, LAB_MISUSE_LEAK, x,
		       lab_own_trace(lab_own_of(w)->o, w->fn, b->first + b->count - 1, LAB_OWN_LOSES,
				     LAB_NONE, LAB_NONE), false, "lost in a loop", 0);
}

/*
 * Objects of this round go on under another name, or nobody has them any more.  Where two
 * would have one name, the one that is settled goes.
 */
static void next_round(struct lab_flow *w, struct lab_state *s, uint32_t from, uint32_t to,
		       uint32_t first)
{
	struct lab_obj kept[LAB_MAX_OBJS];
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->nobjs; i++) {
		struct lab_obj x = s->objs[i];
		unsigned int k = 0;

		if (lab_term(w->t, x.term)->memory && !(x.flags & OWN_MINE))
			continue;	/* the loop may wait for it to change */
		if (lab_term(w->t, x.term)->maxval > first) {
			x.term = carried(w, s, i, from, to);
			if (x.term == LAB_TERM_NONE) {
				lost(w, s, i, from);
				continue;
			}
		}
		while (k < n && kept[k].term != x.term)
			k++;
		if (k == n)
			kept[n++] = x;
		else if (kept[k].status != OWN_HELD)
			kept[k] = x;
	}
	s->nobjs = n;
	for (unsigned int i = 0; i < n; i++)
		s->objs[i] = kept[i];
}

void lab_own_arrive(struct lab_flow *w, struct lab_state *s, uint32_t from, uint32_t to,
		   uint32_t first)
{
	lab_own_mark_way(w, s, from);
	lab_own_note_null(w, s);
	if (first != LAB_NONE)
		next_round(w, s, from, to, first);
}

void lab_own_mark_way(struct lab_flow *w, struct lab_state *s, uint32_t from)
{
	const struct lab_block *b = &w->f->body->blocks[from];
	unsigned int last = b->count ? w->f->body->ins[b->first + b->count - 1].op : LAB_OP_JUMP;

	if (last == LAB_OP_BR || last == LAB_OP_SWITCH)
		s->via = b->first + b->count;	/* plus one: 0 is none */
}

/* Names are new behind a loop's edge: what is known to be there still is. */
void lab_own_arrived(struct lab_flow *w, struct lab_state *s)
{
	struct lab_av there = lab_av_top, none = lab_av_const(0);

	there.nz = true;
	for (unsigned int i = 0; i < s->nobjs; i++) {
		const struct lab_obj *x = &s->objs[i];

		if ((x->flags & OWN_MINE) && !(x->flags & OWN_MAYBE))
			lab_assume_av(w->t, s, x->term, x->status == OWN_ABSENT ? none : there);
	}
}
