// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values and places as terms, in one state: what this path has bound, else what
 * the defining instruction computes from its operands, on demand.  A load is
 * what this path has stored there, what a constant object holds, or memory at
 * entry.
 */
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "flow.h"

#define DEPTH 24	/* a value that hangs on more others is known by name only */

static uint32_t value(struct lab_flow *w, struct lab_state *s, uint32_t v, int depth);

static uint32_t place(struct lab_flow *w, struct lab_state *s, const uint32_t *p, int depth)
{
	uint32_t a;

	switch (p[0]) {
	case LAB_BASE_SYM:   a = lab_term_leaf(w->t, LAB_T_SYM, p[1]); break;
	case LAB_BASE_LOCAL: a = lab_term_leaf(w->t, LAB_T_LOCAL, p[1]); break;
	case LAB_BASE_PARAM: a = lab_term_leaf(w->t, LAB_T_PVAR, p[1]); break;
	default:             a = value(w, s, p[1], depth + 1); break;
	}
	for (uint32_t i = 0; i < p[2]; i++) {
		uint32_t arg = p[4 + 2 * i];

		switch (p[3 + 2 * i]) {
		case LAB_ELEM_FIELD:  a = lab_term_field(w->t, a, arg); break;
		case LAB_ELEM_INDEX:  a = lab_term_index(w->t, a, arg); break;
		case LAB_ELEM_INDEXV: a = lab_term_indexv(w->t, a, value(w, s, arg, depth + 1)); break;
		case LAB_ELEM_OFF:    a = lab_term_off(w->t, a, (int32_t)arg); break;
		case LAB_ELEM_PART:   a = lab_term_index(w->t, a, -1 - (int64_t)arg); break;
		}
	}
	return a;
}

uint32_t lab_flow_place(struct lab_flow *w, struct lab_state *s, const uint32_t *p)
{
	return place(w, s, p, 0);
}

/* A member of a constant object whose initialiser is known: what it holds. */
static uint32_t constant(struct lab_flow *w, uint32_t addr)
{
	const struct lab_term x = *lab_term(w->t, addr);
	const struct lab_ginit *in;
	uint32_t sym;

	if (x.op != LAB_T_FIELD || lab_term(w->t, x.a)->op != LAB_T_SYM)
		return LAB_TERM_NONE;
	sym = lab_term(w->t, x.a)->a;
	if (!lab_prog_const_object(w->s->p, sym))
		return LAB_TERM_NONE;
	in = lab_prog_init(w->s->p, sym, x.b);
	if (!in)
		return lab_term_const(w->t, 0);
	if (in->kind == LAB_INITV_INT)
		return lab_term_const(w->t, in->value);
	return in->plain ? lab_term_leaf(w->t, LAB_T_SYM, in->target) : LAB_TERM_NONE;
}

/* Cleared as a whole, and since then given to calls: an argument list with 0 at its end. */
static bool was_cleared(const struct lab_terms *t, uint32_t n)
{
	int64_t v;

	while (lab_term(t, n)->op == LAB_T_ARG)
		n = lab_term(t, n)->b;
	return lab_term_is_const(t, n, &v) && !v;
}

uint32_t lab_rewritten(struct lab_flow *w, uint32_t before, uint32_t res)
{
	uint32_t by = lab_term_leaf(w->t, LAB_T_VAL, res);

	if (before == LAB_TERM_NONE || !was_cleared(w->t, before))
		return by;
	return lab_term(w->t, before)->op == LAB_T_ARG ? before :
		lab_term_arg(w->t, by, before);
}

static bool nobody_writes(const struct lab_flow *w, uint32_t addr)
{
	const struct lab_term *x = lab_term(w->t, addr);

	return x->op == LAB_T_FIELD && !w->s->p->written[x->b];
}

/* Memory that this path has not written. */
static uint32_t unwritten(struct lab_flow *w, struct lab_state *s, uint32_t addr)
{
	uint32_t root, got, version = 0;
	const struct lab_term *x;

	if (addr == w->home_addr)
		return lab_term_leaf(w->t, LAB_T_SYM, w->home_table);
	root = lab_term_root(w->t, addr);
	x = lab_term(w->t, root);
	if (x->op == LAB_T_PVAR && root == addr)
		return lab_term_leaf(w->t, LAB_T_PARAM, x->a);
	if (x->op == LAB_T_LOCAL && root != addr) {
		got = lab_mem_get(s, root);
		/* cleared as a whole, and not written since, by nobody or by no pointer */
		if (got != LAB_TERM_NONE && was_cleared(w->t, got) &&
		    (lab_term(w->t, got)->op == LAB_T_CONST || nobody_writes(w, addr)))
			return lab_term_const(w->t, 0);
		if (got != LAB_TERM_NONE)
			version = 1 + got;	/* rewritten as a whole there */
	}
	got = constant(w, addr);
	if (got != LAB_TERM_NONE)
		return got;
	return lab_term_load(w->t, addr, version);
}

uint32_t lab_flow_load(struct lab_flow *w, struct lab_state *s, uint32_t addr)
{
	uint32_t got = lab_mem_get(s, addr);

	return got != LAB_TERM_NONE ? got : unwritten(w, s, addr);
}

static uint32_t as_volatile(struct lab_flow *w, uint32_t addr, uint32_t got)
{
	const struct lab_term *x = lab_term(w->t, got);

	return x->op == LAB_T_LOAD && x->a == addr && !x->b ?
		lab_term_load(w->t, addr, LAB_LOAD_VOLATILE) : got;
}

uint32_t lab_flow_load_volatile(struct lab_flow *w, struct lab_state *s, uint32_t addr)
{
	return as_volatile(w, addr, lab_flow_load(w, s, addr));
}

/*
 * What is subtracted from an unsigned value wraps at its width: so compilers ask for a
 * range with one comparison, x - 5 <= 4.  It comes as a sum with a large number.
 */
static uint32_t wrapped(struct lab_terms *t, unsigned int op, uint32_t a, uint32_t b,
			const struct lab_type *type)
{
	unsigned int bits = (unsigned int)type->size * 8;
	uint32_t got;
	int64_t c;

	if (type->kind != LAB_TYPE_UINT || !bits || bits > 32 ||
	    (op != LAB_BIN_ADD && op != LAB_BIN_SUB))
		return lab_term_bin(t, op, a, b);
	if (op == LAB_BIN_ADD) {
		if (!lab_term_is_const(t, b, &c) || c < (1ll << (bits - 1)) || c >> bits)
			return lab_term_bin(t, op, a, b);
		b = lab_term_const(t, c - (1ll << bits));
	}
	got = lab_term_bin(t, op, a, b);
	return got == LAB_TERM_NONE ? got : lab_term_cast(t, got, bits, false);
}

static uint32_t compute(struct lab_flow *w, struct lab_state *s, const struct lab_ins *in, int depth)
{
	const uint32_t *o = words_of(w, in);
	const struct lab_type *type;
	uint32_t a, b;

	switch (in->op) {
	case LAB_OP_CONST:
		return lab_term_const(w->t, (int64_t)((uint64_t)o[2] << 32 | o[1]));
	case LAB_OP_ADDR:
		return place(w, s, o + 1, depth);
	case LAB_OP_LOAD:
		if (is_aggregate(w, o[0]))
			return LAB_TERM_NONE;
		/* a path that had written there before has bound what it saw */
		a = place(w, s, o + 5, depth);
		b = unwritten(w, s, a);
		return o[1] & LAB_INSF_VOLATILE ? as_volatile(w, a, b) : b;
	case LAB_OP_BIN:
		a = value(w, s, o[2], depth + 1);
		b = value(w, s, o[3], depth + 1);
		type = &w->s->p->types[o[0]];
		if (o[1] == LAB_BIN_ADD && type->kind == LAB_TYPE_PTR) {
			int64_t off;

			if (lab_term_is_const(w->t, b, &off))
				return lab_term_off(w->t, a, off);
		}
		return wrapped(w->t, o[1], a, b, type);
	case LAB_OP_UN:
		return lab_term_un(w->t, o[1], value(w, s, o[2], depth + 1));
	case LAB_OP_CAST:
		a = value(w, s, o[1], depth + 1);
		type = o[0] == LAB_NONE ? NULL : &w->s->p->types[o[0]];
		if (!type || type->size >= 4 || !type->size)
			return a;	/* widths below int are the ones that flags lose bits in */
		return lab_term_cast(w->t, a, type->kind == LAB_TYPE_BOOL ? 1 : type->size * 8,
				     type->kind == LAB_TYPE_INT);
	case LAB_OP_SELECT:
		return lab_term_select(w->t, value(w, s, o[1], depth + 1),
				       value(w, s, o[2], depth + 1), value(w, s, o[3], depth + 1));
	default:
		return LAB_TERM_NONE;
	}
}

static uint32_t value(struct lab_flow *w, struct lab_state *s, uint32_t v, int depth)
{
	uint32_t got = lab_env_get(s, v);

	if (got != LAB_TERM_NONE)
		return got;
	if (v < w->f->body->nparams)
		return lab_term_leaf(w->t, LAB_T_PARAM, v);
	if (depth < DEPTH)
		got = compute(w, s, def_of(w, v), depth);
	return got == LAB_TERM_NONE ? named(w, v) : got;
}

uint32_t lab_flow_value(struct lab_flow *w, struct lab_state *s, uint32_t v)
{
	return value(w, s, v, 0);
}
