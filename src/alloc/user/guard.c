// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debug mode: a page can be touched only by its owner.
 *
 * Memory protection is per process, not per thread; so the producer and the
 * worker use different addresses of the same memory (arena.c), and each loses
 * its address when the page is not its own. Two system calls a transition:
 * some 5 us, for debugging only. The first touch of a lost page is reported as
 * use-after-hand-off with holder and sites; then the fault takes its course.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include "user.h"

static struct sigaction before;

void lab_prim_guard_page(struct labyrinth_zone *z, void *va, enum labyrinth_state state)
{
	int producer = state == LABYRINTH_PAGE_ATOMIC ? PROT_READ | PROT_WRITE : PROT_NONE;
	int worker = state == LABYRINTH_PAGE_WORKER ? PROT_READ | PROT_WRITE : PROT_NONE;
	int e = errno;

	(void)mprotect(va, LABYRINTH_PAGE_SIZE, producer);
	(void)mprotect((char *)va + z->alias, LABYRINTH_PAGE_SIZE, worker);
	errno = e;
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct labyrinth_zone *z, *owner;
	struct lab_page *pg;
	void *site = NULL;
	int err;
	u32 i;

	(void)sig;
	(void)context;
#if defined(__x86_64__)
	site = (void *)((ucontext_t *)context)->uc_mcontext.gregs[16];	/* REG_RIP */
#endif
	for (i = 0; i < LAB_ZONES; i++) {
		z = &lab_zones[i];
		if (!lab_zone_ok(z) || !(z->flags & LABYRINTH_ZONE_GUARD))
			continue;
		pg = lab_map_find_slow(z, info->si_addr, true, &owner, &err);
		if (pg && owner == z)
			lab_misuse(z, LABYRINTH_MISUSE_USE_AFTER_HANDOFF, pg, info->si_addr, site, 0, 0);
	}
	/* let it fault again under whoever was there before us */
	sigaction(SIGSEGV, &before, NULL);
}

int lab_guard_init(void)
{
	struct sigaction sa, now;

	if (sigaction(SIGSEGV, NULL, &now))
		return -errno;
	if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == on_fault)
		return 0;
	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_fault;
	sa.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigemptyset(&sa.sa_mask);
	before = now;
	return sigaction(SIGSEGV, &sa, NULL) ? -errno : 0;
}
