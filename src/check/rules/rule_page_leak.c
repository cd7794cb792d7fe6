// SPDX-License-Identifier: GPL-2.0-or-later
/* Rule page-leak: see rules.def for what it says, own/ for how it is found. */
#include "finding.h"

void lab_rule_page_leak(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	(void)s;
	(void)doubts;
	lab_findings_misuses(out, "page-leak", LAB_MISUSE_LEAK);
}
