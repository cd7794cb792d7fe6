// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running the rooms in order, and counting what was not seen.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "check.h"

struct lab_check *lab_check_new(void)
{
	struct lab_check *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->p = lab_prog_new();
	return c;
}

void lab_check_free(struct lab_check *c)
{
	if (!c)
		return;
	for (int i = 0; i < arrlen(c->no_facts); i++)
		free(c->no_facts[i]);
	arrfree(c->no_facts);
	for (int i = 0; i < arrlen(c->refuted); i++) {
		free(c->refuted[i].function);
		free(c->refuted[i].file);
		free(c->refuted[i].callee);
		free(c->refuted[i].by);
	}
	arrfree(c->refuted);
	for (int i = 0; i < arrlen(c->others); i++) {
		free(c->others[i].rule);
		free(c->others[i].file);
		free(c->others[i].message);
	}
	arrfree(c->others);
	for (int i = 0; i < arrlen(c->allowed); i++)
		lab_finding_free(&c->allowed[i]);
	arrfree(c->allowed);
	lab_findings_free(c->f);
	lab_own_free(c->own);
	lab_solver_free(c->s);
	lab_prog_free(c->p);
	free(c);
}

int lab_check_add(struct lab_check *c, const uint8_t *bytes, size_t len, const char *object,
		  uint64_t offset, struct lab_skel_err *err)
{
	return lab_prog_add(c->p, bytes, len, object, offset, err);
}

void lab_check_no_facts(struct lab_check *c, const char *object)
{
	arrput(c->no_facts, strdup(object));
}

static void count_call(struct lab_check *c, const struct lab_gfn *f, const struct lab_ins *in)
{
	const struct lab_prog *p = c->p;
	const uint32_t *o = f->body->words + in->words;
	const struct lab_ins *d;
	uint32_t v = o[3];

	c->cov.indirect++;
	if (lab_value_function(p, f, v) != LAB_NONE || v < f->body->nparams)
		return;
	d = f->def[v] == LAB_NONE ? NULL : &f->body->ins[f->def[v]];
	if (d && d->op == LAB_OP_LOAD) {
		const uint32_t *l = f->body->words + d->words;

		if (l[7] && l[8 + 2 * (l[7] - 1)] == LAB_ELEM_FIELD) {
			int n = arrlen(p->fieldsets[l[9 + 2 * (l[7] - 1)]].fns);

			if (n > LAB_WIDE)
				c->cov.wide++;
			if (n && n <= LAB_WIDE)
				return;
		}
	}
	c->cov.unresolved++;
}

static void count_external(struct lab_check *c, uint32_t sym)
{
	bool beyond = false;
	const struct lab_fact *f;
	uint32_t n;

	f = lab_solver_facts(c->s, sym, &n);
	for (uint32_t i = 0; i < n; i++)
		beyond |= f[i].beyond;
	c->cov.external += !n;
	c->cov.beyond += beyond;
}

static void cover(struct lab_check *c)
{
	const struct lab_prog *p = c->p;
	uint8_t *called = calloc(arrlenu(p->syms) + 1, 1);

	if (!called)
		abort();
	c->cov.units = arrlenu(p->units);
	c->cov.functions = arrlenu(p->fns);
	c->cov.merged = p->nraw - arrlenu(p->fns);
	c->cov.replaced = p->replaced;
	c->cov.no_facts = arrlenu(c->no_facts);
	c->cov.gave_up = c->s->gave_up;
	c->cov.unbalanced = c->s->unbalanced;
	c->cov.roots = arrlenu(c->s->roots);
	for (int i = 0; i < arrlen(p->units); i++)
		c->cov.notes += p->units[i].notes;
	for (uint32_t i = 0; i < arrlenu(p->fns); i++) {
		const struct lab_gfn *f = &p->fns[i];

		for (uint32_t k = 0; k < f->body->nins; k++) {
			const struct lab_ins *in = &f->body->ins[k];

			if (in->op == LAB_OP_CALLI)
				count_call(c, f, in);
			else if (in->op == LAB_OP_CALL)
				called[f->body->words[in->words + 2]] = 1;
		}
	}
	if (c->s->m->beyond)
		c->cov.facts = c->s->m->beyond->name;
	for (uint32_t i = 0; i < arrlenu(p->syms); i++)
		if (called[i] && !(p->syms[i].flags & LAB_SYMF_BUILTIN) &&
		    p->syms[i].kind == LAB_SYM_FUNC &&
		    lab_prog_resolve(p, i, LAB_NONE) == LAB_NONE)
			count_external(c, i);
	free(called);
}

static void take_allowed(struct lab_check *c)
{
	int keep = 0;

	for (int i = 0; i < arrlen(c->f->all); i++)
		if (c->f->all[i].allowed)
			arrput(c->allowed, c->f->all[i]);
		else
			c->f->all[keep++] = c->f->all[i];
	if (c->f->all)
		arrsetlen(c->f->all, keep);
}

/* Doubtful findings are computed always, so that their number can be told. */
static void drop_doubtful(struct lab_check *c)
{
	int keep = 0;

	for (int i = 0; i < arrlen(c->f->all); i++) {
		struct lab_finding *x = &c->f->all[i];

		if (!x->doubt) {
			int r = 0;

			for (int k = 0; k < arrlen(x->roots); k++) {
				if (x->roots[k].doubt)
					arrfree(x->roots[k].frames);
				else
					x->roots[r++] = x->roots[k];
			}
			arrsetlen(x->roots, r);
			c->f->all[keep++] = *x;
			continue;
		}
		c->cov.doubtful++;
		lab_finding_free(x);
	}
	if (c->f->all)
		arrsetlen(c->f->all, keep);
}

struct lab_findings *lab_check_rules(struct lab_check *c, const struct lab_check_options *o)
{
	struct lab_findings *f = lab_findings_new(c->p);

	f->root = o->root;
	f->own = c->own;
	for (const struct lab_rule *r = lab_rules; r->id; r++)
		if (r->kernel == (o->rt ? LAB_KERNEL_rt : LAB_KERNEL_plain) &&
		    (!o->rule || !strcmp(o->rule, r->id)))
			r->run(c->s, true, f);
	lab_findings_finish(f);
	lab_findings_allow(f);
	return f;
}

int lab_check_run(struct lab_check *c, const struct lab_model *m,
		  const struct lab_check_options *o, struct lab_skel_err *err, const char **bad)
{
	c->p->jobs = o->jobs;
	c->p->keep = o->keep;
	if (lab_prog_link(c->p, err, bad))
		return -EINVAL;
	c->s = lab_solver_new(c->p, m, o->rt);
	lab_solve(c->s);
	if (!o->rt)
		c->own = lab_own_find(c->s);
	c->f = lab_check_rules(c, o);
	take_allowed(c);
	cover(c);
	if (!o->all) {
		drop_doubtful(c);
		lab_findings_fold(c->f);
	}
	return 0;
}
