/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The explorer's face towards the scenarios. */
#ifndef LABYRINTH_ALLOC_EXPLORE_H
#define LABYRINTH_ALLOC_EXPLORE_H

#include "core/core.h"

#define EX_ACTORS 5

/*
 * One actor runs one function to its end. A handler has a parent: it begins at
 * any step of the parent, or never, and the parent stands still until it ends.
 */
struct ex_scenario {
	const char *name;
	void (*setup)(void);			/* once; its result is every run's beginning */
	void (*actor[EX_ACTORS])(void);
	int slot[EX_ACTORS];			/* thread the actor runs on; -1: none of its own */
	int parent[EX_ACTORS];			/* 1 + actor that it interrupts; 0: a thread of its own */
	void (*finish)(void);			/* after all ended */
	const char *seed;			/* the seeded bug it is here to catch, or NULL */
	bool watched;				/* somebody looks at the guards: raising one is a step for all */
};

extern const struct ex_scenario ex_scenarios[];

/* Shared memory that begins every run as setup left it. */
void *ex_memory(size_t bytes);

/* Thread i's .cpu is c, and it is not the caller. */
bool ex_is_in(int i, const struct lab_cpu *c);

bool ex_is_shared(const void *p);

/* A property that does not hold: prints the schedule and ends the program with 1. */
void ex_fail(const char *what);
#define EX_CHECK(cond) do { if (!(cond)) ex_fail(#cond); } while (0)

/* Stand still until cond; steps of others may make it true. */
void ex_block_on(u32 *word, u32 value);
void ex_wake_all(u32 *word);

#endif /* LABYRINTH_ALLOC_EXPLORE_H */
