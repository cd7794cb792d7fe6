// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Findings that one unit proves by itself and the whole program does not report,
 * each with the fact that refutes it.
 *
 * Every unit is judged alone, as the plugin does.  Why a finding is gone is found
 * by experiment: the unit is judged again beside the one unit that has the body
 * of a function which the chain's functions call; what makes the finding go is
 * the fact.  If no single body does, the program is put back together unit by
 * unit (a binary search over its prefixes) until the finding goes.
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "check.h"

#define BODIES 400	/* functions looked at behind a chain */
#define THREADS 16

struct refuter {
	struct lab_check *c;		/* the program */
	const struct lab_model *m;
	struct lab_check_options o;
	struct lab_intern *known;	/* fingerprints of the program */
	struct lab_findings *all;	/* the program's, with the doubtful ones */
	struct lab_check **alone;	/* by unit; NULL: nothing to explain */
	atomic_uint next;
};

/* One finding of one unit. */
struct refuted {
	struct refuter *r;
	uint32_t unit;
	const struct lab_check *uc;
	const struct lab_finding *f;
	uint32_t *fns;		/* stb_ds: functions of uc behind the chain, nearest first */
	bool sure;		/* what was found is reason enough */
};

static char *text(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = malloc(n + 1);
	if (!s)
		abort();
	va_start(ap, fmt);
	vsnprintf(s, n + 1, fmt, ap);
	va_end(ap);
	return s;
}

/* ---- judging some of the units ------------------------------------------------------ */

static void add_unit(const struct refuter *r, struct lab_check *c, uint32_t unit)
{
	const struct lab_record *rec = &r->c->p->records[r->c->p->units[unit].record];
	struct lab_skel_err err;

	/* it was read before: cannot fail */
	lab_check_add(c, rec->bytes, rec->len, "", 0, &err);
}

static void judge(const struct refuter *r, struct lab_check *c)
{
	struct lab_skel_err err;
	const char *bad;

	lab_check_run(c, r->m, &r->o, &err, &bad);
}

static bool reports(const struct lab_check *c, const char *fingerprint)
{
	for (int i = 0; c->f && i < arrlen(c->f->all); i++)
		if (!strcmp(c->f->all[i].fingerprint, fingerprint))
			return true;
	return false;
}

/* Does the unit still report it beside the units [0, prefix) and other? */
static bool stays(const struct refuted *x, uint32_t prefix, uint32_t other)
{
	struct lab_check *c = lab_check_new();
	bool ret;

	add_unit(x->r, c, x->unit);
	if (other != LAB_NONE && other != x->unit)
		add_unit(x->r, c, other);
	for (uint32_t i = 0; i < prefix; i++)
		if (i != x->unit)
			add_unit(x->r, c, i);
	judge(x->r, c);
	ret = reports(c, x->f->fingerprint);
	lab_check_free(c);
	return ret;
}

/* ---- what lies behind the chain ------------------------------------------------------- */

/* Places of a body's calls. */
static const uint32_t *place(const struct lab_fn *b, uint32_t i)
{
	const uint32_t *w = b->words + b->ins[i].words;

	return b->ins[i].op == LAB_OP_CALL ? w + 3 : b->ins[i].op == LAB_OP_CALLI ? w + 4 : NULL;
}

static bool calls_at(const struct lab_fn *b, uint32_t line)
{
	for (uint32_t i = 0; i < b->nins; i++) {
		const uint32_t *l = place(b, i);

		if (l && l[1] == line)
			return true;
	}
	return false;
}

static void want(struct refuted *x, uint32_t fn)
{
	for (int i = 0; i < arrlen(x->fns); i++)
		if (x->fns[i] == fn)
			return;
	if (arrlen(x->fns) < BODIES)
		arrput(x->fns, fn);
}

/* The functions of the frames, then what they call, breadth first. */
static void gather(struct refuted *x)
{
	const struct lab_prog *p = x->uc->p;

	for (int r = 0; r < arrlen(x->f->roots); r++)
		for (int i = 0; i + 1 < arrlen(x->f->roots[r].frames); i++) {
			const struct lab_frame *fr = &x->f->roots[r].frames[i];

			for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++)
				if (!strcmp(lab_prog_symname(p, p->fns[fn].sym), fr->function) &&
				    (calls_at(p->fns[fn].body, fr->line) ||
				     p->fns[fn].body->line == fr->line))
					want(x, fn);
		}
	for (int k = 0; k < arrlen(x->fns); k++) {
		const struct lab_fn *b = p->fns[x->fns[k]].body;

		for (uint32_t i = 0; i < b->nins; i++)
			if (b->ins[i].op == LAB_OP_CALL) {
				uint32_t to = lab_prog_resolve(p, b->words[b->ins[i].words + 2], 0);

				if (to != LAB_NONE)
					want(x, to);
			}
	}
}

/* The body that the program has for symbol sym of the unit alone, which has none. */
static uint32_t body_elsewhere(const struct refuted *x, uint32_t sym)
{
	const struct lab_prog *p = x->r->c->p;
	uint32_t there, n;
	const struct lab_fact *f;

	if (lab_prog_resolve(x->uc->p, sym, 0) != LAB_NONE)
		return LAB_NONE;
	there = lab_prog_find_sym(p, lab_prog_symname(x->uc->p, sym));
	if (there == LAB_NONE)
		return LAB_NONE;
	f = lab_solver_facts(x->r->c->s, there, &n);
	if (n && lab_fact_replaces_body(f))
		return LAB_NONE;
	return lab_prog_resolve(p, there, x->unit);
}

/* What a body does that one takes a function without a body not to do. */
static char *effect(const struct lab_summary *s)
{
	bool leaves = false, on = false, same = true;

	for (int i = 0; i < arrlen(s->outcomes); i++) {
		const struct lab_outcome *o = &s->outcomes[i];

		leaves |= o->d.ndebts > 0;
		on |= o->d.irq_on;
		same &= o->ret.lo == o->ret.hi && o->ret.lo == s->outcomes[0].ret.lo;
	}
	if (!arrlen(s->outcomes))
		return text("does not return");
	if (leaves)
		return text("leaves what its caller holds");
	if (on)
		return text("switches interrupts on");
	if (arrlen(s->sleeps))
		return text("may sleep itself");
	if (same)
		return text("returns only %lld", (long long)s->outcomes[0].ret.lo);
	if (s->pure || (s->writes_known && !s->nstores))
		return text("changes no memory that its caller reads again");
	return text("has a body that tells otherwise");
}

/* A body somewhere else that by itself makes the finding go. */
static char *by_body(const struct refuted *x)
{
	const struct lab_prog *p = x->uc->p, *whole = x->r->c->p;
	uint8_t *tried = calloc(arrlenu(whole->units) + 1, 1);
	char *by = NULL;

	if (!tried)
		abort();
	for (int k = 0; k < arrlen(x->fns) && !by; k++) {
		const struct lab_fn *b = p->fns[x->fns[k]].body;

		for (uint32_t i = 0; i < b->nins && !by; i++) {
			uint32_t fn, unit;
			char *does;

			if (b->ins[i].op != LAB_OP_CALL)
				continue;
			fn = body_elsewhere(x, b->words[b->ins[i].words + 2]);
			unit = fn == LAB_NONE ? LAB_NONE : whole->fns[fn].unit;
			if (unit == LAB_NONE || tried[unit]++ || stays(x, 0, unit))
				continue;
			does = effect(&x->r->c->s->sum[fn]);
			by = text("%s() (%s) %s", lab_prog_symname(whole, whole->fns[fn].sym),
				  lab_prog_str(whole, whole->units[unit].source), does);
			free(does);
		}
	}
	free(tried);
	return by;
}

/* ---- what else can be said ---------------------------------------------------------------- */

/* The program reports the same call under another name. */
static char *by_grouping(const struct refuted *x)
{
	for (int i = 0; i < arrlen(x->r->c->f->all); i++) {
		const struct lab_finding *g = &x->r->c->f->all[i];

		if (g->rule == x->f->rule && g->line == x->f->line && !strcmp(g->file, x->f->file))
			return text("reported at the same place as %s() calling %s()", g->function,
				    g->callee);
	}
	return NULL;
}

/* The field whose functions are called on this line, with its set; NULL if none. */
static const struct lab_fieldset *called_field(const struct lab_prog *p, const struct lab_gfn *f,
					       uint32_t line, uint32_t *field)
{
	for (uint32_t i = 0; i < f->body->nins; i++) {
		const uint32_t *l = place(f->body, i), *w;
		const struct lab_ins *d;
		uint32_t v;

		if (f->body->ins[i].op != LAB_OP_CALLI || l[1] != line)
			continue;
		v = f->body->words[f->body->ins[i].words + 3];
		d = f->def[v] == LAB_NONE ? NULL : &f->body->ins[f->def[v]];
		if (!d || d->op != LAB_OP_LOAD)
			continue;
		w = f->body->words + d->words;
		if (!w[7] || w[8 + 2 * (w[7] - 1)] != LAB_ELEM_FIELD)
			continue;
		*field = w[9 + 2 * (w[7] - 1)];
		return &p->fieldsets[*field];
	}
	return NULL;
}

/* A call of the chain goes through a pointer that may hold more in the program. */
static char *by_pointer(struct refuted *x, const struct lab_frame *fr)
{
	const struct lab_prog *p = x->r->c->p;

	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++) {
		const struct lab_fieldset *s;
		uint32_t field, owner;

		if (strcmp(lab_prog_symname(p, p->fns[fn].sym), fr->function))
			continue;
		s = called_field(p, &p->fns[fn], fr->line, &field);
		if (!s || arrlen(s->fns) < 2)
			continue;
		x->sure = arrlen(s->fns) > LAB_WIDE;
		owner = p->fields[field].owner;
		return text("the call through %s.%s in %s() may go to %d functions%s",
			    owner == LAB_NONE ? "" : lab_prog_str(p, p->types[owner].name),
			    lab_prog_str(p, p->fields[field].name), fr->function,
			    (int)arrlen(s->fns), arrlen(s->fns) > LAB_WIDE ?
			    ", more than are followed" : "");
	}
	return NULL;
}

static char *by_frames(struct refuted *x)
{
	const struct lab_origin *o = &x->f->roots[0];
	const struct lab_solver *s = x->r->c->s;
	char *by = NULL;

	for (int i = 0; i + 1 < arrlen(o->frames) && !by; i++) {
		by = by_pointer(x, &o->frames[i]);
		for (uint32_t fn = 0; fn < arrlenu(s->p->fns) && !by; fn++)
			if (s->sum[fn].gave_up && !strcmp(lab_prog_symname(s->p, s->p->fns[fn].sym),
							  o->frames[i].function))
				by = text("%s() has too many paths in the program to follow all",
					  o->frames[i].function);
	}
	return by;
}

/* The search from this origin ends at other sleeping calls. */
static char *by_search(const struct refuted *x)
{
	const struct lab_frame *fr = &x->f->roots[0].frames[0];
	int n = 0;

	for (int i = 0; i < arrlen(x->r->all->all); i++) {
		const struct lab_finding *g = &x->r->all->all[i];

		for (int k = 0; k < arrlen(g->roots); k++) {
			const struct lab_frame *h = &g->roots[k].frames[0];

			if (h->line == fr->line && !strcmp(h->file, fr->file) &&
			    !strcmp(h->function, fr->function)) {
				n++;
				break;
			}
		}
	}
	return n < 2 ? NULL : text("%d other sleeping calls are nearer to %s(), where the search "
				   "from it ends", n, fr->function);
}

static char *by_names(const struct refuted *x)
{
	const struct lab_origin *o = &x->f->roots[0];
	char *s = text("the program's view of"), *t;

	for (int i = 0; i + 1 < arrlen(o->frames); i++) {
		if (i && !strcmp(o->frames[i].function, o->frames[i - 1].function))
			continue;
		t = text("%s%s %s()", s, i ? "," : "", o->frames[i].function);
		free(s);
		s = t;
	}
	t = text("%s differs", s);
	free(s);
	return t;
}

static bool is_doubtful(const struct refuted *x)
{
	for (int i = 0; i < arrlen(x->r->all->all); i++)
		if (!strcmp(x->r->all->all[i].fingerprint, x->f->fingerprint))
			return true;
	return false;
}

/* The unit that makes it go when the program is put together in order. */
static uint32_t decisive(const struct refuted *x)
{
	uint32_t lo = 0, hi = arrlenu(x->r->c->p->units);

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (stays(x, mid, LAB_NONE))
			lo = mid;
		else
			hi = mid;
	}
	return hi - 1;
}

static char *explain(struct refuted *x)
{
	const struct lab_prog *p = x->r->c->p;
	char *by = by_grouping(x), *more;

	if (by)
		return by;
	gather(x);
	by = by_body(x);
	arrfree(x->fns);
	if (by)
		return by;
	by = by_frames(x);
	if (!by)
		by = by_search(x);
	if (!by)
		by = by_names(x);
	more = text("%s%s%s%s%s", by, x->sure ? "" : ", with ",
		    x->sure ? "" : lab_prog_str(p, p->units[decisive(x)].source),
		    x->sure ? "" : " in the program",
		    is_doubtful(x) ? "; it holds the finding doubtful (--all)" : "");
	free(by);
	return more;
}

/* ---- all units ------------------------------------------------------------------------------ */

static bool is_known(const struct refuter *r, const struct lab_finding *f)
{
	return lab_intern_find(r->known, f->fingerprint, strlen(f->fingerprint)) != UINT32_MAX;
}

static void *judge_some(void *arg)
{
	struct refuter *r = arg;
	uint32_t i;

	while ((i = atomic_fetch_add(&r->next, 1)) < arrlenu(r->c->p->units)) {
		struct lab_check *c = lab_check_new();
		bool keep = false;

		add_unit(r, c, i);
		judge(r, c);
		for (int k = 0; c->f && k < arrlen(c->f->all); k++)
			keep |= !is_known(r, &c->f->all[k]);
		if (keep)
			r->alone[i] = c;
		else
			lab_check_free(c);
	}
	return NULL;
}

static void judge_all(struct refuter *r, unsigned int jobs)
{
	pthread_t t[THREADS];
	unsigned int started = 0;

	while (started + 1 < jobs && started < THREADS &&
	       !pthread_create(&t[started], NULL, judge_some, r))
		started++;
	judge_some(r);
	while (started-- > 0)
		pthread_join(t[started], NULL);
}

static void say(struct refuter *r, uint32_t unit, const struct lab_finding *f)
{
	struct refuted x = { .r = r, .unit = unit, .uc = r->alone[unit], .f = f };
	struct lab_refuted out = { .rule = f->rule, .line = f->line, .col = f->col };

	memcpy(out.fingerprint, f->fingerprint, sizeof(out.fingerprint));
	out.function = text("%s", f->function);
	out.file = text("%s", f->file);
	out.callee = text("%s", f->callee);
	out.by = explain(&x);
	arrput(r->c->refuted, out);
}

static int by_place(const void *pa, const void *pb)
{
	const struct lab_refuted *a = pa, *b = pb;
	int c = strcmp(a->file, b->file);

	if (!c)
		c = (a->line > b->line) - (a->line < b->line);
	return c ? c : strcmp(a->fingerprint, b->fingerprint);
}

void lab_check_refute(struct lab_check *c, const struct lab_model *m,
		      const struct lab_check_options *o)
{
	struct lab_model alone = *m;
	struct refuter r = { .c = c, .m = &alone, .o = *o };
	struct lab_model_err err;

	alone.beyond = NULL;	/* the plugin reads no facts file: it has its own */
	if (m->beyond)
		lab_model_compiled(&alone, &err);
	r.o.jobs = 1;
	r.o.keep = false;
	r.known = lab_intern_new();
	r.alone = calloc(arrlenu(c->p->units) + 1, sizeof(*r.alone));
	if (!r.alone)
		abort();
	for (int i = 0; i < arrlen(c->f->all); i++)
		lab_intern(r.known, c->f->all[i].fingerprint, strlen(c->f->all[i].fingerprint), NULL);
	judge_all(&r, o->jobs);
	r.all = lab_check_rules(c, o);
	for (uint32_t u = 0; u < arrlenu(c->p->units); u++) {
		for (int i = 0; r.alone[u] && i < arrlen(r.alone[u]->f->all); i++) {
			const struct lab_finding *f = &r.alone[u]->f->all[i];

			if (is_known(&r, f))
				continue;
			say(&r, u, f);
			lab_intern(r.known, f->fingerprint, strlen(f->fingerprint), NULL);
		}
		lab_check_free(r.alone[u]);
	}
	if (c->refuted)
		qsort(c->refuted, arrlenu(c->refuted), sizeof(*c->refuted), by_place);
	lab_findings_free(r.all);
	lab_intern_free(r.known);
	free(r.alone);
	lab_model_free(alone.beyond);
}
