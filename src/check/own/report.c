// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeping what was found: the life of an object as a list of steps, each told once.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "priv.h"

uint32_t lab_own_trace(struct own *o, uint32_t fn, uint32_t ins, uint8_t role, uint32_t sym,
		   uint32_t next)
{
	struct lab_own_trace t = { fn, ins, sym, next, role };
	int n = arrlen(o->traces);

	/* states of one place ask for the same again and again */
	for (int i = n - 1; i >= 0 && i >= n - 8; i--)
		if (!memcmp(&o->traces[i], &t, offsetof(struct lab_own_trace, role)) &&
		    o->traces[i].role == role)
			return (uint32_t)i;
	arrput(o->traces, t);
	return (uint32_t)n;
}

const char *lab_own_name(const struct own *o, const struct lab_obj *obj)
{
	const char *as = !obj || obj->born == LAB_NONE ? NULL : o->births[obj->born].as;

	return as ? as : "page";
}

struct lab_own_step *lab_own_steps(const struct own *o, struct lab_own_step *steps, uint32_t trace)
{
	for (; trace != LAB_NONE; trace = o->traces[trace].next) {
		const struct lab_own_trace *t = &o->traces[trace];

		arrput(steps, ((struct lab_own_step){ t->fn, t->ins, t->sym, t->role }));
	}
	return steps;
}

static bool in_header(const struct own *o, const struct lab_own_step *s)
{
	return lab_prog_is_header(o->s->p, o->s->p->fns[s->fn].body->file);
}

void lab_own_misuse(struct own *o, struct lab_misuse m)
{
	struct { uint32_t kind, fn, ins, from_fn, from_ins; } key = { m.kind, m.steps[m.sink].fn,
		m.steps[m.sink].ins, m.steps[0].fn, m.steps[0].ins };
	int fresh;

	lab_intern(o->said, &key, sizeof(key), &fresh);
	if (fresh)
		arrput(o->out->all, m);
	else
		arrfree(m.steps);
}

void lab_own_report(struct lab_flow *w, uint8_t kind, const struct lab_obj *obj, uint32_t last,
		bool deep, const char *why, int64_t value)
{
	struct own *o = lab_own_of(w)->o;
	struct lab_misuse m = { .kind = kind, .as = lab_own_name(o, obj), .why = why, .value = value };
	uint32_t first;

	if (obj && obj->born != LAB_NONE)
		m.steps = lab_own_steps(o, m.steps, o->births[obj->born].trace);
	if (obj && obj->moved != LAB_NONE && kind != LAB_MISUSE_UNCHECKED && kind != LAB_MISUSE_LEAK &&
	    kind != LAB_MISUSE_HOLDING)
		m.steps = lab_own_steps(o, m.steps, obj->moved);
	first = arrlenu(m.steps);
	m.steps = lab_own_steps(o, m.steps, last);
	m.sink = deep ? arrlenu(m.steps) - 1 : first;
	while (m.sink > first && in_header(o, &m.steps[m.sink]))
		m.sink--;
	if (kind == LAB_MISUSE_LEAK)
		m.sink = 0;
	if (arrlen(m.steps) == 1) {
		arrins(m.steps, 0, ((struct lab_own_step){ w->fn, LAB_NONE, LAB_NONE, LAB_OWN_IN }));
		m.sink++;
	}
	lab_own_misuse(o, m);
}
