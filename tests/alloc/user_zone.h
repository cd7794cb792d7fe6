/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the user host share: zones whose reports are noted, their end. */
#ifndef LAB_USER_ZONE_H
#define LAB_USER_ZONE_H

#include "lab_test.h"

#define NONE LABYRINTH_QUALITY_NONE
#define get labyrinth_void_allocpage_gfpatomic_extra_quality

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

static struct labyrinth_report last;
static int reports;

static void note(const struct labyrinth_report *r, void *arg)
{
	(void)arg;
	last = *r;
	reports++;
}

static struct labyrinth_zone *make_with(uint32_t pages, uint32_t flags, enum labyrinth_prepare prepare)
{
	struct labyrinth_zone_params p = {
		.size = sizeof(p), .name = "user", .pages = pages, .report = note,
		.flags = flags, .prepare = prepare,
	};
	struct labyrinth_zone *z = NULL;

	CHECK_EQ(labyrinth_zone_create(&p, &z), 0);
	reports = 0;
	return z;
}

static struct labyrinth_zone *make(uint32_t pages)
{
	return make_with(pages, 0, LABYRINTH_PREPARE_KEEP);
}

static struct labyrinth_stats stats(struct labyrinth_zone *z)
{
	struct labyrinth_stats s;

	CHECK_EQ(labyrinth_get_stats(z, &s), 0);
	return s;
}

static void end(struct labyrinth_zone *z)
{
	CHECK_EQ(labyrinth_zone_verify(z), 0);
	CHECK_EQ(labyrinth_zone_destroy(z), 0);
}

#endif
