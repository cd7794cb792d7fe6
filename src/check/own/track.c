// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Following objects: which one a value belongs to, and what touching memory and
 * storing pointers means.
 */
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "priv.h"

/* ---- from values to objects ------------------------------------------------------------ */

static int at_term(const struct lab_state *s, uint32_t term)
{
	for (unsigned int i = 0; i < s->nobjs; i++)
		if (s->objs[i].term == term)
			return (int)i;
	return -1;
}

static int find(const struct lab_flow *w, const struct lab_state *s, uint32_t term, int depth)
{
	for (; term != LAB_TERM_NONE && depth < 16; depth++) {
		const struct lab_term *x = lab_term(w->t, term);
		int i = at_term(s, term);

		if (i >= 0)
			return i;
		switch (x->op) {
		case LAB_T_FIELD:
		case LAB_T_INDEX:
		case LAB_T_INDEXV:
		case LAB_T_OFF:
		case LAB_T_CAST:
			term = x->a;
			break;
		case LAB_T_BIN:
			if (x->sub != LAB_BIN_ADD && x->sub != LAB_BIN_SUB && x->sub != LAB_BIN_AND &&
			    x->sub != LAB_BIN_OR)
				return -1;
			i = find(w, s, x->a, depth + 4);
			if (i >= 0)
				return i;
			term = lab_term(w->t, term)->b;
			break;
		default:
			return -1;
		}
	}
	return -1;
}

int lab_own_at(const struct lab_flow *w, const struct lab_state *s, uint32_t term)
{
	return s->nobjs ? find(w, s, term, 0) : -1;
}

uint32_t lab_own_root(const struct lab_flow *w, uint32_t term)
{
	return term == LAB_TERM_NONE ? term : lab_term_root(w->t, term);
}

static void drop(struct lab_state *s, unsigned int i)
{
	s->nobjs--;
	for (; i < s->nobjs; i++)
		s->objs[i] = s->objs[i + 1];
}

struct lab_obj *lab_own_add(struct lab_flow *w, struct lab_state *s, struct lab_obj obj)
{
	int old = at_term(s, obj.term);

	(void)w;
	if (old >= 0)
		drop(s, (unsigned int)old);
	/* what nobody has to look after any more makes room */
	for (unsigned int i = 0; s->nobjs == LAB_MAX_OBJS && i < s->nobjs; i++)
		if (s->objs[i].status != OWN_HELD || !(s->objs[i].flags & OWN_MINE))
			drop(s, i);
	if (s->nobjs == LAB_MAX_OBJS)
		return NULL;
	s->objs[s->nobjs] = obj;
	return &s->objs[s->nobjs++];
}

/* A pointer that is read again from memory may be another by then. */
void lab_own_forget_loads(struct lab_flow *w, struct lab_state *s)
{
	for (unsigned int i = s->nobjs; i-- > 0;) {
		const struct lab_term *x = lab_term(w->t, s->objs[i].term);

		if (!x->memory || (s->objs[i].flags & OWN_MINE) ||
		    (x->op == LAB_T_LOAD &&
		     lab_term(w->t, lab_term_root(w->t, x->a))->op == LAB_T_LOCAL))
			continue;
		drop(s, i);
	}
}

void lab_own_share(struct lab_flow *w, struct lab_state *s, uint32_t term)
{
	int i = lab_own_at(w, s, term);
	uint32_t param = i < 0 ? lab_own_param(w, term) : LAB_TERM_NONE;

	if (i >= 0) {
		s->objs[i].status = OWN_HELD;
		s->objs[i].flags = (s->objs[i].flags & OWN_ATOMIC) | OWN_SILENT;
	} else {		/* callers have to know, and so has this function */
		if (param == LAB_TERM_NONE)
			param = term;
		if (lab_term(w->t, param)->op == LAB_T_PARAM || lab_term(w->t, param)->op == LAB_T_VAL ||
		    lab_term(w->t, param)->op == LAB_T_LOAD)
			lab_own_add(w, s, (struct lab_obj){ .term = param, .born = LAB_NONE, .moved = LAB_NONE,
							    .flags = OWN_SILENT, .status = OWN_HELD });
	}
}

void lab_own_rewritten(struct lab_flow *w, struct lab_state *s, uint32_t local)
{
	for (unsigned int i = s->nobjs; i-- > 0;) {
		const struct lab_term *x = lab_term(w->t, s->objs[i].term);

		if (x->op == LAB_T_LOAD && lab_term_root(w->t, x->a) == local &&
		    !(s->objs[i].flags & OWN_MINE))
			drop(s, i);
	}
}

/* ---- touching ------------------------------------------------------------------------------ */

static void is_there(struct lab_flow *w, struct lab_state *s, struct lab_obj *obj)
{
	struct lab_av there = lab_av_top;

	there.nz = true;
	obj->flags &= ~OWN_MAYBE;
	lab_assume_av(w->t, s, obj->term, there);
}

static void touch_object(struct lab_flow *w, struct lab_state *s, struct lab_obj *obj,
			 uint32_t trace, bool checked, bool uses)
{
	bool inside = lab_own_of(w)->o->traces[trace].next != LAB_NONE;

	if (uses && (obj->status == OWN_MOVED || obj->status == OWN_GONE) &&
	    !(obj->flags & (OWN_BELIEVED | OWN_TOLD))) {
		lab_own_report(w, LAB_MISUSE_USE, obj, trace, false,
			   obj->status == OWN_MOVED ? "was handed off" : "was freed", 0);
		obj->flags |= OWN_TOLD;
	}
	if ((obj->status == OWN_ABSENT || (obj->flags & OWN_MAYBE)) && !checked &&
	    !(obj->flags & (OWN_LOST | OWN_TOLD))) {
		lab_own_report(w, LAB_MISUSE_UNCHECKED, obj, trace, inside,
			   obj->status == OWN_ABSENT ? "is NULL here" : "may be NULL", 0);
		if (obj->status == OWN_ABSENT)
			obj->flags |= OWN_TOLD;
		else
			is_there(w, s, obj);
	}
}

/* Demands are few: a checked one more says nothing beside one that is not. */
static void add_demand(struct own_walk *x, struct lab_own_demand d)
{
	for (int i = 0; i < arrlen(x->demands); i++) {
		const struct lab_own_demand *y = &x->demands[i];

		if (y->what == d.what && y->term == d.term && y->checked == d.checked &&
		    (y->g.n == 0 || lab_guard_same(x->o->s, y->g, d.g) ||
		     d.what == OWN_USES || d.what == OWN_TESTS_NOT))
			return;
	}
	if (arrlen(x->demands) < 24)
		arrput(x->demands, d);
}

void lab_own_demand(struct lab_flow *w, struct lab_state *s, uint8_t what, uint32_t term,
		uint32_t trace, bool checked)
{
	struct lab_own_demand d = { what, checked, lab_export_term(w, term), trace, { 0, 0 } };

	if (d.term == LAB_TERM_NONE)
		return;
	d.g = lab_export_guard(w, s);
	add_demand(lab_own_of(w), d);
}

static bool is_known(struct lab_flow *w, struct lab_state *s, uint32_t term)
{
	struct lab_av v = lab_eval(w->t, s, term);

	return v.nz || v.lo > 0 || v.hi < 0;
}

void lab_own_touch(struct lab_flow *w, struct lab_state *s, uint32_t term, uint32_t trace,
	       bool checked, bool uses)
{
	int i = lab_own_at(w, s, term);
	uint32_t root = lab_own_root(w, term);

	if (i >= 0)
		touch_object(w, s, &s->objs[i], trace, checked, uses);
	else if (root != LAB_TERM_NONE && lab_term(w->t, root)->op == LAB_T_PARAM)
		lab_own_demand(w, s, uses ? OWN_USES : OWN_TESTS_NOT, root, trace,
			   checked || is_known(w, s, root));
}

static void access(struct lab_flow *w, struct lab_state *s, uint32_t ins, uint32_t addr)
{
	uint32_t root = lab_own_root(w, addr);

	if (lab_own_at(w, s, addr) < 0 && lab_term(w->t, root)->op != LAB_T_PARAM)
		return;
	lab_own_touch(w, s, addr, lab_own_trace(lab_own_of(w)->o, w->fn, ins, LAB_OWN_USES, LAB_NONE, LAB_NONE),
		  false, true);
}

/* ---- storing a pointer ------------------------------------------------------------------ */

/* A place in the function's own frame that is named exactly. */
static bool is_own_slot(const struct lab_flow *w, uint32_t addr)
{
	const struct lab_term *x = lab_term(w->t, addr);

	for (; x->op == LAB_T_FIELD || x->op == LAB_T_INDEX || x->op == LAB_T_OFF;
	     x = lab_term(w->t, x->a))
		;
	return x->op == LAB_T_LOCAL || x->op == LAB_T_PVAR;
}

static bool same_member(const struct lab_flow *w, uint32_t a, uint32_t b)
{
	const struct lab_term *x = lab_term(w->t, a), *y = lab_term(w->t, b);

	if (x->op == LAB_T_FIELD && y->op == LAB_T_FIELD)
		return x->b == y->b;
	return x->op != LAB_T_FIELD || y->op != LAB_T_FIELD;
}

/* What lies at addr is another now. */
static void overwritten(struct lab_flow *w, struct lab_state *s, uint32_t addr)
{
	for (unsigned int i = s->nobjs; i-- > 0;) {
		const struct lab_term *x = lab_term(w->t, s->objs[i].term);

		if (x->op == LAB_T_LOAD && !(s->objs[i].flags & OWN_MINE) && same_member(w, x->a, addr))
			drop(s, i);
	}
}

uint32_t lab_own_param(const struct lab_flow *w, uint32_t term)
{
	for (int depth = 0; term != LAB_TERM_NONE && depth < 12; depth++) {
		const struct lab_term *x = lab_term(w->t, term);
		uint32_t a;

		switch (x->op) {
		case LAB_T_PARAM:
			return lab_own_is_pointer(w, term) ? term : LAB_TERM_NONE;
		case LAB_T_FIELD:
		case LAB_T_INDEX:
		case LAB_T_INDEXV:
		case LAB_T_OFF:
		case LAB_T_CAST:
			term = x->a;
			break;
		case LAB_T_BIN:
			if (x->sub != LAB_BIN_ADD && x->sub != LAB_BIN_SUB && x->sub != LAB_BIN_AND &&
			    x->sub != LAB_BIN_OR)
				return LAB_TERM_NONE;
			a = lab_own_param(w, x->a);
			if (a != LAB_TERM_NONE)
				return a;
			term = lab_term(w->t, term)->b;
			break;
		default:
			return LAB_TERM_NONE;
		}
	}
	return LAB_TERM_NONE;
}

bool lab_own_is_pointer(const struct lab_flow *w, uint32_t term)
{
	const struct lab_term *x = lab_term(w->t, term);
	uint32_t type = x->op == LAB_T_PARAM ? w->f->body->params[x->a].type : LAB_NONE;

	return type != LAB_NONE && w->s->p->types[type].kind == LAB_TYPE_PTR;
}

static void keep(struct lab_flow *w, struct lab_state *s, uint32_t value, uint32_t ins)
{
	int i = lab_own_at(w, s, value);
	uint32_t trace;

	if (i >= 0) {
		if (s->objs[i].status == OWN_HELD)
			s->objs[i].status = OWN_KEPT;
		return;
	}
	value = lab_own_param(w, value);
	if (value == LAB_TERM_NONE)
		return;
	trace = lab_own_trace(lab_own_of(w)->o, w->fn, ins, LAB_OWN_CALLS, LAB_NONE, LAB_NONE);
	lab_own_add(w, s, (struct lab_obj){ .term = value, .born = LAB_NONE, .moved = trace,
					.status = OWN_KEPT });
}

/* The objects that lie in the function's own object at `from`, and are copied out of it. */
static void keep_all(struct lab_flow *w, struct lab_state *s, uint32_t from, uint16_t flag)
{
	for (unsigned int i = 0; i < s->nmem; i++) {
		uint32_t root = lab_term_root(w->t, s->mem[i].key);
		int k = root != lab_term_root(w->t, from) ? -1 : lab_own_at(w, s, s->mem[i].term);

		if (k >= 0 && flag)
			s->objs[k].flags |= flag;
		else if (k >= 0 && s->objs[k].status == OWN_HELD)
			s->objs[k].status = OWN_KEPT;
	}
}

void lab_own_lose_all(struct lab_flow *w, struct lab_state *s, uint32_t object)
{
	keep_all(w, s, object, OWN_LOST);
}

static void load(struct lab_flow *w, struct lab_state *s, uint32_t ins, uint32_t addr)
{
	access(w, s, ins, addr);
}

static void store(struct lab_flow *w, struct lab_state *s, uint32_t ins, uint32_t addr,
		  uint32_t value)
{
	const struct lab_term *x = lab_term(w->t, value);
	int into = lab_own_at(w, s, addr), what = lab_own_at(w, s, value);

	access(w, s, ins, addr);
	overwritten(w, s, addr);
	if (x->op == LAB_T_LOAD && lab_term(w->t, lab_term_root(w->t, x->a))->op == LAB_T_LOCAL &&
	    !is_own_slot(w, addr))
		keep_all(w, s, x->a, 0);	/* an aggregate, or a part of one */
	if (is_own_slot(w, addr) || (what >= 0 && into == what))
		return;
	if (what >= 0 && lab_term(w->t, lab_term_root(w->t, addr))->op == LAB_T_LOCAL)
		s->objs[what].flags |= OWN_LOST;	/* an element that nobody names again */
	else
		keep(w, s, value, ins);
}

/* An asm may do anything with a pointer; what it has in memory it uses. */
static void uses(struct lab_flow *w, struct lab_state *s, uint32_t ins)
{
	const uint32_t *o = words_of(w, &w->f->body->ins[ins]);

	for (uint32_t i = 0; i < o[5]; i++) {
		uint32_t t = lab_flow_value(w, s, o[6 + i]);
		int k = lab_own_at(w, s, t);

		if (k >= 0 && s->objs[k].term == t)
			s->objs[k].flags |= OWN_LOST;
		else if (k >= 0)
			access(w, s, ins, t);
	}
}

const struct lab_client lab_own_client = {
	load, store, uses, lab_own_before, lab_own_after, lab_own_over, lab_own_arrive, lab_own_arrived, lab_own_sleeps, lab_own_done, true,
};
