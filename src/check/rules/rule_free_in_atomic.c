// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rule free-in-atomic: the worker's free where nobody may sleep.  To the solver it is a
 * call that may sleep; the model says that it is this one ("worker").
 */
#include <stb/stb_ds.h>
#include "finding.h"

struct rule_run { struct lab_solver *s; struct lab_findings *out; };

static void chain(void *ctx, const struct lab_chain *c)
{
	struct rule_run *r = ctx;

	if (lab_sleeps_as_worker(r->s, c->callee))
		lab_findings_chain(r->out, lab_rule_find("free-in-atomic"), r->s, c,
				   "is the worker's free, called");
}

/* The search is dear, and most programs have no worker. */
static bool has_worker(struct lab_solver *s)
{
	for (uint32_t i = 0; i < arrlenu(s->p->syms); i++)
		if (s->p->syms[i].kind == LAB_SYM_FUNC && lab_sleeps_as_worker(s, i))
			return true;
	return false;
}

void lab_rule_free_in_atomic(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	struct rule_run r = { s, out };

	if (!has_worker(s))
		return;
	lab_witness(s, doubts, chain, &r);
}
