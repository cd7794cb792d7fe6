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
#include "check/skel/skel_priv.h"

#define ROUNDS 16
#define END UINT32_MAX

struct ins {
	uint8_t op, dead, live;
	uint32_t res, next;	/* next in the block, or END */
	uint32_t *w, nwords;
};

struct block {
	uint32_t first, last;
	uint32_t *preds;	/* stb_ds array, each once */
	int gone;
};

/* The value that was given for a predecessor when a phi was looked at last. */
struct said { uint64_t look; uint32_t value; };

struct reduce {
	struct lab_fn *f;
	struct lab_arena tmp;
	struct ins *ins;
	struct block *blocks;
	struct said *said;	/* by predecessor */
	uint64_t looks;
	uint32_t *same_as;	/* value -> value that replaces it, or itself */
	uint32_t *def;		/* value -> instruction, END for a parameter */
	uint32_t *todo;		/* stb_ds array: live instructions not yet looked at */
	int changed;
};

#define EACH(r, b, i) \
	for ((i) = (r)->blocks[b].first; (i) != END; (i) = (r)->ins[i].next) \
		if (!(r)->ins[i].dead)

static uint32_t resolve(struct reduce *r, uint32_t v)
{
	while (r->same_as[v] != v)
		v = r->same_as[v] = r->same_as[r->same_as[v]];
	return v;
}

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
static struct ins *terminator(struct reduce *r, uint32_t b)
{
	return &r->ins[r->blocks[b].last];
}

static int has_pred(const struct block *b, uint32_t p)
{
	size_t i;

	for (i = 0; i < arrlenu(b->preds); i++)
		if (b->preds[i] == p)
			return 1;
	return 0;
}

static void drop_pred(struct block *b, uint32_t p)
{
	size_t i;

	for (i = 0; i < arrlenu(b->preds); i++)
		if (b->preds[i] == p) {
			arrdelswap(b->preds, i);
			return;
		}
}

struct edge { struct reduce *r; uint32_t from, to, other; };

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
/* Pairs of a phi: w[1 + 2i] the value, w[2 + 2i] the predecessor, n of them. */
static uint32_t *phi_pairs(const struct ins *phi, uint32_t *n)
{
	*n = phi->w[1];
	return phi->w + 2;
}

static void phi_delete(struct ins *phi, uint32_t i)
{
	uint32_t n, *pair = phi_pairs(phi, &n);

	memmove(pair + 2 * i, pair + 2 * (i + 1), (n - i - 1) * 2 * sizeof(*pair));
	phi->w[1]--;
	phi->nwords -= 2;
}

/* Forgets what comes from there. */
static void phi_forget(struct reduce *r, uint32_t b, uint32_t pred)
{
	uint32_t i, k, n, *pair;

	EACH(r, b, i) {
		if (r->ins[i].op != LAB_OP_PHI)
			break;
		pair = phi_pairs(&r->ins[i], &n);
		for (k = n; k--;)
			if (pair[2 * k + 1] == pred)
				phi_delete(&r->ins[i], k);
	}
}

/* How many pairs name the predecessor, and the value of the last. */
static uint32_t phi_count(struct reduce *r, const struct ins *phi, uint32_t pred, uint32_t *v)
{
	uint32_t i, n, *pair = phi_pairs(phi, &n), count = 0;

	for (i = 0; i < n; i++)
		if (pair[2 * i + 1] == pred) {
			*v = resolve(r, pair[2 * i]);
			count++;
		}
	return count;
}

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

/* ---- blocks ----------------------------------------------------------------------------- */
static void into_jump(struct reduce *r, struct ins *in, uint32_t target)
{
	in->op = LAB_OP_JUMP;
	in->w = lab_arena_alloc(&r->tmp, sizeof(*in->w));
	in->w[0] = target;
	in->nwords = 1;
	r->changed = 1;
}

static void only_target(void *ctx, uint32_t *target)
{
	struct edge *e = ctx;

	if (e->to == END)
		e->to = *target;
	else if (e->to != *target)
		e->other = *target;
}

/* A branch with one target, where no phi tells its edges apart. */
static void fold(struct reduce *r, uint32_t b)
{
	struct edge e = { .r = r, .from = b, .to = END, .other = END };
	struct ins *in = terminator(r, b);
	uint32_t i, v;

	if (in->op != LAB_OP_BR && in->op != LAB_OP_SWITCH && in->op != LAB_OP_FORK)
		return;
	lab_ins_targets(in->op, in->w, in->nwords, only_target, &e);
	if (e.to == END || e.other != END)
		return;
	EACH(r, e.to, i) {
		if (r->ins[i].op != LAB_OP_PHI)
			break;
		if (phi_count(r, &r->ins[i], b, &v) != 1)
			return;
	}
	into_jump(r, in, e.to);
}

static void redirect(void *ctx, uint32_t *target)
{
	struct edge *e = ctx;

	if (*target == e->from)
		*target = e->to;
}

/* Can each predecessor of e go to t itself, and is it worth the words? */
static int can_bypass(struct reduce *r, uint32_t e, uint32_t t)
{
	size_t k, n = arrlenu(r->blocks[e].preds);
	uint32_t i, phis = 0, ve, vp;

	EACH(r, t, i) {
		if (r->ins[i].op != LAB_OP_PHI)
			break;
		if (n > 3 || phi_count(r, &r->ins[i], e, &ve) != 1)
			return 0;
		for (k = 0; k < n; k++) {
			uint32_t p = r->blocks[e].preds[k];
			uint32_t count = phi_count(r, &r->ins[i], p, &vp);

			if (count > 1 || (count && vp != ve))
				return 0;
		}
		phis++;
	}
	/* n pairs instead of one in each phi, for a block and a jump */
	return phis * (n - 1) <= 2;
}

/* The pair of e in a phi of t becomes one for each predecessor of e. */
static void spread_phi(struct reduce *r, struct ins *phi, uint32_t e)
{
	const struct block *b = &r->blocks[e];
	uint32_t n, old, v = 0, vp, *pair = phi_pairs(phi, &n), *w;
	size_t k;

	phi_count(r, phi, e, &v);
	w = lab_arena_alloc(&r->tmp, (phi->nwords + 2 * arrlenu(b->preds)) * sizeof(*w));
	w[0] = phi->w[0];
	w[1] = 0;
	for (old = 0; old < n; old++)
		if (pair[2 * old + 1] != e) {
			memcpy(w + 2 + 2 * w[1], pair + 2 * old, 2 * sizeof(*w));
			w[1]++;
		}
	for (k = 0; k < arrlenu(b->preds); k++)
		if (!phi_count(r, phi, b->preds[k], &vp)) {
			w[2 + 2 * w[1]] = v;
			w[3 + 2 * w[1]] = b->preds[k];
			w[1]++;
		}
	phi->w = w;
	phi->nwords = 2 + 2 * w[1];
}

/* A block of nothing but a jump.  The first block stays: the function starts there. */
static void bypass(struct reduce *r, uint32_t e)
{
	struct block *b = &r->blocks[e];
	uint32_t i = b->first, t;
	size_t k;

	while (r->ins[i].dead)
		i = r->ins[i].next;
	if (!e || i != b->last || r->ins[i].op != LAB_OP_JUMP)
		return;
	t = r->ins[i].w[0];
	if (t == e || !t || !can_bypass(r, e, t))
		return;
	EACH(r, t, i) {
		if (r->ins[i].op != LAB_OP_PHI)
			break;
		spread_phi(r, &r->ins[i], e);
	}
	drop_pred(&r->blocks[t], e);
	for (k = 0; k < arrlenu(b->preds); k++) {
		struct edge move = { .from = e, .to = t };
		struct ins *in = terminator(r, b->preds[k]);

		lab_ins_targets(in->op, in->w, in->nwords, redirect, &move);
		if (!has_pred(&r->blocks[t], b->preds[k]))
			arrput(r->blocks[t].preds, b->preds[k]);
		fold(r, b->preds[k]);
	}
	b->gone = 1;
	r->changed = 1;
}

/* Who came from e->to comes from e->from now. */
static void comes_from(void *ctx, uint32_t *target)
{
	struct edge *e = ctx;
	struct block *b = &e->r->blocks[*target];
	uint32_t i, k, n, *pair;
	size_t p;

	for (p = 0; p < arrlenu(b->preds); p++)
		if (b->preds[p] == e->to)
			b->preds[p] = e->from;
	EACH(e->r, *target, i) {
		if (e->r->ins[i].op != LAB_OP_PHI)
			break;
		pair = phi_pairs(&e->r->ins[i], &n);
		for (k = 0; k < n; k++)
			if (pair[2 * k + 1] == e->to)
				pair[2 * k + 1] = e->from;
	}
}

/* b ends in a jump to a block that nothing else enters: they are one. */
static void join(struct reduce *r, uint32_t b)
{
	struct ins *jump = terminator(r, b), *last;
	struct edge e = { .r = r, .from = b };
	struct block *next;
	uint32_t i;

	if (jump->op != LAB_OP_JUMP)
		return;
	e.to = jump->w[0];
	next = &r->blocks[e.to];
	if (!e.to || e.to == b || arrlenu(next->preds) != 1)
		return;
	EACH(r, e.to, i)		/* wait until its phis are simplified */
		if (r->ins[i].op == LAB_OP_PHI)
			return;
	jump->dead = 1;
	jump->next = next->first;
	r->blocks[b].last = next->last;
	next->gone = 1;
	last = terminator(r, b);
	lab_ins_targets(last->op, last->w, last->nwords, comes_from, &e);
	r->changed = 1;
}

/* ---- order ------------------------------------------------------------------------------ */
struct dfs { struct reduce *r; uint32_t *stack; uint8_t *seen; };

static void push(void *ctx, uint32_t *target)
{
	struct dfs *d = ctx;

	if (!d->seen[*target])
		arrput(d->stack, *target);
}

/*
 * The blocks that can be reached, in reverse post order: an stb_ds array.  A
 * block is pushed once more when it is entered; meeting it again then, all that
 * can be reached from it is done.
 */
static uint32_t *block_order(struct reduce *r)
{
	struct dfs d = { r, NULL, lab_arena_zalloc(&r->tmp, r->f->nblocks) };
	uint32_t *post = NULL, b, i, n;

	arrput(d.stack, 0);
	while (arrlenu(d.stack)) {
		b = arrlast(d.stack);
		if (d.seen[b]) {
			(void)arrpop(d.stack);
			if (d.seen[b] == 1)
				arrput(post, b);
			d.seen[b] = 2;
			continue;
		}
		d.seen[b] = 1;
		lab_ins_targets(terminator(r, b)->op, terminator(r, b)->w,
				terminator(r, b)->nwords, push, &d);
	}
	arrfree(d.stack);
	n = (uint32_t)arrlenu(post);
	for (i = 0; i < n / 2; i++) {
		b = post[i];
		post[i] = post[n - 1 - i];
		post[n - 1 - i] = b;
	}
	return post;
}

static void leave(void *ctx, uint32_t *target)
{
	struct edge *e = ctx;

	if (e->r->blocks[*target].gone)
		return;
	drop_pred(&e->r->blocks[*target], e->from);
	phi_forget(e->r, *target, e->from);
}

static void drop_unreachable(struct reduce *r)
{
	uint32_t *order = block_order(r), b;
	uint8_t *reached = lab_arena_zalloc(&r->tmp, r->f->nblocks);

	for (b = 0; b < arrlenu(order); b++)
		reached[order[b]] = 1;
	arrfree(order);
	for (b = 0; b < r->f->nblocks; b++) {
		struct edge e = { .r = r, .from = b };
		struct ins *in = terminator(r, b);

		if (reached[b] || r->blocks[b].gone)
			continue;
		r->blocks[b].gone = 1;
		r->changed = 1;
		lab_ins_targets(in->op, in->w, in->nwords, leave, &e);
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
	lab_ins_targets(old->op, w, old->nwords, rename_block, names);
	if (old->op != LAB_OP_PHI)
		return;
	for (n = w[1], pair = w + 2, k = 0; k < n; k++)
		rename_block(names, &pair[2 * k + 1]);
}

static void rebuild(struct lab_unit *u, struct reduce *r)
{
	struct lab_fn *f = r->f;
	uint32_t *order = block_order(r), nblocks = (uint32_t)arrlenu(order), b, i, v;
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

static void simplify_blocks(struct reduce *r)
{
	uint32_t b;

	drop_unreachable(r);
	for (b = 0; b < r->f->nblocks; b++) {
		if (r->blocks[b].gone)
			continue;
		fold(r, b);
		bypass(r, b);
	}
	for (b = 0; b < r->f->nblocks; b++)
		if (!r->blocks[b].gone)
			join(r, b);
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
		simplify_blocks(&r);
		simplify_phis(&r);
		drop_values(&r, seen, &clock);
		if (!r.changed)
			break;
	}
	drop_unreachable(&r);
	rebuild(u, &r);
	for (b = 0; b < nblocks; b++)
		arrfree(r.blocks[b].preds);
	arrfree(r.todo);
	lab_arena_free(&r.tmp);
}
