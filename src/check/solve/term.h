/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Terms: what a value is, in words of the function's parameters, globals and
 * memory at entry.  Hash-consed, so that equal values are equal numbers and
 * "the same condition tested twice" is one term.  The constructors fold.
 *
 * Memory is named by its address term; a load means the value at function
 * entry (version 0) or after something that may have changed it (other
 * versions).  Stores of the function itself are the state's business.
 *
 * A table is used by one thread; lab_terms_reset() makes it empty for the next
 * function.
 */
#ifndef LAB_TERM_H
#define LAB_TERM_H

#include <stdbool.h>
#include <stdint.h>

enum lab_term_op {
	LAB_T_CONST,	/* imm */
	LAB_T_PARAM,	/* a = index */
	LAB_T_SYM,	/* address of symbol a */
	LAB_T_LOCAL,	/* address of local a; b: 1 + its function, once outside of it */
	LAB_T_PVAR,	/* address of the parameter variable a, which lives in memory */
	LAB_T_VAL,	/* a = value number: known only by name; b: as LOCAL's */
	LAB_T_FIELD,	/* address of field b in the object at a */
	LAB_T_INDEX,	/* address of element imm of the array at a */
	LAB_T_INDEXV,	/* address of element b (a term) */
	LAB_T_OFF,	/* address a plus imm bytes */
	LAB_T_LOAD,	/* value at address a, version b */
	LAB_T_BIN,	/* sub = LAB_BIN_*, a, b */
	LAB_T_UN,	/* sub = LAB_UN_*, a */
	LAB_T_CAST,	/* a cut to sub bits; imm: 1 signed */
	LAB_T_SELECT,	/* a ? b : c */
	LAB_T_CTX,	/* sub = LAB_TEST_*: a run-time context test, at entry; imm: bits that are set since */
	LAB_T_APPLY,	/* result of a pure function a with arguments b (an ARG chain) */
	LAB_T_ARG,	/* argument a, then b (ARG or LAB_TERM_NONE) */
};

#define LAB_TERM_NONE UINT32_MAX
#define LAB_LOAD_VOLATILE UINT32_MAX	/* version: what a volatile access sees at entry */

struct lab_term {
	uint8_t op, sub;
	bool exports;		/* means something to a caller */
	bool scalar;		/* has a parameter's own value in it, not only memory behind one */
	bool memory;		/* has a load in it */
	bool restless;		/* ... of what may change by itself, such as a register */
	uint16_t depth;
	uint32_t a, b, c;
	uint32_t maxval;	/* 1 + highest value number inside, or 0 */
	int64_t imm;
};

/* Filled by term.c alone; it is here for lab_term(). */
struct lab_terms {
	struct lab_term *all;
	uint32_t *slots;	/* number + 1 */
	uint32_t mask;
	uint32_t generation;	/* how often it was made empty */
};

struct lab_terms *lab_terms_new(void);
void lab_terms_free(struct lab_terms *t);
void lab_terms_reset(struct lab_terms *t);
/* Valid until the next constructor call. */
static inline const struct lab_term *lab_term(const struct lab_terms *t, uint32_t n)
{
	return &t->all[n];
}

uint32_t lab_term_const(struct lab_terms *t, int64_t v);
uint32_t lab_term_leaf(struct lab_terms *t, enum lab_term_op op, uint32_t a);	/* PARAM SYM LOCAL PVAR VAL */
uint32_t lab_term_local(struct lab_terms *t, uint32_t local, uint32_t owner);
/* A value of function owner - 1 that is known by name only, outside of it. */
uint32_t lab_term_value(struct lab_terms *t, uint32_t value, uint32_t owner);
uint32_t lab_term_field(struct lab_terms *t, uint32_t base, uint32_t field);
uint32_t lab_term_index(struct lab_terms *t, uint32_t base, int64_t index);
uint32_t lab_term_indexv(struct lab_terms *t, uint32_t base, uint32_t index);
uint32_t lab_term_off(struct lab_terms *t, uint32_t base, int64_t off);
uint32_t lab_term_load(struct lab_terms *t, uint32_t addr, uint32_t version);
uint32_t lab_term_bin(struct lab_terms *t, unsigned int op, uint32_t a, uint32_t b);
uint32_t lab_term_un(struct lab_terms *t, unsigned int op, uint32_t a);
uint32_t lab_term_cast(struct lab_terms *t, uint32_t a, unsigned int bits, bool is_signed);
uint32_t lab_term_select(struct lab_terms *t, uint32_t c, uint32_t a, uint32_t b);
uint32_t lab_term_ctx(struct lab_terms *t, unsigned int test, int64_t ours);
uint32_t lab_term_apply(struct lab_terms *t, uint32_t fn, uint32_t args);
uint32_t lab_term_arg(struct lab_terms *t, uint32_t arg, uint32_t next);

static inline bool lab_term_is_const(const struct lab_terms *t, uint32_t n, int64_t *v)
{
	const struct lab_term *x = lab_term(t, n);

	if (x->op == LAB_T_CONST)
		*v = x->imm;
	return x->op == LAB_T_CONST;
}

/* The variable or pointer an address starts from. */
uint32_t lab_term_root(const struct lab_terms *t, uint32_t n);

/*
 * What terms were rebuilt to, for as long as leaf() answers alike: most guards share
 * most of their terms, and one call imports many guards.
 */
struct lab_memo {
	struct lab_memo_slot { uint32_t round, got; } *slots;	/* by term of `from` */
	uint32_t n, round;
};

void lab_memo_reserve(struct lab_memo *m, uint32_t n);
void lab_memo_restart(struct lab_memo *m);	/* forgets all; leaf() answers differently now */
void lab_memo_free(struct lab_memo *m);

/*
 * Rebuilds term n of `from` in `to`.  leaf() answers for PARAM, PVAR, LOAD, CTX
 * and VAL terms (LAB_TERM_NONE: take it over as it is).  For LOAD, *rebuilt is the
 * address in `to`.  Returns LAB_TERM_NONE if a leaf refuses by *refuse.
 */
struct lab_subst {
	const struct lab_terms *from;
	struct lab_terms *to;
	uint32_t (*leaf)(struct lab_subst *s, const struct lab_term *x, uint32_t rebuilt,
			 bool *refuse);
	void *ctx;
	struct lab_memo *memo;
};
uint32_t lab_term_subst(struct lab_subst *s, uint32_t n);

#endif
