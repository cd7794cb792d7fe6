/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The solver's face inside the brain: what is known of each function once the
 * program is solved.
 *
 * Bottom-up over strongly connected components, each function is walked once
 * per state (flow.c) and leaves a summary in words of its parameters: under
 * which guards it sleeps, how it changes the context, what it returns.  What
 * the walk saw at each call that matters is kept as an event, so that a witness
 * can be spelt out afterwards without walking again.
 *
 * Policy: a report needs a feasible guard.  A callee is taken to leave the
 * context as it found it unless its paths agree on a change or the return value
 * or a parameter tells them apart.  Memory that two tests read is taken to be
 * unchanged between them, but for stores of this path and loops.
 */
#ifndef LAB_SOLVE_H
#define LAB_SOLVE_H

#include "../link/prog.h"
#include "../model/model.h"
#include "state.h"

/* A conjunction of "term lies in av" over pool terms; atoms [at, at + n). */
struct lab_guard { uint32_t at; uint32_t n; };
/* asks: it is what the sleep itself hangs on, such as a gfp bit; file: where it is tested. */
struct lab_guard_atom { uint32_t term, file; bool asks; struct lab_av av; };

/* A change of context, in pool terms. */
struct lab_delta {
	uint8_t nholds, ndebts, irq_on;
	struct lab_hold holds[4], debts[4];
};

struct lab_outcome {
	struct lab_delta d;
	struct lab_guard g;	/* over parameters */
	struct lab_av ret;	/* what is returned in this case */
};

/* It sleeps when the guard holds, having left `debts` of what the caller holds. */
struct lab_sleep { struct lab_guard g; struct lab_delta d; };

/* It calls its parameter `param` while it holds d. */
struct lab_pcall { struct lab_guard g; struct lab_delta d; uint32_t param; };

/*
 * It sleeps in atomic context by itself if its caller passes the wrong thing: a number, or
 * an object that holds it.  of: the guard of the event that it stems from.
 */
struct lab_cbug { struct lab_guard g, of; uint32_t fn, ins, target; bool memory; };

enum lab_event_kind {
	LAB_EV_MODEL,	/* target: symbol that sleeps by itself */
	LAB_EV_FN,	/* target: function of the program */
	LAB_EV_FIELD,	/* target: field whose functions are called; NONE: a variable's */
	LAB_EV_PARAM,	/* target: parameter that is called */
	LAB_EV_VIA,	/* target: function that calls what it is given as `param` */
};

/* Why a report may be wrong; none of them: it is shown by default. */
enum {
	LAB_DOUBT_FLAG = 1,	/* a flag bit of a value that nobody can see */
	LAB_DOUBT_DROPPED = 2,	/* the lock may be gone by then */
	LAB_DOUBT_MOMENT = 4,	/* a test of the context is taken to answer so */
	LAB_DOUBT_CALLER = 8,	/* callers decide, and none is seen that passes it */
	LAB_DOUBT_OTHER = 16,	/* the pointer may belong to another driver's object */
	LAB_DOUBT_MUCH = 64,	/* much is taken to be possible on a long way */
	LAB_DOUBT_UNSEEN = 128,	/* a facts file names a condition that no caller sees */
	LAB_DOUBT_FEW = 32,	/* most functions that the pointer may be do not sleep */
};

/* A call that may sleep, as one path reaches it. */
struct lab_event {
	uint32_t ins, target;
	uint8_t kind;
	uint8_t doubt;		/* LAB_DOUBT_* */
	bool conditional;	/* ... on a parameter: callers decide */
	bool asked;		/* ... on a test of the context, made since it is atomic */
	bool unseen;		/* ... on what the fact calls unseen */
	const struct lab_fact *fact;	/* that says so, or NULL */
	struct lab_guard g;	/* exported facts of the path */
	bool atomic;		/* it is this function that makes it atomic */
	struct lab_delta d;	/* context at the call */
	uint32_t mem, nmem;	/* pairs of pool terms in solver->args: what memory holds */
	uint32_t args, nargs;	/* pool terms in solver->args; LAB_TERM_NONE: unknown */
	struct lab_guard known;	/* of arguments that have a name in this function only */
	uint32_t param;		/* VIA */
	uint32_t ptr;			/* FIELD: pool term of the pointer, or NONE */
};

#define LAB_STORES 6
struct lab_summary {
	struct lab_outcome *outcomes;	/* stb_ds; none: does not return */
	struct lab_sleep *sleeps;
	struct lab_pcall *pcalls;
	struct lab_cbug *cbugs;
	struct lab_event *events;
	struct { uint32_t field, term; } retfields[4];	/* of an aggregate result */
	uint8_t nretfields, nstores;
	struct { uint32_t addr, value; } stores[LAB_STORES];	/* value NONE: something */
	uint32_t ret;		/* pool term of the result, or NONE */
	uint8_t returns;	/* some path returns */
	uint8_t known;		/* solved at least once */
	uint8_t pure;		/* no stores, calls or asm: equal arguments, equal result */
	uint8_t gave_up;	/* too many paths: events are incomplete */
	uint8_t leaves_maybe;	/* a way out has a hold that some callee may have dropped */
	uint8_t unbalanced;	/* paths disagree about the context */
	uint8_t writes_known;	/* `stores` is all that it writes behind its arguments */
	uint8_t may_release;	/* ... and some leave what a caller holds */
};

/* A function that starts in a context of its own. */
struct lab_root {
	uint32_t fn;
	uint16_t ctx;		/* LAB_CTX_* bits of the model */
	uint32_t site_fn, site_ins;	/* who registers it; NONE: a field */
	uint32_t field;		/* the field that holds it, or NONE */
	const struct lab_fact *fact;
};

/* A contract that says nothing: a declaration's symbol, or a statement. */
struct lab_bad_contract { uint32_t sym, fn, ins; char *why; };

struct lab_watch;
struct lab_solver {
	const struct lab_prog *p;
	const struct lab_model *m;
	bool rt;			/* PREEMPT_RT is the question */
	struct lab_terms *pool;
	struct lab_states states;
	struct lab_memo bound;		/* flow.c: what one state binds its values to */
	struct lab_guard_atom *atoms;	/* stb_ds */
	struct lab_guards { struct lab_guard *slots; uint32_t mask, count; } guards; /* guard.c */
	uint32_t *args;			/* stb_ds */
	struct lab_summary *sum;	/* by function */
	struct { const struct lab_fact *facts; uint32_t n; uint8_t asked; } *known; /* by symbol */
	struct lab_root *roots;		/* stb_ds, no duplicates */
	struct lab_intern *root_ix;
	struct lab_intern *confirmed;	/* (fn, ins, target) of conditional events that a caller makes true */
	struct lab_intern *possible;	/* ... and guard, of events on memory that a caller may make true */
	struct lab_intern *said_ix;	/* said.c: questions, and by unit the answers */
	uint8_t **said;
	struct lab_crossing *crossing;	/* export.c */
	uint32_t *order;		/* functions, callees first */
	struct lab_intern *folders;	/* core.c */
	uint32_t *serves;		/* stb_ds, by folder: how many others call into it */
	uint8_t *outside;		/* core.c; by source: another folder calls into it */
	bool some_core;			/* core.c; core code is in the program, so it is no driver alone */
	/*
	 * By function: its address is taken, it is kept in a field, called by name, from another
	 * unit, is a root; LAB_H_* in which it always starts.
	 */
	struct { bool pointed, kept, named, elsewhere, root; uint16_t always; } *calls;
	uint64_t unresolved, too_wide;	/* indirect calls: no target, too many */
	uint64_t resolved;
	uint32_t gave_up, unbalanced;
	struct lab_model *contracts;	/* what sources say of functions; or NULL */
	struct lab_bad_contract *bad_contracts;	/* stb_ds */
	struct lab_watch *watch;	/* where.c: is told of calls; or NULL */
};

struct lab_solver *lab_solver_new(const struct lab_prog *p, const struct lab_model *m, bool rt);
/* The LAB_H_* bits in which nobody may sleep, in the kernel that is asked about. */
static inline unsigned int lab_atomic_bits(const struct lab_solver *s)
{
	return s->rt ? LAB_H_ATOMIC_RT : LAB_H_ATOMIC;
}
void lab_solver_free(struct lab_solver *s);
void lab_solve(struct lab_solver *s);
/* roots.c: functions kept in fields whose context a model knows; once all is solved */
void lab_field_roots(struct lab_solver *s);

/* Facts of the model about a symbol; *n may be 0. */
const struct lab_fact *lab_solver_facts(struct lab_solver *s, uint32_t sym, uint32_t *n);
/* The model answers for the body of the function, in the mode that is asked about. */
bool lab_model_answers(struct lab_solver *s, uint32_t sym);
/* The callee "sleeps" since it is the worker's free. */
bool lab_sleeps_as_worker(struct lab_solver *s, uint32_t sym);
#define LAB_WIDE 24	/* a pointer with more possible functions is not followed */

/* ---- contract.c ------------------------------------------------------------ */
void lab_contracts(struct lab_solver *s);
void lab_contracts_free(struct lab_solver *s);
void lab_contract_roots(struct lab_solver *s);
/* The question whether anything is said: labyrinth_says(). */
bool lab_says(const struct lab_prog *p, uint32_t sym);
/* A statement of annotate.h: labyrinth_says_*(). */
bool lab_is_statement(const struct lab_prog *p, uint32_t sym);
/* The next call to labyrinth_says_<what>() in fn from instruction *from on, or NULL. */
const struct lab_ins *lab_statement(const struct lab_prog *p, uint32_t fn, const char *what,
				    uint32_t *from);

/* ---- order.c --------------------------------------------------------------- */
/* Functions of the program, callees first; comp[i] = number of the component. */
void lab_solve_order(struct lab_solver *s, uint32_t **comp);

/* ---- flow.c ---------------------------------------------------------------- */
struct lab_exit { struct lab_state *s; uint32_t ret; };	/* ret: local term or NONE */

/*
 * Who walks along: own/ keeps objects in the states that pass (lab_state.objs).  A call is
 * told before it is applied and after, in every state that it leaves.
 */
struct lab_flow;
struct lab_call;
struct lab_client {
	void (*load)(struct lab_flow *w, struct lab_state *s, uint32_t ins, uint32_t addr);
	void (*store)(struct lab_flow *w, struct lab_state *s, uint32_t ins, uint32_t addr,
		      uint32_t value);
	void (*uses)(struct lab_flow *w, struct lab_state *s, uint32_t ins);	/* asm */
	void (*before)(struct lab_flow *w, struct lab_state *s, struct lab_call *c);
	bool (*after)(struct lab_flow *w, struct lab_state *s, struct lab_call *c); /* false: ends */
	void (*over)(struct lab_flow *w, struct lab_call *c);	/* nothing of the call is left to do */
	/* s goes to a block; values from first on are new there */
	void (*arrive)(struct lab_flow *w, struct lab_state *s, uint32_t from, uint32_t to,
		       uint32_t first);
	void (*arrived)(struct lab_flow *w, struct lab_state *s);	/* ... over a loop's edge */
	void (*sleeps)(struct lab_flow *w, const struct lab_state *s, const struct lab_call *c,
		       const struct lab_event *e);
	void (*done)(struct lab_flow *w);
	bool thorough;		/* it splits states: more of them are kept, for longer */
};

struct lab_flow {
	struct lab_solver *s;
	const struct lab_client *client;	/* or NULL */
	void *ctx;				/* its own */
	struct lab_terms *t;
	const struct lab_gfn *f;
	uint32_t fn;
	struct lab_arrivals { struct lab_state *first, *last; uint32_t n; } *states; /* per block */
	struct lab_loops *loops;	/* loops.c */
	uint8_t *squeezed;		/* merges that let another in, per block */
	uint8_t *weight;		/* of a value: how many branches hang on it */
	uint8_t *asked;			/* how many branches ask this value */
	struct lab_exit *exits;
	struct lab_event *events;
	struct lab_sleep *sleeps;
	struct lab_pcall *pcalls;
	struct lab_cbug *cbugs;
	uint32_t steps, forks;
	uint32_t lowest;
	bool gave_up, impure, leaves_maybe;
	uint32_t home_addr, home_table;	/* see lab_home: what the own table's pointer holds */
	uint32_t unsaid;		/* address of a table's pointer: supposed for one target only */
	bool wild;			/* may write where stores do not tell */
	struct lab_state *spare;	/* scratch */
};

/* Walks function fn and stores its summary; true if the summary changed. */
bool lab_flow_function(struct lab_solver *s, struct lab_terms *t, uint32_t fn);
/* Walks it for the client, once all is solved; nothing of the solver's changes. */
void lab_flow_along(struct lab_solver *s, uint32_t fn, const struct lab_client *client, void *ctx);
uint32_t lab_flow_value(struct lab_flow *w, struct lab_state *s, uint32_t value);
uint32_t lab_flow_place(struct lab_flow *w, struct lab_state *s, const uint32_t *place);
uint32_t lab_flow_load(struct lab_flow *w, struct lab_state *s, uint32_t addr);
/* What an object holds as a whole once call `res` may have written to it. */
uint32_t lab_rewritten(struct lab_flow *w, uint32_t before, uint32_t res);
uint32_t lab_flow_load_volatile(struct lab_flow *w, struct lab_state *s, uint32_t addr);
/* Goes on behind the call with a copy of s. */
void lab_flow_fork(struct lab_flow *w, const struct lab_state *s, struct lab_call *c);
/* The same for a client that has been told. */
void lab_flow_resume(struct lab_flow *w, const struct lab_state *s, const struct lab_call *c);

/* ---- call.c ---------------------------------------------------------------- */
struct lab_call {
	uint32_t ins, res, sym;		/* sym: callee or LAB_NONE */
	uint32_t target;		/* calli: term of the pointer */
	uint32_t nargs;
	const uint32_t *values;
	uint32_t args[16];		/* terms */
	uint32_t param;			/* for an event of kind VIA */
	const struct lab_fact *fact;	/* by which an event is about to be made */
	struct lab_bind stores[LAB_STORES];	/* what the callee leaves in memory */
	uint32_t nstores;
	bool clobbers;
	void *note;			/* the client's */
};
/* 1: the condition holds, 0: cannot, -1: may; assume: s is told that it does. */
int lab_model_condition(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
			const struct lab_fact *f, bool assume);
/* What argument i points to, by its static type; LAB_NONE if it is no pointer. */
uint32_t lab_pointee(const struct lab_flow *w, const struct lab_call *c, uint32_t i);
/* s is told that it does not; false if it must. */
bool lab_model_assume_not(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
			  const struct lab_fact *f);
/* Applies the call to s, forking where its outcomes differ; false: does not return. */
bool lab_flow_call(struct lab_flow *w, struct lab_state *s, struct lab_call *c);
/* The call at instruction ins, its arguments read in s. */
struct lab_call lab_flow_read_call(struct lab_flow *w, struct lab_state *s, uint32_t ins);
/* The value of a run-time test here, in terms of the test at entry. */
uint32_t lab_ctx_term(struct lab_terms *t, const struct lab_state *s, unsigned int test);

/* ---- export.c -------------------------------------------------------------- */
/*
 * What terms became on their way out of and into one function; good for as long as
 * what that hangs on is the same.
 */
struct lab_crossing {
	struct lab_memo term, arg, import;
	const struct lab_terms *of;	/* term, arg: the words of ... */
	uint32_t generation, fn;
	struct lab_entry {		/* import: ... for this call, in this memory */
		const struct lab_terms *to;
		uint32_t generation, bits, nargs, nmem, home_addr, home_table;
		uint32_t args[16];
		struct lab_bind mem[LAB_MAX_MEM];
	} entry;
};
void lab_crossing_free(struct lab_crossing *x);
struct lab_guard lab_export_guard(struct lab_flow *w, const struct lab_state *s);
uint32_t lab_export_term(struct lab_flow *w, uint32_t term);
void lab_export_delta(struct lab_flow *w, const struct lab_state *s, struct lab_delta *d);
/* Guard g over a callee's parameters, assumed in s; false if it cannot hold. */
struct lab_import { struct lab_flow *w; struct lab_state *s; const uint32_t *args; uint32_t nargs; uint32_t res; };
uint32_t lab_import_term(struct lab_import *im, uint32_t term);
bool lab_import_guard(struct lab_import *im, struct lab_guard g);
/* Applies the debts of d to s, then its holds, as made by instruction ins. */
void lab_import_delta(struct lab_import *im, const struct lab_delta *d, uint32_t ins, bool holds);

/* ---- summary.c ------------------------------------------------------------- */
bool lab_summarise(struct lab_flow *w);
/* Conditional bugs of callee fn, judged with the arguments of this call. */
void lab_import_cbugs(struct lab_flow *w, struct lab_state *s, const struct lab_call *c, uint32_t fn);
/* Records that s may sleep at this call; temp has the sleep's own guard assumed. */
void lab_flow_event(struct lab_flow *w, const struct lab_state *s, struct lab_state *temp,
		    const struct lab_call *c, unsigned int kind, uint32_t target);

/* ---- words.c ------------------------------------------------------------------ */
/* The guard as C would write it, in the names of fn's parameters; "" if it always holds. */
void lab_guard_words(const struct lab_solver *s, uint32_t fn, struct lab_guard g, char *buf,
		     size_t size);

/* ---- witness.c --------------------------------------------------------------- */
enum lab_role { LAB_ROLE_ENTERS, LAB_ROLE_STARTS, LAB_ROLE_CALLS, LAB_ROLE_SLEEPS };
struct lab_step {
	uint32_t fn;		/* function, or LAB_NONE for a callee without a body */
	uint32_t sym;		/* its symbol */
	uint32_t at_fn, at_ins;	/* the place this step names */
	uint8_t role;
	struct lab_guard when;	/* under which this step is taken, in its function's words */
	const struct lab_fact *fact;	/* SLEEPS: what says so */
};
struct lab_chain {
	struct lab_step *steps;	/* stb_ds */
	uint16_t bits;		/* LAB_H_* that hold when it sleeps */
	uint8_t doubt;		/* LAB_DOUBT_* */
	uint32_t targets;	/* of its widest call through a pointer */
	uint32_t assumed;	/* conditions on memory that are taken to be possible */
	uint32_t root;		/* index of the root it starts in, or LAB_NONE */
	uint32_t fn, ins, callee;	/* the sleeping call */
};
/* LAB_H_* in which root r starts. */
uint16_t lab_root_bits(const struct lab_solver *s, uint32_t r);
typedef void (*lab_chain_fn)(void *ctx, const struct lab_chain *c);
/* Calls say() with one shortest chain per origin and sleeping call. */
void lab_witness(struct lab_solver *s, bool doubts, lab_chain_fn say, void *ctx);
/* The sleeping calls that fn reaches, one chain each, taking it to run in LAB_CTX_* ctx. */
void lab_witness_from(struct lab_solver *s, uint32_t fn, lab_chain_fn say, void *ctx);
/* The same, with g holding at its start. */
void lab_witness_under(struct lab_solver *s, uint32_t fn, struct lab_guard g,
		       lab_chain_fn say, void *ctx);

/* ---- where.c ------------------------------------------------------------------ */
struct lab_where {
	uint32_t fn, ins;	/* the call that made it atomic; NONE: root */
	uint32_t root;		/* the callback it starts in; NONE: a call */
	unsigned int bits;	/* LAB_H_*; 0: process context */
	uint32_t *path;		/* stb_ds: functions from there to the one that was asked about */
};
typedef void (*lab_where_fn)(void *ctx, const struct lab_where *w);
/*
 * Tells the contexts in which fn runs, nearest first; false if ways up were cut.  callers: of
 * each function, as stb_ds arrays, where they are known to be all; NULL: they are looked for.
 */
bool lab_where(struct lab_solver *s, uint32_t fn, uint32_t *const *callers, lab_where_fn say, void *ctx);
/* A walk is about to enter fn in this state, which a callee may add to. */
struct lab_watch { void *ctx; };
void lab_watch_call(struct lab_watch *w, const struct lab_solver *s, const struct lab_state *at,
		    const struct lab_delta *more, uint32_t fn);

#endif
