// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parser of model files: one fact a line, provenance behind '#'.  Strict on
 * purpose: a fact that is read in another way than it was meant makes the
 * checker lie, so anything unknown stops with its place and the form that was
 * expected.  The grammar stands at the head of model.h.
 */
#include <stdlib.h>

#include "check/model/model_priv.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char form_kind[] =
	"sleep, nosleep, enter, leave, neutral, noreturn, quiet, unsure, calls, field, test, worker, "
	"allocates, receives, borrows, uses, keeps, hands-off, consumes, lends, shares, returns, quality, limits, count or size";
static const char form_effect[] =
	"preempt, bh, irq, irq=save:REF, irq=restore:REF, rcu, hardirq, softirq, raw, nofault, "
	"sleeping or lock=REF";
static const char form_ctx[] =
	"process, hardirq, softirq, bh, irq, preempt, rcu, raw or any-atomic, joined by '+'";

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
	struct word w = lab_model_word(l);

	if (!name_ok(w, &f->glob))
		return lab_model_fail(l, w.s, w.n ? "bad name" : "no name",
			    "a function name or a glob with two letters or more");
	f->name = f->key = lab_model_keep(l, w.s, w.n);
	return f->name ? 0 : lab_model_nomem(l);
}

int lab_model_member(struct line *l, struct word w, bool *glob, const char **key,
		     const char **tag, const char **field)
{
	struct word a = w, b = { NULL, 0 };
	const char *dot = w.n ? memchr(w.s, '.', w.n) : NULL;

	if (dot) {
		a.n = (size_t)(dot - w.s);
		b.s = dot + 1;
		b.n = w.n - a.n - 1;
	}
	if (!dot || !name_ok(a, glob) || !name_ok(b, glob))
		return lab_model_fail(l, w.s, w.n ? "bad field" : "no field", "STRUCT.FIELD");
	*key = lab_model_keep(l, w.s, w.n);
	*tag = lab_model_keep(l, a.s, a.n);
	*field = lab_model_keep(l, b.s, b.n);
	return *key && *tag && *field ? 0 : lab_model_nomem(l);
}

static int parse_effect(struct line *l, struct word w, struct lab_effect *e)
{
	for (size_t i = 0; i < COUNT(lab_model_effect_word); i++) {
		size_t n = strlen(lab_model_effect_word[i]);
		bool ref = lab_model_effect_word[i][n - 1] == '=' || lab_model_effect_word[i][n - 1] == ':';

		if (!ref && !is(w, lab_model_effect_word[i]))
			continue;
		if (ref && (w.n <= n || memcmp(w.s, lab_model_effect_word[i], n)))
			continue;
		e->what = (uint8_t)i;
		if (i == LAB_EFFECT_IRQ_RESTORE && w.n == n + 3 && !memcmp(w.s + n, "any", 3))
			return 0;
		return ref ? lab_model_ref(l, w.s + n, w.s + w.n, &e->ref) : 0;
	}
	return lab_model_fail(l, w.s, w.n ? "unknown effect" : "no effect", form_effect);
}

static int parse_effects(struct line *l, struct lab_fact *f, unsigned int least)
{
	struct word w = lab_model_peek(l);

	while (f->neffects < least || (w.n && !is(w, "if"))) {
		lab_model_word(l);
		if (f->neffects == LAB_FACT_EFFECTS)
			return lab_model_fail(l, w.s, "too many effects", "at most 6");
		if (parse_effect(l, w, &f->effect[f->neffects++]))
			return -1;
		w = lab_model_peek(l);
	}
	return 0;
}

static int parse_ctx(struct line *l, struct lab_fact *f)
{
	struct word w = lab_model_word(l), part;
	const char *end = w.s + w.n;

	do {
		int c;

		part.s = w.s;
		while (w.s < end && *w.s != '+')
			w.s++;
		part.n = (size_t)(w.s - part.s);
		c = lab_model_lookup(part, lab_model_ctx_word, COUNT(lab_model_ctx_word));
		if (c < 0)
			return lab_model_fail(l, part.s, part.n ? "unknown context" : "no context", form_ctx);
		f->ctx |= (uint16_t)(1u << c);
	} while (w.s++ < end);
	if (f->ctx & LAB_CTX_PROCESS && f->ctx != LAB_CTX_PROCESS)
		return lab_model_fail(l, end, "process joined with another context", "one of the two");
	return 0;
}

static int parse_field(struct line *l, struct lab_fact *f)
{
	struct word w;
	bool glob = false;

	if (lab_model_member(l, lab_model_word(l), &f->glob, &f->key, &f->name, &f->field))
		return -1;
	w = lab_model_word(l);
	if (is(w, "in"))
		return parse_ctx(l, f);
	if (!is(w, "after"))
		return lab_model_fail(l, w.s, "no context", "'in CONTEXT' or 'after FIELD'");
	w = lab_model_word(l);
	if (!name_ok(w, &glob) || glob || f->glob)
		return lab_model_fail(l, w.s, w.n ? "bad field" : "no field",
			    "'after FIELD', both of them no globs");
	f->after = lab_model_keep(l, w.s, w.n);
	return f->after ? 0 : lab_model_nomem(l);
}

static int parse_calls(struct line *l, struct lab_fact *f)
{
	struct word w = lab_model_word(l);
	size_t n = lab_model_arg(w.s, w.s + w.n, &f->arg);

	if (!n || (n < w.n && (w.s[n] != '.' || !lab_model_path_ok(w.s + n + 1, w.n - n - 1))))
		return lab_model_fail(l, w.s, "no argument", "argN or argN.FIELD, counted from 0");
	if (n < w.n) {
		f->field = lab_model_keep(l, w.s + n + 1, w.n - n - 1);
		if (!f->field)
			return lab_model_nomem(l);
	}
	w = lab_model_word(l);
	if (is(w, "in"))
		return parse_ctx(l, f) || lab_model_with(l) ? -1 : 0;
	if (is(w, "now"))
		return parse_effects(l, f, 0);
	return lab_model_fail(l, w.s, "no time", "'in CONTEXT' or 'now [EFFECT...]'");
}

static int parse_test(struct line *l, struct lab_fact *f)
{
	struct word w = lab_model_word(l);
	int t = lab_model_lookup(w, lab_model_test_word, COUNT(lab_model_test_word));

	if (t < 0)
		return lab_model_fail(l, w.s, w.n ? "unknown test" : "no test",
			    "preempt_count, preemptible, irq_flags, irqs_disabled, in_atomic, "
			    "in_interrupt, in_hardirq, in_softirq, in_task, in_nmi, in_rcu, "
			    "lock_held or oops");
	f->test = (uint8_t)t;
	return 0;
}

/* Which argument the fact is about; of what is allocated, it may be the result. */
static int parse_owned(struct line *l, struct lab_fact *f)
{
	bool born = f->kind == LAB_FACT_ALLOCATES || f->kind == LAB_FACT_RECEIVES;
	struct word w = lab_model_peek(l);
	bool glob = false;

	if (f->kind == LAB_FACT_RETURNS) {
		f->result = true;
		return 0;
	}
	f->result = lab_model_arg(w.s, w.s + w.n, &f->arg) != w.n || !w.n;
	if (f->result && !born)
		return lab_model_fail(l, w.s, "no argument", "argN, counted from 0");
	if (!f->result)
		lab_model_word(l);
	if (!born || !is(lab_model_peek(l), "as"))
		return 0;
	lab_model_word(l);
	w = lab_model_word(l);
	if (!name_ok(w, &glob) || glob)
		return lab_model_fail(l, w.s, w.n ? "bad name" : "no name", "'as WORD'");
	f->as = lab_model_keep(l, w.s, w.n);
	return f->as ? 0 : lab_model_nomem(l);
}

static int parse_kind(struct line *l, struct lab_fact *f)
{
	struct word w = lab_model_word(l);
	int kind = lab_model_lookup(w, lab_model_fact_word, COUNT(lab_model_fact_word));

	if (kind < 0)
		return lab_model_fail(l, w.s, "unknown kind of fact", form_kind);
	f->kind = (uint8_t)kind;
	if (kind == LAB_FACT_FIELD ? parse_field(l, f) : parse_name(l, f))
		return -1;
	switch (kind) {
	case LAB_FACT_ENTER:
	case LAB_FACT_LEAVE:
		return parse_effects(l, f, 1) || lab_model_tail(l, f, true) ? -1 : 0;
	case LAB_FACT_CALLS:
		return parse_calls(l, f) || lab_model_tail(l, f, true) ? -1 : 0;
	case LAB_FACT_FIELD:
		return lab_model_tail(l, f, true);
	case LAB_FACT_TEST:
		return parse_test(l, f) || lab_model_tail(l, f, false) ? -1 : 0;
	case LAB_FACT_SLEEP:
		if (is(lab_model_peek(l), "after")) {
			lab_model_word(l);
			if (parse_effects(l, f, 1))
				return -1;
		}
		return lab_model_tail(l, f, true);
	default:
		if (lab_fact_is_ownership(f) && parse_owned(l, f))
			return -1;
		return lab_model_tail(l, f, kind == LAB_FACT_NOSLEEP || kind == LAB_FACT_WORKER ||
				      (lab_fact_is_ownership(f) && kind != LAB_FACT_BORROWS &&
				       kind != LAB_FACT_USES && kind != LAB_FACT_LENDS &&
				       kind != LAB_FACT_SHARES &&
				       kind != LAB_FACT_QUALITY && kind != LAB_FACT_LIMITS &&
				       kind != LAB_FACT_NUMBER));
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
	*v = lab_model_keep(l, w->s + n, k - n);
	if (!*v)
		return lab_model_nomem(l);
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
		return lab_model_fail(l, l->end, "no provenance",
			    "'# what proves it', a kernel file:function or document");
	why = lab_model_keep(l, w.s, w.n);
	if (!why)
		return lab_model_nomem(l);
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
	l->nlater = 0;
	l->end = hash ? hash : end;
	if (nul)
		return lab_model_fail(l, nul, "a NUL byte", "text");
	lab_model_skip(l);
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
		l.file = lab_model_keep(&l, file, strlen(file));
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
	lab_model_nomem(&l);
	lab_model_free(l.m);
	return NULL;
}
