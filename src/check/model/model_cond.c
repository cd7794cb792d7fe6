// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conditions of facts.  Each side of an "or" becomes a fact of its own, so that
 * nobody behind the parser has to know more than a conjunction.
 */
#include <errno.h>
#include <stdlib.h>

#include "check/model/model_priv.h"

static const char form_cond[] =
	"[!]REF, REF & CONST, REF [& CONST] ==|!=|<|> CONST, argN is [not] STRUCT, "
	"file [!]STRUCT.FIELD, file [!]calls NAME, [!]rt, unseen or [!]in_interrupt and the like";

static const char form_field[] =
	"[!]rt, argN [& CONST], [!]calls NAME [argN & CONST] or [!]STRUCT.FIELD [& CONST] [nearby]";

static int parse_const(struct line *l, struct lab_model_const *c)
{
	const char *s;
	size_t n = 0;

	lab_model_skip(l);
	s = l->p;
	memset(c, 0, sizeof(*c));
	while (s + n < l->end && (alpha(s[n]) || digit(s[n]) || (!n && s[n] == '-')))
		n++;
	if (!n)
		return lab_model_fail(l, s, "no constant", "a decimal or 0x number, or a macro name");
	if (alpha(*s)) {
		c->macro = lab_model_keep(l, s, n);
		if (!c->macro)
			return lab_model_nomem(l);
	} else {
		char buf[24], *stop;

		if (n >= sizeof(buf))
			return lab_model_fail(l, s, "number too long", "one that fits 64 bits");
		memcpy(buf, s, n);
		buf[n] = 0;
		errno = 0;
		c->value = buf[0] == '-' ? strtoll(buf, &stop, 0) : (int64_t)strtoull(buf, &stop, 0);
		if (*stop || errno || stop == buf || (buf[0] == '0' && digit(buf[1])))
			return lab_model_fail(l, s, "bad number", "a decimal or 0x number, or a macro name");
	}
	l->p = s + n;
	return 0;
}

static bool take(struct line *l, const char *op)
{
	size_t n = strlen(op);

	lab_model_skip(l);
	if ((size_t)(l->end - l->p) < n || memcmp(l->p, op, n))
		return false;
	l->p += n;
	return true;
}

static int parse_compare(struct line *l, struct lab_atom *a)
{
	if (take(l, "&")) {
		a->masked = true;
		if (parse_const(l, &a->mask))
			return -1;
	}
	if (take(l, "=="))
		a->op = LAB_ATOM_EQ;
	else if (take(l, "!="))
		a->op = LAB_ATOM_NE;
	else if (take(l, "<"))
		a->op = LAB_ATOM_LT;
	else if (take(l, ">"))
		a->op = LAB_ATOM_GT;
	else
		return 0;	/* a bare value: not 0, as it was set */
	return parse_const(l, &a->rhs);
}

/* rt, !rt, WHAT or !WHAT: conditions on the moment, not on a value. */
static bool parse_moment(struct line *l, struct lab_atom *a)
{
	struct word w = lab_model_peek(l);
	int t;

	a->negated = w.n && *w.s == '!';
	w.s += a->negated;
	w.n -= a->negated;
	t = lab_model_lookup(w, lab_model_test_word, LAB_TEST_COUNT);
	if (t < 0 && !is(w, "rt") && (a->negated || !is(w, "unseen")))
		return false;
	a->kind = t >= 0 ? LAB_ATOM_TEST : is(w, "rt") ? LAB_ATOM_RT : LAB_ATOM_UNSEEN;
	a->test = t < 0 ? 0 : (uint8_t)t;
	lab_model_word(l);
	return true;
}

static int parse_is(struct line *l, struct lab_atom *a)
{
	struct word w = lab_model_word(l);

	a->negated = is(w, "not");
	if (a->negated)
		w = lab_model_word(l);
	if (a->value.base != LAB_MREF_ARG || a->value.deref || a->value.path ||
	    !lab_model_path_ok(w.s, w.n) || memchr(w.s, '.', w.n))
		return lab_model_fail(l, w.s, "no type test", "argN is [not] STRUCT");
	a->kind = LAB_ATOM_IS;
	a->type = lab_model_keep(l, w.s, w.n);
	return a->type ? 0 : lab_model_nomem(l);
}

/* "calls NAME [argN & CONST]": the file does. */
static int parse_passes(struct line *l, struct lab_atom *a)
{
	struct word name = lab_model_word(l), arg = lab_model_peek(l);

	a->kind = LAB_ATOM_PASSES;
	if (!name.n || !lab_model_path_ok(name.s, name.n) || memchr(name.s, '.', name.n))
		return lab_model_fail(l, name.s, "no call", "calls NAME [argN & CONST]");
	a->type = lab_model_keep(l, name.s, name.n);
	if (!a->type)
		return lab_model_nomem(l);
	if (!arg.n || lab_model_arg(arg.s, arg.s + arg.n, &a->value.arg) != arg.n)
		return 0;
	lab_model_word(l);
	a->masked = true;
	if (!take(l, "&"))
		return lab_model_fail(l, arg.s, "no call", "calls NAME [argN & CONST]");
	return parse_const(l, &a->mask);
}

/* [!]STRUCT.FIELD [& CONST] [nearby], [!]calls ...: what the file sets and calls. */
static int parse_file(struct line *l, struct lab_atom *a)
{
	struct word w = lab_model_word(l);
	const char *key;
	bool glob = false;

	memset(a, 0, sizeof(*a));
	a->kind = LAB_ATOM_SETS;
	a->negated = w.n && *w.s == '!';
	w.s += a->negated;
	w.n -= a->negated;
	if (is(w, "calls"))
		return parse_passes(l, a);
	if (!w.n || !memchr(w.s, '.', w.n))
		return lab_model_fail(l, w.s, "a condition that a field cannot have", form_field);
	if (lab_model_member(l, w, &glob, &key, &a->type, &a->field))
		return -1;
	if (glob)
		return lab_model_fail(l, w.s, "a glob", form_field);
	if (take(l, "&")) {
		a->masked = true;
		if (parse_const(l, &a->mask))
			return -1;
	}
	if (is(lab_model_peek(l), "nearby")) {
		lab_model_word(l);
		a->nearby = true;
	}
	return 0;
}

static int parse_atom(struct line *l, struct lab_atom *a)
{
	const char *p;

	if (parse_moment(l, a))
		return 0;
	if (is(lab_model_peek(l), "file")) {
		lab_model_word(l);
		return parse_file(l, a);
	}
	a->kind = LAB_ATOM_CMP;
	a->negated = false;
	a->op = take(l, "!") ? LAB_ATOM_EQ : LAB_ATOM_NE;
	lab_model_skip(l);
	for (p = l->p; p < l->end && (alpha(*p) || digit(*p) || *p == '.' || *p == '*' || *p == ':'); p++)
		;
	if (p == l->p)
		return lab_model_fail(l, p, "no condition", form_cond);
	if (lab_model_ref(l, l->p, p, &a->value))
		return -1;
	l->p = p;
	if (a->op == LAB_ATOM_EQ)
		return 0;
	if (is(lab_model_peek(l), "is")) {
		lab_model_word(l);
		return parse_is(l, a);
	}
	return parse_compare(l, a);
}

/* A field has no arguments that a condition could be about, but it lies in a file. */
static int parse_sets(struct line *l, struct lab_atom *a)
{
	struct word w = lab_model_peek(l);
	uint8_t arg;

	if (parse_moment(l, a)) {
		if (a->kind == LAB_ATOM_RT)
			return 0;
		return lab_model_fail(l, w.s, "a condition that a field cannot have", form_field);
	}
	if (w.n && *w.s == '!') {
		w.s++;
		w.n--;
	}
	if (w.n && lab_model_arg(w.s, w.s + w.n, &arg) == w.n)
		return parse_atom(l, a);
	return parse_file(l, a);
}

/* Adds a copy of the fact to the model; "or" makes several of one line. */
static int commit(struct line *l, const struct lab_fact *f)
{
	struct lab_fact *new;
	uint32_t order;

	if (f->natoms + l->nlater > LAB_FACT_ATOMS)
		return lab_model_fail(l, l->p, "too many conditions", "at most 6, those of 'with' among them");
	new = lab_model_push(l->m);
	if (!new)
		return lab_model_nomem(l);
	order = new->order;
	*new = *f;
	new->order = order;
	memcpy(new->atom + f->natoms, l->later, l->nlater * sizeof(*l->later));
	new->nlater = l->nlater;
	return 0;
}

int lab_model_with(struct line *l)
{
	if (!is(lab_model_peek(l), "with"))
		return 0;
	do {
		struct lab_atom *a = &l->later[l->nlater];

		lab_model_word(l);
		if (l->nlater == sizeof(l->later) / sizeof(*l->later))
			return lab_model_fail(l, l->p, "too many conditions", "at most 2 behind 'with'");
		memset(a, 0, sizeof(*a));
		if (parse_atom(l, a))
			return -1;
		if (a->kind != LAB_ATOM_CMP || a->value.base != LAB_MREF_ARG || a->value.deref ||
		    !a->value.path != !a->value.type)
			return lab_model_fail(l, l->p, "not about an argument",
					      "argN or argN:STRUCT.FIELD, compared with a constant");
		l->nlater++;
	} while (is(lab_model_peek(l), "and"));
	return 0;
}

static int parse_conjunction(struct line *l, struct lab_fact *f, struct word *w)
{
	memset(f->atom, 0, sizeof(f->atom));
	f->natoms = 0;
	do {
		struct lab_atom *a = &f->atom[f->natoms];

		if (f->natoms == LAB_FACT_ATOMS)
			return lab_model_fail(l, l->p, "too many conditions", "at most 6 joined by 'and'");
		f->natoms++;
		if (f->kind == LAB_FACT_FIELD ? parse_sets(l, a) : parse_atom(l, a))
			return -1;
		*w = lab_model_word(l);
	} while (is(*w, "and"));
	return 0;
}

int lab_model_tail(struct line *l, struct lab_fact *f, bool may_cond)
{
	struct word w = lab_model_word(l);

	if (!w.n)
		return commit(l, f);
	if (!may_cond || !is(w, "if"))
		return lab_model_fail(l, w.s, "more than the fact",
			    may_cond ? "'if COND' or '# provenance'" : "'# provenance'");
	do {
		if (parse_conjunction(l, f, &w) || commit(l, f))
			return -1;
	} while (is(w, "or"));
	if (w.n)
		return lab_model_fail(l, w.s, "more than a condition",
			    "'and COND', 'or COND' or '# provenance'");
	return 0;
}
