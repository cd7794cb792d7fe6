/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Qualities that exist and go together. */
#include "pages.h"

#define ALLOC labyrinth_void_allocpage_gfpatomic_extra_quality
#define KEEP(z, p) do { void *_p = (p); if (_p) labyrinth_handoff((z), _p); } while (0)

void none_ok(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, LABYRINTH_QUALITY_NONE));
}

void zero_ok(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, LABYRINTH_QUALITY_ZERO));
}

void poison_ok(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, LABYRINTH_QUALITY_POISON));
}

void aligned_zero_ok(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, LABYRINTH_QUALITY_ZERO | LABYRINTH_QUALITY_CL_ALIGN));
}

void aligned_poison_ok(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, LABYRINTH_QUALITY_CL_ALIGN | LABYRINTH_QUALITY_POISON));
}

void chosen_ok(struct nic *nic)
{
	labyrinth_quality_t q = nic->up ? LABYRINTH_QUALITY_ZERO : LABYRINTH_QUALITY_POISON;

	KEEP(nic->zone, ALLOC(nic->zone, q));
}

void added_ok(struct nic *nic, bool align)
{
	labyrinth_quality_t q = LABYRINTH_QUALITY_ZERO;

	if (align)
		q |= LABYRINTH_QUALITY_CL_ALIGN;
	KEEP(nic->zone, ALLOC(nic->zone, q));
}

void from_caller_ok(struct nic *nic, labyrinth_quality_t q)
{
	KEEP(nic->zone, ALLOC(nic->zone, q));
}

static void take(struct nic *nic, labyrinth_quality_t q)
{
	KEEP(nic->zone, ALLOC(nic->zone, q));
}

void passed_ok(struct nic *nic)
{
	take(nic, LABYRINTH_QUALITY_ZERO);
	take(nic, LABYRINTH_QUALITY_POISON);
}

void bulk_ok(struct nic *nic)
{
	void *p[4];
	int n = labyrinth_alloc_bulk(nic->zone, LABYRINTH_QUALITY_CL_ALIGN, p, 4);

	while (n > 0)
		KEEP(nic->zone, p[--n]);
}

void replaced_ok(struct nic *nic)
{
	labyrinth_quality_t q = LABYRINTH_QUALITY_POISON;

	if (nic->up)
		q = LABYRINTH_QUALITY_ZERO;
	KEEP(nic->zone, ALLOC(nic->zone, q));
}

void masked_ok(struct nic *nic, labyrinth_quality_t wish)
{
	KEEP(nic->zone, ALLOC(nic->zone, wish & ~LABYRINTH_QUALITY_POISON));
}
