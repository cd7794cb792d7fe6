// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reducing a function: its blocks.  Those that cannot be reached go, empty ones
 * are bypassed, branches with one target become jumps, a jump to a block that
 * nothing else enters joins the two.  A phi is never made ambiguous, nor much
 * longer, for the sake of a block.
 */
#include <stb/stb_ds.h>
#include "check/skel/reduce.h"

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
 * A block is pushed once more when it is entered; meeting it again then, all that
 * can be reached from it is done.
 */
uint32_t *lab_reduce_order(struct reduce *r)
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

void lab_reduce_drop_unreachable(struct reduce *r)
{
	uint32_t *order = lab_reduce_order(r), b;
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

void lab_reduce_blocks(struct reduce *r)
{
	uint32_t b;

	lab_reduce_drop_unreachable(r);
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
