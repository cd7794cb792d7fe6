/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The brain's face: records in, findings out.  The command line runs it over a
 * whole program, the compiler plugin over the unit it compiles.  No globals, no
 * I/O, no exit.
 */
#ifndef LAB_CHECK_H
#define LAB_CHECK_H

#include "rules/finding.h"

struct lab_check_options {
	bool rt;		/* ask about PREEMPT_RT, and nothing else */
	bool all;		/* doubtful findings, too */
	const char *rule;	/* only this one, or NULL */
	unsigned int jobs;	/* threads; the result does not depend on it */
	const char *root;	/* folder that reports leave out of paths, or NULL */
	bool keep;		/* keep the records, for lab_check_refute() */
};

/* What was looked at, and what could not be seen. */
struct lab_coverage {
	uint32_t units, functions, merged, replaced;
	uint32_t no_facts;		/* objects without a skeleton */
	uint32_t indirect, unresolved, wide;	/* calls through pointers */
	uint32_t external;		/* functions called, without a body, a model and facts */
	uint32_t beyond;		/* ... without a body, known by a facts file */
	const char *facts;		/* its name, or NULL */
	uint32_t gave_up, unbalanced;	/* functions not followed to the end; of doubtful balance */
	uint32_t roots;			/* callbacks with a context of their own */
	uint32_t notes;			/* things the format cannot hold */
	uint32_t doubtful;		/* findings left out, shown with --all */
};

/* What one unit proves by itself and the program does not report. */
struct lab_refuted {
	const struct lab_rule *rule;
	char fingerprint[17];
	char *function, *file, *callee;
	uint32_t line, col;
	char *by;		/* the fact */
};

/* What another tool found, where nothing of ours has the same rule and line. */
struct lab_other {
	const char *tool;	/* "Coccinelle", "sparse", "the plugin" */
	char *rule, *file, *message;
	uint32_t line, col;
};

struct lab_check {
	struct lab_prog *p;
	struct lab_solver *s;
	struct lab_own *own;
	struct lab_findings *f;
	struct lab_finding *allowed;	/* stb_ds: left out of f, see annotate.h */
	struct lab_coverage cov;
	char **no_facts;		/* stb_ds */
	struct lab_refuted *refuted;	/* stb_ds; by place */
	struct lab_other *others;	/* stb_ds; by place; strings are ours */
};

struct lab_check *lab_check_new(void);
void lab_check_free(struct lab_check *c);
int lab_check_add(struct lab_check *c, const uint8_t *bytes, size_t len, const char *object,
		  uint64_t offset, struct lab_skel_err *err);
void lab_check_no_facts(struct lab_check *c, const char *object);
/* Links, solves, runs the rules.  0, or -EINVAL with *err and *bad. */
int lab_check_run(struct lab_check *c, const struct lab_model *m,
		  const struct lab_check_options *o, struct lab_skel_err *err, const char **bad);
/* All findings of the solved program, the doubtful ones included. */
struct lab_findings *lab_check_rules(struct lab_check *c, const struct lab_check_options *o);

/* ---- refute.c ---- */
/*
 * Fills c->refuted, after a run with `keep`: judges every unit alone, as the
 * plugin does, and holds what it finds against the program.
 */
void lab_check_refute(struct lab_check *c, const struct lab_model *m,
		      const struct lab_check_options *o);

#endif
