// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address <-> descriptor <-> frame.
 *
 * A host with fixed addresses (user space) lists extents, sorted by address,
 * before the zone opens; they do not change, so looking them up needs no lock.
 * A host whose pages know their descriptor (kernel) defines LAB_PRIM_OWN_MAP.
 * Without real frame numbers a page's frame is the zone's base plus its index.
 */
#include "core.h"

#ifndef LAB_PRIM_OWN_MAP
static struct lab_page *find_in(struct labyrinth_zone *z, const void *addr)
{
	const char *a = addr;
	struct lab_extent *e;
	u32 lo = 0, hi = z->n_ext, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		e = &z->ext[mid];
		if (a < e->base)
			hi = mid;
		else if (a >= e->base + e->bytes)
			lo = mid + 1;
		else
			return z->page + e->first + ((size_t)(a - e->base) >> LABYRINTH_PAGE_SHIFT);
	}
	return NULL;
}

static struct lab_page *find_desc(struct labyrinth_zone *z, const void *addr)
{
	struct lab_page *pg = find_in(z, addr);

	if (!pg && z->alias)
		pg = find_in(z, (const char *)addr - z->alias);
	return pg;
}
#else
static struct lab_page *find_desc(struct labyrinth_zone *z, const void *addr)
{
	return lab_prim_page_desc(z, addr);
}
#endif

struct lab_page *lab_map_find_slow(struct labyrinth_zone *z, const void *addr, bool inside,
				   struct labyrinth_zone **owner, int *err)
{
	struct lab_page *pg = find_desc(z, addr);

	*owner = z;
	if (!pg && z->neighbour) {
		*owner = z->neighbour;
		pg = find_desc(z->neighbour, addr);
	}
	if (!pg || !pg->va) {
		*owner = z;
		*err = -EXDEV;
		return NULL;
	}
	if (!inside && ((size_t)addr & (LABYRINTH_PAGE_SIZE - 1))) {
		*err = -EINVAL;
		return NULL;
	}
	return pg;
}

static u64 frame_of(const struct labyrinth_zone *z, u32 i)
{
#ifdef LAB_PRIM_OWN_MAP
	if (!z->frame)
		return lab_prim_frame(z->page[i].va);
#endif
	return z->frame ? lab_load(&z->frame[i]) : z->frame_base + i;
}

uint64_t labyrinth_virt_to_phys(struct labyrinth_zone *zone, const void *addr)
{
	struct labyrinth_zone *owner;
	u64 phys = ~0ULL;
	struct lab_guard g;
	struct lab_page *pg;
	int err;

	if (!lab_zone_enter(zone, &g))
		return ~0ULL;
	pg = lab_map_find_slow(zone, addr, true, &owner, &err);
	if (pg)
		phys = frame_of(owner, lab_index(owner, pg)) << LABYRINTH_PAGE_SHIFT |
		       ((size_t)addr & (LABYRINTH_PAGE_SIZE - 1));
	lab_prim_leave(&g);
	return phys;
}

#ifdef LAB_PRIM_OWN_MAP
static bool frame_to_index(struct labyrinth_zone *z, u64 frame, u32 *index)
{
	struct lab_page *pg = lab_prim_frame_desc(z, frame);

	*index = pg ? lab_index(z, pg) : 0;
	return pg;
}
#else
static bool frame_to_index(const struct labyrinth_zone *z, u64 frame, u32 *index)
{
	u32 lo = 0, hi = z->npages, mid, i;
	const u32 *sorted = lab_load_acq(&z->frame_sorted);
	u64 f;

	if (!z->frame) {
		*index = (u32)(frame - z->frame_base);
		return frame - z->frame_base < z->npages;
	}
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		i = sorted[mid];
		f = lab_load(&z->frame[i]);
		if (f == frame) {
			*index = i;
			return true;
		}
		if (f < frame)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}
#endif

static void *virt_of(struct labyrinth_zone *zone, u64 phys)
{
	struct labyrinth_zone *z = zone;
	u32 i;

	if (!frame_to_index(z, phys >> LABYRINTH_PAGE_SHIFT, &i)) {
		z = zone->neighbour;
		if (!z || !frame_to_index(z, phys >> LABYRINTH_PAGE_SHIFT, &i))
			return NULL;
	}
	if (!z->page[i].va || lab_w_state(lab_load(&z->page[i].word)) == LABYRINTH_PAGE_ABSENT)
		return NULL;
	return (char *)z->page[i].va + (phys & (LABYRINTH_PAGE_SIZE - 1));
}

void *labyrinth_phys_to_virt(struct labyrinth_zone *zone, uint64_t phys)
{
	struct lab_guard g;
	void *addr;

	if (!lab_zone_enter(zone, &g))
		return NULL;
	addr = phys == ~0ULL ? NULL : virt_of(zone, phys);
	lab_prim_leave(&g);
	return addr;
}

/* Heap sort of the index by frame: no recursion, no library. */
static void sift(u32 *a, const u64 *key, u32 start, u32 n)
{
	u32 root = start, child, t;

	while ((child = 2 * root + 1) < n) {
		if (child + 1 < n && key[a[child + 1]] > key[a[child]])
			child++;
		if (key[a[root]] >= key[a[child]])
			return;
		t = a[root];
		a[root] = a[child];
		a[child] = t;
		root = child;
	}
}

/*
 * Read the machine's frame numbers and sort them, beside the list that others
 * may be searching. Whoever still searches it when the one after next is made
 * may miss a page.
 */
static int read_frames(struct labyrinth_zone *z)
{
	u32 *list = z->frame_spare, i, t, n = z->npages;
	int err = lab_prim_frames(z);

	if (err)
		return err;
	for (i = 0; i < n; i++)
		list[i] = i;
	for (i = n / 2; i-- > 0;)
		sift(list, z->frame, i, n);
	for (i = n; i-- > 1;) {
		t = list[0];
		list[0] = list[i];
		list[i] = t;
		sift(list, z->frame, 0, i);
	}
	z->frame_spare = z->frame_sorted;
	lab_store_rel(&z->frame_sorted, list);
	return 0;
}

/* Worker; of several at the same time one reads for all. */
int lab_map_frames(struct labyrinth_zone *z)
{
	int err;

	if (!z->frame || lab_xchg(&z->framing, 2u))
		return 0;
	do {
		lab_store(&z->framing, 1u);
		err = read_frames(z);
	} while (!lab_cas(&z->framing, 1u, 0u));
	return err;
}
