// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The members that a model names: arg0.a.b as an address, by the types of the program.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "flow.h"

uint32_t lab_pointee(const struct lab_flow *w, const struct lab_call *c, uint32_t i)
{
	const struct lab_prog *p = w->s->p;
	const struct lab_fn *b = w->f->body;
	uint32_t v = c->values[i], t = LAB_NONE;

	if (v < b->nparams)
		t = b->params[v].type;
	else if (w->f->def[v] != LAB_NONE && b->ins[w->f->def[v]].op != LAB_OP_ASM)
		t = b->words[b->ins[w->f->def[v]].words];
	return t == LAB_NONE || p->types[t].kind != LAB_TYPE_PTR ? LAB_NONE : p->types[t].ref;
}

/*
 * Address of the member `name` of an object of type owner at *at, also where it lies in
 * an anonymous one; its field, or LAB_NONE.
 */
static uint32_t find_member(struct lab_flow *w, uint32_t *at, uint32_t owner, uint32_t name,
			    int depth)
{
	const struct lab_prog *p = w->s->p;
	uint32_t base = *at, in, found;

	for (uint32_t i = 0; i < arrlenu(p->fields); i++)
		if (p->fields[i].name == name && p->fields[i].owner == owner) {
			*at = lab_term_field(w->t, base, i);
			return i;
		}
	for (uint32_t i = 0; depth < 3 && i < arrlenu(p->fields); i++) {
		if (p->fields[i].owner != owner || *lab_prog_str(p, p->fields[i].name))
			continue;
		in = lab_term_field(w->t, base, i);
		found = find_member(w, &in, p->fields[i].type, name, depth + 1);
		if (found != LAB_NONE) {
			*at = in;
			return found;
		}
	}
	return LAB_NONE;
}

uint32_t lab_member(struct lab_flow *w, struct lab_state *s, uint32_t base, uint32_t owner,
		    const char *name)
{
	const struct lab_prog *p = w->s->p;
	uint64_t h = 5381;

	while (owner != LAB_NONE) {
		size_t n = strcspn(name, ".");
		char part[128];
		uint32_t str, f = LAB_NONE, type;

		if (n >= sizeof(part))
			break;
		memcpy(part, name, n);
		part[n] = 0;
		str = lab_prog_find_str(p, part);
		if (str != LAB_NONE)
			f = find_member(w, &base, owner, str, 0);
		if (f == LAB_NONE)
			break;
		if (!name[n])
			return base;
		name += n + 1;
		type = p->fields[f].type;
		owner = type;
		if (type != LAB_NONE && p->types[type].kind == LAB_TYPE_PTR) {
			base = lab_flow_load(w, s, base);
			owner = p->types[type].ref;
		}
	}
	for (; *name; name++)
		h = h * 33 + (unsigned char)*name;
	return lab_term_index(w->t, base, (int64_t)(h | 1ull << 63));
}

uint32_t lab_struct(const struct lab_prog *p, const char *tag)
{
	for (uint32_t i = 0; i < arrlenu(p->types); i++)
		if (p->types[i].kind == LAB_TYPE_STRUCT && !strcmp(lab_prog_str(p, p->types[i].name), tag))
			return i;
	return LAB_NONE;
}
