// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The coder of function bodies, in both directions.  A body is walked by the
 * signatures of its instructions; there is no code for any single opcode.  The
 * same walk checks what passes: a value is defined before it is used (in
 * numbering order; phis may look ahead), blocks, locals and parameters exist,
 * phis stand first and one terminator last.
 *
 * Values: the distance back from the next value number, less one; signed in phis.
 */
#include "check/skel/skel_priv.h"

/* ---- operands ------------------------------------------------------------------------- */
/* A value that exists already: how far back it is. */
static void value(struct lab_coder *c, uint32_t *v)
{
	uint32_t back = c->next - 1 - *v;

	if (c->out && *v >= c->next)
		lab_code_fail(c, "value is used before it is defined");
	lab_code_u(c, &back);
	if (back >= c->next)
		lab_code_fail(c, "value is used before it is defined");
	else
		*v = c->next - 1 - back;
}

static void phi_value(struct lab_coder *c, uint32_t *v)
{
	const uint8_t *start = c->at;
	int64_t back = (int64_t)c->next - *v;

	lab_code_i64(c, &back);
	if (back > c->next || back < -(int64_t)(UINT32_MAX / 2)) {
		lab_code_fail(c, "value of a phi does not exist");
		back = c->next;
	}
	*v = (uint32_t)(c->next - back);
	if (*v >= c->phi_max) {
		c->phi_max = *v + 1;
		c->phi_at = start;
	}
}

static void block(struct lab_coder *c, uint32_t *b)
{
	lab_code_below(c, b, c->nblocks, "branch to a block that does not exist");
}

static void wide(struct lab_coder *c, uint32_t w[2])
{
	int64_t x = (int64_t)((uint64_t)w[1] << 32 | w[0]);

	lab_code_i64(c, &x);
	w[0] = (uint32_t)x;
	w[1] = (uint32_t)((uint64_t)x >> 32);
}

static void signed_word(struct lab_coder *c, uint32_t *w)
{
	int64_t x = (int32_t)*w;

	lab_code_i64(c, &x);
	if (x != (int32_t)x)
		lab_code_fail(c, "offset out of range");
	*w = (uint32_t)x;
}

void lab_code_elem(struct lab_coder *c, uint32_t *kind, uint32_t *arg)
{
	lab_code_below(c, kind, LAB_ELEM_COUNT, "unknown kind of path element");
	switch (*kind) {
	case LAB_ELEM_FIELD:
		lab_code_ref(c, LAB_REF_FIELD, arg);
		break;
	case LAB_ELEM_VIEW:
		lab_code_ref(c, LAB_REF_TYPE, arg);
		break;
	case LAB_ELEM_INDEXV:
		if (!c->in_body)
			lab_code_fail(c, "value in a static initialiser");
		value(c, arg);
		break;
	case LAB_ELEM_OFF:
		signed_word(c, arg);
		break;
	default:
		lab_code_u(c, arg);
	}
}

/* The next n words of the instruction, or NULL. */
static uint32_t *words(struct lab_coder *c, uint32_t n)
{
	uint32_t *w = c->w;

	if (c->why)
		return NULL;
	if ((size_t)(c->wend - w) < n) {
		lab_code_fail(c, c->out ? "instruction has too few words"
					: "instructions have more words than announced");
		return NULL;
	}
	c->w += n;
	return w;
}

static void place(struct lab_coder *c)
{
	uint32_t i, n, *w = words(c, 3);

	if (!w)
		return;
	lab_code_below(c, &w[0], LAB_BASE_COUNT, "unknown kind of base");
	switch (w[0]) {
	case LAB_BASE_SYM:
		lab_code_ref(c, LAB_REF_SYM, &w[1]);
		break;
	case LAB_BASE_LOCAL:
		lab_code_below(c, &w[1], c->nlocals, "local variable does not exist");
		break;
	case LAB_BASE_PARAM:
		lab_code_below(c, &w[1], c->nparams, "parameter does not exist");
		break;
	default:
		value(c, &w[1]);
	}
	lab_code_u(c, &w[2]);
	for (i = 0, n = w[2]; i < n; i++) {
		w = words(c, 2);
		if (!w)
			return;
		lab_code_elem(c, &w[0], &w[1]);
	}
}

static void counted(struct lab_coder *c, char kind)
{
	uint32_t i, n, *w = words(c, 1);

	if (!w)
		return;
	lab_code_u(c, w);
	for (i = 0, n = *w; i < n; i++) {
		w = words(c, kind == 'w' ? 5 : kind == 'k' ? 2 : 1);
		if (!w)
			return;
		switch (kind) {
		case 'V':
			value(c, w);
			break;
		case 'B':
			block(c, w);
			break;
		case 'k':
			phi_value(c, &w[0]);
			block(c, &w[1]);
			break;
		default:
			wide(c, &w[0]);
			wide(c, &w[2]);
			block(c, &w[4]);
		}
	}
}

static uint32_t word_limit(char kind, unsigned int op)
{
	if (kind == 'o')
		return op == LAB_OP_BIN ? (uint32_t)LAB_BIN_COUNT : (uint32_t)LAB_UN_COUNT;
	if (kind == 'f')
		return LAB_INSF_ALL + 1;
	return op == LAB_OP_OPAQUE ? (uint32_t)LAB_OPAQUE_COUNT : LAB_NONE;
}

static void operand(struct lab_coder *c, char kind, unsigned int op)
{
	uint32_t *w;

	if (kind == 'p') {
		place(c);
		return;
	}
	if (kind == 'V' || kind == 'B' || kind == 'k' || kind == 'w') {
		counted(c, kind);
		return;
	}
	w = words(c, kind == 'i' ? 2 : kind == 'l' ? 3 : 1);
	if (!w)
		return;
	switch (kind) {
	case 't':
		lab_code_ref(c, LAB_REF_TYPE, w);
		break;
	case 's':
		lab_code_ref(c, LAB_REF_SYM, w);
		break;
	case 'S':
		lab_code_ref(c, LAB_REF_STR, w);
		break;
	case 'v':
		value(c, w);
		break;
	case 'b':
		block(c, w);
		break;
	case 'i':
		wide(c, w);
		break;
	case 'l':
		lab_code_loc(c, &w[0], &w[1], &w[2]);
		break;
	default:
		lab_code_below(c, w, word_limit(kind, op), "operator or flags out of range");
	}
}

/* ---- bodies --------------------------------------------------------------------------- */
static void vars(struct lab_coder *c, struct lab_var *v, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n && !c->why; i++) {
		lab_code_ref(c, LAB_REF_STR, &v[i].name);
		lab_code_ref(c, LAB_REF_TYPE, &v[i].type);
	}
}

void lab_code_head(struct lab_coder *c, struct lab_fn *f)
{
	int64_t end;

	c->file = LAB_NONE;
	c->line = c->col = 0;
	lab_code_ref(c, LAB_REF_SYM, &f->sym);
	lab_code_ref(c, LAB_REF_TYPE, &f->type);
	lab_code_loc(c, &f->file, &f->line, &f->col);
	end = (int64_t)f->end_line - f->line;
	lab_code_i64(c, &end);
	if (end > UINT32_MAX || end < -(int64_t)UINT32_MAX ||
	    f->line + end < 0 || f->line + end > UINT32_MAX)
		lab_code_fail(c, "line number out of range");
	f->end_line = (uint32_t)(f->line + end);
	lab_code_u(c, &f->nparams);
	lab_code_u(c, &f->nlocals);
	lab_code_u(c, &f->nblocks);
	lab_code_u(c, &f->nins);
	lab_code_u(c, &f->nwords);
	if (!f->nblocks)
		lab_code_fail(c, "function without a block");
}

static void instruction(struct lab_coder *c, struct lab_ins *ins, int *phis_done, int is_last)
{
	uint32_t op = ins->op;
	const char *sig;

	lab_code_below(c, &op, LAB_OP_COUNT, "unknown instruction");
	if (c->why)
		return;
	if (lab_op_is_term(op) != is_last)
		lab_code_fail(c, is_last ? "block does not end in a terminator"
					 : "terminator inside a block");
	if (op != LAB_OP_PHI)
		*phis_done = 1;
	else if (*phis_done)
		lab_code_fail(c, "phi behind other instructions");
	sig = lab_op_sig[op];
	ins->op = (uint8_t)op;
	ins->res = *sig == 'r' ? c->next : LAB_NONE;
	for (sig += *sig == 'r'; *sig; sig++)
		operand(c, *sig, op);
	c->next += ins->res != LAB_NONE;
}

/* Writing: the words of this instruction only, and all of them. */
static int open_words(struct lab_coder *c, const struct lab_fn *f, const struct lab_ins *ins)
{
	if (ins->words > f->nwords || ins->nwords > f->nwords - ins->words)
		return 0;
	c->w = f->words + ins->words;
	c->wend = c->w + ins->nwords;
	return 1;
}

static void code_block(struct lab_coder *c, struct lab_fn *f, uint32_t first, uint32_t count)
{
	int phis_done = 0;
	uint32_t i;

	for (i = 0; i < count && !c->why; i++) {
		struct lab_ins *ins = &f->ins[first + i];

		c->ins = first + i;
		if (c->out && !open_words(c, f, ins)) {
			lab_code_fail(c, "instruction has too few words");
			return;
		}
		if (!c->out)
			ins->words = (uint32_t)(c->w - f->words);
		instruction(c, ins, &phis_done, i + 1 == count);
		if (!c->out)
			ins->nwords = (uint32_t)(c->w - f->words) - ins->words;
		else if (c->w != c->wend)
			lab_code_fail(c, "instruction has too many words");
	}
}

void lab_code_body(struct lab_coder *c, struct lab_fn *f)
{
	uint32_t b, first = 0;

	c->ins = LAB_NONE;
	c->nparams = f->nparams;
	c->nlocals = f->nlocals;
	c->nblocks = f->nblocks;
	c->next = f->nparams;
	c->phi_max = 0;
	if (!c->out) {
		c->w = f->words;
		c->wend = c->w + f->nwords;
	}
	vars(c, f->params, f->nparams);
	vars(c, f->locals, f->nlocals);
	for (b = 0; b < f->nblocks && !c->why; b++) {
		struct lab_block *block = &f->blocks[b];

		c->ins = LAB_NONE;
		lab_code_u(c, &block->count);
		if (!c->out)
			block->first = first;
		if (block->first != first || block->count > f->nins - first)
			lab_code_fail(c, "blocks have more instructions than announced");
		else if (!block->count)
			lab_code_fail(c, "empty block");
		else
			code_block(c, f, first, block->count);
		first += block->count;
	}
	if (!c->why)
		c->ins = LAB_NONE;
	if (!c->why && first != f->nins)
		lab_code_fail(c, "blocks have fewer instructions than announced");
	if (!c->why && !c->out && c->w != c->wend)
		lab_code_fail(c, "instructions have fewer words than announced");
	if (!c->why && c->phi_max > c->next) {
		lab_code_fail(c, "value of a phi does not exist");
		c->bad = c->out ? NULL : c->phi_at;
	}
	f->nvalues = c->next;
}
