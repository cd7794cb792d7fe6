/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F6: a callback that is not NULL means: do not wait.  The allocation flags and
 * the wait at the end both hang on it.
 */
#include "kernel.h"

typedef void (*cmd_cb_t)(int status, void *ctx);

struct cmd {
	spinlock_t lock;
	struct completion done;
	void *ent;
};

static int cmd_exec(struct cmd *c, cmd_cb_t callback, void *ctx)
{
	gfp_t gfp = callback ? GFP_ATOMIC : GFP_KERNEL;

	c->ent = kzalloc(128, gfp); /* expect: sleep-in-atomic "flush_sync_bad -> cmd_exec" */
	if (!c->ent)
		return -ENOMEM;
	if (callback) {
		callback(0, ctx);
		return 0;
	}
	wait_for_completion(&c->done); /* expect: sleep-in-atomic "flush_sync_bad -> cmd_exec -> wait_for_completion" */
	return 0;
}

static void flush_done(int status, void *ctx)
{
	*(int *)ctx = status;
}

void flush_async_ok(struct cmd *c, int *status)
{
	spin_lock(&c->lock);
	cmd_exec(c, flush_done, status);
	spin_unlock(&c->lock);
}

void flush_sync_ok(struct cmd *c)
{
	cmd_exec(c, NULL, NULL);
}

void flush_sync_bad(struct cmd *c)
{
	spin_lock(&c->lock);
	cmd_exec(c, NULL, NULL);
	spin_unlock(&c->lock);
}
