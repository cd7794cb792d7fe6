/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N18: the shape of the kernel's own lock self-test, contexts made by macros that
 * only count.  The real file is checked by tests/kernel/test_selftest.py.
 */
#include "kernel.h"

static struct mutex mutex_A;
static DEFINE_SPINLOCK(lock_A);

#define HARDIRQ_ENTER() do { local_irq_disable(); preempt_count_add(0x10000); } while (0)
#define HARDIRQ_EXIT() do { preempt_count_sub(0x10000); local_irq_enable(); } while (0)
#define SOFTIRQ_ENTER()	local_bh_disable()
#define SOFTIRQ_EXIT()	local_bh_enable()
#define RCU_ENTER()	rcu_read_lock()
#define RCU_EXIT()	rcu_read_unlock()
#define SPIN_ENTER()	spin_lock(&lock_A)
#define SPIN_EXIT()	spin_unlock(&lock_A)
#define MUTEX_ENTER()	mutex_lock(&mutex_A)
#define MUTEX_EXIT()	mutex_unlock(&mutex_A)

#define INSIDE(inner, outer, verdict) \
void inner##_in_##outer##verdict(void) \
{ \
	outer##_ENTER(); \
	inner##_ENTER(); \
	inner##_EXIT(); \
	outer##_EXIT(); \
}

INSIDE(MUTEX, HARDIRQ, _bad) /* expect: sleep-in-atomic "MUTEX_in_HARDIRQ_bad -> mutex_lock" */
INSIDE(MUTEX, SOFTIRQ, _bad) /* expect: sleep-in-atomic "MUTEX_in_SOFTIRQ_bad -> mutex_lock" */
INSIDE(MUTEX, RCU, _bad) /* expect: sleep-in-atomic "MUTEX_in_RCU_bad -> mutex_lock" */
INSIDE(MUTEX, SPIN, _bad) /* expect: sleep-in-atomic "MUTEX_in_SPIN_bad -> mutex_lock" */
INSIDE(SPIN, HARDIRQ, _ok)
INSIDE(SPIN, SOFTIRQ, _ok)
INSIDE(SPIN, RCU, _ok)
INSIDE(SPIN, MUTEX, _ok)
INSIDE(RCU, MUTEX, _ok)
