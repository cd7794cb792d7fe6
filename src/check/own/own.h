/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ownership: who may touch, free and hand off an object, along each path of each function
 * that meets one.  A typestate in the sense of Strom and Yemini ("Typestate: a programming
 * language concept for enhancing software reliability", 1986), followed per path as ESP
 * does (Das, Lerner, Seigle 2002): states of one function in which an object has another
 * status are kept apart, all others merge.
 *
 * The walk is solve's; this room is its client, and knows what moves an object from the
 * model alone: allocates, receives, keeps, hands-off, consumes.  What a function of the
 * program does to its parameters and returns is summed up by a walk of its own, on demand.
 *
 * Policy: a report needs a path.  What a function without a body and without a fact gets
 * may have found an owner there; a result that nobody tests says that the object moved.
 */
#ifndef LAB_OWN_H
#define LAB_OWN_H

#include "../solve/solve.h"

#define LAB_MISUSE_LIST(X) \
	X(UNCHECKED, "unchecked-page") X(LEAK, "page-leak") X(TWICE, "double-hand-off") \
	X(USE, "use-after-hand-off") X(FREE, "free-after-hand-off") \
	X(HOLDING, "sleep-holding-page") X(QUALITY, "quality-flags") X(SIZE, "atomic-size") \
	X(IMBALANCE, "context-imbalance") X(NEEDLESS, "needless-atomic")

#define LAB_MISUSE_ENUM(n, id) LAB_MISUSE_##n,
enum lab_misuse_kind { LAB_MISUSE_LIST(LAB_MISUSE_ENUM) LAB_MISUSE_COUNT };

/* What happens at a step, and how it is told. */
#define LAB_OWN_ROLE_LIST(X) \
	X(IN,        "in")          /* the function that it is about */ \
	X(ALLOCATES, "allocates")   \
	X(RECEIVES,  "receives")    \
	X(HANDS_OFF, "hands-off")   \
	X(FREES,     "frees")       \
	X(LENT,      "lent")        /* ... to this function, by the one that is called with it */ \
	X(USES,      "uses")        \
	X(CALLS,     "calls")       /* the next step happens in there */ \
	X(LEAVES,    "leaves")      /* a way out */ \
	X(WITH,      "leaves-with") /* ... and keeps what was taken */ \
	X(WITHOUT,   "leaves-without") /* ... and does not */ \
	X(LOSES,     "loses")       /* the next round of a loop */ \
	X(TAKES,     "takes")       \
	X(DROPS,     "drops")       \
	X(SLEEPS,    "sleeps")      \
	X(REPEATS,   "repeats")     \
	X(RUNS,      "runs")        /* where it runs */

#define LAB_OWN_ROLE_ENUM(n, s) LAB_OWN_##n,
enum lab_own_role { LAB_OWN_ROLE_LIST(LAB_OWN_ROLE_ENUM) LAB_OWN_ROLES };

struct lab_own_step { uint32_t fn, ins, sym; uint8_t role; };	/* sym: the callee, or NONE */

struct lab_misuse {
	uint8_t kind;
	uint32_t sink;			/* step whose place is reported */
	struct lab_own_step *steps;	/* stb_ds */
	const char *as;			/* what it is called: "page"; of the model */
	const char *why;		/* what is wrong, in a few words */
	int64_t value;			/* QUALITY, SIZE: what is asked for */
};

struct lab_own { struct lab_misuse *all; };	/* stb_ds, in the order of functions */

struct lab_own *lab_own_find(struct lab_solver *s);
void lab_own_free(struct lab_own *o);

#endif
