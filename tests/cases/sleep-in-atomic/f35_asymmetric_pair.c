/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F35: the unlock also undoes a bh-disable that stood apart from the lock, and
 * the other way round.
 */
#include "kernel.h"

struct sk {
	spinlock_t slock;
	int owned;
};

void lock_sock_ok(struct sk *sk)
{
	local_bh_disable();
	spin_lock(&sk->slock);
	sk->owned = 1;
	spin_unlock_bh(&sk->slock);
	msleep(1);
}

void lock_sock_fast_ok(struct sk *sk)
{
	spin_lock_bh(&sk->slock);
	sk->owned = 1;
	spin_unlock(&sk->slock);
	local_bh_enable();
	msleep(1);
}

void lock_sock_bad(struct sk *sk)
{
	spin_lock_bh(&sk->slock);
	sk->owned = 1;
	spin_unlock(&sk->slock);
	msleep(1); /* expect: sleep-in-atomic "lock_sock_bad -> msleep" */
	local_bh_enable();
}
