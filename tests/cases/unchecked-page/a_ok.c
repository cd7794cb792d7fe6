/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the result, in the spellings that drivers use. */
#include "pages.h"

void not_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f) {
		nic->drops++;
		return;
	}
	f->len = nic_read(nic, 1);
	labyrinth_handoff(nic->zone, f);
}

void equal_null_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (f == NULL)
		return;
	f->len = 1;
	labyrinth_handoff(nic->zone, f);
}

void null_first_ok(struct nic *nic)
{
	struct frame *f;

	if (NULL == (f = ATOMIC_PAGE(nic->zone)))
		return;
	f->len = 1;
	labyrinth_handoff(nic->zone, f);
}

void positive_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (f) {
		f->len = 1;
		labyrinth_handoff(nic->zone, f);
	}
}

int ternary_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);
	int status = f ? (int)(f->status = 3) : -ENOMEM;

	if (f)
		labyrinth_handoff(nic->zone, f);
	return status;
}

void warn_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (WARN_ON(!f))
		return;
	f->len = 1;
	labyrinth_handoff(nic->zone, f);
}

void unlikely_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (unlikely(!f))
		return;
	f->len = 1;
	labyrinth_handoff(nic->zone, f);
}

void joined_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f || !nic->up) {
		if (f)
			labyrinth_cancel(nic->zone, f);
		return;
	}
	f->len = 1;
	labyrinth_handoff(nic->zone, f);
}

void short_circuit_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (f && f->status)
		nic->packets++;
	if (f)
		labyrinth_cancel(nic->zone, f);
}

static bool filled(struct nic *nic, struct frame *f)
{
	if (!f)
		return false;
	f->len = nic_read(nic, 2);
	return true;
}

void callee_tests_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (filled(nic, f))
		labyrinth_handoff(nic->zone, f);
}

void loop_until_null_ok(struct nic *nic)
{
	struct frame *f;

	while (nic_good(nic) && (f = ATOMIC_PAGE(nic->zone)) != NULL) {
		f->len = 1;
		labyrinth_handoff(nic->zone, f);
	}
}

void goto_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		goto drop;
	f->len = 1;
	labyrinth_handoff(nic->zone, f);
	return;
drop:
	nic->drops++;
}

void fallback_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		f = ATOMIC_PAGE(rx_zone);
	if (!f)
		return;
	f->len = 1;
	labyrinth_cancel(nic->zone, f);
}

void cached_result_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);
	bool have = f != NULL;

	if (!have)
		return;
	f->len = 1;
	labyrinth_handoff(nic->zone, f);
}
