// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions that know the table they stand in: map->ops->lookup(map) lands in a
 * lookup function whose own map->ops is the table it was found in, so what
 * it asks of that table has one answer.
 *
 * Policy: the function stands in one static initialiser and nowhere else, nobody
 * outside its unit calls it by name, and the calls of its member agree on which
 * argument is the object.
 */
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "prog.h"

#define NOWHERE UINT32_MAX
#define MANY    (UINT32_MAX - 1)

struct use { uint32_t table, member; };		/* of a symbol; table MANY: not one */
struct self { uint32_t arg, field; };		/* of a member; arg MANY: calls differ */

struct homes {
	struct lab_prog *p;
	struct use *use;
	struct self *self;
};

static const uint32_t *load_of(const struct lab_gfn *f, uint32_t v)
{
	uint32_t d = v < f->body->nvalues ? f->def[v] : LAB_NONE;

	if (d == LAB_NONE || f->body->ins[d].op != LAB_OP_LOAD)
		return NULL;
	return f->body->words + f->body->ins[d].words + 5;	/* its place */
}

/* place is base->field alone */
static bool is_member(const uint32_t *place)
{
	return place && place[0] == LAB_BASE_DEREF && place[2] == 1 && place[3] == LAB_ELEM_FIELD;
}

static void indirect_call(struct homes *h, const struct lab_gfn *f, const uint32_t *w)
{
	const uint32_t *member = load_of(f, w[3]), *table;
	struct self *s, now = { MANY, 0 };

	if (!is_member(member))
		return;
	table = load_of(f, member[1]);
	if (!is_member(table))
		return;
	for (uint32_t i = 0; i < w[7] && now.arg == MANY; i++)
		if (w[8 + i] == table[1])
			now = (struct self){ i, table[4] };
	s = &h->self[member[4]];
	if (s->arg == NOWHERE)
		*s = now;
	else if (s->arg != now.arg || s->field != now.field)
		s->arg = MANY;
}

static void name_used(struct homes *h, uint32_t sym, bool from_outside)
{
	if (h->p->syms[sym].kind == LAB_SYM_FUNC && from_outside)
		h->use[sym].table = MANY;
}

static void scan(struct homes *h, const struct lab_gfn *f)
{
	for (uint32_t i = 0; i < f->body->nins; i++) {
		const struct lab_ins *in = &f->body->ins[i];
		const uint32_t *w = f->body->words + in->words;

		if (in->op == LAB_OP_ADDR && w[1] == LAB_BASE_SYM)
			name_used(h, w[2], true);
		else if (in->op == LAB_OP_CALL)
			name_used(h, w[2], !(h->p->syms[w[2]].flags & LAB_SYMF_STATIC));
		else if (in->op == LAB_OP_CALLI)
			indirect_call(h, f, w);
	}
}

static void settle(struct homes *h, uint32_t fn)
{
	uint32_t sym = h->p->fns[fn].sym;
	const struct use *u = &h->use[sym];
	struct lab_home *out = &h->p->homes[fn];
	const struct self *s;

	out->table = LAB_NONE;
	if (u->table == NOWHERE || u->table == MANY || u->member == LAB_NONE)
		return;
	s = &h->self[u->member];
	if (s->arg == NOWHERE || s->arg == MANY || s->arg >= h->p->fns[fn].body->nparams)
		return;
	*out = (struct lab_home){ u->table, s->arg, s->field };
}

void lab_homes(struct lab_prog *p)
{
	struct homes h = { .p = p };
	uint32_t nfns = arrlenu(p->fns), nsyms = arrlenu(p->syms), nfields = arrlenu(p->fields);

	h.use = malloc((nsyms + 1) * sizeof(*h.use));
	h.self = malloc((nfields + 1) * sizeof(*h.self));
	p->homes = malloc((nfns + 1) * sizeof(*p->homes));
	if (!h.use || !h.self || !p->homes)
		abort();
	for (uint32_t i = 0; i < nsyms; i++)
		h.use[i].table = NOWHERE;
	for (uint32_t i = 0; i < nfields; i++)
		h.self[i].arg = NOWHERE;
	for (int i = 0; i < arrlen(p->inits); i++) {
		const struct lab_ginit *in = &p->inits[i];
		struct use *u;

		if (in->target == LAB_NONE)
			continue;
		u = &h.use[in->target];
		*u = (struct use){ u->table == NOWHERE && in->direct ? in->sym : MANY, in->field };
	}
	for (uint32_t fn = 0; fn < nfns; fn++)
		scan(&h, &p->fns[fn]);
	for (uint32_t fn = 0; fn < nfns; fn++)
		settle(&h, fn);
	free(h.use);
	free(h.self);
}
