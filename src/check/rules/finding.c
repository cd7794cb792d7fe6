// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Collecting findings: chains that end in the same sleeping call become one
 * finding with one root per origin, the shortest.
 *
 * An inline function of a header is not where anybody would mend a bug: the
 * sleeping call is the innermost one that stands outside a header, if there is
 * one; the chain keeps every frame.
 *
 * Fingerprint: rule, file, function, callee, and which of the function's calls to
 * it: the number of such calls on lines before.  That is a property of the source,
 * so it survives lines that move, and one unit and a whole program agree on it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "finding.h"

#define LAB_RULE(sym, id, kernel, title, severity, help) \
	{ id, LAB_KERNEL_##kernel, title, severity, help, lab_rule_##sym },
const struct lab_rule lab_rules[] = {
#include "rules.def"
	{ NULL, LAB_KERNEL_plain, NULL, NULL, NULL, NULL }
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
		{ LAB_H_RAW | LAB_H_IRQ, "raw lock, interrupts off" },
		{ LAB_H_RAW, "raw lock" },
		{ LAB_H_IRQ | LAB_H_PREEMPT, "spinlock, interrupts off" },
		{ LAB_H_IRQ, "interrupts off" }, { LAB_H_BH | LAB_H_PREEMPT, "spinlock, bh off" },
		{ LAB_H_BH, "bh off" }, { LAB_H_PREEMPT, "preemption off" },
		{ LAB_H_RCU, "rcu read section" }, { LAB_H_ANY, "atomic" } };

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

void lab_finding_free(struct lab_finding *x)
{
	for (int k = 0; k < arrlen(x->roots); k++)
		arrfree(x->roots[k].frames);
	arrfree(x->roots);
	free(x->message);
}

void lab_findings_free(struct lab_findings *f)
{
	if (!f)
		return;
	for (int i = 0; i < arrlen(f->all); i++)
		lab_finding_free(&f->all[i]);
	for (int i = 0; i < arrlen(f->texts); i++)
		free(f->texts[i]);
	arrfree(f->texts);
	arrfree(f->all);
	lab_intern_free(f->index);
	free(f);
}

const char *lab_findings_text(struct lab_findings *f, const char *text)
{
	arrput(f->texts, strdup(text));
	return f->texts[arrlen(f->texts) - 1];
}

/* File, line and column of an instruction; NULL if it has none. */
static const uint32_t *location(const struct lab_fn *b, uint32_t ins)
{
	static const uint8_t at[LAB_OP_COUNT] = {	/* of the location, plus one */
		[LAB_OP_LOAD] = 3, [LAB_OP_STORE] = 3, [LAB_OP_COPY] = 2, [LAB_OP_CALL] = 4,
		[LAB_OP_CALLI] = 5, [LAB_OP_ASM] = 3, [LAB_OP_BR] = 2, [LAB_OP_SWITCH] = 2,
		[LAB_OP_RET] = 1, [LAB_OP_GOTO] = 2, [LAB_OP_FORK] = 1 };
	const uint32_t *l;

	if (ins == LAB_NONE || !at[b->ins[ins].op])
		return NULL;
	l = b->words + b->ins[ins].words + at[b->ins[ins].op] - 1;
	return l[0] != LAB_NONE ? l : NULL;
}

/* The path as reports give it: without the root, if it lies below. */
static const char *path_of(const struct lab_findings *f, uint32_t file)
{
	const char *s = lab_prog_str(f->p, file);
	size_t n = f->root ? strlen(f->root) : 0;

	while (n && f->root[n - 1] == '/')
		n--;
	return n && !strncmp(s, f->root, n) && s[n] == '/' && s[n + 1] ? s + n + 1 : s;
}

void lab_findings_locate(const struct lab_findings *f, uint32_t fn, uint32_t ins,
			 struct lab_frame *out)
{
	const struct lab_fn *b = f->p->fns[fn].body;
	const uint32_t *l = location(b, ins);

	out->file = path_of(f, l ? l[0] : b->file);
	out->line = l ? l[1] : b->line;
	out->col = l ? l[2] : b->col;
}

uint32_t lab_findings_ordinal(const struct lab_fn *b, uint32_t ins)
{
	const uint32_t *at = location(b, ins);
	uint32_t n = 0;

	if (!at)
		return 0;
	for (uint32_t i = 0; i < b->nins; i++) {
		const uint32_t *l = location(b, i);

		if (!l || b->ins[i].op != b->ins[ins].op || l[0] != at[0] || l[1] >= at[1])
			continue;
		if (b->ins[i].op != LAB_OP_CALL || l[-1] == at[-1])
			n++;
	}
	return n;
}

static bool in_header(const struct lab_prog *p, uint32_t fn)
{
	return lab_prog_is_header(p, p->fns[fn].body->file);
}

/* What a facts file says of a function that has no body here, with its place; "". */
static const char *said_by(struct lab_findings *f, const struct lab_fact *fact)
{
	const char *slash;
	char buf[512];

	if (!fact || !fact->beyond)
		return "";
	slash = strrchr(fact->file, '/');
	snprintf(buf, sizeof(buf), "%s:%u: %s", slash ? slash + 1 : fact->file, fact->line,
		 fact->why);
	return lab_findings_text(f, buf);
}

static struct lab_origin origin_of(struct lab_findings *f, struct lab_solver *s,
				   const struct lab_chain *c, const char *what)
{
	static const char *const roles[] = { "enters", "starts", "calls", "sleeps" };
	struct lab_origin o = { .context = lab_context_name(c->bits), .ends = what, .why = "", .doubt = c->doubt,
				.targets = c->targets, .assumed = c->assumed,
				.contract = c->root != LAB_NONE };

	for (int i = 0; i < arrlen(c->steps); i++) {
		const struct lab_step *st = &c->steps[i];
		struct lab_frame fr = { .function = lab_prog_symname(f->p, st->sym),
					.role = roles[st->role], .when = "",
					.by = said_by(f, st->fact) };

		if (st->role == LAB_ROLE_STARTS) {
			const struct lab_root *r = &s->roots[c->root];
			char buf[512];
			struct lab_frame site;

			lab_findings_locate(f, st->fn, LAB_NONE, &fr);
			if (r->site_fn != LAB_NONE) {
				lab_findings_locate(f, r->site_fn, r->site_ins, &site);
				snprintf(buf, sizeof(buf), "passed to %s() by %s() at %s:%u%s%s%s",
					 r->fact->name, lab_prog_symname(f->p, f->p->fns[r->site_fn].sym),
					 site.file, site.line, r->fact->beyond ? " (by " : "",
					 said_by(f, r->fact), r->fact->beyond ? ")" : "");
			} else if (r->field == LAB_NONE) {
				snprintf(buf, sizeof(buf), "it says %s()", r->fact->name);
			} else {
				snprintf(buf, sizeof(buf), "held in struct %s.%s%s%s%s", r->fact->name,
					 r->fact->field, r->fact->beyond ? " (by " : "",
					 said_by(f, r->fact), r->fact->beyond ? ")" : "");
			}
			o.why = lab_findings_text(f, buf);
			if (!*o.context)
				o.context = "atomic";
		} else {
			lab_findings_locate(f, st->at_fn, st->at_ins, &fr);
			if (st->when.n) {
				char buf[400];

				lab_guard_words(s, st->fn, st->when, buf, sizeof(buf));
				fr.when = lab_findings_text(f, buf);
			}
		}
		arrput(o.frames, fr);
	}
	return o;
}

void lab_origin_caveats(const struct lab_origin *o, void (*say)(void *ctx, const char *text),
			void *ctx)
{
	static const struct { uint8_t bit; const char *text; } doubts[] = {
		{ LAB_DOUBT_FLAG, "hangs on a flag of a value that nobody can see" },
		{ LAB_DOUBT_DROPPED, "the lock may have been dropped by then" },
		{ LAB_DOUBT_MOMENT, "a test of the context is taken to answer so" },
		{ LAB_DOUBT_CALLER, "callers decide, and none is seen that passes such a value" },
		{ LAB_DOUBT_OTHER, "a pointer may belong to another driver's object" },
		{ LAB_DOUBT_MUCH, "a long way on which much is taken to be possible" },
		{ LAB_DOUBT_UNSEEN, "a function that is not here sleeps under a condition nobody sees" },
		{ LAB_DOUBT_FEW, "most functions that a pointer may be do not sleep" } };
	char buf[96];

	for (size_t i = 0; i < sizeof(doubts) / sizeof(*doubts); i++)
		if (o->doubt & doubts[i].bit)
			say(ctx, doubts[i].text);
	if (o->targets > 1) {
		snprintf(buf, sizeof(buf), "a pointer on the way may be one of %u functions", o->targets);
		say(ctx, buf);
	}
	if (o->assumed) {
		snprintf(buf, sizeof(buf), "%u condition%s on memory %s taken to be possible", o->assumed,
			 o->assumed == 1 ? "" : "s", o->assumed == 1 ? "is" : "are");
		say(ctx, buf);
	}
	if (o->contract)
		say(ctx, "the context it starts in is a model's word");
}

static int same_origin(const struct lab_origin *a, const struct lab_origin *b)
{
	const struct lab_frame *x = &a->frames[0], *y = &b->frames[0];

	if (strcmp(x->function, y->function) || strcmp(x->file, y->file) ||
	    x->line != y->line || strcmp(x->role, y->role))
		return 0;
	/* two calls in the atomic section are two things to mend */
	if (arrlen(a->frames) < 3 || arrlen(b->frames) < 3)
		return 1;
	return a->frames[1].line == b->frames[1].line &&
	       !strcmp(a->frames[2].function, b->frames[2].function);
}

static void add_origin(struct lab_finding *f, struct lab_origin o)
{
	for (int i = 0; i < arrlen(f->roots); i++) {
		struct lab_origin *x = &f->roots[i];

		if (!same_origin(x, &o))
			continue;
		if (!o.doubt > !x->doubt ||
		    (!o.doubt == !x->doubt && arrlen(o.frames) < arrlen(x->frames))) {
			arrfree(x->frames);
			*x = o;
		} else {
			arrfree(o.frames);
		}
		return;
	}
	arrput(f->roots, o);
}

void lab_findings_hash(struct lab_finding *x, const char *more)
{
	char key[1024];
	int n = snprintf(key, sizeof(key), "%s|%s|%s|%s|%s", x->rule->id, x->file, x->function,
			 x->callee, more);

	if (n > (int)sizeof(key) - 1)
		n = sizeof(key) - 1;
	snprintf(x->fingerprint, sizeof(x->fingerprint), "%016llx",
		 (unsigned long long)XXH3_64bits(key, n));
}

static void fingerprint(const struct lab_findings *f, const struct lab_chain *c, int at,
			struct lab_finding *x)
{
	const struct lab_fn *b = f->p->fns[c->steps[at].at_fn].body;
	uint32_t ins = c->steps[at].at_ins;
	const char *through = "";	/* what is called, if that is not the callee */
	char key[300];

	if (b->ins[ins].op == LAB_OP_CALLI)
		through = "*";
	else if (b->words[b->ins[ins].words + 2] != c->steps[at + 1].sym)
		through = lab_prog_symname(f->p, b->words[b->ins[ins].words + 2]);
	snprintf(key, sizeof(key), "%s|%u", through, lab_findings_ordinal(b, ins));
	lab_findings_hash(x, key);
}

/* The frame that makes the sleeping call. */
static int sink_of(const struct lab_findings *f, const struct lab_chain *c)
{
	int last = arrlen(c->steps) - 2, at = last;

	while (at > 0 && in_header(f->p, c->steps[at].fn))
		at--;
	if (at < 0 || in_header(f->p, c->steps[at].fn) || c->steps[at].role != LAB_ROLE_CALLS)
		at = last;
	return at;
}

void lab_findings_add(struct lab_findings *f, struct lab_finding x, const char *message,
		      struct lab_origin o)
{
	struct { char fingerprint[sizeof(x.fingerprint)]; char pad[3]; uint32_t line; } key = { 0 };
	uint32_t k;
	int fresh;

	memcpy(key.fingerprint, x.fingerprint, sizeof(key.fingerprint));
	key.line = x.line;
	k = lab_intern(f->index, &key, sizeof(key), &fresh);
	if (fresh) {
		x.message = strdup(message);
		arrput(f->all, x);
	}
	add_origin(&f->all[k], o);
}

void lab_findings_chain(struct lab_findings *f, const struct lab_rule *rule, struct lab_solver *s,
			const struct lab_chain *c, const char *what)
{
	int at = sink_of(f, c);
	struct lab_finding x = { .rule = rule, .fn = c->steps[at].at_fn, .in_atomic = true };
	struct lab_frame place;
	char buf[256];

	lab_findings_locate(f, c->steps[at].at_fn, c->steps[at].at_ins, &place);
	x.function = lab_prog_symname(f->p, c->steps[at].sym);
	x.callee = lab_prog_symname(f->p, c->steps[at + 1].sym);
	x.file = place.file;
	x.line = place.line;
	x.col = place.col;
	fingerprint(f, c, at, &x);
	snprintf(buf, sizeof(buf), "%s() %s", x.callee, what);
	lab_findings_add(f, x, buf, origin_of(f, s, c, what));
}

static int by_frames(const void *pa, const void *pb)
{
	const struct lab_origin *a = pa, *b = pb;
	int c = !!a->doubt - !!b->doubt;

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
	if (!x->in_atomic)
		return;
	snprintf(buf, sizeof(buf), "%s in atomic context (%s)%s", x->message, x->context,
		 x->doubt ? ", doubtful" : "");
	free(x->message);
	x->message = strdup(buf);
}

void lab_findings_finish(struct lab_findings *f)
{
	for (int i = 0; i < arrlen(f->all); i++)
		describe(&f->all[i]);
	if (f->all)
		qsort(f->all, arrlenu(f->all), sizeof(*f->all), by_place);
}
