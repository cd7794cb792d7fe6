// SPDX-License-Identifier: GPL-2.0-or-later
/* F13: the mode an iterator was started with decides how it maps a page. */
#define SG_MITER_ATOMIC (1 << 0)
#define SG_MITER_TO_SG (1 << 1)

struct page;
void *kmap(struct page *page);
void *kmap_atomic(struct page *page);
void kunmap(struct page *page);
void kunmap_atomic(void *addr);

struct iter {
	struct page *page;
	void *addr;
	unsigned int flags;
};

static void iter_start(struct iter *it, struct page *page, unsigned int flags)
{
	it->page = page;
	it->addr = 0;
	it->flags = flags;
}

static _Bool iter_next(struct iter *it)
{
	if (it->flags & SG_MITER_ATOMIC)
		it->addr = kmap_atomic(it->page);
	else
		it->addr = kmap(it->page);
	return 1;
}

static void iter_stop(struct iter *it)
{
	if (it->flags & SG_MITER_ATOMIC)
		kunmap_atomic(it->addr);
	else
		kunmap(it->page);
}

char first_byte(struct page *page)
{
	struct iter it;
	char c = 0;

	iter_start(&it, page, SG_MITER_ATOMIC | SG_MITER_TO_SG);
	if (iter_next(&it))
		c = *(char *)it.addr;
	iter_stop(&it);
	return c;
}
