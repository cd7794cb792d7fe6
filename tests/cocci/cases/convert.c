/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A user of single GFP_ATOMIC pages, to be converted. */
#include "kernel.h"
#include <stddef.h>

unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp);
void free_page(unsigned long addr);
#define __get_free_page(gfp) __get_free_pages((gfp), 0)
void send(void *p);
int good(void);
struct labyrinth_zone;
extern struct labyrinth_zone *my_zone;

int receive(void)
{
	void *p = (void *)get_zeroed_page(GFP_ATOMIC); /* expect: gfp-atomic-page */

	if (!p)
		return -ENOMEM;
	if (!good()) {
		free_page((unsigned long)p);
		return -EIO;
	}
	send(p);
	return 0;
}

int may_sleep_ok(void)
{
	void *p = (void *)get_zeroed_page(GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	free_page((unsigned long)p);
	return 0;
}
