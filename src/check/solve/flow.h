/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the walk share: flow.c walks, value.c reads values, call.c and
 * model_call.c apply calls, export.c and event.c carry what is found across
 * functions, summary.c sums a function up.
 */
#ifndef LAB_FLOW_H
#define LAB_FLOW_H

#include "solve.h"

static inline const struct lab_ins *def_of(const struct lab_flow *w, uint32_t v)
{
	uint32_t d = w->f->def[v];

	return d == LAB_NONE ? NULL : &w->f->body->ins[d];
}

static inline const uint32_t *words_of(const struct lab_flow *w, const struct lab_ins *in)
{
	return w->f->body->words + in->words;
}

static inline uint32_t named(struct lab_flow *w, uint32_t v)
{
	return lab_term_leaf(w->t, LAB_T_VAL, v);
}

static inline bool is_aggregate(const struct lab_flow *w, uint32_t type)
{
	unsigned int kind = type == LAB_NONE ? LAB_TYPE_OTHER : w->s->p->types[type].kind;

	return kind == LAB_TYPE_STRUCT || kind == LAB_TYPE_UNION;
}

static inline uint32_t result(struct lab_flow *w, struct lab_state *s, const struct lab_call *c)
{
	return c->res == LAB_NONE ? LAB_TERM_NONE : lab_flow_value(w, s, c->res);
}

/* ---- guard.c ------------------------------------------------------------------ */
/* g is what was put last into s->atoms: taken back if the same is there already. */
struct lab_guard lab_guard_keep(struct lab_solver *s, struct lab_guard g);

/* ---- event.c ------------------------------------------------------------------ */
bool lab_guard_same(const struct lab_solver *s, struct lab_guard a, struct lab_guard b);
/* a holds whenever b does */
bool lab_guard_weaker(const struct lab_solver *s, struct lab_guard a, struct lab_guard b);
/* What both say, as a new guard. */
struct lab_guard lab_guard_join(struct lab_solver *s, struct lab_guard a, struct lab_guard b);
bool lab_delta_same(const struct lab_delta *a, const struct lab_delta *b);

/* A run-time test of the context is part of the value. */
bool lab_has_moment(const struct lab_terms *t, uint32_t n, int depth);

/* ---- callers.c ------------------------------------------------------------------- */
void lab_find_callers(struct lab_solver *s);
/* Once all roots are known: in what each function always starts. */
void lab_find_always(struct lab_solver *s);
/* A callback that nobody calls by name. */
bool lab_only_pointed(const struct lab_solver *s, uint32_t fn);
/* Event e is atomic by this function's doing; callers are asked about it if they decide. */
void lab_callers_decide(struct lab_flow *w, const struct lab_event *e);
/* ... and all of them have something else in memory than it takes. */
bool lab_callers_rule_out(struct lab_solver *s, uint32_t fn, const struct lab_event *e);
/* The calls in function f were not all looked at. */
void lab_callers_unseen(struct lab_solver *s, uint32_t f);

/* ---- core.c ---------------------------------------------------------------------- */
/* Two sources, by the numbers of their paths, lie in one folder. */
bool lab_same_folder(const struct lab_prog *p, uint32_t a, uint32_t b);
/* The source lies in a folder that serves many others. */
bool lab_is_core(const struct lab_solver *s, uint32_t file);
void lab_find_core(struct lab_solver *s);

/* ---- export.c ----------------------------------------------------------------- */
/* For the witness alone, which walks down from here: locals have a name there. */
uint32_t lab_export_arg(struct lab_flow *w, uint32_t term);
void lab_export_memory(struct lab_flow *w, const struct lab_state *s, struct lab_event *e);
/* What is known of arguments that callers of w cannot name, such as that they are not NULL. */
struct lab_guard lab_export_known(struct lab_flow *w, const struct lab_state *s,
				  const struct lab_call *c);

/* ---- model_call.c -------------------------------------------------------------- */
/* True if the model answers for the callee; *goes_on: it returns. */
bool lab_flow_by_model(struct lab_flow *w, struct lab_state *s, struct lab_call *c,
		       bool *goes_on);

/* ---- said.c ---------------------------------------------------------------------- */
/* What the file of fn (or its folder) sets and calls is as the atom says. */
bool lab_file_says(struct lab_solver *s, uint32_t fn, const struct lab_atom *a);
void lab_said_free(struct lab_solver *s);

/* The arguments are as the contract of the root says; false if they cannot be. */
bool lab_root_args(struct lab_flow *w, struct lab_state *s, const struct lab_fact *f,
		   const uint32_t *args, uint32_t n);

/* The lock that the model says the call drops, or NONE. */
uint32_t lab_model_drops(struct lab_flow *w, struct lab_state *s, const struct lab_call *c);

/* ---- member.c ------------------------------------------------------------------- */
/*
 * Address of the named member; a path goes on inside it or through it, by its type.  What
 * the program never names gets a name of its own.
 */
uint32_t lab_member(struct lab_flow *w, struct lab_state *s, uint32_t base, uint32_t owner,
		    const char *name);
/* The struct of that tag, or LAB_NONE. */
uint32_t lab_struct(const struct lab_prog *p, const char *tag);

/* ---- arrive.c -------------------------------------------------------------------- */
/* Puts s on the list of block `to`; takes ownership. */
void lab_flow_settle(struct lab_flow *w, struct lab_state *s, uint32_t to);
/* How often each value is asked, and by how many branches in the end. */
void lab_flow_survey(struct lab_flow *w);

/* ---- loops.c --------------------------------------------------------------------- */
/* The first value that is new in each round of the loop that begins in the block. */
uint32_t lab_loop_first(const struct lab_flow *w, uint32_t block);
/* Value v is another in each round of a loop, a and b among them: no flag, but a count or a cursor. */
bool lab_loop_counts(const struct lab_flow *w, uint32_t v, uint32_t a, uint32_t b);
void lab_loops_begin(struct lab_flow *w);
void lab_loops_end(struct lab_flow *w);
/* s takes the edge: binds what the block's phis are, forgets what a loop changes. */
void lab_loop_arrive(struct lab_flow *w, struct lab_state *s, uint32_t from, uint32_t to);

/* ---- instance.c ----------------------------------------------------------------- */
#define LAB_TARGETS 64
struct lab_target { uint32_t sym, table; };	/* table: the only one it stands in, or NONE */
struct lab_targets {
	uint32_t n;
	bool wide;		/* there are more */
	uint32_t objects;	/* tables or functions that were to choose from */
	uint32_t ops;		/* address of the pointer to the table, or LAB_TERM_NONE */
	struct lab_target all[LAB_TARGETS];
};
/* The functions that the pointer may be; false if it is not kept in a member. */
bool lab_targets(const struct lab_flow *w, uint32_t term, struct lab_targets *t);

/* ---- pairing.c ------------------------------------------------------------------ */
/* n takes a branch of block whose other side, block `other`, would drop what is held. */
void lab_pair_branch(struct lab_flow *w, struct lab_state *n, uint32_t block, uint32_t other);
/* Whether outcome i of a callee fits what s holds: see the head of pairing.c. */
bool lab_pair_outcome(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		      const struct lab_summary *sum, int i);

/* ---- call.c -------------------------------------------------------------------- */
/* What the callee may have written through an address of ours is new. */
void lab_flow_clobber(struct lab_flow *w, struct lab_state *s, const struct lab_call *c);
/*
 * A pointer is called: directly, or by the callee `via` that c passes it to; held: what
 * is entered besides, and the callee's arguments are then not those of c.
 */
void lab_flow_pointer(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		      uint32_t term, const struct lab_delta *held, uint32_t via);
/* The sleeps of function fn, called here while `held` is held besides (or NULL). */
void lab_import_sleeps(struct lab_flow *w, struct lab_state *s, const struct lab_call *c,
		       uint32_t fn, const struct lab_delta *held, unsigned int kind,
		       uint32_t target, bool with_args);

#endif
