// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel host's pages: where they come from, and which descriptor an
 * address belongs to.
 *
 * A page carries its descriptor in page->private, so all its bytes are the
 * owner's. A foreign page may have anything there: it is compared, never followed.
 */
#include <linux/delay.h>
#include <linux/mm.h>

#include "host.h"

/* Of the atomic path: never one that may wait. */
static gfp_t atomic_flags(const struct labyrinth_zone *z)
{
	return (z->system == LABYRINTH_SYSTEM_NOWAIT ? GFP_NOWAIT : GFP_ATOMIC) | __GFP_NOWARN;
}

static gfp_t worker_flags(const struct labyrinth_zone *z)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY;

	/* once, here, whether or not the system clears by itself */
	return z->prepare == LABYRINTH_PREPARE_ZERO ? gfp | __GFP_ZERO : gfp;
}

void *lab_prim_page_get(struct labyrinth_zone *z, u32 index, bool atomic, bool *zeroed)
{
	gfp_t gfp = atomic ? atomic_flags(z) : worker_flags(z);
	struct page *page = alloc_page(gfp);

	if (!page)
		return NULL;
	*zeroed = want_init_on_alloc(gfp);
	set_page_private(page, (unsigned long)(z->page + index));
	return page_address(page);
}

void lab_prim_page_put(struct labyrinth_zone *z, u32 index, void *va)
{
	struct page *page = virt_to_page(va);

	set_page_private(page, 0);
	put_page(page);		/* who took a reference of his own keeps it */
}

/* The descriptor behind a page of ours, NULL for any other. */
static struct lab_page *desc_of(const struct labyrinth_zone *z, const struct page *page)
{
	unsigned long i = ror64(page_private(page) - (unsigned long)z->page, LAB_DESC_SHIFT);

	BUILD_BUG_ON(sizeof(struct lab_page) != 1 << LAB_DESC_SHIFT);
	return i < z->npages ? z->page + i : NULL;
}

/* Any number may come here. */
struct lab_page *lab_prim_page_desc(struct labyrinth_zone *z, const void *addr)
{
	return virt_addr_valid(addr) ? desc_of(z, virt_to_page(addr)) : NULL;
}

#if defined(CONFIG_X86_64) && defined(CONFIG_SPARSEMEM_VMEMMAP)
const unsigned long lab_page_numbers = 1UL << (46 - PAGE_SHIFT);
#else
bool lab_page_number(const void *addr, struct lab_page *const *first, const u64 *n, size_t *index,
		     struct lab_page **pg)
{
	if (unlikely(!PAGE_ALIGNED(addr)) || unlikely(!virt_addr_valid(addr)))
		return false;
	*pg = (struct lab_page *)page_private(virt_to_page(addr));
	*index = ror64((unsigned long)*pg - (unsigned long)*first, LAB_DESC_SHIFT);
	return *index < *n;
}
#endif

struct lab_page *lab_prim_frame_desc(struct labyrinth_zone *z, u64 frame)
{
	return frame <= ULONG_MAX >> PAGE_SHIFT && pfn_valid(frame) ? desc_of(z, pfn_to_page(frame)) : NULL;
}

void lab_prim_relax(void)
{
	usleep_range(200, 1000);
}
