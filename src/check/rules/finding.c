// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Collecting findings: chains that end in the same sleeping call become one
 * finding with one root per origin, the shortest.
 *
 * An inline function of a header is not where anybody would mend a bug: the
 * sleeping call is the innermost one that stands outside a header, if there is
 * one; the chain keeps every frame.
 *
 * Fingerprint: rule, file, function, callee and ordinal among equals, so that it
 * survives lines that move.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "finding.h"

#define LAB_RULE(sym, id, title, severity, help) { id, title, severity, help, lab_rule_##sym },
const struct lab_rule lab_rules[] = {
#include "rules.def"
	{ NULL, NULL, NULL, NULL, NULL }
};
#undef LAB_RULE

const struct lab_rule *lab_rule_find(const char *id)
{
	for (const struct lab_rule *r = lab_rules; r->id; r++)
		if (!strcmp(r->id, id))
			return r;
	return NULL;
}

const char *lab_context_name(unsigned int bits)
{
	static const struct { unsigned int bits; const char *name; } names[] = {
		{ LAB_H_HARDIRQ, "hardirq" }, { LAB_H_SOFTIRQ, "softirq" },
		{ LAB_H_IRQ | LAB_H_PREEMPT, "spinlock, interrupts off" },
		{ LAB_H_IRQ, "interrupts off" }, { LAB_H_BH | LAB_H_PREEMPT, "spinlock, bh off" },
		{ LAB_H_BH, "bh off" }, { LAB_H_PREEMPT, "preemption off" },
		{ LAB_H_RCU, "rcu read section" }, { LAB_H_RAW, "raw" }, { LAB_H_ANY, "atomic" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if ((bits & names[i].bits) == names[i].bits)
			return names[i].name;
	return "atomic";
}

struct lab_findings *lab_findings_new(const struct lab_prog *p)
{
	struct lab_findings *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->p = p;
	f->index = lab_intern_new();
	return f;
}

void lab_findings_free(struct lab_findings *f)
{
	if (!f)
		return;
	for (int i = 0; i < arrlen(f->all); i++) {
		for (int k = 0; k < arrlen(f->all[i].roots); k++)
			arrfree(f->all[i].roots[k].frames);
		arrfree(f->all[i].roots);
		free(f->all[i].message);
	}
	for (int i = 0; i < arrlen(f->texts); i++)
		free(f->texts[i]);
	arrfree(f->texts);
	arrfree(f->all);
	lab_intern_free(f->index);
	free(f);
}

/* Place of a call; the function's own place where there is none. */
static void locate(const struct lab_prog *p, uint32_t fn, uint32_t ins, struct lab_frame *out)
{
	const struct lab_fn *b = p->fns[fn].body;
	const uint32_t *l = NULL;

	out->file = lab_prog_str(p, b->file);
	out->line = b->line;
	out->col = b->col;
	if (ins == LAB_NONE)
		return;
	if (b->ins[ins].op == LAB_OP_CALL)
		l = b->words + b->ins[ins].words + 3;
	else if (b->ins[ins].op == LAB_OP_CALLI)
		l = b->words + b->ins[ins].words + 4;
	if (!l || l[0] == LAB_NONE)
		return;
	out->file = lab_prog_str(p, l[0]);
	out->line = l[1];
	out->col = l[2];
}

static bool in_header(const struct lab_prog *p, uint32_t fn)
{
	const char *f = lab_prog_str(p, p->fns[fn].body->file);
	size_t n = strlen(f);

	return n > 2 && !strcmp(f + n - 2, ".h");
}

static struct lab_origin origin_of(struct lab_findings *f, struct lab_solver *s,
				   const struct lab_chain *c)
{
	static const char *const roles[] = { "enters", "starts", "calls", "sleeps" };
	struct lab_origin o = { .context = lab_context_name(c->bits), .why = "", .doubt = c->doubt };

	for (int i = 0; i < arrlen(c->steps); i++) {
		const struct lab_step *st = &c->steps[i];
		struct lab_frame fr = { .function = lab_prog_symname(f->p, st->sym),
					.role = roles[st->role], .when = "" };

		if (st->role == LAB_ROLE_STARTS) {
			const struct lab_root *r = &s->roots[c->root];
			char buf[512];
			struct lab_frame site;

			locate(f->p, st->fn, LAB_NONE, &fr);
			if (r->site_fn != LAB_NONE) {
				locate(f->p, r->site_fn, r->site_ins, &site);
				snprintf(buf, sizeof(buf), "passed to %s() by %s() at %s:%u",
					 r->fact->name, lab_prog_symname(f->p, f->p->fns[r->site_fn].sym),
					 site.file, site.line);
			} else {
				snprintf(buf, sizeof(buf), "held in struct %s.%s", r->fact->name,
					 r->fact->field);
			}
			arrput(f->texts, strdup(buf));
			o.why = f->texts[arrlen(f->texts) - 1];
			if (!*o.context)
				o.context = "atomic";
		} else {
			locate(f->p, st->at_fn, st->at_ins, &fr);
			if (st->when.n) {
				char buf[400];

				lab_guard_words(s, st->fn, st->when, buf, sizeof(buf));
				arrput(f->texts, strdup(buf));
				fr.when = f->texts[arrlen(f->texts) - 1];
			}
		}
		arrput(o.frames, fr);
	}
	return o;
}

static int same_origin(const struct lab_origin *a, const struct lab_origin *b)
{
	const struct lab_frame *x = &a->frames[0], *y = &b->frames[0];

	return !strcmp(x->function, y->function) && !strcmp(x->file, y->file) &&
	       x->line == y->line && !strcmp(x->role, y->role);
}

static void add_origin(struct lab_finding *f, struct lab_origin o)
{
	for (int i = 0; i < arrlen(f->roots); i++) {
		struct lab_origin *x = &f->roots[i];

		if (!same_origin(x, &o))
			continue;
		if (o.doubt < x->doubt ||
		    (o.doubt == x->doubt && arrlen(o.frames) < arrlen(x->frames))) {
			arrfree(x->frames);
			*x = o;
		} else {
			arrfree(o.frames);
		}
		return;
	}
	arrput(f->roots, o);
}

void lab_findings_chain(struct lab_findings *f, const struct lab_rule *rule, struct lab_solver *s,
			const struct lab_chain *c, const char *what)
{
	int n = arrlen(c->steps), at = n - 2;	/* the frame that makes the sleeping call */
	struct lab_finding x = { .rule = rule };
	struct lab_frame place;
	uint32_t key[4];
	char buf[256];
	uint32_t k;
	int fresh;

	while (at > 0 && in_header(f->p, c->steps[at].fn))
		at--;
	if (at < 0 || in_header(f->p, c->steps[at].fn) || c->steps[at].role != LAB_ROLE_CALLS)
		at = n - 2;
	locate(f->p, c->steps[at].at_fn, c->steps[at].at_ins, &place);
	x.function = lab_prog_symname(f->p, c->steps[at].sym);
	x.callee = lab_prog_symname(f->p, c->steps[at + 1].sym);
	x.file = place.file;
	x.line = place.line;
	x.col = place.col;
	key[0] = c->steps[at].fn;
	key[1] = c->steps[at + 1].sym;
	key[2] = place.line;
	key[3] = rule - lab_rules;
	k = lab_intern(f->index, key, sizeof(key), &fresh);
	if (fresh) {
		snprintf(buf, sizeof(buf), "%s() %s", x.callee, what);
		x.message = strdup(buf);
		arrput(f->all, x);
	}
	add_origin(&f->all[k], origin_of(f, s, c));
}

static int by_frames(const void *pa, const void *pb)
{
	const struct lab_origin *a = pa, *b = pb;
	int c = a->doubt - b->doubt;

	if (!c)
		c = arrlen(a->frames) - arrlen(b->frames);
	for (int i = 0; !c && i < arrlen(a->frames); i++) {
		c = strcmp(a->frames[i].function, b->frames[i].function);
		if (!c)
			c = strcmp(a->frames[i].file, b->frames[i].file);
		if (!c)
			c = (a->frames[i].line > b->frames[i].line) -
			    (a->frames[i].line < b->frames[i].line);
	}
	return c;
}

static int by_place(const void *pa, const void *pb)
{
	const struct lab_finding *a = pa, *b = pb;
	int c = strcmp(a->file, b->file);

	if (!c)
		c = (a->line > b->line) - (a->line < b->line);
	if (!c)
		c = (a->col > b->col) - (a->col < b->col);
	if (!c)
		c = strcmp(a->function, b->function);
	if (!c)
		c = strcmp(a->callee, b->callee);
	return c ? c : strcmp(a->rule->id, b->rule->id);
}

static void describe(struct lab_finding *x)
{
	char buf[512];

	qsort(x->roots, arrlenu(x->roots), sizeof(*x->roots), by_frames);
	x->context = x->roots[0].context;
	x->doubt = x->roots[0].doubt;
	snprintf(buf, sizeof(buf), "%s in atomic context (%s)%s", x->message, x->context,
		 x->doubt ? ", if a flag that is not seen allows it" : "");
	free(x->message);
	x->message = strdup(buf);
}

void lab_findings_finish(struct lab_findings *f)
{
	struct lab_intern *equal = lab_intern_new();
	uint32_t *count = NULL;

	for (int i = 0; i < arrlen(f->all); i++)
		describe(&f->all[i]);
	if (f->all)
		qsort(f->all, arrlenu(f->all), sizeof(*f->all), by_place);
	for (int i = 0; i < arrlen(f->all); i++) {
		struct lab_finding *x = &f->all[i];
		char key[1024];
		int n = snprintf(key, sizeof(key), "%s|%s|%s|%s", x->rule->id, x->file, x->function,
				 x->callee), fresh;
		uint32_t k;

		if (n > (int)sizeof(key) - 16)
			n = sizeof(key) - 16;
		k = lab_intern(equal, key, n, &fresh);
		if (fresh)
			arrput(count, 0);
		n += snprintf(key + n, sizeof(key) - n, "|%u", count[k]++);
		snprintf(x->fingerprint, sizeof(x->fingerprint), "%016llx",
			 (unsigned long long)XXH3_64bits(key, n));
	}
	arrfree(count);
	lab_intern_free(equal);
}
