// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reducing a function to what decides something.  Four steps, repeated until
 * none of them finds anything (or ROUNDS: what is left then is only larger):
 *
 *   phis     one that can only have one value is that value
 *   loads    in a block, of the loads from one pointer whose results nobody
 *            uses, the first says "dereferenced"; the others say nothing, until
 *            a call, asm or store through that pointer comes between
 *   values   pure ones that no event, branch or return needs, also in circles
 *   blocks   empty ones are bypassed, branches to one place become jumps, a
 *            jump to a block that has no other predecessor joins the two
 *
 * Then blocks are put in reverse post order, so that a definition stands before
 * its uses, and blocks and values are numbered anew.  The input must be proper
 * SSA; of other functions nothing is lost but the guarantee that the writer
 * accepts the result.
 */
#include <stdlib.h>
#include <stb/stb_ds.h>
#include "check/skel/reduce.h"

#define ROUNDS 16

static int is_pure(unsigned int op)
{
	switch (op) {
	case LAB_OP_CONST: case LAB_OP_STR: case LAB_OP_OPAQUE: case LAB_OP_ADDR:
	case LAB_OP_BIN: case LAB_OP_UN: case LAB_OP_CAST: case LAB_OP_SELECT:
	case LAB_OP_PHI: case LAB_OP_ASMOUT:
		return 1;
	default:
		return 0;
	}
}

/* ---- setting up ------------------------------------------------------------------------- */
static void add_edge(void *ctx, uint32_t *target)
{
	struct edge *e = ctx;
	struct block *b = &e->r->blocks[*target];

	/* the edges of one block come together: a second one is at the end */
	if (!arrlenu(b->preds) || arrlast(b->preds) != e->from)
		arrput(b->preds, e->from);
}

static void set_up(struct reduce *r)
{
	const struct lab_fn *f = r->f;
	struct lab_arena *a = &r->tmp;
	uint32_t i, b;

	r->ins = lab_arena_zalloc(a, f->nins * sizeof(*r->ins));
	r->blocks = lab_arena_zalloc(a, f->nblocks * sizeof(*r->blocks));
	r->said = lab_arena_zalloc(a, f->nblocks * sizeof(*r->said));
	r->same_as = lab_arena_alloc(a, (f->nvalues + 1) * sizeof(*r->same_as));
	r->def = lab_arena_alloc(a, (f->nvalues + 1) * sizeof(*r->def));
	for (i = 0; i < f->nvalues; i++) {
		r->same_as[i] = i;
		r->def[i] = END;
	}
	for (i = 0; i < f->nins; i++) {
		r->ins[i] = (struct ins){ .op = f->ins[i].op, .res = f->ins[i].res,
			.next = i + 1, .w = f->words + f->ins[i].words,
			.nwords = f->ins[i].nwords };
		if (f->ins[i].res != LAB_NONE)
			r->def[f->ins[i].res] = i;
	}
	for (b = 0; b < f->nblocks; b++) {
		struct edge e = { .r = r, .from = b };

		r->blocks[b].first = f->blocks[b].first;
		r->blocks[b].last = f->blocks[b].first + f->blocks[b].count - 1;
		r->ins[r->blocks[b].last].next = END;
		lab_ins_targets(terminator(r, b)->op, terminator(r, b)->w,
				terminator(r, b)->nwords, add_edge, &e);
	}
}

/* ---- phis ------------------------------------------------------------------------------- */
static void simplify_phi(struct reduce *r, struct ins *phi)
{
	uint32_t i, n, v, other = LAB_NONE, *pair = phi_pairs(phi, &n);
	struct said *said;

	r->looks++;
	for (i = 0; i < n; i++) {
		v = pair[2 * i] = resolve(r, pair[2 * i]);
		said = &r->said[pair[2 * i + 1]];
		if (said->look == r->looks && said->value == v) {	/* twice the same */
			phi_delete(phi, i--);
			n--;
			continue;
		}
		said->look = r->looks;
		said->value = v;
		if (v == phi->res || v == other)
			continue;
		if (other != LAB_NONE)
			return;
		other = v;
	}
	if (other == LAB_NONE)
		return;
	r->same_as[phi->res] = other;
	phi->dead = 1;
	r->changed = 1;
}

static void simplify_phis(struct reduce *r)
{
	uint32_t b, i;

	for (b = 0; b < r->f->nblocks; b++) {
		if (r->blocks[b].gone)
			continue;
		EACH(r, b, i) {
			if (r->ins[i].op != LAB_OP_PHI)
				break;
			simplify_phi(r, &r->ins[i]);
		}
	}
}

/* ---- values ----------------------------------------------------------------------------- */
static void need(void *ctx, uint32_t *value)
{
	struct reduce *r = ctx;
	uint32_t def;

	*value = resolve(r, *value);
	def = r->def[*value];
	if (def == END || r->ins[def].live)
		return;
	r->ins[def].live = 1;
	arrput(r->todo, def);
}

static void mark(struct reduce *r)
{
	uint32_t b, i, n;

	for (i = 0; i < r->f->nins; i++)
		r->ins[i].live = 0;
	for (b = 0; b < r->f->nblocks; b++) {
		if (r->blocks[b].gone)
			continue;
		EACH(r, b, i)
			if (!is_pure(r->ins[i].op))
				lab_ins_uses(r->ins[i].op, r->ins[i].w, r->ins[i].nwords, need, r);
	}
	while (arrlenu(r->todo)) {
		n = arrpop(r->todo);
		if (is_pure(r->ins[n].op))
			lab_ins_uses(r->ins[n].op, r->ins[n].w, r->ins[n].nwords, need, r);
	}
}

/* Words of a load: type, flags, three of a location, then its place. */
static int is_silent_load(const struct ins *in)
{
	return in->op == LAB_OP_LOAD && !in->live && !(in->w[1] & LAB_INSF_VOLATILE);
}

static void drop_silent_loads(struct reduce *r, uint32_t b, uint32_t *seen, uint32_t *round)
{
	uint32_t i;

	++*round;
	EACH(r, b, i) {
		struct ins *in = &r->ins[i];
		const uint32_t *place = NULL;

		if (in->op == LAB_OP_CALL || in->op == LAB_OP_CALLI || in->op == LAB_OP_ASM)
			++*round;
		else if (in->op == LAB_OP_LOAD || in->op == LAB_OP_STORE)
			place = in->w + 5;	/* both have five words before it */
		if (!place || place[0] != LAB_BASE_DEREF)
			continue;
		if (in->op == LAB_OP_STORE) {
			seen[place[1]] = 0;
		} else if (is_silent_load(in) && seen[place[1]] == *round) {
			in->dead = 1;
			r->changed = 1;
		} else {
			seen[place[1]] = *round;
		}
	}
}

static void drop_values(struct reduce *r, uint32_t *seen, uint32_t *round)
{
	uint32_t b, i;

	mark(r);
	for (b = 0; b < r->f->nblocks; b++) {
		if (r->blocks[b].gone)
			continue;
		drop_silent_loads(r, b, seen, round);
		EACH(r, b, i)
			if (is_pure(r->ins[i].op) && !r->ins[i].live) {
				r->ins[i].dead = 1;
				r->changed = 1;
			}
	}
}

/* ---- putting it together again --------------------------------------------------------------- */
struct rename { struct reduce *r; uint32_t *value, *block; };

static void rename_value(void *ctx, uint32_t *v)
{
	struct rename *n = ctx;

	*v = n->value[resolve(n->r, *v)];
}

static void rename_block(void *ctx, uint32_t *b)
{
	struct rename *n = ctx;

	*b = n->block[*b];
}

static void emit(struct lab_unit *u, struct reduce *r, struct rename *names, const struct ins *old)
{
	struct lab_fn *f = r->f;
	uint32_t n, k, *pair, *w;

	lab_fn_ins(u, f, old->op, old->w, old->nwords);
	w = f->words + f->ins[f->nins - 1].words;
	lab_ins_uses(old->op, w, old->nwords, rename_value, names);
	if (lab_op_is_term(old->op))
		lab_ins_targets(old->op, w, old->nwords, rename_block, names);
	if (old->op != LAB_OP_PHI)
		return;
	for (n = w[1], pair = w + 2, k = 0; k < n; k++)
		rename_block(names, &pair[2 * k + 1]);
}

static void rebuild(struct lab_unit *u, struct reduce *r)
{
	struct lab_fn *f = r->f;
	uint32_t *order = lab_reduce_order(r), nblocks = (uint32_t)arrlenu(order), b, i, v;
	struct rename names = { r,
		lab_arena_zalloc(&r->tmp, (f->nvalues + 1) * sizeof(uint32_t)),
		lab_arena_zalloc(&r->tmp, f->nblocks * sizeof(uint32_t)) };

	for (v = 0; v < f->nparams; v++)
		names.value[v] = v;
	for (b = 0; b < nblocks; b++) {
		names.block[order[b]] = b;
		EACH(r, order[b], i)
			if (r->ins[i].res != LAB_NONE)
				names.value[r->ins[i].res] = v++;
	}
	f->nblocks = f->nins = f->nwords = 0;
	/* lengths of 0 get new arrays; r->ins still points into the old words */
	f->nvalues = f->nparams;
	for (b = 0; b < nblocks; b++) {
		lab_fn_block(u, f);
		EACH(r, order[b], i)
			emit(u, r, &names, &r->ins[i]);
	}
	arrfree(order);
}

void lab_fn_reduce(struct lab_unit *u, struct lab_fn *f)
{
	struct reduce r = { .f = f };
	uint32_t *seen, clock = 0, b, nblocks = f->nblocks;
	int round;

	if (!nblocks || !lab_fn_is_sound(u, f))
		return;
	set_up(&r);
	seen = lab_arena_zalloc(&r.tmp, (f->nvalues + 1) * sizeof(*seen));
	for (round = 0; round < ROUNDS; round++) {
		r.changed = 0;
		lab_reduce_blocks(&r);
		simplify_phis(&r);
		drop_values(&r, seen, &clock);
		if (!r.changed)
			break;
	}
	lab_reduce_drop_unreachable(&r);
	rebuild(u, &r);
	for (b = 0; b < nblocks; b++)
		arrfree(r.blocks[b].preds);
	arrfree(r.todo);
	lab_arena_free(&r.tmp);
}
