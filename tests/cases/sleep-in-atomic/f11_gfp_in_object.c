/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F11: the mask lives in an object, or is made from a flag of a request.  The
 * field's value at a place is unknown, and unknown is no finding; the flag's is
 * known where the caller sets it.
 */
#include "kernel.h"

#define REQ_MAY_SLEEP 0x200

struct sock {
	gfp_t allocation;
	spinlock_t slock;
};

struct request {
	u32 flags;
};

void sock_queue_ok(struct sock *sk)
{
	spin_lock_bh(&sk->slock);
	kmem_cache_alloc(kmalloc_caches[0][1], sk->allocation);
	spin_unlock_bh(&sk->slock);
}

static void *walk(struct request *req)
{
	gfp_t gfp = req->flags & REQ_MAY_SLEEP ? GFP_KERNEL : GFP_ATOMIC;

	return kmem_cache_alloc(kmalloc_caches[0][2], gfp); /* expect: sleep-in-atomic "crypt_bad -> walk -> kmem_cache_alloc" */
}

void crypt_ok(spinlock_t *l)
{
	struct request req;

	req.flags = 0;
	spin_lock(l);
	walk(&req);
	spin_unlock(l);
}

void crypt_bad(spinlock_t *l)
{
	struct request req;

	req.flags = REQ_MAY_SLEEP;
	spin_lock(l);
	walk(&req);
	spin_unlock(l);
}
