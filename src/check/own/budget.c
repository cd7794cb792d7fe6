// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * More pages at a time than a zone gives out: its budget, where it is written down, against
 * requests in bulk and loops of a known number of rounds that keep what they take.
 *
 * Policy: a zone is known by the variable or the member in which it is kept; where two
 * zones are kept in one, the larger budget counts, and one without a number ends it.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "priv.h"

struct own_budget { uint32_t key; int64_t pages; };	/* pages < 0: nobody knows */

#define BY_FIELD 0x80000000u

/* The variable or member that a place ends in, or NONE. */
static uint32_t key_of(const uint32_t *place)
{
	if (place[2])
		return place[1 + 2 * place[2]] == LAB_ELEM_FIELD ? place[2 + 2 * place[2]] | BY_FIELD : LAB_NONE;
	return place[0] == LAB_BASE_SYM ? place[1] : LAB_NONE;
}

static bool is_number(const struct lab_gfn *f, uint32_t v, int64_t *n)
{
	const struct lab_ins *d = lab_own_def(f, v);
	const uint32_t *o = d ? f->body->words + d->words : NULL;

	if (d && d->op == LAB_OP_CAST)
		return is_number(f, o[1], n);
	if (!d || d->op != LAB_OP_CONST)
		return false;
	*n = (int64_t)((uint64_t)o[2] << 32 | o[1]);
	return true;
}

static bool is_budget(const struct lab_prog *p, uint32_t field)
{
	return !strcmp(lab_prog_str(p, p->fields[field].name), "budget");
}

/* What the parameters at value v say; 0: no limit; -1: nobody knows. */
static int64_t budget_at(const struct own *o, const struct lab_gfn *f, uint32_t v)
{
	const struct lab_prog *p = o->s->p;
	const struct lab_ins *d = lab_own_def(f, v);
	const uint32_t *at = d && d->op == LAB_OP_ADDR ? f->body->words + d->words + 1 : NULL;
	int64_t found = 0, n;

	if (!at || at[2])
		return -1;
	if (at[0] == LAB_BASE_SYM) {
		for (uint32_t i = p->first_init[at[1]]; i < arrlenu(p->inits) && p->inits[i].sym == at[1]; i++)
			if (p->inits[i].field != LAB_NONE && is_budget(p, p->inits[i].field))
				found = p->inits[i].kind == LAB_INITV_INT ? p->inits[i].value : -1;
		return p->syms[at[1]].flags & LAB_SYMF_CONST ? found : -1;
	}
	for (uint32_t i = 0; at[0] == LAB_BASE_LOCAL && i < f->body->nins; i++) {
		const uint32_t *w = f->body->words + f->body->ins[i].words;

		if (f->body->ins[i].op != LAB_OP_STORE || w[5] != LAB_BASE_LOCAL || w[6] != at[1] || w[7] != 1 ||
		    w[8] != LAB_ELEM_FIELD || !is_budget(p, w[9]))
			continue;
		if (!is_number(f, w[1], &n))
			return -1;
		found = n;
	}
	return at[0] == LAB_BASE_LOCAL ? found : -1;
}

static void remember(struct own *o, uint32_t key, int64_t pages)
{
	if (pages == 0)
		pages = -1;	/* no limit */
	for (int i = 0; i < arrlen(o->budgets); i++) {
		if (o->budgets[i].key != key)
			continue;
		if (pages < 0 || o->budgets[i].pages < 0)
			o->budgets[i].pages = -1;
		else if (pages > o->budgets[i].pages)
			o->budgets[i].pages = pages;
		return;
	}
	arrput(o->budgets, ((struct own_budget){ key, pages }));
}

/* The fact of this kind about what the instruction calls, or NULL. */
static const struct lab_fact *fact_of(struct own *o, const struct lab_gfn *f, const struct lab_ins *in,
				      unsigned int kind)
{
	const uint32_t *w = f->body->words + in->words;
	const struct lab_fact *facts;
	uint32_t n;

	if (in->op != LAB_OP_CALL)
		return NULL;
	facts = lab_solver_facts(o->s, w[2], &n);
	for (uint32_t i = 0; i < n; i++)
		if (facts[i].kind == kind && (facts[i].result || facts[i].arg < w[6]))
			return &facts[i];
	return NULL;
}

void lab_own_budgets(struct own *o)
{
	for (uint32_t fn = 0; fn < arrlenu(o->s->p->fns); fn++) {
		const struct lab_gfn *f = &o->s->p->fns[fn];

		for (uint32_t i = 0; i < f->body->nins; i++) {
			const struct lab_fact *x = fact_of(o, f, &f->body->ins[i], LAB_FACT_LIMITS);
			const uint32_t *w = f->body->words + f->body->ins[i].words;
			const struct lab_ins *d = x && x->arg + 1u < w[6] ? lab_own_def(f, w[7 + x->arg + 1]) : NULL;
			uint32_t key = d && d->op == LAB_OP_ADDR ? key_of(f->body->words + d->words + 1) : LAB_NONE;

			if (key != LAB_NONE)
				remember(o, key, budget_at(o, f, w[7 + x->arg]));
		}
	}
}

/* The budget of the zone that value v holds, or -1. */
static int64_t budget_of(const struct own *o, const struct lab_gfn *f, uint32_t v)
{
	const struct lab_ins *d = lab_own_def(f, v);
	uint32_t key = d && d->op == LAB_OP_LOAD ? key_of(f->body->words + d->words + 5) : LAB_NONE;

	for (int i = 0; key != LAB_NONE && i < arrlen(o->budgets); i++)
		if (o->budgets[i].key == key)
			return o->budgets[i].pages;
	return -1;
}

static void say(struct own *o, uint32_t fn, uint32_t ins, int64_t pages)
{
	const struct lab_fn *b = o->s->p->fns[fn].body;
	struct lab_misuse m = { .kind = LAB_MISUSE_SIZE, .as = "page", .why = "budget", .value = pages, .sink = 1 };

	arrput(m.steps, ((struct lab_own_step){ fn, LAB_NONE, LAB_NONE, LAB_OWN_IN }));
	arrput(m.steps, ((struct lab_own_step){ fn, ins, b->words[b->ins[ins].words + 2], LAB_OWN_ALLOCATES }));
	lab_own_misuse(o, m);
}

void lab_own_bulk(struct own *o, uint32_t fn)
{
	const struct lab_gfn *f = &o->s->p->fns[fn];

	for (uint32_t i = 0; arrlen(o->budgets) && i < f->body->nins; i++) {
		const struct lab_fact *x = fact_of(o, f, &f->body->ins[i], LAB_FACT_NUMBER);
		const uint32_t *w = f->body->words + f->body->ins[i].words;
		int64_t n, most = x ? budget_of(o, f, w[7]) : -1;

		if (most > 0 && is_number(f, w[7 + x->arg], &n) && n > most)
			say(o, fn, i, n);
	}
}

/* Rounds of a loop that counts from a number to a number by one; 0: nobody knows. */
static int64_t rounds(const struct lab_gfn *f, const struct lab_ins *br)
{
	const struct lab_ins *c = lab_own_def(f, f->body->words[br->words]), *phi;
	const uint32_t *o = c ? f->body->words + c->words : NULL, *k;
	int64_t from = 0, to, step = 0, n;

	if (!c || c->op != LAB_OP_BIN || !is_number(f, o[3], &to))
		return 0;
	phi = lab_own_def(f, o[2]);
	if (!phi || phi->op != LAB_OP_PHI)
		return 0;
	k = f->body->words + phi->words;
	for (uint32_t i = 0; i < k[1]; i++) {
		const struct lab_ins *next = lab_own_def(f, k[2 + 2 * i]);
		const uint32_t *a = next ? f->body->words + next->words : NULL;

		if (is_number(f, k[2 + 2 * i], &n))
			from = n;
		else if (next && next->op == LAB_OP_BIN && a[1] == LAB_BIN_ADD && a[2] == phi->res &&
			 is_number(f, a[3], &n) && n == 1)
			step = 1;
		else
			return 0;
	}
	if (!step)
		return 0;
	switch (o[1]) {
	case LAB_BIN_LE:
	case LAB_BIN_ULE:
	case LAB_BIN_GT:
	case LAB_BIN_UGT:
		return to - from + 1;
	default:
		return to - from;
	}
}

/* Some call of the loop is given the page: it may go back at once. */
static bool goes_on(const struct lab_gfn *f, const uint8_t *blocks, uint32_t head, uint32_t page)
{
	for (uint32_t b = head; b < f->body->nblocks; b++)
		for (uint32_t i = 0; blocks[b] && i < f->body->blocks[b].count; i++) {
			const struct lab_ins *in = &f->body->ins[f->body->blocks[b].first + i];
			const uint32_t *w = f->body->words + in->words;

			if (in->op == LAB_OP_CALLI)
				return true;
			for (uint32_t k = 0; in->op == LAB_OP_CALL && k < w[6]; k++)
				if (w[7 + k] == page)
					return true;
		}
	return false;
}

void lab_own_loop_budget(struct own *o, uint32_t fn, const uint8_t *blocks, uint32_t head, uint32_t site)
{
	const struct lab_gfn *f = &o->s->p->fns[fn];
	const uint32_t *w = f->body->words + f->body->ins[site].words;
	int64_t most = w[6] ? budget_of(o, f, w[7]) : -1, least = 0;

	if (most <= 0 || goes_on(f, blocks, head, f->body->ins[site].res))
		return;
	for (uint32_t b = head; b < f->body->nblocks; b++) {
		const struct lab_block *k = &f->body->blocks[b];
		const struct lab_ins *in = k->count ? &f->body->ins[k->first + k->count - 1] : NULL;
		int64_t n = blocks[b] && in && in->op == LAB_OP_BR ? rounds(f, in) : 0;

		if (n > 0 && (!least || n < least))
			least = n;
	}
	if (least > most)
		say(o, fn, site, least);
}
