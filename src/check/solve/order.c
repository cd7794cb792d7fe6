// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callees before callers: Tarjan's strongly connected components (SIAM J.
 * Comput. 1(2), 1972), with an explicit stack, since kernel call chains are deep.
 * An edge is a direct call, a call through a field with few possible functions,
 * or a function passed as argument (the callee may call it at once).
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "solve.h"

struct tarjan {
	struct lab_solver *s;
	uint32_t *index, *low, *comp;	/* index 0: not seen */
	uint32_t *stack;		/* of the algorithm */
	struct frame { uint32_t fn, at, *edges; } *frames;
	uint32_t next, ncomp;
	uint8_t *on;
};

static void edge(struct tarjan *t, uint32_t **out, uint32_t sym, uint32_t unit)
{
	uint32_t fn;

	if (lab_model_answers(t->s, sym))
		return;
	fn = lab_prog_resolve(t->s->p, sym, unit);
	if (fn != LAB_NONE)
		arrput(*out, fn);
}

static void edges(struct tarjan *t, uint32_t **out, const struct lab_fieldset *set, uint32_t unit)
{
	for (int k = 0; set && arrlen(set->fns) <= LAB_WIDE && k < arrlen(set->fns); k++)
		edge(t, out, set->fns[k], unit);
}

/* place is table->field: what the tables hold that the pointer to them may be. */
static void table_edges(struct tarjan *t, uint32_t **out, const struct lab_gfn *f, uint32_t table,
			uint32_t field)
{
	const struct lab_prog *p = t->s->p;
	const struct lab_ins *d = f->def[table] == LAB_NONE ? NULL : &f->body->ins[f->def[table]];
	const struct lab_fieldset *set = NULL;
	const uint32_t *w = d ? f->body->words + d->words : NULL;

	if (!d || d->op != LAB_OP_LOAD || !w[7] || w[8 + 2 * (w[7] - 1)] != LAB_ELEM_FIELD)
		return;
	if (w[7] > 1 && w[8 + 2 * (w[7] - 2)] == LAB_ELEM_FIELD)
		set = lab_devirt_pair(p, w[9 + 2 * (w[7] - 2)], w[9 + 2 * (w[7] - 1)]);
	if (!set)
		set = &p->fieldsets[w[9 + 2 * (w[7] - 1)]];
	for (int k = 0; arrlen(set->fns) <= LAB_WIDE && k < arrlen(set->fns); k++) {
		const struct lab_ginit *in = p->first_init[set->fns[k]] == LAB_NONE ? NULL :
			lab_prog_init(p, set->fns[k], field);

		if (in && in->target != LAB_NONE && p->syms[in->target].kind == LAB_SYM_FUNC)
			edge(t, out, in->target, f->unit);
	}
}

static void field_edges(struct tarjan *t, uint32_t **out, const struct lab_gfn *f,
			const uint32_t *place, uint32_t field)
{
	const struct lab_prog *p = t->s->p;
	uint32_t n = place[2];

	if (arrlen(p->fieldsets[field].fns) <= LAB_WIDE) {
		edges(t, out, &p->fieldsets[field], f->unit);
		return;
	}
	if (n > 1 && place[3 + 2 * (n - 2)] == LAB_ELEM_FIELD)
		edges(t, out, lab_devirt_pair(p, place[4 + 2 * (n - 2)], field), f->unit);
	if (place[0] == LAB_BASE_DEREF)
		table_edges(t, out, f, place[1], field);
}

static uint32_t *edges_of(struct tarjan *t, uint32_t fn)
{
	const struct lab_prog *p = t->s->p;
	const struct lab_gfn *f = &p->fns[fn];
	uint32_t *out = NULL;

	for (uint32_t i = 0; i < f->body->nins; i++) {
		const struct lab_ins *in = &f->body->ins[i];
		const uint32_t *o = f->body->words + in->words;

		if (in->op == LAB_OP_CALL) {
			edge(t, &out, o[2], f->unit);
		} else if (in->op == LAB_OP_ADDR && o[1] == LAB_BASE_SYM && !o[3] &&
			   p->syms[o[2]].kind == LAB_SYM_FUNC) {
			edge(t, &out, o[2], f->unit);
		} else if (in->op == LAB_OP_LOAD && o[7]) {
			const uint32_t *last = o + 8 + 2 * (o[7] - 1);

			if (last[0] == LAB_ELEM_FIELD)
				field_edges(t, &out, f, o + 5, last[1]);
		} else if (in->op == LAB_OP_LOAD && o[5] == LAB_BASE_SYM) {
			edges(t, &out, &p->varsets[o[6]], f->unit);
		}
	}
	return out;
}

static void enter(struct tarjan *t, uint32_t fn)
{
	struct frame f = { fn, 0, edges_of(t, fn) };

	t->index[fn] = t->low[fn] = ++t->next;
	t->on[fn] = 1;
	arrput(t->stack, fn);
	arrput(t->frames, f);
}

static void close_component(struct tarjan *t, uint32_t fn)
{
	uint32_t x;

	do {
		x = arrpop(t->stack);
		t->on[x] = 0;
		t->comp[x] = t->ncomp;
		arrput(t->s->order, x);
	} while (x != fn);
	t->ncomp++;
}

static void visit(struct tarjan *t, uint32_t root)
{
	enter(t, root);
	while (arrlen(t->frames)) {
		struct frame *f = &t->frames[arrlen(t->frames) - 1];
		uint32_t fn = f->fn;

		if (f->at < arrlenu(f->edges)) {
			uint32_t to = f->edges[f->at++];

			if (!t->index[to])
				enter(t, to);
			else if (t->on[to] && t->index[to] < t->low[fn])
				t->low[fn] = t->index[to];
			continue;
		}
		arrfree(f->edges);
		(void)arrpop(t->frames);
		if (t->low[fn] == t->index[fn])
			close_component(t, fn);
		if (arrlen(t->frames)) {
			uint32_t up = t->frames[arrlen(t->frames) - 1].fn;

			if (t->low[fn] < t->low[up])
				t->low[up] = t->low[fn];
		}
	}
}

void lab_solve_order(struct lab_solver *s, uint32_t **comp)
{
	uint32_t n = arrlenu(s->p->fns);
	struct tarjan t = { .s = s };

	t.index = calloc(n + 1, sizeof(*t.index));
	t.low = calloc(n + 1, sizeof(*t.low));
	t.comp = calloc(n + 1, sizeof(*t.comp));
	t.on = calloc(n + 1, 1);
	if (!t.index || !t.low || !t.comp || !t.on)
		abort();
	for (uint32_t i = 0; i < n; i++)
		if (!t.index[i])
			visit(&t, i);
	*comp = t.comp;
	free(t.index);
	free(t.low);
	free(t.on);
	arrfree(t.stack);
	arrfree(t.frames);
}
