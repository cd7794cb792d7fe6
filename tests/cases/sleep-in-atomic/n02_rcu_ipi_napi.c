/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N2: RCU callbacks, cross calls, NAPI polls and URB completions.
 */
#include "kernel.h"

struct urb;
typedef void (*usb_complete_t)(struct urb *);
struct urb {
	void *context;
	usb_complete_t complete;
};
int usb_submit_urb(struct urb *urb, gfp_t mem_flags);
static inline void usb_fill_bulk_urb(struct urb *urb, usb_complete_t complete_fn, void *context)
{
	urb->complete = complete_fn;
	urb->context = context;
}

struct eth {
	struct rcu_head rcu;
	struct napi_struct napi;
	struct mutex lock;
	struct urb urb;
};

static void eth_free_rcu_bad(struct rcu_head *head)
{
	struct eth *e = container_of(head, struct eth, rcu);

	mutex_lock(&e->lock); /* expect: sleep-in-atomic "eth_free_rcu_bad -> mutex_lock" */
	mutex_unlock(&e->lock);
}

static void eth_ipi_bad(void *info)
{
	struct eth *e = info;

	mutex_lock(&e->lock); /* expect: sleep-in-atomic "eth_ipi_bad -> mutex_lock" */
	mutex_unlock(&e->lock);
}

static void eth_one_ipi_bad(void *info)
{
	(void)info;
	msleep(1); /* expect: sleep-in-atomic "eth_one_ipi_bad -> msleep" */
}

static int eth_poll_bad(struct napi_struct *n, int budget)
{
	struct eth *e = container_of(n, struct eth, napi);

	disable_irq(budget); /* expect: sleep-in-atomic "eth_poll_bad -> disable_irq" */
	enable_irq(budget);
	return e->urb.context ? 1 : 0;
}

static int eth_poll_ok(struct napi_struct *n, int budget)
{
	(void)n;
	disable_irq_nosync(budget);
	return 0;
}

static void eth_complete_bad(struct urb *urb)
{
	usb_submit_urb(urb, GFP_KERNEL); /* expect: sleep-in-atomic "eth_complete_bad -> usb_submit_urb" */
}

static void eth_complete_ok(struct urb *urb)
{
	usb_submit_urb(urb, GFP_ATOMIC);
}

void eth_start_ok(struct eth *e, struct net_device *dev)
{
	call_rcu(&e->rcu, eth_free_rcu_bad);
	on_each_cpu(eth_ipi_bad, e, 1);
	smp_call_function_single(1, eth_one_ipi_bad, e, 1);
	netif_napi_add(dev, &e->napi, eth_poll_bad);
	netif_napi_add(dev, &e->napi, eth_poll_ok);
	usb_fill_bulk_urb(&e->urb, eth_complete_bad, e);
	usb_fill_bulk_urb(&e->urb, eth_complete_ok, e);
	usb_submit_urb(&e->urb, GFP_KERNEL);
}
