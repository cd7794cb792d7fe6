/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N7: the resource interface allocates with GFP_KERNEL and may wait for a busy
 * range.
 */
#include "kernel.h"

struct resource { unsigned long start, end; };
extern struct resource ioport_resource, iomem_resource;
struct resource *__request_region(struct resource *parent, unsigned long start, unsigned long n,
				  const char *name, int flags);
#define request_region(start, n, name)	__request_region(&ioport_resource, (start), (n), (name), 0)
#define request_mem_region(start, n, name) __request_region(&iomem_resource, (start), (n), (name), 0)

int claim_ok(spinlock_t *l)
{
	struct resource *r = request_region(0x300, 8, "x");

	spin_lock(l);
	if (r)
		r->end++;
	spin_unlock(l);
	return r ? 0 : -EBUSY;
}

int claim_bad(spinlock_t *l)
{
	struct resource *r;

	spin_lock(l);
	r = request_mem_region(0xfe000000, 8, "x"); /* expect: sleep-in-atomic "claim_bad -> __request_region" */
	spin_unlock(l);
	return r ? 0 : -EBUSY;
}
