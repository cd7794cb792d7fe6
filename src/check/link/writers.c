// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which modules set which members: objects begin as zeroes, so a member is 0 for as long
 * as nobody who has to do with the object sets it.
 *
 * Policy: whoever stores anything but a plain 0 sets it, and so does an initialiser.  A
 * member whose address is taken, that an inline of a header sets, or an element of which
 * is stored to, may be set by anybody; what comes by a copy of the whole object was set
 * where that came from.
 */
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "prog.h"

static bool is_zero(const struct lab_gfn *f, uint32_t v)
{
	const struct lab_ins *d = v < f->body->nvalues && f->def[v] != LAB_NONE ?
		&f->body->ins[f->def[v]] : NULL;
	const uint32_t *c = d ? f->body->words + d->words : NULL;

	return d && d->op == LAB_OP_CONST && !c[1] && !c[2];
}

/* Members on the way: all but a last one that stands for itself. */
static void anybody(struct lab_prog *p, const uint32_t *place, bool address)
{
	uint32_t n = place[2];

	if (!n)
		return;
	if (place[1 + 2 * n] == LAB_ELEM_FIELD && !address)
		return;
	while (n-- > 0)
		if (place[3 + 2 * n] == LAB_ELEM_FIELD) {
			p->anybody[place[4 + 2 * n]] = 1;
			return;
		}
}

static void look_at(struct lab_prog *p, const struct lab_gfn *f)
{
	bool inlined = lab_prog_is_header(p, f->body->file);

	for (uint32_t i = 0; i < f->body->nins; i++) {
		const struct lab_ins *in = &f->body->ins[i];
		const uint32_t *w = f->body->words + in->words;
		uint32_t n;

		if (in->op == LAB_OP_ADDR)
			anybody(p, w + 1, true);
		if (in->op != LAB_OP_STORE)
			continue;
		n = w[5 + 2];
		anybody(p, w + 5, inlined);
		if (!inlined && n && w[5 + 1 + 2 * n] == LAB_ELEM_FIELD && !is_zero(f, w[1]))
			lab_pairs_add(&p->writers, w[5 + 2 + 2 * n], p->module[f->unit]);
	}
}

void lab_writers(struct lab_prog *p)
{
	p->anybody = calloc(arrlenu(p->fields) + 1, 1);
	if (!p->anybody)
		abort();
	for (uint32_t fn = 0; fn < arrlenu(p->fns); fn++)
		look_at(p, &p->fns[fn]);
	for (uint32_t i = 0; i < arrlenu(p->inits); i++)
		if (p->inits[i].field != LAB_NONE &&
		    (p->inits[i].kind == LAB_INITV_ADDR || p->inits[i].value))
			lab_pairs_add(&p->writers, p->inits[i].field, p->module[p->inits[i].unit]);
	lab_pairs_sort(&p->writers);
}

const struct lab_pair *lab_field_writers(const struct lab_prog *p, uint32_t field, uint32_t *n)
{
	*n = 0;
	return p->anybody[field] ? NULL : lab_pairs_of(&p->writers, field, n);
}
