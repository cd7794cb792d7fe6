// SPDX-License-Identifier: GPL-2.0-or-later
/* F20: a predicate inline tells whether the argument allows sleeping. */
typedef unsigned int gfp_t;
typedef _Bool bool;
#define ___GFP_DIRECT_RECLAIM 0x400u
#define __GFP_DIRECT_RECLAIM ((gfp_t)___GFP_DIRECT_RECLAIM)
#define likely(x) __builtin_expect(!!(x), 1)

void might_sleep(void);
void *get_page(gfp_t gfp);

static inline bool allow_blocking(const gfp_t flags)
{
	return !!(flags & __GFP_DIRECT_RECLAIM);
}

#define might_sleep_if(cond) do { if (cond) might_sleep(); } while (0)

void *alloc(gfp_t gfp)
{
	might_sleep_if(allow_blocking(gfp));
	if (likely(!allow_blocking(gfp)))
		gfp |= 0x2000u;
	return get_page(gfp);
}
