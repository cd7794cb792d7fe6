// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Abstract integers (range and known bits) and what branches teach about them.
 * Transfer functions lose precision rather than wrap: a range that might
 * overflow becomes unbounded.
 */
#include <stddef.h>
#include <labyrinth/skel.h>
#include "state.h"

#define MAX_WALK 16

const struct lab_av lab_av_top = { INT64_MIN, INT64_MAX, 0, 0, false };

struct lab_av lab_av_const(int64_t v)
{
	return (struct lab_av){ v, v, v, ~(uint64_t)v, v != 0 };
}

static struct lab_av normal(struct lab_av v)
{
	if (v.lo == v.hi) {
		v.ones |= v.lo;
		v.zeros |= ~(uint64_t)v.lo;
	}
	if (v.ones || v.lo > 0 || v.hi < 0)
		v.nz = true;
	if (v.nz && v.lo == 0)
		v.lo = 1;
	if (v.nz && v.hi == 0)
		v.hi = -1;
	if (v.zeros >> 63) {			/* not negative */
		uint64_t most = ~v.zeros;

		if (v.lo < 0)
			v.lo = v.nz;
		if ((uint64_t)v.hi > most)
			v.hi = most;
	}
	return v;
}

bool lab_av_is_top(const struct lab_av *v)
{
	return v->lo == INT64_MIN && v->hi == INT64_MAX && !v->ones && !v->zeros && !v->nz;
}

bool lab_av_is_flag(const struct lab_av *v)
{
	return v->lo != v->hi && (v->ones || (!(v->zeros >> 63) && (v->zeros & 0xffffffff)));
}

bool lab_av_empty(const struct lab_av *v)
{
	return v->lo > v->hi || (v->ones & v->zeros) || (v->nz && v->lo == 0 && v->hi == 0) ||
	       (v->nz && v->zeros == ~0ull);
}

struct lab_av lab_av_meet(struct lab_av a, struct lab_av b)
{
	a.lo = a.lo > b.lo ? a.lo : b.lo;
	a.hi = a.hi < b.hi ? a.hi : b.hi;
	a.ones |= b.ones;
	a.zeros |= b.zeros;
	a.nz |= b.nz;
	return lab_av_empty(&a) ? a : normal(a);
}

struct lab_av lab_av_join(struct lab_av a, struct lab_av b)
{
	a.lo = a.lo < b.lo ? a.lo : b.lo;
	a.hi = a.hi > b.hi ? a.hi : b.hi;
	a.ones &= b.ones;
	a.zeros &= b.zeros;
	a.nz &= b.nz;
	return a;
}

bool lab_av_within(const struct lab_av *a, const struct lab_av *b)
{
	return a->lo >= b->lo && a->hi <= b->hi && !(b->ones & ~a->ones) &&
	       !(b->zeros & ~a->zeros) && (a->nz || !b->nz);
}

static struct lab_av boolean(int known)
{
	struct lab_av v = { 0, 1, 0, ~1ull, false };

	return known < 0 ? v : lab_av_const(known);
}

static int compare(unsigned int op, const struct lab_av *a, const struct lab_av *b)
{
	bool unsig = op >= LAB_BIN_ULT && op <= LAB_BIN_UGE;

	if (op == LAB_BIN_EQ) {
		if (a->lo == a->hi && b->lo == b->hi)
			return a->lo == b->lo;
		if (a->hi < b->lo || b->hi < a->lo || (a->ones & b->zeros) || (a->zeros & b->ones))
			return 0;
		if ((a->nz && b->lo == 0 && b->hi == 0) || (b->nz && a->lo == 0 && a->hi == 0))
			return 0;
		return -1;
	}
	if (unsig && (a->lo < 0 || b->lo < 0))
		return -1;
	switch (op) {
	case LAB_BIN_LT: case LAB_BIN_ULT:
		return a->hi < b->lo ? 1 : a->lo >= b->hi ? 0 : -1;
	case LAB_BIN_LE: case LAB_BIN_ULE:
		return a->hi <= b->lo ? 1 : a->lo > b->hi ? 0 : -1;
	case LAB_BIN_GT: case LAB_BIN_UGT:
		return a->lo > b->hi ? 1 : a->hi <= b->lo ? 0 : -1;
	case LAB_BIN_GE: case LAB_BIN_UGE:
		return a->lo >= b->hi ? 1 : a->hi < b->lo ? 0 : -1;
	default:
		return -1;
	}
}

static struct lab_av binary(unsigned int op, struct lab_av a, struct lab_av b)
{
	struct lab_av v = lab_av_top;

	switch (op) {
	case LAB_BIN_AND:
		v.ones = a.ones & b.ones;
		v.zeros = a.zeros | b.zeros;
		break;
	case LAB_BIN_OR:
		v.ones = a.ones | b.ones;
		v.zeros = a.zeros & b.zeros;
		v.nz = a.nz || b.nz;
		break;
	case LAB_BIN_XOR:
		v.ones = (a.ones & b.zeros) | (a.zeros & b.ones);
		v.zeros = (a.ones & b.ones) | (a.zeros & b.zeros);
		break;
	case LAB_BIN_ADD:
		if (__builtin_add_overflow(a.lo, b.lo, &v.lo) ||
		    __builtin_add_overflow(a.hi, b.hi, &v.hi))
			v = lab_av_top;
		break;
	case LAB_BIN_SUB:
		if (__builtin_sub_overflow(a.lo, b.hi, &v.lo) ||
		    __builtin_sub_overflow(a.hi, b.lo, &v.hi))
			v = lab_av_top;
		break;
	case LAB_BIN_SHL:
		if (b.lo == b.hi && b.lo >= 0 && b.lo < 64) {
			v.ones = a.ones << b.lo;
			v.zeros = a.zeros << b.lo | ((1ull << b.lo) - 1);
		}
		break;
	case LAB_BIN_SHR:
		if (b.lo == b.hi && b.lo > 0 && b.lo < 64) {
			v.ones = a.ones >> b.lo;
			v.zeros = a.zeros >> b.lo | ~(~0ull >> b.lo);
		}
		break;
	default:
		if (op >= LAB_BIN_EQ && op <= LAB_BIN_UGE)
			return boolean(compare(op, &a, &b));
	}
	return normal(v);
}

static struct lab_av cut(struct lab_av a, unsigned int bits, bool is_signed)
{
	uint64_t mask = (1ull << bits) - 1;
	int64_t lo = is_signed ? -(int64_t)(1ull << (bits - 1)) : 0;
	int64_t hi = is_signed ? (int64_t)(mask >> 1) : (int64_t)mask;

	if (a.lo >= lo && a.hi <= hi)
		return a;
	return normal((struct lab_av){ lo, hi, is_signed ? 0 : a.ones & mask,
				       is_signed ? 0 : (a.zeros & mask) | ~mask, false });
}

static const struct lab_fact_s *find(const struct lab_state *s, uint32_t term)
{
	if (!(s->may_fact & lab_may_bit(term)))
		return NULL;
	for (unsigned int i = 0; i < s->nfacts; i++)
		if (s->facts[i].term == term)
			return &s->facts[i];
	return NULL;
}

static bool is_strict(unsigned int op)
{
	return op == LAB_BIN_LT || op == LAB_BIN_GT || op == LAB_BIN_ULT || op == LAB_BIN_UGT;
}

/* What another comparison of the same two values says: one of a < b, a == b holds at the most. */
static bool excluded(const struct lab_terms *t, const struct lab_state *s, const struct lab_term *x)
{
	if (x->sub != LAB_BIN_EQ && !is_strict(x->sub))
		return false;
	for (unsigned int i = 0; i < s->nfacts; i++) {
		const struct lab_term *y = lab_term(t, s->facts[i].term);

		if (y->op != LAB_T_BIN || !s->facts[i].av.nz || y->sub == x->sub ||
		    (x->sub != LAB_BIN_EQ && y->sub != LAB_BIN_EQ) ||
		    (y->sub != LAB_BIN_EQ && !is_strict(y->sub)))
			continue;
		if ((y->a == x->a && y->b == x->b) || (y->a == x->b && y->b == x->a))
			return true;
	}
	return false;
}

static struct lab_av eval(const struct lab_terms *t, const struct lab_state *s, uint32_t n, int walk)
{
	const struct lab_term *x = lab_term(t, n);
	const struct lab_fact_s *f;
	struct lab_av v = lab_av_top, a;
	int known;

	if (walk > MAX_WALK)
		return v;
	if (x->op == LAB_T_LOAD || x->op == LAB_T_PARAM || x->op == LAB_T_VAL) {
		f = find(s, n);		/* nothing but what is known of itself */
		return !f ? v : lab_av_empty(&f->av) ? f->av : normal(f->av);
	}
	switch (x->op) {
	case LAB_T_CONST:
		return lab_av_const(x->imm);
	case LAB_T_SYM: case LAB_T_LOCAL: case LAB_T_PVAR: case LAB_T_FIELD:
	case LAB_T_INDEX: case LAB_T_INDEXV:
		v.nz = true;		/* an address inside an object */
		break;
	case LAB_T_CTX:
		v.ones = (uint64_t)x->imm;
		v.nz = x->imm != 0;
		break;
	case LAB_T_BIN:
		v = binary(x->sub, eval(t, s, x->a, walk + 1), eval(t, s, x->b, walk + 1));
		if (x->sub >= LAB_BIN_EQ && v.lo != v.hi && excluded(t, s, x))
			v = lab_av_const(0);
		break;
	case LAB_T_UN:
		a = eval(t, s, x->a, walk + 1);
		if (x->sub == LAB_UN_LNOT)
			v = boolean(a.nz ? 0 : a.lo == 0 && a.hi == 0 ? 1 : -1);
		else if (x->sub == LAB_UN_NOT)
			v = normal((struct lab_av){ INT64_MIN, INT64_MAX, a.zeros, a.ones, false });
		break;
	case LAB_T_CAST:
		v = cut(eval(t, s, x->a, walk + 1), x->sub, x->imm);
		break;
	case LAB_T_SELECT:
		known = lab_truth(t, s, x->a);
		if (known)
			v = eval(t, s, x->b, walk + 1);
		if (known <= 0)
			v = known ? lab_av_join(v, eval(t, s, x->c, walk + 1)) :
				    eval(t, s, x->c, walk + 1);
		break;
	}
	f = find(s, n);
	return f ? lab_av_meet(v, f->av) : v;
}

struct lab_av lab_eval(const struct lab_terms *t, const struct lab_state *s, uint32_t n)
{
	return eval(t, s, n, 0);
}

int lab_truth(const struct lab_terms *t, const struct lab_state *s, uint32_t n)
{
	struct lab_av v = eval(t, s, n, 4);

	return v.nz ? 1 : v.lo == 0 && v.hi == 0 ? 0 : -1;
}

/* The oldest fact makes room: it is the least likely to be asked again. */
static bool learn(struct lab_terms *t, struct lab_state *s, uint32_t n, struct lab_av av)
{
	struct lab_av known = lab_eval(t, s, n), now = lab_av_meet(known, av);
	bool asks = s->asking;

	if (lab_av_empty(&now))
		return false;
	if (lab_av_within(&known, &av))	/* follows from what is known */
		return true;
	for (unsigned int i = 0; i < s->nfacts; i++)
		if (s->facts[i].term == n) {	/* to the end: it is of use now */
			asks |= s->facts[i].asks;
			for (; i + 1 < s->nfacts; i++)
				s->facts[i] = s->facts[i + 1];
			s->nfacts--;
			break;
		}
	if (s->nfacts == LAB_MAX_FACTS) {
		for (unsigned int i = 1; i < s->nfacts; i++)
			s->facts[i - 1] = s->facts[i];
		s->nfacts--;
	}
	s->may_fact |= lab_may_bit(n);
	s->facts[s->nfacts++] = (struct lab_fact_s){ n, s->file, ++s->seq, asks, now };
	return true;
}

/* a op c holds: what of a */
static struct lab_av bound(unsigned int op, const struct lab_av *c, bool c_left)
{
	struct lab_av v = lab_av_top;
	bool unsig = op >= LAB_BIN_ULT;

	if (unsig) {
		if (c->lo < 0)
			return v;
		op = op - LAB_BIN_ULT + LAB_BIN_LT;
	}
	if (c_left)	/* c < a is a > c */
		op = op == LAB_BIN_LT ? LAB_BIN_GT : op == LAB_BIN_LE ? LAB_BIN_GE :
		     op == LAB_BIN_GT ? LAB_BIN_LT : LAB_BIN_LE;
	if (op == LAB_BIN_LT && c->hi > INT64_MIN)
		v.hi = c->hi - 1;
	else if (op == LAB_BIN_LE)
		v.hi = c->hi;
	else if (op == LAB_BIN_GT && c->lo < INT64_MAX)
		v.lo = c->lo + 1;
	else if (op == LAB_BIN_GE)
		v.lo = c->lo;
	if (unsig && (op == LAB_BIN_LT || op == LAB_BIN_LE))
		v.lo = 0;
	else if (unsig)
		v = lab_av_top;	/* large or negative */
	return v;
}

static bool assume_compare(struct lab_terms *t, struct lab_state *s, struct lab_term x, bool truth)
{
	static const uint8_t negate[] = { [LAB_BIN_LT] = LAB_BIN_GE, [LAB_BIN_LE] = LAB_BIN_GT,
		[LAB_BIN_GT] = LAB_BIN_LE, [LAB_BIN_GE] = LAB_BIN_LT, [LAB_BIN_ULT] = LAB_BIN_UGE,
		[LAB_BIN_ULE] = LAB_BIN_UGT, [LAB_BIN_UGT] = LAB_BIN_ULE, [LAB_BIN_UGE] = LAB_BIN_ULT };
	struct lab_av a = lab_eval(t, s, x.a), b = lab_eval(t, s, x.b);
	unsigned int op = x.sub;

	if (op == LAB_BIN_EQ) {
		if (truth)
			return lab_assume_av(t, s, x.a, b) && lab_assume_av(t, s, x.b, a);
		if (b.lo == b.hi && b.lo == 0)
			return lab_assume(t, s, x.a, true);
		if (b.lo == b.hi && (a.lo == b.lo || a.hi == b.lo)) {
			struct lab_av v = lab_av_top;

			if (a.lo == b.lo)
				v.lo = b.lo + 1;
			else
				v.hi = b.lo - 1;
			return lab_assume_av(t, s, x.a, v);
		}
		return true;
	}
	if (!truth)
		op = negate[op];
	return lab_assume_av(t, s, x.a, bound(op, &b, false)) &&
	       lab_assume_av(t, s, x.b, bound(op, &a, true));
}

/* term lies in av: pass it down where the operation can be undone */
bool lab_assume_av(struct lab_terms *t, struct lab_state *s, uint32_t n, struct lab_av av)
{
	const struct lab_term x = *lab_term(t, n);
	bool zero = av.lo == 0 && av.hi == 0;
	int64_t c;

	if (lab_av_is_top(&av))
		return true;
	if (zero || (av.lo == 1 && av.hi == 1 && (x.op == LAB_T_BIN || x.op == LAB_T_UN)))
		if ((x.op == LAB_T_BIN && x.sub >= LAB_BIN_EQ && x.sub <= LAB_BIN_UGE) ||
		    (x.op == LAB_T_UN && x.sub == LAB_UN_LNOT))
			return lab_assume(t, s, n, !zero);
	if (x.op == LAB_T_BIN && x.sub == LAB_BIN_AND && lab_term_is_const(t, x.b, &c)) {
		struct lab_av v = lab_av_top;

		v.ones = av.ones & c;
		v.zeros = (zero ? ~0ull : av.zeros) & c;
		if (av.nz && !(c & (c - 1)))
			v.ones = c;
		return lab_assume_av(t, s, x.a, normal(v)) && learn(t, s, n, av);
	}
	if (!learn(t, s, n, av))
		return false;
	if (x.op == LAB_T_BIN && x.sub == LAB_BIN_AND && av.nz)	/* then neither is 0 */
		return lab_assume(t, s, x.a, true) && lab_assume(t, s, x.b, true);
	if (x.op == LAB_T_BIN && x.sub == LAB_BIN_OR && zero)
		return lab_assume_av(t, s, x.a, av) && lab_assume_av(t, s, x.b, av);
	if (x.op == LAB_T_CAST && (zero ? false : av.nz))
		return lab_assume(t, s, x.a, true);
	if (x.op == LAB_T_SELECT) {
		struct lab_av b = lab_av_meet(lab_eval(t, s, x.b), av);
		struct lab_av d = lab_av_meet(lab_eval(t, s, x.c), av);

		if (lab_av_empty(&b))
			return !lab_av_empty(&d) && lab_assume(t, s, x.a, false);
		if (lab_av_empty(&d))
			return lab_assume(t, s, x.a, true);
	}
	return true;
}

bool lab_assume(struct lab_terms *t, struct lab_state *s, uint32_t n, bool truth)
{
	struct lab_term x;
	struct lab_av nz = lab_av_top;
	int known;

	if (n == LAB_TERM_NONE)		/* too deep to be spelt out: nothing is known */
		return true;
	x = *lab_term(t, n);
	known = lab_truth(t, s, n);
	if (known >= 0)
		return known == truth;
	if (x.op == LAB_T_UN && x.sub == LAB_UN_LNOT)
		return lab_assume(t, s, x.a, !truth);
	if (x.op == LAB_T_BIN && x.sub >= LAB_BIN_EQ && x.sub <= LAB_BIN_UGE)
		return assume_compare(t, s, x, truth) && learn(t, s, n, lab_av_const(truth));
	if (x.op == LAB_T_BIN && x.sub == LAB_BIN_AND && truth) {
		int64_t c;

		/* of booleans: both are true */
		if (!lab_term_is_const(t, x.b, &c) && lab_eval(t, s, x.a).hi == 1 &&
		    lab_eval(t, s, x.b).hi == 1)
			return lab_assume(t, s, x.a, true) && lab_assume(t, s, x.b, true);
	}
	nz.nz = true;
	return lab_assume_av(t, s, n, truth ? nz : lab_av_const(0));
}
