// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an external function does with functions it is given: it calls a parameter
 * before it returns (the summary says so), or hands it on to where a model says in
 * which context it will run, by a call or by a store into a field.  And the fields
 * whose functions the program itself calls in atomic context.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "facts_priv.h"

#define ROUNDS 2	/* registrations through recursion */

/* ---- called before it returns ------------------------------------------------------ */
static void called_now(struct lab_facts *f, const char *name, uint32_t fn,
		       const struct lab_pcall *pc, struct lab_case **all)
{
	struct lab_hold h = { .lock = LAB_TERM_NONE, .token = LAB_TERM_NONE };
	struct lab_case n = { .why = lab_facts_place(f, fn, LAB_NONE) };
	const char *effects;

	if (pc->d.ndebts || pc->d.irq_on || pc->param > 63) {
		f->n->dropped++;
		return;
	}
	for (int i = 0; i < pc->d.nholds; i++)
		h.bits |= pc->d.holds[i].bits;	/* which locks: nobody leaves them in there */
	effects = lab_facts_effects(f, &h, false, &n.c.weak);
	n.head = lab_facts_text(f, "calls %s arg%u now%s", name, pc->param, effects ? effects : "");
	lab_cond_guard(f, &n.c, pc->g);
	lab_facts_case(f, all, n);
}

/* ---- registered ------------------------------------------------------------------------ */
static void add_reg(struct lab_facts *f, uint32_t fn, struct lab_reg r)
{
	for (int i = 0; i < arrlen(f->regs[fn]); i++) {
		const struct lab_reg *x = &f->regs[fn][i];

		if (x->param == r.param && x->ctx == r.ctx && !x->field == !r.field &&
		    (!r.field || !strcmp(x->field, r.field)))
			return;
	}
	if (arrlen(f->regs[fn]) < 8)
		arrput(f->regs[fn], r);
}

/*
 * The parameter that value v is, or whose member's address it is (*path: "a.b", ""
 * for the parameter itself); LAB_NONE for anything else.
 */
static uint32_t of_param(struct lab_facts *f, const struct lab_gfn *g, uint32_t v, const char **path)
{
	const struct lab_ins *d;
	const uint32_t *w;

	*path = "";
	for (int hops = 0; hops < 4 && v >= g->body->nparams; hops++) {
		if (g->def[v] == LAB_NONE)
			return LAB_NONE;
		d = &g->body->ins[g->def[v]];
		w = g->body->words + d->words;
		if (d->op == LAB_OP_CAST) {
			v = w[1];
			continue;
		}
		if (d->op != LAB_OP_ADDR || w[1] != LAB_BASE_DEREF || **path)
			return LAB_NONE;
		for (uint32_t i = 0; i < w[3]; i++) {
			const char *name;

			if (w[4 + 2 * i] != LAB_ELEM_FIELD)
				return LAB_NONE;
			name = lab_prog_str(f->s->p, f->s->p->fields[w[5 + 2 * i]].name);
			if (*name)
				*path = lab_facts_text(f, "%s%s%s", *path, **path ? "." : "", name);
		}
		v = w[2];
	}
	return v < g->body->nparams && v < 64 ? v : LAB_NONE;
}

/* Parameter v of what fn calls runs its `field` in ctx. */
static void hand_on(struct lab_facts *f, uint32_t fn, uint32_t v, const char *field, uint16_t ctx,
		    const char *why)
{
	const char *path;
	struct lab_reg r = { .ctx = ctx, .why = why };

	r.param = of_param(f, &f->s->p->fns[fn], v, &path);
	if (r.param == LAB_NONE || (*path && !field))
		return;
	r.field = *path ? lab_facts_text(f, "%s.%s", path, field) : field;
	add_reg(f, fn, r);
}

static bool plain_only(const struct lab_fact *fact)
{
	for (int i = 0; i < fact->natoms; i++)
		if (fact->atom[i].kind != LAB_ATOM_RT)
			return false;
	return lab_fact_in_mode(fact, false);
}

static void regs_of_call(struct lab_facts *f, uint32_t fn, uint32_t ins)
{
	const struct lab_gfn *g = &f->s->p->fns[fn];
	const uint32_t *w = g->body->words + g->body->ins[ins].words;
	uint32_t n, to = lab_prog_resolve(f->s->p, w[2], g->unit);
	const struct lab_fact *fact = lab_solver_facts(f->s, w[2], &n);
	const char *why = NULL;

	for (uint32_t i = 0; i < n; i++) {
		if (fact[i].kind != LAB_FACT_CALLS || !(fact[i].ctx & ~LAB_CTX_PROCESS) ||
		    fact[i].arg >= w[6] || !plain_only(&fact[i]))
			continue;
		why = lab_facts_text(f, "%s %s()", lab_facts_place(f, fn, ins), fact[i].name);
		hand_on(f, fn, w[7 + fact[i].arg], fact[i].field, fact[i].ctx, why);
	}
	for (int i = 0; to != LAB_NONE && !why && i < arrlen(f->regs[to]); i++) {
		struct lab_reg r = f->regs[to][i];	/* a copy: to may be fn */

		if (r.param < w[6])
			hand_on(f, fn, w[7 + r.param], r.field, r.ctx, r.why);
	}
}

static void regs_of_store(struct lab_facts *f, uint32_t fn, uint32_t ins)
{
	const struct lab_prog *p = f->s->p;
	const struct lab_gfn *g = &p->fns[fn];
	const uint32_t *w = g->body->words + g->body->ins[ins].words, *place = w + 5;
	const struct lab_field *fd;
	const struct lab_fact *fact;
	uint32_t n = place[2];

	if (!n || place[1 + 2 * n] != LAB_ELEM_FIELD || w[1] >= g->body->nparams)
		return;
	fd = &p->fields[place[2 + 2 * n]];
	if (fd->owner == LAB_NONE)
		return;
	fact = lab_model_field(f->s->m, lab_prog_str(p, p->types[fd->owner].name),
			       lab_prog_str(p, fd->name), &n);
	for (uint32_t i = 0; fact && i < n; i++)
		if ((fact[i].ctx & ~LAB_CTX_PROCESS) && plain_only(&fact[i]))
			hand_on(f, fn, w[1], NULL, fact[i].ctx,
				lab_facts_text(f, "%s struct %s.%s", lab_facts_place(f, fn, ins),
					       fact[i].name, fact[i].field));
}

void lab_facts_find_regs(struct lab_facts *f)
{
	for (int round = 0; round < ROUNDS; round++)
		for (uint32_t k = 0; k < arrlenu(f->s->order); k++) {
			uint32_t fn = f->s->order[k];
			const struct lab_fn *b = f->s->p->fns[fn].body;

			for (uint32_t i = 0; i < b->nins; i++)
				if (b->ins[i].op == LAB_OP_CALL)
					regs_of_call(f, fn, i);
				else if (b->ins[i].op == LAB_OP_STORE)
					regs_of_store(f, fn, i);
		}
}

static const char *context_words(struct lab_facts *f, unsigned int ctx)
{
#define LAB_CTX_WORD(n, b, s) { 1u << b, s },
	static const struct { unsigned int bit; const char *word; } words[] = {
		LAB_CTX_LIST(LAB_CTX_WORD) };
	const char *text = "";

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (ctx & words[i].bit)
			text = lab_facts_text(f, "%s%s%s", text, *text ? "+" : "", words[i].word);
	return text;
}

uint32_t lab_facts_calls(struct lab_facts *f, const char *name, uint32_t fn)
{
	const struct lab_summary *sum = &f->s->sum[fn];
	struct lab_cond none = { 0 };
	struct lab_case *now = NULL;
	uint32_t lines;

	for (int i = 0; i < arrlen(sum->pcalls); i++)
		called_now(f, name, fn, &sum->pcalls[i], &now);
	lines = lab_facts_cases(f, name, now);
	for (int i = 0; i < arrlen(f->regs[fn]); i++) {
		const struct lab_reg *r = &f->regs[fn][i];

		lab_facts_line(f, name, lab_facts_text(f, "calls %s arg%u%s%s in %s", name, r->param,
						       r->field ? "." : "", r->field ? r->field : "",
						       context_words(f, r->ctx)), &none, r->why);
		lines++;
	}
	return lines;
}

/* ---- fields ---------------------------------------------------------------------------- */
static unsigned int context_of(const struct lab_delta *d)
{
	static const struct { uint16_t held, ctx; } map[] = {
		{ LAB_H_HARDIRQ, LAB_CTX_HARDIRQ }, { LAB_H_SOFTIRQ, LAB_CTX_SOFTIRQ },
		{ LAB_H_BH, LAB_CTX_BH }, { LAB_H_IRQ, LAB_CTX_IRQ },
		{ LAB_H_PREEMPT, LAB_CTX_PREEMPT }, { LAB_H_RCU, LAB_CTX_RCU },
		{ LAB_H_RAW, LAB_CTX_RAW }, { LAB_H_ANY, LAB_CTX_ATOMIC } };
	unsigned int ctx = 0;

	for (int i = 0; i < d->nholds; i++)
		for (size_t k = 0; k < sizeof(map) / sizeof(*map); k++)
			if (d->holds[i].bits & map[k].held)
				ctx |= map[k].ctx;
	return ctx;
}

/* Asks for nothing but that pointers are there: no flag keeps others from being called. */
static bool unguarded(const struct lab_solver *s, struct lab_guard g)
{
	for (uint32_t i = 0; i < g.n; i++) {
		const struct lab_av *v = &s->atoms[g.at + i].av;

		if (v->ones || v->lo == v->hi || !v->nz)
			return false;
	}
	return true;
}

static void field_line(struct lab_facts *f, uint32_t fn, const struct lab_event *e)
{
	const struct lab_prog *p = f->s->p;
	const struct lab_field *fd = &p->fields[e->target];
	const char *tag = fd->owner == LAB_NONE ? "" : lab_prog_str(p, p->types[fd->owner].name);
	const char *name = lab_prog_str(p, fd->name);
	struct lab_cond none = { 0 };
	uint32_t n;

	if (!*tag || !*name || !context_of(&e->d) || lab_model_field(f->s->m, tag, name, &n))
		return;
	lab_facts_line(f, lab_facts_text(f, "%s.%s", tag, name),
		       lab_facts_text(f, "field %s.%s in %s", tag, name,
				      context_words(f, context_of(&e->d))), &none,
		       lab_facts_text(f, "by %s() at %s", lab_prog_symname(p, p->fns[fn].sym),
				      lab_facts_place(f, fn, e->ins)));
}

void lab_facts_fields(struct lab_facts *f)
{
	for (uint32_t fn = 0; fn < arrlenu(f->s->p->fns); fn++) {
		const struct lab_summary *sum = &f->s->sum[fn];

		for (int i = 0; i < arrlen(sum->events); i++) {
			const struct lab_event *e = &sum->events[i];

			/* a driver calls its own tables only, whoever else has some of that type */
			if (e->kind == LAB_EV_FIELD && e->target != LAB_NONE && e->atomic && !e->doubt && !e->conditional &&
			    lab_is_core(f->s, f->s->p->fns[fn].body->file) && unguarded(f->s, e->g))
				field_line(f, fn, e);
		}
	}
}
