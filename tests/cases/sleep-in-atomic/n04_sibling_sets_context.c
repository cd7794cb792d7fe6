/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N4: .start takes the lock, .show runs under it, .stop drops it; nobody calls one
 * from the other in this file.
 */
#include "kernel.h"

struct seq_file { void *private; };
struct seq_operations {
	void *(*start)(struct seq_file *m, long *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, long *pos);
	int (*show)(struct seq_file *m, void *v);
};

static DEFINE_SPINLOCK(list_lock);
static struct mutex list_mutex;

static void *locked_start(struct seq_file *m, long *pos)
{
	spin_lock_bh(&list_lock);
	return *pos ? NULL : m->private;
}

static void locked_stop(struct seq_file *m, void *v)
{
	(void)m;
	(void)v;
	spin_unlock_bh(&list_lock);
}

static void *any_next_ok(struct seq_file *m, void *v, long *pos)
{
	(void)m;
	++*pos;
	return v;
}

static int locked_show_bad(struct seq_file *m, void *v)
{
	m->private = v;
	msleep(1); /* expect: sleep-in-atomic "locked_show_bad -> msleep" */
	return 0;
}

const struct seq_operations locked_seq = {
	.start = locked_start, .stop = locked_stop, .next = any_next_ok, .show = locked_show_bad,
};

static void *mutex_start_ok(struct seq_file *m, long *pos)
{
	mutex_lock(&list_mutex);
	return *pos ? NULL : m->private;
}

static void mutex_stop_ok(struct seq_file *m, void *v)
{
	(void)m;
	(void)v;
	mutex_unlock(&list_mutex);
}

static int mutex_show_ok(struct seq_file *m, void *v)
{
	m->private = v;
	msleep(1);
	return 0;
}

const struct seq_operations mutex_seq = {
	.start = mutex_start_ok, .stop = mutex_stop_ok, .next = any_next_ok, .show = mutex_show_ok,
};
