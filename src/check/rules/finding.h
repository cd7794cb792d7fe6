/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings: what rules say and reports print.  One sleeping call is one
 * finding; every origin that reaches it is one of its roots.  For people, fold.c
 * lets the nearest of those that one bug reaches stand for all.
 *
 * Strings live as long as the program they come from.
 */
#ifndef LAB_FINDING_H
#define LAB_FINDING_H

#include "../own/own.h"

struct lab_frame {
	const char *function, *file, *role;
	const char *when;	/* condition for this step in its function's words; "" */
	const char *text;	/* what happens there, in words; NULL: the role says it */
	const char *by;		/* the facts file and place that say so, for a callee beyond; "" */
	uint32_t line, col;
};

struct lab_origin {
	struct lab_frame *frames;	/* stb_ds */
	const char *context;
	const char *ends;		/* what the last call does: "may sleep" */
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
	bool in_atomic;			/* the context is part of the message */
	const char *function, *file, *callee;	/* the sleeping call; callee: what is done there */
	uint32_t line, col;
	uint32_t fn;			/* that function, or LAB_NONE */
	struct lab_origin *roots;	/* stb_ds */
	const char *allowed;		/* the reason of a LABYRINTH_ALLOW() in that function; or NULL */
	uint32_t behind;		/* 1 + index of the finding that stands for this one; 0: none */
	const char *known;		/* what a list of known findings says of it; NULL: it is new */
};

struct lab_findings {
	const struct lab_prog *p;
	const struct lab_own *own;	/* what ownership says; not ours */
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
void lab_finding_free(struct lab_finding *x);	/* what it has, not itself */
/* Takes a chain of the solver in; verb as in "may sleep". */
void lab_findings_chain(struct lab_findings *f, const struct lab_rule *rule,
			struct lab_solver *s, const struct lab_chain *c, const char *what);
/* Takes in what own/ found of this kind. */
void lab_findings_misuses(struct lab_findings *f, const char *rule, enum lab_misuse_kind kind);
/* The fingerprint of x, whose rule, file, function and callee are known; more tells twins apart. */
void lab_findings_hash(struct lab_finding *x, const char *more);
/* Takes in a finding with this origin, or the origin, if it is known; x's strings stay the caller's. */
void lab_findings_add(struct lab_findings *f, struct lab_finding x, const char *message,
		      struct lab_origin o);
/* A string that lives as long as f. */
const char *lab_findings_text(struct lab_findings *f, const char *text);
/* Place of an instruction; the function's own place where there is none. */
void lab_findings_locate(const struct lab_findings *f, uint32_t fn, uint32_t ins,
			 struct lab_frame *out);
/* Which it is among those of its function that do the same: how many stand before it. */
uint32_t lab_findings_ordinal(const struct lab_fn *b, uint32_t ins);
/* ---- allow.c ---- */
/* What LABYRINTH_ALLOW() at instruction ins of fn says; "" for what is no plain string. */
void lab_allow_words(const struct lab_prog *p, uint32_t fn, uint32_t ins, const char **rule,
		     const char **reason);
/* Marks the findings that their function allows. */
void lab_findings_allow(struct lab_findings *f);
/* ---- fold.c ---- */
/* Once all findings stay: which of them lie behind another one. */
void lab_findings_fold(struct lab_findings *f);
/* The finding is told by another one, which is not left out for being known. */
bool lab_finding_folded(const struct lab_findings *f, const struct lab_finding *x);
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
