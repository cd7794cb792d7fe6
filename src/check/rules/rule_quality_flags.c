// SPDX-License-Identifier: GPL-2.0-or-later
/* Rule quality-flags: see rules.def for what it says, own/ for how it is found. */
#include "finding.h"

void lab_rule_quality_flags(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	(void)s;
	(void)doubts;
	lab_findings_misuses(out, "quality-flags", LAB_MISUSE_QUALITY);
}
