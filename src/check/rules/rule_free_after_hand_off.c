// SPDX-License-Identifier: GPL-2.0-or-later
/* Rule free-after-hand-off: see rules.def for what it says, own/ for how it is found. */
#include "finding.h"

void lab_rule_free_after_hand_off(struct lab_solver *s, bool doubts, struct lab_findings *out)
{
	(void)s;
	(void)doubts;
	lab_findings_misuses(out, "free-after-hand-off", LAB_MISUSE_FREE);
}
