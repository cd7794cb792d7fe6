/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Contracts: what a function does with a page or a lock, said in its source.
 *
 * The compiler plugin records them and the checker believes them. For a compiler
 * without the plugin they are nothing: no code at -O1 and above, no warning from
 * gcc, clang or sparse. docs/discipline.md is the guide; `labyrinth explain RULE`
 * says what each rule means.
 *
 * The allocator's own functions need none of this: the checker knows them.
 */
#ifndef LABYRINTH_ANNOTATE_H
#define LABYRINTH_ANNOTATE_H

#if defined(__GNUC__) && !defined(__CHECKER__)
#define LABYRINTH_SAYS	static inline __attribute__((always_inline))
#else
#define LABYRINTH_SAYS	static inline
#endif

/*
 * What is said is only for who reads it before anything is inlined: a compiler finds that this
 * is 0, and the address of a lock that was named leaves no trace in the code around it.
 */
LABYRINTH_SAYS int labyrinth_says(void) { return 0; }
#define LABYRINTH_SAY(what)	do { if (labyrinth_says()) what; } while (0)

LABYRINTH_SAYS void labyrinth_says_allocates(const volatile void *page) { (void)page; }
LABYRINTH_SAYS void labyrinth_says_receives(const volatile void *page) { (void)page; }
LABYRINTH_SAYS void labyrinth_says_borrows(const volatile void *page) { (void)page; }
LABYRINTH_SAYS void labyrinth_says_keeps(const volatile void *page) { (void)page; }
LABYRINTH_SAYS void labyrinth_says_hands_off(const volatile void *page) { (void)page; }
LABYRINTH_SAYS void labyrinth_says_consumes(const volatile void *page) { (void)page; }
LABYRINTH_SAYS void labyrinth_says_acquires(const volatile void *lock) { (void)lock; }
LABYRINTH_SAYS void labyrinth_says_releases(const volatile void *lock) { (void)lock; }
LABYRINTH_SAYS void labyrinth_says_must_be_atomic(void) { }
LABYRINTH_SAYS void labyrinth_says_must_not_be_atomic(void) { }
LABYRINTH_SAYS void labyrinth_says_allow(const char *rule, const char *reason) { (void)rule; (void)reason; }

/* ---- Statements: they stand in the body of the function whose contract they are ---- */

/*
 * @page is from here on an atomic page of this function, or NULL: it must be tested, and
 * then freed, handed off, stored or returned. In an allocator of your own, right before
 * it returns the page; its callers then own what they get.
 */
#define LABYRINTH_ALLOCATES(page)	LABYRINTH_SAY(labyrinth_says_allocates(page))
/*
 * @page is from here on a page of this function that a worker got; it is not NULL and must be
 * freed, handed off, stored or returned: in a worker's function, or behind a list that was emptied.
 */
#define LABYRINTH_RECEIVES(page)	LABYRINTH_SAY(labyrinth_says_receives(page))
/* The caller still owns @page, a parameter, whatever this function seems to do with it. */
#define LABYRINTH_BORROWS(page)		LABYRINTH_SAY(labyrinth_says_borrows(page))
/* @page now belongs to an object that will free it: a list, a ring, a structure. No leak; use is allowed. */
#define LABYRINTH_KEEPS(page)		LABYRINTH_SAY(labyrinth_says_keeps(page))
/*
 * @page now belongs to another thread. If it is a parameter: the caller may no longer
 * touch, free or hand off what it passed. The rest of this function is believed.
 */
#define LABYRINTH_HANDS_OFF(page)	LABYRINTH_SAY(labyrinth_says_hands_off(page))
/* The same for a function that frees: @page is gone for who passed it. */
#define LABYRINTH_CONSUMES(page)	LABYRINTH_SAY(labyrinth_says_consumes(page))

/* This function returns with @lock (its address) held; whoever holds it is atomic. */
#define LABYRINTH_ACQUIRES(lock)	LABYRINTH_SAY(labyrinth_says_acquires(lock))
/* This function returns with @lock released that its caller held. */
#define LABYRINTH_RELEASES(lock)	LABYRINTH_SAY(labyrinth_says_releases(lock))

/* Called in atomic context: this function must not sleep, nor what it calls. */
#define LABYRINTH_MUST_BE_ATOMIC()	LABYRINTH_SAY(labyrinth_says_must_be_atomic())
/* May sleep: whoever calls this function in atomic context is reported. */
#define LABYRINTH_MUST_NOT_BE_ATOMIC()	LABYRINTH_SAY(labyrinth_says_must_not_be_atomic())

/*
 * Silences the findings of @rule, written bare, that stand in this function. @reason is a
 * string that is not empty; `labyrinth check --allowed` lists all of them.
 *
 *	LABYRINTH_ALLOW(page-leak, "the firmware owns it until reset");
 */
#define LABYRINTH_ALLOW(rule, reason)	LABYRINTH_SAY(labyrinth_says_allow(#rule, reason))

/* ---- Beside a declaration, at file scope: for a function whose body is elsewhere ---- */

/*
 * @fact is a string: a line of the model language without the function's name.
 *
 *	void *pool_get(struct pool *pool);
 *	LABYRINTH_CONTRACT(pool_get, "allocates");
 *	int pool_queue(struct pool *pool, void *page);
 *	LABYRINTH_CONTRACT(pool_queue, "hands-off arg1 if ret == 0");
 *	void pool_lock(struct pool *pool);
 *	LABYRINTH_CONTRACT(pool_lock, "enter preempt lock=arg0");
 */
#define LABYRINTH_CONTRACT(function, fact) \
	extern __typeof__(function) LABYRINTH_PASTE(labyrinth_contract_, __COUNTER__) \
	__asm__(#function ": " fact)
#define LABYRINTH_PASTE_(a, b)	a##b
#define LABYRINTH_PASTE(a, b)	LABYRINTH_PASTE_(a, b)

#endif
