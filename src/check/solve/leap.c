// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The witness's steps from function to function, and where a step is a leap: a
 * call through a pointer with several possible functions, which may land in a
 * driver that this object does not belong to.
 *
 * Policy: doubtful is a second leap; one out of another folder into a third (a driver
 * that calls a library that calls some other driver); one into another folder where
 * not all of the possible functions sleep; one where most of MANY do not; one into
 * another source where one of the sources on the path has a function of its own for it;
 * one into a module that nobody could have brought together with those on the path, no
 * module uses all of them, where somebody else could.
 */
#include <string.h>
#include <stb/stb_ds.h>
#include "search.h"

#define NODES 600
#define LEAPS 1
#define MANY  4

static bool same_folder(const struct search *q, uint32_t a, uint32_t b)
{
	const struct lab_prog *p = q->w.s->p;

	return lab_same_folder(p, p->fns[a].body->file, p->fns[b].body->file);
}

/* The innermost function up the path that is not an inline of a header. */
static uint32_t written_in(const struct search *q, uint32_t at)
{
	for (; q->nodes[at].parent != LAB_NONE; at = q->nodes[at].parent) {
		const struct lab_prog *p = q->w.s->p;

		if (!lab_prog_is_header(p, p->fns[q->nodes[at].fn].body->file))
			break;
	}
	return q->nodes[at].fn;
}

static bool stray(const struct search *q, uint32_t at, uint32_t to)
{
	return !same_folder(q, written_in(q, at), q->nodes[0].fn) &&
	       !same_folder(q, to, q->nodes[0].fn);
}

/* The modules that the path goes through. */
struct passed { uint32_t modules[LAB_SEARCH_DEPTH + 1], n; };

static struct passed passed(const struct search *q, uint32_t at)
{
	const struct lab_prog *p = q->w.s->p;
	struct passed m = { .n = 0 };

	for (; at != LAB_NONE && m.n < LAB_SEARCH_DEPTH; at = q->nodes[at].parent) {
		const struct lab_gfn *f = &p->fns[q->nodes[at].fn];

		if (!lab_prog_is_header(p, f->body->file))
			m.modules[m.n++] = p->module[f->unit];
	}
	return m;
}

/* The member that the value is, or is a part of; or NONE. */
static uint32_t member_of(const struct lab_terms *t, uint32_t n)
{
	const struct lab_term *x = lab_term(t, n);

	while (x->op == LAB_T_CAST || (x->op == LAB_T_BIN && x->sub == LAB_BIN_AND))
		x = lab_term(t, x->a);
	if (x->op != LAB_T_LOAD || lab_term(t, x->a)->op != LAB_T_FIELD)
		return LAB_NONE;
	return lab_term(t, x->a)->b;
}

bool lab_nobody_sets(const struct search *q, uint32_t at, uint32_t fn, const struct lab_terms *t,
		     uint32_t term, const struct lab_av *av)
{
	const struct lab_prog *p = q->w.s->p;
	uint32_t field = member_of(t, term), n;
	const struct lab_pair *all;
	struct lab_module_set set;
	struct passed way;

	/* of a driver alone, others set what we do not see */
	if (!q->w.s->some_core || field == LAB_NONE || !(av->nz || av->ones || av->lo > 0 || av->hi < 0))
		return false;
	all = lab_field_writers(p, field, &n);
	if (!n)
		return false;
	way = passed(q, at);
	if (fn != LAB_NONE)
		way.modules[way.n++] = p->module[p->fns[fn].unit];
	set = lab_modules_common(p, way.modules, way.n);
	if (!way.n || !set.some)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (lab_module_meets(p, &set, all[i].module))
			return false;
	return true;
}

/* The function is of a module on the path, and no core code, which serves all kinds of objects. */
static bool at_home(const struct search *q, uint32_t at, uint32_t fn)
{
	const struct lab_gfn *f = &q->w.s->p->fns[fn];
	struct passed m = passed(q, at);

	for (uint32_t i = 0; i < m.n; i++)
		if (m.modules[i] == q->w.s->p->module[f->unit])
			return !lab_is_core(q->w.s, f->body->file);
	return false;
}

void lab_search_push(struct search *q, uint32_t fn, uint32_t parent, const struct lab_event *e,
		 const uint32_t *args, uint32_t nargs, unsigned int doubt,
		     uint32_t choices, uint32_t targets)
{
	struct node n = { .only = e && e->kind == LAB_EV_VIA ? 1 + e->param : 0, .fn = fn,
			  .parent = parent, .nargs = nargs, .doubt = doubt, .targets = targets,
			  .assumed = q->assumed, .asked = q->asked };
	uint32_t key[LAB_SEARCH_ARGS + 2];
	int fresh;

	if (arrlen(q->nodes) >= NODES)
		return;
	if (parent != LAB_NONE) {
		n.depth = q->nodes[parent].depth + 1;
		n.leaps = q->nodes[parent].leaps + (choices > 1);
		if (n.leaps > LEAPS || (choices > 1 && stray(q, parent, fn)))
			n.doubt |= LAB_DOUBT_OTHER;
		n.away = q->nodes[parent].away;
		if (q->nodes[parent].targets > n.targets)
			n.targets = q->nodes[parent].targets;
		n.at_fn = q->nodes[parent].fn;
		n.at_ins = e->ins;
		n.when = e->g;
	}
	if (n.depth >= LAB_SEARCH_DEPTH)
		return;
	key[0] = fn;
	key[1] = (n.doubt != 0) << 16 | n.leaps << 8 | n.only;
	memcpy(key + 2, args, nargs * sizeof(*args));
	memcpy(n.args, args, nargs * sizeof(*args));
	lab_intern(q->seen, key, (nargs + 2) * sizeof(*key), &fresh);
	if (!fresh)
		return;
	n.s = lab_state_clone(&q->w.s->states, q->temp);
	arrput(q->nodes, n);
}

/* The functions the event's pointer may be here, told by the path that leads to it. */
static void targets(struct search *q, const struct lab_import *im, const struct lab_event *e,
		    struct lab_targets *t)
{
	uint32_t ptr = e->ptr == LAB_TERM_NONE ? e->ptr :
		lab_import_term((struct lab_import *)im, e->ptr);
	const struct lab_fieldset *set = e->target == LAB_NONE ? NULL :
		&q->w.s->p->fieldsets[e->target];

	if (ptr != LAB_TERM_NONE && lab_targets(&q->w, ptr, t))
		return;
	t->n = 0;
	t->objects = 0;
	t->ops = LAB_TERM_NONE;
	for (int i = 0; set && i < arrlen(set->fns) && i < LAB_WIDE; i++)
		t->all[t->n++] = (struct lab_target){ set->fns[i], LAB_NONE };
}

/* How many of the functions can sleep at all. */
static uint32_t that_sleep(const struct search *q, const struct lab_targets *t)
{
	uint32_t sleep = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t fn = lab_prog_resolve(q->w.s->p, t->all[i].sym, LAB_NONE);

		sleep += fn != LAB_NONE && arrlen(q->w.s->sum[fn].sleeps) > 0;
	}
	return sleep;
}

static bool same_file(const struct search *q, uint32_t a, uint32_t b)
{
	return q->w.s->p->fns[a].body->file == q->w.s->p->fns[b].body->file;
}

/* The function stands in a source that the path has come through: the driver's own. */
static bool is_own(const struct search *q, uint32_t at, uint32_t fn)
{
	for (; at != LAB_NONE; at = q->nodes[at].parent)
		if (same_file(q, q->nodes[at].fn, fn))
			return true;
	return false;
}

static bool some_own(const struct search *q, uint32_t at, const struct lab_targets *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t fn = lab_prog_resolve(q->w.s->p, t->all[i].sym, LAB_NONE);

		if (fn != LAB_NONE && is_own(q, at, fn))
			return true;
	}
	return false;
}

/* Somebody who may have brought the object fills such tables: then nobody else did. */
static bool has_provider(const struct search *q, const struct lab_module_set *set, uint32_t field)
{
	const struct lab_prog *p = q->w.s->p;
	const struct lab_pair *all;
	uint32_t n;

	if (field == LAB_NONE)
		return false;
	all = lab_pairs_of(&p->providers, p->fields[field].owner, &n);
	for (uint32_t i = 0; i < n; i++)
		if (lab_module_meets(p, set, all[i].module))
			return true;
	return false;
}

void lab_search_leap(struct search *q, uint32_t at, const struct lab_event *e,
		 const struct lab_import *im, const uint32_t *args, uint32_t n, unsigned int doubt)
{
	const struct lab_prog *p = q->w.s->p;
	struct lab_targets t;
	struct lab_state *before = lab_state_clone(&q->w.s->states, q->temp);
	struct passed way = passed(q, at);
	struct lab_module_set set = lab_modules_common(p, way.modules, way.n);
	uint32_t sleep;
	unsigned int more;
	bool own, provided;
	int nodes;

	targets(q, im, e, &t);
	sleep = that_sleep(q, &t);
	own = some_own(q, at, &t);
	provided = has_provider(q, &set, e->target);
	for (uint32_t i = 0; i < t.n && i < LAB_WIDE; i++) {
		uint32_t fn = lab_prog_resolve(p, t.all[i].sym, p->fns[q->nodes[at].fn].unit);

		if (fn == LAB_NONE || lab_model_answers(q->w.s, t.all[i].sym))
			continue;
		lab_state_copy(q->temp, before);
		if (t.ops != LAB_TERM_NONE && t.all[i].table != LAB_NONE)
			lab_mem_set(q->temp, t.ops, lab_term_leaf(q->w.t, LAB_T_SYM, t.all[i].table));
		more = (own && !is_own(q, at, fn)) || (provided && !lab_module_meets(p, &set, p->module[p->fns[fn].unit])) ||
			(sleep < t.n && !same_folder(q, fn, q->nodes[0].fn)) ? LAB_DOUBT_OTHER : 0;
		if (t.n >= MANY && sleep * 2 < t.n)
			more |= LAB_DOUBT_FEW;
		nodes = arrlen(q->nodes);
		lab_search_push(q, fn, at, e, args, n, doubt | more, t.n,
				t.objects > t.n ? t.objects : t.n);
		/* whichever it is: if all of a few sleep, that does not matter */
		if (arrlen(q->nodes) > nodes && (sleep < t.n || t.n >= MANY) && t.n > 1 &&
		    !at_home(q, at, fn))
			q->nodes[nodes].away = true;
	}
	lab_state_drop(&q->w.s->states, before);
}
