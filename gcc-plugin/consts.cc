// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of preprocessor constants: the flag bits of this very kernel.
 *
 * A small evaluator over the tokens of cpp's macros.  It works with values,
 * not with text, so a macro counts as if parenthesised; casts and attributes
 * are skipped; what it does not understand is not recorded.  It only reads
 * cpp's tables, after parsing is over.
 */
#include "extract.h"

#define W(s) { s, sizeof(s) - 1 }
static const struct prefix { const char *text; size_t len; } wanted[] = {
	W("___GFP_"), W("__GFP_"),
	W("CONFIG_DEBUG_ATOMIC_SLEEP"), W("CONFIG_DEBUG_LOCK"), W("CONFIG_DEBUG_SPINLOCK"),
	W("CONFIG_PREEMPT"), W("CONFIG_PROVE_LOCKING"), W("CONFIG_SMP"), W("CRYPTO_TFM_REQ_"),
	W("GFP_"), W("HARDIRQ_"), W("IRQF_"), W("LABYRINTH_QUALITY_"), W("LINUX_VERSION_CODE"),
	W("NMI_"), W("PREEMPT_"), W("SG_MITER_"), W("SOFTIRQ_"),
};

#define MAX_DEPTH 40	/* of macros and parentheses */
#define MAX_ARGS  4

/* Asked of every macro of the unit, some 30,000 in a driver: two letters decide most. */
static bool is_wanted(const char *s, size_t len)
{
	for (const struct prefix *w = wanted; w < wanted + ARRAY_SIZE(wanted); w++)
		if (*s == *w->text && len >= w->len && s[w->len - 1] == w->text[w->len - 1] &&
		    !memcmp(s, w->text, w->len))
			return true;
	return false;
}

/* ---- enum constants, as their types are finished ------------------------------ */

struct constant { char *name; int64_t value; };
static vec<struct constant> enums;	/* in order of declaration; one compile, one list */

void lab_gcc_see_type(tree type)
{
	if (!type || type == error_mark_node || TREE_CODE(type) != ENUMERAL_TYPE)
		return;
	for (tree v = TYPE_VALUES(type); v; v = TREE_CHAIN(v)) {
		const char *name = IDENTIFIER_POINTER(TREE_PURPOSE(v));
		tree val = TREE_VALUE(v);

		if (!is_wanted(name, strlen(name)))
			continue;
		if (TREE_CODE(val) == CONST_DECL)
			val = DECL_INITIAL(val);
		if (!val || TREE_CODE(val) != INTEGER_CST)
			continue;
		if (!enums.is_empty() && !strcmp(enums.last().name, name))
			return;		/* this enum was the last one seen */
		struct constant c = { xstrdup(name), (int64_t)TREE_INT_CST_LOW(val) };
		enums.safe_push(c);
	}
}

/* ---- numbers -------------------------------------------------------------------- */

struct num { int64_t v; bool uns, wide, ok; };	/* wide: 64 bits, else 32 */

static const struct num BAD = { 0, false, false, false };

static struct num fit(struct num n)
{
	if (!n.wide)
		n.v = n.uns ? (int64_t)(uint32_t)n.v : (int64_t)(int32_t)n.v;
	return n;
}

static struct num make(int64_t v, bool uns, bool wide)
{
	struct num n = { v, uns, wide, true };

	return fit(n);
}

static struct num literal(const cpp_token *t)
{
	char s[40], *end;
	unsigned int n = t->val.str.len;
	bool uns = false, wide = false;

	if (n >= sizeof(s))
		return BAD;
	memcpy(s, t->val.str.text, n);
	s[n] = '\0';
	if (s[0] == '0' && (s[1] == 'b' || s[1] == 'B'))
		return BAD;
	errno = 0;
	uint64_t v = strtoull(s, &end, 0);
	for (; *end; end++) {
		if (*end == 'u' || *end == 'U')
			uns = true;
		else if (*end == 'l' || *end == 'L')
			wide = true;
		else
			return BAD;
	}
	if (errno)
		return BAD;
	if (v > UINT32_MAX)
		wide = true;
	else if (v > INT32_MAX && !wide)
		uns = true;
	return make(v, uns || v > INT64_MAX, wide);
}

static struct num binary(enum cpp_ttype op, struct num a, struct num b)
{
	bool shift = op == CPP_LSHIFT || op == CPP_RSHIFT;
	struct num r = a;

	if (!a.ok || !b.ok)
		return BAD;
	r.wide = a.wide || (!shift && b.wide);
	r.uns = shift || a.wide == b.wide ? a.uns || (!shift && b.uns) : a.wide ? a.uns : b.uns;
	switch (op) {
	case CPP_PLUS:	r.v = a.v + b.v; break;
	case CPP_MINUS:	r.v = a.v - b.v; break;
	case CPP_MULT:	r.v = a.v * b.v; break;
	case CPP_DIV:
	case CPP_MOD:
		if (!b.v || a.v == INT64_MIN)
			return BAD;
		r.v = op == CPP_DIV ? a.v / b.v : a.v % b.v;
		break;
	case CPP_LSHIFT:
	case CPP_RSHIFT:
		if (b.v < 0 || b.v > 63)
			return BAD;
		if (op == CPP_LSHIFT)
			r.v = (int64_t)((uint64_t)a.v << b.v);
		else
			r.v = a.uns ? (int64_t)((uint64_t)a.v >> b.v) : a.v >> b.v;
		break;
	case CPP_AND:	r.v = a.v & b.v; break;
	case CPP_OR:	r.v = a.v | b.v; break;
	case CPP_XOR:	r.v = a.v ^ b.v; break;
	case CPP_EQ_EQ:	return make(a.v == b.v, false, false);
	case CPP_NOT_EQ: return make(a.v != b.v, false, false);
	case CPP_LESS:	return make(a.v < b.v, false, false);
	case CPP_GREATER: return make(a.v > b.v, false, false);
	case CPP_LESS_EQ: return make(a.v <= b.v, false, false);
	case CPP_GREATER_EQ: return make(a.v >= b.v, false, false);
	case CPP_AND_AND: return make(a.v && b.v, false, false);
	case CPP_OR_OR:	return make(a.v || b.v, false, false);
	default:	return BAD;
	}
	return fit(r);
}

static int precedence(enum cpp_ttype op)
{
	switch (op) {
	case CPP_MULT: case CPP_DIV: case CPP_MOD:	return 10;
	case CPP_PLUS: case CPP_MINUS:			return 9;
	case CPP_LSHIFT: case CPP_RSHIFT:		return 8;
	case CPP_LESS: case CPP_GREATER:
	case CPP_LESS_EQ: case CPP_GREATER_EQ:		return 7;
	case CPP_EQ_EQ: case CPP_NOT_EQ:		return 6;
	case CPP_AND:					return 5;
	case CPP_XOR:					return 4;
	case CPP_OR:					return 3;
	case CPP_AND_AND:				return 2;
	case CPP_OR_OR:					return 1;
	default:					return 0;
	}
}

/* ---- tokens ---------------------------------------------------------------------- */

/* A run of tokens, and the arguments that its macro parameters stand for. */
struct run {
	const cpp_token *at, *end;
	const struct run *args;
	unsigned int nargs;
};

static struct num expression(struct run *r, int level, int depth);

static bool next_is(const struct run *r, enum cpp_ttype type)
{
	return r->at < r->end && r->at->type == type;
}

static struct num whole(struct run r, int depth)
{
	struct num n = depth < MAX_DEPTH ? expression(&r, 1, depth + 1) : BAD;

	return r.at == r.end ? n : BAD;
}

/* Splits the arguments of a function-like macro; r stands behind the name. */
static bool arguments(struct run *r, struct run *args, unsigned int n)
{
	unsigned int i = 0;
	int nest = 0;

	if (!next_is(r, CPP_OPEN_PAREN) || n > MAX_ARGS || !n)
		return false;
	args[0] = *r;
	args[0].at = ++r->at;
	for (; r->at < r->end; r->at++) {
		if (r->at->type == CPP_OPEN_PAREN)
			nest++;
		if (r->at->type == CPP_CLOSE_PAREN && !nest--)
			break;
		if (r->at->type == CPP_COMMA && !nest) {
			args[i].end = r->at;
			if (++i >= n)
				return false;
			args[i] = *r;
			args[i].at = r->at + 1;
		}
	}
	if (r->at == r->end || i + 1 != n)
		return false;
	args[i].end = r->at++;
	return true;
}

static struct num enum_constant(const char *name)
{
	for (unsigned int i = 0; i < enums.length(); i++)
		if (!strcmp(enums[i].name, name))
			return make(enums[i].value, false,
				    enums[i].value != (int32_t)enums[i].value);
	return BAD;
}

static struct num name(struct run *r, int depth)
{
	const cpp_hashnode *node = r->at++->val.node.node;
	struct run args[MAX_ARGS], body;
	const cpp_macro *m;

	if (!cpp_user_macro_p(node) || !node->value.macro)
		return enum_constant((const char *)NODE_NAME(node));
	m = node->value.macro;
	if (m->kind != cmk_macro || m->lazy || m->variadic)
		return BAD;
	if (m->fun_like && !arguments(r, args, m->paramc))
		return BAD;
	body.at = m->exp.tokens;
	body.end = body.at + m->count;
	body.args = args;
	body.nargs = m->fun_like ? m->paramc : 0;
	return whole(body, depth);
}

/* "(__force gfp_t) x", "(unsigned long) x": names without value, stars. */
static bool is_cast(const struct run *r, int depth)
{
	struct run c = *r;
	bool any = false;

	for (; c.at < c.end && (c.at->type == CPP_NAME || c.at->type == CPP_MULT); any = true) {
		if (c.at->type == CPP_MULT)
			c.at++;
		else if (name(&c, depth).ok)
			return false;
	}
	return any && next_is(&c, CPP_CLOSE_PAREN) && c.at + 1 < c.end;
}

static struct num unary(struct run *r, int depth);

static struct num parens(struct run *r, int depth)
{
	struct num n;

	r->at++;
	if (is_cast(r, depth)) {
		while (!next_is(r, CPP_CLOSE_PAREN))
			r->at++;
		r->at++;
		return unary(r, depth + 1);
	}
	n = expression(r, 1, depth + 1);
	if (!next_is(r, CPP_CLOSE_PAREN))
		return BAD;
	r->at++;
	return n;
}

/* 1 ## UL: the suffix makes it 64 bits wide. */
static struct num pasted(struct run *r, const cpp_token *left, struct num n)
{
	if (!(left->flags & PASTE_LEFT))
		return n;
	if (r->at == r->end || r->at->flags & PASTE_LEFT)
		return BAD;
	r->at++;
	n.uns = n.wide = true;
	return n;
}

static struct num primary(struct run *r, int depth)
{
	const cpp_token *t = r->at;
	struct num n;

	switch (t->type) {
	case CPP_NUMBER:
		r->at++;
		return pasted(r, t, literal(t));
	case CPP_NAME:
		if (t->flags & PASTE_LEFT)
			return BAD;
		return name(r, depth);
	case CPP_MACRO_ARG:
		r->at++;
		if (t->val.macro_arg.arg_no > r->nargs || !t->val.macro_arg.arg_no)
			return BAD;
		n = whole(r->args[t->val.macro_arg.arg_no - 1], depth);
		return pasted(r, t, n);
	case CPP_OPEN_PAREN:
		return parens(r, depth);
	default:
		return BAD;
	}
}

static struct num unary(struct run *r, int depth)
{
	struct num n;

	if (r->at == r->end || depth > MAX_DEPTH)
		return BAD;
	switch (r->at->type) {
	case CPP_PADDING:
	case CPP_PLUS:
		r->at++;
		return unary(r, depth + 1);
	case CPP_MINUS:
		r->at++;
		n = unary(r, depth + 1);
		n.v = -(uint64_t)n.v;
		return fit(n);
	case CPP_COMPL:
		r->at++;
		n = unary(r, depth + 1);
		n.v = ~n.v;
		return fit(n);
	case CPP_NOT:
		r->at++;
		n = unary(r, depth + 1);
		return n.ok ? make(!n.v, false, false) : BAD;
	default:
		return primary(r, depth);
	}
}

static struct num expression(struct run *r, int level, int depth)
{
	struct num n = unary(r, depth), yes, no;

	while (n.ok && r->at < r->end) {
		enum cpp_ttype op = (enum cpp_ttype)r->at->type;
		int p = precedence(op);

		if (p < level || !p)
			break;
		r->at++;
		n = binary(op, n, expression(r, p + 1, depth + 1));
	}
	if (level > 1 || !n.ok || !next_is(r, CPP_QUERY))
		return n;
	r->at++;
	yes = expression(r, 1, depth + 1);
	if (!next_is(r, CPP_COLON))
		return BAD;
	r->at++;
	no = expression(r, 1, depth + 1);
	return n.v ? yes : no;
}

/* ---- the table --------------------------------------------------------------------- */

static int collect(cpp_reader *, cpp_hashnode *node, void *ctx)
{
	auto_vec<struct constant> *out = (auto_vec<struct constant> *)ctx;
	const char *s = (const char *)NODE_NAME(node);
	struct run r;
	struct num n;

	if (!cpp_user_macro_p(node) || !node->value.macro || !is_wanted(s, NODE_LEN(node)))
		return 1;
	const cpp_macro *m = node->value.macro;
	if (m->fun_like || m->lazy || m->kind != cmk_macro || !m->count)
		return 1;
	r.at = m->exp.tokens;
	r.end = r.at + m->count;
	r.args = NULL;
	r.nargs = 0;
	n = whole(r, 0);
	if (n.ok) {
		struct constant c = { CONST_CAST(char *, s), n.v };
		out->safe_push(c);
	}
	return 1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct constant *)a)->name, ((const struct constant *)b)->name);
}

void lab_gcc_macros(struct lab_gcc_unit *x)
{
	auto_vec<struct constant> all;

	if (!&parse_in || !parse_in)
		return;
	cpp_forall_identifiers(parse_in, collect, &all);
	for (unsigned int i = 0; i < enums.length(); i++)
		all.safe_push(enums[i]);
	all.qsort(by_name);
	for (unsigned int i = 0; i < all.length(); i++)
		if (!i || strcmp(all[i].name, all[i - 1].name))
			lab_unit_macro(x->u, all[i].name, all[i].value);
}
