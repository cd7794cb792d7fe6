// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locks that are held on some paths only, and dropped on some paths only:
 * whoever wrote both meant them to agree, by a condition that cannot be seen to
 * be the same (a flag read twice, a predicate over memory).
 *
 * Policy: a lock is "held sometimes" where the call that takes it does not always
 * do so, or where another path reaches the same block without it.  Such a
 * lock may be gone behind a branch whose other side drops it, and behind a callee
 * that drops it in some other case: reports that hang on it are doubtful.  A case
 * in which a callee drops a lock that this path does not hold, but others
 * here do, does not happen.
 */
#include <stb/stb_ds.h>
#include "flow.h"

#define AHEAD 12	/* instructions that are looked at behind a branch */

static int holds_lock(const struct lab_state *s, uint32_t lock)
{
	for (unsigned int i = 0; i < s->nholds; i++)
		if (s->holds[i].lock == lock && !(s->holds[i].bits & LAB_H_GHOST))
			return i;
	return -1;
}

/* Some path reaches the block with the lock, some without: which is asked for? */
static bool other_path(const struct lab_flow *w, uint32_t block, uint32_t lock, bool held)
{
	for (const struct lab_state *s = w->states[block].first; s; s = s->next)
		if ((holds_lock(s, lock) >= 0) == held)
			return true;
	return false;
}

static bool sometimes(const struct lab_flow *w, const struct lab_state *s, uint32_t block, int i)
{
	const struct lab_block *b = &w->f->body->blocks[block];
	const struct lab_hold *h = &s->holds[i];

	if (h->sometimes)
		return true;
	if (h->fn == w->fn && h->ins >= b->first && h->ins < b->first + b->count)
		return false;	/* taken in this very block */
	return other_path(w, block, h->lock, false);
}

/* Does this case of the callee drop the lock? */
static bool drops(struct lab_import *im, const struct lab_outcome *o, uint32_t lock)
{
	for (int i = 0; i < o->d.ndebts; i++)
		if (o->d.debts[i].lock != LAB_TERM_NONE &&
		    lab_import_term(im, o->d.debts[i].lock) == lock)
			return true;
	return false;
}

static bool call_drops(struct lab_flow *w, struct lab_state *s, uint32_t ins, uint32_t lock)
{
	struct lab_call c = lab_flow_read_call(w, s, ins);
	struct lab_import im = { w, s, c.args, c.nargs, c.res };
	const struct lab_summary *sum;
	uint32_t fn;

	if (c.sym == LAB_NONE)
		return false;
	if (lab_model_drops(w, s, &c) == lock)
		return true;
	fn = lab_prog_resolve(w->s->p, c.sym, w->f->unit);
	if (fn == LAB_NONE)
		return false;
	sum = &w->s->sum[fn];
	for (int i = 0; i < arrlen(sum->outcomes); i++)
		if (drops(&im, &sum->outcomes[i], lock))
			return true;
	return false;
}

void lab_pair_branch(struct lab_flow *w, struct lab_state *n, uint32_t block, uint32_t other)
{
	const struct lab_block *b = &w->f->body->blocks[other];

	for (unsigned int i = 0; i < n->nholds; i++) {
		if (n->holds[i].lock == LAB_TERM_NONE || !sometimes(w, n, block, i))
			continue;
		for (uint32_t k = b->first; k < b->first + b->count && k < b->first + AHEAD; k++)
			if (w->f->body->ins[k].op == LAB_OP_CALL &&
			    call_drops(w, n, k, n->holds[i].lock)) {
				n->holds[i].bits |= LAB_H_MAYBE;
				n->holds[i].sometimes = true;
				break;
			}
	}
}

bool lab_pair_outcome(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		      const struct lab_summary *sum, int i)
{
	struct lab_import im = { w, s, c->args, c->nargs, c->res };
	const struct lab_delta *d = &sum->outcomes[i].d;

	for (int k = 0; k < d->ndebts; k++) {
		uint32_t lock = lab_import_term(&im, d->debts[k].lock);

		if (lock != LAB_TERM_NONE && holds_lock(s, lock) < 0 &&
		    other_path(w, s->block, lock, true))
			return false;
	}
	for (unsigned int h = 0; h < s->nholds; h++) {
		bool elsewhere = false;

		if (s->holds[h].lock == LAB_TERM_NONE || !sometimes(w, s, s->block, h) ||
		    drops(&im, &sum->outcomes[i], s->holds[h].lock))
			continue;
		for (int k = 0; k < arrlen(sum->outcomes); k++)
			elsewhere |= drops(&im, &sum->outcomes[k], s->holds[h].lock);
		if (elsewhere) {
			s->holds[h].bits |= LAB_H_MAYBE;
			s->holds[h].sometimes = true;
		}
	}
	return true;
}
