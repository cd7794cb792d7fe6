// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Broken rules: counted always, reported with holder and site to the zone's
 * callback, or by the host, which prints the first few of each zone.
 */
#include "core.h"

static const char *const reason_names[] = {
#define LABYRINTH_X(id, name) name,
	LABYRINTH_REASONS(LABYRINTH_X)
#undef LABYRINTH_X
};

static const char *const misuse_names[] = {
#define LABYRINTH_X(id, name) name,
	LABYRINTH_MISUSES(LABYRINTH_X)
#undef LABYRINTH_X
};

const char *labyrinth_reason_name(enum labyrinth_reason reason)
{
	return (u32)reason < LABYRINTH_FAIL_COUNT ? reason_names[reason] : "?";
}

const char *labyrinth_misuse_name(enum labyrinth_misuse misuse)
{
	return (u32)misuse < LABYRINTH_MISUSE_COUNT ? misuse_names[misuse] : "?";
}

const char *labyrinth_state_name(enum labyrinth_state state)
{
	static const char *const names[] = {
		"free", "atomic", "handed-off", "worker", "absent", "cleaning"
	};

	return (u32)state < LABYRINTH_PAGE_STATES ? names[state] : "?";
}

void lab_page_info(struct labyrinth_zone *z, const struct lab_page *pg, struct labyrinth_page_info *info)
{
	u64 w = lab_load(&pg->word), now = lab_prim_now(1), t = lab_load(&pg->time);

	info->page = pg->va;
	info->state = lab_w_state(w);
	info->generation = lab_w_gen(w);
	info->slot = lab_w_slot(w);
	info->holder = lab_prim_holder_shown(lab_load(&pg->holder));
	info->context = lab_prim_context_of(lab_w_ctx(w), info->holder);
	info->alloc_site = lab_load(&pg->site);
	/* of this life; a free page still shows its last */
	info->handoff_site = info->state == LABYRINTH_PAGE_ATOMIC ? NULL : lab_load(&pg->hsite);
	info->age_ns = t && now > t && z->stamp != LABYRINTH_STAMP_OFF ? now - t : 0;
	info->holder_name[0] = 0;
	/* the idle task of a kernel is number 0: a holder like any other */
	if (info->holder || (info->state != LABYRINTH_PAGE_FREE && !(lab_load(&z->gate) & LAB_GATE_TRUST)))
		lab_prim_holder_name(info->holder, info->holder_name);
}

LAB_COLD int lab_misuse(struct labyrinth_zone *z, enum labyrinth_misuse kind, const struct lab_page *pg,
			const void *addr, const void *site, u64 detail, int err)
{
	struct labyrinth_report r = {
		.kind = kind, .rule = misuse_names[kind], .zone = z,
		.address = addr, .site = site, .detail = detail,
	};
	u64 n = lab_add(&z->misuse[kind], (u64)1);

	if (pg) {
		r.known = true;
		lab_page_info(z, pg, &r.info);
	}
	if (z->report)
		z->report(&r, z->report_arg);
	else if (!(z->flags & LABYRINTH_ZONE_QUIET) && n < 16)
		lab_prim_print(&r);
	return err;
}

/* What is no page: a misaligned or foreign pointer, or (@handle) a number that is no handle. */
int lab_misuse_find(struct labyrinth_zone *z, int err, const void *addr, const u64 *handle, const void *site)
{
	struct labyrinth_zone *owner = z;
	const struct lab_page *pg = NULL;
	int e;

	if (handle)
		return lab_misuse(z, LABYRINTH_MISUSE_FOREIGN, NULL, NULL, site, *handle, -EINVAL);
	if (err == -EINVAL)
		pg = lab_map_find_slow(z, addr, true, &owner, &e);
	return lab_misuse(owner, err == -EINVAL ? LABYRINTH_MISUSE_UNALIGNED : LABYRINTH_MISUSE_FOREIGN,
			  pg, addr, site, 0, err);
}

int labyrinth_page_query(struct labyrinth_zone *zone, const void *page, struct labyrinth_page_info *info)
{
	struct labyrinth_zone *owner;
	struct lab_guard g;
	struct lab_page *pg;
	int err = 0;

	if (!lab_zone_enter(zone, &g))
		return -EINVAL;
	pg = info ? lab_map_find_slow(zone, page, true, &owner, &err) : NULL;
	if (pg)
		lab_page_info(owner, pg, info);
	else if (!info)
		err = -EINVAL;
	lab_prim_leave(&g);
	return err;
}
