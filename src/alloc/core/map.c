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
	return z->frame ? z->frame[i] : z->frame_base + i;
}

uint64_t labyrinth_virt_to_phys(struct labyrinth_zone *zone, const void *addr)
{
	struct labyrinth_zone *owner;
	struct lab_page *pg;
	int err;

	if (!lab_zone_ok(zone))
		return ~0ULL;
	pg = lab_map_find_slow(zone, addr, true, &owner, &err);
	if (!pg)
		return ~0ULL;
	return frame_of(owner, lab_index(owner, pg)) << LABYRINTH_PAGE_SHIFT |
	       ((size_t)addr & (LABYRINTH_PAGE_SIZE - 1));
}

static bool frame_to_index(const struct labyrinth_zone *z, u64 frame, u32 *index)
{
	u32 lo = 0, hi = z->npages, mid;
	u64 f;

	if (!z->frame) {
		*index = (u32)(frame - z->frame_base);
		return frame - z->frame_base < z->npages;
	}
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		f = z->frame[z->frame_sorted[mid]];
		if (f == frame) {
			*index = z->frame_sorted[mid];
			return true;
		}
		if (f < frame)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

void *labyrinth_phys_to_virt(struct labyrinth_zone *zone, uint64_t phys)
{
	struct labyrinth_zone *z = zone;
	u32 i;

	if (!lab_zone_ok(zone) || phys == ~0ULL)
		return NULL;
	if (!frame_to_index(z, phys >> LABYRINTH_PAGE_SHIFT, &i)) {
		z = zone->neighbour;
		if (!z || !frame_to_index(z, phys >> LABYRINTH_PAGE_SHIFT, &i))
			return NULL;
	}
	if (!z->page[i].va || lab_w_state(lab_load(&z->page[i].word)) == LABYRINTH_PAGE_ABSENT)
		return NULL;
	return (char *)z->page[i].va + (phys & (LABYRINTH_PAGE_SIZE - 1));
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

/* Worker: read the machine's frame numbers and sort them. */
int lab_map_frames(struct labyrinth_zone *z)
{
	u32 i, t, n = z->npages;
	int err;

	if (!z->frame)
		return 0;
	err = lab_prim_frames(z);
	if (err)
		return err;
	for (i = 0; i < n; i++)
		z->frame_sorted[i] = i;
	for (i = n / 2; i-- > 0;)
		sift(z->frame_sorted, z->frame, i, n);
	for (i = n; i-- > 1;) {
		t = z->frame_sorted[0];
		z->frame_sorted[0] = z->frame_sorted[i];
		z->frame_sorted[i] = t;
		sift(z->frame_sorted, z->frame, 0, i);
	}
	return 0;
}
