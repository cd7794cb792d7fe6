// SPDX-License-Identifier: GPL-2.0-or-later
/* F19: without a head to queue, the call waits for a grace period itself. */
struct head { struct head *next; void (*func)(struct head *); };

void call_rcu(struct head *h, void (*func)(struct head *));
void synchronize_rcu(void);
void kvfree(const void *p);
void free_cb(struct head *h);

struct item { int x; struct head rcu; };

static void free_later(struct head *h, const void *p)
{
	if (h) {
		call_rcu(h, free_cb);
		return;
	}
	synchronize_rcu();
	kvfree(p);
}

void drop(struct item *i)
{
	free_later(&i->rcu, i);
}

void drop_headless(struct item *i)
{
	free_later((struct head *)0, i);
}
