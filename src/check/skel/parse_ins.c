// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lexer of the text form, and the lines of instructions, which are read by
 * the same layout that prints them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "check/skel/parse.h"

void lab_parse_fail(struct lab_parser *p, const char *expected, ...)
{
	struct lab_skel_err *err = p->err;
	va_list ap;
	int n;

	if (p->failed)
		return;
	p->failed = 1;
	err->offset = p->line;
	err->column = (uint32_t)(p->at - p->start) + 1;
	n = snprintf(err->why, sizeof(err->why), "expected ");
	va_start(ap, expected);
	vsnprintf(err->why + n, sizeof(err->why) - (size_t)n, expected, ap);
	va_end(ap);
	p->at = p->end;
}

/* ---- the lexer ------------------------------------------------------------------------- */
static int is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c >= '0' && c <= '9');
}

void lab_parse_blanks(struct lab_parser *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\r'))
		p->at++;
	if (p->at < p->end && *p->at == ';')
		while (p->at < p->end && *p->at != '\n')
			p->at++;
}

void lab_parse_lines(struct lab_parser *p)
{
	for (;;) {
		lab_parse_blanks(p);
		if (p->at == p->end || *p->at != '\n')
			return;
		p->at++;
		p->line++;
		p->start = p->at;
	}
}

int lab_parse_word(struct lab_parser *p, const char *word)
{
	size_t n = strlen(word);

	lab_parse_blanks(p);
	if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n))
		return 0;
	if (is_letter(word[n - 1]) && p->at + n < p->end && is_letter(p->at[n]))
		return 0;
	p->at += n;
	return 1;
}

void lab_parse_expect(struct lab_parser *p, const char *word)
{
	/* a mark such as % or b is glued to its number */
	size_t n = strlen(word);

	lab_parse_blanks(p);
	if (n == 1 && p->at < p->end && *p->at == *word)
		p->at++;
	else if (n == 1 || !lab_parse_word(p, word))
		lab_parse_fail(p, "%s", word);
}

static uint64_t digits(struct lab_parser *p, uint64_t max)
{
	const char *start = p->at;
	uint64_t x = 0;

	for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++) {
		uint64_t d = (uint64_t)(*p->at - '0');

		if (x > (max - d) / 10) {
			p->at = start;
			lab_parse_fail(p, "a number up to %llu", (unsigned long long)max);
			return 0;
		}
		x = x * 10 + d;
	}
	if (p->at == start)
		lab_parse_fail(p, "a number");
	return p->failed ? 0 : x;
}

uint32_t lab_parse_u32(struct lab_parser *p)
{
	lab_parse_blanks(p);
	return (uint32_t)digits(p, UINT32_MAX);
}

int64_t lab_parse_i64(struct lab_parser *p)
{
	uint64_t x;

	lab_parse_blanks(p);
	if (p->at < p->end && *p->at == '-') {
		p->at++;
		x = digits(p, (uint64_t)INT64_MAX + 1);
		return (int64_t)(0 - x);
	}
	return (int64_t)digits(p, INT64_MAX);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character behind a backslash; -1 if it is none we know. */
static int escape(struct lab_parser *p)
{
	int high, low;

	if (p->at == p->end)
		return -1;
	switch (*p->at++) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '"':
		return '"';
	case '\\':
		return '\\';
	case 'x':
		if (p->end - p->at < 2)
			return -1;
		high = hex(p->at[0]);
		low = hex(p->at[1]);
		p->at += 2;
		/* a string holds no NUL */
		return high < 0 || low < 0 || !(high | low) ? -1 : high << 4 | low;
	default:
		return -1;
	}
}

uint32_t lab_parse_string(struct lab_parser *p)
{
	lab_parse_blanks(p);
	if (p->at == p->end || *p->at != '"') {
		lab_parse_fail(p, "a string in double quotes");
		return 0;
	}
	if (p->scratch)
		arrsetlen(p->scratch, 0);
	for (p->at++; p->at < p->end && *p->at != '"' && *p->at != '\n' && *p->at;) {
		int c = (unsigned char)*p->at++;

		if (c == '\\')
			c = escape(p);
		if (c < 0) {
			lab_parse_fail(p, "\\n, \\t, \\\", \\\\ or \\x and two hex digits");
			return 0;
		}
		arrput(p->scratch, (char)c);
	}
	if (p->at == p->end || *p->at != '"') {
		lab_parse_fail(p, "the closing quote of a string");
		return 0;
	}
	p->at++;
	return lab_unit_strn(p->u, p->scratch ? p->scratch : "", arrlenu(p->scratch));
}

uint32_t lab_parse_name(struct lab_parser *p, const char *const *names, uint32_t n,
			const char *what)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (lab_parse_word(p, names[i]))
			return i;
	lab_parse_fail(p, "%s", what);
	return 0;
}

uint32_t lab_parse_flags(struct lab_parser *p, const char *const *names)
{
	uint32_t set = 0, i;

	if (!lab_parse_word(p, "{"))
		return 0;
	do {
		for (i = 0; names[i] && !lab_parse_word(p, names[i]); i++)
			;
		if (!names[i] || set & 1u << i) {
			lab_parse_fail(p, "a flag, each once");
			return 0;
		}
		set |= 1u << i;
	} while (lab_parse_word(p, ","));
	lab_parse_expect(p, "}");
	return set;
}

/* ---- references ------------------------------------------------------------------------- */
static const char *const table_name[5] = { "string", "file", "type", "field", "symbol" };

static uint32_t table_size(const struct lab_unit *u, enum lab_ref kind)
{
	const uint32_t sizes[5] = { u->nstrs, u->nfiles, u->ntypes, u->nfields, u->nsyms };

	return sizes[kind];
}

/* What stands behind a slash must be what the number means. */
static void check_deco(struct lab_parser *p, const struct lab_buf *deco)
{
	if (p->failed || p->at == p->end || *p->at != '/')
		return;
	if (deco->n && (size_t)(p->end - p->at) > deco->n &&
	    !memcmp(p->at + 1, deco->p, deco->n))
		p->at += deco->n + 1;
	else
		lab_parse_fail(p, deco->n ? "/%.*s, that is what the number stands for"
					  : "no name here, it has none%.*s",
			       (int)(deco->n < 80 ? deco->n : 80), deco->p ? (char *)deco->p : "");
}

uint32_t lab_parse_ref(struct lab_parser *p, const char *mark, enum lab_ref kind, int may_be_none)
{
	struct lab_buf deco = { 0 };
	const char *start;
	uint32_t n;

	lab_parse_expect(p, mark);
	if (may_be_none && p->at < p->end && *p->at == '-') {
		p->at++;
		return LAB_NONE;
	}
	start = p->at;
	n = (uint32_t)digits(p, UINT32_MAX);
	if (!p->failed && n >= table_size(p->u, kind)) {
		p->at = start;
		lab_parse_fail(p, "a %s of the table, which has %u so far", table_name[kind],
			       table_size(p->u, kind));
	}
	if (p->failed)
		return 0;
	if (p->at < p->end && *p->at == '/') {
		lab_text_deco(&deco, p->u, kind, n);
		check_deco(p, &deco);
		free(deco.p);
	}
	return n;
}

void lab_parse_loc(struct lab_parser *p, uint32_t *file, uint32_t *line, uint32_t *col)
{
	*line = *col = 0;
	*file = lab_parse_ref(p, "!", LAB_REF_FILE, 1);
	if (p->at == p->end || *p->at != ':') {
		if (*file != LAB_NONE)
			lab_parse_fail(p, ":line:column");
		return;
	}
	p->at++;
	*line = (uint32_t)digits(p, UINT32_MAX);
	lab_parse_expect(p, ":");
	*col = (uint32_t)digits(p, UINT32_MAX);
}

/* ---- places -------------------------------------------------------------------------------- */
static uint32_t value(struct lab_parser *p)
{
	lab_parse_expect(p, "%");
	return (uint32_t)digits(p, LAB_NONE - 1);
}

static void index_elem(struct lab_parser *p, uint32_t e[2])
{
	e[0] = p->at < p->end && *p->at == '%' ? LAB_ELEM_INDEXV : LAB_ELEM_INDEX;
	e[1] = e[0] == LAB_ELEM_INDEXV ? value(p) : (uint32_t)digits(p, UINT32_MAX);
	lab_parse_expect(p, "]");
}

static void off_elem(struct lab_parser *p, uint32_t e[2])
{
	int minus = p->at < p->end && *p->at == '-';
	uint64_t x;

	p->at += minus;
	x = digits(p, (uint64_t)INT32_MAX + (uint64_t)minus);
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
			e[1] = (uint32_t)digits(p, UINT32_MAX);
		}
		arrput(*w, e[0]);
		arrput(*w, e[1]);
	}
	return p->failed ? 0 : n;
}

static uint32_t variable(struct lab_parser *p, const struct lab_var *vars, uint32_t n)
{
	struct lab_buf deco = { 0 };
	uint32_t i = (uint32_t)digits(p, UINT32_MAX);

	if (!p->failed && i >= n)
		lab_parse_fail(p, "a variable of the function behind its mark, it has %u", n);
	if (p->failed)
		return 0;
	lab_text_deco_var(&deco, p->u, vars[i].name);
	check_deco(p, &deco);
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
	return (uint32_t)digits(p, UINT32_MAX);
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
	if (is_letter(*layout))
		while (is_letter(layout[n]) && n < sizeof(word) - 1)
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
