// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guards of the solver as conditions of the model language.  A guard's term is
 * turned around until a bare reference stands against a constant: !x is 0 becomes
 * x is not 0, (x & 8) == 8 keeps its mask, a choice between constants becomes its
 * condition.  What remains unsayable is memory of the program's own, which no
 * caller knows (left out; a flag bit of it is a doubt, as in a report), or hangs on
 * what a caller passes (a doubt).
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "facts_priv.h"

#define DEPTH 8
#define PATH  120

/* ---- references ----------------------------------------------------------------- */
/* Puts "name." before what path holds; NULL if it gets too long. */
static char *prepend(char *path, const char *name)
{
	size_t n = strlen(name), old = strlen(path);

	if (!n)
		return path;
	if (n + 1 + old >= PATH)
		return NULL;
	memmove(path + n + (old > 0), path, old + 1);
	memcpy(path, name, n);
	if (old)
		path[n] = '.';
	return path;
}

static unsigned int kind_of(const struct lab_prog *p, uint32_t type)
{
	return type == LAB_NONE ? LAB_TYPE_OTHER : p->types[type].kind;
}

/* The path to the object at address term, from a parameter; false if it is no plain path. */
static bool path_to(const struct lab_solver *s, uint32_t term, char *path, uint8_t *arg, int depth)
{
	const struct lab_term *x = lab_term(s->pool, term), *b;
	const struct lab_prog *p = s->p;

	if (x->op == LAB_T_PARAM && x->a < 64) {
		*arg = x->a;
		return true;
	}
	if (x->op != LAB_T_FIELD || depth > DEPTH ||
	    !prepend(path, lab_prog_str(p, p->fields[x->b].name)))
		return false;
	b = lab_term(s->pool, x->a);
	if (b->op == LAB_T_FIELD && (kind_of(p, p->fields[b->b].type) == LAB_TYPE_STRUCT ||
				     kind_of(p, p->fields[b->b].type) == LAB_TYPE_UNION))
		return path_to(s, x->a, path, arg, depth + 1);
	if (b->op == LAB_T_LOAD && !b->b && lab_term(s->pool, b->a)->op == LAB_T_FIELD &&
	    kind_of(p, p->fields[lab_term(s->pool, b->a)->b].type) == LAB_TYPE_PTR)
		return path_to(s, b->a, path, arg, depth + 1);
	return b->op == LAB_T_PARAM && path_to(s, x->a, path, arg, depth + 1);
}

static bool value_ref(struct lab_facts *f, uint32_t term, struct lab_model_ref *r)
{
	const struct lab_term *x = lab_term(f->s->pool, term);
	char path[PATH] = "";

	memset(r, 0, sizeof(*r));
	r->base = LAB_MREF_ARG;
	if (x->op == LAB_T_PARAM && x->a < 64) {
		r->arg = x->a;
		return true;
	}
	if (x->op != LAB_T_LOAD || x->b || !path_to(f->s, x->a, path, &r->arg, 0))
		return false;
	r->deref = !*path;
	if (*path)
		r->path = lab_facts_text(f, "%s", path);
	return true;
}

const char *lab_facts_ref(struct lab_facts *f, uint32_t term)
{
	const struct lab_term *x = term == LAB_TERM_NONE ? NULL : lab_term(f->s->pool, term);
	char path[PATH] = "";
	uint8_t arg;

	if (!x)
		return NULL;
	if (x->op == LAB_T_LOAD && !x->b && lab_term(f->s->pool, x->a)->op == LAB_T_PARAM)
		return lab_facts_text(f, "*arg%u", lab_term(f->s->pool, x->a)->a);
	if (!path_to(f->s, term, path, &arg, 0))
		return NULL;
	return lab_facts_text(f, *path ? "arg%u.%s" : "arg%u%s", arg, path);
}

/* ---- atoms ------------------------------------------------------------------------ */
static void push(struct lab_cond *c, struct lab_atom a)
{
	if (c->n < COND_ATOMS)
		c->atom[c->n++] = a;
	else
		c->weak = true;
}

static void compare(struct lab_cond *c, struct lab_atom a, unsigned int op, int64_t rhs)
{
	a.kind = LAB_ATOM_CMP;
	a.op = op;
	a.rhs.value = rhs;
	push(c, a);
}

static struct lab_atom masked(struct lab_atom a, int64_t mask)
{
	a.masked = true;
	a.mask.value = mask;
	return a;
}

static bool not_zero(const struct lab_av *v)
{
	return v->nz || v->ones || v->lo > 0 || v->hi < 0;
}

/* The reference of a, with its mask if it has one, lies in v. */
static void lies_in(struct lab_cond *c, struct lab_atom a, const struct lab_av *v)
{
	uint64_t all = a.masked ? (uint64_t)a.mask.value : ~0ull;
	bool positive = v->zeros >> 63;
	uint64_t zeros = v->zeros & all & (a.masked || !positive ? ~0ull : 0xffffffffull);

	if (v->lo == v->hi) {
		compare(c, a, LAB_ATOM_EQ, v->lo);
		return;
	}
	if (v->ones)
		compare(c, masked(a, v->ones), LAB_ATOM_EQ, v->ones);
	/* a run of zeros at the top is a range, and is said as one */
	if (zeros && (zeros & ~v->zeros) == 0 && !(positive && (~v->zeros & (~v->zeros + 1)) == 0))
		compare(c, masked(a, zeros), LAB_ATOM_EQ, 0);
	if (not_zero(v) && v->lo <= 1 && v->hi >= -1 && !v->ones)
		compare(c, a, LAB_ATOM_NE, 0);
	if (v->lo > INT64_MIN && v->lo != 0 && !(v->lo == 1 && not_zero(v)))
		compare(c, a, LAB_ATOM_GT, v->lo - 1);
	else if (v->lo == 0 && !positive && !a.masked)
		compare(c, a, LAB_ATOM_GT, -1);
	if (v->hi < INT64_MAX && v->hi != -1 && (uint64_t)v->hi < ~v->zeros)
		compare(c, a, LAB_ATOM_LT, v->hi + 1);
}

void lab_cond_ret(struct lab_cond *c, struct lab_av av)
{
	struct lab_atom a = { .value = { .base = LAB_MREF_RET } };

	if (!lab_av_is_top(&av))
		lies_in(c, a, &av);
}

static void moment(struct lab_cond *c, unsigned int test, bool holds)
{
	push(c, (struct lab_atom){ .kind = LAB_ATOM_TEST, .test = test, .negated = !holds });
}

/* preempt_count() & mask is (not) 0, as the macros of <linux/preempt.h> ask it. */
static bool count_test(struct lab_cond *c, int64_t mask, const struct lab_av *v)
{
	bool zero = v->lo == v->hi && !v->lo;

	if (!zero && !not_zero(v))
		return false;
	if ((mask & 0xff) == 0xff)
		moment(c, LAB_TEST_IN_ATOMIC, !zero);
	else if (mask & 0xff)
		return false;
	else if ((mask & 0xff00) && (mask & 0xf0000))
		moment(c, LAB_TEST_IN_INTERRUPT, !zero);
	else if (mask & 0xff00)
		moment(c, LAB_TEST_IN_SOFTIRQ, !zero);
	else if (mask & 0xf0000)
		moment(c, LAB_TEST_IN_HARDIRQ, !zero);
	else
		return false;
	return true;
}

/* The same where the solver learned it of the count itself. */
static bool count_bits(struct lab_cond *c, const struct lab_av *v)
{
	struct lab_av zeros = { 0, 0, 0, ~0ull, false }, ones = { 1, 1, 1, ~1ull, true };

	if (v->lo == v->hi || !((v->ones | v->zeros) & 0xfffff))
		return count_test(c, 0xfffff, v);
	return (!(v->zeros & 0xfffff) || count_test(c, v->zeros & 0xfffff, &zeros)) &&
	       (!v->ones || count_test(c, v->ones, &ones));
}

/* ---- terms -------------------------------------------------------------------------- */
static bool has_moment(const struct lab_terms *t, uint32_t n, int depth)
{
	const struct lab_term *x = lab_term(t, n);

	if (x->op == LAB_T_CTX)
		return true;
	if (depth > DEPTH || x->op == LAB_T_CONST || x->op == LAB_T_PARAM || x->op == LAB_T_SYM ||
	    x->op == LAB_T_VAL || x->op == LAB_T_LOCAL || x->op == LAB_T_PVAR)
		return false;
	if (x->op == LAB_T_APPLY)
		return x->b != LAB_TERM_NONE && has_moment(t, x->b, depth + 1);
	if (has_moment(t, x->a, depth + 1))
		return true;
	if (x->op == LAB_T_BIN || x->op == LAB_T_SELECT || x->op == LAB_T_INDEXV)
		if (has_moment(t, x->b, depth + 1))
			return true;
	if (x->op == LAB_T_ARG)
		return x->b != LAB_TERM_NONE && has_moment(t, x->b, depth + 1);
	return x->op == LAB_T_SELECT && has_moment(t, x->c, depth + 1);
}

/* The language has no words for it. */
static void unsayable(struct lab_facts *f, struct lab_cond *c, uint32_t term,
		      const struct lab_av *v)
{
	const struct lab_term *x = lab_term(f->s->pool, term);

	c->weak = true;
	if (x->scalar || (c->far && lab_av_is_flag(v) && !x->restless) ||
	    has_moment(f->s->pool, term, 0))
		c->unseen = true;
}

static void add(struct lab_facts *f, struct lab_cond *c, uint32_t term, struct lab_av v, int depth);

static const struct lab_av zero = { 0, 0, 0, ~0ull, false };

static struct lab_av some(void)
{
	struct lab_av v = lab_av_top;

	v.nz = true;
	return v;
}

static struct lab_av meets(struct lab_facts *f, uint32_t term, const struct lab_av *v)
{
	struct lab_state nothing = { 0 };

	return lab_av_meet(lab_eval(f->s->pool, &nothing, term), *v);
}

static bool within(struct lab_facts *f, uint32_t term, const struct lab_av *v)
{
	struct lab_state nothing = { 0 };
	struct lab_av x = lab_eval(f->s->pool, &nothing, term);

	return lab_av_within(&x, v);
}

/* k ? a : b lies in v */
static void choice(struct lab_facts *f, struct lab_cond *c, const struct lab_term *x,
		   uint32_t term, const struct lab_av *v, int depth)
{
	struct lab_av ma = meets(f, x->b, v), mb = meets(f, x->c, v);
	bool a_never = lab_av_empty(&ma), b_never = lab_av_empty(&mb);
	bool a_always = within(f, x->b, v), b_always = within(f, x->c, v);

	if (a_never && b_never) {
		c->never = true;
	} else if (b_never) {
		add(f, c, x->a, some(), depth + 1);
		if (!a_always)
			add(f, c, x->b, *v, depth + 1);
	} else if (a_never) {
		add(f, c, x->a, zero, depth + 1);
		if (!b_always)
			add(f, c, x->c, *v, depth + 1);
	} else if (!a_always || !b_always) {
		unsayable(f, c, term, v);
	}
}

static bool as_const(struct lab_facts *f, uint32_t term, int64_t *k)
{
	return lab_term_is_const(f->s->pool, term, k);
}

/* Ranges that a comparison with a constant asks for; false if there is none. */
static bool range(unsigned int op, int64_t k, bool truth, struct lab_av *v)
{
	static const uint8_t opposite[] = {
		[LAB_BIN_LT] = LAB_BIN_GE, [LAB_BIN_LE] = LAB_BIN_GT, [LAB_BIN_GT] = LAB_BIN_LE,
		[LAB_BIN_GE] = LAB_BIN_LT, [LAB_BIN_ULT] = LAB_BIN_UGE, [LAB_BIN_ULE] = LAB_BIN_UGT,
		[LAB_BIN_UGT] = LAB_BIN_ULE, [LAB_BIN_UGE] = LAB_BIN_ULT };

	if (!truth)
		op = opposite[op];
	*v = lab_av_top;
	if (op >= LAB_BIN_ULT && op <= LAB_BIN_UGE) {
		if (k < 0)
			return false;
		if (op == LAB_BIN_ULT || op == LAB_BIN_ULE)
			v->lo = 0;	/* the others: read as signed, a large one is left out */
	}
	switch (op) {
	case LAB_BIN_LT: case LAB_BIN_ULT:
		if (k == INT64_MIN)
			return false;
		v->hi = k - 1;
		return true;
	case LAB_BIN_LE: case LAB_BIN_ULE:
		v->hi = k;
		return true;
	case LAB_BIN_GT: case LAB_BIN_UGT:
		if (k == INT64_MAX)
			return false;
		v->lo = k + 1;
		return true;
	default:
		v->lo = k;
		return true;
	}
}

/* k op b as b op' k */
static struct lab_term mirrored(const struct lab_term *x)
{
	static const uint8_t mirror[] = {
		[LAB_BIN_EQ] = LAB_BIN_EQ, [LAB_BIN_NE] = LAB_BIN_NE, [LAB_BIN_LT] = LAB_BIN_GT,
		[LAB_BIN_LE] = LAB_BIN_GE, [LAB_BIN_GT] = LAB_BIN_LT, [LAB_BIN_GE] = LAB_BIN_LE,
		[LAB_BIN_ULT] = LAB_BIN_UGT, [LAB_BIN_ULE] = LAB_BIN_UGE,
		[LAB_BIN_UGT] = LAB_BIN_ULT, [LAB_BIN_UGE] = LAB_BIN_ULE };
	struct lab_term m = *x;

	m.sub = mirror[x->sub];
	m.a = x->b;
	m.b = x->a;
	return m;
}

/* a op b, of which it is known whether it holds */
static bool comparison(struct lab_facts *f, struct lab_cond *c, const struct lab_term *x, bool truth,
		       int depth)
{
	struct lab_atom a = { 0 };
	struct lab_term m;
	struct lab_av v;
	int64_t k;

	if (as_const(f, x->a, &k)) {
		m = mirrored(x);
		x = &m;
	}
	if (!as_const(f, x->b, &k))
		return false;
	if (x->sub == LAB_BIN_EQ || x->sub == LAB_BIN_NE) {
		if ((x->sub == LAB_BIN_EQ) == truth)
			add(f, c, x->a, lab_av_const(k), depth + 1);
		else if (!k)
			add(f, c, x->a, some(), depth + 1);
		else if (value_ref(f, x->a, &a.value))
			compare(c, a, LAB_ATOM_NE, k);
		else
			return false;
		return true;
	}
	if (!range(x->sub, k, truth, &v))
		return false;
	if (x->sub >= LAB_BIN_ULT)
		c->weak |= v.lo > 0;
	add(f, c, x->a, v, depth + 1);
	return true;
}

/* a & mask lies in v, with a constant mask */
static bool under_mask(struct lab_facts *f, struct lab_cond *c, uint32_t n, int64_t mask,
		       const struct lab_av *v, int depth)
{
	const struct lab_term x = *lab_term(f->s->pool, n);
	struct lab_atom a = { 0 };

	if (x.op == LAB_T_CTX && x.sub == LAB_TEST_PREEMPT_COUNT)
		return count_test(c, mask, v);
	if (value_ref(f, n, &a.value)) {
		lies_in(c, masked(a, mask), v);
		return true;
	}
	if (x.op == LAB_T_CAST && x.sub < 64 && (!x.imm || !(mask >> (x.sub - 1))))
		return under_mask(f, c, x.a, mask & ((1ull << x.sub) - 1), v, depth + 1);
	if (x.op == LAB_T_SELECT && depth < DEPTH) {
		uint32_t m = lab_term_const(f->s->pool, mask);
		uint32_t yes = lab_term_bin(f->s->pool, LAB_BIN_AND, x.b, m);
		uint32_t no = lab_term_bin(f->s->pool, LAB_BIN_AND, x.c, m);
		uint32_t t = lab_term_select(f->s->pool, x.a, yes, no);

		if (lab_term(f->s->pool, t)->op != LAB_T_SELECT)
			return false;
		add(f, c, t, *v, depth + 1);
		return true;
	}
	return false;
}

static bool binary(struct lab_facts *f, struct lab_cond *c, const struct lab_term *x,
		   const struct lab_av *v, int depth)
{
	bool is_zero = v->lo == v->hi && !v->lo;
	int64_t k;

	if (x->sub >= LAB_BIN_EQ && x->sub <= LAB_BIN_UGE)
		return (is_zero || not_zero(v)) && comparison(f, c, x, !is_zero, depth);
	if (x->sub == LAB_BIN_AND && as_const(f, x->b, &k))
		return under_mask(f, c, x->a, k, v, depth);
	/* x + k in a range that does not wrap; 32 bits wide, as switch and range tests are */
	if (x->sub == LAB_BIN_ADD && as_const(f, x->b, &k) && v->lo >= 0 && v->hi <= INT32_MAX) {
		struct lab_av shifted = lab_av_top;

		k = k > INT32_MAX && k <= UINT32_MAX ? k - UINT32_MAX - 1 : k;
		if (k < INT32_MIN || k > INT32_MAX)
			return false;
		shifted.lo = v->lo - k;
		shifted.hi = v->hi - k;
		add(f, c, x->a, shifted, depth + 1);
		return true;
	}
	if (x->sub == LAB_BIN_OR && is_zero) {
		add(f, c, x->a, zero, depth + 1);
		add(f, c, x->b, zero, depth + 1);
		return true;
	}
	return false;
}

static void add(struct lab_facts *f, struct lab_cond *c, uint32_t term, struct lab_av v, int depth)
{
	const struct lab_term x = *lab_term(f->s->pool, term);
	struct lab_atom a = { 0 };
	bool is_zero = v.lo == v.hi && !v.lo, said = false;

	if (within(f, term, &v))
		return;
	if (depth > DEPTH) {
		unsayable(f, c, term, &v);
		return;
	}
	if (x.op == LAB_T_CONST) {
		c->never = true;
		return;
	}
	if (x.op == LAB_T_SELECT) {
		choice(f, c, &x, term, &v, depth);
		return;
	}
	if (value_ref(f, term, &a.value)) {
		lies_in(c, a, &v);
		said = true;
	} else if (x.op == LAB_T_CTX && x.sub == LAB_TEST_PREEMPT_COUNT) {
		said = count_bits(c, &v);
	} else if (x.op == LAB_T_CTX && x.sub != LAB_TEST_IRQ_FLAGS && (is_zero || not_zero(&v))) {
		moment(c, x.sub, !is_zero);
		said = true;
	} else if (x.op == LAB_T_UN && x.sub == LAB_UN_LNOT && (is_zero || not_zero(&v))) {
		add(f, c, x.a, is_zero ? some() : zero, depth + 1);
		said = true;
	} else if (x.op == LAB_T_CAST && x.sub >= 32 && x.sub < 64 && v.lo >= 0 &&
		   v.hi <= INT32_MAX && v.lo != v.hi && !v.ones) {
		add(f, c, x.a, v, depth + 1);	/* a range: the cast changes none of it */
		said = true;
	} else if (x.op == LAB_T_CAST && x.sub < 64 && (is_zero || (v.nz && !v.ones) ||
							(v.lo == v.hi && v.lo > 0))) {
		said = under_mask(f, c, x.a, (1ull << x.sub) - 1, &v, depth);
	} else if (x.op == LAB_T_BIN) {
		said = binary(f, c, &x, &v, depth);
	}
	if (!said)
		unsayable(f, c, term, &v);
}

void lab_cond_add(struct lab_facts *f, struct lab_cond *c, uint32_t term, struct lab_av av)
{
	c->far = true;
	add(f, c, term, av, 0);
}

void lab_cond_guard(struct lab_facts *f, struct lab_cond *c, struct lab_guard g)
{
	for (uint32_t i = 0; i < g.n; i++) {
		const struct lab_guard_atom a = f->s->atoms[g.at + i];

		c->far = a.asks || lab_is_core(f->s, a.file);
		add(f, c, a.term, a.av, 0);
	}
}

/* ---- the condition as text ------------------------------------------------------------ */
static bool known_text(const struct lab_cond *c, uint32_t n, const char *text)
{
	for (uint32_t i = 0; i < n; i++)
		if (!strcmp(c->text[i], text))
			return true;
	return false;
}

/* What stands behind a pointer says less to a caller than what it passes. */
static bool of_memory(const struct lab_atom *a)
{
	return a->kind == LAB_ATOM_CMP && (a->value.deref || a->value.path);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void lab_cond_finish(struct lab_facts *f, struct lab_cond *c)
{
	uint32_t n = 0, room = LAB_FACT_ATOMS - c->unseen;
	char buf[300];

	for (int memory = 0; memory < 2; memory++)
		for (uint32_t i = 0; i < c->n; i++) {
			if (of_memory(&c->atom[i]) != memory)
				continue;
			if (lab_atom_print(&c->atom[i], buf, sizeof(buf)) >= (int)sizeof(buf)) {
				c->weak = c->unseen = true;
				continue;
			}
			if (known_text(c, n, buf))
				continue;
			if (n == room) {
				c->weak = true;
				c->unseen |= !memory;
				continue;
			}
			c->text[n++] = lab_facts_text(f, "%s", buf);
		}
	if (c->unseen) {
		n -= n == LAB_FACT_ATOMS;
		c->text[n++] = "unseen";
	}
	c->n = n;
	qsort(c->text, n, sizeof(*c->text), by_text);
}

bool lab_cond_covers(const struct lab_cond *a, const struct lab_cond *b)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (!known_text(b, b->n, a->text[i]))
			return false;
	return true;
}
