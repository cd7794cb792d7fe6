// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports as one line of the kernel's log, from any context. */
#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>

#include "host.h"

/* buf has 16 bytes. A thread's number may have a new owner; the age tells how likely that is. */
void lab_prim_holder_name(u32 holder, char *buf)
{
	static const char *const contexts[] = { "idle", "softirq", "hardirq", "nmi" };
	struct task_struct *t;

	if (holder & LAB_HOLDER_IRQ) {
		snprintf(buf, 16, "%s/%u", contexts[holder >> 29 & 3], holder & 0x1fffffff);
		return;
	}
	if (!holder) {		/* it polls, and runs what other CPUs send without an interrupt */
		strscpy(buf, "idle", 16);
		return;
	}
	rcu_read_lock();
	t = pid_task(find_pid_ns((int)holder, &init_pid_ns), PIDTYPE_PID);
	if (t)
		strscpy(buf, t->comm, 16);
	rcu_read_unlock();
}

void lab_prim_print(const struct labyrinth_report *r)
{
	const struct labyrinth_page_info *i = &r->info;

	if (!r->known) {
		pr_err("labyrinth: %s: %s at %p, called from %pS, detail 0x%llx\n", r->zone->name, r->rule,
		       r->address, r->site, r->detail);
		return;
	}
	pr_err("labyrinth: %s: %s at %p, called from %pS, detail 0x%llx; page is %s, last moved by %s %u, allocated at %pS, handed off at %pS, age %llu ms\n",
	       r->zone->name, r->rule, r->address, r->site, r->detail, labyrinth_state_name(i->state),
	       i->holder_name[0] ? i->holder_name : "thread", i->holder & ~LAB_HOLDER_IRQ, i->alloc_site,
	       i->handoff_site, i->age_ns / 1000000);
}
