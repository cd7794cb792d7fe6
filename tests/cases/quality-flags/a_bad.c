/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wishes that nobody can grant. */
#include "pages.h"

#define ALLOC labyrinth_void_allocpage_gfpatomic_extra_quality
#define KEEP(z, p) do { void *_p = (p); if (_p) labyrinth_handoff((z), _p); } while (0)

void gfp_atomic_bad(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, GFP_ATOMIC));	/* expect: quality-flags "gfp_atomic_bad" */
}

void gfp_kernel_bad(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, GFP_KERNEL));	/* expect: quality-flags "gfp_kernel_bad" */
}

void contradiction_bad(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO));	/* expect: quality-flags "contradiction_bad" */
}

void all_bad(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, LABYRINTH_QUALITY_ALL));	/* expect: quality-flags "all_bad" */
}

void unknown_bit_bad(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, LABYRINTH_QUALITY_ZERO | 0x10));	/* expect: quality-flags "unknown_bit_bad" */
}

void in_variable_bad(struct nic *nic)
{
	labyrinth_quality_t q = LABYRINTH_QUALITY_ZERO;

	q |= LABYRINTH_QUALITY_POISON;
	KEEP(nic->zone, ALLOC(nic->zone, q));	/* expect: quality-flags "in_variable_bad" */
}

void on_one_path_bad(struct nic *nic, bool fill)
{
	labyrinth_quality_t q = LABYRINTH_QUALITY_ZERO;

	if (fill)
		q |= LABYRINTH_QUALITY_POISON;
	KEEP(nic->zone, ALLOC(nic->zone, q));	/* expect: quality-flags "on_one_path_bad" */
}

static void take(struct nic *nic, labyrinth_quality_t q)
{
	KEEP(nic->zone, ALLOC(nic->zone, q));	/* expect: quality-flags "passed_bad.*take|take.*passed_bad" */
}

void passed_bad(struct nic *nic)
{
	take(nic, 1u << 8);
}

void bulk_bad(struct nic *nic)
{
	void *p[4];
	int n = labyrinth_alloc_bulk(nic->zone, LABYRINTH_QUALITY_POISON | LABYRINTH_QUALITY_ZERO, p, 4);	/* expect: quality-flags "bulk_bad" */

	while (n > 0)
		KEEP(nic->zone, p[--n]);
}

void function_bad(struct nic *nic)
{
	KEEP(nic->zone, labyrinth_alloc_page(nic->zone, GFP_ATOMIC | LABYRINTH_QUALITY_ZERO));	/* expect: quality-flags "function_bad" */
}

void minus_one_bad(struct nic *nic)
{
	KEEP(nic->zone, ALLOC(nic->zone, ~0u));	/* expect: quality-flags "minus_one_bad" */
}

void masked_wrong_bad(struct nic *nic, labyrinth_quality_t wish)
{
	wish = LABYRINTH_QUALITY_ALL & ~LABYRINTH_QUALITY_CL_ALIGN;
	KEEP(nic->zone, ALLOC(nic->zone, wish));	/* expect: quality-flags "masked_wrong_bad" */
}
