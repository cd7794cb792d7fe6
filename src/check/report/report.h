/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: findings as text or data.  A report knows text, not truth.  One format
 * is one file; what a step of a chain says in words stands in say.c for all of them.
 */
#ifndef LAB_REPORT_H
#define LAB_REPORT_H

#include <stdio.h>
#include "../check.h"
#include "base/buf.h"

struct lab_report_options {
	bool coverage;		/* print the coverage block */
	bool allowed;		/* and what the source allows */
	bool refuted;		/* and what lab_check_refute() found */
	bool colour;
	bool baseline;		/* findings were held against a list of known ones */
	bool new_only;		/* the known ones are left out of data, too */
	const char *version;
	/*
	 * HTML: the text of a source, malloc()ed, or NULL where it cannot be read.  A
	 * report does no I/O of its own.
	 */
	char *(*source)(void *ctx, const char *file);
	void *source_ctx;
};

/* One format; 0, or -1 if writing failed. */
typedef int lab_report_fn(FILE *to, const struct lab_check *c, const struct lab_report_options *o);
lab_report_fn lab_report_text, lab_report_json, lab_report_sarif, lab_report_html, lab_report_dot;
/* One finding a line, as --baseline reads it. */
lab_report_fn lab_report_list;

/* The list of what LABYRINTH_ALLOW() silences, in words. */
void lab_report_allowed(FILE *to, const struct lab_check *c);

/* ---- say.c ---- */
/* Frame i of a chain in words, without its place. */
void lab_say_frame(struct lab_buf *b, const struct lab_origin *r, int i);
/* The frames of a chain that have a place of their own: all but a callee without a body. */
int lab_say_frames(const struct lab_origin *r);

/* The findings that a report shows: not the known ones if only new ones are asked for. */
static inline bool lab_report_shows(const struct lab_report_options *o, const struct lab_finding *f)
{
	return !o->new_only || !f->known;
}

/* ... and that stand for themselves: what people read. */
static inline bool lab_report_tells(const struct lab_report_options *o, const struct lab_check *c,
				    const struct lab_finding *f)
{
	return lab_report_shows(o, f) && !lab_finding_folded(c->f, f);
}

#endif
