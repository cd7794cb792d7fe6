/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of findings that somebody made earlier: the text that --format=baseline
 * writes, a JSON report, or SARIF. What counts is the fingerprint, which holds no
 * line number.
 */
#ifndef LAB_CLI_BASELINE_H
#define LAB_CLI_BASELINE_H

#include "check/check.h"

struct lab_listed {
	char fingerprint[17];
	char *what;		/* the line, as a person knows it: file, rule, functions */
	char *reason;		/* behind '#', or a suppression's; "" */
	uint32_t line;		/* in the file; 0 for data */
	bool met;
};

struct lab_baseline {
	const char *path;
	struct lab_listed *all;	/* stb_ds */
};

/* 0, or an exit status after a complaint. */
int lab_baseline_read(struct lab_baseline *b, const char *path);
void lab_baseline_free(struct lab_baseline *b);
struct lab_listed *lab_baseline_find(const struct lab_baseline *b, const char *fingerprint);
/* Marks what is known among the findings; returns how many are new. */
int lab_baseline_mark(struct lab_baseline *b, struct lab_findings *f);
/* Says which lines met no finding. */
void lab_baseline_unmatched(const struct lab_baseline *b);

#endif
