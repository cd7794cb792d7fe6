// SPDX-License-Identifier: GPL-2.0-or-later
/* Rule use-after-hand-off: see rules.def for what it says, own/ for how it is found. */
#include "finding.h"

void lab_rule_use_after_hand_off(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	(void)s;
	(void)doubts;
	lab_findings_misuses(out, "use-after-hand-off", LAB_MISUSE_USE);
}
