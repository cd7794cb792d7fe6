/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel host, inline part: a CPU is the slot, preemption off is the pin,
 * and one per-CPU word is the guard (nest.h).
 *
 * Interrupts stay on in layers 1 and 2: what cuts into a call on this CPU, hard
 * and soft interrupts and NMIs, nests strictly last in, first out, finds the
 * guard raised and works on the emergency slots or the reserve. Nothing here
 * takes a lock, so raw-locked and PREEMPT_RT sections are served as well.
 */
#ifndef LABYRINTH_ALLOC_PRIM_LINUX_H
#define LABYRINTH_ALLOC_PRIM_LINUX_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/swait.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <asm/local64.h>

#ifndef CONFIG_64BIT
#error "labyrinth needs a 64-bit kernel: its ownership words are 64 bits wide"
#endif

#undef alloc_percpu		/* the core has functions of these names */
#undef free_page

#define LAB_LIKELY(x)	likely(x)
#define LAB_UNLIKELY(x)	unlikely(x)
#define LAB_ALIGNED(n)	__aligned(n)
#define LAB_HOT
#define LAB_LOOSE_MAX	1u	/* each costs as much as a chunk: one call shall not pay for many */
#define LAB_SAMPLE	127u	/* reading the clock costs as much as a pair */
#define LAB_COLD	__cold noinline
#define LAB_NOINLINE	noinline
#define LAB_RACY	noinline __no_sanitize_address

/* ---- atomics ---- */

#define lab_load(p)		READ_ONCE(*(p))
#define lab_peek(p)		(*(p))
#define lab_peek_more(p, seen)	lab_load(p)
#define lab_load_acq(p)		smp_load_acquire(p)
#define lab_load_sc(p)		({ smp_mb(); smp_load_acquire(p); })
#define lab_store(p, v)		WRITE_ONCE(*(p), (v))
#define lab_store_rel(p, v)	smp_store_release((p), (v))
#define lab_own_load(p)		lab_load(p)
#define lab_own_store(p, v)	lab_store((p), (v))
#define lab_own_store_rel(p, v)	lab_store_rel((p), (v))
#define lab_after_rmw()		smp_mb__after_atomic()
#define lab_cas(p, old, new)	({ __typeof__(*(p)) lab_o = (old); try_cmpxchg((p), &lab_o, (new)); })
#define lab_xchg(p, v)		xchg((p), (v))
#define lab_barrier()		barrier()
#define lab_prefetch(p)		((void)(p))	/* of 62 lines: too long with preemption off */

/* The old value of a plain word; the kernel has these for its own types only. */
#define lab_rmw(op, p, v)	((__typeof__(*(p)))(sizeof(*(p)) == 8 ?				\
	(u64)atomic64_fetch_##op((s64)(v), (atomic64_t *)(void *)(p)) :				\
	(u64)(u32)atomic_fetch_##op((int)(v), (atomic_t *)(void *)(p))))
#define lab_add(p, v)		lab_rmw(add, (p), (v))
#define lab_or(p, v)		lab_rmw(or, (p), (v))
#define lab_and(p, v)		lab_rmw(and, (p), (v))

static inline void lab_local_inc(u64 *p)
{
	local64_inc((local64_t *)(void *)p);
}

#ifdef CONFIG_X86_64
/* By pairs, so up to one more than asked for; the arrays have room for that. Upwards, as the overlap wants it. */
static __always_inline void lab_copy_numbers(u32 *to, const u32 *from, u32 n)
{
	unsigned long pairs = (n + 1) / 2;

	asm volatile("rep movsq" : "+D" (to), "+S" (from), "+c" (pairs) : : "memory");
}
#define lab_copy_numbers lab_copy_numbers
#endif

/* Counted with the pin lifted: we may be on another CPU than the counter's. */
#define lab_stray_inc(p)	((void)lab_add((p), 1))

/* ---- CPUs ---- */

struct lab_cpu;
struct labyrinth_zone;

struct lab_this_cpu {
	struct lab_cpu *cpu;	/* our slot in the zone used last; lab_busy: a call is running */
	u32 slot;
	u32 irq;		/* what lab_prim_holder() says of this CPU's interrupts */
	u32 reason;
};

DECLARE_PER_CPU_ALIGNED(struct lab_this_cpu, lab_this_cpu);
extern u64 lab_bad_zones;
extern bool lab_no_system;
extern u32 lab_tracing;		/* trace.c: the page event is on */
void lab_trace_refused(enum labyrinth_reason reason);

struct lab_prim_zone {
	u32 visitors[2];	/* nest.h: there is no CPU without a slot */
	u32 phase;
	u32 used;
	u32 counted;		/* pages in the module's sum */
	void (*fn)(void *page, void *arg);
	void *arg;
	u32 serving;		/* the worker is started */
	struct dentry *dir;
	/* survive the zone: a late caller may be about to wait */
	u32 listeners;		/* somebody wants to be woken: the worker, who waits */
	u32 waiters;		/* who is in labyrinth_wait() */
	struct irq_work irq;
	struct work_struct work;
	struct swait_queue_head wait;
};

#define lab_self	(*raw_cpu_ptr(&lab_this_cpu))
/* The guard's word, relative to the CPU's base: one instruction each, and no interrupt sees half of it. */
#define lab_self_cpu()		raw_cpu_read(lab_this_cpu.cpu)
#define lab_self_set(c)		raw_cpu_write(lab_this_cpu.cpu, (c))
#define lab_self_set_rel(c)	do {							\
	if (!IS_ENABLED(CONFIG_X86))		/* where stores keep their order */	\
		smp_wmb();								\
	raw_cpu_write(lab_this_cpu.cpu, (c));						\
} while (0)
#define lab_cpu_zone_now(c)	lab_cpu_zone(c)		/* as written: a comparison in memory, once */
#define LAB_PRIM_FORKS	0
#define LAB_COUNT_ENTRY()	((void)0)	/* RCU knows when a call is over */
#define LAB_PIN()	preempt_disable_notrace()
#define LAB_UNPIN()	preempt_enable_notrace()
#include "nest.h"

#define LAB_CONTEXT_MASK	(NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK)

/* 0 task, 1 softirq or softirqs off, 2 hard interrupt, 3 NMI */
static inline u32 lab_prim_context(void)
{
	unsigned int pc = preempt_count();

	if (likely(!(pc & LAB_CONTEXT_MASK)))
		return IS_ENABLED(CONFIG_PREEMPT_RT) && softirq_count() ? 1 : 0;
	return pc & NMI_MASK ? 3 : pc & HARDIRQ_MASK ? 2 : 1;
}

#define lab_prim_context_bits()	0	/* the holder has it */

/* Called with the guard raised, so one level of it is ours. */
static inline bool lab_prim_in_atomic(void)
{
	return preempt_count() != PREEMPT_DISABLE_OFFSET || irqs_disabled();
}

#define LAB_HOLDER_IRQ	0x80000000u	/* kept {1, preempt_count:16, CPU:15}, shown {1, context:2, CPU:29} */
#define LAB_HOLDER_SHIFT 7		/* of the count's bits that tell the context */
static_assert((u32)LAB_CONTEXT_MASK << LAB_HOLDER_SHIFT == 0x7fff8000u && NR_CPUS <= 0x8000);

/* A thread's number; else as found, to be looked at when somebody asks. */
static inline u32 lab_prim_holder(void)
{
	u32 in = preempt_count() & LAB_CONTEXT_MASK;

	if (IS_ENABLED(CONFIG_PREEMPT_RT) && !in && softirq_count())
		in = SOFTIRQ_OFFSET;
	if (likely(!in))
		return (u32)current->pid;
	return in << LAB_HOLDER_SHIFT | raw_cpu_read(lab_this_cpu.irq);
}

static inline u32 lab_prim_holder_shown(u32 kept)
{
	u32 in = kept >> LAB_HOLDER_SHIFT, context = in & NMI_MASK ? 3 : in & HARDIRQ_MASK ? 2 : 1;

	if (!(kept & LAB_HOLDER_IRQ))
		return kept;
	return LAB_HOLDER_IRQ | context << 29 | (kept & ((SOFTIRQ_OFFSET << LAB_HOLDER_SHIFT) - 1));
}
#define lab_prim_holder_shown lab_prim_holder_shown

#define lab_prim_context_of(context, holder)	\
	((holder) & LAB_HOLDER_IRQ ? (holder) >> 29 & 3 : (context))

/* Both clocks may be read in NMI; the coarse one of the kernel may not. */
#define lab_prim_now(exact)	((void)(exact), ktime_get_mono_fast_ns())

static inline void lab_prim_reason(enum labyrinth_reason r)
{
	raw_cpu_write(lab_this_cpu.reason, (u32)r);
	if (unlikely(READ_ONCE(lab_tracing)))
		lab_trace_refused(r);
}

#define LAB_SLOTS_MAX		8190u

static inline u32 lab_prim_nslots(const struct labyrinth_zone_params *p)
{
	/* max_threads is for user space; the same bound, so that a wrong one is wrong everywhere */
	return p->max_threads > 255 ? 0 : min_t(u32, nr_cpu_ids, LAB_SLOTS_MAX);
}

/*
 * May the page allocator be asked here? On PREEMPT_RT only where we can be
 * preempted, so not under our own guard: the core asks again when it is down.
 */
static inline enum labyrinth_reason lab_prim_system_ok(const struct labyrinth_zone *z)
{
	if (in_nmi())
		return LABYRINTH_FAIL_CTX_NMI;
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && !preemptible())
		return LABYRINTH_FAIL_CTX_RT;
	return lab_no_system ? LABYRINTH_FAIL_SYSTEM : LABYRINTH_FAIL_NONE;
}

#define lab_prim_bad_zone()	((void)lab_add(&lab_bad_zones, 1))
#define lab_prim_bad_zones()	lab_load(&lab_bad_zones)

static inline bool lab_prim_slot_live(u32 slot)
{
	return slot < nr_cpu_ids && cpu_online(slot);
}

/* ---- content ---- */

#define lab_prim_clear(va)	clear_page(va)
#define lab_prim_fill(va, b)	memset((va), (b), PAGE_SIZE)
#define lab_tools_on()		false
#define lab_tool_alloc(zone, va, init)	((void)0)
#define lab_tool_release(zone, va)	((void)0)
#define lab_tool_open(va)		((void)0)
#define lab_tool_close(va)		((void)0)

/* ---- addresses: a page knows its descriptor ---- */

#define LAB_PRIM_OWN_MAP
struct lab_page *lab_prim_page_desc(struct labyrinth_zone *z, const void *addr);

#define LAB_DESC_SHIFT	6	/* sizeof(struct lab_page) */

#if defined(CONFIG_X86_64) && defined(CONFIG_SPARSEMEM_VMEMMAP)
extern const unsigned long lab_page_numbers;	/* 64 TiB of them; no instruction compares with a constant that wide */

/*
 * The number of the page at @addr, which may be anything. One load tells, from
 * the struct page there; where memory has a hole it faults and leaves that
 * one's address, which is no descriptor's. Numbers beyond 64 TiB, and misaligned
 * ones, whose low bits stand on top after the turn, take the slow way.
 */
static __always_inline bool lab_page_number(const void *addr, struct lab_page *const *first, const u64 *n, size_t *index,
					    struct lab_page **pg)
{
	unsigned long pfn = ror64((unsigned long)addr - PAGE_OFFSET, PAGE_SHIFT), desc;

	if (unlikely(pfn >= lab_page_numbers))
		return false;
	desc = (unsigned long)(vmemmap + pfn);
	asm volatile("1:	mov %1, %0\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : "+r" (desc) : "m" (((struct page *)desc)->private));
	*pg = (struct lab_page *)desc;
	*index = ror64(desc - (unsigned long)*first, LAB_DESC_SHIFT);
	return likely(*index < *n);
}
#else
bool lab_page_number(const void *addr, struct lab_page *const *first, const u64 *n, size_t *index,
		     struct lab_page **pg);
#endif

#define lab_prim_map_fast(z, addr, index, pg)	\
	lab_page_number((addr), &(z)->page, &(z)->npages, (index), (pg))
struct lab_page *lab_prim_frame_desc(struct labyrinth_zone *z, u64 frame);
#define lab_prim_frame(va)	(__pa(va) >> PAGE_SHIFT)

static inline int lab_prim_frames(struct labyrinth_zone *z) { return -EPERM; }

#endif /* LABYRINTH_ALLOC_PRIM_LINUX_H */
