/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * args: --rt
 */
struct port { raw_spinlock_t hw; spinlock_t queue; int n; };

/* bad: on PREEMPT_RT a spinlock_t sleeps, and below a raw_spinlock_t nothing may */
void port_kick_bad(struct port *p)
{
	raw_spin_lock(&p->hw);
	spin_lock(&p->queue); /* expect: rt-sleep-in-atomic "port_kick_bad" */
	p->n++;
	spin_unlock(&p->queue);
	raw_spin_unlock(&p->hw);
}

/* good: the sleeping lock is taken first */
void port_kick_ok(struct port *p)
{
	spin_lock(&p->queue);
	raw_spin_lock(&p->hw);
	p->n++;
	raw_spin_unlock(&p->hw);
	spin_unlock(&p->queue);
}
