// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One entry of each table, in both directions.  Numbers are checked against the
 * tables they point into; equal entries are the reader's business.
 */
#include "check/skel/skel_priv.h"

/* The strings come after the unit; the reader checks these five later. */
void lab_code_unit(struct lab_coder *c, struct lab_unit *u)
{
	lab_code_u(c, &u->source);
	lab_code_u(c, &u->cwd);
	lab_code_u(c, &u->compiler);
	lab_code_u(c, &u->target);
	lab_code_u(c, &u->plugin);
	lab_code_u(c, &u->ptr_size);
}

/* A type refers to earlier ones only, so no chain of types can be a ring. */
void lab_code_type(struct lab_coder *c, struct lab_type *t, uint32_t self)
{
	lab_code_below(c, &t->kind, LAB_TYPE_COUNT, "unknown kind of type");
	lab_code_u(c, &t->size);
	lab_code_ref(c, LAB_REF_STR, &t->name);
	lab_code_ref_or_none(c, LAB_REF_TYPE, &t->ref);
	if (t->ref != LAB_NONE && t->ref >= self)
		lab_code_fail(c, "type refers to itself or a later one");
	lab_code_u(c, &t->count);
}

void lab_code_field(struct lab_coder *c, struct lab_field *f)
{
	lab_code_ref(c, LAB_REF_TYPE, &f->owner);
	lab_code_ref(c, LAB_REF_STR, &f->name);
	lab_code_ref(c, LAB_REF_TYPE, &f->type);
	lab_code_u(c, &f->bitoff);
	lab_code_u(c, &f->bits);
}

void lab_code_sym(struct lab_coder *c, struct lab_sym *s)
{
	lab_code_below(c, &s->kind, LAB_SYM_COUNT, "unknown kind of symbol");
	lab_code_below(c, &s->flags, LAB_SYMF_ALL + 1, "unknown flags of a symbol");
	lab_code_ref(c, LAB_REF_STR, &s->name);
	lab_code_ref_or_none(c, LAB_REF_STR, &s->asmname);
	lab_code_ref_or_none(c, LAB_REF_TYPE, &s->type);
	lab_code_loc(c, &s->file, &s->line, &s->col);
	lab_code_ref_or_none(c, LAB_REF_SYM, &s->alias);
	lab_code_ref_or_none(c, LAB_REF_STR, &s->section);
}

void lab_code_macro(struct lab_coder *c, struct lab_macro *m)
{
	lab_code_ref(c, LAB_REF_STR, &m->name);
	lab_code_i64(c, &m->value);
}

static void path(struct lab_coder *c, struct lab_elem_s **path, uint32_t *n,
		 struct lab_arena *a)
{
	uint32_t i;

	lab_code_u(c, n);
	if (lab_code_reading(c)) {
		if (*n > (size_t)(c->end - c->at)) {
			lab_code_fail(c, "count is larger than what follows");
			*n = 0;
		}
		*path = *n ? lab_arena_zalloc(a, *n * sizeof(**path)) : NULL;
	}
	for (i = 0; i < *n && !c->why; i++)
		lab_code_elem(c, &(*path)[i].kind, &(*path)[i].arg);
}

void lab_code_init(struct lab_coder *c, struct lab_init *i, struct lab_arena *a)
{
	lab_code_ref(c, LAB_REF_SYM, &i->sym);
	path(c, &i->path, &i->npath, a);
	lab_code_below(c, &i->kind, LAB_INITV_COUNT, "unknown kind of initialiser");
	if (i->kind == LAB_INITV_INT) {
		lab_code_i64(c, &i->value);
		return;
	}
	lab_code_ref(c, LAB_REF_SYM, &i->target);
	path(c, &i->tpath, &i->ntpath, a);
}

void lab_code_note(struct lab_coder *c, struct lab_note *n)
{
	lab_code_ref(c, LAB_REF_STR, &n->what);
	lab_code_u(c, &n->count);
}
