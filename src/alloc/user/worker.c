// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waking and waiting (event.h), and a ready-made worker thread. The kick is a
 * system call only if somebody sleeps.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>

#include "user.h"

#define lab_futex_wake(word)	syscall(SYS_futex, (word), FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0)
#define lab_futex_wait(word, v, t) syscall(SYS_futex, (word), FUTEX_WAIT_PRIVATE, (v), (t), NULL, 0)
#include "event.h"

#define BATCH 64
#define TICK_NS 100000000u	/* the worker keeps the zone's clock at least this fresh */

struct lab_worker {
	pthread_t thread;
	struct labyrinth_zone *zone;
	void (*work)(void *page, void *arg);
	void *arg;
	u32 stop;
};

static __thread struct lab_worker *me;	/* in the worker's own thread */

void lab_prim_kick(struct labyrinth_zone *z)
{
	int e = errno;

	lab_event_signal(&z->host.sleepers);
	errno = e;
}

int labyrinth_wait(struct labyrinth_zone *zone, uint64_t timeout_ns)
{
	u64 now = lab_prim_now(1), end = lab_time_after(now, timeout_ns);
	struct timespec t;
	int there;

	if (!lab_zone_ok(zone)) {
		lab_prim_bad_zone();
		return -EINVAL;
	}
	there = lab_event_look(zone, &zone->host.sleepers, false);
	while (!there && now < end) {
		there = lab_event_look(zone, &zone->host.sleepers, true);
		if (there)
			break;
		t.tv_sec = (time_t)((end - now) / 1000000000u);
		t.tv_nsec = (long)((end - now) % 1000000000u);
		lab_futex_wait(&zone->host.sleepers, 1u, &t);
		there = lab_event_look(zone, &zone->host.sleepers, false);
		now = lab_prim_now(1);
		if (!lab_load(&zone->host.sleepers))
			break;		/* woken for something that is gone, or to stop */
	}
	return there;
}

static int serve(struct lab_worker *w)
{
	void *batch[BATCH];
	int n = labyrinth_receive(w->zone, batch, BATCH), i;

	for (i = 0; i < n; i++) {
		if (w->work)
			w->work(batch[i], w->arg);
		labyrinth_free_page(w->zone, batch[i]);
	}
	return n;
}

static void *run(void *arg)
{
	struct lab_worker *w = arg;

	me = w;
	pthread_setname_np(pthread_self(), "labyrinth");
	labyrinth_thread_register();
	while (!lab_load_acq(&w->stop)) {
		labyrinth_wait(w->zone, TICK_NS);
		while (serve(w) > 0)
			;
		labyrinth_refill(w->zone);
	}
	while (serve(w) > 0)
		;
	labyrinth_thread_unregister();
	return NULL;
}

int labyrinth_worker_start(struct labyrinth_zone *zone, void (*work)(void *page, void *arg), void *arg)
{
	struct lab_worker *w;
	sigset_t all, old;
	int err = 0;

	if (!lab_zone_ok(zone)) {
		lab_prim_bad_zone();
		return -EINVAL;
	}
	if (lab_load(&zone->gate) & LAB_GATE_DYING)
		return -EINVAL;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -EAGAIN;
	w->zone = zone;
	w->work = work;
	w->arg = arg;
	/* the program's handlers are for its own threads */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_mutex_lock(&lab_lock);
	if (zone->host.worker)
		err = -EBUSY;
	else if (pthread_create(&w->thread, NULL, run, w))
		err = -EAGAIN;
	else
		zone->host.worker = w;
	pthread_mutex_unlock(&lab_lock);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err)
		free(w);
	return err;
}

static int stop(struct labyrinth_zone *zone)
{
	struct lab_worker *w;

	pthread_mutex_lock(&lab_lock);
	w = zone->host.worker;
	if (me && me->zone == zone) {
		pthread_mutex_unlock(&lab_lock);
		return -EDEADLK;
	}
	zone->host.worker = NULL;
	pthread_mutex_unlock(&lab_lock);
	if (!w)
		return -EINVAL;
	lab_store_rel(&w->stop, 1u);
	lab_event_signal(&zone->host.sleepers);
	pthread_join(w->thread, NULL);
	free(w);
	return 0;
}

int labyrinth_worker_stop(struct labyrinth_zone *zone)
{
	if (!lab_zone_ok(zone)) {
		lab_prim_bad_zone();
		return -EINVAL;
	}
	return stop(zone);
}

/* The zone will be destroyed: what its own worker still can free, it frees. */
bool lab_prim_zone_stop(struct labyrinth_zone *z)
{
	return stop(z) != -EDEADLK;
}

/* In a forked child the thread does not exist. */
void lab_worker_forked(struct labyrinth_zone *z)
{
	z->host.worker = NULL;
}
