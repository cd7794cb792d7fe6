/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this room share: own.c says who is walked, track.c follows objects
 * through a walk, edges.c along its edges, before.c and apply.c through calls, sum.c sums a function up, report.c keeps
 * what was found; balance.c, endless.c, budget.c and needless.c
 * have a rule each.
 */
#ifndef LAB_OWN_PRIV_H
#define LAB_OWN_PRIV_H

#include "own.h"
#include "../solve/flow.h"

enum own_status {
	OWN_HELD,	/* must find an owner yet */
	OWN_KEPT,	/* an object will free it */
	OWN_MOVED,	/* handed off */
	OWN_GONE,	/* freed */
	OWN_ABSENT,	/* NULL: the allocation failed */
};

enum {
	OWN_ATOMIC = 1,		/* a page of an atomic allocation */
	OWN_MINE = 2,		/* this function got it, it must not lose it */
	OWN_MAYBE = 4,		/* nobody asked yet whether it is NULL */
	OWN_LOST = 8,		/* somebody who may keep it has seen it */
	OWN_PENDING = 16,	/* owned if a result says so that only the caller sees */
	OWN_BELIEVED = 32,	/* a contract of this function said where it went */
	OWN_TOLD = 64,		/* its use was reported */
};

/* Nothing is said of it any more. */
#define OWN_SILENT (OWN_LOST | OWN_BELIEVED | OWN_TOLD)

/* Where something happened: in fn at ins, or deeper there. */
struct lab_own_trace { uint32_t fn, ins, sym, next; uint8_t role; };

struct own_birth { const char *as; uint32_t trace; };

enum own_demand_kind {
	OWN_USES,	/* what the pointer points to is touched */
	OWN_TESTS_NOT,	/* it is passed on to what does not take NULL */
	OWN_QUALITY,	/* it is a set of quality flags */
	OWN_SIZE,	/* two to the power of it pages are asked for, atomically */
};

/* What a function asks of a value of its caller's. */
struct lab_own_demand {
	uint8_t what;
	bool checked;		/* USES, TESTS_NOT: it is known not to be NULL there */
	uint32_t term, trace;	/* of the pool */
	struct lab_guard g;
};

struct own_effect { uint32_t term, trace; uint8_t to; };

#define OWN_EFFECTS 4
#define OWN_CASES   8
/* One way in which a function comes back, for callers. */
struct own_case {
	struct lab_guard g;
	struct lab_av ret;
	struct own_effect e[OWN_EFFECTS];
	uint8_t n;
	bool fresh;		/* the result is an object of the caller's ... */
	uint32_t out;		/* ... or what this term of the pool points to, or NONE */
	struct lab_obj obj;	/* as this one; born counts */
};

struct own_sum {
	uint8_t state;		/* 0: not asked, 1: being walked, 2: done */
	bool partial;		/* there is more that it does */
	struct own_case *cases;
	struct lab_own_demand *demands;
};

struct own {
	struct lab_solver *s;
	struct lab_own *out;
	struct own_sum *sums;		/* by function */
	struct lab_own_trace *traces;	/* stb_ds */
	struct own_birth *births;	/* stb_ds */
	struct lab_intern *said;
	uint8_t *lent;			/* by function: its first parameter stays another's */
	uint32_t lender;		/* ... by this symbol */
	uint32_t depth;
	struct own_needless *needless;	/* needless.c */
	struct own_budget *budgets;	/* stb_ds; budget.c */
};

/* One walk. */
struct own_walk {
	struct own *o;
	uint8_t *told;			/* by value: a branch hangs on it */
	uint8_t *returned;		/* by value: the function's result has it */
	struct lab_own_demand *demands;
	uint32_t *borrowed;		/* stb_ds: terms that the caller keeps whatever happens */
	struct own_hold { uint32_t lock; uint16_t bits; bool debt; } *settled; /* balance.c */
	bool balance;			/* look at contexts, too */
	uint8_t *sites;			/* needless.c: by instruction */
};

/* What is known of a call before it is applied. */
struct own_note {
	const struct lab_fact *facts;
	uint32_t nfacts;
	const struct own_sum *sum;
	struct { uint32_t term[OWN_EFFECTS], out; } *to;	/* stb_ds, per case */
	uint32_t via;			/* trace of this call, once somebody asked */
	struct own_hold held[LAB_MAX_HOLDS + LAB_MAX_DEBTS];
	unsigned int nheld;
};

/* The instruction that defines the value; NULL for a parameter. */
static inline const struct lab_ins *lab_own_def(const struct lab_gfn *f, uint32_t v)
{
	return v < f->body->nparams || f->def[v] == LAB_NONE ? NULL : &f->body->ins[f->def[v]];
}

static inline struct own_walk *lab_own_of(const struct lab_flow *w) { return w->ctx; }

/* ---- own.c ---- */
/* What fn does to its callers' objects; NULL if that is being found out right now. */
const struct own_sum *lab_own_summary(struct own *o, uint32_t fn);
/* A walk alone knows whether the function that is called has a body that counts. */
uint32_t lab_own_body(struct own *o, const struct lab_gfn *f, uint32_t sym);

/* ---- track.c ---- */
/* The object that the value points to or into, or is made of; -1: none. */
int lab_own_at(const struct lab_flow *w, const struct lab_state *s, uint32_t term);
uint32_t lab_own_root(const struct lab_flow *w, uint32_t term);
/* The parameter of pointer type that the value points to, into, or is made of; or NONE. */
uint32_t lab_own_param(const struct lab_flow *w, uint32_t term);
/* The term is a parameter of the function, of pointer type. */
bool lab_own_is_pointer(const struct lab_flow *w, uint32_t term);
/* The new object in s, or NULL: there are too many. */
struct lab_obj *lab_own_add(struct lab_flow *w, struct lab_state *s, struct lab_obj obj);
/* Memory that the value points to is touched, by this instruction or deeper. */
void lab_own_touch(struct lab_flow *w, struct lab_state *s, uint32_t term, uint32_t trace,
	       bool checked, bool uses);
/* Objects that hang on memory, which somebody may have changed. */
void lab_own_forget_loads(struct lab_flow *w, struct lab_state *s);
/* The objects that lie in an object of the function, whose address somebody got. */
void lab_own_lose_all(struct lab_flow *w, struct lab_state *s, uint32_t object);
/* Somebody else has a reference now: nothing can be said any more. */
void lab_own_share(struct lab_flow *w, struct lab_state *s, uint32_t term);
/* An object of the function was given to a callee, which may have filled it anew. */
void lab_own_rewritten(struct lab_flow *w, struct lab_state *s, uint32_t local);
void lab_own_note_null(struct lab_flow *w, struct lab_state *s);
/* Callers are asked: the term is what they pass, or hangs on it. */
void lab_own_demand(struct lab_flow *w, struct lab_state *s, uint8_t what, uint32_t term,
		uint32_t trace, bool checked);
extern const struct lab_client lab_own_client;

/* ---- light.c ---- */
extern const struct lab_client lab_own_light;

/* ---- edges.c ---- */
void lab_own_arrive(struct lab_flow *w, struct lab_state *s, uint32_t from, uint32_t to,
		    uint32_t first);
void lab_own_arrived(struct lab_flow *w, struct lab_state *s);
/* s comes from the block: if that ends in a branch, this is the way it took. */
void lab_own_mark_way(struct lab_flow *w, struct lab_state *s, uint32_t from);

/* ---- before.c ---- */
void lab_own_before(struct lab_flow *w, struct lab_state *s, struct lab_call *c);

/* ---- apply.c ---- */
/* The fact says that its argument is somebody else's afterwards. */
bool lab_own_moves(const struct lab_fact *f);
uint32_t lab_own_role(const struct lab_fact *f);
/* This call as a step. */
uint32_t lab_own_trace_of(struct lab_flow *w, const struct lab_call *c, uint32_t role);
bool lab_own_after(struct lab_flow *w, struct lab_state *s, struct lab_call *c);
void lab_own_over(struct lab_flow *w, struct lab_call *c);

/* ---- demand.c ---- */
/* A set of quality flags, or an order. */
void lab_own_value(struct lab_flow *w, struct lab_state *s, uint8_t what, uint32_t term, uint32_t trace);
/* What the callee asks of what it is given. */
void lab_own_import_demands(struct lab_flow *w, struct lab_state *s, struct lab_call *c,
			const struct own_sum *sum, uint32_t via);

/* ---- sum.c ---- */
void lab_own_done(struct lab_flow *w);
bool lab_own_same_effects(const struct own_case *a, const struct own_case *b);
/* The instruction at which s leaves the function, or the last branch before. */
uint32_t lab_own_way_out(const struct lab_flow *w, const struct lab_state *s);

/* ---- report.c ---- */
uint32_t lab_own_trace(struct own *o, uint32_t fn, uint32_t ins, uint8_t role, uint32_t sym,
		   uint32_t next);
/* The object's life so far, then `last`; deep: the innermost place is the one to mend. */
void lab_own_report(struct lab_flow *w, uint8_t kind, const struct lab_obj *obj, uint32_t last,
		bool deep, const char *why, int64_t value);
void lab_own_misuse(struct own *o, struct lab_misuse m);
struct lab_own_step *lab_own_steps(const struct own *o, struct lab_own_step *steps, uint32_t trace);
const char *lab_own_name(const struct own *o, const struct lab_obj *obj);

/* ---- balance.c ---- */
bool lab_own_unbalanced(const struct lab_solver *s, uint32_t fn);
void lab_own_balance_before(struct lab_flow *w, const struct lab_state *s, struct own_note *n);
void lab_own_balance_after(struct lab_flow *w, const struct lab_state *s, const struct own_note *n);
void lab_own_balance(struct lab_flow *w);

/* ---- budget.c ---- */
/* Finds the budgets of the program's zones. */
void lab_own_budgets(struct own *o);
void lab_own_bulk(struct own *o, uint32_t fn);
/* The loop (its blocks, from head on) has the allocation at instruction site. */
void lab_own_loop_budget(struct own *o, uint32_t fn, const uint8_t *blocks, uint32_t head, uint32_t site);

/* ---- endless.c ---- */
void lab_own_endless(struct own *o, uint32_t fn);

/* ---- needless.c ---- */
void lab_own_needless_begin(struct own *o);
bool lab_own_needless_wants(struct own *o, uint32_t fn);
void lab_own_needless_call(struct lab_flow *w, const struct lab_state *s, const struct lab_call *c);
void lab_own_needless_done(struct lab_flow *w);
void lab_own_needless_end(struct own *o);

/* ---- holding.c ---- */
void lab_own_sleeps(struct lab_flow *w, const struct lab_state *s, const struct lab_call *c,
		const struct lab_event *e);

#endif
