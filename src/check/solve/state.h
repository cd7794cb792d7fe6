/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known at one point of a function: the context as a vector relative
 * to the function's entry, facts about terms, and what memory and the values
 * of this path hold.
 *
 * The context is a list of holds (things entered here and not yet left) and of
 * debts (things left here that somebody above had entered).  A hold remembers
 * which instruction made it, so that a report can say where it became atomic.
 * Interrupts do not nest: a hold may carry the irq bit, and any of them keeps
 * interrupts off until spin_unlock_irq() or the like clears all.
 *
 * States of one context are merged at joins by keeping the facts they share
 * (property simulation, as in ESP); states of different contexts never are.
 */
#ifndef LAB_STATE_H
#define LAB_STATE_H

#include "term.h"

/* Bits of what can be held. */
enum {
	LAB_H_PREEMPT = 1, LAB_H_BH = 2, LAB_H_IRQ = 4, LAB_H_RCU = 8,
	LAB_H_HARDIRQ = 16, LAB_H_SOFTIRQ = 32, LAB_H_RAW = 64, LAB_H_ANY = 128,
	LAB_H_LOCK = 256,	/* not atomic by itself: an identity to match */
	LAB_H_NOFAULT = 4096,	/* not atomic either: page faults are off */
	LAB_H_LOOP = 1024,	/* taken by one call, many times: how often is not known */
	LAB_H_GHOST = 2048,	/* such a one, left again: further leaves are its own */
	LAB_H_SLEEPING = 8192,	/* a lock that sleeps after all: its other bits are no context */
	LAB_H_SAID = 16384,	/* a contract of this function says so; the lock itself is the same hold */
	LAB_H_MAYBE = 512,	/* a function without a body may have dropped it since */
};
#define LAB_H_ATOMIC 255
/* the same on PREEMPT_RT, where bottom halves and read sections may be preempted */
#define LAB_H_ATOMIC_RT (LAB_H_PREEMPT | LAB_H_IRQ | LAB_H_HARDIRQ | LAB_H_RAW)

#define LAB_TOKEN_ANY (LAB_TERM_NONE - 1)	/* irq=restore of a state nobody can name */

struct lab_hold {
	uint16_t bits;
	uint16_t was;		/* GHOST: the bits it had */
	uint16_t fact_seq;	/* facts learned before have a lower number */
	uint32_t lock;		/* identity term or LAB_TERM_NONE */
	uint32_t token;		/* irq=save: the value that restores, or NONE */
	uint8_t nth;		/* which of those that its call makes; as ins */
	bool sometimes;		/* its call does not always make it; not part of identity */
	uint32_t ins;		/* the call that made it; not part of identity */
	uint32_t fn;		/* function of that instruction */
};

/* A set of integers: range and known bits. */
struct lab_av { int64_t lo, hi; uint64_t ones, zeros; bool nz; };

struct lab_fact_s { uint32_t term, file; uint16_t seq; bool asks; struct lab_av av; };
struct lab_bind { uint32_t key, term; };
struct lab_loop_entry { uint32_t block; uint16_t seq; };	/* facts known when it was entered */

#define LAB_MAX_HOLDS 10
#define LAB_MAX_DEBTS 8
#define LAB_MAX_FACTS 40
#define LAB_MAX_ENV   48
#define LAB_MAX_MEM   40
#define LAB_MAX_LOOPS 4
#define LAB_MAX_OBJS  8

/*
 * An object that somebody owns, as the walk's client sees it (own/): states in which one
 * has another status are as different as those of different contexts.
 */
struct lab_obj { uint32_t term, born, moved; uint16_t flags; uint8_t status; };

struct lab_state {
	uint8_t nholds, ndebts, nfacts, nenv, nmem, nobjs;
	uint8_t irq_on;		/* interrupts were switched on: a debt of its own */
	uint8_t done;		/* flow: processed */
	bool asking;		/* what is learned now is what a sleep asks */
	uint32_t file;		/* ... and is tested in this source */
	uint8_t nloops;		/* the last ones, the innermost last */
	uint16_t seq;
	struct lab_loop_entry loops[LAB_MAX_LOOPS];
	uint32_t block;
	uint32_t via;		/* the client's: the last branch that was taken; not part of identity */
	/* by the low bits of term, value and address: none here, so none at all */
	uint64_t may_fact, may_env, may_mem;
	struct lab_state *next;		/* of those at its block, or waiting to be used again */
	struct lab_hold holds[LAB_MAX_HOLDS];
	struct lab_hold debts[LAB_MAX_DEBTS];
	struct lab_fact_s facts[LAB_MAX_FACTS];
	struct lab_bind env[LAB_MAX_ENV];	/* value -> term, this path only */
	struct lab_bind mem[LAB_MAX_MEM];	/* address term -> value term */
	struct lab_obj objs[LAB_MAX_OBJS];
};

/* ---- av.c ------------------------------------------------------------------ */
extern const struct lab_av lab_av_top;
struct lab_av lab_av_const(int64_t v);
bool lab_av_is_top(const struct lab_av *v);
bool lab_av_empty(const struct lab_av *v);
/* It says which bits are set or clear, rather than how large the number is. */
bool lab_av_is_flag(const struct lab_av *v);
struct lab_av lab_av_meet(struct lab_av a, struct lab_av b);
struct lab_av lab_av_join(struct lab_av a, struct lab_av b);
bool lab_av_within(const struct lab_av *a, const struct lab_av *b);	/* a is part of b */
/* What the term may be, given the facts. */
struct lab_av lab_eval(const struct lab_terms *t, const struct lab_state *s, uint32_t term);
/* 1 true, 0 false, -1 unknown */
int lab_truth(const struct lab_terms *t, const struct lab_state *s, uint32_t term);
/* Adds "term is true / false"; false if that contradicts what is known. */
bool lab_assume(struct lab_terms *t, struct lab_state *s, uint32_t term, bool truth);
/* Adds "term lies in av". */
bool lab_assume_av(struct lab_terms *t, struct lab_state *s, uint32_t term, struct lab_av av);

/* ---- state.c --------------------------------------------------------------- */
/*
 * States are large, many, and short-lived: those dropped wait in a list (zeroed: empty).
 * A new one holds anything; each one needs lab_state_drop().
 */
struct lab_states { struct lab_state *waiting; };
struct lab_state *lab_state_new(struct lab_states *p);
struct lab_state *lab_state_clone(struct lab_states *p, const struct lab_state *s);
void lab_state_drop(struct lab_states *p, struct lab_state *s);
void lab_states_free(struct lab_states *p);
void lab_state_copy(struct lab_state *to, const struct lab_state *from);
/* Bits of everything held and not left again. */
unsigned int lab_state_bits(const struct lab_state *s);
unsigned int lab_hold_bits(const struct lab_hold *h);
void lab_state_enter(struct lab_state *s, struct lab_hold h);
/* Leaves bits; lock and token (or NONE) say which hold is meant if there are several. */
void lab_state_leave(struct lab_state *s, struct lab_hold h);
/* Equal contexts, whatever made them, and equal states of objects. */
bool lab_state_same_ctx(const struct lab_state *a, const struct lab_state *b);
/* a says at least as little as b: whatever holds in a holds in b. */
bool lab_state_covers(const struct lab_state *a, const struct lab_state *b);
/* a := what a and b share; true if a changed. */
bool lab_state_join(struct lab_state *a, const struct lab_state *b);
uint32_t lab_bind_get(const struct lab_bind *b, unsigned int n, uint32_t key);
static inline uint64_t lab_may_bit(uint32_t key) { return 1ull << (key & 63); }
/* What the value is bound to, what memory at the address holds; LAB_TERM_NONE: not known. */
static inline uint32_t lab_env_get(const struct lab_state *s, uint32_t value)
{
	return s->may_env & lab_may_bit(value) ? lab_bind_get(s->env, s->nenv, value) :
						 LAB_TERM_NONE;
}
static inline uint32_t lab_mem_get(const struct lab_state *s, uint32_t addr)
{
	return s->may_mem & lab_may_bit(addr) ? lab_bind_get(s->mem, s->nmem, addr) :
						LAB_TERM_NONE;
}
void lab_env_set(struct lab_state *s, uint32_t value, uint32_t term);
void lab_mem_set(struct lab_state *s, uint32_t addr, uint32_t term);
/* Forgets facts and bindings about value numbers from first on. */
void lab_state_forget(const struct lab_terms *t, struct lab_state *s, uint32_t first);

#endif
