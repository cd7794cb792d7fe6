/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the witness share: witness.c searches, leap.c goes from call to call. */
#ifndef LAB_SEARCH_H
#define LAB_SEARCH_H

#include "flow.h"

#define LAB_SEARCH_ARGS 12
#define LAB_SEARCH_DEPTH 14

struct node {
	uint32_t fn, parent;
	uint32_t at_fn, at_ins;		/* the call that leads here */
	uint32_t nargs, args[LAB_SEARCH_ARGS];
	uint32_t targets;		/* the most functions that a pointer on the way may be */
	bool away;			/* ... and it led out of the modules of the path */
	uint32_t assumed;		/* conditions on memory taken to be possible on the way */
	uint16_t depth;
	uint8_t leaps;
	uint8_t only;			/* 1 + the parameter whose call alone is meant, or 0 */
	uint8_t doubt;			/* LAB_DOUBT_* of the way here */
	bool asked;			/* ... and a test of the context decided what is asked of the sleep */
	struct lab_guard when;		/* of that call */
	struct lab_state *s;		/* context, facts and memory at entry */
};

struct search {
	struct lab_flow w;		/* terms and solver only */
	struct lab_state *base, *temp;	/* of the origin; scratch */
	struct node *nodes;		/* stb_ds */
	struct lab_intern *seen;
	struct lab_intern *sinks;
	uint32_t nsinks[2];		/* certain, doubtful */
	bool asked;			/* as of the node, likewise */
	uint32_t assumed;		/* as of the node, with the event that is looked at */
	bool confirmed;			/* callers make true what the origin asks of its parameters */
	bool doubts, own_params;	/* own_params: nobody passes them (a callback) */
	struct lab_step *head;		/* steps before the first node */
	uint32_t root;
	lab_chain_fn say;
	void *ctx;
};

/* ---- leap.c --------------------------------------------------------------------- */
/*
 * Puts fn, called by event e of node parent (or NONE), on the list; q->temp is its state.
 * It is one of `choices` functions, found in one of `targets` tables.
 */
void lab_search_push(struct search *q, uint32_t fn, uint32_t parent, const struct lab_event *e,
		     const uint32_t *args, uint32_t nargs, unsigned int doubt,
		     uint32_t choices, uint32_t targets);
/*
 * The value lies in av only if a member is not 0, and nobody who could have to do with the
 * objects of the path to node at (or NONE), or of fn (or NONE), ever sets that.
 */
bool lab_nobody_sets(const struct search *q, uint32_t at, uint32_t fn, const struct lab_terms *t,
		     uint32_t term, const struct lab_av *av);
/* Every function that the event's pointer may be. */
void lab_search_leap(struct search *q, uint32_t at, const struct lab_event *e,
		     const struct lab_import *im, const uint32_t *args, uint32_t n,
		     unsigned int doubt);

#endif
