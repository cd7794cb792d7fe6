// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the text form: places and instructions.  A line is read by the same
 * layout that prints it.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "check/skel/parse.h"

/* ---- places -------------------------------------------------------------------------------- */
static uint32_t value(struct lab_parser *p)
{
	lab_parse_expect(p, "%");
	return (uint32_t)lab_parse_digits(p, LAB_NONE - 1);
}

static void index_elem(struct lab_parser *p, uint32_t e[2])
{
	e[0] = p->at < p->end && *p->at == '%' ? LAB_ELEM_INDEXV : LAB_ELEM_INDEX;
	e[1] = e[0] == LAB_ELEM_INDEXV ? value(p) : (uint32_t)lab_parse_digits(p, UINT32_MAX);
	lab_parse_expect(p, "]");
}

static void off_elem(struct lab_parser *p, uint32_t e[2])
{
	int minus = p->at < p->end && *p->at == '-';
	uint64_t x;

	p->at += minus;
	x = lab_parse_digits(p, (uint64_t)INT32_MAX + (uint64_t)minus);
	e[0] = LAB_ELEM_OFF;
	e[1] = (uint32_t)(minus ? 0 - x : x);
}

uint32_t lab_parse_elems(struct lab_parser *p, uint32_t **w)
{
	uint32_t n = 0, e[2];

	for (; p->at < p->end && *p->at && strchr(".[+:~", *p->at); n++) {
		switch (*p->at++) {
		case '.':
			p->at--;
			e[0] = LAB_ELEM_FIELD;
			e[1] = lab_parse_ref(p, ".", LAB_REF_FIELD, 0);
			break;
		case '[':
			index_elem(p, e);
			break;
		case '+':
			off_elem(p, e);
			break;
		case ':':
			e[0] = LAB_ELEM_VIEW;
			e[1] = lab_parse_ref(p, "t", LAB_REF_TYPE, 0);
			break;
		default:
			e[0] = LAB_ELEM_PART;
			e[1] = (uint32_t)lab_parse_digits(p, UINT32_MAX);
		}
		arrput(*w, e[0]);
		arrput(*w, e[1]);
	}
	return p->failed ? 0 : n;
}

static uint32_t variable(struct lab_parser *p, const struct lab_var *vars, uint32_t n)
{
	struct lab_buf deco = { 0 };
	uint32_t i = (uint32_t)lab_parse_digits(p, UINT32_MAX);

	if (!p->failed && i >= n)
		lab_parse_fail(p, "a variable of the function behind its mark, it has %u", n);
	if (p->failed)
		return 0;
	lab_text_deco_var(&deco, p->u, vars[i].name);
	lab_parse_check_deco(p, &deco);
	free(deco.p);
	return i;
}

static void place(struct lab_parser *p, uint32_t **w)
{
	size_t count;
	uint32_t base, n;

	lab_parse_blanks(p);
	switch (p->at < p->end ? *p->at++ : 0) {
	case '@':
		p->at--;
		arrput(*w, LAB_BASE_SYM);
		base = lab_parse_ref(p, "@", LAB_REF_SYM, 0);
		break;
	case '$':
		arrput(*w, LAB_BASE_LOCAL);
		base = variable(p, p->f->locals, p->f->nlocals);
		break;
	case '^':
		arrput(*w, LAB_BASE_PARAM);
		base = variable(p, p->f->params, p->f->nparams);
		break;
	case '*':
		arrput(*w, LAB_BASE_DEREF);
		base = value(p);
		break;
	default:
		p->at -= p->at < p->end;
		lab_parse_fail(p, "a place: @symbol, $local, ^parameter or *%%value");
		return;
	}
	arrput(*w, base);
	count = arrlenu(*w);
	arrput(*w, 0);
	n = lab_parse_elems(p, w);
	(*w)[count] = n;
}

/* ---- instructions ------------------------------------------------------------------------- */
static uint32_t block(struct lab_parser *p)
{
	lab_parse_expect(p, "b");
	return (uint32_t)lab_parse_digits(p, UINT32_MAX);
}

static void wide(int64_t x, uint32_t **w)
{
	arrput(*w, (uint32_t)x);
	arrput(*w, (uint32_t)((uint64_t)x >> 32));
}

static void list_entry(struct lab_parser *p, char kind, uint32_t **w)
{
	uint32_t b;
	int64_t low;

	switch (kind) {
	case 'V':
		arrput(*w, value(p));
		break;
	case 'B':
		arrput(*w, block(p));
		break;
	case 'k':
		b = block(p);
		lab_parse_expect(p, ":");
		arrput(*w, value(p));
		arrput(*w, b);
		break;
	default:
		low = lab_parse_i64(p);
		wide(low, w);
		wide(lab_parse_word(p, "..") ? lab_parse_i64(p) : low, w);
		lab_parse_expect(p, ":");
		arrput(*w, block(p));
	}
}

static void list(struct lab_parser *p, char kind, uint32_t **w)
{
	size_t count = arrlenu(*w);
	uint32_t n = 0;

	arrput(*w, 0);
	lab_parse_expect(p, "(");
	if (lab_parse_word(p, ")"))
		return;
	do {
		list_entry(p, kind, w);
		n++;
	} while (!p->failed && lab_parse_word(p, ","));
	lab_parse_expect(p, ")");
	(*w)[count] = n;
}

static void operand(struct lab_parser *p, unsigned int op, char kind, uint32_t **w)
{
	uint32_t loc[3];

	switch (kind) {
	case 't':
		arrput(*w, lab_parse_ref(p, "t", LAB_REF_TYPE, 0));
		break;
	case 's':
		arrput(*w, lab_parse_ref(p, "@", LAB_REF_SYM, 0));
		break;
	case 'S':
		arrput(*w, lab_parse_string(p));
		break;
	case 'v':
		arrput(*w, value(p));
		break;
	case 'b':
		arrput(*w, block(p));
		break;
	case 'o':
		arrput(*w, op == LAB_OP_BIN
		       ? lab_parse_name(p, lab_text_bin, LAB_BIN_COUNT, "an operator")
		       : lab_parse_name(p, lab_text_un, LAB_UN_COUNT, "an operator"));
		break;
	case 'f':
		arrput(*w, lab_parse_flags(p, lab_text_insf));
		break;
	case 'u':
		arrput(*w, op == LAB_OP_OPAQUE
		       ? lab_parse_name(p, lab_text_opaque, LAB_OPAQUE_COUNT, "why it is opaque")
		       : lab_parse_u32(p));
		break;
	case 'i':
		wide(lab_parse_i64(p), w);
		break;
	case 'l':
		lab_parse_loc(p, &loc[0], &loc[1], &loc[2]);
		memcpy(arraddnptr(*w, 3), loc, sizeof(loc));
		break;
	case 'p':
		place(p, w);
		break;
	default:
		list(p, kind, w);
	}
}

/* A letter of the layout that is no operand; words in it are taken whole. */
static const char *literal(struct lab_parser *p, const char *layout)
{
	char word[8];
	size_t n = 1;

	if (*layout == ' ')
		return layout + 1;
	if (lab_parse_is_letter(*layout))
		while (lab_parse_is_letter(layout[n]) && n < sizeof(word) - 1)
			n++;
	memcpy(word, layout, n);
	word[n] = 0;
	lab_parse_expect(p, word);
	return layout + n;
}

/* Operands come in the order of the layout and go in that of the signature. */
static void operands(struct lab_parser *p, unsigned int op)
{
	const char *sig = lab_op_sig[op], *layout = lab_text_layout[op];
	struct { size_t at, n; } part[10] = { { 0, 0 } };
	uint32_t *w = NULL, *words = NULL;
	int i;

	sig += *sig == 'r';
	while (*layout && !p->failed) {
		if (*layout >= '0' && *layout <= '9') {
			i = *layout++ - '0';
			part[i].at = arrlenu(w);
			operand(p, op, sig[i], &w);
			part[i].n = arrlenu(w) - part[i].at;
		} else {
			layout = literal(p, layout);
		}
	}
	for (i = 0; sig[i] && !p->failed; i++)
		if (part[i].n)
			memcpy(arraddnptr(words, part[i].n), w + part[i].at,
			       part[i].n * sizeof(*w));
	if (!p->failed) {
		arrput(p->ins_lines, p->line);
		lab_fn_ins(p->u, p->f, op, words, (uint32_t)arrlenu(words));
	}
	arrfree(w);
	arrfree(words);
}

static int label(struct lab_parser *p)
{
	const char *start = p->at;

	if (*p->at != 'b' || p->end - p->at < 2 || p->at[1] < '0' || p->at[1] > '9')
		return 0;
	if (block(p) != p->f->nblocks && !p->failed) {
		p->at = start;
		lab_parse_fail(p, "b%u, blocks are numbered in order", p->f->nblocks);
	}
	lab_parse_expect(p, ":");
	if (!p->failed)
		lab_fn_block(p->u, p->f);
	return 1;
}

void lab_parse_ins(struct lab_parser *p)
{
	const char *start = p->at;
	uint32_t res = LAB_NONE, op;

	if (!p->f) {
		lab_parse_fail(p, "a line of a table, func or end");
		return;
	}
	if (p->at < p->end && label(p))
		return;
	if (!p->f->nblocks) {
		lab_parse_fail(p, "param, local or b0:");
		return;
	}
	if (p->at < p->end && *p->at == '%') {
		res = value(p);
		lab_parse_expect(p, "=");
	}
	op = lab_parse_name(p, lab_op_name, LAB_OP_COUNT, "an instruction");
	if (p->failed)
		return;
	if ((lab_op_sig[op][0] == 'r') != (res != LAB_NONE) ||
	    (res != LAB_NONE && res != p->f->nvalues)) {
		p->at = start;
		if (lab_op_sig[op][0] == 'r')
			lab_parse_fail(p, "%%%u =, values are numbered in order",
				       p->f->nvalues);
		else
			lab_parse_fail(p, "no value, %s defines none", lab_op_name[op]);
		return;
	}
	operands(p, op);
}
