/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks that one way out forgets. */
#include "pages.h"

int early_return_bad(struct nic *nic)
{
	spin_lock(&nic->lock);	/* expect: context-imbalance "early_return_bad" */
	if (!nic->up)
		return 0;
	nic->packets++;
	spin_unlock(&nic->lock);
	return 0;
}

void void_bad(struct nic *nic)
{
	spin_lock(&nic->lock);	/* expect: context-imbalance "void_bad" */
	if (!nic_good(nic))
		return;
	spin_unlock(&nic->lock);
}

void irqs_bad(struct nic *nic)
{
	local_irq_disable();	/* expect: context-imbalance "irqs_bad" */
	if (nic->up) {
		nic->packets++;
		return;
	}
	local_irq_enable();
}

void irqsave_bad(struct nic *nic)
{
	unsigned long flags;

	spin_lock_irqsave(&nic->lock, flags);	/* expect: context-imbalance "irqsave_bad" */
	if (nic_read(nic, 3) == 7)
		return;
	spin_unlock_irqrestore(&nic->lock, flags);
}

void preempt_bad(struct nic *nic)
{
	preempt_disable();	/* expect: context-imbalance "preempt_bad" */
	if (nic_read(nic, 3))
		return;
	preempt_enable();
}

void contract_not_taken_bad(struct nic *nic)
{
	LABYRINTH_ACQUIRES(&nic->lock);
	spin_lock(&nic->lock);	/* expect: context-imbalance "contract_not_taken_bad" */
	if (!nic->up)
		spin_unlock(&nic->lock);
}

void goto_bad(struct nic *nic)
{
	spin_lock(&nic->lock);	/* expect: context-imbalance "goto_bad" */
	if (!nic->up)
		goto out;
	nic->packets++;
	spin_unlock(&nic->lock);
out:
	nic->drops++;
}

void loop_bad(struct nic *nic)
{
	int i;

	for (i = 0; i < 4; i++) {
		raw_spin_lock(&nic->raw);	/* expect: context-imbalance "loop_bad" */
		if (nic_read(nic, i))
			return;
		raw_spin_unlock(&nic->raw);
	}
}

void bh_bad(struct nic *nic)
{
	spin_lock_bh(&nic->lock);	/* expect: context-imbalance "bh_bad" */
	switch (nic_read(nic, 1)) {
	case 0:
		spin_unlock_bh(&nic->lock);
		break;
	case 1:
		nic->drops++;
		break;
	default:
		spin_unlock_bh(&nic->lock);
	}
}

void rcu_bad(struct nic *nic)
{
	rcu_read_lock();	/* expect: context-imbalance "rcu_bad" */
	if (!READ_ONCE(nic->spare))
		return;
	rcu_read_unlock();
}

void dropped_on_one_path_bad(struct nic *nic)
{
	if (nic_read(nic, 2)) {
		spin_unlock(&nic->lock);	/* expect: context-imbalance "dropped_on_one_path_bad" */
		return;
	}
	spin_unlock(&nic->lock);
	nic->packets++;
	spin_lock(&nic->lock);
}
