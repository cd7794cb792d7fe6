// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions kept in fields of which a model knows the context: each becomes a
 * root of that context.
 *
 * Policy: a contract with a condition must be shown to hold.  "Nowhere sets"
 * is shown by looking at every store and static initialiser of the file (or
 * folder) in which the function lies; a value nobody can read counts as set.
 * What a sibling leaves held is what all ways through it leave held.
 */
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

static bool holds(struct lab_solver *s, const struct lab_fact *f, uint32_t fn)
{
	for (unsigned int i = 0; i < f->natoms; i++)
		if ((f->atom[i].kind == LAB_ATOM_SETS || f->atom[i].kind == LAB_ATOM_PASSES) &&
		    !lab_file_says(s, fn, &f->atom[i]))
			return false;
	return true;
}

static void add(struct lab_solver *s, uint32_t fn, uint16_t ctx, uint32_t field,
		const struct lab_fact *f)
{
	struct lab_root r = { .fn = fn, .ctx = ctx, .site_fn = LAB_NONE, .site_ins = LAB_NONE,
			      .field = field, .fact = f };
	uint32_t key[3] = { fn, ctx, LAB_NONE };
	int fresh;

	if (fn == LAB_NONE || !holds(s, f, fn))
		return;
	lab_intern(s->root_ix, key, sizeof(key), &fresh);
	if (fresh)
		arrput(s->roots, r);
}

/* As context of a model: what every way through fn leaves held. */
static uint16_t left_held(const struct lab_solver *s, uint32_t fn)
{
	static const struct { uint16_t held, ctx; } map[] = {
		{ LAB_H_PREEMPT, LAB_CTX_PREEMPT }, { LAB_H_BH, LAB_CTX_BH },
		{ LAB_H_IRQ, LAB_CTX_IRQ }, { LAB_H_RCU, LAB_CTX_RCU }, { LAB_H_RAW, LAB_CTX_RAW } };
	const struct lab_summary *sum = &s->sum[fn];
	unsigned int common = arrlen(sum->outcomes) ? LAB_H_ATOMIC : 0;
	uint16_t ctx = 0;

	for (int i = 0; i < arrlen(sum->outcomes); i++) {
		unsigned int bits = 0;

		for (int k = 0; k < sum->outcomes[i].d.nholds; k++)
			if (!(sum->outcomes[i].d.holds[k].bits & LAB_H_MAYBE))
				bits |= lab_hold_bits(&sum->outcomes[i].d.holds[k]);
		common &= bits;
	}
	for (unsigned int i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (common & map[i].held)
			ctx |= map[i].ctx;
	if (s->rt && (ctx & (LAB_CTX_IRQ | LAB_CTX_PREEMPT)))	/* seen, not claimed */
		ctx |= LAB_CTX_RAW;
	return ctx;
}

/* Tables that hold both: the sibling's leavings are the context of the other. */
static void add_after(struct lab_solver *s, uint32_t field, const struct lab_fact *f)
{
	const struct lab_prog *p = s->p;

	for (uint32_t i = 0; i < arrlenu(p->inits); i++) {
		const struct lab_ginit *in = &p->inits[i];
		uint32_t fn, first;
		uint16_t ctx;

		if (in->field != field || in->target == LAB_NONE)
			continue;
		for (uint32_t k = p->first_init[in->sym];
		     k < arrlenu(p->inits) && p->inits[k].sym == in->sym; k++) {
			const struct lab_ginit *b = &p->inits[k];

			if (b->field == LAB_NONE || b->target == LAB_NONE ||
			    p->fields[b->field].owner != p->fields[field].owner ||
			    strcmp(lab_prog_str(p, p->fields[b->field].name), f->after))
				continue;
			first = lab_prog_resolve(p, b->target, p->syms[in->sym].unit);
			fn = lab_prog_resolve(p, in->target, p->syms[in->sym].unit);
			ctx = first == LAB_NONE ? 0 : left_held(s, first);
			if (ctx)
				add(s, fn, ctx, field, f);
		}
	}
}

/* "by CALLER() ..." of a facts file: with the caller in the program, the solver sees itself. */
static bool derived(const struct lab_solver *s, const struct lab_fact *f)
{
	size_t n = strcspn(f->why, "()");
	char name[128];
	uint32_t str;

	if (!f->beyond || strncmp(f->why, "by ", 3) || n - 3 >= sizeof(name))
		return false;
	memcpy(name, f->why + 3, n - 3);
	name[n - 3] = 0;
	str = lab_prog_find_str(s->p, name);
	for (uint32_t fn = 0; str != LAB_NONE && fn < arrlenu(s->p->fns); fn++)
		if (s->p->syms[s->p->fns[fn].sym].name == str)	/* static or not */
			return true;
	return false;
}

static const struct lab_fact *field_facts(const struct lab_solver *s, uint32_t field, uint32_t *n)
{
	const struct lab_prog *p = s->p;
	const char *tag = lab_prog_str(p, p->types[p->fields[field].owner].name);
	const char *name = lab_prog_str(p, p->fields[field].name);
	const struct lab_fact *f = lab_model_field(s->m, tag, name, n);

	return f || !s->m->beyond ? f : lab_model_field(s->m->beyond, tag, name, n);
}

void lab_field_roots(struct lab_solver *s)
{
	const struct lab_prog *p = s->p;

	for (uint32_t i = 0; i < arrlenu(p->fields); i++) {
		const struct lab_field *f = &p->fields[i];
		const struct lab_fact *facts;
		uint32_t n;

		if (!arrlen(p->fieldsets[i].fns) || f->owner == LAB_NONE)
			continue;
		facts = field_facts(s, i, &n);
		for (uint32_t k = 0; facts && k < n; k++) {
			if (!lab_fact_in_mode(&facts[k], s->rt) || derived(s, &facts[k]))
				continue;
			if (facts[k].after) {
				add_after(s, i, &facts[k]);
				continue;
			}
			for (int j = 0; j < arrlen(p->fieldsets[i].fns); j++)
				add(s, lab_prog_resolve(p, p->fieldsets[i].fns[j], LAB_NONE),
				    facts[k].ctx, i, &facts[k]);
		}
	}
}
