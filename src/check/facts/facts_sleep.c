// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How an external function sleeps: one line for each case that callers can tell
 * apart, with the shortest chain that proves it.  A case without a chain is left
 * out, one whose chains are all doubtful becomes a doubt: a pointer on the way
 * with several possible functions leads, for a caller from outside, into drivers
 * that are not its own.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "facts_priv.h"

#define NAMES_SHOWN 4

struct proof { struct lab_guard when; const char *text; uint32_t steps; bool doubt; };

struct proofs { struct lab_facts *f; struct proof *all; };

static void take(void *ctx, const struct lab_chain *c)
{
	struct proofs *ps = ctx;
	struct lab_facts *f = ps->f;
	const struct lab_prog *p = f->s->p;
	struct proof n = { .when = c->steps[0].when, .steps = arrlen(c->steps) - 1,
			   .doubt = c->doubt || c->targets > 1 };
	const char *text = "";

	for (uint32_t i = 1; i <= n.steps; i++) {
		if (n.steps > NAMES_SHOWN + 1 && i == NAMES_SHOWN / 2 + 1) {
			text = lab_facts_text(f, "%s (%u more) >", text, n.steps - NAMES_SHOWN);
			i = n.steps - NAMES_SHOWN / 2 + 1;
		}
		text = lab_facts_text(f, "%s %s%s", text, lab_prog_symname(p, c->steps[i].sym),
				      i < n.steps ? " >" : "");
	}
	n.text = lab_facts_text(f, "%s%s", lab_facts_place(f, c->fn, c->ins), text);
	arrput(ps->all, n);
}

/* How well a chain stands for the case g: 2, it runs whenever g holds; 1, g was widened. */
static int fit(const struct lab_solver *s, const struct proof *p, struct lab_guard g)
{
	return lab_guard_weaker(s, p->when, g) ? 2 : lab_guard_weaker(s, g, p->when);
}

static bool shorter(const struct proof *a, const struct proof *b)
{
	return a->steps != b->steps ? a->steps < b->steps : strcmp(a->text, b->text) < 0;
}

/* The best chain for the case g; false if there is none. */
static bool prove(struct lab_facts *f, uint32_t fn, struct lab_guard g, struct proof *out)
{
	struct proofs ps = { f, NULL };
	const struct proof *best = NULL;
	int most = -1;

	lab_witness_under(f->s, fn, g, take, &ps);
	for (int i = 0; i < arrlen(ps.all); i++) {
		int fits = fit(f->s, &ps.all[i], g);

		ps.all[i].doubt |= !fits;
		fits += ps.all[i].doubt ? 0 : 4;
		if (fits > most || (fits == most && shorter(&ps.all[i], best))) {
			best = &ps.all[i];
			most = fits;
		}
	}
	if (best)
		*out = *best;
	arrfree(ps.all);
	return most >= 0;
}

/* What the function leaves of its caller's before it sleeps; NULL if that cannot be said. */
static const char *left_before(struct lab_facts *f, const struct lab_delta *d, bool *weak)
{
	const char *effects = NULL;

	if (!d->ndebts)
		return d->irq_on ? " irq" : "";
	if (d->ndebts == 1)
		effects = lab_facts_effects(f, &d->debts[0], true, weak);
	if (effects && d->irq_on && !(d->debts[0].bits & LAB_H_IRQ))	/* spin_unlock_irq() */
		return lab_facts_text(f, "%s irq", effects);
	return effects;
}

/* One sleep of the summary; false if it is not carried. */
static bool one(struct lab_facts *f, const char *name, uint32_t fn, const struct lab_sleep *sl,
		struct lab_case **all)
{
	struct proof p = { .text = "" };
	struct lab_case n = { 0 };
	const char *left;

	if (!prove(f, fn, sl->g, &p))
		return false;
	left = left_before(f, &sl->d, &n.c.weak);
	if (!left)
		return false;
	n.head = lab_facts_text(f, "sleep %s%s%s", name, *left ? " after" : "", left);
	n.why = p.text;
	lab_cond_guard(f, &n.c, sl->g);
	n.c.unseen |= p.doubt;
	lab_facts_case(f, all, n);
	return true;
}

uint32_t lab_facts_sleeps(struct lab_facts *f, const char *name, uint32_t fn)
{
	const struct lab_summary *sum = &f->s->sum[fn];
	struct lab_case *all = NULL;

	for (int i = 0; i < arrlen(sum->sleeps); i++)
		f->n->dropped += !one(f, name, fn, &sum->sleeps[i], &all);
	return lab_facts_cases(f, name, all);
}
