// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth_bench.ko: what a page costs, in time stamp counter ticks. Under
 * qemu's -icount one tick is one instruction, and nothing else varies.
 *
 * K1: the mean of an operation in task, softirq and hard interrupt context.
 * K2: the dearest single call of many, refills, flushes and failures included.
 * Lines "bench K1 CONTEXT NAME MEAN", "bench K2
 * CONTEXT NAME MEDIAN 99% 99.9% WORST"; interrupts are off while it counts.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/version.h>
#include <linux/vmalloc.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif
#include <labyrinth/labyrinth.h>

#define ROUNDS	2000
#define LIVE	64
#define get	labyrinth_void_allocpage_gfpatomic_extra_quality
#define NONE	LABYRINTH_QUALITY_NONE

static unsigned int calls = 100000;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "single calls that K2 looks at");

static struct labyrinth_zone *zone, *large, *trust, *zeroing;
static mempool_t *pool, *reserve;
static struct page_pool *pp;
static struct page_frag_cache frag;
static struct page *pages[LIVE];
static void *vas[LIVE];

/* ---- K1: operations; each a loop of its own, and returns how many pages went through ---- */

#define OP(name, ...)						\
static int op_##name(unsigned int rounds)			\
{								\
	struct labyrinth_zone *z __maybe_unused = zone, *t __maybe_unused = trust;	\
	int n = 0;						\
								\
	for (; rounds; rounds--)				\
		n += ({ __VA_ARGS__; });			\
	return n;						\
}

static __always_inline int one_page(gfp_t gfp)
{
	struct page *p = alloc_page(gfp);

	if (p)
		__free_page(p);
	return 1;
}

static __always_inline int one_element(mempool_t *from)
{
	void *p = mempool_alloc(from, GFP_ATOMIC);

	if (p)
		mempool_free(p, from);
	return 1;
}

static __always_inline int one_frag(void)
{
	void *p = page_frag_alloc(&frag, PAGE_SIZE, GFP_ATOMIC);

	if (p)
		page_frag_free(p);
	return 1;
}

static __always_inline int one_pooled(bool direct)
{
	struct page *p = page_pool_alloc_pages(pp, GFP_ATOMIC | __GFP_NOWARN);

	if (p)
		page_pool_put_full_page(pp, p, direct);
	return 1;
}

static int many_pages(void)
{
	unsigned int n, i;

	memset(pages, 0, sizeof(pages));
	n = alloc_pages_bulk_array(GFP_ATOMIC, LIVE, pages);
	for (i = 0; i < n; i++)
		__free_page(pages[i]);
	return n;
}

static __always_inline int pair(struct labyrinth_zone *z, labyrinth_quality_t q)
{
	void *p = get(z, q);

	if (p)
		labyrinth_cancel(z, p);
	return 1;
}

static int many_pairs(struct labyrinth_zone *z)
{
	int n = labyrinth_alloc_bulk(z, NONE, vas, LIVE);

	labyrinth_cancel_bulk(z, vas, n);
	return n;
}

static int handoffs(struct labyrinth_zone *z)
{
	unsigned int i;

	for (i = 0; i < LIVE; i++) {
		vas[i] = get(z, NONE);
		labyrinth_handoff(z, vas[i]);
	}
	return LIVE;
}

OP(nothing, barrier(); 1)
OP(gfp_atomic, one_page(GFP_ATOMIC))
OP(gfp_kernel, one_page(GFP_KERNEL))
OP(bulk, many_pages())
OP(mempool, one_element(pool))
OP(mempool_reserve, one_element(reserve))
OP(page_frag, one_frag())
OP(page_pool_fast, one_pooled(true))
OP(page_pool_ring, one_pooled(false))
OP(pair, pair(z, NONE))
OP(pair_align, pair(z, LABYRINTH_QUALITY_CL_ALIGN))
OP(pair_zero, pair(z, LABYRINTH_QUALITY_ZERO))
OP(pair_trust, pair(t, NONE))
OP(pair_bulk, many_pairs(large))
OP(handoff, handoffs(zone))
OP(handoff_zeroed, handoffs(zeroing))

/* The worker's half, in task context only: what the handoffs left. */
static int work_of(struct labyrinth_zone *z)
{
	int n = labyrinth_receive(z, vas, LIVE), i;

	for (i = 0; i < n; i++)
		labyrinth_free_page(z, vas[i]);
	return n;
}

/* ---- running them ---- */

enum { TASK, SOFTIRQ, HARDIRQ };

static const char *const where[] = { "task", "softirq", "hardirq" };

struct measure {
	int (*op)(unsigned int rounds);
	struct labyrinth_zone *drain;	/* hand-offs to be received in between */
	u64 best;			/* 1/16 ticks a page */
};

static void measure(struct measure *m, unsigned int rounds)
{
	unsigned long flags;
	u64 t0, t1;
	int n;

	local_irq_save(flags);
	t0 = rdtsc_ordered();
	n = m->op(rounds);
	t1 = rdtsc_ordered();
	local_irq_restore(flags);
	if (n)
		m->best = min(m->best, (t1 - t0) * 16 / n);
}

static struct measure *now;
static unsigned int now_rounds;
static struct completion done;

static void in_tasklet(struct tasklet_struct *t)
{
	measure(now, now_rounds);
	complete(&done);
}

static DECLARE_TASKLET(tasklet, in_tasklet);

static enum hrtimer_restart in_timer_irq(struct hrtimer *t)
{
	measure(now, now_rounds);
	complete(&done);
	return HRTIMER_NORESTART;
}

static void run_in(int context, struct measure *m, unsigned int rounds)
{
	static struct hrtimer timer;

	now = m;
	now_rounds = rounds;
	if (context == TASK) {
		measure(m, rounds);
		return;
	}
	init_completion(&done);
	if (context == SOFTIRQ) {
		tasklet_schedule(&tasklet);
	} else {
		hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
		timer.function = in_timer_irq;
		hrtimer_start(&timer, ns_to_ktime(1000), HRTIMER_MODE_REL_HARD);
	}
	wait_for_completion(&done);
}

static u64 empty_loop;

static void k1(const char *name, int contexts, int (*op)(unsigned int), struct labyrinth_zone *drain)
{
	int c, r;

	for (c = TASK; c <= HARDIRQ; c++) {
		struct measure m = { .op = op, .best = ~0ull };

		if (!(contexts & 1 << c))
			continue;
		for (r = 0; r < 8; r++) {
			run_in(c, &m, drain ? 4 : ROUNDS);
			while (drain && work_of(drain) > 0)
				;
		}
		if (op != op_nothing && m.best > empty_loop)
			m.best -= empty_loop;
		else
			empty_loop = m.best;
		pr_info("bench K1 %s %s %llu.%02llu\n", where[c], name, m.best / 16, m.best % 16 * 100 / 16);
	}
}

#define ALL	7

/* The worker's half is measured here and not in k1(): it needs pages that were handed off. */
static void k1_worker(const char *name, struct labyrinth_zone *z)
{
	u64 best = ~0ull, t0, t1;
	int r, n;

	for (r = 0; r < 8; r++) {
		handoffs(z);
		t0 = rdtsc_ordered();
		n = work_of(z);
		t1 = rdtsc_ordered();
		if (n)
			best = min(best, (t1 - t0) / n);
		while (work_of(z) > 0)
			;
	}
	pr_info("bench K1 task %s %llu.00\n", name, best);
}

/* ---- K2 ---- */

#define TICKS_MAX 16384

/* How many calls took how many ticks. */
struct tally {
	u32 *calls;	/* TICKS_MAX of them */
	u32 n;
	u64 worst;
};

static u64 clock_cost;

static int tally_begin(struct tally *t)
{
	t->n = 0;
	t->worst = 0;
	t->calls = vzalloc(TICKS_MAX * sizeof(u32));
	return t->calls ? 0 : -ENOMEM;
}

static void note(struct tally *t, u64 t0, u64 t1)
{
	u64 ticks = t1 - t0;

	ticks = ticks > clock_cost ? ticks - clock_cost : 0;
	t->calls[min_t(u64, ticks, TICKS_MAX - 1)]++;
	t->n++;
	t->worst = max(t->worst, ticks);
}

static u32 quantile(const struct tally *t, u32 per_mille)
{
	u64 want = ((u64)t->n * per_mille + 999) / 1000, seen = 0;
	u32 i;

	for (i = 0; i < TICKS_MAX - 1; i++) {
		seen += t->calls[i];
		if (seen >= want)
			break;
	}
	return i;
}

static void tally_end(struct tally *t, const char *name, const char *what)
{
	pr_info("bench K2 task %s-%s %u %u %u %llu\n", name, what, quantile(t, 500), quantile(t, 990),
		quantile(t, 999), t->worst);
	vfree(t->calls);
	t->calls = NULL;
}

#define TIMED(tally, call) ({				\
	u64 lab_t0 = rdtsc_ordered();			\
	__typeof__(call) lab_r = (call);		\
	u64 lab_t1 = rdtsc_ordered();			\
							\
	note((tally), lab_t0, lab_t1);			\
	lab_r; })

enum { ALLOC, CANCEL, HANDOFF, REFUSAL, TALLIES };

static struct tally tally[TALLIES];

/*
 * Takes up to the zone's end and gives back, by turns: each refill, flush, steal
 * and refusal comes up. 257 is above what a magazine holds.
 */
static void k2_zone(const char *name, struct labyrinth_zone *z)
{
	static const char *const names[] = { "alloc", "cancel", "handoff", "refusal" };
	static void *held[600];
	unsigned int done_calls, n = 0, i, goal = 257;
	unsigned long flags;

	for (i = 0; i < TALLIES; i++)
		if (tally_begin(&tally[i]))
			return;
	for (done_calls = 0; done_calls < calls; goal = goal == 600 ? 257 : 600) {
		local_irq_save(flags);
		while (n < goal) {
			u64 t0 = rdtsc_ordered(), t1;

			held[n] = get(z, NONE);
			t1 = rdtsc_ordered();
			note(&tally[held[n] ? ALLOC : REFUSAL], t0, t1);
			if (!held[n] && tally[REFUSAL].n % 20 == 0)
				break;
			n += !!held[n];
		}
		done_calls += 2 * n;
		for (i = 0; n; i++) {
			n--;
			if (i % 7)
				TIMED(&tally[CANCEL], labyrinth_cancel(z, held[n]));
			else
				TIMED(&tally[HANDOFF], labyrinth_handoff(z, held[n]));
		}
		local_irq_restore(flags);
		while (work_of(z) > 0)
			;
		labyrinth_refill(z);
		cond_resched();
	}
	for (i = 0; i < TALLIES; i++)
		tally_end(&tally[i], name, names[i]);
}

static struct page *take_all(struct tally *t, u64 *n)
{
	struct page *p, *list = NULL;

	while ((p = TIMED(t, alloc_page(GFP_ATOMIC | __GFP_NOWARN)))) {
		set_page_private(p, (unsigned long)list);
		list = p;
		++*n;
	}
	return list;
}

static void give_all(struct page *list)
{
	struct page *p;

	while ((p = list)) {
		list = (struct page *)page_private(p);
		set_page_private(p, 0);
		__free_page(p);
	}
}

/* The page allocator, while it has plenty, and until it has nothing left. */
static void k2_pages(void)
{
	struct tally alloc = { }, give = { }, deplete = { }, refuse = { };
	unsigned long flags;
	struct page *list, *p;
	unsigned int i, k;
	u64 n = 0;

	if (tally_begin(&alloc) || tally_begin(&give) || tally_begin(&deplete) || tally_begin(&refuse))
		return;
	for (i = 0; i < calls / LIVE; i++) {
		local_irq_save(flags);
		for (k = 0; k < LIVE; k++)
			pages[k] = TIMED(&alloc, alloc_page(GFP_ATOMIC | __GFP_NOWARN));
		for (k = 0; k < LIVE; k++)
			TIMED(&give, ({ __free_page(pages[k]); 0; }));
		local_irq_restore(flags);
	}
	local_irq_save(flags);
	list = take_all(&deplete, &n);
	for (i = 0; i < 1000; i++) {
		p = TIMED(&refuse, alloc_page(GFP_ATOMIC | __GFP_NOWARN));
		if (p)
			__free_page(p);
	}
	give_all(list);
	local_irq_restore(flags);
	tally_end(&alloc, "alloc_page", "alloc");
	tally_end(&give, "alloc_page", "free");
	tally_end(&deplete, "alloc_page", "depleting");
	tally_end(&refuse, "alloc_page", "refusal");
	pr_info("# %llu pages until the page allocator refused\n", n);
}

/* What looking after pages costs, a page: none out, all out. */
static void audits(void)
{
	static void *held[512];
	u64 t0, t1, t2;
	int n;

	t0 = rdtsc_ordered();
	labyrinth_audit(zone, 0, NULL, NULL);
	t1 = rdtsc_ordered();
	n = labyrinth_alloc_bulk(zone, NONE, held, ARRAY_SIZE(held));
	t2 = rdtsc_ordered();
	labyrinth_audit(zone, 0, NULL, NULL);
	t2 = rdtsc_ordered() - t2;
	labyrinth_cancel_bulk(zone, held, n);
	pr_info("bench K1 task audit-free-page %llu.00\n", (t1 - t0) / 512);
	pr_info("bench K1 task audit-page-out %llu.00\n", t2 / 512);
}

/* ---- begin and end ---- */

static void *no_page(gfp_t gfp, void *data)
{
	return NULL;
}

static void *a_page(gfp_t gfp, void *data)
{
	return (void *)__get_free_page(gfp & ~__GFP_NOMEMALLOC);
}

static void *page_once(gfp_t gfp, void *data)
{
	/* mempool_create() fills the reserve; afterwards the backing allocator has nothing */
	return READ_ONCE(reserve) ? no_page(gfp, data) : a_page(gfp, data);
}

static void put_page_va(void *p, void *data)
{
	free_page((unsigned long)p);
}

static int prepare(void)
{
	struct page_pool_params ppp = { .pool_size = 1024, .nid = NUMA_NO_NODE };
	struct labyrinth_zone_params p = { .size = sizeof(p), .name = "bench", .pages = 512,
					    .prepare = LABYRINTH_PREPARE_KEEP };
	int err = labyrinth_zone_create(&p, &zone);

	p.magazine = 128;
	if (!err)
		err = labyrinth_zone_create(&p, &large);
	p.magazine = 0;
	p.flags = LABYRINTH_ZONE_NO_CHECKS;
	if (!err)
		err = labyrinth_zone_create(&p, &trust);
	p.flags = 0;
	p.prepare = LABYRINTH_PREPARE_ZERO;
	if (!err)
		err = labyrinth_zone_create(&p, &zeroing);
	if (err)
		return err;
	pool = mempool_create(LIVE, a_page, put_page_va, NULL);
	reserve = mempool_create(LIVE, page_once, put_page_va, NULL);
	pp = page_pool_create(&ppp);
	return pool && reserve && !IS_ERR(pp) ? 0 : -ENOMEM;
}

static void k1_all(void)
{
	k1("nothing", ALL, op_nothing, NULL);
	k1("alloc_page-GFP_ATOMIC", ALL, op_gfp_atomic, NULL);
	k1("alloc_page-GFP_KERNEL", 1 << TASK, op_gfp_kernel, NULL);
	k1("alloc_pages_bulk-64", ALL, op_bulk, NULL);
	k1("mempool", ALL, op_mempool, NULL);
	k1("mempool-reserve", ALL, op_mempool_reserve, NULL);
	k1("page_frag-4096", ALL, op_page_frag, NULL);
	k1("page_pool-fast", 1 << SOFTIRQ, op_page_pool_fast, NULL);
	k1("page_pool-ring", 1 << SOFTIRQ, op_page_pool_ring, NULL);
	k1("labyrinth-pair", ALL, op_pair, NULL);
	k1("labyrinth-pair-unchecked", ALL, op_pair_trust, NULL);
	k1("labyrinth-pair-CL_ALIGN", ALL, op_pair_align, NULL);
	k1("labyrinth-pair-ZERO-inline", ALL, op_pair_zero, NULL);
	k1("labyrinth-pair-bulk-64", ALL, op_pair_bulk, NULL);
	k1("labyrinth-take-handoff", ALL, op_handoff, zone);
	k1("labyrinth-take-handoff-zeroed", ALL, op_handoff_zeroed, zeroing);
	k1_worker("labyrinth-receive-free", zone);
	k1_worker("labyrinth-receive-zero-free", zeroing);
}

static int __init bench_init(void)
{
	int err = prepare(), i;
	u64 t0, t1;

	if (err)
		return err;
	clock_cost = ~0ull;
	for (i = 0; i < 100; i++) {
		t0 = rdtsc_ordered();
		t1 = rdtsc_ordered();
		clock_cost = min(clock_cost, t1 - t0);
	}
	k1_all();
	audits();
	k2_zone("labyrinth", zone);
	k2_zone("labyrinth-magazine-128", large);
	k2_pages();
	return 0;
}

static void __exit bench_exit(void)
{
	labyrinth_zone_destroy(zone);
	labyrinth_zone_destroy(large);
	labyrinth_zone_destroy(trust);
	labyrinth_zone_destroy(zeroing);
	mempool_destroy(pool);
	mempool_destroy(reserve);
	page_pool_destroy(pp);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("What a page costs in the kernel");
MODULE_AUTHOR("The Labyrinth developers");
MODULE_LICENSE("GPL");
