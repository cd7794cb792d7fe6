/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: findings as text or data.  A report knows text, not truth.
 */
#ifndef LAB_REPORT_H
#define LAB_REPORT_H

#include <stdio.h>
#include "../check.h"

struct lab_report_options {
	bool coverage;		/* print the coverage block */
	bool refuted;		/* and what lab_check_refute() found */
	bool colour;
	const char *version;
};

void lab_report_text(FILE *to, const struct lab_check *c, const struct lab_report_options *o);
/* 0, or -1 if writing failed. */
int lab_report_json(FILE *to, const struct lab_check *c, const struct lab_report_options *o);

#endif
