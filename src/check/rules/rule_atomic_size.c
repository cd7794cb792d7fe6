// SPDX-License-Identifier: GPL-2.0-or-later
/* Rule atomic-size: see rules.def for what it says, own/ for how it is found. */
#include "finding.h"

void lab_rule_atomic_size(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	(void)s;
	(void)doubts;
	lab_findings_misuses(out, "atomic-size", LAB_MISUSE_SIZE);
}
