// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parser of model files: one fact a line, provenance behind '#'.  Strict on
 * purpose: a fact that is read in another way than it was meant makes the
 * checker lie, so anything unknown stops with its place and the form that was
 * expected.  The grammar stands at the head of model.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/model/model.h"

struct line {
	struct lab_model *m;
	struct lab_model_err *err;
	const char *start, *end;	/* of the fact, without provenance */
	const char *p;
	const char *file;
	uint32_t nr;
};

struct word { const char *s; size_t n; };

#define WORD3(n, s, x)  s,
#define WORDE(n, s)     s,
#define WORDC(n, b, s)  s,
static const char *const kind_word[] = { LAB_FACT_LIST(WORD3) };
static const char *const effect_word[] = { LAB_EFFECT_LIST(WORDE) };
static const char *const ctx_word[] = { LAB_CTX_LIST(WORDC) };
static const char *const test_word[] = { LAB_TEST_LIST(WORDE) };
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char form_kind[] =
	"sleep, nosleep, enter, leave, neutral, noreturn, calls, field or test";
static const char form_effect[] =
	"preempt, bh, irq, irq=save:REF, irq=restore:REF, rcu, hardirq, softirq, raw or lock=REF";
static const char form_ctx[] =
	"process, hardirq, softirq, bh, irq, preempt, rcu, raw or any-atomic, joined by '+'";
static const char form_ref[] = "ret, argN, ret.FIELD, argN.FIELD or *argN";
static const char form_cond[] =
	"[!]REF, REF & CONST, REF [& CONST] ==|!=|<|> CONST, argN is [not] STRUCT, "
	"[!]rt or [!]in_interrupt and the like";

static int fail(struct line *l, const char *at, const char *what, const char *expected)
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

static int nomem(struct line *l)
{
	return fail(l, l->start, "out of memory", "more of it");
}

static bool space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static bool alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool digit(char c) { return c >= '0' && c <= '9'; }

static void skip(struct line *l)
{
	while (l->p < l->end && space(*l->p))
		l->p++;
}

static struct word next_word(struct line *l)
{
	struct word w;

	skip(l);
	w.s = l->p;
	while (l->p < l->end && !space(*l->p))
		l->p++;
	w.n = (size_t)(l->p - w.s);
	return w;
}

static bool is(struct word w, const char *s)
{
	return strlen(s) == w.n && !memcmp(w.s, s, w.n);
}

static struct word peek_word(struct line *l)
{
	const char *p = l->p;
	struct word w = next_word(l);

	l->p = p;
	return w;
}

static int lookup(struct word w, const char *const *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(w, table[i]))
			return (int)i;
	return -1;
}

static const char *keep(struct line *l, const char *s, size_t n)
{
	return lab_model_strn(l->m, s, n);
}

/* "arg12" at s; the length that it takes, or 0. */
static size_t arg_at(const char *s, const char *end, uint8_t *arg)
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
	n = arg_at(s, end, &r->arg);
	if (n)
		r->base = LAB_MREF_ARG;
	return n ? n + r->deref : 0;
}

static bool ident_path(const char *s, size_t n)
{
	bool want = true;	/* the start of an identifier */

	for (size_t i = 0; i < n; i++) {
		if (want ? !alpha(s[i]) : !(alpha(s[i]) || digit(s[i]) || s[i] == '.'))
			return false;
		want = s[i] == '.';
	}
	return n && !want;
}

static int parse_ref(struct line *l, const char *s, const char *end, struct lab_model_ref *r)
{
	size_t n = value_at(s, end, r);

	if (!n || (s + n < end && (s[n] != '.' || r->deref ||
				   !ident_path(s + n + 1, (size_t)(end - s) - n - 1))))
		return fail(l, s, "no reference to a value", form_ref);
	if (s + n < end) {
		r->path = keep(l, s + n + 1, (size_t)(end - s) - n - 1);
		if (!r->path)
			return nomem(l);
	}
	return 0;
}

/* ---- conditions -------------------------------------------------------------- */
static int parse_const(struct line *l, struct lab_model_const *c)
{
	const char *s;
	size_t n = 0;

	skip(l);
	s = l->p;
	memset(c, 0, sizeof(*c));
	while (s + n < l->end && (alpha(s[n]) || digit(s[n]) || (!n && s[n] == '-')))
		n++;
	if (!n)
		return fail(l, s, "no constant", "a decimal or 0x number, or a macro name");
	if (alpha(*s)) {
		c->macro = keep(l, s, n);
		if (!c->macro)
			return nomem(l);
	} else {
		char buf[24], *stop;

		if (n >= sizeof(buf))
			return fail(l, s, "number too long", "one that fits 64 bits");
		memcpy(buf, s, n);
		buf[n] = 0;
		errno = 0;
		c->value = buf[0] == '-' ? strtoll(buf, &stop, 0) : (int64_t)strtoull(buf, &stop, 0);
		if (*stop || errno || stop == buf || (buf[0] == '0' && digit(buf[1])))
			return fail(l, s, "bad number", "a decimal or 0x number, or a macro name");
	}
	l->p = s + n;
	return 0;
}

static bool take(struct line *l, const char *op)
{
	size_t n = strlen(op);

	skip(l);
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
	struct word w = peek_word(l);
	int t;

	a->negated = w.n && *w.s == '!';
	w.s += a->negated;
	w.n -= a->negated;
	t = lookup(w, test_word, COUNT(test_word));
	if (t < 0 && !is(w, "rt"))
		return false;
	a->kind = t < 0 ? LAB_ATOM_RT : LAB_ATOM_TEST;
	a->test = t < 0 ? 0 : (uint8_t)t;
	next_word(l);
	return true;
}

static int parse_is(struct line *l, struct lab_atom *a)
{
	struct word w = next_word(l);

	a->negated = is(w, "not");
	if (a->negated)
		w = next_word(l);
	if (a->value.base != LAB_MREF_ARG || a->value.deref || a->value.path ||
	    !ident_path(w.s, w.n) || memchr(w.s, '.', w.n))
		return fail(l, w.s, "no type test", "argN is [not] STRUCT");
	a->kind = LAB_ATOM_IS;
	a->type = keep(l, w.s, w.n);
	return a->type ? 0 : nomem(l);
}

static int parse_atom(struct line *l, struct lab_atom *a)
{
	const char *p;

	if (parse_moment(l, a))
		return 0;
	a->kind = LAB_ATOM_CMP;
	a->negated = false;
	a->op = take(l, "!") ? LAB_ATOM_EQ : LAB_ATOM_NE;
	skip(l);
	for (p = l->p; p < l->end && (alpha(*p) || digit(*p) || *p == '.' || *p == '*'); p++)
		;
	if (p == l->p)
		return fail(l, p, "no condition", form_cond);
	if (parse_ref(l, l->p, p, &a->value))
		return -1;
	l->p = p;
	if (a->op == LAB_ATOM_EQ)
		return 0;
	if (is(peek_word(l), "is")) {
		next_word(l);
		return parse_is(l, a);
	}
	return parse_compare(l, a);
}

/* A field has no arguments that a condition could be about. */
static int only_rt(struct line *l, const struct lab_fact *f)
{
	for (int i = 0; i < f->natoms; i++)
		if (f->atom[i].kind != LAB_ATOM_RT)
			return fail(l, l->start, "a condition that a field cannot have",
				    "'if rt' or 'if !rt'");
	return 0;
}

/* Adds a copy of the fact to the model; "or" makes several of one line. */
static int commit(struct line *l, const struct lab_fact *f)
{
	struct lab_fact *new;
	uint32_t order;

	if (f->kind == LAB_FACT_FIELD && only_rt(l, f))
		return -1;
	new = lab_model_push(l->m);
	if (!new)
		return nomem(l);
	order = new->order;
	*new = *f;
	new->order = order;
	return 0;
}

static int parse_conjunction(struct line *l, struct lab_fact *f, struct word *w)
{
	memset(f->atom, 0, sizeof(f->atom));
	f->natoms = 0;
	do {
		if (f->natoms == LAB_FACT_ATOMS)
			return fail(l, l->p, "too many conditions", "at most 4 joined by 'and'");
		if (parse_atom(l, &f->atom[f->natoms++]))
			return -1;
		*w = next_word(l);
	} while (is(*w, "and"));
	return 0;
}

/* What stands behind the fact proper: nothing, or "if COND or COND". */
static int parse_tail(struct line *l, struct lab_fact *f, bool may_cond)
{
	struct word w = next_word(l);

	if (!w.n)
		return commit(l, f);
	if (!may_cond || !is(w, "if"))
		return fail(l, w.s, "more than the fact",
			    may_cond ? "'if COND' or '# provenance'" : "'# provenance'");
	do {
		if (parse_conjunction(l, f, &w) || commit(l, f))
			return -1;
	} while (is(w, "or"));
	if (w.n)
		return fail(l, w.s, "more than a condition",
			    "'and COND', 'or COND' or '# provenance'");
	return 0;
}

/* ---- the parts of a fact ------------------------------------------------------- */
static bool name_ok(struct word w, bool *glob)
{
	size_t literal = 0;
	int open = 0;

	for (size_t i = 0; i < w.n; i++) {
		char c = w.s[i];

		if (alpha(c) || digit(c))
			literal++;
		else if (c == '[' && !open)
			open = 1;
		else if (c == ']' && open)
			open = 0;
		else if (c != '*' && c != '?' && !(open && (c == '-' || c == '!')))
			return false;
		if (c == '*' || c == '?' || c == '[')
			*glob = true;
	}
	/* a bare "*" would give a meaning to everything */
	return w.n && !open && !digit(w.s[0]) && (!*glob || literal >= 2);
}

static int parse_name(struct line *l, struct lab_fact *f)
{
	struct word w = next_word(l);

	if (!name_ok(w, &f->glob))
		return fail(l, w.s, w.n ? "bad name" : "no name",
			    "a function name or a glob with two letters or more");
	f->name = f->key = keep(l, w.s, w.n);
	return f->name ? 0 : nomem(l);
}

static int parse_field_name(struct line *l, struct lab_fact *f)
{
	struct word w = next_word(l), a = w, b;
	const char *dot = w.n ? memchr(w.s, '.', w.n) : NULL;

	if (dot) {
		a.n = (size_t)(dot - w.s);
		b.s = dot + 1;
		b.n = w.n - a.n - 1;
	}
	if (!dot || !name_ok(a, &f->glob) || !name_ok(b, &f->glob))
		return fail(l, w.s, w.n ? "bad field" : "no field", "STRUCT.FIELD");
	f->key = keep(l, w.s, w.n);
	f->name = keep(l, a.s, a.n);
	f->field = keep(l, b.s, b.n);
	return f->key && f->name && f->field ? 0 : nomem(l);
}

static int parse_effect(struct line *l, struct word w, struct lab_effect *e)
{
	for (size_t i = 0; i < COUNT(effect_word); i++) {
		size_t n = strlen(effect_word[i]);
		bool ref = effect_word[i][n - 1] == '=' || effect_word[i][n - 1] == ':';

		if (!ref && !is(w, effect_word[i]))
			continue;
		if (ref && (w.n <= n || memcmp(w.s, effect_word[i], n)))
			continue;
		e->what = (uint8_t)i;
		return ref ? parse_ref(l, w.s + n, w.s + w.n, &e->ref) : 0;
	}
	return fail(l, w.s, w.n ? "unknown effect" : "no effect", form_effect);
}

static int parse_effects(struct line *l, struct lab_fact *f, unsigned int least)
{
	struct word w = peek_word(l);

	while (f->neffects < least || (w.n && !is(w, "if"))) {
		next_word(l);
		if (f->neffects == LAB_FACT_EFFECTS)
			return fail(l, w.s, "too many effects", "at most 6");
		if (parse_effect(l, w, &f->effect[f->neffects++]))
			return -1;
		w = peek_word(l);
	}
	return 0;
}

static int parse_ctx(struct line *l, struct lab_fact *f)
{
	struct word w = next_word(l), part;
	const char *end = w.s + w.n;

	do {
		int c;

		part.s = w.s;
		while (w.s < end && *w.s != '+')
			w.s++;
		part.n = (size_t)(w.s - part.s);
		c = lookup(part, ctx_word, COUNT(ctx_word));
		if (c < 0)
			return fail(l, part.s, part.n ? "unknown context" : "no context", form_ctx);
		f->ctx |= (uint16_t)(1u << c);
	} while (w.s++ < end);
	if (f->ctx & LAB_CTX_PROCESS && f->ctx != LAB_CTX_PROCESS)
		return fail(l, end, "process joined with another context", "one of the two");
	return 0;
}

static int parse_in(struct line *l)
{
	struct word w = next_word(l);

	return is(w, "in") ? 0 : fail(l, w.s, "no context", "'in CONTEXT'");
}

static int parse_calls(struct line *l, struct lab_fact *f)
{
	struct word w = next_word(l);
	size_t n = arg_at(w.s, w.s + w.n, &f->arg);

	if (!n || (n < w.n && (w.s[n] != '.' || !ident_path(w.s + n + 1, w.n - n - 1))))
		return fail(l, w.s, "no argument", "argN or argN.FIELD, counted from 0");
	if (n < w.n) {
		f->field = keep(l, w.s + n + 1, w.n - n - 1);
		if (!f->field)
			return nomem(l);
	}
	w = next_word(l);
	if (is(w, "in"))
		return parse_ctx(l, f);
	if (is(w, "now"))
		return parse_effects(l, f, 0);
	return fail(l, w.s, "no time", "'in CONTEXT' or 'now [EFFECT...]'");
}

static int parse_test(struct line *l, struct lab_fact *f)
{
	struct word w = next_word(l);
	int t = lookup(w, test_word, COUNT(test_word));

	if (t < 0)
		return fail(l, w.s, w.n ? "unknown test" : "no test",
			    "preempt_count, preemptible, irq_flags, irqs_disabled, in_atomic, "
			    "in_interrupt, in_hardirq, in_softirq, in_task, in_nmi, in_rcu, "
			    "lock_held or oops");
	f->test = (uint8_t)t;
	return 0;
}

static int parse_kind(struct line *l, struct lab_fact *f)
{
	struct word w = next_word(l);
	int kind = lookup(w, kind_word, COUNT(kind_word));

	if (kind < 0)
		return fail(l, w.s, "unknown kind of fact", form_kind);
	f->kind = (uint8_t)kind;
	if (kind == LAB_FACT_FIELD ? parse_field_name(l, f) : parse_name(l, f))
		return -1;
	switch (kind) {
	case LAB_FACT_ENTER:
	case LAB_FACT_LEAVE:
		return parse_effects(l, f, 1) || parse_tail(l, f, true) ? -1 : 0;
	case LAB_FACT_CALLS:
		return parse_calls(l, f) || parse_tail(l, f, true) ? -1 : 0;
	case LAB_FACT_FIELD:
		return parse_in(l) || parse_ctx(l, f) || parse_tail(l, f, true) ? -1 : 0;
	case LAB_FACT_TEST:
		return parse_test(l, f) || parse_tail(l, f, false) ? -1 : 0;
	default:
		return parse_tail(l, f, kind == LAB_FACT_SLEEP || kind == LAB_FACT_NOSLEEP);
	}
}

/* ---- lines ---------------------------------------------------------------------- */
/* "since 6.5: text": the marker's version goes to *v. */
static int parse_marker(struct line *l, struct word *w, const char *marker, const char **v)
{
	size_t n = strlen(marker), k = n;

	if (w->n <= n || memcmp(w->s, marker, n))
		return 0;
	while (k < w->n && (digit(w->s[k]) || w->s[k] == '.'))
		k++;
	if (k == n || k == w->n || w->s[k] != ':')
		return 0;
	*v = keep(l, w->s + n, k - n);
	if (!*v)
		return nomem(l);
	for (k++; k < w->n && space(w->s[k]); k++)
		;
	w->s += k;
	w->n -= k;
	return 0;
}

/* The provenance, given to all facts of the line. */
static int parse_why(struct line *l, uint32_t first, const char *end)
{
	struct word w = { l->end, (size_t)(end - l->end) };
	const char *since = NULL, *until = NULL, *why;
	uint32_t i;

	while (w.n && (*w.s == '#' || space(*w.s)))
		w.s++, w.n--;
	while (w.n && space(w.s[w.n - 1]))
		w.n--;
	if (parse_marker(l, &w, "since ", &since) || parse_marker(l, &w, "until ", &until))
		return -1;
	if (!w.n)
		return fail(l, l->end, "no provenance",
			    "'# what proves it', a kernel file:function or document");
	why = keep(l, w.s, w.n);
	if (!why)
		return nomem(l);
	for (i = first; i < l->m->nfacts; i++) {
		l->m->facts[i].why = why;
		l->m->facts[i].since = since;
		l->m->facts[i].until = until;
	}
	return 0;
}

static int parse_line(struct line *l, const char *end)
{
	const char *hash = memchr(l->start, '#', (size_t)(end - l->start));
	const char *nul = memchr(l->start, 0, (size_t)(end - l->start));
	struct lab_fact f = { .line = l->nr, .file = l->file };
	uint32_t first = l->m->nfacts;

	l->p = l->start;
	l->end = hash ? hash : end;
	if (nul)
		return fail(l, nul, "a NUL byte", "text");
	skip(l);
	if (l->p == l->end)
		return 0;
	return parse_kind(l, &f) || parse_why(l, first, end) ? -1 : 0;
}

struct lab_model *lab_model_parse(const char *text, size_t len, const char *file,
				  struct lab_model_err *err)
{
	struct line l = { .m = calloc(1, sizeof(*l.m)), .err = err, .file = file,
			  .start = text, .nr = 1 };
	const char *stop = text + len;

	if (l.m)
		l.file = keep(&l, file, strlen(file));
	if (!l.m || !l.file) {
		l.file = file;
		goto out;
	}
	while (l.start < stop) {
		const char *end = memchr(l.start, '\n', (size_t)(stop - l.start));

		if (!end)
			end = stop;
		if (parse_line(&l, end)) {
			lab_model_free(l.m);
			return NULL;
		}
		l.start = end < stop ? end + 1 : stop;
		l.nr++;
	}
	if (!lab_model_index(l.m))
		return l.m;
out:
	nomem(&l);
	lab_model_free(l.m);
	return NULL;
}
