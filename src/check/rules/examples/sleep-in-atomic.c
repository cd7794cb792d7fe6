/* SPDX-License-Identifier: GPL-2.0-or-later */
struct ring { spinlock_t lock; char *buf; };

/* bad: GFP_KERNEL may wait for memory, and nobody can run while the lock is held */
int ring_grow_bad(struct ring *r)
{
	spin_lock(&r->lock);
	r->buf = kmalloc(64, GFP_KERNEL); /* expect: sleep-in-atomic "ring_grow_bad" */
	spin_unlock(&r->lock);
	return r->buf ? 0 : -ENOMEM;
}

/* good: what may sleep is done before, the lock covers the change alone */
int ring_grow_ok(struct ring *r)
{
	char *buf = kmalloc(64, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	spin_lock(&r->lock);
	r->buf = buf;
	spin_unlock(&r->lock);
	return 0;
}
