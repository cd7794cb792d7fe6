/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings: what rules say and reports print.  One sleeping call is one
 * finding; every origin that reaches it is one of its roots.
 *
 * Strings live as long as the program they come from.
 */
#ifndef LAB_FINDING_H
#define LAB_FINDING_H

#include "../solve/solve.h"

struct lab_frame {
	const char *function, *file, *role;
	const char *when;	/* condition for this step in its function's words; "" */
	const char *by;		/* the facts file and place that say so, for a callee beyond; "" */
	uint32_t line, col;
};

struct lab_origin {
	struct lab_frame *frames;	/* stb_ds */
	const char *context;
	const char *why;		/* registered by whom; "" */
	uint8_t doubt;			/* LAB_DOUBT_* */
	uint32_t targets;		/* functions that its widest pointer call may reach */
	uint32_t assumed;		/* conditions on memory that are taken to be possible */
	bool contract;			/* its context is a model's word */
};

struct lab_finding {
	const struct lab_rule *rule;
	char fingerprint[17];
	char *message;
	const char *context;
	bool doubt;			/* every root is doubtful */
	const char *function, *file, *callee;	/* the sleeping call */
	uint32_t line, col;
	struct lab_origin *roots;	/* stb_ds */
	const char *known;		/* what a list of known findings says of it; NULL: it is new */
};

struct lab_findings {
	const struct lab_prog *p;
	const char *root;		/* stripped from absolute paths; or NULL */
	struct lab_finding *all;	/* stb_ds; sorted after lab_findings_finish() */
	struct lab_intern *index;
	char **texts;			/* owned strings */
};

enum lab_kernel { LAB_KERNEL_plain, LAB_KERNEL_rt };	/* which one is asked about */

struct lab_rule {
	const char *id;
	enum lab_kernel kernel;
	const char *title, *severity, *help;
	void (*run)(struct lab_solver *s, bool doubts, struct lab_findings *out);
};
extern const struct lab_rule lab_rules[];	/* id NULL ends it */
const struct lab_rule *lab_rule_find(const char *id);

struct lab_findings *lab_findings_new(const struct lab_prog *p);
void lab_findings_free(struct lab_findings *f);
/* Takes a chain of the solver in; verb as in "may sleep". */
void lab_findings_chain(struct lab_findings *f, const struct lab_rule *rule,
			struct lab_solver *s, const struct lab_chain *c, const char *what);
/* Sorts, and puts the messages together. */
void lab_findings_finish(struct lab_findings *f);
/*
 * Calls say() with each reason why the origin may be wrong: the doubts, which keep
 * it from the default report, then what any reader should know.
 */
void lab_origin_caveats(const struct lab_origin *o, void (*say)(void *ctx, const char *text),
			void *ctx);
/* "hardirq, irq" for a set of LAB_H_* bits. */
const char *lab_context_name(unsigned int bits);

#define LAB_RULE(sym, id, kernel, title, severity, help) \
	void lab_rule_##sym(struct lab_solver *s, bool doubts, struct lab_findings *out);
#include "rules.def"
#undef LAB_RULE

#endif
