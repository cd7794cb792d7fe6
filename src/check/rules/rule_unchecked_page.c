// SPDX-License-Identifier: GPL-2.0-or-later
/* Rule unchecked-page: see rules.def for what it says, own/ for how it is found. */
#include "finding.h"

void lab_rule_unchecked_page(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	(void)s;
	(void)doubts;
	lab_findings_misuses(out, "unchecked-page", LAB_MISUSE_UNCHECKED);
}
