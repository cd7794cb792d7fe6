// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * t_signal DELIVERIES [THREADS [FLAGS]]: the test that no malloc survives.
 *
 * Threads allocate, hand off and cancel without pause while signals cut into
 * them at any instruction; each handler allocates up to three pages and hands
 * off, cancels or keeps them. A second signal nests into the first. A worker
 * frees. No hang (the caller sets a limit), no page with two owners, none lost:
 * at the end the accounts balance to the page.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "lab_test.h"

#define PAGES 2048u
#define get labyrinth_void_allocpage_gfpatomic_extra_quality

static struct labyrinth_zone *zone;
static uint32_t owners[PAGES];
static uint64_t delivered, nested, bad, nulls, goal;
static int stop;
static __thread int in_handler;
static __thread void *kept;
static __thread uint64_t seed;

static void failed(const char *what)
{
	if (__atomic_fetch_add(&bad, 1, __ATOMIC_RELAXED) < 10 && write(1, what, strlen(what)) < 0)
		return;
}

static uint32_t *owner_of(void *page)
{
	return &owners[(labyrinth_virt_to_phys(zone, page) >> 12) & 0xffffff];
}

static void mark(void *page)
{
	if (__atomic_fetch_add(owner_of(page), 1, __ATOMIC_RELAXED))
		failed("# given out twice\n");
	((volatile uint64_t *)page)[0] = (uint64_t)(size_t)page;
	((volatile uint64_t *)page)[511] = ~(uint64_t)(size_t)page;
}

static void unmark(void *page)
{
	volatile uint64_t *p = page;

	if (p[0] != (uint64_t)(size_t)page || p[511] != ~p[0])
		failed("# content changed\n");
	if (__atomic_fetch_sub(owner_of(page), 1, __ATOMIC_RELAXED) != 1)
		failed("# owners miscounted\n");
}

static void give(void *page, uint32_t how)
{
	if (how & 1) {
		if (labyrinth_handoff(zone, page))
			failed("# hand-off refused\n");
	} else {
		unmark(page);
		if (labyrinth_cancel(zone, page))
			failed("# cancel refused\n");
	}
}

static void handler(int sig)
{
	int e = errno, i, n;
	uint64_t s = ++seed * 0x9e3779b97f4a7c15ull >> 32;
	void *p;

	(void)sig;
	labyrinth_atomic_enter();
	__atomic_fetch_add(&delivered, 1, __ATOMIC_RELAXED);
	if (in_handler++)
		__atomic_fetch_add(&nested, 1, __ATOMIC_RELAXED);
	n = 1 + (int)(s % 3);
	for (i = 0; i < n; i++, s >>= 3) {
		p = get(zone, LABYRINTH_QUALITY_NONE);
		if (!p) {
			__atomic_fetch_add(&nulls, 1, __ATOMIC_RELAXED);
			continue;
		}
		mark(p);
		if ((s & 7) == 7)	/* keep it until another handler or the end */
			p = __atomic_exchange_n(&kept, p, __ATOMIC_RELAXED);
		if (p)
			give(p, (uint32_t)s);
	}
	p = s & 8 ? __atomic_exchange_n(&kept, NULL, __ATOMIC_RELAXED) : NULL;
	if (p)
		give(p, (uint32_t)(s >> 4));
	in_handler--;
	labyrinth_atomic_exit();
	errno = e;
}

static void *victim(void *arg)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL };
	struct itimerspec a = { { 0, 20000 }, { 0, 20000 } }, b = { { 0, 33000 }, { 0, 33000 } };
	void *p[64];
	timer_t t[2];
	sigset_t set;
	int i, n, r;

	seed = (uint64_t)(size_t)arg;
	if ((size_t)arg % 4 != 3)
		labyrinth_thread_register();
	ev.sigev_notify = SIGEV_THREAD_ID;
	ev._sigev_un._tid = gettid();
	ev.sigev_signo = SIGRTMIN;
	timer_create(CLOCK_MONOTONIC, &ev, &t[0]);
	ev.sigev_signo = SIGRTMIN + 1;
	timer_create(CLOCK_MONOTONIC, &ev, &t[1]);
	timer_settime(t[0], 0, &a, NULL);
	timer_settime(t[1], 0, &b, NULL);
	for (r = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); r++) {
		n = 1 + (r & 63);
		for (i = 0; i < n; i++) {
			p[i] = get(zone, LABYRINTH_QUALITY_NONE);
			if (p[i])
				mark(p[i]);
			/* the timers alone reach some 50 kHz: cut in at more places */
			if (!(i & 7))
				pthread_kill(pthread_self(), SIGRTMIN + (r & 1));
		}
		for (i = 0; i < n; i++)
			if (p[i])
				give(p[i], (uint32_t)(r + i));
		if (__atomic_load_n(&delivered, __ATOMIC_RELAXED) >= goal)
			__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	}
	timer_delete(t[0]);
	timer_delete(t[1]);
	sigfillset(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (kept)
		give(kept, 0);
	kept = NULL;
	return NULL;
}

static void *worker(void *arg)
{
	void *batch[64];
	sigset_t set;
	int n, i, last;

	(void)arg;
	sigfillset(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	labyrinth_thread_register();
	do {
		last = __atomic_load_n(&stop, __ATOMIC_ACQUIRE) == 2;
		labyrinth_wait(zone, 1000000);
		while ((n = labyrinth_receive(zone, batch, 64)) > 0)
			for (i = 0; i < n; i++) {
				unmark(batch[i]);
				if (labyrinth_free_page(zone, batch[i]))
					failed("# free refused\n");
			}
		labyrinth_refill(zone);
	} while (!last);
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? atoi(argv[2]) : 2, i;
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .name = "signals", .pages = PAGES, .prepare = LABYRINTH_PREPARE_KEEP,
		.flags = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : 0,
	};
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };
	struct labyrinth_stats s;
	struct timespec t0, t1;
	pthread_t t[17], w;

	goal = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
	if (threads < 1 || threads > 16 || labyrinth_zone_create(&p, &zone))
		return 2;
	sigaction(SIGRTMIN, &sa, NULL);		/* each may cut into the other */
	sigaction(SIGRTMIN + 1, &sa, NULL);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	pthread_create(&w, NULL, worker, NULL);
	for (i = 0; i < threads; i++)
		pthread_create(&t[i], NULL, victim, (void *)(size_t)i);
	for (i = 0; i < threads; i++)
		pthread_join(t[i], NULL);
	__atomic_store_n(&stop, 2, __ATOMIC_RELEASE);
	pthread_join(w, NULL);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	labyrinth_get_stats(zone, &s);
	printf("# %llu signals (%llu nested) on %d threads in %.1f s: alloc %llu (%llu magazine, %llu emergency, %llu reserve, %llu stolen), "
	       "cancel %llu, free %llu, handoff %llu, null %llu, entries that found the magazine busy %llu\n",
	       (unsigned long long)delivered, (unsigned long long)nested, threads,
	       (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9,
	       (unsigned long long)s.alloc, (unsigned long long)s.alloc_magazine,
	       (unsigned long long)s.alloc_emergency, (unsigned long long)s.alloc_reserve,
	       (unsigned long long)s.alloc_stolen, (unsigned long long)s.cancel, (unsigned long long)s.free,
	       (unsigned long long)s.handoff, (unsigned long long)nulls, (unsigned long long)s.nested);
	if (s.alloc != s.cancel + s.free || s.handoff != s.receive || s.handoff != s.free)
		failed("# accounts do not balance\n");
	for (i = 0; i < (int)PAGES; i++)
		if (owners[i])
			failed("# a page has an owner left\n");
	if (labyrinth_zone_verify(zone))
		failed("# verify\n");
	if (labyrinth_zone_destroy(zone))
		failed("# destroy\n");
	printf(bad ? "not ok\n" : "ok\n");
	return bad != 0;
}
