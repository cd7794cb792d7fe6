/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks that are dropped on every way out, or kept for a reason that the caller sees. */
#include "pages.h"

void pair_ok(struct nic *nic)
{
	spin_lock(&nic->lock);
	nic->packets++;
	spin_unlock(&nic->lock);
}

int early_ok(struct nic *nic)
{
	spin_lock(&nic->lock);
	if (!nic->up) {
		spin_unlock(&nic->lock);
		return -EIO;
	}
	nic->packets++;
	spin_unlock(&nic->lock);
	return 0;
}

int goto_ok(struct nic *nic)
{
	int err = -EIO;

	spin_lock(&nic->lock);
	if (!nic->up)
		goto out;
	err = 0;
out:
	spin_unlock(&nic->lock);
	return err;
}

void same_condition_ok(struct nic *nic, bool locked)
{
	if (!locked)
		spin_lock(&nic->lock);
	nic->packets++;
	if (!locked)
		spin_unlock(&nic->lock);
}

bool held_if_true_ok(struct nic *nic)
{
	spin_lock(&nic->lock);
	if (nic->up)
		return true;
	spin_unlock(&nic->lock);
	return false;
}

void *held_if_not_null_ok(struct nic *nic)
{
	spin_lock(&nic->lock);
	if (!nic->spare) {
		spin_unlock(&nic->lock);
		return NULL;
	}
	return nic->spare;
}

void take_ok(struct nic *nic)
{
	LABYRINTH_ACQUIRES(&nic->lock);
	spin_lock(&nic->lock);
}

void drop_ok(struct nic *nic)
{
	LABYRINTH_RELEASES(&nic->lock);
	spin_unlock(&nic->lock);
}

void always_held_ok(struct nic *nic)
{
	spin_lock(&nic->lock);
	nic->packets++;
}

void always_dropped_ok(struct nic *nic)
{
	nic->packets++;
	spin_unlock(&nic->lock);
}

void trylock_ok(struct nic *nic)
{
	if (!spin_trylock(&nic->lock))
		return;
	nic->packets++;
	spin_unlock(&nic->lock);
}

void guard_ok(struct nic *nic)
{
	guard(spinlock)(&nic->lock);
	if (!nic->up)
		return;
	nic->packets++;
}

void unlock_relock_ok(struct nic *nic)
{
	spin_lock(&nic->lock);
	while (!nic->up) {
		spin_unlock(&nic->lock);
		cpu_relax();
		spin_lock(&nic->lock);
	}
	spin_unlock(&nic->lock);
}

void irq_flags_ok(struct nic *nic)
{
	unsigned long flags;

	spin_lock_irqsave(&nic->lock, flags);
	if (nic->up)
		nic->packets++;
	spin_unlock_irqrestore(&nic->lock, flags);
}
