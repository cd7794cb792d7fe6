// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handles {generation, index}: a name for one allocation of a page, so that a
 * late call is told from a call on the page's next life. The generation has 40
 * bits here: it repeats after 10^12 allocations of the same page.
 */
#include "core.h"

uint64_t labyrinth_page_handle(struct labyrinth_zone *zone, const void *page)
{
	const void *site = __builtin_return_address(0);
	struct labyrinth_zone *owner;
	struct lab_guard g;
	struct lab_page *pg;
	u64 w, handle = 0;
	int err = 0;

	if (!lab_zone_enter(zone, &g))
		return 0;
	pg = lab_map_find(zone, page, &owner, &err);
	w = pg ? lab_load(&pg->word) : 0;
	if (!pg)
		lab_misuse_find(zone, err, page, NULL, site);
	else if (owner != zone || lab_w_state(w) == LABYRINTH_PAGE_FREE ||
		 lab_w_state(w) == LABYRINTH_PAGE_ABSENT)
		lab_misuse(owner, LABYRINTH_MISUSE_WRONG_STATE, pg, page, site, 0, 0);
	else
		handle = lab_w_gen(w) << 24 | (lab_index(zone, pg) + 1);
	lab_prim_leave(&g);
	return handle;
}

/* The descriptor a handle points at, whatever its generation; NULL if there is none. */
struct lab_page *lab_handle_find(const struct labyrinth_zone *z, u64 handle)
{
	u64 i = handle & LAB_HANDLE_INDEX;

	return i && i <= z->npages && z->page[i - 1].va ? z->page + (i - 1) : NULL;
}

/* The page's address, or NULL and a report: under the guard. */
static void *look_up(struct labyrinth_zone *zone, u64 handle, const void *site)
{
	struct lab_page *pg = lab_handle_find(zone, handle);
	enum labyrinth_state s;
	u64 w;

	if (!pg) {
		lab_misuse_find(zone, 0, NULL, &handle, site);
		return NULL;
	}
	w = lab_load_acq(&pg->word);
	s = lab_w_state(w);
	if (lab_stale(&handle, w) || s == LABYRINTH_PAGE_FREE || s == LABYRINTH_PAGE_ABSENT ||
	    s == LABYRINTH_PAGE_CLEANING) {
		lab_misuse(zone, LABYRINTH_MISUSE_STALE, pg, pg->va, site, handle, 0);
		return NULL;
	}
	return s == LABYRINTH_PAGE_WORKER ? lab_worker_va(zone, pg) : pg->va;
}

void *labyrinth_handle_page(struct labyrinth_zone *zone, uint64_t handle)
{
	const void *site = __builtin_return_address(0);
	struct lab_guard g;
	void *page;

	if (!lab_zone_enter(zone, &g))
		return NULL;
	page = look_up(zone, handle, site);
	lab_prim_leave(&g);
	return page;
}
