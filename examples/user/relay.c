// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A relay: a signal handler and a real-time thread take pages, write a record
 * into each and hand them off; a worker reads the records, does the slow part
 * and frees the pages. What blocks happens in the worker only.
 *
 * The three places that matter are marked (1) take, (2) hand off, (3) receive
 * and free. At the end the program prints what happened and shows what it looks
 * like when a rule is broken: a page handed off twice, and one held too long.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <labyrinth/labyrinth.h>

struct record {
	uint32_t source;	/* 0: handler, 1: real-time thread */
	uint32_t serial;
	uint64_t born_ns;
	char text[64];
};

static struct labyrinth_zone *zone;
static uint32_t sent[2], refused[2], got[2], twice, late_us[2];
static int stop;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Runs in the handler and in the real-time thread: nothing here may block. */
static void send(uint32_t source)
{
	struct record *r;

	/* (1) take: any context; NULL is an answer, not an error */
	r = labyrinth_void_allocpage_gfpatomic_extra_quality(zone, LABYRINTH_QUALITY_ZERO);
	if (!r) {
		refused[source]++;
		return;
	}
	r->source = source;
	r->serial = sent[source]++;
	r->born_ns = now_ns();
	memcpy(r->text, source ? "tick" : "signal", source ? 5 : 7);
	/* (2) hand off: from here on the page is the worker's */
	labyrinth_handoff(zone, r);
}

static void on_signal(int sig)
{
	int e = errno;

	(void)sig;
	labyrinth_atomic_enter();
	send(0);
	labyrinth_atomic_exit();
	errno = e;
}

static void *realtime(void *arg)
{
	struct sched_param p = { .sched_priority = 10 };
	struct timespec tick = { 0, 500000 };

	*(int *)arg = pthread_setschedparam(pthread_self(), SCHED_FIFO, &p);
	labyrinth_thread_register();
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		send(1);
		nanosleep(&tick, NULL);
	}
	return NULL;
}

/* (3) receive: called by the library's worker thread, which frees the page afterwards. */
static void work(void *page, void *arg)
{
	static uint32_t next[2];
	struct record *r = page;
	uint32_t us = (uint32_t)((now_ns() - r->born_ns) / 1000);

	(void)arg;
	if (r->serial != next[r->source])	/* pages of one producer arrive in order, none twice */
		twice++;
	next[r->source] = r->serial + 1;
	got[r->source]++;
	if (us > late_us[r->source])
		late_us[r->source] = us;
}

static void on_report(const struct labyrinth_report *r, void *arg)
{
	char alloc[80], site[80];

	(void)arg;
	printf("  refused: %s\n    by %s; the page is %s, last moved by thread \"%s\" (%u), taken at %s\n", r->rule,
	       labyrinth_symbol(r->site, site, sizeof(site)), labyrinth_state_name(r->info.state),
	       r->info.holder_name, r->info.holder, labyrinth_symbol(r->info.alloc_site, alloc, sizeof(alloc)));
}

/* What a broken rule looks like. */
void break_rules(void);		/* not static: its name shall be in the report */
void break_rules(void)
{
	struct timespec wait = { 0, 30000000 };
	void *page = labyrinth_void_allocpage_gfpatomic_extra_quality(zone, LABYRINTH_QUALITY_NONE), *batch[1];

	printf("and when a rule is broken:\n");
	labyrinth_audit(zone, 0, NULL, NULL);
	nanosleep(&wait, NULL);
	labyrinth_audit(zone, 0, NULL, NULL);	/* held for 30 ms, 20 are allowed */
	labyrinth_handoff(zone, page);
	labyrinth_handoff(zone, page);		/* twice */
	if (labyrinth_receive(zone, batch, 1) == 1)
		labyrinth_free_page(zone, batch[0]);
}

int main(int argc, char **argv)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .name = "relay", .pages = 512, .report = on_report,
		.max_hold_ns = 20000000,
	};
	int seconds = argc > 1 && !strcmp(argv[1], "--short") ? 1 : 2, err, rt = 0, i;
	struct itimerspec its = { { 0, 200000 }, { 0, 200000 } };
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct sigaction sa = { .sa_handler = on_signal };
	static const char *const name[] = { "signal handler", "real-time thread" };
	struct labyrinth_stats s;
	sigset_t all, old;
	uint64_t end;
	timer_t timer;
	pthread_t t;

	setvbuf(stdout, NULL, _IOLBF, 0);
	err = labyrinth_zone_create(&p, &zone);
	if (!err)
		err = labyrinth_worker_start(zone, work, NULL);
	if (err) {
		fprintf(stderr, "relay: %s\n", strerror(-err));
		return 1;
	}
	sigaction(SIGRTMIN, &sa, NULL);
	timer_create(CLOCK_MONOTONIC, &ev, &timer);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);	/* the signals are for the main thread */
	pthread_create(&t, NULL, realtime, &rt);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	timer_settime(timer, 0, &its, NULL);
	for (end = now_ns() + (uint64_t)seconds * 1000000000u; now_ns() < end;)	/* busy: handlers cut in anywhere */
		;
	timer_delete(timer);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
	labyrinth_worker_stop(zone);	/* after it has emptied the queue */
	labyrinth_get_stats(zone, &s);
	printf("in %d s a worker received from the\n", seconds);
	for (i = 0; i < 2; i++)
		printf("  %-16s %6u pages (sent %u, refused %u, latest after %u us%s)\n", name[i], got[i], sent[i],
		       refused[i], late_us[i], i && rt ? "; no right to SCHED_FIFO here" : "");
	printf("lost %u, twice or out of order %u; woken %llu times for %llu pages; cleared in the atomic path %llu\n",
	       sent[0] + sent[1] - got[0] - got[1], twice, (unsigned long long)s.kick,
	       (unsigned long long)s.handoff, (unsigned long long)s.inline_clear);
	break_rules();
	err = labyrinth_zone_destroy(zone);
	printf("the zone is gone: %s\n", err ? strerror(-err) : "no page was out");
	return err || twice || sent[0] + sent[1] != got[0] + got[1];
}
