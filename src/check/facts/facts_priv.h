/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this room share: the lines being gathered, and conditions on
 * their way from guards to text.
 */
#ifndef LAB_FACTS_PRIV_H
#define LAB_FACTS_PRIV_H

#include "base/arena.h"
#include "check/solve/flow.h"
#include "facts.h"

#define COND_ATOMS 24

/* A condition in words that callers know; the texts of atoms are sorted. */
struct lab_cond {
	struct lab_atom atom[COND_ATOMS];
	const char *text[COND_ATOMS];
	uint32_t n;
	bool far;	/* of what is added: a flag of memory that it asks is a doubt */
	bool weak;	/* something was left out */
	bool unseen;	/* something that would matter was left out */
	bool never;	/* cannot hold */
};

/* One case of a fact; of cases with one head, those that others cover go. */
struct lab_case { const char *head, *why; struct lab_cond c; };

struct lab_line { const char *name, *text; uint32_t seq; };

/* A parameter, or a member of what it points to, that is called in ctx later. */
struct lab_reg { uint32_t param; uint16_t ctx; const char *field; const char *why; };

struct lab_facts {
	struct lab_solver *s;
	struct lab_arena arena;
	struct lab_line *lines;		/* stb_ds */
	struct lab_facts_counts *n;
	struct lab_reg **regs;		/* by function; stb_ds arrays */
};

/* One line "head if COND # why" about name. */
void lab_facts_line(struct lab_facts *f, const char *name, const char *head,
		    const struct lab_cond *c, const char *why);
/* Adds a case to the stb_ds array *all; finishes its condition. */
void lab_facts_case(struct lab_facts *f, struct lab_case **all, struct lab_case n);
/* The cases as lines about name, in order; frees them.  How many. */
uint32_t lab_facts_cases(struct lab_facts *f, const char *name, struct lab_case *all);
const char *lab_facts_text(struct lab_facts *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* "file:line" of an instruction of fn. */
const char *lab_facts_place(struct lab_facts *f, uint32_t fn, uint32_t ins);

/* ---- facts_cond.c ---------------------------------------------------------- */
/* Adds "term lies in av" to c, as well as the language can say it. */
void lab_cond_add(struct lab_facts *f, struct lab_cond *c, uint32_t term, struct lab_av av);
/* The same for each atom of g; which flags are doubts is as in witness.c. */
void lab_cond_guard(struct lab_facts *f, struct lab_cond *c, struct lab_guard g);
/* The result lies in av. */
void lab_cond_ret(struct lab_cond *c, struct lab_av av);
/* Renders, sorts, cuts to what a fact may hold; to be called last. */
void lab_cond_finish(struct lab_facts *f, struct lab_cond *c);
/* a holds whenever b does, by their texts. */
bool lab_cond_covers(const struct lab_cond *a, const struct lab_cond *b);
/* The value or address term as a reference, in the language's words; NULL if it has none. */
const char *lab_facts_ref(struct lab_facts *f, uint32_t term);

/* ---- facts_sleep.c, facts_context.c, facts_calls.c ---------------------------- */
/* Lines about how fn sleeps, under the given name; how many. */
uint32_t lab_facts_sleeps(struct lab_facts *f, const char *name, uint32_t fn);
uint32_t lab_facts_context(struct lab_facts *f, const char *name, uint32_t fn);
/* Effects of a hold, each with a blank before it; leave: of leaving it.  NULL: none to name. */
const char *lab_facts_effects(struct lab_facts *f, const struct lab_hold *h, bool leave,
			      bool *weak);
uint32_t lab_facts_calls(struct lab_facts *f, const char *name, uint32_t fn);
/* Who registers which parameter; to be called once, before lab_facts_calls(). */
void lab_facts_find_regs(struct lab_facts *f);
/* Fields whose functions the program calls in atomic context. */
void lab_facts_fields(struct lab_facts *f);

#endif
