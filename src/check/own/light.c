// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A walk for those functions that meet no object: what they hold on their ways out, and
 * whether their allocations are atomic for nothing.  Most functions of a kernel are such.
 */
#include <stdlib.h>
#include "priv.h"

static void nothing(struct lab_flow *w, struct lab_state *s, uint32_t ins, uint32_t addr)
{
	(void)w;
	(void)s;
	(void)ins;
	(void)addr;
}

static void no_store(struct lab_flow *w, struct lab_state *s, uint32_t ins, uint32_t addr, uint32_t v)
{
	(void)v;
	nothing(w, s, ins, addr);
}

static void no_uses(struct lab_flow *w, struct lab_state *s, uint32_t ins)
{
	nothing(w, s, ins, 0);
}

static void no_round(struct lab_flow *w, struct lab_state *s)
{
	nothing(w, s, 0, 0);
}

static void before(struct lab_flow *w, struct lab_state *s, struct lab_call *c)
{
	struct own_note *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	c->note = n;
	lab_own_balance_before(w, s, n);
	lab_own_needless_call(w, s, c);
}

static bool after(struct lab_flow *w, struct lab_state *s, struct lab_call *c)
{
	lab_own_balance_after(w, s, c->note);
	return true;
}

static void arrive(struct lab_flow *w, struct lab_state *s, uint32_t from, uint32_t to, uint32_t first)
{
	(void)to;
	(void)first;
	lab_own_mark_way(w, s, from);
}

static void done(struct lab_flow *w)
{
	lab_own_balance(w);
	lab_own_needless_done(w);
}

const struct lab_client lab_own_light = {
	nothing, no_store, no_uses, before, after, lab_own_over, arrive, no_round, NULL, done, false,
};
