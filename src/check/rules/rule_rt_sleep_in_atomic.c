// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rule rt-sleep-in-atomic: the question of sleep-in-atomic about a PREEMPT_RT
 * kernel.  What sleeps and what is atomic there differs; models and solver know
 * (lab_solver.rt), so the chains come from the same witness room.
 *
 * Policy: a chain whose guard hangs on a flag of a value that nobody can see is
 * left to --all.  What a model claims of a callback (irq, preempt) is believed
 * only where it says raw: most often a spinlock is meant, which sleeps.
 */
#include "finding.h"

struct rule_run { struct lab_solver *s; struct lab_findings *out; };

static void chain(void *ctx, const struct lab_chain *c)
{
	struct rule_run *r = ctx;

	if (!lab_sleeps_as_worker(r->s, c->callee))
		lab_findings_chain(r->out, lab_rule_find("rt-sleep-in-atomic"), r->s, c,
				   "may sleep on PREEMPT_RT");
}

void lab_rule_rt_sleep_in_atomic(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	struct rule_run r = { s, out };

	lab_witness(s, doubts, chain, &r);
}
