/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A range asked with one comparison, as compilers write it: x - 5 <= 4, unsigned. */
#include "kernel.h"

static spinlock_t l;

static __attribute__((noinline)) void wait_unless(unsigned int mode)
{
	if (!(mode >= 5 && mode <= 9))
		msleep(1); /* expect: sleep-in-atomic "low_bad -> wait_unless -> msleep" */
}
void low_bad(void)
{
	spin_lock(&l);
	wait_unless(3);
	spin_unlock(&l);
}
void in_ok(void)
{
	spin_lock(&l);
	wait_unless(7);
	spin_unlock(&l);
}
static __attribute__((noinline)) void wait_s(int mode)
{
	if (mode < 5 || mode > 9)
		msleep(2); /* expect: sleep-in-atomic "neg_bad -> wait_s -> msleep" */
}
void neg_bad(void)
{
	spin_lock(&l);
	wait_s(-1);
	spin_unlock(&l);
}
void low2_bad(void)
{
	spin_lock(&l);
	wait_s(2);
	spin_unlock(&l);
}
void in2_ok(void)
{
	spin_lock(&l);
	wait_s(6);
	spin_unlock(&l);
}
static __attribute__((noinline)) void wait_in(unsigned char mode)
{
	if (mode >= 5 && mode <= 9)
		msleep(3); /* expect: sleep-in-atomic "in3_bad -> wait_in -> msleep" */
}

void in3_bad(void)
{
	spin_lock(&l);
	wait_in(6);
	spin_unlock(&l);
}

void low3_ok(void)
{
	spin_lock(&l);
	wait_in(2);
	spin_unlock(&l);
}
