/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Labyrinth: pages for places where nothing may block.
 *
 * One text for the kernel and for user space. A page has one owner at a time,
 *
 *	FREE -> ATOMIC -> HANDED_OFF -> WORKER -> FREE
 *
 * and every call that moves it says who may call it, what it returns, what it
 * orders and how long it can take. A call that breaks the rule is refused,
 * counted and reported with the page's holder; it never damages the pool.
 *
 * "Any context" below means: hard and soft interrupts, NMI, raw-locked and
 * PREEMPT_RT sections in the kernel; signal handlers and real-time threads in
 * user space. "Worker" means a context that may sleep.
 */
#ifndef LABYRINTH_LABYRINTH_H
#define LABYRINTH_LABYRINTH_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/types.h>
#include <asm/page.h>
#define LABYRINTH_PAGE_SHIFT	PAGE_SHIFT
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#define LABYRINTH_PAGE_SHIFT	12
#endif

#define LABYRINTH_PAGE_SIZE	(1UL << LABYRINTH_PAGE_SHIFT)

#ifdef __cplusplus
extern "C" {
#endif

#if !defined(__KERNEL__) && !defined(LABYRINTH_API)
#define LABYRINTH_API __attribute__((visibility("default")))
#elif !defined(LABYRINTH_API)
#define LABYRINTH_API
#endif

/* ---- Quality flags: a type of their own, so that sparse keeps integers out ---- */

#ifdef __CHECKER__
#define LABYRINTH_BITWISE	__attribute__((bitwise))
#define LABYRINTH_FORCE		__attribute__((force))
#else
#define LABYRINTH_BITWISE
#define LABYRINTH_FORCE
#endif

typedef unsigned int LABYRINTH_BITWISE labyrinth_quality_t;

/* No wish: the content is what the zone's policy leaves in the page. */
#define LABYRINTH_QUALITY_NONE		((LABYRINTH_FORCE labyrinth_quality_t)0u)
/* Fill the page with the zone's poison pattern. */
#define LABYRINTH_QUALITY_POISON	((LABYRINTH_FORCE labyrinth_quality_t)1u)
/* Clear the page. With POISON: a contradiction, counted; applied last, so it wins. */
#define LABYRINTH_QUALITY_ZERO		((LABYRINTH_FORCE labyrinth_quality_t)2u)
/* Assert that the address is aligned to the L1 cache line; always true of a whole page. */
#define LABYRINTH_QUALITY_CL_ALIGN	((LABYRINTH_FORCE labyrinth_quality_t)4u)
#define LABYRINTH_QUALITY_ALL		((LABYRINTH_FORCE labyrinth_quality_t)7u)

#define LABYRINTH_CACHE_LINE	64

/* ---- Types ---- */

struct labyrinth_zone;

/**
 * enum labyrinth_state - who owns a page
 * @LABYRINTH_PAGE_FREE: the zone
 * @LABYRINTH_PAGE_ATOMIC: the context that allocated it
 * @LABYRINTH_PAGE_HANDED_OFF: the hand-off queue
 * @LABYRINTH_PAGE_WORKER: the worker that received it
 * @LABYRINTH_PAGE_ABSENT: nobody; the descriptor has no memory behind it
 * @LABYRINTH_PAGE_CLEANING: the zone; the worker's free is preparing its content
 * @LABYRINTH_PAGE_STATES: how many there are
 */
enum labyrinth_state {
	LABYRINTH_PAGE_FREE = 0,
	LABYRINTH_PAGE_ATOMIC,
	LABYRINTH_PAGE_HANDED_OFF,
	LABYRINTH_PAGE_WORKER,
	LABYRINTH_PAGE_ABSENT,
	LABYRINTH_PAGE_CLEANING,
	LABYRINTH_PAGE_STATES
};

/* Why the last allocation of this thread or CPU returned NULL. */
#define LABYRINTH_REASONS(X)							\
	X(NONE, "none")			/* it did not fail */			\
	X(EMPTY, "empty")		/* every layer that may be asked is empty */ \
	X(CONTENDED, "contended")	/* retry cap reached; try again later */ \
	X(CTX_NMI, "ctx-nmi")		/* system layer refused: NMI */		\
	X(CTX_RT, "ctx-rt")		/* system layer refused: PREEMPT_RT */	\
	X(SYSTEM, "system")		/* the system had no page either */	\
	X(LIMIT, "limit")		/* budget or max_pages reached */	\
	X(DYING, "dying")		/* the zone is being destroyed */	\
	X(BADFLAG, "bad-flag")		/* unknown quality bit */		\
	X(BADZONE, "bad-zone")		/* NULL or not a zone */		\
	X(FAULT_INJECTED, "fault-injected")

enum labyrinth_reason {
#define LABYRINTH_X(id, name) LABYRINTH_FAIL_##id,
	LABYRINTH_REASONS(LABYRINTH_X)
#undef LABYRINTH_X
	LABYRINTH_FAIL_COUNT
};

/* What can be done wrong with a page. Where the checker has a rule for it, the name is that rule's id. */
#define LABYRINTH_MISUSES(X)							\
	X(DOUBLE_HANDOFF, "double-hand-off")					\
	X(USE_AFTER_HANDOFF, "use-after-hand-off")				\
	X(FREE_AFTER_HANDOFF, "free-after-hand-off")				\
	X(DOUBLE_FREE, "double-free")						\
	X(FREE_IN_ATOMIC, "free-in-atomic")					\
	X(FOREIGN, "foreign-page")						\
	X(UNALIGNED, "unaligned-page")						\
	X(STALE, "stale-handle")						\
	X(WRONG_STATE, "wrong-state")						\
	X(QUALITY_FLAGS, "quality-flags")					\
	X(POISON, "poison-overwritten")						\
	X(CORRUPTED, "descriptor-corrupted")					\
	X(LEAK, "page-leak")							\
	X(HELD_TOO_LONG, "held-too-long")

enum labyrinth_misuse {
#define LABYRINTH_X(id, name) LABYRINTH_MISUSE_##id,
	LABYRINTH_MISUSES(LABYRINTH_X)
#undef LABYRINTH_X
	LABYRINTH_MISUSE_COUNT
};

/**
 * struct labyrinth_page_info - what is known of one page
 * @page: its address, as the macro returned it
 * @state: who owns it now
 * @generation: counts the allocations of this page
 * @holder: thread id (user) or CPU and context (kernel) of the last move
 * @holder_name: name of that thread, or "" where it is gone or cannot be read; the
 *   kernel's idle task is number 0 and "idle"
 * @slot: magazine slot or CPU that allocated it
 * @context: 0 task, 1 atomic section or signal handler, more in the kernel
 * @alloc_site: return address of the allocation
 * @handoff_site: return address of the last hand-off, or NULL
 * @age_ns: time since the last change of owner, as exact as the zone's stamps
 */
struct labyrinth_page_info {
	void *page;
	enum labyrinth_state state;
	uint64_t generation;
	uint32_t holder;
	char holder_name[16];
	uint32_t slot;
	uint32_t context;
	const void *alloc_site;
	const void *handoff_site;
	uint64_t age_ns;
};

/**
 * struct labyrinth_report - one broken rule
 * @kind: which rule
 * @rule: its name; the checker's rule id where the checker has one
 * @zone: the zone that was asked
 * @address: the pointer that was passed
 * @site: return address of the offending call
 * @detail: offset of the first overwritten byte, flag bits and the like
 * @known: @info describes a page of this zone
 * @info: the page, its holder and its sites
 */
struct labyrinth_report {
	enum labyrinth_misuse kind;
	const char *rule;
	struct labyrinth_zone *zone;
	const void *address;
	const void *site;
	uint64_t detail;
	bool known;
	struct labyrinth_page_info info;
};

/* What the worker leaves in a page that it frees or refills. */
enum labyrinth_prepare {
	LABYRINTH_PREPARE_ZERO = 0,	/* cleared: ZERO costs nothing, no content leaks */
	LABYRINTH_PREPARE_POISON,	/* poisoned: POISON costs nothing, stray writes show */
	LABYRINTH_PREPARE_KEEP,		/* as it was: fastest; old content is seen by the next owner */
};

/* How much of a page's poison is checked when it is allocated. */
enum labyrinth_check {
	LABYRINTH_CHECK_EDGES = 0,	/* first and last cache line */
	LABYRINTH_CHECK_FULL,		/* every byte */
	LABYRINTH_CHECK_OFF,
};

/* Where the time in a page's record comes from. */
enum labyrinth_stamp {
	LABYRINTH_STAMP_SAMPLED = 0,	/* the zone's clock, renewed every 16th allocation (kernel: 128th) and by the worker */
	LABYRINTH_STAMP_COARSE,		/* the system's coarse clock, each time */
	LABYRINTH_STAMP_EXACT,		/* the system's clock, each time */
	LABYRINTH_STAMP_OFF,
};

/* Whether an empty zone may ask the system for a page in the atomic path. */
enum labyrinth_system {
	LABYRINTH_SYSTEM_NEVER = 0,	/* any context is served, by layers 1 and 2 only */
	LABYRINTH_SYSTEM_ATOMIC,	/* kernel: GFP_ATOMIC; user: populate one page (a fault, 2-7 us) */
	LABYRINTH_SYSTEM_NOWAIT,	/* kernel: GFP_NOWAIT; user: as ATOMIC */
};

/* struct labyrinth_zone_params.flags */
#define LABYRINTH_ZONE_NO_CHECKS	0x01u	/* trust the callers: no ownership checks, sites or stamps */
#define LABYRINTH_ZONE_GUARD		0x02u	/* debug, user, 16,384 pages in all: a touch after hand-off or free faults */
#define LABYRINTH_ZONE_RSEQ		0x04u	/* user: per-CPU magazines by rseq where the thread has it */
#define LABYRINTH_ZONE_MLOCK		0x08u	/* user: lock the pages in memory */
#define LABYRINTH_ZONE_PAGEMAP		0x10u	/* user: real frame numbers where the system permits */
#define LABYRINTH_ZONE_QUIET		0x20u	/* count misuse, print nothing */
#define LABYRINTH_ZONE_FLAGS		0x3fu

/**
 * struct labyrinth_zone_params - what a zone shall be
 * @size: sizeof(struct labyrinth_zone_params); lets the structure grow
 * @name: for reports; copied, at most 23 bytes
 * @pages: pages present from the start
 * @max_pages: upper bound after refill and system layer; 0: @pages
 * @extent_pages: longest contiguous run; 0: one run. Between runs lies a hole
 * @magazine: pages that one thread or CPU may keep at hand, at most 128; 0: a
 *	sixteenth of @max_pages, 16 to 128
 * @max_threads: threads (user) that get a magazine; 0: 64, at most 255
 * @low: refill is wanted when the reserve falls below; 0: @pages / 8
 * @high: refill stops here; 0: @pages / 4
 * @budget: pages that may be out at the same time; 0: no limit
 * @poison_pattern: byte for POISON; 0: 0xaa
 * @prepare: what freed pages hold
 * @check: poison check at allocation, in zones that prepare poison
 * @stamp: source of time stamps
 * @system: policy of the system layer
 * @flags: LABYRINTH_ZONE_*
 * @max_hold_ns: a page out for longer is reported by the audit; 0: no limit
 * @destroy_timeout_ns: how long destroy waits for pages that are out
 * @neighbour: zone whose reserve is asked when this one is empty, or NULL
 * @report: called for every broken rule, in the context that broke it, so it
 *	must not block; NULL: the host prints the first 16
 * @report_arg: passed to @report
 */
struct labyrinth_zone_params {
	size_t size;
	const char *name;
	uint32_t pages;
	uint32_t max_pages;
	uint32_t extent_pages;
	uint32_t magazine;
	uint32_t max_threads;
	uint32_t low;
	uint32_t high;
	uint32_t budget;
	unsigned char poison_pattern;
	enum labyrinth_prepare prepare;
	enum labyrinth_check check;
	enum labyrinth_stamp stamp;
	enum labyrinth_system system;
	uint32_t flags;
	uint64_t max_hold_ns;
	uint64_t destroy_timeout_ns;
	struct labyrinth_zone *neighbour;
	void (*report)(const struct labyrinth_report *report, void *arg);
	void *report_arg;
};

/* Counters of a zone, summed over its threads or CPUs. */
#define LABYRINTH_COUNTERS(X)							\
	X(alloc)		/* pages given out */				\
	X(alloc_magazine)	/* ... by layer 1 */				\
	X(alloc_emergency)	/* ... by an emergency slot, nested entry */	\
	X(alloc_reserve)	/* ... by layer 2 */				\
	X(alloc_stolen)		/* ... from another thread's slots or returns */ \
	X(alloc_neighbour)	/* ... by the neighbour zone */			\
	X(alloc_system)		/* ... by the system layer */			\
	X(lent)			/* pages of this zone given out through another */ \
	X(cancel)		/* returned unused by their atomic owner */	\
	X(handoff)		/* hand-offs, re-routes included */		\
	X(receive)		/* claims by workers */				\
	X(free)			/* freed by workers */				\
	X(nested)		/* entries that found the magazine busy */	\
	X(refill_magazine)	/* magazine refills from the reserve */		\
	X(flush_magazine)	/* magazine flushes to the reserve */		\
	X(returned)		/* pages sent back to their producer in batches */ \
	X(kick)			/* wake-ups: the queue became non-empty */	\
	X(refill)		/* pages populated by refill */			\
	X(drain)		/* pages given back to the system */		\
	X(inline_clear)		/* pages cleared in the atomic path */		\
	X(inline_poison)	/* pages poisoned in the atomic path */		\
	X(skipped_work)		/* quality served by a prepared page */		\
	X(contradiction)	/* POISON|ZERO asked together */

struct labyrinth_stats {
#define LABYRINTH_X(name) uint64_t name;
	LABYRINTH_COUNTERS(LABYRINTH_X)
#undef LABYRINTH_X
	uint64_t failed[LABYRINTH_FAIL_COUNT];
	uint64_t misuse[LABYRINTH_MISUSE_COUNT];
	uint32_t pages;			/* present */
	uint32_t max_pages;
	uint32_t reserve;		/* in layer 2, approximate while in use */
	uint32_t state[LABYRINTH_PAGE_STATES];		/* descriptors by enum labyrinth_state, a walk */
	uint64_t bad_zone;		/* calls of this process or kernel without a zone */
	bool frames_real;		/* frame numbers are the machine's */
	bool rseq;			/* layer 1 is per CPU by rseq */
};

/* ---- Zones: worker context ---- */

/**
 * labyrinth_zone_create - make a zone and populate it
 * @params: what it shall be; not kept
 * @zone: where to put it
 *
 * Context: worker. All or nothing.
 * Return: 0; -EINVAL for parameters out of range; -ENOMEM when the memory is
 * not there; -ENFILE when the host has no room for another zone; -EOPNOTSUPP
 * for a flag the host cannot serve.
 */
LABYRINTH_API int labyrinth_zone_create(const struct labyrinth_zone_params *params,
					struct labyrinth_zone **zone);

/**
 * labyrinth_zone_destroy - end a zone
 * @zone: the zone
 *
 * From the first call on, allocation fails with reason DYING; hand-off, free
 * and cancel still work. Pages that stay out after the zone's timeout, its own
 * and those it borrowed, are reported one by one with their holders. Calls that
 * are under way are waited for; who waits for pages is woken and gets -EINVAL.
 *
 * Context: worker. Blocks up to destroy_timeout_ns, and some seconds more if a
 * thread does not leave a call (it was preempted, or left it by siglongjmp).
 * Return: 0; -EINVAL for no zone; -EBUSY while pages are out, while the zone
 * is a neighbour of another, while another call destroys it, or in a function
 * that its own worker thread runs. The call may be repeated after -EBUSY.
 */
LABYRINTH_API int labyrinth_zone_destroy(struct labyrinth_zone *zone);

/* ---- The atomic side: any context, never sleeps ---- */

/**
 * labyrinth_void_allocpage_gfpatomic_extra_quality - one page, or NULL
 * @zone: where from
 * @quality_flags: LABYRINTH_QUALITY_*, of type labyrinth_quality_t
 *
 * An expression of type void *. On success the page is ATOMIC and belongs to
 * the calling context; POISON, then ZERO, then CL_ALIGN were applied, then the
 * page was registered. POISON|ZERO is applied in this order, so the page is
 * zero; it is counted. Unknown bits give NULL, reason BADFLAG. The reason of a
 * NULL is in labyrinth_last_reason().
 *
 * Context: any. With a system policy other than NEVER not under a raw lock.
 * Ordering: acquire; what the page's last owner wrote is overwritten or seen.
 * Progress: magazine and emergency slots are wait-free; the reserve is
 * lock-free with capped retries, so bounded; the system layer is unbounded.
 */
#define labyrinth_void_allocpage_gfpatomic_extra_quality(zone, quality_flags) \
	labyrinth_alloc_page((zone), (quality_flags))

/**
 * labyrinth_alloc_page - the function behind the macro; same contract
 * @zone: where from
 * @quality: LABYRINTH_QUALITY_*
 *
 * Context: any.
 * Return: the page or NULL.
 */
LABYRINTH_API void *labyrinth_alloc_page(struct labyrinth_zone *zone, labyrinth_quality_t quality)
	__attribute__((warn_unused_result));

/**
 * labyrinth_register_page - record the caller as the holder of a page
 * @zone: the zone the page was asked from
 * @page: a page that this context owns as ATOMIC
 *
 * The macro does this as its last step. Call it again after passing a page to
 * another atomic context, so that the audit names the right holder.
 *
 * Context: any.
 * Progress: wait-free.
 * Return: 0; -EINVAL for a page that is not ATOMIC, unaligned, or no zone;
 * -EXDEV for a page of no or another zone.
 */
LABYRINTH_API int labyrinth_register_page(struct labyrinth_zone *zone, void *page);

/**
 * labyrinth_handoff - give a page to the worker
 * @zone: the zone the page was asked from
 * @page: an ATOMIC page of this context, or a WORKER page to be re-routed
 *
 * After success the caller must not touch the page. The worker is woken only
 * if its queue was empty.
 *
 * Context: any. Ordering: release; the worker's receive sees the content.
 * Progress: lock-free; one queue per thread or CPU, so the retries are at most
 * the nesting depth plus the drains that run at that moment.
 * Return: 0; -EALREADY for a page already handed off (it is not queued twice);
 * -EINVAL for a free or unaligned page or no zone; -EXDEV for a foreign page.
 */
LABYRINTH_API int labyrinth_handoff(struct labyrinth_zone *zone, void *page);

/**
 * labyrinth_cancel - give back a page that was not needed
 * @zone: the zone the page was asked from
 * @page: an ATOMIC page of this context
 *
 * No clearing here: that is done before the page is used again.
 *
 * Context: any. Ordering: release.
 * Progress: wait-free into the magazine or an emergency slot, lock-free else.
 * Return: 0; -EINVAL for a page that is free, a worker's or unaligned, or no
 * zone; -EALREADY for a page that was handed off; -EXDEV for a foreign page.
 */
LABYRINTH_API int labyrinth_cancel(struct labyrinth_zone *zone, void *page);

/**
 * labyrinth_alloc_bulk - several pages at once
 * @zone: where from
 * @quality: LABYRINTH_QUALITY_*, for each of them
 * @pages: where to put them
 * @n: how many
 *
 * As n calls of the macro, cheaper; all or fewer.
 *
 * Context: any.
 * Progress: as the macro, for each page.
 * Return: how many, the reason for fewer in labyrinth_last_reason(); -EINVAL
 * for no array.
 */
LABYRINTH_API int labyrinth_alloc_bulk(struct labyrinth_zone *zone, labyrinth_quality_t quality,
				       void **pages, unsigned int n);

/**
 * labyrinth_cancel_bulk - several pages back at once
 * @zone: the zone the pages were asked from
 * @pages: ATOMIC pages of this context
 * @n: how many
 *
 * Context: any.
 * Progress: as labyrinth_cancel(), for each page.
 * Return: how many went back; those that did not were reported one by one.
 * -EINVAL for no array.
 */
LABYRINTH_API int labyrinth_cancel_bulk(struct labyrinth_zone *zone, void *const *pages, unsigned int n);

/**
 * labyrinth_last_reason - why the last allocation of this thread or CPU failed
 *
 * Description: a nested entry that fails overwrites it; the counters in the stats are exact.
 *
 * Context: any.
 * Return: the reason; NONE before the first failure.
 */
LABYRINTH_API enum labyrinth_reason labyrinth_last_reason(void);

/**
 * labyrinth_page_handle - a name for one allocation of a page
 * @zone: the zone
 * @page: a page of this zone (not of its neighbour) that is not free
 *
 * The handle holds the page's generation: once the page was freed, calls with
 * it return -ESTALE, even if the page is in use again.
 *
 * Context: any.
 * Progress: wait-free.
 * Return: the handle, or 0.
 */
LABYRINTH_API uint64_t labyrinth_page_handle(struct labyrinth_zone *zone, const void *page);

/**
 * labyrinth_handle_page - the page behind a handle
 * @zone: the zone
 * @handle: from labyrinth_page_handle()
 *
 * Context: any.
 * Progress: wait-free.
 * Return: the page, or NULL if the handle is stale (counted) or no handle.
 */
LABYRINTH_API void *labyrinth_handle_page(struct labyrinth_zone *zone, uint64_t handle);

/**
 * labyrinth_handoff_handle - hand off the allocation that a handle names
 * @zone: the zone the page was asked from
 * @handle: from labyrinth_page_handle()
 *
 * Context, ordering and progress: as labyrinth_handoff().
 *
 * Context: any.
 * Return: as labyrinth_handoff(); -ESTALE if the page was freed since; -EINVAL for no handle.
 */
LABYRINTH_API int labyrinth_handoff_handle(struct labyrinth_zone *zone, uint64_t handle);

/**
 * labyrinth_cancel_handle - give back the allocation that a handle names
 * @zone: the zone the page was asked from
 * @handle: from labyrinth_page_handle()
 *
 * Context, ordering and progress: as labyrinth_cancel().
 *
 * Context: any.
 * Return: as labyrinth_cancel(); -ESTALE if the page was freed since; -EINVAL for no handle.
 */
LABYRINTH_API int labyrinth_cancel_handle(struct labyrinth_zone *zone, uint64_t handle);

/**
 * labyrinth_free_handle - free the allocation that a handle names
 * @zone: the zone the page was asked from
 * @handle: from labyrinth_page_handle()
 *
 * Context, ordering and progress: as labyrinth_free_page().
 *
 * Context: worker.
 * Return: as labyrinth_free_page(); -ESTALE if the page was freed since; -EINVAL for no handle.
 */
LABYRINTH_API int labyrinth_free_handle(struct labyrinth_zone *zone, uint64_t handle);

/* ---- The worker's side ---- */

/**
 * labyrinth_receive - claim pages that were handed off
 * @zone: the zone they were handed off to
 * @batch: where to put them
 * @n: room in @batch
 *
 * Pages of one producer (a thread with its handlers, or a CPU) arrive in the
 * order it handed them off, as long as one worker receives and the producer
 * stays registered.
 *
 * Context: worker. Ordering: acquire, pairs with labyrinth_handoff().
 * Progress: wait-free per producer queue.
 * Return: the number of pages, 0 if there are none; -EINVAL for no zone or room.
 */
LABYRINTH_API int labyrinth_receive(struct labyrinth_zone *zone, void **batch, unsigned int n);

/**
 * labyrinth_free_page - free a received page
 * @zone: the zone it was received from
 * @page: a WORKER page
 *
 * The page is cleared or poisoned here, where time is not short, and goes back
 * to its producer in batches. In an atomic section it is an error: the page is
 * put back into the hand-off queue, so nothing is lost.
 *
 * Context: worker. Ordering: release.
 * Progress: lock-free.
 * Return: 0; -EINVAL for a page that is free or still atomic, unaligned, or no
 * zone; -EALREADY for a page that was handed off; -EXDEV for a foreign page;
 * -EPERM in an atomic section (the page was re-queued).
 */
LABYRINTH_API int labyrinth_free_page(struct labyrinth_zone *zone, void *page);

/**
 * labyrinth_refill - do what the atomic path left to the worker
 * @zone: the zone
 *
 * Publishes this thread's pending returns, prepares dirty pages, fills the
 * emergency slots, and if the reserve is below the low mark brings it to the
 * high mark, up to max_pages.
 *
 * Context: worker. May sleep.
 * Return: pages populated; -EINVAL for no zone; -ENOMEM when the system has none.
 */
LABYRINTH_API int labyrinth_refill(struct labyrinth_zone *zone);

/**
 * labyrinth_drain - give free pages back to the system
 * @zone: the zone
 * @keep: pages to leave present in all
 *
 * Takes from the reserve only; magazines of other threads are not touched.
 *
 * Context: worker. May sleep.
 * Return: pages given back; -EINVAL for no zone.
 */
LABYRINTH_API int labyrinth_drain(struct labyrinth_zone *zone, uint32_t keep);

/**
 * labyrinth_audit - look at every page that is out
 * @zone: the zone
 * @age_ns: pages out for at least this long; 0: the zone's max_hold_ns
 * @found: called for each of them, or NULL
 * @arg: passed to @found
 *
 * Pages beyond max_hold_ns are also counted and reported as held-too-long.
 * With sampled stamps the age is a lower bound from the second audit on that
 * sees the page, so a page is never reported too early. In a poison zone some
 * of the free pages, others each time, are looked at for stray writes, which
 * are reported if the page rests in the reserve.
 *
 * Context: worker. The function found() may not destroy the zone.
 * Return: pages found; -EINVAL for no zone; -EBUSY while another audit runs.
 */
LABYRINTH_API int labyrinth_audit(struct labyrinth_zone *zone, uint64_t age_ns,
				  void (*found)(const struct labyrinth_page_info *info, void *arg),
				  void *arg);

/**
 * labyrinth_zone_verify - count every page of a quiet zone
 * @zone: a zone in which no call runs
 *
 * Walks all magazines, slots, stacks and queues and proves that every
 * descriptor is in exactly one place and in the state that belongs there.
 *
 * Context: worker; no other call on @zone may run.
 * Return: 0; -EUCLEAN with each fault reported as descriptor-corrupted; -EINVAL
 * for no zone; -ENOMEM for no memory to mark what was seen.
 */
LABYRINTH_API int labyrinth_zone_verify(struct labyrinth_zone *zone);

/**
 * labyrinth_wait - wait until there is something to receive or to refill
 * @zone: the zone
 * @timeout_ns: at most this long; 0: only look; ~0: until there is
 *
 * Context: worker.
 * Return: 1 if there is; 0 after the time, or earlier when another worker was
 * faster; -EINVAL for no zone, also when it was destroyed meanwhile.
 */
LABYRINTH_API int labyrinth_wait(struct labyrinth_zone *zone, uint64_t timeout_ns);

/**
 * labyrinth_worker_start - a worker that receives, calls and frees
 * @zone: the zone
 * @work: called for every page; the page is freed afterwards
 * @arg: passed to @work
 *
 * The worker also refills and keeps the zone's clock. One per zone. User: a
 * thread, all signals blocked. Kernel: a work item.
 *
 * Context: worker.
 * Return: 0; -EINVAL for no zone or a dying one; -EBUSY if it has a worker;
 * -EAGAIN if the system gives no thread.
 */
LABYRINTH_API int labyrinth_worker_start(struct labyrinth_zone *zone,
					 void (*work)(void *page, void *arg), void *arg);

/**
 * labyrinth_worker_stop - end it after it has emptied the queue
 * @zone: the zone
 *
 * Context: worker.
 * Return: 0; -EINVAL for no zone or no worker; -EDEADLK in a function that this
 * worker runs.
 */
LABYRINTH_API int labyrinth_worker_stop(struct labyrinth_zone *zone);

/* ---- Questions: any context unless said otherwise ---- */

/**
 * labyrinth_get_stats - sum the counters
 * @zone: the zone
 * @stats: where to put them
 *
 * Context: any; a walk over threads and descriptors. Of a zone in use: a blur.
 * Return: 0 or -EINVAL.
 */
LABYRINTH_API int labyrinth_get_stats(struct labyrinth_zone *zone, struct labyrinth_stats *stats);

/**
 * labyrinth_page_query - what is known of a page
 * @zone: the zone
 * @page: any address inside a page of the zone or of its neighbour
 * @info: where to put it
 *
 * Context: any.
 * Progress: wait-free.
 * Return: 0; -EINVAL; -EXDEV.
 */
LABYRINTH_API int labyrinth_page_query(struct labyrinth_zone *zone, const void *page,
				       struct labyrinth_page_info *info);

/**
 * labyrinth_virt_to_phys - address to frame address
 * @zone: the zone
 * @addr: an address inside one of its pages
 *
 * Kernel: the physical address. User: frame numbers of the zone's own, unique
 * over all zones; with LABYRINTH_ZONE_PAGEMAP and the system's permission those
 * of the machine, as of the last create or refill (the system may move pages).
 *
 * Context: any.
 * Progress: wait-free.
 * Return: the address, or ~0 if it is foreign.
 */
LABYRINTH_API uint64_t labyrinth_virt_to_phys(struct labyrinth_zone *zone, const void *addr);

/**
 * labyrinth_phys_to_virt - and back
 * @zone: the zone
 * @phys: from labyrinth_virt_to_phys()
 *
 * Context: any.
 * Progress: wait-free; a binary search for real frames.
 * Return: the address, or NULL if no page of the zone lies there.
 */
LABYRINTH_API void *labyrinth_phys_to_virt(struct labyrinth_zone *zone, uint64_t phys);

/**
 * labyrinth_reason_name - the name of a reason
 * @reason: a number of this kind
 *
 * Context: any.
 * Return: a constant string; "?" for no such number.
 */
LABYRINTH_API const char *labyrinth_reason_name(enum labyrinth_reason reason);

/**
 * labyrinth_misuse_name - the name of a misuse
 * @misuse: a number of this kind
 *
 * Context: any.
 * Return: a constant string; "?" for no such number.
 */
LABYRINTH_API const char *labyrinth_misuse_name(enum labyrinth_misuse misuse);

/**
 * labyrinth_state_name - the name of a state
 * @state: a number of this kind
 *
 * Context: any.
 * Return: a constant string; "?" for no such number.
 */
LABYRINTH_API const char *labyrinth_state_name(enum labyrinth_state state);

/* ---- Fault injection ---- */

enum labyrinth_layer {
	LABYRINTH_LAYER_MAGAZINE = 0,
	LABYRINTH_LAYER_EMERGENCY,
	LABYRINTH_LAYER_RESERVE,
	LABYRINTH_LAYER_STEAL,
	LABYRINTH_LAYER_NEIGHBOUR,
	LABYRINTH_LAYER_SYSTEM,
	LABYRINTH_LAYER_REFILL,		/* populating pages: create, refill */
	LABYRINTH_LAYER_COUNT,
};

/**
 * labyrinth_inject - let a layer fail
 * @zone: the zone
 * @layer: which
 * @every: every how many attempts; 1: all, 0: none
 *
 * An allocation that fails while a layer was made to fail has the reason
 * FAULT_INJECTED.
 *
 * Context: any.
 * Return: 0; -EINVAL.
 */
LABYRINTH_API int labyrinth_inject(struct labyrinth_zone *zone, enum labyrinth_layer layer,
				   uint32_t every);

#ifdef __KERNEL__

/* ---- Kernel only: the same calls by struct page ---- */

/**
 * labyrinth_alloc_struct_page - as the macro
 * @zone: where from
 * @quality: LABYRINTH_QUALITY_*
 *
 * Context: any.
 * Return: the page or NULL.
 */
static __always_inline struct page *labyrinth_alloc_struct_page(struct labyrinth_zone *zone,
								 labyrinth_quality_t quality)
{
	void *va = labyrinth_alloc_page(zone, quality);

	return va ? virt_to_page(va) : NULL;
}

/**
 * labyrinth_handoff_struct_page - as labyrinth_handoff()
 * @zone: the zone the page was asked from
 * @page: the page
 *
 * Context: any.
 * Return: as labyrinth_handoff().
 */
static __always_inline int labyrinth_handoff_struct_page(struct labyrinth_zone *zone, struct page *page)
{
	return labyrinth_handoff(zone, page_address(page));
}

/**
 * labyrinth_cancel_struct_page - as labyrinth_cancel()
 * @zone: the zone the page was asked from
 * @page: the page
 *
 * Context: any.
 * Return: as labyrinth_cancel().
 */
static __always_inline int labyrinth_cancel_struct_page(struct labyrinth_zone *zone, struct page *page)
{
	return labyrinth_cancel(zone, page_address(page));
}

/**
 * labyrinth_free_struct_page - as labyrinth_free_page()
 * @zone: the zone it was received from
 * @page: the page
 *
 * Context: worker.
 * Return: as labyrinth_free_page().
 */
static __always_inline int labyrinth_free_struct_page(struct labyrinth_zone *zone, struct page *page)
{
	return labyrinth_free_page(zone, page_address(page));
}

#else

/* ---- User space only ---- */

/**
 * labyrinth_thread_register - give this thread a magazine in every zone
 *
 * Description: a thread that is not registered, and every handler that runs on it, works on
 * the reserve: correct, slower. A thread that creates a zone is registered.
 * The magazine goes back at thread exit.
 *
 * After fork() the child's only thread is what it was. A child of vfork() or _Fork(), for
 * which no fork handlers run, and a child of a fork in a handler that cut into a call, may
 * not use the zones.
 *
 * Context: worker.
 * Return: 0; -ENOSPC when 255 threads are registered; -ENOMEM at the first call of a process.
 */
LABYRINTH_API int labyrinth_thread_register(void);

/**
 * labyrinth_thread_unregister - give the magazine back now
 *
 * Context: worker.
 */
LABYRINTH_API void labyrinth_thread_unregister(void);

/**
 * labyrinth_atomic_enter - say that this thread must not block from here on
 *
 * Description: for signal handlers and real-time sections: pages are recorded with this
 * context, and a worker's call in it is found out (free-in-atomic). Nests.
 *
 * Context: any.
 */
LABYRINTH_API void labyrinth_atomic_enter(void);

/**
 * labyrinth_atomic_exit - the end of it
 *
 * Description: one exit too many does nothing.
 *
 * Context: any.
 */
LABYRINTH_API void labyrinth_atomic_exit(void);

/**
 * labyrinth_symbol - a name for a call site
 * @site: an address from a report
 * @buf: where to put "function+0x12" or "object+0x345"
 * @n: room
 *
 * Context: worker.
 * Return: @buf.
 */
LABYRINTH_API char *labyrinth_symbol(const void *site, char *buf, size_t n);

#endif /* __KERNEL__ */

#ifdef __cplusplus
}
#endif

#endif /* LABYRINTH_LABYRINTH_H */
