// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Printing function bodies: atoms, places, operands, and the instruction around
 * them, whose line a layout describes.  parse_ins.c reads the same.
 */
#include "check/skel/print.h"

const char *const lab_text_layout[LAB_OP_COUNT] = {
	[LAB_OP_CONST]  = " 1 0",
	[LAB_OP_STR]    = " 1 0",
	[LAB_OP_OPAQUE] = " 1 0",
	[LAB_OP_ADDR]   = " 1 0",
	[LAB_OP_LOAD]   = " 3 0 21",
	[LAB_OP_STORE]  = " 3 = 1 20",
	[LAB_OP_COPY]   = " 2 = 3 10",
	[LAB_OP_BIN]    = " 1 2, 3 0",
	[LAB_OP_UN]     = " 1 2 0",
	[LAB_OP_CAST]   = " 1 0",
	[LAB_OP_SELECT] = " 1 ? 2 : 3 0",
	[LAB_OP_PHI]    = " 1 0",
	[LAB_OP_CALL]   = " 24 0 31",
	[LAB_OP_CALLI]  = " 35 0 as 1 42",
	[LAB_OP_ASM]    = " 1 3 20",
	[LAB_OP_ASMOUT] = " 1 # 2 0",
	[LAB_OP_JUMP]   = " 0",
	[LAB_OP_BR]     = " 0 ? 2 : 3 1",
	[LAB_OP_SWITCH] = " 0 3 else 2 1",
	[LAB_OP_RET]    = " 1 0",
	[LAB_OP_GOTO]   = " 0 2 1",
	[LAB_OP_FORK]   = " 1 0",
	[LAB_OP_STOP]   = "",
};

/* ---- atoms ----------------------------------------------------------------------------- */
static void number(struct lab_text_out *o, uint64_t x)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + x % 10);
		x /= 10;
	} while (x);
	lab_buf_add(&o->b, digits + n, sizeof(digits) - n);
}

void lab_text_signed(struct lab_text_out *o, int64_t x)
{
	if (x < 0)
		lab_buf_byte(&o->b, '-');
	number(o, x < 0 ? 0 - (uint64_t)x : (uint64_t)x);
}

/* mark, number, decoration: "t3/int", or "t-" for none. */
void lab_text_ref(struct lab_text_out *o, const char *mark, enum lab_ref kind, uint32_t n)
{
	size_t before;

	lab_buf_puts(&o->b, mark);
	if (n == LAB_NONE) {
		lab_buf_byte(&o->b, '-');
		return;
	}
	number(o, n);
	before = o->b.n;
	lab_buf_byte(&o->b, '/');
	lab_text_deco(&o->b, o->u, kind, n);
	if (o->b.n == before + 1)
		o->b.n = before;
}

static void quoted(struct lab_text_out *o, const char *s)
{
	lab_buf_byte(&o->b, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			lab_buf_printf(&o->b, "\\%c", c);
		else if (c == '\n')
			lab_buf_puts(&o->b, "\\n");
		else if (c == '\t')
			lab_buf_puts(&o->b, "\\t");
		else if (c < ' ' || c > '~')
			lab_buf_printf(&o->b, "\\x%02x", c);
		else
			lab_buf_byte(&o->b, c);
	}
	lab_buf_byte(&o->b, '"');
}

void lab_text_str(struct lab_text_out *o, uint32_t n)
{
	quoted(o, o->u->strs[n]);
}

/* " {a,b}", or nothing. */
void lab_text_flags(struct lab_text_out *o, uint32_t set, const char *const *names)
{
	const char *before = " {";

	if (!set)
		return;
	for (; *names; names++, set >>= 1) {
		if (!(set & 1))
			continue;
		lab_buf_puts(&o->b, before);
		lab_buf_puts(&o->b, *names);
		before = ",";
	}
	lab_buf_byte(&o->b, '}');
}

void lab_text_loc(struct lab_text_out *o, uint32_t file, uint32_t line, uint32_t col)
{
	lab_text_ref(o, "!", LAB_REF_FILE, file);
	if (file == LAB_NONE && !line && !col)
		return;
	lab_buf_byte(&o->b, ':');
	number(o, line);
	lab_buf_byte(&o->b, ':');
	number(o, col);
}

static void value(struct lab_text_out *o, uint32_t v)
{
	lab_buf_byte(&o->b, '%');
	number(o, v);
}

static void block(struct lab_text_out *o, uint32_t b)
{
	lab_buf_byte(&o->b, 'b');
	number(o, b);
}

void lab_text_elem(struct lab_text_out *o, uint32_t kind, uint32_t arg)
{
	switch (kind) {
	case LAB_ELEM_FIELD:
		lab_text_ref(o, ".", LAB_REF_FIELD, arg);
		break;
	case LAB_ELEM_INDEX:
		lab_buf_byte(&o->b, '[');
		number(o, arg);
		lab_buf_byte(&o->b, ']');
		break;
	case LAB_ELEM_INDEXV:
		lab_buf_byte(&o->b, '[');
		value(o, arg);
		lab_buf_byte(&o->b, ']');
		break;
	case LAB_ELEM_OFF:
		lab_buf_byte(&o->b, '+');
		lab_text_signed(o, (int32_t)arg);
		break;
	case LAB_ELEM_VIEW:
		lab_text_ref(o, ":t", LAB_REF_TYPE, arg);
		break;
	default:
		lab_buf_byte(&o->b, '~');
		number(o, arg);
	}
}

static void var(struct lab_text_out *o, char mark, uint32_t n, const struct lab_var *v)
{
	lab_buf_byte(&o->b, mark);
	number(o, n);
	if (*o->u->strs[v->name]) {
		lab_buf_byte(&o->b, '/');
		lab_text_deco_var(&o->b, o->u, v->name);
	}
}

static void place(struct lab_text_out *o, const uint32_t *w)
{
	uint32_t i;

	switch (w[0]) {
	case LAB_BASE_SYM:
		lab_text_ref(o, "@", LAB_REF_SYM, w[1]);
		break;
	case LAB_BASE_LOCAL:
		var(o, '$', w[1], &o->f->locals[w[1]]);
		break;
	case LAB_BASE_PARAM:
		var(o, '^', w[1], &o->f->params[w[1]]);
		break;
	default:
		lab_buf_byte(&o->b, '*');
		value(o, w[1]);
	}
	for (i = 0; i < w[2]; i++)
		lab_text_elem(o, w[3 + 2 * i], w[4 + 2 * i]);
}

/* ---- instructions ---------------------------------------------------------------------- */
static int64_t wide(const uint32_t w[2])
{
	return (int64_t)((uint64_t)w[1] << 32 | w[0]);
}

static void listed(struct lab_text_out *o, char kind, const uint32_t *w)
{
	uint32_t i, n = *w++;

	lab_buf_byte(&o->b, '(');
	for (i = 0; i < n; i++) {
		if (i)
			lab_buf_puts(&o->b, ", ");
		switch (kind) {
		case 'V':
			value(o, w[i]);
			break;
		case 'B':
			block(o, w[i]);
			break;
		case 'k':
			block(o, w[2 * i + 1]);
			lab_buf_puts(&o->b, ": ");
			value(o, w[2 * i]);
			break;
		default:
			lab_text_signed(o, wide(w + 5 * i));
			if (wide(w + 5 * i) != wide(w + 5 * i + 2)) {
				lab_buf_puts(&o->b, "..");
				lab_text_signed(o, wide(w + 5 * i + 2));
			}
			lab_buf_puts(&o->b, ": ");
			block(o, w[5 * i + 4]);
		}
	}
	lab_buf_byte(&o->b, ')');
}

static void operand(struct lab_text_out *o, unsigned int op, char kind, const uint32_t *w)
{
	switch (kind) {
	case 't':
		lab_text_ref(o, "t", LAB_REF_TYPE, *w);
		break;
	case 's':
		lab_text_ref(o, "@", LAB_REF_SYM, *w);
		break;
	case 'S':
		lab_text_str(o, *w);
		break;
	case 'v':
		value(o, *w);
		break;
	case 'b':
		block(o, *w);
		break;
	case 'o':
		lab_buf_puts(&o->b, (op == LAB_OP_BIN ? lab_text_bin : lab_text_un)[*w]);
		break;
	case 'f':
		lab_text_flags(o, *w, lab_text_insf);
		break;
	case 'u':
		if (op == LAB_OP_OPAQUE)
			lab_buf_puts(&o->b, lab_text_opaque[*w]);
		else
			number(o, *w);
		break;
	case 'i':
		lab_text_signed(o, wide(w));
		break;
	case 'l':
		lab_text_loc(o, w[0], w[1], w[2]);
		break;
	case 'p':
		place(o, w);
		break;
	default:
		listed(o, kind, w);
	}
}

struct operands { const uint32_t *w[10]; char kind[10]; int n; };

static void note_operand(void *ctx, char kind, uint32_t *words)
{
	struct operands *all = ctx;

	all->w[all->n] = words;
	all->kind[all->n++] = kind;
}

static void instruction(struct lab_text_out *o, const struct lab_ins *ins)
{
	struct operands all = { .n = 0 };
	const char *p;

	lab_ins_visit(ins->op, o->f->words + ins->words, ins->nwords, note_operand, &all);
	lab_buf_byte(&o->b, '\t');
	if (ins->res != LAB_NONE) {
		value(o, ins->res);
		lab_buf_puts(&o->b, " = ");
	}
	lab_buf_puts(&o->b, lab_op_name[ins->op]);
	for (p = lab_text_layout[ins->op]; *p; p++)
		if (*p >= '0' && *p - '0' < all.n)
			operand(o, ins->op, all.kind[*p - '0'], all.w[*p - '0']);
		else
			lab_buf_byte(&o->b, *p);
	lab_buf_byte(&o->b, '\n');
}

static void variable(struct lab_text_out *o, const char *keyword, char mark, uint32_t n,
		     const struct lab_var *v)
{
	lab_buf_puts(&o->b, keyword);
	lab_buf_byte(&o->b, mark);
	number(o, n);
	lab_buf_byte(&o->b, ' ');
	lab_text_str(o, v->name);
	lab_buf_byte(&o->b, ' ');
	lab_text_ref(o, "t", LAB_REF_TYPE, v->type);
	lab_buf_byte(&o->b, '\n');
}

void lab_text_body(struct lab_text_out *o, const struct lab_fn *f)
{
	uint32_t i, b;

	o->f = f;
	lab_buf_puts(&o->b, "func ");
	lab_text_ref(o, "@", LAB_REF_SYM, f->sym);
	lab_buf_byte(&o->b, ' ');
	lab_text_ref(o, "t", LAB_REF_TYPE, f->type);
	lab_buf_byte(&o->b, ' ');
	lab_text_loc(o, f->file, f->line, f->col);
	lab_buf_puts(&o->b, " to ");
	number(o, f->end_line);
	lab_buf_byte(&o->b, '\n');
	for (i = 0; i < f->nparams; i++)
		variable(o, "param ", '%', i, &f->params[i]);
	for (i = 0; i < f->nlocals; i++)
		variable(o, "local ", '$', i, &f->locals[i]);
	for (b = 0; b < f->nblocks; b++) {
		block(o, b);
		lab_buf_puts(&o->b, ":\n");
		for (i = 0; i < f->blocks[b].count; i++)
			instruction(o, &f->ins[f->blocks[b].first + i]);
	}
}

void lab_text_fn(struct lab_buf *b, const struct lab_unit *u, const struct lab_fn *f)
{
	struct lab_text_out o = { *b, u, f };

	lab_text_body(&o, f);
	*b = o.b;
}
