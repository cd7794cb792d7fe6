// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guards in the words of the source: parameters by name, memory as p->field,
 * conditions as C would write them.
 */
#include <stdio.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "solve.h"

#define ATOMS_SHOWN 3
#define ATOM_LENGTH 60

struct text { char *at; size_t left; };

static void put(struct text *o, const char *s)
{
	size_t n = strlen(s);

	if (n >= o->left)
		n = o->left ? o->left - 1 : 0;
	memcpy(o->at, s, n);
	o->at += n;
	o->left -= n;
	if (o->left)
		*o->at = 0;
}

static void number(struct text *o, int64_t v)
{
	char b[32];

	if (v > 255 || v < -255)
		snprintf(b, sizeof(b), "0x%llx", (unsigned long long)v);
	else
		snprintf(b, sizeof(b), "%lld", (long long)v);
	put(o, b);
}

static void term(struct text *o, const struct lab_solver *s, uint32_t fn, uint32_t n, int depth);

/* The object at address n, as an lvalue; arrow: a member of it follows. */
static void object(struct text *o, const struct lab_solver *s, uint32_t fn, uint32_t n, int depth)
{
	const struct lab_term *x = lab_term(s->pool, n);
	const struct lab_prog *p = s->p;

	switch (x->op) {
	case LAB_T_SYM:
		put(o, lab_prog_symname(p, x->a));
		break;
	case LAB_T_FIELD: {
		const struct lab_term *b = lab_term(s->pool, x->a);
		const char *name = lab_prog_str(p, p->fields[x->b].name);
		bool inside = b->op == LAB_T_SYM || b->op == LAB_T_FIELD || b->op == LAB_T_INDEX ||
			      b->op == LAB_T_INDEXV;

		if (inside)
			object(o, s, fn, x->a, depth + 1);
		else
			term(o, s, fn, x->a, depth + 1);
		if (*name) {
			put(o, inside ? "." : "->");
			put(o, name);
		}
		break;
	}
	case LAB_T_INDEX:
	case LAB_T_INDEXV:
		object(o, s, fn, x->a, depth + 1);
		put(o, "[");
		if (x->op == LAB_T_INDEXV)
			term(o, s, fn, x->b, depth + 1);
		else if (x->imm >= 0)
			number(o, x->imm);
		put(o, "]");
		break;
	default:
		put(o, "*");
		term(o, s, fn, n, depth + 1);
	}
}

static const char *const signs[] = {
	[LAB_BIN_ADD] = "+", [LAB_BIN_SUB] = "-", [LAB_BIN_AND] = "&", [LAB_BIN_OR] = "|",
	[LAB_BIN_XOR] = "^", [LAB_BIN_SHL] = "<<", [LAB_BIN_SHR] = ">>", [LAB_BIN_SAR] = ">>",
	[LAB_BIN_EQ] = "==", [LAB_BIN_NE] = "!=", [LAB_BIN_LT] = "<", [LAB_BIN_LE] = "<=",
	[LAB_BIN_GT] = ">", [LAB_BIN_GE] = ">=", [LAB_BIN_ULT] = "<", [LAB_BIN_ULE] = "<=",
	[LAB_BIN_UGT] = ">", [LAB_BIN_UGE] = ">=", [LAB_BIN_MUL] = "*", [LAB_BIN_DIV] = "/",
	[LAB_BIN_MOD] = "%", [LAB_BIN_MIN] = "min", [LAB_BIN_MAX] = "max" };

static void apply(struct text *o, const struct lab_solver *s, uint32_t fn, uint32_t callee,
		  uint32_t args, int depth)
{
	put(o, lab_prog_symname(s->p, s->p->fns[callee].sym));
	put(o, "(");
	for (uint32_t a = args; a != LAB_TERM_NONE; a = lab_term(s->pool, a)->b) {
		term(o, s, fn, lab_term(s->pool, a)->a, depth + 1);
		if (lab_term(s->pool, a)->b != LAB_TERM_NONE)
			put(o, ", ");
	}
	put(o, ")");
}

static void choice(struct text *o, const struct lab_solver *s, uint32_t fn,
		   const struct lab_term *x, int depth)
{
	put(o, "(");
	term(o, s, fn, x->a, depth + 1);
	put(o, " ? ");
	term(o, s, fn, x->b, depth + 1);
	put(o, " : ");
	term(o, s, fn, x->c, depth + 1);
	put(o, ")");
}

static void operation(struct text *o, const struct lab_solver *s, uint32_t fn,
		      const struct lab_term *x, int depth)
{
	bool less = x->sub == LAB_BIN_ADD && lab_term(s->pool, x->b)->op == LAB_T_CONST &&
		    lab_term(s->pool, x->b)->imm < 0;

	put(o, "(");
	term(o, s, fn, x->a, depth + 1);
	put(o, " ");
	put(o, less ? "-" : signs[x->sub]);
	put(o, " ");
	if (less)
		number(o, -lab_term(s->pool, x->b)->imm);
	else
		term(o, s, fn, x->b, depth + 1);
	put(o, ")");
}

static void term(struct text *o, const struct lab_solver *s, uint32_t fn, uint32_t n, int depth)
{
	static const char *const unary[] = { [LAB_UN_NOT] = "~", [LAB_UN_NEG] = "-",
		[LAB_UN_LNOT] = "!", [LAB_UN_ABS] = "abs " };
#define LAB_TEST_WORD(n, s) s "()",
	static const char *const tests[] = { LAB_TEST_LIST(LAB_TEST_WORD) };
	const struct lab_term *x = lab_term(s->pool, n);

	if (depth > 8) {
		put(o, "...");
		return;
	}
	switch (x->op) {
	case LAB_T_CONST:
		number(o, x->imm);
		break;
	case LAB_T_PARAM: {
		const struct lab_fn *b = s->p->fns[fn].body;

		put(o, x->a < b->nparams ? lab_prog_str(s->p, b->params[x->a].name) : "?");
		break;
	}
	case LAB_T_SYM: case LAB_T_FIELD: case LAB_T_INDEX: case LAB_T_INDEXV:
		put(o, "&");
		object(o, s, fn, n, depth);
		break;
	case LAB_T_OFF:
		put(o, "container of ");
		term(o, s, fn, x->a, depth + 1);
		break;
	case LAB_T_LOAD:
		object(o, s, fn, x->a, depth);
		break;
	case LAB_T_BIN:
		operation(o, s, fn, x, depth);
		break;
	case LAB_T_UN:
		put(o, unary[x->sub]);
		term(o, s, fn, x->a, depth + 1);
		break;
	case LAB_T_CAST:
		term(o, s, fn, x->a, depth + 1);
		break;
	case LAB_T_SELECT:
		choice(o, s, fn, x, depth);
		break;
	case LAB_T_CTX:
		put(o, tests[x->sub]);
		break;
	case LAB_T_APPLY:
		apply(o, s, fn, x->a, x->b, depth);
		break;
	default:
		put(o, "?");
	}
}

static void atom(struct text *o, const struct lab_solver *s, uint32_t fn,
		 const struct lab_guard_atom *a)
{
	const struct lab_av *v = &a->av;
	char b[64];

	if (v->lo == v->hi && v->lo == 0) {
		put(o, "!");
		term(o, s, fn, a->term, 0);
	} else if (v->lo == v->hi) {
		term(o, s, fn, a->term, 0);
		if (v->lo != 1 || lab_term(s->pool, a->term)->op != LAB_T_BIN) {
			put(o, " == ");
			number(o, v->lo);
		}
	} else if (v->ones) {
		term(o, s, fn, a->term, 0);
		snprintf(b, sizeof(b), " & 0x%llx", (unsigned long long)v->ones);
		put(o, b);
	} else if (v->zeros && v->zeros >> 32 == 0) {
		put(o, "!(");
		term(o, s, fn, a->term, 0);
		snprintf(b, sizeof(b), " & 0x%llx)", (unsigned long long)v->zeros);
		put(o, b);
	} else if (v->lo > INT64_MIN && !(v->nz && v->lo == 1)) {
		term(o, s, fn, a->term, 0);
		put(o, " >= ");
		number(o, v->lo);
	} else if (v->hi < INT64_MAX) {
		term(o, s, fn, a->term, 0);
		put(o, " <= ");
		number(o, v->hi);
	} else {
		term(o, s, fn, a->term, 0);
	}
}

/* Short ones say most; the rest is counted. */
void lab_guard_words(const struct lab_solver *s, uint32_t fn, struct lab_guard g, char *buf,
		     size_t size)
{
	struct text o = { buf, size };
	uint32_t shown = 0;

	*buf = 0;
	for (uint32_t i = 0; i < g.n; i++) {
		char one[200];
		struct text t = { one, sizeof(one) };

		atom(&t, s, fn, &s->atoms[g.at + i]);
		if (shown == ATOMS_SHOWN || t.at - one > ATOM_LENGTH || strstr(one, "..."))
			continue;
		if (shown++)
			put(&o, " && ");
		put(&o, one);
	}
	if (shown < g.n)
		put(&o, shown ? " && ..." : "a longer condition holds");
}
