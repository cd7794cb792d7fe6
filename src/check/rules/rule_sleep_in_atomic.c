// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rule sleep-in-atomic: every chain the witness room can spell out is a root of
 * a finding.
 *
 * Policy: a chain whose guard hangs on a flag of a value that nobody can see is
 * left to --all.
 */
#include "finding.h"

struct rule_run { struct lab_solver *s; struct lab_findings *out; };

static void chain(void *ctx, const struct lab_chain *c)
{
	struct rule_run *r = ctx;

	if (!lab_sleeps_as_worker(r->s, c->callee))
		lab_findings_chain(r->out, lab_rule_find("sleep-in-atomic"), r->s, c, "may sleep");
}

void lab_rule_sleep_in_atomic(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	struct rule_run r = { s, out };

	lab_witness(s, doubts, chain, &r);
}
