// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Function pointers by where they are kept: the set of a field (struct type,
 * member) is every function whose address some store or static initialiser puts
 * there, in any instance; the set of a parameter is every function that a
 * direct call passes there.  A parameter stored into a field passes its set on,
 * and a field read and stored into another does, too.  Pointers to tables of
 * functions are kept the same way, with the tables in place of the functions.
 *
 * Instances: a member of an embedded object (dev->gadget.ops) has a set of its
 * own, told by both fields; homes.c finds functions that know their own table.
 *
 * Precision: flow insensitive.  What arrives by memcpy, integers or assembly is
 * not seen; a store of something else than a known symbol marks the set open.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "prog.h"

#define ROUNDS 4	/* parameter and field copies in a row */

static const struct lab_ins *defining(const struct lab_gfn *f, uint32_t v)
{
	return v < f->body->nvalues && f->def[v] != LAB_NONE ? &f->body->ins[f->def[v]] : NULL;
}

uint32_t lab_value_function(const struct lab_prog *p, const struct lab_gfn *f, uint32_t v)
{
	for (int hops = 0; hops < 8; hops++) {
		const struct lab_ins *d = defining(f, v);
		const uint32_t *w = d ? f->body->words + d->words : NULL;

		if (!d)
			return LAB_NONE;
		if (d->op == LAB_OP_CAST) {
			v = w[1];
		} else if (d->op == LAB_OP_ADDR && w[1] == LAB_BASE_SYM && w[3] == 0 &&
			   p->syms[w[2]].kind == LAB_SYM_FUNC) {
			return w[2];
		} else {
			return LAB_NONE;
		}
	}
	return LAB_NONE;
}

/* The same, or a table of functions. */
static uint32_t value_symbol(const struct lab_prog *p, const struct lab_gfn *f, uint32_t v)
{
	for (int hops = 0; hops < 8; hops++) {
		const struct lab_ins *d = defining(f, v);
		const uint32_t *w = d ? f->body->words + d->words : NULL;
		uint32_t type;

		if (!d)
			return LAB_NONE;
		if (d->op == LAB_OP_CAST) {
			v = w[1];
			continue;
		}
		if (d->op != LAB_OP_ADDR || w[1] != LAB_BASE_SYM || w[3] != 0)
			return LAB_NONE;
		if (p->syms[w[2]].kind == LAB_SYM_FUNC)
			return w[2];
		type = p->syms[w[2]].type;
		return type != LAB_NONE && p->table_types[type] ? w[2] : LAB_NONE;
	}
	return LAB_NONE;
}

static int add(struct lab_fieldset *s, uint32_t sym)
{
	int lo = 0, hi = arrlen(s->fns);

	while (lo < hi) {
		int mid = (lo + hi) / 2;

		if (s->fns[mid] < sym)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < arrlen(s->fns) && s->fns[lo] == sym)
		return 0;
	arrins(s->fns, lo, sym);
	return 1;
}

static int add_all(struct lab_fieldset *to, const struct lab_fieldset *from)
{
	int grew = 0;

	if (from && from != to)
		for (int i = 0; i < arrlen(from->fns); i++)
			grew |= add(to, from->fns[i]);
	return grew;
}

static uint32_t place_field(const uint32_t *place)
{
	uint32_t n = place[2];

	while (n-- > 0)
		if (place[3 + 2 * n] == LAB_ELEM_FIELD)
			return place[4 + 2 * n];
	return LAB_NONE;
}

const struct lab_fieldset *lab_devirt_param(const struct lab_prog *p, uint32_t fn, uint32_t i)
{
	if (fn >= arrlenu(p->paramsets) || i >= arrlenu(p->paramsets[fn]))
		return NULL;
	return &p->paramsets[fn][i];
}

/* What is known of the functions that value may be; sym for a single one. */
static const struct lab_fieldset *value_set(const struct lab_prog *p, uint32_t fn, uint32_t v,
					    uint32_t *sym)
{
	const struct lab_gfn *f = &p->fns[fn];
	const struct lab_ins *d;
	const uint32_t *w;

	*sym = value_symbol(p, f, v);
	if (*sym != LAB_NONE)
		return NULL;
	if (v < f->body->nparams)
		return lab_devirt_param(p, fn, v);
	d = defining(f, v);
	if (!d)
		return NULL;
	w = f->body->words + d->words;
	if (d->op == LAB_OP_CAST)
		return value_set(p, fn, w[1], sym);
	if (d->op == LAB_OP_LOAD && place_field(w + 5) != LAB_NONE)
		return &p->fieldsets[place_field(w + 5)];
	return NULL;
}

/* A pointer to a function or to a table of functions. */
static int is_wanted(const struct lab_prog *p, uint32_t type)
{
	return type != LAB_NONE && p->types[type].kind == LAB_TYPE_PTR &&
	       p->types[type].ref != LAB_NONE &&
	       (p->types[p->types[type].ref].kind == LAB_TYPE_FUNC ||
		p->table_types[p->types[type].ref]);
}

static struct lab_fieldset *pair(struct lab_prog *p, uint32_t outer, uint32_t inner)
{
	uint32_t key[2] = { outer, inner }, n;
	int fresh;

	n = lab_intern(p->pairs_ix, key, sizeof(key), &fresh);
	if (fresh)
		arrput(p->pairs, (struct lab_fieldset){ 0 });
	return &p->pairs[n];
}

const struct lab_fieldset *lab_devirt_pair(const struct lab_prog *p, uint32_t outer, uint32_t inner)
{
	uint32_t key[2] = { outer, inner }, n = lab_intern_find(p->pairs_ix, key, sizeof(key));

	return n == UINT32_MAX || !arrlen(p->pairs[n].fns) ? NULL : &p->pairs[n];
}

/* NULL takes nothing away from what a pointer may be. */
static int is_zero(const struct lab_gfn *f, uint32_t v)
{
	const struct lab_ins *d = defining(f, v);
	const uint32_t *w = d ? f->body->words + d->words : NULL;

	return d && d->op == LAB_OP_CONST && !w[1] && !w[2];
}

/* The field of an object that place's last field lies in, if it is embedded in another. */
static uint32_t place_outer(const struct lab_gfn *f, const uint32_t *place)
{
	const struct lab_ins *d;
	uint32_t n = place[2];
	int seen = 0;

	while (n-- > 0)
		if (place[3 + 2 * n] == LAB_ELEM_FIELD && seen++)
			return place[4 + 2 * n];
	if (place[0] != LAB_BASE_DEREF)
		return LAB_NONE;
	d = defining(f, place[1]);
	return d && d->op == LAB_OP_ADDR ? place_field(f->body->words + d->words + 1) : LAB_NONE;
}

/* A pointer of its own, outside of any struct. */
static int store_variable(struct lab_prog *p, uint32_t fn, const uint32_t *w)
{
	struct lab_fieldset *to = &p->varsets[w[6]];
	const struct lab_fieldset *s;
	uint32_t sym;

	if (!is_wanted(p, p->syms[w[6]].type))
		return 0;
	s = value_set(p, fn, w[1], &sym);
	if (sym != LAB_NONE)
		return add(to, sym);
	if (s)
		return add_all(to, s);
	if (!is_zero(&p->fns[fn], w[1]))
		to->open = 1;
	return 0;
}

static int store(struct lab_prog *p, uint32_t fn, const struct lab_ins *in)
{
	const uint32_t *w = p->fns[fn].body->words + in->words;
	uint32_t field = place_field(w + 5), sym, outer;
	const struct lab_fieldset *s;
	int grew = 0;

	if (field == LAB_NONE && w[5] == LAB_BASE_SYM && w[7] == 0)
		return store_variable(p, fn, w);
	if (field == LAB_NONE)
		return 0;
	s = value_set(p, fn, w[1], &sym);
	outer = place_outer(&p->fns[fn], w + 5);
	if (sym == LAB_NONE && !s) {
		if (!is_wanted(p, p->fields[field].type) || is_zero(&p->fns[fn], w[1]))
			return 0;
		p->fieldsets[field].open = 1;
		if (outer != LAB_NONE)
			pair(p, outer, field)->open = 1;
		return 0;
	}
	if (outer != LAB_NONE)
		grew = sym != LAB_NONE ? add(pair(p, outer, field), sym) :
			add_all(pair(p, outer, field), s);
	return grew | (sym != LAB_NONE ? add(&p->fieldsets[field], sym) :
		       add_all(&p->fieldsets[field], s));
}

static int call(struct lab_prog *p, uint32_t fn, const struct lab_ins *in)
{
	const uint32_t *w = p->fns[fn].body->words + in->words;
	uint32_t to = lab_prog_resolve(p, w[2], p->fns[fn].unit), n = w[6];
	int grew = 0;

	if (to == LAB_NONE)
		return 0;
	for (uint32_t i = 0; i < n && i < p->fns[to].body->nparams; i++) {
		uint32_t sym;
		const struct lab_fieldset *s;

		if (!is_wanted(p, p->fns[to].body->params[i].type))
			continue;
		s = value_set(p, fn, w[7 + i], &sym);
		while (arrlenu(p->paramsets[to]) <= i) {
			struct lab_fieldset none = { 0 };

			arrput(p->paramsets[to], none);
		}
		if (sym != LAB_NONE)
			grew |= add(&p->paramsets[to][i], sym);
		else if (s)
			grew |= add_all(&p->paramsets[to][i], s);
	}
	return grew;
}

/*
 * A field that is only ever set where an object is made keeps its value in any
 * callee.  A store through a pointer ends that, and so does its address.
 */
static void mark_written(struct lab_prog *p, const struct lab_fn *f, const struct lab_ins *in)
{
	const uint32_t *w = f->words + in->words;
	const uint32_t *place = in->op == LAB_OP_ADDR ? w + 1 : w + 5;
	uint32_t field = place_field(place);

	if (field != LAB_NONE && (in->op == LAB_OP_ADDR || place[0] == LAB_BASE_DEREF))
		p->written[field] = 1;
}

static void from_initialisers(struct lab_prog *p)
{
	p->table_types = calloc(arrlenu(p->types) + 1, 1);
	if (!p->table_types)
		abort();
	for (int i = 0; i < arrlen(p->inits); i++) {
		const struct lab_ginit *in = &p->inits[i];

		if (in->field != LAB_NONE && in->target != LAB_NONE &&
		    p->syms[in->target].kind == LAB_SYM_FUNC && p->fields[in->field].owner != LAB_NONE)
			p->table_types[p->fields[in->field].owner] = 1;
	}
	for (int i = 0; i < arrlen(p->inits); i++) {
		const struct lab_ginit *in = &p->inits[i];

		if (in->field == LAB_NONE && in->target != LAB_NONE && in->plain &&
		    is_wanted(p, p->syms[in->sym].type))
			add(&p->varsets[in->sym], in->target);
		if (in->field == LAB_NONE || in->target == LAB_NONE ||
		    (p->syms[in->target].kind != LAB_SYM_FUNC &&
		     (!in->plain || !is_wanted(p, p->fields[in->field].type))))
			continue;
		add(&p->fieldsets[in->field], in->target);
		if (in->outer != LAB_NONE)
			add(pair(p, in->outer, in->field), in->target);
	}
}

void lab_devirt(struct lab_prog *p)
{
	int grew = 1;

	p->pairs_ix = lab_intern_new();
	p->varsets = calloc(arrlenu(p->syms) + 1, sizeof(*p->varsets));
	if (!p->varsets)
		abort();
	arrsetlen(p->fieldsets, arrlenu(p->fields));
	if (arrlen(p->fieldsets))
		memset(p->fieldsets, 0, arrlenu(p->fieldsets) * sizeof(*p->fieldsets));
	p->written = calloc(arrlenu(p->fields) + 1, 1);
	if (!p->written)
		abort();
	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++)
		for (uint32_t i = 0; i < p->fns[fn].body->nins; i++)
			if (p->fns[fn].body->ins[i].op == LAB_OP_STORE ||
			    p->fns[fn].body->ins[i].op == LAB_OP_ADDR)
				mark_written(p, p->fns[fn].body, &p->fns[fn].body->ins[i]);
	arrsetlen(p->paramsets, arrlenu(p->fns));
	if (arrlen(p->paramsets))
		memset(p->paramsets, 0, arrlenu(p->paramsets) * sizeof(*p->paramsets));
	from_initialisers(p);
	for (int round = 0; round < ROUNDS && grew; round++) {
		grew = 0;
		for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++) {
			const struct lab_fn *f = p->fns[fn].body;

			for (uint32_t i = 0; i < f->nins; i++) {
				if (f->ins[i].op == LAB_OP_STORE)
					grew |= store(p, fn, &f->ins[i]);
				else if (f->ins[i].op == LAB_OP_CALL)
					grew |= call(p, fn, &f->ins[i]);
			}
		}
	}
	lab_homes(p);
}

void lab_devirt_free(struct lab_prog *p)
{
	for (int i = 0; i < arrlen(p->fieldsets); i++)
		arrfree(p->fieldsets[i].fns);
	arrfree(p->fieldsets);
	for (uint32_t i = 0; p->varsets && i < arrlenu(p->syms); i++)
		arrfree(p->varsets[i].fns);
	free(p->varsets);
	for (int i = 0; i < arrlen(p->pairs); i++)
		arrfree(p->pairs[i].fns);
	arrfree(p->pairs);
	lab_intern_free(p->pairs_ix);
	free(p->table_types);
	free(p->homes);
	free(p->written);
	for (int f = 0; f < arrlen(p->paramsets); f++) {
		for (int i = 0; i < arrlen(p->paramsets[f]); i++)
			arrfree(p->paramsets[f][i].fns);
		arrfree(p->paramsets[f]);
	}
	arrfree(p->paramsets);
}
