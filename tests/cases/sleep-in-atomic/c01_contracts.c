/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks and contexts that the source says: own locks, functions that must (not) be atomic. */
#include "pages.h"

struct bit { unsigned long word; };

static void bit_take(struct bit *b)
{
	LABYRINTH_ACQUIRES(b);
	while (b->word & 1)
		cpu_relax();
	b->word |= 1;
}

static void bit_drop(struct bit *b)
{
	LABYRINTH_RELEASES(b);
	b->word &= ~1ul;
}

void under_own_lock_bad(struct bit *b)
{
	bit_take(b);
	msleep(1);	/* expect: sleep-in-atomic "under_own_lock_bad" */
	bit_drop(b);
}

void behind_own_lock_ok(struct bit *b)
{
	bit_take(b);
	b->word += 2;
	bit_drop(b);
	msleep(1);
}

void hw_lock(struct bit *b);
LABYRINTH_CONTRACT(hw_lock, "enter preempt lock=arg0");
void hw_unlock(struct bit *b);
LABYRINTH_CONTRACT(hw_unlock, "leave preempt lock=arg0");
void hw_wait(struct bit *b);
LABYRINTH_CONTRACT(hw_wait, "sleep");

void declared_lock_bad(struct bit *b)
{
	hw_lock(b);
	hw_wait(b);	/* expect: sleep-in-atomic "declared_lock_bad -> hw_wait" */
	hw_unlock(b);
}

void declared_lock_ok(struct bit *b)
{
	hw_lock(b);
	b->word++;
	hw_unlock(b);
	hw_wait(b);
}

void called_in_interrupts_bad(struct nic *nic)
{
	LABYRINTH_MUST_BE_ATOMIC();
	nic->packets++;
	msleep(1);	/* expect: sleep-in-atomic "called_in_interrupts_bad" */
}

void called_in_interrupts_ok(struct nic *nic)
{
	LABYRINTH_MUST_BE_ATOMIC();
	nic->packets++;
	udelay(1);
}

static void takes_time(struct nic *nic)
{
	LABYRINTH_MUST_NOT_BE_ATOMIC();
	nic->packets++;
}

void calls_it_locked_bad(struct nic *nic)
{
	spin_lock(&nic->lock);
	takes_time(nic);	/* expect: sleep-in-atomic "calls_it_locked_bad" */
	spin_unlock(&nic->lock);
}

void calls_it_free_ok(struct nic *nic)
{
	takes_time(nic);
}

/* The contract and the lock are one, not two. */
static void take(struct nic *nic)
{
	LABYRINTH_ACQUIRES(&nic->lock);
	spin_lock(&nic->lock);
}

static void drop(struct nic *nic)
{
	spin_unlock(&nic->lock);
	LABYRINTH_RELEASES(&nic->lock);
}

void wrapped_ok(struct nic *nic)
{
	take(nic);
	nic->packets++;
	drop(nic);
	msleep(1);
}

void wrapped_bad(struct nic *nic)
{
	take(nic);
	msleep(1);	/* expect: sleep-in-atomic "wrapped_bad" */
	drop(nic);
}
