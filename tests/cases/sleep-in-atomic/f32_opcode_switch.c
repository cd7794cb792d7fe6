/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F32: a constant opcode, timeout or flag goes through five calls and picks the
 * arm of a switch, or no wait at all.
 */
#include "kernel.h"

enum { OP_NOP, OP_RESET, OP_QUERY };

struct hub {
	spinlock_t lock;
	struct completion done;
};

static int hub_exec(struct hub *h, int op, unsigned int timeout)
{
	switch (op) {
	case OP_RESET:
		msleep(50); /* expect: sleep-in-atomic "reset_bad -> .*hub_exec -> msleep" */
		break;
	case OP_QUERY:
		if (timeout)
			wait_for_completion_timeout(&h->done, timeout); /* expect: sleep-in-atomic "query_bad -> .*hub_exec -> wait_for_completion_timeout" */
		break;
	default:
		udelay(1);
	}
	return 0;
}

static int hub_4(struct hub *h, int op, unsigned int t) { return hub_exec(h, op, t); }
static int hub_3(struct hub *h, int op, unsigned int t) { return hub_4(h, op, t * 2); }
static int hub_2(struct hub *h, int op, unsigned int t) { return hub_3(h, op, t); }
static int hub_1(struct hub *h, int op, unsigned int t) { return hub_2(h, op, t); }

void query_ok(struct hub *h)
{
	spin_lock(&h->lock);
	hub_1(h, OP_NOP, 5);
	hub_1(h, OP_QUERY, 0);
	spin_unlock(&h->lock);
	hub_1(h, OP_RESET, 0);
	hub_1(h, OP_QUERY, 5);
}

void reset_bad(struct hub *h)
{
	spin_lock(&h->lock);
	hub_1(h, OP_RESET, 0);
	spin_unlock(&h->lock);
}

void query_bad(struct hub *h)
{
	spin_lock(&h->lock);
	hub_1(h, OP_QUERY, 5);
	spin_unlock(&h->lock);
}
