// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rule free-in-atomic: the worker's free where nobody may sleep.  To the solver it is a
 * call that may sleep; the model says that it is this one ("worker").
 */
#include "finding.h"

struct rule_run { struct lab_solver *s; struct lab_findings *out; };

static void chain(void *ctx, const struct lab_chain *c)
{
	struct rule_run *r = ctx;

	if (lab_sleeps_as_worker(r->s, c->callee))
		lab_findings_chain(r->out, lab_rule_find("free-in-atomic"), r->s, c,
				   "is the worker's free, called");
}

void lab_rule_free_in_atomic(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	struct rule_run r = { s, out };

	lab_witness(s, doubts, chain, &r);
}
