// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which functions a pointer may be, by how it is reached: obj->ops->fn asks the
 * tables that obj->ops may point to, dev->gadget.ops->fn those that are stored there,
 * in the embedded object, rather than everything that any table of that type has.
 *
 * Policy: a set that something unknown was stored to tells nothing; then the next
 * wider one counts, in the end all that the member ever holds.
 */
#include <stb/stb_ds.h>
#include "flow.h"

static void add(struct lab_targets *t, uint32_t sym, uint32_t table)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->all[i].sym == sym) {
			t->all[i].table = LAB_NONE;	/* in several tables */
			return;
		}
	if (t->n < LAB_TARGETS)
		t->all[t->n++] = (struct lab_target){ sym, table };
	else
		t->wide = true;
}

static void add_set(struct lab_targets *t, const struct lab_fieldset *set)
{
	t->n = 0;
	t->wide = arrlen(set->fns) > LAB_TARGETS;
	t->ops = LAB_TERM_NONE;
	for (int i = 0; i < arrlen(set->fns) && !t->wide; i++)
		add(t, set->fns[i], LAB_NONE);
}

/* What the table holds in that member; false if nobody can tell. */
static bool add_table(struct lab_targets *t, const struct lab_prog *p, uint32_t table, uint32_t field)
{
	bool found = false;

	for (uint32_t i = p->first_init[table]; i < arrlenu(p->inits) && p->inits[i].sym == table; i++)
		if (p->inits[i].field == field && p->inits[i].target != LAB_NONE) {
			add(t, p->inits[i].target, p->inits[i].direct ? table : LAB_NONE);
			found = true;
		}
	return found || lab_prog_const_object(p, table);
}

static const struct lab_fieldset *closed(const struct lab_fieldset *s)
{
	return s && !s->open && arrlen(s->fns) ? s : NULL;
}

/* What is kept at an address that is a field of something; NULL if that tells nothing. */
static const struct lab_fieldset *kept(const struct lab_flow *w, uint32_t addr, bool embedded_only)
{
	const struct lab_prog *p = w->s->p;
	const struct lab_term *x = lab_term(w->t, addr), *y;
	const struct lab_fieldset *s = NULL;

	if (x->op != LAB_T_FIELD)
		return NULL;
	y = lab_term(w->t, x->a);
	if (y->op == LAB_T_FIELD)
		s = closed(lab_devirt_pair(p, y->b, x->b));
	return s || embedded_only ? s : closed(&p->fieldsets[x->b]);
}

static bool by_tables(const struct lab_flow *w, struct lab_targets *t, uint32_t base, uint32_t field)
{
	const struct lab_term *x = lab_term(w->t, base);
	const struct lab_fieldset *tables = NULL;

	if (x->op == LAB_T_LOAD && lab_term(w->t, x->a)->op == LAB_T_SYM)
		tables = closed(&w->s->p->varsets[lab_term(w->t, x->a)->a]);
	else if (x->op == LAB_T_LOAD)
		tables = kept(w, x->a, false);

	t->n = 0;
	t->wide = false;
	t->ops = LAB_TERM_NONE;
	if (x->op == LAB_T_SYM)
		return w->s->p->first_init[x->a] != LAB_NONE && add_table(t, w->s->p, x->a, field);
	if (!tables)
		return false;
	t->ops = x->a;
	t->objects = arrlen(tables->fns);
	for (int i = 0; i < arrlen(tables->fns); i++)
		if (w->s->p->first_init[tables->fns[i]] == LAB_NONE ||
		    !add_table(t, w->s->p, tables->fns[i], field))
			return false;
	return true;
}

bool lab_targets(const struct lab_flow *w, uint32_t term, struct lab_targets *t)
{
	const struct lab_term *x = lab_term(w->t, term), *a;
	const struct lab_fieldset *s;

	t->n = 0;
	t->wide = false;
	t->objects = 0;
	t->ops = LAB_TERM_NONE;
	if (x->op == LAB_T_SYM) {
		add(t, x->a, LAB_NONE);
		return true;
	}
	if (x->op != LAB_T_LOAD)
		return false;
	a = lab_term(w->t, x->a);
	if (a->op == LAB_T_SYM && arrlen(w->s->p->varsets[a->a].fns)) {
		add_set(t, &w->s->p->varsets[a->a]);
		return true;
	}
	if (a->op != LAB_T_FIELD)
		return false;
	if (by_tables(w, t, a->a, a->b))
		return true;
	s = kept(w, x->a, true);
	add_set(t, s ? s : &w->s->p->fieldsets[a->b]);
	return true;
}
