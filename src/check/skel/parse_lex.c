// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lexer of the text form: words, numbers, strings, flags, references with
 * their decorations, locations.
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
int lab_parse_is_letter(char c)
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
	if (lab_parse_is_letter(word[n - 1]) && p->at + n < p->end && lab_parse_is_letter(p->at[n]))
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

uint64_t lab_parse_digits(struct lab_parser *p, uint64_t max)
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
	return (uint32_t)lab_parse_digits(p, UINT32_MAX);
}

int64_t lab_parse_i64(struct lab_parser *p)
{
	uint64_t x;

	lab_parse_blanks(p);
	if (p->at < p->end && *p->at == '-') {
		p->at++;
		x = lab_parse_digits(p, (uint64_t)INT64_MAX + 1);
		return (int64_t)(0 - x);
	}
	return (int64_t)lab_parse_digits(p, INT64_MAX);
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
void lab_parse_check_deco(struct lab_parser *p, const struct lab_buf *deco)
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
	n = (uint32_t)lab_parse_digits(p, UINT32_MAX);
	if (!p->failed && n >= table_size(p->u, kind)) {
		p->at = start;
		lab_parse_fail(p, "a %s of the table, which has %u so far", table_name[kind],
			       table_size(p->u, kind));
	}
	if (p->failed)
		return 0;
	if (p->at < p->end && *p->at == '/') {
		lab_text_deco(&deco, p->u, kind, n);
		lab_parse_check_deco(p, &deco);
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
	*line = (uint32_t)lab_parse_digits(p, UINT32_MAX);
	lab_parse_expect(p, ":");
	*col = (uint32_t)lab_parse_digits(p, UINT32_MAX);
}
