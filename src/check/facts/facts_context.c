// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How an external function leaves the context.  Where it depends on the path,
 * the result or a parameter must tell the cases apart in words of the language;
 * else nothing is claimed, but that locks may have been dropped.
 */
#include <string.h>
#include <stb/stb_ds.h>
#include "facts_priv.h"

const char *lab_facts_effects(struct lab_facts *f, const struct lab_hold *h, bool leave, bool *weak)
{
	static const struct { uint16_t bit; const char *word; } words[] = {
		{ LAB_H_PREEMPT, "preempt" }, { LAB_H_BH, "bh" }, { LAB_H_RCU, "rcu" },
		{ LAB_H_HARDIRQ, "hardirq" }, { LAB_H_SOFTIRQ, "softirq" }, { LAB_H_RAW, "raw" },
		{ LAB_H_NOFAULT, "nofault" } };
	const char *text = "", *lock = lab_facts_ref(f, h->lock);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (h->bits & words[i].bit)
			text = lab_facts_text(f, "%s %s", text, words[i].word);
	if (h->bits & LAB_H_IRQ)
		text = lab_facts_text(f, "%s %s", text, leave ? "irq=restore:any" :
				      h->token == LAB_TERM_NONE ? "irq" : "irq=save:ret");
	if (lock)
		text = lab_facts_text(f, "%s lock=%s", text, lock);
	*weak |= !lock && h->lock != LAB_TERM_NONE;
	return *text ? text : NULL;
}

static bool changes(const struct lab_delta *d)
{
	return d->nholds || d->ndebts || d->irq_on;
}

static bool results_differ(const struct lab_summary *sum, int i)
{
	for (int k = 0; k < arrlen(sum->outcomes); k++) {
		struct lab_av v = lab_av_meet(sum->outcomes[i].ret, sum->outcomes[k].ret);

		if (k != i && !lab_av_empty(&v))
			return false;
	}
	return true;
}

/* Whether atom a of outcome i rules outcome k out. */
static bool rules_out(const struct lab_solver *s, const struct lab_guard_atom *a,
		      const struct lab_outcome *o)
{
	for (uint32_t i = 0; i < o->g.n; i++) {
		const struct lab_guard_atom *b = &s->atoms[o->g.at + i];
		struct lab_av v = lab_av_meet(a->av, b->av);

		if (a->term == b->term && lab_av_empty(&v))
			return true;
	}
	return false;
}

/* The condition that tells outcome i from all others; false if it cannot be said. */
static bool tell(struct lab_facts *f, const struct lab_summary *sum, int i, struct lab_cond *c)
{
	const struct lab_outcome *o = &sum->outcomes[i];

	if (arrlen(sum->outcomes) == 1)
		return true;
	if (results_differ(sum, i)) {
		lab_cond_ret(c, o->ret);
		return true;
	}
	for (int k = 0; k < arrlen(sum->outcomes); k++) {
		bool told = k == i;

		for (uint32_t a = 0; a < o->g.n && !told; a++) {
			const struct lab_guard_atom *x = &f->s->atoms[o->g.at + a];

			told = rules_out(f->s, x, &sum->outcomes[k]);
			if (told)
				lab_cond_add(f, c, x->term, x->av);
		}
		if (!told)
			return false;
	}
	return true;
}

static uint32_t change(struct lab_facts *f, const char *name, const struct lab_hold *h,
		       bool leave, const struct lab_cond *tells, uint32_t fn)
{
	struct lab_cond c = *tells;
	const char *e = lab_facts_effects(f, h, leave, &c.weak);

	if (!e)
		return 0;
	lab_facts_line(f, name, lab_facts_text(f, "%s %s%s", leave ? "leave" : "enter", name, e), &c,
		       lab_facts_place(f, fn, h->ins));
	return 1;
}

/* May leave something of its caller's, on paths that nothing tells apart. */
static uint32_t unsure(struct lab_facts *f, const char *name, uint32_t fn)
{
	struct lab_cond none = { .weak = true };

	f->n->dropped++;
	lab_facts_line(f, name, lab_facts_text(f, "unsure %s", name), &none,
		       lab_facts_place(f, fn, LAB_NONE));
	return 1;
}

uint32_t lab_facts_context(struct lab_facts *f, const char *name, uint32_t fn)
{
	const struct lab_summary *sum = &f->s->sum[fn];
	struct lab_cond c[8] = { 0 };
	int n = arrlen(sum->outcomes);
	uint32_t lines = 0;
	bool leaves = sum->may_release, says = true;

	for (int i = 0; i < n && i < 8; i++) {
		leaves |= sum->outcomes[i].d.ndebts || sum->outcomes[i].d.irq_on;
		if (!changes(&sum->outcomes[i].d))
			continue;
		says &= tell(f, sum, i, &c[i]) && !c[i].weak;
		lab_cond_finish(f, &c[i]);
	}
	if (sum->may_release || (!says && leaves))
		return unsure(f, name, fn);
	if (!says) {
		f->n->dropped++;
		return 0;
	}
	for (int i = 0; i < n && i < 8; i++) {
		const struct lab_delta *d = &sum->outcomes[i].d;

		for (int k = 0; k < d->ndebts; k++)
			lines += change(f, name, &d->debts[k], true, &c[i], fn);
		if (d->irq_on) {
			lab_facts_line(f, name, lab_facts_text(f, "leave %s irq", name), &c[i],
				       lab_facts_place(f, fn, LAB_NONE));
			lines++;
		}
		for (int k = 0; k < d->nholds; k++)
			lines += change(f, name, &d->holds[k], false, &c[i], fn);
	}
	return lines;
}
