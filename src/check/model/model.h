/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Models: what the names of a program mean to the checker.  Skeletons know only
 * calls; that mutex_lock() may sleep or that a timer's function runs in softirq
 * is data, one fact a line, each with the place that proves it.  This room
 * knows names, not graphs: it parses, merges, looks up and lints.
 *
 *   line    := fact '#' provenance | '#' text | (nothing)
 *   fact    := sleep    NAME [after EFFECT...] [if COND]   may sleep (when COND holds),
 *                                                having left what its caller holds
 *            | nosleep  NAME [if COND]           its body is not believed to sleep
 *            | enter    NAME EFFECT... [if COND] changes the context: enters
 *            | leave    NAME EFFECT... [if COND] changes the context: leaves
 *            | neutral  NAME                     insides not walked: never sleeps,
 *                                                leaves the context as it was
 *            | noreturn NAME                     does not come back
 *            | quiet    NAME                     never sleeps, leaves the context as it was
 *            | unsure   NAME                     may leave what its caller holds, or not
 *            | calls    NAME ARG[.FIELD] in CTX [with WCOND] [if COND]   later, in that context
 *            | calls    NAME ARG[.FIELD] now [EFFECT...] [if COND]  before it returns
 *            | field    STRUCT.FIELD in CTX [if FCOND]     functions stored there run in CTX
 *            | field    STRUCT.FIELD after FIELD [if FCOND]  in what that one of the same table leaves
 *            | test     NAME WHAT                result tells the run-time context
 *            | worker   NAME [if COND]           a free for who may sleep; never in atomic context
 *            | allocates NAME [ARG] [as WORD] [if COND]   the result (ARG) is the caller's, or NULL;
 *                                                without WORD: an atomic page
 *            | receives NAME [ARG] [as WORD] [if COND]    the same, of a worker, never NULL
 *            | borrows  NAME ARG                 the caller still owns it
 *            | uses     NAME ARG                 ... and what it points to is read or written
 *            | keeps    NAME ARG [if COND]       an object owns it now; it may be used
 *            | hands-off NAME ARG [if COND]      it belongs to another thread
 *            | consumes NAME ARG [if COND]       it is gone; "if ARG": NULL is welcome
 *            | shares   NAME ARG                 there is another reference: it is followed no more
 *            | returns  NAME if COND             whatever it returns, this holds
 *            | lends    NAME ARG                 function ARG is called with an object that stays
 *                                                another's, as its first parameter
 *            | quality  NAME ARG                 a set of LABYRINTH_QUALITY_* bits
 *            | limits   NAME ARG                 *ARG has a field `budget`: so many pages may be out of the
 *                                                zone whose address goes where the next argument points
 *            | count    NAME ARG                 so many pages are asked for at once
 *            | size     NAME ARG [if COND]       two to the power of ARG pages are asked for
 *   COND    := ATOM { and ATOM } { or ATOM { and ATOM } }     "or" makes two facts
 *   ATOM    := REF | !REF | REF [& CONST] (== | != | < | >) CONST | REF & CONST
 *            | ARG is [not] STRUCT  the argument points (not) at, or into, such an object
 *            | file FILE            what the caller's file says: [!]STRUCT.FIELD or [!]calls as in FATOM
 *            | WHAT | !WHAT         the moment of the call is (not) so
 *            | rt | !rt             PREEMPT_RT is (not) the question asked
 *            | unseen               something that no caller can see: a doubt
 *   WCOND   := WATOM { and WATOM }     what holds of its own arguments when it is called:
 *   WATOM   := an ATOM that compares; its REF may be ARG:STRUCT.FIELD{.FIELD}, where the
 *              argument's own type says nothing
 *   FCOND   := FATOM { and FATOM } { or FATOM { and FATOM } }
 *   FATOM   := rt | !rt
 *            | ATOM about ARG       it runs there when its own argument is so
 *            | [!]STRUCT.FIELD [& CONST] [nearby]  the file of the function (nearby: its folder)
 *                                 sets that field, or one of these bits (!: nowhere)
 *            | [!]calls NAME [ARG & CONST]  ... calls that function (with one of these bits there)
 *   ARG     := arg0, arg1 ...
 *   CONST   := decimal or 0x number | macro name that skeletons record
 *   EFFECT  := preempt | bh | irq | rcu | hardirq | softirq | raw | nofault
 *            | irq=save:REF | irq=restore:REF | lock=REF
 *            | sleeping             what was entered last is a lock that sleeps
 *   REF     := (ret | ARG){.FIELD} | *ARG     arg0.a is arg0->a, *arg0 what it points to;
 *                                arg0.a.b goes on by the type of a: inside it, or through it
 *            | any               of irq=restore: a value that has no name here
 *   CTX     := CONTEXT{+CONTEXT}     irq and preempt are those of a spinlock, thus
 *                                  not of PREEMPT_RT, unless raw stands beside them
 *   CONTEXT := process | hardirq | softirq | bh | irq | preempt | rcu | raw | any-atomic
 *   WHAT    := see LAB_TEST_LIST
 *
 * NAME may be a glob (fnmatch: * ? [...]).  The facts of a name are those of
 * the exact name if it has any, else those of the longest glob that matches.
 * Several facts of one kind and name add up (conditions are "or").  A fact
 * whose condition names the other rt mode does not exist in this mode.
 * A name that has facts is not walked by the solver where they answer it:
 * sleep, nosleep, enter, leave, neutral replace the body (and "if rt" says that the
 * body at hand is not the one of PREEMPT_RT, so that it is not judged there); calls, noreturn, test
 * stand beside it (see lab_fact_replaces_body()).
 *
 * A provenance that starts with "since 6.5:" or "until 6.0:" marks a name that
 * only other kernels have.
 *
 * Later files win: where a later file has a fact about a name, earlier files
 * lose theirs of the same slot (see LAB_FACT_LIST).  So "nosleep foo" in a user's
 * file replaces "sleep foo", and "neutral foo" replaces all about foo.
 *
 * No globals that change, no I/O.  A parsed model is constant: many threads may
 * look up in one.
 */
#ifndef LAB_MODEL_H
#define LAB_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* kind, word, slot: facts of one slot are replaced together */
#define LAB_FACT_LIST(X) \
	X(SLEEP,    "sleep",    SLEEP)   \
	X(NOSLEEP,  "nosleep",  SLEEP)   \
	X(ENTER,    "enter",    CONTEXT) \
	X(LEAVE,    "leave",    CONTEXT) \
	X(NEUTRAL,  "neutral",  ALL)     \
	X(NORETURN, "noreturn", RETURN)  \
	X(QUIET,    "quiet",    BODY)    \
	X(UNSURE,   "unsure",   CONTEXT) \
	X(CALLS,    "calls",    CALLS)   \
	X(FIELD,    "field",    FIELD)   \
	X(TEST,     "test",     TEST)    \
	X(WORKER,   "worker",   SLEEP)   \
	X(ALLOCATES, "allocates", OWN)   \
	X(RECEIVES, "receives", OWN)     \
	X(BORROWS,  "borrows",  OWN)     \
	X(USES,     "uses",     OWN)     \
	X(KEEPS,    "keeps",    OWN)     \
	X(HANDS_OFF, "hands-off", OWN)   \
	X(CONSUMES, "consumes", OWN)     \
	X(LENDS,    "lends",    OWN)     \
	X(SHARES,   "shares",   OWN)     \
	X(RETURNS,  "returns",  OWN)     \
	X(QUALITY,  "quality",  OWN)     \
	X(LIMITS,   "limits",   OWN)     \
	X(NUMBER,   "count",    OWN)     \
	X(SIZE,     "size",     OWN)

#define LAB_EFFECT_LIST(X) \
	X(PREEMPT, "preempt") /* one more preempt_disable() */ \
	X(BH,      "bh")      /* one more local_bh_disable() */ \
	X(IRQ,     "irq")     /* enter: interrupts off; leave: on */ \
	X(RCU,     "rcu")     /* one more rcu_read_lock() */ \
	X(HARDIRQ, "hardirq") \
	X(SOFTIRQ, "softirq") \
	X(RAW,     "raw")     /* atomic on PREEMPT_RT too */ \
	X(SLEEPING, "sleeping") /* enter: what was entered last is no atomic context */ \
	X(NOFAULT, "nofault") /* page faults are off: user accesses fail, they do not sleep */ \
	X(IRQ_SAVE,    "irq=save:")    /* off, the state before goes to ref */ \
	X(IRQ_RESTORE, "irq=restore:") /* as ref says */ \
	X(LOCK,        "lock=")        /* ref is the identity of what is held */

/* bits of ctx; PROCESS: starts clean and may sleep */
#define LAB_CTX_LIST(X) \
	X(PROCESS, 0, "process") \
	X(HARDIRQ, 1, "hardirq") /* interrupts off */ \
	X(SOFTIRQ, 2, "softirq") \
	X(BH,      3, "bh")      /* softirq or bottom halves off */ \
	X(IRQ,     4, "irq")     /* interrupts off, or must be assumed to be */ \
	X(PREEMPT, 5, "preempt") \
	X(RCU,     6, "rcu")     \
	X(RAW,     7, "raw")     \
	X(ATOMIC,  8, "any-atomic") /* a document says: must not sleep; kind unknown */

/* What the value of a call says about the moment it runs. */
#define LAB_TEST_LIST(X) \
	X(PREEMPT_COUNT, "preempt_count") /* the count itself, with the kernel's bit fields */ \
	X(PREEMPTIBLE,   "preemptible")   /* not 0: preemption and interrupts are on */ \
	X(IRQ_FLAGS,     "irq_flags")     /* the interrupt state, fit for irq=restore */ \
	X(IRQS_DISABLED, "irqs_disabled") /* not 0: interrupts are off; given flags: were off */ \
	X(IN_ATOMIC,     "in_atomic")     /* not 0: must not sleep */ \
	X(IN_INTERRUPT,  "in_interrupt")  /* not 0: hardirq, softirq, bh off or NMI */ \
	X(IN_HARDIRQ,    "in_hardirq")    \
	X(IN_SOFTIRQ,    "in_softirq")    \
	X(IN_TASK,       "in_task")       \
	X(IN_NMI,        "in_nmi")        \
	X(IN_RCU,        "in_rcu")        /* not 0: inside a read section */ \
	X(NOFAULT,       "nofault")       /* not 0: page faults are off */ \
	X(LOCK_HELD,     "lock_held")     /* not 0: the lock arg0 is held (by someone) */ \
	X(OOPS,          "oops")          /* not 0: the kernel is dying */

#define LAB_MODEL_ENUM3(n, s, x)  LAB_FACT_##n,
#define LAB_MODEL_ENUME(n, s)     LAB_EFFECT_##n,
#define LAB_MODEL_ENUMC(n, b, s)  LAB_CTX_##n = 1 << b,
#define LAB_MODEL_ENUMT(n, s)     LAB_TEST_##n,
enum lab_fact_kind { LAB_FACT_LIST(LAB_MODEL_ENUM3) LAB_FACT_COUNT };
enum lab_effect_kind { LAB_EFFECT_LIST(LAB_MODEL_ENUME) LAB_EFFECT_COUNT };
enum lab_ctx { LAB_CTX_NOW = 0, LAB_CTX_LIST(LAB_MODEL_ENUMC) };
enum lab_test { LAB_TEST_LIST(LAB_MODEL_ENUMT) LAB_TEST_COUNT };
#define LAB_MODEL_CTX_COUNT 9

enum lab_mref { LAB_MREF_NONE, LAB_MREF_ARG, LAB_MREF_RET };
struct lab_model_ref {
	uint8_t base;		/* LAB_MREF_* */
	uint8_t arg;		/* ARG: from 0 */
	bool deref;		/* *argN: what it points to */
	const char *path;	/* "a.b" behind it, or NULL */
	const char *type;	/* argN:STRUCT.a: what it points to, or NULL */
};

struct lab_effect {
	uint8_t what;		/* LAB_EFFECT_* */
	struct lab_model_ref ref;	/* IRQ_SAVE, IRQ_RESTORE, LOCK */
};

struct lab_model_const {
	const char *macro;	/* or NULL */
	int64_t value;		/* where macro is NULL */
};

enum lab_atom_kind { LAB_ATOM_CMP, LAB_ATOM_IS, LAB_ATOM_RT, LAB_ATOM_TEST, LAB_ATOM_SETS,
		     LAB_ATOM_PASSES, LAB_ATOM_UNSEEN };
enum lab_atom_op { LAB_ATOM_EQ, LAB_ATOM_NE, LAB_ATOM_LT, LAB_ATOM_GT };
struct lab_atom {
	uint8_t kind;		/* enum lab_atom_kind */
	uint8_t op;		/* CMP; a bare "arg1" is NE 0, "!arg1" EQ 0; LT, GT signed */
	uint8_t test;		/* TEST: LAB_TEST_* */
	bool masked;		/* CMP: value & mask op rhs */
	bool negated;		/* RT: !rt; IS: is not; TEST: !WHAT; SETS, PASSES: not */
	bool nearby;		/* SETS: in the folder, not in the file */
	struct lab_model_ref value;	/* CMP, IS; PASSES: the argument */
	struct lab_model_const mask, rhs;
	const char *type;	/* IS, SETS: struct tag; PASSES: the function */
	const char *field;	/* SETS */
};

#define LAB_FACT_ATOMS	 6
#define LAB_FACT_EFFECTS 6

struct lab_fact {
	uint8_t kind;		/* LAB_FACT_* */
	uint8_t test;		/* TEST: LAB_TEST_* */
	uint8_t arg;		/* CALLS, facts of ownership: from 0 */
	bool result;		/* ALLOCATES, RECEIVES: it is the result */
	uint8_t natoms, neffects;
	uint8_t nlater;		/* CALLS: so many atoms behind those, about the function's own arguments */
	bool glob;		/* name is a pattern */
	bool beyond;		/* of a facts file: see lab_model_beyond() */
	uint16_t ctx;		/* CALLS, FIELD: LAB_CTX_* bits; LAB_CTX_NOW: called at once */
	uint32_t line;		/* where the fact stands */
	uint32_t order;		/* in which facts came, over all files */
	const char *key;	/* what lookup goes by: name, or "struct.field" */
	const char *name;	/* the function; FIELD: the struct */
	const char *field;	/* FIELD, CALLS argN.FIELD; else NULL */
	const char *as;		/* ALLOCATES, RECEIVES: what it is called; NULL: an atomic page */
	const char *after;	/* FIELD: the sibling; ctx is what it leaves */
	const char *why;	/* provenance, without its marker */
	const char *since, *until;	/* kernel version, or NULL */
	const char *file;
	struct lab_atom atom[LAB_FACT_ATOMS];		/* all must hold */
	struct lab_effect effect[LAB_FACT_EFFECTS];	/* ENTER, LEAVE, SLEEP after, CALLS now */
};

struct lab_model_name { const char *name; uint32_t first, count; };

/* Facts of one key lie behind each other, in the order in which they came. */
#define LAB_MODEL_CLASSES 4	/* functions, fields, globs of functions, of fields */
struct lab_model {
	struct lab_fact *facts;		uint32_t nfacts, cap;
	/* exact ones sorted by name, globs longest first */
	struct lab_model_name *names[LAB_MODEL_CLASSES];
	uint32_t nnames[LAB_MODEL_CLASSES];
	void *strings;			/* chunks that hold all text */
	struct lab_model *beyond;	/* what to ask about functions without a body */
	const char *name;		/* the facts file, without its folder */
};

struct lab_model_err {
	char file[128];
	uint32_t line, col;	/* from 1; col in bytes */
	char why[256];		/* what is wrong and the form that was expected */
};

/* ---- model.c, model_parse.c ------------------------------------------------ */
/* Parses one file.  NULL with *err filled on a bad line or without memory. */
struct lab_model *lab_model_parse(const char *text, size_t len, const char *file,
				  struct lab_model_err *err);
/* Adds later to m, its facts win; later is consumed.  0, or -1 without memory. */
int lab_model_merge(struct lab_model *m, struct lab_model *later);
/* The same, but no fact of m goes: they add up. */
int lab_model_add(struct lab_model *m, struct lab_model *more);
/*
 * Makes facts what is known of functions without a body; m owns it from now on and
 * must not be merged into any more.  A name and slot of which m itself speaks is
 * m's alone; facts about names that a glob of m matches are dropped.  0, or -1.
 */
int lab_model_beyond(struct lab_model *m, struct lab_model *facts);
/* A copy of s that lives as long as m, or NULL. */
const char *lab_model_own(struct lab_model *m, const char *s);
void lab_model_free(struct lab_model *m);

/* The files compiled in, in order of merging; the list ends with name NULL. */
struct lab_model_text { const char *name; const char *text; size_t len; };
extern const struct lab_model_text lab_model_texts[];
/* The certain part of the shipped facts file, for who reads no file. */
extern const struct lab_model_text lab_model_facts;
/* Puts that beyond m; 0, or -1 with *err. */
int lab_model_compiled(struct lab_model *m, struct lab_model_err *err);
/* All of them, merged, but for the pairs. */
struct lab_model *lab_model_builtin(struct lab_model_err *err);
/* Adds who allocates and frees what in the kernel: 0, or -1 with *err. */
int lab_model_pairs(struct lab_model *m, struct lab_model_err *err);

/*
 * The facts about a function, as an array of *n; NULL if there are none.
 * FIELD facts are never among them.
 */
const struct lab_fact *lab_model_find(const struct lab_model *m, const char *name, uint32_t *n);
/* The facts about a field of a struct. */
const struct lab_fact *lab_model_field(const struct lab_model *m, const char *tag,
				       const char *field, uint32_t *n);
/* False for a fact that is only about the other mode. */
bool lab_fact_in_mode(const struct lab_fact *f, bool rt);
/* Whether a function with this fact is not to be walked. */
bool lab_fact_replaces_body(const struct lab_fact *f);
/* What may be done with an object: nothing that the solver asks. */
bool lab_fact_is_ownership(const struct lab_fact *f);
/* Whether a condition of it is one that no caller can see. */
bool lab_fact_doubts(const struct lab_fact *f);

/* ---- model_lint.c ---------------------------------------------------------- */
/*
 * Facts whose name the program does not know: has(ctx, function, NULL) and
 * has(ctx, struct, field) tell.  Patterns and facts marked since or until are
 * passed over.  Returns how many; stale() may be NULL.
 */
typedef bool (*lab_model_has_fn)(void *ctx, const char *name, const char *field);
typedef void (*lab_model_stale_fn)(void *ctx, const struct lab_fact *f);
uint32_t lab_model_stale(const struct lab_model *m, lab_model_has_fn has,
			 lab_model_stale_fn stale, void *ctx);
/*
 * Facts that cannot all be meant: the same fact twice, sleep and neutral of one
 * name, a condition beside an unconditional fact.  Calls say() for each with the
 * earlier fact and the later one; returns how many.
 */
typedef void (*lab_model_clash_fn)(void *ctx, const struct lab_fact *a,
				   const struct lab_fact *b, const char *why);
uint32_t lab_model_lint(const struct lab_model *m, lab_model_clash_fn say, void *ctx);
/* The fact as a line of a model file, without provenance; snprintf()'s result. */
int lab_fact_print(const struct lab_fact *f, char *buf, size_t size);
int lab_atom_print(const struct lab_atom *a, char *buf, size_t size);

#ifdef __cplusplus
}
#endif
#endif
