// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hash-consing and folding of terms: see term.h.  Folding is what makes the
 * kernel's flag code decidable: (x | c) & m and (x & ~c) & m lose the operand
 * that cannot matter, comparisons of comparisons flatten, != is "not ==".
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include <labyrinth/skel.h>
#include "term.h"

#define MAX_DEPTH 24	/* a deeper value is known by name only */

struct lab_terms *lab_terms_new(void)
{
	struct lab_terms *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->mask = 255;
	t->slots = calloc(t->mask + 1, sizeof(*t->slots));
	if (!t->slots)
		abort();
	return t;
}

void lab_terms_free(struct lab_terms *t)
{
	if (!t)
		return;
	arrfree(t->all);
	free(t->slots);
	free(t);
}

static uint32_t hash(const struct lab_term *x)
{
	/* odd constants of the golden ratio and of sqrt(2): spread what differs in few bits */
	uint64_t h = ((uint64_t)x->op << 40 | (uint64_t)x->sub << 32 | x->a) * 0x9e3779b97f4a7c15;

	h = (h ^ h >> 32 ^ ((uint64_t)x->b << 32 | x->c)) * 0x6a09e667f3bcc909;
	h = (h ^ h >> 29 ^ (uint64_t)x->imm) * 0x9e3779b97f4a7c15;
	return h >> 32;
}

void lab_terms_reset(struct lab_terms *t)
{
	if (t->mask > 2047) {	/* one large function must not slow down all later ones */
		free(t->slots);
		t->mask = 255;
		t->slots = calloc(t->mask + 1, sizeof(*t->slots));
		if (!t->slots)
			abort();
	}
	memset(t->slots, 0, ((size_t)t->mask + 1) * sizeof(*t->slots));
	arrsetlen(t->all, 0);
	t->generation++;
}

static void grow(struct lab_terms *t)
{
	t->mask = t->mask * 2 + 1;
	free(t->slots);
	t->slots = calloc((size_t)t->mask + 1, sizeof(*t->slots));
	if (!t->slots)
		abort();
	for (uint32_t i = 0; i < arrlenu(t->all); i++) {
		uint32_t s = hash(&t->all[i]) & t->mask;

		while (t->slots[s])
			s = (s + 1) & t->mask;
		t->slots[s] = i + 1;
	}
}

static void inherit(struct lab_terms *t, struct lab_term *x, uint32_t n)
{
	const struct lab_term *y;

	if (n == LAB_TERM_NONE)
		return;
	y = &t->all[n];
	x->exports &= y->exports;
	x->memory |= y->memory;
	x->restless |= y->restless;
	x->scalar |= y->scalar;
	if (y->maxval > x->maxval)
		x->maxval = y->maxval;
	if (y->depth >= x->depth)
		x->depth = y->depth + 1;
}

/* a, b, c of the ops in this mask are terms */
static int has_term(unsigned int op, int which)
{
	static const uint8_t terms[] = {
		[LAB_T_FIELD] = 1, [LAB_T_INDEX] = 1, [LAB_T_INDEXV] = 3, [LAB_T_OFF] = 1,
		[LAB_T_LOAD] = 1, [LAB_T_BIN] = 3, [LAB_T_UN] = 1, [LAB_T_CAST] = 1,
		[LAB_T_SELECT] = 7, [LAB_T_APPLY] = 2, [LAB_T_ARG] = 3,
	};

	return terms[op] >> which & 1;
}

static void derive(struct lab_terms *t, struct lab_term *x)
{
	x->exports = x->op != LAB_T_LOCAL && x->op != LAB_T_VAL && x->op != LAB_T_PVAR;
	x->scalar = x->op == LAB_T_PARAM;
	x->maxval = x->op == LAB_T_VAL && !x->b ? x->a + 1 : 0;
	if (has_term(x->op, 0))
		inherit(t, x, x->a);
	if (has_term(x->op, 1))
		inherit(t, x, x->b);
	if (has_term(x->op, 2))
		inherit(t, x, x->c);
	if (x->op == LAB_T_CTX && x->imm)
		x->restless = true;
	if (x->op == LAB_T_LOAD) {
		x->memory = true;
		x->scalar = false;
		/* a caller sees the parameter variable's entry value as the parameter */
		if (x->b == LAB_LOAD_VOLATILE)
			x->restless = true;
		else if (x->b)
			x->exports = false;
	}
	if (x->op == LAB_T_FIELD || x->op == LAB_T_INDEX || x->op == LAB_T_OFF)
		x->scalar = false;
}

static uint32_t make(struct lab_terms *t, struct lab_term x)
{
	uint32_t s = hash(&x) & t->mask;

	for (; t->slots[s]; s = (s + 1) & t->mask) {
		const struct lab_term *y = &t->all[t->slots[s] - 1];

		if (y->op == x.op && y->sub == x.sub && y->a == x.a && y->b == x.b &&
		    y->c == x.c && y->imm == x.imm)
			return t->slots[s] - 1;
	}
	derive(t, &x);
	arrput(t->all, x);
	t->slots[s] = arrlenu(t->all);
	if (arrlenu(t->all) * 2 > t->mask)
		grow(t);
	return arrlenu(t->all) - 1;
}

uint32_t lab_term_const(struct lab_terms *t, int64_t v)
{
	return make(t, (struct lab_term){ .op = LAB_T_CONST, .imm = v });
}

uint32_t lab_term_leaf(struct lab_terms *t, enum lab_term_op op, uint32_t a)
{
	return make(t, (struct lab_term){ .op = op, .a = a });
}

uint32_t lab_term_local(struct lab_terms *t, uint32_t local, uint32_t owner)
{
	return make(t, (struct lab_term){ .op = LAB_T_LOCAL, .a = local, .b = owner });
}

uint32_t lab_term_value(struct lab_terms *t, uint32_t value, uint32_t owner)
{
	return make(t, (struct lab_term){ .op = LAB_T_VAL, .a = value, .b = owner });
}

uint32_t lab_term_field(struct lab_terms *t, uint32_t base, uint32_t field)
{
	return make(t, (struct lab_term){ .op = LAB_T_FIELD, .a = base, .b = field });
}

uint32_t lab_term_index(struct lab_terms *t, uint32_t base, int64_t index)
{
	return make(t, (struct lab_term){ .op = LAB_T_INDEX, .a = base, .imm = index });
}

uint32_t lab_term_indexv(struct lab_terms *t, uint32_t base, uint32_t index)
{
	int64_t v;

	if (lab_term_is_const(t, index, &v))
		return lab_term_index(t, base, v);
	return make(t, (struct lab_term){ .op = LAB_T_INDEXV, .a = base, .b = index });
}

uint32_t lab_term_off(struct lab_terms *t, uint32_t base, int64_t off)
{
	if (t->all[base].op == LAB_T_OFF) {
		off += t->all[base].imm;
		base = t->all[base].a;
	}
	if (!off)
		return base;
	return make(t, (struct lab_term){ .op = LAB_T_OFF, .a = base, .imm = off });
}

uint32_t lab_term_load(struct lab_terms *t, uint32_t addr, uint32_t version)
{
	return make(t, (struct lab_term){ .op = LAB_T_LOAD, .a = addr, .b = version });
}

static bool fold(unsigned int op, int64_t a, int64_t b, int64_t *r)
{
	uint64_t ua = a, ub = b;

	switch (op) {
	case LAB_BIN_ADD: *r = ua + ub; return true;
	case LAB_BIN_SUB: *r = ua - ub; return true;
	case LAB_BIN_AND: *r = ua & ub; return true;
	case LAB_BIN_OR:  *r = ua | ub; return true;
	case LAB_BIN_XOR: *r = ua ^ ub; return true;
	case LAB_BIN_MUL: *r = ua * ub; return true;
	case LAB_BIN_SHL: *r = ub < 64 ? ua << ub : 0; return true;
	case LAB_BIN_SHR: *r = ub < 64 ? ua >> ub : 0; return true;
	case LAB_BIN_SAR: *r = ub < 64 ? a >> ub : 0; return true;
	case LAB_BIN_EQ:  *r = a == b; return true;
	case LAB_BIN_NE:  *r = a != b; return true;
	case LAB_BIN_LT:  *r = a < b; return true;
	case LAB_BIN_LE:  *r = a <= b; return true;
	case LAB_BIN_GT:  *r = a > b; return true;
	case LAB_BIN_GE:  *r = a >= b; return true;
	case LAB_BIN_ULT: *r = ua < ub; return true;
	case LAB_BIN_ULE: *r = ua <= ub; return true;
	case LAB_BIN_UGT: *r = ua > ub; return true;
	case LAB_BIN_UGE: *r = ua >= ub; return true;
	default: return false;
	}
}

static bool is_compare(const struct lab_term *x)
{
	return (x->op == LAB_T_BIN && x->sub >= LAB_BIN_EQ && x->sub <= LAB_BIN_UGE) ||
	       (x->op == LAB_T_UN && x->sub == LAB_UN_LNOT);
}

/* x op c for a constant c, where that says something simpler */
static uint32_t simplify_const(struct lab_terms *t, unsigned int op, uint32_t a, int64_t c)
{
	const struct lab_term x = t->all[a];
	int64_t d;

	if (op == LAB_BIN_AND) {
		if (!c)
			return lab_term_const(t, 0);
		if (x.op == LAB_T_BIN && x.sub == LAB_BIN_AND && lab_term_is_const(t, x.b, &d))
			return lab_term_bin(t, LAB_BIN_AND, x.a, lab_term_const(t, c & d));
		if (x.op == LAB_T_BIN && x.sub == LAB_BIN_OR && lab_term_is_const(t, x.b, &d))
			return (c & d) == c ? lab_term_const(t, c) :
				lab_term_bin(t, LAB_BIN_OR,
					     lab_term_bin(t, LAB_BIN_AND, x.a, lab_term_const(t, c)),
					     lab_term_const(t, c & d));
		if (is_compare(&x) && (c & 1))
			return a;
		if (x.op == LAB_T_SELECT)
			return lab_term_select(t, x.a,
				lab_term_bin(t, op, x.b, lab_term_const(t, c)),
				lab_term_bin(t, op, x.c, lab_term_const(t, c)));
	}
	if (op == LAB_BIN_OR && x.op == LAB_T_BIN && lab_term_is_const(t, x.b, &d)) {
		if (x.sub == LAB_BIN_OR)
			return lab_term_bin(t, op, x.a, lab_term_const(t, c | d));
		if (x.sub == LAB_BIN_AND && !(d & ~c))
			return lab_term_const(t, c);
		if (x.sub == LAB_BIN_AND && (d & c))	/* those bits do not matter */
			return lab_term_bin(t, op, lab_term_bin(t, LAB_BIN_AND, x.a,
					    lab_term_const(t, d & ~c)), lab_term_const(t, c));
	}
	if ((op == LAB_BIN_OR || op == LAB_BIN_XOR || op == LAB_BIN_ADD || op == LAB_BIN_SUB ||
	     op == LAB_BIN_SHL || op == LAB_BIN_SHR || op == LAB_BIN_SAR) && !c)
		return a;
	if ((op == LAB_BIN_NE || op == LAB_BIN_EQ) && is_compare(&x) && (c == 0 || c == 1))
		return (op == LAB_BIN_NE) == (c == 0) ? a : lab_term_un(t, LAB_UN_LNOT, a);
	if (op == LAB_BIN_EQ && x.op == LAB_T_SELECT) {
		int64_t p, q;

		if (lab_term_is_const(t, x.b, &p) && lab_term_is_const(t, x.c, &q) && p != q)
			return p == c ? lab_term_bin(t, LAB_BIN_NE, x.a, lab_term_const(t, 0)) :
			       q == c ? lab_term_bin(t, LAB_BIN_EQ, x.a, lab_term_const(t, 0)) :
			       lab_term_const(t, 0);
	}
	return LAB_TERM_NONE;
}

uint32_t lab_term_bin(struct lab_terms *t, unsigned int op, uint32_t a, uint32_t b)
{
	int64_t x, y, r;
	uint32_t s;

	if (t->all[a].depth > MAX_DEPTH || t->all[b].depth > MAX_DEPTH)
		return LAB_TERM_NONE;
	if (lab_term_is_const(t, a, &x) && !lab_term_is_const(t, b, &y) &&
	    (op <= LAB_BIN_XOR || op == LAB_BIN_EQ || op == LAB_BIN_NE) && op != LAB_BIN_SUB) {
		s = a; a = b; b = s;
	}
	if (lab_term_is_const(t, a, &x) && lab_term_is_const(t, b, &y) && fold(op, x, y, &r))
		return lab_term_const(t, r);
	if (op == LAB_BIN_NE) {
		s = lab_term_bin(t, LAB_BIN_EQ, a, b);
		return s == LAB_TERM_NONE ? s : lab_term_un(t, LAB_UN_LNOT, s);
	}
	if (a == b) {
		if (op == LAB_BIN_EQ || op == LAB_BIN_LE || op == LAB_BIN_GE ||
		    op == LAB_BIN_ULE || op == LAB_BIN_UGE)
			return lab_term_const(t, 1);
		if (op == LAB_BIN_AND || op == LAB_BIN_OR)
			return a;
		if (op == LAB_BIN_SUB || op == LAB_BIN_XOR)
			return lab_term_const(t, 0);
	}
	if (lab_term_is_const(t, b, &y)) {
		s = simplify_const(t, op, a, y);
		if (s != LAB_TERM_NONE)
			return s;
	} else if (op == LAB_BIN_EQ && a > b) {
		s = a; a = b; b = s;
	}
	return make(t, (struct lab_term){ .op = LAB_T_BIN, .sub = op, .a = a, .b = b });
}

uint32_t lab_term_un(struct lab_terms *t, unsigned int op, uint32_t a)
{
	const struct lab_term x = t->all[a];
	int64_t v;

	if (x.depth > MAX_DEPTH)
		return LAB_TERM_NONE;
	if (lab_term_is_const(t, a, &v))
		switch (op) {
		case LAB_UN_NOT:  return lab_term_const(t, ~v);
		case LAB_UN_NEG:  return lab_term_const(t, -(uint64_t)v);
		case LAB_UN_LNOT: return lab_term_const(t, !v);
		}
	if (op == LAB_UN_LNOT) {
		if (x.op == LAB_T_UN && x.sub == LAB_UN_LNOT)
			return is_compare(&t->all[x.a]) ? x.a :
				make(t, (struct lab_term){ .op = LAB_T_UN, .sub = op, .a = a });
		if (!is_compare(&x))
			return lab_term_bin(t, LAB_BIN_EQ, a, lab_term_const(t, 0));
	}
	return make(t, (struct lab_term){ .op = LAB_T_UN, .sub = op, .a = a });
}

uint32_t lab_term_cast(struct lab_terms *t, uint32_t a, unsigned int bits, bool is_signed)
{
	uint64_t mask = bits >= 64 ? ~0ull : (1ull << bits) - 1;
	int64_t v;

	if (bits >= 64 || is_compare(&t->all[a]))
		return a;
	if (lab_term_is_const(t, a, &v)) {
		uint64_t u = (uint64_t)v & mask;

		if (is_signed && (u >> (bits - 1)))
			u |= ~mask;
		return lab_term_const(t, u);
	}
	if (t->all[a].op == LAB_T_BIN && t->all[a].sub == LAB_BIN_AND &&
	    lab_term_is_const(t, t->all[a].b, &v) && !((uint64_t)v & ~(mask >> is_signed)))
		return a;
	return make(t, (struct lab_term){ .op = LAB_T_CAST, .sub = bits, .a = a, .imm = is_signed });
}

uint32_t lab_term_select(struct lab_terms *t, uint32_t c, uint32_t a, uint32_t b)
{
	int64_t v;

	if (a == b)
		return a;
	if (lab_term_is_const(t, c, &v))
		return v ? a : b;
	return make(t, (struct lab_term){ .op = LAB_T_SELECT, .a = c, .b = a, .c = b });
}

uint32_t lab_term_ctx(struct lab_terms *t, unsigned int test, int64_t ours)
{
	return make(t, (struct lab_term){ .op = LAB_T_CTX, .sub = test, .imm = ours });
}

uint32_t lab_term_apply(struct lab_terms *t, uint32_t fn, uint32_t args)
{
	return make(t, (struct lab_term){ .op = LAB_T_APPLY, .a = fn, .b = args });
}

uint32_t lab_term_arg(struct lab_terms *t, uint32_t arg, uint32_t next)
{
	return make(t, (struct lab_term){ .op = LAB_T_ARG, .a = arg, .b = next });
}

uint32_t lab_term_root(const struct lab_terms *t, uint32_t n)
{
	while (t->all[n].op == LAB_T_FIELD || t->all[n].op == LAB_T_INDEX ||
	       t->all[n].op == LAB_T_INDEXV || t->all[n].op == LAB_T_OFF)
		n = t->all[n].a;
	return n;
}

static uint32_t rebuild(struct lab_subst *s, const struct lab_term *x, uint32_t a, uint32_t b,
			uint32_t c)
{
	switch (x->op) {
	case LAB_T_CONST:  return lab_term_const(s->to, x->imm);
	case LAB_T_FIELD:  return lab_term_field(s->to, a, x->b);
	case LAB_T_INDEX:  return lab_term_index(s->to, a, x->imm);
	case LAB_T_INDEXV: return lab_term_indexv(s->to, a, b);
	case LAB_T_OFF:    return lab_term_off(s->to, a, x->imm);
	case LAB_T_LOAD:   return lab_term_load(s->to, a, x->b);
	case LAB_T_BIN:    return lab_term_bin(s->to, x->sub, a, b);
	case LAB_T_UN:     return lab_term_un(s->to, x->sub, a);
	case LAB_T_CAST:   return lab_term_cast(s->to, a, x->sub, x->imm);
	case LAB_T_SELECT: return lab_term_select(s->to, a, b, c);
	case LAB_T_CTX:    return lab_term_ctx(s->to, x->sub, x->imm);
	case LAB_T_APPLY:  return lab_term_apply(s->to, x->a, b);
	case LAB_T_ARG:    return lab_term_arg(s->to, a, b);
	default:           return lab_term_leaf(s->to, x->op, x->a);
	}
}

void lab_memo_restart(struct lab_memo *m)
{
	if (++m->round)
		return;
	m->round = 1;		/* once in 2^32: nothing old may look new */
	if (m->slots)
		memset(m->slots, 0, m->n * sizeof(*m->slots));
}

void lab_memo_free(struct lab_memo *m)
{
	free(m->slots);
	memset(m, 0, sizeof(*m));
}

void lab_memo_reserve(struct lab_memo *m, uint32_t n)
{
	uint32_t want = m->n ? m->n : 1024;

	if (n <= m->n)
		return;
	while (want < n)
		want *= 2;
	m->slots = realloc(m->slots, want * sizeof(*m->slots));
	if (!m->slots)
		abort();
	memset(m->slots + m->n, 0, (want - m->n) * sizeof(*m->slots));
	m->n = want;
}

static uint32_t subst(struct lab_subst *s, uint32_t n);

static uint32_t subst_fresh(struct lab_subst *s, const struct lab_term *x)
{
	uint32_t abc[3] = { x->a, x->b, x->c }, got = LAB_TERM_NONE;
	bool refuse = false;

	for (int i = 0; i < 3; i++) {
		if (!has_term(x->op, i) || abc[i] == LAB_TERM_NONE)
			continue;
		abc[i] = subst(s, abc[i]);
		if (abc[i] == LAB_TERM_NONE)
			return LAB_TERM_NONE;
	}
	if (x->op == LAB_T_PARAM || x->op == LAB_T_PVAR || x->op == LAB_T_LOAD ||
	    x->op == LAB_T_CTX || x->op == LAB_T_VAL || x->op == LAB_T_LOCAL)
		got = s->leaf(s, x, abc[0], &refuse);
	if (refuse)
		return LAB_TERM_NONE;
	return got != LAB_TERM_NONE ? got : rebuild(s, x, abc[0], abc[1], abc[2]);
}

static uint32_t subst(struct lab_subst *s, uint32_t n)
{
	struct lab_memo_slot *m = &s->memo->slots[n];

	if (m->round != s->memo->round) {
		m->got = subst_fresh(s, lab_term(s->from, n));
		m->round = s->memo->round;
	}
	return m->got;
}

uint32_t lab_term_subst(struct lab_subst *s, uint32_t n)
{
	if (n == LAB_TERM_NONE)
		return n;
	lab_memo_reserve(s->memo, arrlenu(s->from->all));
	return subst(s, n);
}
