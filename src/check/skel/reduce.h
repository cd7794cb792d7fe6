/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of lab_fn_reduce(): the function as lists that can be cut and
 * joined.  skel_reduce.c has the values and the frame, reduce_blocks.c the
 * blocks.
 */
#ifndef LAB_SKEL_REDUCE_H
#define LAB_SKEL_REDUCE_H

#include "check/skel/skel_priv.h"

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

struct edge { struct reduce *r; uint32_t from, to, other; };

static inline uint32_t resolve(struct reduce *r, uint32_t v)
{
	while (r->same_as[v] != v)
		v = r->same_as[v] = r->same_as[r->same_as[v]];
	return v;
}

static inline struct ins *terminator(struct reduce *r, uint32_t b)
{
	return &r->ins[r->blocks[b].last];
}

/* Pairs of a phi: w[1 + 2i] the value, w[2 + 2i] the predecessor, n of them. */
static inline uint32_t *phi_pairs(const struct ins *phi, uint32_t *n)
{
	*n = phi->w[1];
	return phi->w + 2;
}

static inline void phi_delete(struct ins *phi, uint32_t i)
{
	uint32_t n, *pair = phi_pairs(phi, &n);

	memmove(pair + 2 * i, pair + 2 * (i + 1), (n - i - 1) * 2 * sizeof(*pair));
	phi->w[1]--;
	phi->nwords -= 2;
}

/* ---- reduce_blocks.c ---------------------------------------------------------------------- */
/* One round over all blocks. */
void lab_reduce_blocks(struct reduce *r);
void lab_reduce_drop_unreachable(struct reduce *r);
/* The blocks that can be reached, in reverse post order: an stb_ds array. */
uint32_t *lab_reduce_order(struct reduce *r);

#endif
