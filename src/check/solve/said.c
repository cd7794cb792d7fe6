// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What files say: which of them set a member, or call a function, as the conditions of
 * facts ask.  Each question is put to the whole program once.
 *
 * Policy: every store and static initialiser counts; a value nobody can read counts as set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

/* Length of the path without its last n parts; 0 if fewer than three would stay. */
static size_t above(const char *path, int n)
{
	size_t len = strlen(path);
	int parts = 0;

	for (; len && n; len--)
		n -= path[len - 1] == '/';
	for (size_t i = 0; i < len; i++)
		parts += path[i] == '/';
	return parts >= 2 ? len : 0;
}

/* One folder; or two folders deep down in one, as a vendor's boards and chips. */
static bool same_place(const struct lab_prog *p, uint32_t a, uint32_t b)
{
	const char *x = lab_prog_str(p, a), *y = lab_prog_str(p, b);
	size_t n = above(x, 2);

	if (lab_same_folder(p, a, b))
		return true;
	return n && n == above(y, 2) && !memcmp(x, y, n);
}

static bool is_member(const struct lab_prog *p, uint32_t field, const struct lab_atom *a)
{
	const struct lab_field *f;

	if (field == LAB_NONE)
		return false;
	f = &p->fields[field];
	return f->owner != LAB_NONE && !strcmp(lab_prog_str(p, f->name), a->field) &&
	       !strcmp(lab_prog_str(p, p->types[f->owner].name), a->type);
}

static bool has_bits(const struct lab_prog *p, const struct lab_atom *a, int64_t value)
{
	int64_t mask = a->mask.value;

	if (a->masked && a->mask.macro && lab_prog_macro(p, a->mask.macro, &mask))
		return true;
	return a->masked ? (value & mask) != 0 : value != 0;
}

static bool stores(const struct lab_prog *p, const struct lab_gfn *f, const struct lab_atom *a)
{
	for (uint32_t i = 0; i < f->body->nins; i++) {
		const uint32_t *w = f->body->words + f->body->ins[i].words;
		const struct lab_ins *d;
		const uint32_t *c;
		uint32_t n;

		if (f->body->ins[i].op != LAB_OP_STORE)
			continue;
		n = w[5 + 2];
		if (!n || w[5 + 1 + 2 * n] != LAB_ELEM_FIELD || !is_member(p, w[5 + 2 + 2 * n], a))
			continue;
		d = w[1] < f->body->nvalues && f->def[w[1]] != LAB_NONE ?
			&f->body->ins[f->def[w[1]]] : NULL;
		c = d ? f->body->words + d->words : NULL;
		if (!d || d->op != LAB_OP_CONST ||
		    has_bits(p, a, (int64_t)((uint64_t)c[2] << 32 | c[1])))
			return true;
	}
	return false;
}

static bool passes(const struct lab_prog *p, const struct lab_gfn *f, const struct lab_atom *a)
{
	for (uint32_t i = 0; i < f->body->nins; i++) {
		const struct lab_ins *in = &f->body->ins[i], *d;
		const uint32_t *w = f->body->words + in->words, *c;
		uint32_t v;

		if (in->op != LAB_OP_CALL || strcmp(lab_prog_symname(p, w[2]), a->type))
			continue;
		if (!a->masked)
			return true;
		if (a->value.arg >= w[6])
			continue;
		v = w[7 + a->value.arg];
		d = v < f->body->nvalues && f->def[v] != LAB_NONE ? &f->body->ins[f->def[v]] : NULL;
		c = d ? f->body->words + d->words : NULL;
		if (d && d->op == LAB_OP_CONST && has_bits(p, a, (int64_t)((uint64_t)c[2] << 32 | c[1])))
			return true;
	}
	return false;
}

/* By unit: it says so. */
static uint8_t *ask_all(const struct lab_prog *p, const struct lab_atom *a)
{
	uint8_t *says = calloc(arrlenu(p->units) + 1, 1);

	if (!says)
		abort();
	for (uint32_t i = 0; i < arrlenu(p->fns); i++)
		if (!says[p->fns[i].unit])
			says[p->fns[i].unit] = a->kind == LAB_ATOM_SETS ? stores(p, &p->fns[i], a) :
				passes(p, &p->fns[i], a);
	for (uint32_t i = 0; a->kind == LAB_ATOM_SETS && i < arrlenu(p->inits); i++) {
		const struct lab_ginit *in = &p->inits[i];

		if (is_member(p, in->field, a) &&
		    (in->kind == LAB_INITV_ADDR || has_bits(p, a, in->value)))
			says[in->unit] = 1;
	}
	return says;
}

/* The answers to the question, which several facts may put. */
static const uint8_t *answers(struct lab_solver *s, const struct lab_atom *a)
{
	char key[512];
	int fresh, n = snprintf(key, sizeof(key), "%d|%s|%s|%d|%lld|%s|%u", a->kind, a->type,
				a->kind == LAB_ATOM_SETS ? a->field : "", a->masked,
				(long long)a->mask.value, a->mask.macro ? a->mask.macro : "",
				a->value.arg);
	uint32_t k = lab_intern(s->said_ix, key, n < (int)sizeof(key) ? n : (int)sizeof(key) - 1, &fresh);

	if (fresh)
		arrput(s->said, ask_all(s->p, a));
	return s->said[k];
}

bool lab_file_says(struct lab_solver *s, uint32_t fn, const struct lab_atom *a)
{
	const struct lab_prog *p = s->p;
	const uint8_t *says = answers(s, a);
	uint32_t here = p->fns[fn].unit;
	bool yes = says[here];

	for (uint32_t u = 0; a->nearby && !yes && u < arrlenu(p->units); u++)
		yes = says[u] && same_place(p, p->units[here].source, p->units[u].source);
	return yes != a->negated;
}

void lab_said_free(struct lab_solver *s)
{
	for (int i = 0; i < arrlen(s->said); i++)
		free(s->said[i]);
	arrfree(s->said);
	lab_intern_free(s->said_ix);
}
