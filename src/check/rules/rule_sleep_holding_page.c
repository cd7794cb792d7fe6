// SPDX-License-Identifier: GPL-2.0-or-later
/* Rule sleep-holding-page: see rules.def for what it says, own/ for how it is found. */
#include "finding.h"

void lab_rule_sleep_holding_page(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	(void)s;
	(void)doubts;
	lab_findings_misuses(out, "sleep-holding-page", LAB_MISUSE_HOLDING);
}
