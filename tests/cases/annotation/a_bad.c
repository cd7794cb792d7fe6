/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contracts that nobody can keep, since they say nothing. */
#include "pages.h"

void empty_reason_bad(struct nic *nic)
{
	LABYRINTH_ALLOW(page-leak, "");	/* expect: annotation "reason is empty" */
	nic->drops++;
}

void blank_reason_bad(struct nic *nic)
{
	LABYRINTH_ALLOW(page-leak, "  ");	/* expect: annotation "reason is empty" */
	nic->drops++;
}

void unknown_rule_bad(struct nic *nic)
{
	LABYRINTH_ALLOW(page-leaks, "the firmware has it");	/* expect: annotation "no rule is called 'page-leaks'" */
	nic->drops++;
}

void other_spelling_bad(struct nic *nic)
{
	LABYRINTH_ALLOW(page_leak, "the firmware has it");	/* expect: annotation "no rule is called 'page_leak'" */
	nic->drops++;
}

void ring_take_bad(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_take_bad, "takes arg1");	/* expect: annotation "unknown kind of fact" */

void ring_hold_bad(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_hold_bad, "keeps");	/* expect: annotation "no argument" */

void ring_drop_bad(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_drop_bad, "consumes page");	/* expect: annotation "no argument" */

int ring_send_bad(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_send_bad, "hands-off arg1 when ret == 0");	/* expect: annotation "more than the fact" */

void ring_lock_bad(struct ring *ring);
LABYRINTH_CONTRACT(ring_lock_bad, "enter lock");	/* expect: annotation "unknown effect" */

void *ring_page_bad(struct ring *ring);
LABYRINTH_CONTRACT(ring_page_bad, "");	/* expect: annotation "" */

extern int ring_count_bad;
LABYRINTH_CONTRACT(ring_count_bad, "allocates");	/* expect: annotation "no function" */

int ring_try_bad(struct ring *ring, void *page);
LABYRINTH_CONTRACT(ring_try_bad, "hands-off arg1 if result == 0");	/* expect: annotation "" */
