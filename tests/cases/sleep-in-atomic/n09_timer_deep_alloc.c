/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N9: a timer takes a lock and four calls later somebody allocates as if in a
 * process.
 */
#include "kernel.h"

struct addr { struct addr *next; int state; };
struct assoc {
	struct timer_list timer;
	spinlock_t addr_lock;
	struct addr *list;
};

static struct addr *make_event(struct addr *a, gfp_t gfp)
{
	struct addr *ev = kmalloc(sizeof(*ev), gfp); /* expect: sleep-in-atomic "addr_timer_bad -> .*make_event" */

	if (ev)
		ev->state = a->state;
	return ev;
}

static int asconf_build(struct assoc *as, struct addr *a, gfp_t gfp)
{
	struct addr *ev = make_event(a, gfp);

	if (!ev)
		return -ENOMEM;
	ev->next = as->list;
	as->list = ev;
	return 0;
}

static int asconf_send(struct assoc *as, struct addr *a)
{
	return asconf_build(as, a, GFP_KERNEL);
}

static int asconf_mgmt(struct assoc *as, struct addr *a)
{
	return a->state ? asconf_send(as, a) : 0;
}

static void addr_timer_bad(struct timer_list *t)
{
	struct assoc *as = from_timer(as, t, timer);
	struct addr *a;

	spin_lock_bh(&as->addr_lock);
	for (a = as->list; a; a = a->next)
		asconf_mgmt(as, a);
	spin_unlock_bh(&as->addr_lock);
}

static void addr_quiet_ok(struct timer_list *t)
{
	struct assoc *as = from_timer(as, t, timer);

	spin_lock_bh(&as->addr_lock);
	if (as->list)
		asconf_build(as, as->list, GFP_ATOMIC);
	spin_unlock_bh(&as->addr_lock);
}

void assoc_init_ok(struct assoc *as)
{
	timer_setup(&as->timer, addr_timer_bad, 0);
	timer_setup(&as->timer, addr_quiet_ok, 0);
	if (as->list)
		asconf_mgmt(as, as->list);
}
