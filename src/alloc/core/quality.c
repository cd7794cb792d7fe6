// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a page holds: poison, zeroes, or the last owner's bytes.
 *
 * A page remembers that it was prepared (content), and each hand-out forgets
 * it, because nobody can know what the owner wrote. So a wish that the worker
 * has already fulfilled costs nothing here, and a page without preparation is
 * cleaned here, in zones whose policy says that old content must not be seen.
 */
#include "core.h"

/* A full check compares each word with the pattern; edges: one line at each end. */
static bool span_intact(const u64 *p, u32 from, u32 to, u64 want, u64 *offset)
{
	u32 i;

	for (i = from; i < to; i++) {
		if (LAB_UNLIKELY(p[i] != want)) {
			const unsigned char *b = (const unsigned char *)&p[i];

			for (*offset = (u64)i * 8; *b == (unsigned char)want; b++)
				++*offset;
			return false;
		}
	}
	return true;
}

bool lab_quality_intact(struct labyrinth_zone *z, const void *va, bool full, u64 *offset)
{
	const u64 *p = va;
	u64 want = 0x0101010101010101ULL * z->pattern;
	u32 words = LABYRINTH_PAGE_SIZE / 8, line = LABYRINTH_CACHE_LINE / 8;

	if (full)
		return span_intact(p, 0, words, want, offset);
	return span_intact(p, 0, line, want, offset) &&
	       span_intact(p, words - line, words, want, offset);
}

/* Worker: leave in the page what the zone's policy says. */
void lab_quality_prepare(struct labyrinth_zone *z, struct lab_page *pg)
{
	switch (z->prepare) {
	case LABYRINTH_PREPARE_ZERO:
		if (pg->content != LAB_ZEROED)
			lab_prim_clear(lab_worker_va(z, pg));
		pg->content = LAB_ZEROED;
		break;
	case LABYRINTH_PREPARE_POISON:
		if (pg->content != LAB_POISONED)
			lab_prim_fill(lab_worker_va(z, pg), (int)z->pattern);
		pg->content = LAB_POISONED;
		break;
	default:
		break;
	}
}

static void check_poison(struct labyrinth_zone *z, struct lab_page *pg)
{
	u64 offset = 0;

	if (z->check == LABYRINTH_CHECK_OFF || pg->content != LAB_POISONED)
		return;
	if (lab_quality_intact(z, pg->va, z->check == LABYRINTH_CHECK_FULL, &offset))
		return;
	lab_misuse(z, LABYRINTH_MISUSE_POISON, pg, pg->va, NULL, offset, 0);
	pg->content = LAB_DIRTY;
}

static void clean(struct labyrinth_zone *z, struct lab_cpu *c, struct lab_page *pg)
{
	bool zero = z->prepare == LABYRINTH_PREPARE_ZERO;

	if (zero)
		lab_prim_clear(pg->va);
	else
		lab_prim_fill(pg->va, (int)z->pattern);
	lab_count_stray(c, zero ? LAB_C_inline_clear : LAB_C_inline_poison);
}

/* The owner's wish, in the contract's order. The page is ours, outside the guard. */
void lab_quality_apply(struct labyrinth_zone *z, struct lab_cpu *c, struct lab_page *pg,
		       labyrinth_quality_t q)
{
	bool poison = !!(q & LABYRINTH_QUALITY_POISON), zero = !!(q & LABYRINTH_QUALITY_ZERO);
	u32 content;

	check_poison(z, pg);
	content = pg->content;
	pg->content = LAB_DIRTY;
	if (!poison && !zero) {
		if (content == LAB_DIRTY && z->prepare != LABYRINTH_PREPARE_KEEP)
			clean(z, c, pg);
		return;
	}
	if (LAB_UNLIKELY(poison && zero))
		lab_count_stray(c, LAB_C_contradiction);
	if (content == (zero ? LAB_ZEROED : LAB_POISONED) && poison != zero) {
		lab_count_stray(c, LAB_C_skipped_work);
		return;
	}
	if (poison) {
		lab_prim_fill(pg->va, (int)z->pattern);
		lab_count_stray(c, LAB_C_inline_poison);
	}
	if (zero) {
		lab_prim_clear(pg->va);
		lab_count_stray(c, LAB_C_inline_clear);
	}
}
