/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * F4: a bit of the device decides might_sleep_if() on entry and, in a callee
 * that drops and retakes the caller's lock, which unlock is used.
 */
#include "kernel.h"

#define RPM_ASYNC 1

struct dev_power {
	spinlock_t lock;
	unsigned int irq_safe : 1;
	int usage;
	int (*callback)(struct dev_power *p);
};

static int run_callback(struct dev_power *p)
{
	int ret;

	if (p->irq_safe)
		spin_unlock(&p->lock);
	else
		spin_unlock_irq(&p->lock);
	if (!p->irq_safe)
		usleep_range(100, 200); /* expect: sleep-in-atomic "put_locked_bad -> lowpower -> run_callback" */
	ret = p->callback ? p->callback(p) : 0;
	if (p->irq_safe)
		spin_lock(&p->lock);
	else
		spin_lock_irq(&p->lock);
	return ret;
}

static int lowpower(struct dev_power *p, int rpmflags)
{
	unsigned long flags;
	int ret = 0;

	might_sleep_if(!(rpmflags & RPM_ASYNC) && !p->irq_safe); /* expect: sleep-in-atomic "put_locked_bad -> lowpower" */
	spin_lock_irqsave(&p->lock, flags);
	if (!(rpmflags & RPM_ASYNC))
		ret = run_callback(p);
	spin_unlock_irqrestore(&p->lock, flags);
	return ret;
}

void put_ok(struct dev_power *p)
{
	lowpower(p, 0);
}

void put_async_ok(struct dev_power *p, spinlock_t *l)
{
	spin_lock(l);
	lowpower(p, RPM_ASYNC);
	spin_unlock(l);
}

void put_locked_bad(struct dev_power *p, spinlock_t *l)
{
	spin_lock(l);
	lowpower(p, 0);
	spin_unlock(l);
}
