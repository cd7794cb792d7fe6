// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench CONFIG TEST: one measurement, printed as CSV lines
 * "test,variant,metric,value,unit". The runner (run.py) adds who and when.
 *
 * The machine is shared, so a loop is timed in pieces of some 100 us and the
 * best piece and the median are reported; latencies are histograms of single
 * calls (rdtscp, its own cost subtracted) beside an empty loop's histogram,
 * which is the noise floor. One byte of every page is written, in the k-th page of
 * a batch in its k-th line: the first lines of 64 pages share the eight ways of
 * one set of the L1 cache, which would measure that set.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "backend.h"

#define COLOUR(k) ((k) * 64 % PAGE)
#define PIECES 400
#define PAGES 16384u

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t tsc(void)
{
	unsigned int aux;

	return __rdtscp(&aux);
}

static double tsc_ghz;
static uint64_t tsc_cost;

static void calibrate(void)
{
	uint64_t a = now_ns(), t = tsc(), best = ~0ull, d;
	int i;

	while (now_ns() - a < 20000000)
		;
	tsc_ghz = (double)(tsc() - t) / (double)(now_ns() - a);
	for (i = 0; i < 10000; i++) {
		t = tsc();
		d = tsc() - t;
		if (d < best)
			best = d;
	}
	tsc_cost = best;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % (int)sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void emit(const char *test, const char *variant, const char *metric, double v, const char *unit)
{
	printf("%s,%s,%s,%.2f,%s\n", test, variant, metric, v, unit);
	fflush(stdout);
}

static int cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void emit_pieces(const char *test, const char *variant, double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), cmp);
	emit(test, variant, "best", v[0], "ns");
	emit(test, variant, "median", v[n / 2], "ns");
}

/* ---- U1, U2: pairs and batches, 1..n threads ---- */

struct batch_job {
	int cpu, batch, bulk;
	pthread_barrier_t *bar;
	double v[PIECES];
};

static void *batch_thread(void *arg)
{
	struct batch_job *j = arg;
	void *p[256];
	int i, k, r, ops = 4096 / j->batch;
	uint64_t t;

	pin(j->cpu);
	be_thread();
	if (j->bar)
		pthread_barrier_wait(j->bar);
	for (r = 0; r < PIECES; r++) {
		t = now_ns();
#ifdef BE_BULK
		for (i = 0; j->bulk && i < ops; i++) {
			if (be_alloc_bulk(p, (unsigned int)j->batch) != j->batch)
				abort();
			for (k = 0; k < j->batch; k++)
				((volatile char *)p[k])[COLOUR(k)] = 1;
			be_free_bulk(p, (unsigned int)j->batch);
		}
#endif
		for (i = 0; !j->bulk && i < ops; i++) {
			for (k = 0; k < j->batch; k++) {
				p[k] = be_alloc();
				((volatile char *)p[k])[COLOUR(k)] = 1;
			}
			for (k = 0; k < j->batch; k++)
				be_free(p[k]);
		}
		j->v[r] = (double)(now_ns() - t) / (ops * j->batch);
	}
	return NULL;
}

static void bench_batch(const char *test, int batch, int threads, int bulk)
{
	static struct batch_job job[8];
	static double all[8 * PIECES];
	pthread_barrier_t bar;
	pthread_t th[8];
	char variant[64];
	int i;

	pthread_barrier_init(&bar, NULL, (unsigned int)threads);
	for (i = 0; i < threads; i++) {
		job[i].cpu = i;
		job[i].batch = batch;
		job[i].bulk = bulk;
		job[i].bar = threads > 1 ? &bar : NULL;
		if (threads > 1)
			pthread_create(&th[i], NULL, batch_thread, &job[i]);
		else
			batch_thread(&job[i]);
	}
	for (i = 0; i < threads; i++) {
		if (threads > 1)
			pthread_join(th[i], NULL);
		memcpy(all + i * PIECES, job[i].v, sizeof(job[i].v));
	}
	snprintf(variant, sizeof(variant), "%s%d-threads%d", bulk ? "bulk" : "batch", batch, threads);
	emit_pieces(test, variant, all, threads * PIECES);
}

/* ---- histograms of single calls ---- */

#define BUCKETS 4096	/* of 4 ns; the rest is in max */
struct histogram {
	uint64_t n, max, count[BUCKETS + 1];
};

static void hist_add(struct histogram *h, uint64_t ticks)
{
	uint64_t ns = ticks > tsc_cost ? (uint64_t)((double)(ticks - tsc_cost) / tsc_ghz) : 0;

	h->count[ns / 4 < BUCKETS ? ns / 4 : BUCKETS]++;
	h->n++;
	if (ns > h->max)
		h->max = ns;
}

static double quantile(const struct histogram *h, double q)
{
	uint64_t want = (uint64_t)(q * (double)h->n), sum = 0;
	int i;

	for (i = 0; i < BUCKETS; i++) {
		sum += h->count[i];
		if (sum > want)
			return i * 4.0 + 4.0;
	}
	return (double)h->max;
}

static void emit_hist(const char *test, const char *variant, const struct histogram *h)
{
	if (!h->n)
		return;
	emit(test, variant, "p50", quantile(h, .5), "ns");
	emit(test, variant, "p99", quantile(h, .99), "ns");
	emit(test, variant, "p99.9", quantile(h, .999), "ns");
	emit(test, variant, "p99.99", quantile(h, .9999), "ns");
	emit(test, variant, "max", (double)h->max, "ns");
}

static void bench_live(void)
{
	static struct histogram ha, hf, he;
	void *live[256];
	uint32_t x = 12345;
	uint64_t t, u;
	int i;

	pin(0);
	be_thread();
	for (i = 0; i < 256; i++)
		live[i] = be_alloc();
	for (i = 0; i < 1000000; i++) {
		x = x * 1664525 + 1013904223;
		t = tsc();
		be_free(live[x >> 24]);
		u = tsc();
		if (i > 100000)
			hist_add(&hf, u - t);
		t = tsc();
		live[x >> 24] = be_alloc();
		u = tsc();
		*(volatile char *)live[x >> 24] = 1;
		if (i > 100000)
			hist_add(&ha, u - t);
		t = tsc();
		u = tsc();
		if (i > 100000)
			hist_add(&he, u - t);
	}
	for (i = 0; i < 256; i++)
		be_free(live[i]);
	emit_hist("U3", "alloc", &ha);
	emit_hist("U3", "free", &hf);
	emit_hist("U3", "noise-floor", &he);
}

/* ---- U4: producer and consumer ---- */

#define RING 1024
struct ring {
	void *slot[RING];
	uint32_t head __attribute__((aligned(128)));
	uint32_t tail __attribute__((aligned(128)));
};

#define FAR_OPS 400000
static struct ring rings[8];
static double far_ns[8];
static struct histogram far_hist;
static int far_native, far_producers, far_consumers, far_latency;
#if defined(BE_LAB)
static uint64_t far_done __attribute__((aligned(128)));
#endif

static void *producer(void *arg)
{
	int me = (int)(intptr_t)arg, i;
	struct ring *r = &rings[me];
	uint64_t t0, t = 0;
	uint32_t h = 0;
	void *p;

	pin(me);
	be_thread();
	t0 = now_ns();
	for (i = 0; i < FAR_OPS; i++) {
		if (far_latency)
			t = tsc();
		while (!(p = be_alloc()))
			sched_yield();
		if (far_latency && !me)
			hist_add(&far_hist, tsc() - t);
		*(volatile char *)p = 1;
#if defined(BE_LAB)
		if (far_native) {	/* as many on their way as the ring would hold */
			while ((uint64_t)(i + 1) * (uint64_t)far_producers >
			       __atomic_load_n(&far_done, __ATOMIC_RELAXED) + RING)
				sched_yield();
			labyrinth_handoff(zone, p);
			continue;
		}
#endif
		while (h - __atomic_load_n(&r->tail, __ATOMIC_ACQUIRE) == RING)
			sched_yield();
		r->slot[h % RING] = p;
		__atomic_store_n(&r->head, ++h, __ATOMIC_RELEASE);
	}
	far_ns[me] = (double)(now_ns() - t0);
	return NULL;
}

/* A consumer that polls without pause takes the line from the producer at every page. */
static void breathe(int got)
{
	int i;

	if (!got)
		sched_yield();
	for (i = 0; got < 16 && i < 20; i++)
		_mm_pause();
}

static void consume_rings(int me)
{
	uint64_t done = 0, want = 0;
	int i;

	for (i = me; i < far_producers; i += far_consumers)
		want += FAR_OPS;
	while (done < want) {
		uint64_t before = done;

		for (i = me; i < far_producers; i += far_consumers) {
			struct ring *r = &rings[i];
			uint32_t h = __atomic_load_n(&r->head, __ATOMIC_ACQUIRE), t = r->tail;

			while (t != h) {
				be_free_far(r->slot[t++ % RING]);
				done++;
			}
			__atomic_store_n(&r->tail, t, __ATOMIC_RELEASE);
		}
		breathe((int)(done - before));
	}
}

#if defined(BE_LAB)
static void consume_native(void)
{
	void *batch[64];
	int n, i;

	while (__atomic_load_n(&far_done, __ATOMIC_RELAXED) < (uint64_t)FAR_OPS * (uint64_t)far_producers) {
		n = labyrinth_receive(zone, batch, 64);
		for (i = 0; i < n; i++)
			labyrinth_free_page(zone, batch[i]);
		if (n)
			__atomic_fetch_add(&far_done, (uint64_t)n, __ATOMIC_RELAXED);
		breathe(n);
	}
}
#endif

static void *consumer(void *arg)
{
	int me = (int)(intptr_t)arg;

	pin(1 + me);
	be_thread();
#if defined(BE_LAB)
	if (far_native) {
		consume_native();
		return NULL;
	}
#endif
	consume_rings(me);
	return NULL;
}

static void bench_far(int producers, int consumers, int native)
{
	pthread_t p[8], c[8];
	double best = 1e18, all[5], sum;
	char variant[64];
	int i, rep;

	far_producers = producers;
	far_consumers = consumers;
	far_native = native;
	snprintf(variant, sizeof(variant), "%dto%d-%s", producers, consumers,
		 native ? "handoff" : "ring");
	for (rep = 0; rep < 6; rep++) {	/* the last one for the latencies */
		far_latency = rep == 5;
		memset(rings, 0, sizeof(rings));
		memset(&far_hist, 0, sizeof(far_hist));
#if defined(BE_LAB)
		far_done = 0;
#endif
		for (i = 0; i < consumers; i++)
			pthread_create(&c[i], NULL, consumer, (void *)(intptr_t)i);
		for (i = 0; i < producers; i++)
			pthread_create(&p[i], NULL, producer, (void *)(intptr_t)i);
		for (i = 0, sum = 0; i < producers; i++) {
			pthread_join(p[i], NULL);
			sum += far_ns[i] / FAR_OPS / producers;
		}
		for (i = 0; i < consumers; i++)
			pthread_join(c[i], NULL);
		if (far_latency)
			break;
		all[rep] = sum;
		if (sum < best)
			best = sum;
	}
	emit_pieces("U4", variant, all, 5);
	emit_hist("U4", variant, &far_hist);
}

/* ---- U5, U8: signals ---- */

static volatile uint64_t sig_count, sig_null, sig_double;
static struct ring sig_ring;
static struct histogram sig_hist;
static int sig_native;
static unsigned char *sig_mark;	/* pages in use, by first word */

static void on_signal(int s)
{
	int e = errno, i;
	uint64_t t, u;
	void *p;

	(void)s;
	sig_count++;
#if defined(BE_LAB)
	labyrinth_atomic_enter();
#endif
	for (i = 0; i < 3; i++) {
		t = tsc();
		p = be_alloc();
		u = tsc();
		hist_add(&sig_hist, u - t);
		if (!p) {
			sig_null++;
			continue;
		}
		if (*(volatile uint64_t *)p == 0x494e555345ull)
			sig_double++;
		*(volatile uint64_t *)p = 0x494e555345ull;
#if defined(BE_LAB)
		if (sig_native) {
			*(volatile uint64_t *)p = 0;
			labyrinth_handoff(zone, p);
			continue;
		}
#endif
		if (sig_native && sig_ring.head - __atomic_load_n(&sig_ring.tail, __ATOMIC_ACQUIRE) < RING) {
			*(volatile uint64_t *)p = 0;
			sig_ring.slot[sig_ring.head % RING] = p;
			__atomic_store_n(&sig_ring.head, sig_ring.head + 1, __ATOMIC_RELEASE);
			continue;
		}
		*(volatile uint64_t *)p = 0;
		be_free(p);
	}
#if defined(BE_LAB)
	labyrinth_atomic_exit();
#endif
	errno = e;
}

static int sig_stop;

static void *sig_consumer(void *arg)
{
	sigset_t all;

	(void)arg;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	be_thread();
	while (!__atomic_load_n(&sig_stop, __ATOMIC_RELAXED)) {
#if defined(BE_LAB)
		void *batch[64];
		int n = labyrinth_receive(zone, batch, 64), i;

		for (i = 0; i < n; i++)
			labyrinth_free_page(zone, batch[i]);
		if (!n)
			usleep(50);
#else
		uint32_t h = __atomic_load_n(&sig_ring.head, __ATOMIC_ACQUIRE), t = sig_ring.tail;

		if (t == h)
			usleep(50);
		while (t != h)
			be_free_far(sig_ring.slot[t++ % RING]);
		__atomic_store_n(&sig_ring.tail, t, __ATOMIC_RELEASE);
#endif
	}
	return NULL;
}

static void bench_signal(const char *test, int handoff, double seconds)
{
	struct itimerspec its = { { 0, 20000 }, { 0, 20000 } };
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	sigset_t set;
	uint64_t end = now_ns() + (uint64_t)(seconds * 1e9), i = 0, bad = 0;
	void *p[64];
	pthread_t th;
	timer_t timer;
	int k;

	sig_native = handoff;
	(void)sig_mark;
	pthread_create(&th, NULL, sig_consumer, NULL);
	be_thread();
	sigaction(SIGRTMIN, &sa, NULL);
	timer_create(CLOCK_MONOTONIC, &ev, &timer);
	timer_settime(timer, 0, &its, NULL);
	while (now_ns() < end) {
		for (k = 0; k < 64; k++) {
			p[k] = be_alloc();
			if (p[k]) {
				bad += *(volatile uint64_t *)p[k] == 0x494e555345ull;
				*(volatile uint64_t *)p[k] = 0x494e555345ull;
			}
		}
		for (k = 0; k < 64; k++) {
			if (!p[k])
				continue;
			*(volatile uint64_t *)p[k] = 0;
			be_free(p[k]);
		}
		i++;
	}
	timer_delete(timer);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	__atomic_store_n(&sig_stop, 1, __ATOMIC_RELAXED);
	pthread_join(th, NULL);
	emit(test, handoff ? "handoff" : "freed-in-handler", "signals", (double)sig_count, "count");
	emit(test, handoff ? "handoff" : "freed-in-handler", "double", (double)(sig_double + bad), "count");
	emit(test, handoff ? "handoff" : "freed-in-handler", "null", (double)sig_null, "count");
	emit_hist(test, handoff ? "handoff" : "freed-in-handler", &sig_hist);
}

/* ---- U6: depletion ---- */

static void bench_depletion(unsigned int pages)
{
	static void *got[2 * PAGES];
	static struct histogram ok, fail, back;
	unsigned int i, n = 0, rep;
	uint64_t t, u;
	void *p;

	pin(0);
	be_thread();
	for (rep = 0; rep < 5; rep++) {
		for (i = 0, n = 0; i < 2 * pages; i++) {
			t = tsc();
			p = be_alloc();
			u = tsc();
			hist_add(p ? &ok : &fail, u - t);
			if (p) {
				*(volatile char *)p = 1;
				got[n++] = p;
			}
		}
		if (rep == 0)
			emit("U6", "one-thread", "served", 100.0 * n / pages, "percent of pool");
		for (i = 0; i < 100 && n; i++) {	/* give one back: how long until one is served */
			be_free(got[--n]);
			t = tsc();
			p = be_alloc();
			u = tsc();
			hist_add(&back, u - t);
			if (p)
				got[n++] = p;
		}
		while (n)
			be_free(got[--n]);
	}
	emit_hist("U6", "success", &ok);
	emit_hist("U6", "fail", &fail);
	emit_hist("U6", "first-after-free", &back);
}

/* Success rate when t threads together ask for more than there is. */
static unsigned int want_each;
static uint64_t served;

static void *depleter(void *arg)
{
	void **got = calloc(want_each, sizeof(*got));
	unsigned int i, n = 0;
	pthread_barrier_t *bar = arg;

	be_thread();
	pthread_barrier_wait(bar);
	for (i = 0; i < want_each; i++) {
		got[n] = be_alloc();
		n += got[n] != NULL;
	}
	__atomic_fetch_add(&served, n, __ATOMIC_RELAXED);
	pthread_barrier_wait(bar);
	while (n)
		be_free(got[--n]);
	free(got);
	return NULL;
}

static void bench_success(unsigned int pages)
{
	static const int percent[] = { 50, 90, 100, 110, 150, 200 };
	pthread_barrier_t bar;
	pthread_t th[4];
	char variant[64];
	unsigned int i, k;

	for (i = 0; i < sizeof(percent) / sizeof(percent[0]); i++) {
		want_each = pages * (unsigned int)percent[i] / 400;
		served = 0;
		pthread_barrier_init(&bar, NULL, 4);
		for (k = 0; k < 4; k++)
			pthread_create(&th[k], NULL, depleter, &bar);
		for (k = 0; k < 4; k++)
			pthread_join(th[k], NULL);
		snprintf(variant, sizeof(variant), "demand%d", percent[i]);
		emit("U6", variant, "success", 100.0 * (double)served / (4.0 * want_each), "percent");
	}
}

/* ---- U7: quality flags, hot and cold ---- */

static void bench_quality(const char *name)
{
	static double v[PIECES];
	static void *all[PAGES];
	char variant[64];
	unsigned int i, n;
	uint64_t t;
	int r;

	pin(0);
	be_thread();
	for (r = 0; r < PIECES; r++) {
		t = now_ns();
		for (i = 0; i < 512; i++) {
			void *p = be_alloc();

			*(volatile char *)p = 1;
			be_free(p);
		}
		v[r] = (double)(now_ns() - t) / 512;
	}
	snprintf(variant, sizeof(variant), "%s-hot", name);
	emit_pieces("U7", variant, v, PIECES);
	/* cold: 64 MiB of pages in a cycle */
	for (r = 0; r < 20; r++) {
		t = now_ns();
		for (i = n = 0; i < PAGES - 512; i++) {
			all[n] = be_alloc();
			if (!all[n])
				break;
			*(volatile char *)all[n++] = 1;
		}
		v[r] = (double)(now_ns() - t) / n;
		for (i = 0; i < n; i++) {
			memset(all[i], 1, PAGE);
			be_free(all[i]);
		}
	}
	snprintf(variant, sizeof(variant), "%s-cold", name);
	emit_pieces("U7", variant, v, 20);
}

#if defined(BE_LAB)
/* The same pages, but freed by a worker, which prepares them: the atomic side's cost alone. */
static void bench_prepared(const char *name)
{
	static double v[PIECES];
	static void *p[64];
	void *batch[64];
	char variant[64];
	uint64_t t, sum;
	int r, i, k, n;

	pin(0);
	be_thread();
	for (r = 0; r < PIECES; r++) {
		sum = 0;
		for (k = 0; k < 8; k++) {
			t = now_ns();
			for (i = 0; i < 64; i++) {
				p[i] = be_alloc();
				*(volatile char *)p[i] = 1;
			}
			sum += now_ns() - t;
			for (i = 0; i < 64; i++)
				labyrinth_handoff(zone, p[i]);
			while ((n = labyrinth_receive(zone, batch, 64)) > 0)
				for (i = 0; i < n; i++)
					labyrinth_free_page(zone, batch[i]);
		}
		v[r] = (double)sum / 512;
	}
	snprintf(variant, sizeof(variant), "%s-prepared", name);
	emit_pieces("U7", variant, v, PIECES);
}

static void choose_quality(const char *test)
{
	if (strstr(test, "poison"))
		quality |= LABYRINTH_QUALITY_POISON;
	if (strstr(test, "zero"))
		quality |= LABYRINTH_QUALITY_ZERO;
	if (strstr(test, "align"))
		quality |= LABYRINTH_QUALITY_CL_ALIGN;
}
#endif

int main(int argc, char **argv)
{
	const char *config = argc > 1 ? argv[1] : "", *test = argc > 2 ? argv[2] : "U1";
	int ncpu = (int)sysconf(_SC_NPROCESSORS_ONLN), b;
	unsigned int pages = strncmp(test, "U6", 2) ? PAGES : 4096;

	if (!be_init(config, pages)) {
		fprintf(stderr, "bench: cannot start with %s\n", config);
		return 2;
	}
	calibrate();
	if (!strcmp(test, "U1")) {
		for (b = 1; b <= ncpu && b <= 8; b *= 2)
			bench_batch("U1", 1, b, 0);
	} else if (!strcmp(test, "U2")) {
		for (b = 1; b <= 256; b = b == 1 ? 8 : b == 8 ? 64 : b * 4)
			bench_batch("U2", b, 1, 0);
		bench_batch("U2", 64, ncpu < 8 ? ncpu : 8, 0);
#ifdef BE_BULK
		bench_batch("U2", 8, 1, 1);
		bench_batch("U2", 64, 1, 1);
		bench_batch("U2", 256, 1, 1);
#endif
	} else if (!strcmp(test, "U3")) {
		bench_live();
	} else if (!strcmp(test, "U4")) {
		bench_far(1, 1, 0);
		bench_far(2, 1, 0);
		bench_far(2, 2, 0);
#if defined(BE_LAB)
		bench_far(1, 1, 1);
		bench_far(2, 1, 1);
		bench_far(2, 2, 1);
#endif
#if defined(BE_LAB)
	} else if (!strcmp(test, "U4h")) {	/* for a profiler */
		bench_far(1, 1, 1);
#endif
	} else if (!strcmp(test, "U5")) {
		bench_signal("U5", 1, 2);
	} else if (!strcmp(test, "U6")) {
		bench_depletion(pages);
	} else if (!strcmp(test, "U6s")) {
		bench_success(pages);
	} else if (!strncmp(test, "U7-", 3)) {
#if defined(BE_LAB)
		choose_quality(test + 3);
#endif
		bench_quality(test + 3);
#if defined(BE_LAB)
		bench_prepared(test + 3);
#endif
	} else if (!strcmp(test, "U8")) {
		bench_signal("U8", 0, 8);
	} else if (!strcmp(test, "U8h")) {
		bench_signal("U8", 1, 8);
	} else {
		fprintf(stderr, "bench: no test %s\n", test);
		return 2;
	}
	return 0;
}
