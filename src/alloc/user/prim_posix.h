/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user-space host, inline part: C11-style atomics by compiler builtins,
 * a thread as the slot, a word of TLS as the guard.
 *
 * Signals nest strictly last in, first out on a thread, so the guard is a plain
 * counter between compiler barriers. The TLS block is initial-exec: its first
 * touch in a handler must not allocate. Destroy sees the guards of all threads
 * through their registered addresses, after a membarrier.
 */
#ifndef LABYRINTH_ALLOC_PRIM_POSIX_H
#define LABYRINTH_ALLOC_PRIM_POSIX_H

#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define LAB_LIKELY(x)	__builtin_expect(!!(x), 1)
#define LAB_UNLIKELY(x)	__builtin_expect(!!(x), 0)
#define LAB_ALIGNED(n)	__attribute__((aligned(n)))
#define LAB_HOT		__attribute__((hot))
#define LAB_COLD	__attribute__((cold, noinline))
#define LAB_NOINLINE	__attribute__((noinline))

#ifdef __CHECKER__
#define LAB_RACY
#else
#define LAB_RACY	__attribute__((noinline, no_sanitize("address", "thread")))
#endif

#if defined(__SANITIZE_ADDRESS__)
#define LAB_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LAB_ASAN 1
#endif
#if __has_feature(memory_sanitizer)
#define LAB_MSAN 1
#endif
#if __has_feature(thread_sanitizer)
#define LAB_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define LAB_TSAN 1
#endif

/* ---- atomics ---- */

#define lab_load(p)		__atomic_load_n((p), __ATOMIC_RELAXED)
#define lab_load_sc(p)		__atomic_load_n((p), __ATOMIC_SEQ_CST)
#define lab_load_acq(p)		__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define lab_store(p, v)		__atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define lab_store_rel(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
/* relaxed too: what one slot alone changes, seen by its nested contexts; others may look at it */
#define lab_own_load(p)		lab_load(p)
#define lab_own_store(p, v)	lab_store((p), (v))
#define lab_own_store_rel(p, v)	lab_store_rel((p), (v))
#if defined(__x86_64__) || defined(__i386__)	/* a locked instruction is a full barrier */
#define lab_after_rmw()		lab_barrier()
#else
#define lab_after_rmw()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif
#define lab_cas(p, old, new)	({ __typeof__(*(p)) lab_o = (old);			\
	__atomic_compare_exchange_n((p), &lab_o, (new), false,				\
				    __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE); })
#define lab_xchg(p, v)		__atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define lab_add(p, v)		__atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST)
#define lab_or(p, v)		__atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST)
#define lab_and(p, v)		__atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST)
#define lab_barrier()		__atomic_signal_fence(__ATOMIC_SEQ_CST)
#define lab_prefetch(p)		__builtin_prefetch((p), 1)

/* One instruction without lock prefix: a handler sees it done or not begun. */
static inline void lab_local_inc(u64 *p)
{
#if defined(__x86_64__) && !defined(LAB_TSAN) && !defined(LAB_MSAN) && !defined(__CHECKER__)
	__asm__ volatile("incq %0" : "+m"(*p) : : "cc");
#else
	__atomic_fetch_add(p, 1, __ATOMIC_RELAXED);
#endif
}

/* ---- threads ---- */

struct lab_cpu;
struct labyrinth_zone;

struct lab_thread {
	struct lab_cpu *cpu;	/* our slot in the zone used last; lab_busy: a call is running */
	u64 context;		/* bits of the ownership word: 1 inside labyrinth_atomic_enter() */
	u32 slot;
	u32 tid;
	u32 atomic;		/* nesting of labyrinth_atomic_enter() */
	u32 reason;
	u32 registered;
	u32 entries;		/* calls that were not plain, see nest.h */
};

extern __thread struct lab_thread lab_self
	__attribute__((tls_model("initial-exec"), visibility("hidden")));
extern struct lab_thread *lab_threads[] __attribute__((visibility("hidden")));
extern u64 lab_bad_zones __attribute__((visibility("hidden")));
extern u32 lab_tools __attribute__((visibility("hidden")));	/* LAB_TOOL_* that run beside us */

#define LAB_TOOL_VALGRIND	1u
#define LAB_TOOL_ASAN		2u	/* the program's, where we are built without */
#define LAB_TOOL_TSAN		4u

struct lab_worker;

struct lab_prim_zone {
	char *arena;		/* what the producer sees */
	char *alias;		/* guard mode: what the worker sees */
	size_t bytes;
	int fd;
	u32 bulk;		/* pages below this were populated in one go */
	u32 used;
	u32 pool;		/* valgrind knows it */
	u32 visitors[2];	/* calls by threads without a slot, see nest.h; survives the zone */
	u32 phase;
	u32 sleepers;		/* futex: somebody waits */
	struct lab_worker *worker;
};


#include "nest.h"

static inline u64 lab_prim_context_bits(void)
{
	return lab_self.context;
}

static inline u32 lab_prim_context(void)
{
	return lab_self.context != 0;
}

static inline bool lab_prim_in_atomic(void)
{
	return lab_self.atomic != 0;
}

static inline u32 lab_prim_holder(void)
{
	if (LAB_UNLIKELY(!lab_self.tid))
		lab_self.tid = (u32)syscall(SYS_gettid);
	return lab_self.tid;
}

static inline u64 lab_prim_now(int exact)
{
	struct timespec t;

	clock_gettime(exact ? CLOCK_MONOTONIC : CLOCK_MONOTONIC_COARSE, &t);
	return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

static inline void lab_prim_reason(enum labyrinth_reason r)
{
	lab_self.reason = (u32)r;
}

#define LAB_SLOTS_MAX	255u

static inline u32 lab_prim_nslots(const struct labyrinth_zone_params *p)
{
	return p->max_threads > LAB_SLOTS_MAX ? 0 : p->max_threads ? p->max_threads : 64;
}

#define lab_prim_system_ok(zone)	((void)(zone), LABYRINTH_FAIL_NONE)

static inline void lab_prim_bad_zone(void)
{
	(void)lab_add(&lab_bad_zones, (u64)1);
}

static inline u64 lab_prim_bad_zones(void)
{
	return lab_load(&lab_bad_zones);
}

static inline bool lab_prim_slot_live(u32 slot)
{
	return lab_load(&lab_threads[slot]) != NULL;
}

/* ---- content ---- */

static inline void lab_prim_clear(void *va)
{
	memset(va, 0, LABYRINTH_PAGE_SIZE);
}

static inline void lab_prim_fill(void *va, int byte)
{
	memset(va, byte, LABYRINTH_PAGE_SIZE);
}

#if defined(LAB_ASAN)
void __asan_poison_memory_region(void const volatile *addr, size_t size);
void __asan_unpoison_memory_region(void const volatile *addr, size_t size);
#define lab_san_open(va)	__asan_unpoison_memory_region((va), LABYRINTH_PAGE_SIZE)
#define lab_san_close(va)	__asan_poison_memory_region((va), LABYRINTH_PAGE_SIZE)
#define lab_san_fresh(va)	((void)0)
#elif defined(LAB_MSAN)
void __msan_poison(const volatile void *addr, size_t size);
void __msan_unpoison(const volatile void *addr, size_t size);
#define lab_san_open(va)	((void)0)
#define lab_san_close(va)	((void)0)
#define lab_san_fresh(va)	__msan_poison((va), LABYRINTH_PAGE_SIZE)
#else
#define lab_san_open(va)	((void)0)
#define lab_san_close(va)	((void)0)
#define lab_san_fresh(va)	((void)0)
#endif

#ifdef LAB_MSAN		/* what assembly wrote */
#define lab_san_written(p, n)	__msan_unpoison((p), (n))
#else
#define lab_san_written(p, n)	((void)0)
#endif

#ifdef LAB_TSAN
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
#define lab_san_acquire(p)	__tsan_acquire(p)
#define lab_san_release(p)	__tsan_release(p)
#else
#define lab_san_acquire(p)	((void)0)
#define lab_san_release(p)	((void)0)
#endif

/* Something besides us wants to know about every page. */
static inline bool lab_tools_on(void)
{
#if defined(LAB_ASAN) || defined(LAB_MSAN)
	return true;
#else
	return lab_tools != 0;
#endif
}

struct labyrinth_zone;
void lab_told_alloc(struct labyrinth_zone *z, void *va, bool init);
void lab_told_release(struct labyrinth_zone *z, void *va);
void lab_told_open(void *va);
void lab_told_close(void *va);

static inline void lab_tool_alloc(struct labyrinth_zone *z, void *va, bool init)
{
	lab_san_open(va);
	if (!init)
		lab_san_fresh(va);
	if (LAB_UNLIKELY(lab_tools))
		lab_told_alloc(z, va, init);
}

static inline void lab_tool_release(struct labyrinth_zone *z, void *va)
{
	lab_san_close(va);
	if (LAB_UNLIKELY(lab_tools))
		lab_told_release(z, va);
}

static inline void lab_tool_open(void *va)
{
	lab_san_open(va);
	if (LAB_UNLIKELY(lab_tools))
		lab_told_open(va);
}

static inline void lab_tool_close(void *va)
{
	lab_san_close(va);
	if (LAB_UNLIKELY(lab_tools))
		lab_told_close(va);
}

#define LAB_PRIM_PERCPU	/* rseq.h */
u32 lab_prim_percpu(void);
bool lab_prim_percpu_pop(struct labyrinth_zone *z, u32 *index);
bool lab_prim_percpu_push(struct labyrinth_zone *z, u32 index);
int lab_prim_frames(struct labyrinth_zone *z);

#endif /* LABYRINTH_ALLOC_PRIM_POSIX_H */
