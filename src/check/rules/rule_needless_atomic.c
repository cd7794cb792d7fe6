// SPDX-License-Identifier: GPL-2.0-or-later
/* Rule needless-atomic: see rules.def for what it says, own/ for how it is found. */
#include "finding.h"

void lab_rule_needless_atomic(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	(void)s;
	(void)doubts;
	lab_findings_misuses(out, "needless-atomic", LAB_MISUSE_NEEDLESS);
}
