// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lexer of model files: words of one line, references to values, and the
 * one way to say what is wrong with them.
 */
#include <stdio.h>

#include "check/model/model_priv.h"

#define WORD3(n, s, x)  s,
#define WORDE(n, s)     s,
#define WORDC(n, b, s)  s,
const char *const lab_model_fact_word[] = { LAB_FACT_LIST(WORD3) };
const char *const lab_model_effect_word[] = { LAB_EFFECT_LIST(WORDE) };
const char *const lab_model_ctx_word[] = { LAB_CTX_LIST(WORDC) };
const char *const lab_model_test_word[] = { LAB_TEST_LIST(WORDE) };

static const char form_ref[] = "ret, argN, ret.FIELD, argN.FIELD or *argN";

int lab_model_fail(struct line *l, const char *at, const char *what, const char *expected)
{
	struct lab_model_err *e = l->err;
	size_t n;

	memset(e, 0, sizeof(*e));
	n = strlen(l->file);
	memcpy(e->file, l->file, n < sizeof(e->file) ? n : sizeof(e->file) - 1);
	e->line = l->nr;
	e->col = (uint32_t)(at - l->start) + 1;
	if (snprintf(e->why, sizeof(e->why), "%s; expected %s", what, expected) < 0)
		e->why[0] = 0;
	return -1;
}

int lab_model_nomem(struct line *l)
{
	return lab_model_fail(l, l->start, "out of memory", "more of it");
}

void lab_model_skip(struct line *l)
{
	while (l->p < l->end && space(*l->p))
		l->p++;
}

struct word lab_model_word(struct line *l)
{
	struct word w;

	lab_model_skip(l);
	w.s = l->p;
	while (l->p < l->end && !space(*l->p))
		l->p++;
	w.n = (size_t)(l->p - w.s);
	return w;
}

struct word lab_model_peek(struct line *l)
{
	const char *p = l->p;
	struct word w = lab_model_word(l);

	l->p = p;
	return w;
}

int lab_model_lookup(struct word w, const char *const *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(w, table[i]))
			return (int)i;
	return -1;
}

const char *lab_model_keep(struct line *l, const char *s, size_t n)
{
	return lab_model_strn(l->m, s, n);
}

size_t lab_model_arg(const char *s, const char *end, uint8_t *arg)
{
	const char *p = s + 3;
	unsigned int v = 0;

	if (end - s < 4 || memcmp(s, "arg", 3) || !digit(*p))
		return 0;
	while (p < end && digit(*p) && v < 100)
		v = v * 10 + (unsigned int)(*p++ - '0');
	if (v > 63 || (p < end && (alpha(*p) || digit(*p))))
		return 0;
	*arg = (uint8_t)v;
	return (size_t)(p - s);
}

/* ret, argN or *argN at s; the length, or 0. */
static size_t value_at(const char *s, const char *end, struct lab_model_ref *r)
{
	size_t n;

	memset(r, 0, sizeof(*r));
	if (end - s >= 3 && !memcmp(s, "ret", 3) &&
	    (end - s == 3 || (!alpha(s[3]) && !digit(s[3])))) {
		r->base = LAB_MREF_RET;
		return 3;
	}
	if (s < end && *s == '*') {
		r->deref = true;
		s++;
	}
	n = lab_model_arg(s, end, &r->arg);
	if (n)
		r->base = LAB_MREF_ARG;
	return n ? n + r->deref : 0;
}

bool lab_model_path_ok(const char *s, size_t n)
{
	bool want = true;	/* the start of an identifier */

	for (size_t i = 0; i < n; i++) {
		if (want ? !alpha(s[i]) : !(alpha(s[i]) || digit(s[i]) || s[i] == '.'))
			return false;
		want = s[i] == '.';
	}
	return n && !want;
}

int lab_model_ref(struct line *l, const char *s, const char *end, struct lab_model_ref *r)
{
	size_t n = value_at(s, end, r), tag = 0;

	if (n && s + n < end && s[n] == ':') {
		while (s + n + 1 + tag < end && s[n + 1 + tag] != '.')
			tag++;
		if (r->deref || !lab_model_path_ok(s + n + 1, tag) || s + n + 1 + tag == end)
			return lab_model_fail(l, s, "no reference to a value", "argN:STRUCT.FIELD");
		r->type = lab_model_keep(l, s + n + 1, tag);
		if (!r->type)
			return lab_model_nomem(l);
		n += 1 + tag;
	}
	if (!n || (s + n < end && (s[n] != '.' || r->deref ||
				   !lab_model_path_ok(s + n + 1, (size_t)(end - s) - n - 1))))
		return lab_model_fail(l, s, "no reference to a value", form_ref);
	if (s + n < end) {
		r->path = lab_model_keep(l, s + n + 1, (size_t)(end - s) - n - 1);
		if (!r->path)
			return lab_model_nomem(l);
	}
	return 0;
}
