/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupt handlers run in threads, unless a flag says otherwise; timers,
 * tasklets and NAPI can be preempted; a call to another CPU cannot.
 * args: --rt
 */
#include "kernel.h"

static DEFINE_SPINLOCK(lock);
static struct tasklet_struct tasklet;
static struct timer_list timer;
static struct napi_struct napi;

static void touch(void)
{
	spin_lock(&lock);
	spin_unlock(&lock);
}

static irqreturn_t threaded_by_force_ok(int irq, void *dev)
{
	touch();
	return IRQ_HANDLED;
}

static irqreturn_t no_thread_bad(int irq, void *dev)
{
	spin_lock(&lock); /* expect: rt-sleep-in-atomic "hardirq" */
	spin_unlock(&lock);
	return IRQ_HANDLED;
}

static irqreturn_t percpu_bad(int irq, void *dev)
{
	kfree(dev); /* expect: rt-sleep-in-atomic "hardirq" */
	return IRQ_HANDLED;
}

static irqreturn_t primary_bad(int irq, void *dev)
{
	spin_lock(&lock); /* expect: rt-sleep-in-atomic "primary_bad" */
	spin_unlock(&lock);
	return IRQ_WAKE_THREAD;
}

static irqreturn_t thread_ok(int irq, void *dev)
{
	touch();
	return IRQ_HANDLED;
}

static irqreturn_t who_knows_ok(int irq, void *dev)
{
	touch();
	return IRQ_HANDLED;
}

static void timer_ok(struct timer_list *t)
{
	touch();
}

static void tasklet_ok(struct tasklet_struct *t)
{
	touch();
}

static int poll_ok(struct napi_struct *n, int budget)
{
	touch();
	return 0;
}

static void other_cpu_bad(void *info)
{
	spin_lock(&lock); /* expect: rt-sleep-in-atomic "other_cpu_bad" */
	spin_unlock(&lock);
}

static int stopped_bad(void *info)
{
	spin_lock(&lock); /* expect: rt-sleep-in-atomic "stopped_bad" */
	spin_unlock(&lock);
	return 0;
}

int probe(struct net_device *dev, unsigned long flags)
{
	timer_setup(&timer, timer_ok, 0);
	tasklet_setup(&tasklet, tasklet_ok);
	netif_napi_add(dev, &napi, poll_ok);
	smp_call_function_single(1, other_cpu_bad, dev, 1);
	stop_machine(stopped_bad, dev, NULL);
	return request_irq(1, threaded_by_force_ok, IRQF_SHARED, "a", dev) ||
	       request_irq(2, no_thread_bad, IRQF_NO_THREAD | IRQF_SHARED, "b", dev) ||
	       request_irq(3, percpu_bad, IRQF_PERCPU, "c", dev) ||
	       request_irq(4, who_knows_ok, flags, "d", dev) ||
	       request_threaded_irq(5, primary_bad, thread_ok, IRQF_ONESHOT, "e", dev);
}
