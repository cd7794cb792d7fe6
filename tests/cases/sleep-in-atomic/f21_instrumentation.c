/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F21: printing, warning, lockdep and their like are neutral under a lock, though
 * their insides (here in the same program) may take a sleeping lock.
 */
#include "kernel.h"

static struct semaphore console_sem;
static int flushed;

int _printk(const char *fmt, ...)
{
	if (!flushed) {
		down(&console_sem);
		flushed = fmt[0];
		up(&console_sem);
	}
	return 0;
}

void dump_stack(void)
{
	down(&console_sem);
	up(&console_sem);
}

void __warn_printk(const char *fmt, ...)
{
	_printk(fmt);
}

static void console_flush(void)
{
	down(&console_sem); /* expect: sleep-in-atomic "report_bad -> console_flush -> down" */
	up(&console_sem);
}

void report_ok(spinlock_t *l, int n)
{
	spin_lock(l);
	printk("n = %d\n", n);
	WARN_ON(n > 3);
	WARN(n > 4, "too many: %d\n", n);
	if (n > 5)
		dump_stack();
	dev_err(NULL, "n = %d\n", n);
	spin_unlock(l);
}

void report_bad(spinlock_t *l)
{
	spin_lock(l);
	console_flush();
	spin_unlock(l);
}
