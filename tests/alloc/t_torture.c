// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * t_torture THREADS OPS [SEED [FLAGS]]: threads do random right and wrong
 * things to few pages, some of them as workers, some without a magazine.
 *
 * Each page carries its owner's mark at both ends, checked before every move;
 * a shadow array counts owners per page. At the end every page must be free and
 * in exactly one place, and allocations must equal cancels and frees.
 */
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "lab_test.h"

#define PAGES 500u
#define LIVE 24u
#define get labyrinth_void_allocpage_gfpatomic_extra_quality

static struct labyrinth_zone *zone;
static uint32_t owners[PAGES];
static uint64_t ops, bad, nulls, wrong, wrong_expected;
static pthread_barrier_t bar;
static int producers_left;

static void failed(const char *what, void *page)
{
	struct labyrinth_page_info i = { .state = LABYRINTH_PAGE_STATES };

	labyrinth_page_query(zone, page, &i);
	if (__atomic_fetch_add(&bad, 1, __ATOMIC_RELAXED) < 10)
		printf("# %s: page %p is %s, generation %llu\n", what, page, labyrinth_state_name(i.state),
		       (unsigned long long)i.generation);
}

static uint32_t *owner_of(void *page)
{
	/* frames of a zone are consecutive and begin at a multiple of 2^24 */
	return &owners[(labyrinth_virt_to_phys(zone, page) >> 12) & 0xffffff];
}

static void mark(uint64_t *page, uint64_t who)
{
	if (__atomic_fetch_add(owner_of(page), 1, __ATOMIC_RELAXED))
		failed("given out twice", page);
	page[0] = who;
	page[511] = ~who;
}

static void unmark(uint64_t *page)
{
	if (page[0] != ~page[511])
		failed("content changed under its owner", page);
	page[0] = page[511] = 0;
	if (__atomic_fetch_sub(owner_of(page), 1, __ATOMIC_RELAXED) != 1)
		failed("owners miscounted", page);
}

static uint32_t rnd(uint64_t *s, uint32_t n)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return (uint32_t)(*s >> 33) % n;
}

/* A call that must be refused, on a page that is certainly not ours to give. */
static void wrong_call(uint64_t *s, void *page)
{
	static char foreign[4096];
	int r = 0;

	switch (rnd(s, 4)) {
	case 0:
		r = labyrinth_free_page(zone, page);	/* ATOMIC: not a worker's */
		break;
	case 1:
		r = labyrinth_cancel(zone, foreign);
		break;
	case 2:
		r = labyrinth_handoff(zone, (char *)page + 16);
		break;
	case 3:
		r = labyrinth_free_handle(zone, labyrinth_page_handle(zone, page) ^ (1ull << 30));
		break;
	}
	__atomic_fetch_add(&wrong_expected, 1, __ATOMIC_RELAXED);
	if (r < 0)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	else
		failed("a wrong call was accepted", page);
}

static void *producer(void *arg)
{
	uint64_t s = (uint64_t)(size_t)arg * 0x9e3779b97f4a7c15ull | 1, n, null = 0;
	uint64_t *live[LIVE];
	uint32_t k, held = 0;

	if ((size_t)arg % 5 != 4)	/* every fifth works without a magazine */
		labyrinth_thread_register();
	pthread_barrier_wait(&bar);
	for (n = 0; n < ops; n++) {
		k = rnd(&s, 8);
		if (k < 4 && held < LIVE) {
			live[held] = get(zone, k ? LABYRINTH_QUALITY_NONE : LABYRINTH_QUALITY_ZERO);
			if (live[held])
				mark(live[held++], s);
			else if (++null)
				sched_yield();	/* the worker has them */
		} else if (held) {
			uint32_t i = rnd(&s, held);
			uint64_t *p = live[i];

			if (k == 7 && !rnd(&s, 8)) {
				wrong_call(&s, p);
				continue;
			}
			live[i] = live[--held];
			if (k & 1) {
				unmark(p);
				if (labyrinth_cancel(zone, p))
					failed("cancel refused", p);
			} else if (labyrinth_handoff(zone, p)) {
				failed("hand-off refused", p);
			}
		}
		if (!(n & 1023) && (size_t)arg % 7 == 6) {	/* threads come and go */
			labyrinth_thread_unregister();
			labyrinth_thread_register();
		}
	}
	while (held) {
		unmark(live[--held]);
		if (labyrinth_cancel(zone, live[held]))
			failed("cancel refused", live[held]);
	}
	__atomic_fetch_add(&nulls, null, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&producers_left, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void *worker(void *arg)
{
	uint64_t s = (uint64_t)(size_t)arg | 1;
	void *batch[17];
	int n, i, left;

	labyrinth_thread_register();
	pthread_barrier_wait(&bar);
	do {
		left = __atomic_load_n(&producers_left, __ATOMIC_ACQUIRE);
		n = labyrinth_receive(zone, batch, 1 + rnd(&s, 17));
		for (i = 0; i < n; i++) {
			if (!rnd(&s, 16)) {	/* re-route */
				if (labyrinth_handoff(zone, batch[i]))
					failed("re-route refused", batch[i]);
				continue;
			}
			unmark(batch[i]);
			if (labyrinth_free_page(zone, batch[i]))
				failed("free refused", batch[i]);
		}
		if (!rnd(&s, 64))
			labyrinth_refill(zone);
		if (!rnd(&s, 512))
			labyrinth_drain(zone, PAGES - 100);
		if (!rnd(&s, 512))
			labyrinth_audit(zone, 0, NULL, NULL);
		if (!n)
			sched_yield();
	} while (n || left);
	return NULL;
}

static void ignore(const struct labyrinth_report *r, void *arg)
{
	(void)arg;
	if (r->kind == LABYRINTH_MISUSE_CORRUPTED || r->kind == LABYRINTH_MISUSE_POISON)
		failed(r->rule, r->info.page);
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 4, workers = (threads + 3) / 4, i;
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .name = "torture", .pages = PAGES - 100, .max_pages = PAGES,
		.low = 50, .high = 150, .report = ignore, .extent_pages = 64, .magazine = 16,
		.flags = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 0) : 0,
		.prepare = LABYRINTH_PREPARE_POISON, .check = LABYRINTH_CHECK_FULL,
	};
	pthread_t t[64];
	struct labyrinth_stats s;

	ops = argc > 2 ? strtoull(argv[2], NULL, 0) : 100000;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (threads < 1 || threads > 48)
		return 2;
	producers_left = threads;
	pthread_barrier_init(&bar, NULL, (unsigned int)(threads + workers));
	if (labyrinth_zone_create(&p, &zone))
		return 2;
	for (i = 0; i < threads; i++)
		pthread_create(&t[i], NULL, producer,
			       (void *)((size_t)i + (argc > 3 ? (size_t)atoi(argv[3]) * 105 : 0) + 1));
	for (i = 0; i < workers; i++)
		pthread_create(&t[threads + i], NULL, worker, (void *)(size_t)(i + 77));
	for (i = 0; i < threads + workers; i++)
		pthread_join(t[i], NULL);
	/* what the last re-route left */
	{
		void *batch[64];
		int n;

		while ((n = labyrinth_receive(zone, batch, 64)) > 0)
			for (i = 0; i < n; i++) {
				unmark(batch[i]);
				labyrinth_free_page(zone, batch[i]);
			}
	}
	labyrinth_get_stats(zone, &s);
	printf("# %d threads, %d workers: alloc %llu cancel %llu free %llu handoff %llu receive %llu null %llu wrong %llu\n",
	       threads, workers, (unsigned long long)s.alloc, (unsigned long long)s.cancel,
	       (unsigned long long)s.free, (unsigned long long)s.handoff, (unsigned long long)s.receive,
	       (unsigned long long)nulls, (unsigned long long)wrong);
	if (s.alloc != s.cancel + s.free || s.handoff != s.receive || wrong != wrong_expected)
		failed("accounts do not balance", NULL);
	for (i = 0; i < (int)PAGES; i++)
		if (owners[i])
			failed("a page has an owner left", NULL);
	if (labyrinth_zone_verify(zone))
		failed("verify", NULL);
	if (labyrinth_zone_destroy(zone))
		failed("destroy", NULL);
	printf(bad ? "not ok\n" : "ok\n");
	return bad != 0;
}
