// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be wrong with a model that parses: facts that contradict or repeat
 * each other, and names that the kernel under the glass does not have.  The
 * latter is no error of the model (it serves several kernels) but must be said:
 * a bug behind a misspelt name would be missed in silence.
 */
#include <stdarg.h>
#include <stdio.h>

#include "check/model/model_priv.h"

uint32_t lab_model_stale(const struct lab_model *m, lab_model_has_fn has,
			 lab_model_stale_fn stale, void *ctx)
{
	uint32_t i, n = 0;

	for (i = 0; i < m->nfacts; i++) {
		const struct lab_fact *f = &m->facts[i];

		if (f->since || f->until || f->glob)
			continue;
		/* the facts that "or" made of one line */
		if (i && f[-1].line == f->line && f[-1].key == f->key)
			continue;
		if (has(ctx, f->name, f->kind == LAB_FACT_FIELD ? f->field : NULL))
			continue;
		n++;
		if (stale)
			stale(ctx, f);
	}
	return n;
}

/* ---- the fact as text ---------------------------------------------------------- */
struct out { char *buf; size_t size; int n; };

static void __attribute__((format(printf, 2, 3))) put(struct out *o, const char *fmt, ...)
{
	size_t at = (size_t)o->n < o->size ? (size_t)o->n : o->size;
	va_list ap;

	va_start(ap, fmt);
	o->n += vsnprintf(o->buf ? o->buf + at : NULL, o->size - at, fmt, ap);
	va_end(ap);
}

static void put_ref(struct out *o, const struct lab_model_ref *r)
{
	if (r->base == LAB_MREF_RET)
		put(o, "ret");
	else
		put(o, "%sarg%u", r->deref ? "*" : "", r->arg);
	if (r->type)
		put(o, ":%s", r->type);
	if (r->path)
		put(o, ".%s", r->path);
}

static void put_const(struct out *o, const struct lab_model_const *c)
{
	if (c->macro)
		put(o, "%s", c->macro);
	else if (c->value > -10 && c->value < 10)
		put(o, "%d", (int)c->value);
	else
		put(o, "0x%llx", (unsigned long long)c->value);
}

static void put_atom(struct out *o, const struct lab_atom *a)
{
	static const char *const op[] = { "==", "!=", "<", ">" };

	if (a->kind == LAB_ATOM_UNSEEN) {
		put(o, "unseen");
		return;
	}
	if (a->kind == LAB_ATOM_RT || a->kind == LAB_ATOM_TEST) {
		put(o, "%s%s", a->negated ? "!" : "",
		    a->kind == LAB_ATOM_RT ? "rt" : lab_model_test_word[a->test]);
		return;
	}
	if (a->kind == LAB_ATOM_SETS) {
		put(o, "%s%s.%s", a->negated ? "!" : "", a->type, a->field);
		if (a->masked) {
			put(o, " & ");
			put_const(o, &a->mask);
		}
		put(o, a->nearby ? " nearby" : "");
		return;
	}
	if (a->kind == LAB_ATOM_PASSES) {
		put(o, a->masked ? "%scalls %s arg%u & " : "%scalls %s", a->negated ? "!" : "", a->type,
		    a->value.arg);
		if (a->masked)
			put_const(o, &a->mask);
		return;
	}
	put_ref(o, &a->value);
	if (a->kind == LAB_ATOM_IS) {
		put(o, a->negated ? " is not %s" : " is %s", a->type);
		return;
	}
	if (a->masked) {
		put(o, " & ");
		put_const(o, &a->mask);
	}
	put(o, " %s ", op[a->op]);
	put_const(o, &a->rhs);
}

static void put_ctx(struct out *o, unsigned int ctx)
{
	const char *sep = " in ";

	for (unsigned int i = 0; i < LAB_MODEL_CTX_COUNT; i++) {
		if (!(ctx & 1u << i))
			continue;
		put(o, "%s%s", sep, lab_model_ctx_word[i]);
		sep = "+";
	}
}

int lab_atom_print(const struct lab_atom *a, char *buf, size_t size)
{
	struct out o = { buf, size, 0 };

	put_atom(&o, a);
	return o.n;
}

int lab_fact_print(const struct lab_fact *f, char *buf, size_t size)
{
	struct out o = { buf, size, 0 };
	int i;

	put(&o, "%s %s", lab_model_fact_word[f->kind], f->key);
	if (f->kind == LAB_FACT_CALLS) {
		put(&o, f->field ? " arg%u.%s" : " arg%u", f->arg, f->field);
		if (!f->ctx)
			put(&o, " now");
	}
	if (lab_fact_is_ownership(f) && !f->result)
		put(&o, " arg%u", f->arg);
	if (f->as)
		put(&o, " as %s", f->as);
	put_ctx(&o, f->ctx);
	if (f->after)
		put(&o, " after %s", f->after);
	if (f->kind == LAB_FACT_TEST)
		put(&o, " %s", lab_model_test_word[f->test]);
	if (f->kind == LAB_FACT_SLEEP && f->neffects)
		put(&o, " after");
	for (i = 0; i < f->neffects; i++) {
		put(&o, " %s", lab_model_effect_word[f->effect[i].what]);
		if (f->effect[i].ref.base)
			put_ref(&o, &f->effect[i].ref);
		else if (f->effect[i].what == LAB_EFFECT_IRQ_RESTORE)
			put(&o, "any");
	}
	for (i = f->natoms; i < f->natoms + f->nlater; i++) {
		put(&o, i > f->natoms ? " and " : " with ");
		put_atom(&o, &f->atom[i]);
	}
	for (i = 0; i < f->natoms; i++) {
		put(&o, i ? " and " : " if ");
		if (f->kind != LAB_FACT_FIELD && (f->atom[i].kind == LAB_ATOM_SETS || f->atom[i].kind == LAB_ATOM_PASSES))
			put(&o, "file ");
		put_atom(&o, &f->atom[i]);
	}
	return o.n;
}

/* ---- contradictions -------------------------------------------------------------- */
static const char *clash(const struct lab_fact *a, const struct lab_fact *b)
{
	char x[512], y[512];
	bool sleeps = a->kind == LAB_FACT_SLEEP && b->kind == LAB_FACT_SLEEP &&
		      !a->neffects == !b->neffects;

	lab_fact_print(a, x, sizeof(x));
	lab_fact_print(b, y, sizeof(y));
	if (!strcmp(x, y))
		return "the same fact twice";
	if (a->kind == LAB_FACT_NEUTRAL || b->kind == LAB_FACT_NEUTRAL) {
		const struct lab_fact *o = a->kind == LAB_FACT_NEUTRAL ? b : a;

		if (lab_fact_replaces_body(o))
			return "neutral, yet it does something";
	}
	if (sleeps && (!a->natoms || !b->natoms))
		return "a condition beside an unconditional fact";
	if ((a->kind == LAB_FACT_SLEEP && b->kind == LAB_FACT_NOSLEEP && !b->natoms) ||
	    (b->kind == LAB_FACT_SLEEP && a->kind == LAB_FACT_NOSLEEP && !a->natoms))
		return "sleeps and does not sleep";
	if (a->kind == LAB_FACT_FIELD && a->ctx != b->ctx && !a->natoms && !b->natoms)
		return "two contexts of one field: join them by '+' or choose";
	return NULL;
}

uint32_t lab_model_lint(const struct lab_model *m, lab_model_clash_fn say, void *ctx)
{
	uint32_t i, k, n = 0;

	for (i = 0; i < m->nfacts; i++) {
		const struct lab_fact *a = &m->facts[i], *b;

		for (k = i + 1; k < m->nfacts; k++) {
			const char *why;

			b = &m->facts[k];
			if (b->glob != a->glob || strcmp(a->key, b->key))
				break;
			why = clash(a, b);
			if (!why)
				continue;
			n++;
			if (say)
				say(ctx, a, b, why);
		}
	}
	return n;
}
