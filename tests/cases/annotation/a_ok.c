/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contracts as they are meant. */
#include "pages.h"

void reason_ok(struct nic *nic)
{
	LABYRINTH_ALLOW(page-leak, "the firmware owns it until reset");
	if (ATOMIC_PAGE(nic->zone))
		nic->drops++;
}

void two_reasons_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	LABYRINTH_ALLOW(page-leak, "counted");
	LABYRINTH_ALLOW(sleep-holding-page, "no interrupt is on yet");
	if (p)
		msleep(1);
}

void *ring_page_ok(struct ring *ring);
LABYRINTH_CONTRACT(ring_page_ok, "allocates");

void *ring_next_ok(struct ring *ring);
LABYRINTH_CONTRACT(ring_next_ok, "receives");

void ring_look_ok(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_look_ok, "borrows arg1");

int ring_put_ok(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_put_ok, "keeps arg1 if ret == 0");

int ring_send_ok(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_send_ok, "hands-off arg1 if ret == 0");

void ring_free_ok(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_free_ok, "consumes arg1");

void ring_free_or_null_ok(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_free_or_null_ok, "consumes arg1 if arg1");

void ring_lock_ok(struct ring *ring);
LABYRINTH_CONTRACT(ring_lock_ok, "enter preempt lock=arg0");

void ring_unlock_ok(struct ring *ring);
LABYRINTH_CONTRACT(ring_unlock_ok, "leave preempt lock=arg0");

void ring_wait_ok(struct ring *ring);
LABYRINTH_CONTRACT(ring_wait_ok, "sleep");

void all_of_them_ok(struct ring *ring)
{
	void *p = ring_page_ok(ring), *q = ring_next_ok(ring);

	ring_lock_ok(ring);
	ring_look_ok(ring, p);
	if (p && ring_send_ok(ring, p))
		ring_free_ok(ring, p);
	ring_unlock_ok(ring);
	ring_wait_ok(ring);
	if (ring_put_ok(ring, q))
		ring_free_or_null_ok(ring, q);
}
