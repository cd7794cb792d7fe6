// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth_hold.ko: a driver that does not give its pages back in time. On
 * loading it keeps three pages of a zone, in three states, and tries to end the
 * zone; on unloading it gives them back, or with leak=1 forgets them.
 */
#include <linux/module.h>
#include <labyrinth/labyrinth.h>

static bool leak;
module_param(leak, bool, 0644);

static struct labyrinth_zone *zone;
static void *page[3];

/* Not __init, so that its name is known later. */
static noinline void hold_three(void)
{
	int i;

	for (i = 0; i < 3; i++)
		page[i] = labyrinth_void_allocpage_gfpatomic_extra_quality(zone, LABYRINTH_QUALITY_ZERO);
	labyrinth_handoff(zone, page[1]);
	labyrinth_receive(zone, &page[1], 1);
	labyrinth_handoff(zone, page[2]);
}

static void no_work(void *p, void *arg) { }

/* Writing to the parameter makes a zone and ends it, in the writer's context. */
static int try_zone(const char *text, const struct kernel_param *kp)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .name = "tried", .pages = 32 };
	struct labyrinth_zone *z;
	int err = labyrinth_zone_create(&p, &z);

	return err ? err : labyrinth_zone_destroy(z);
}

static const struct kernel_param_ops try_ops = { .set = try_zone };
module_param_cb(try, &try_ops, NULL, 0200);

static int __init hold_init(void)
{
	struct labyrinth_zone_params p = { .size = sizeof(p), .name = "held", .pages = 32,
					    .max_hold_ns = 20000000 };
	int err = labyrinth_zone_create(&p, &zone);

	if (err)
		return err;
	hold_three();
	if (leak)
		labyrinth_worker_start(zone, no_work, NULL);
	else
		pr_info("labyrinth_hold: destroy says %d\n", labyrinth_zone_destroy(zone));
	return 0;
}

static void __exit hold_exit(void)
{
	if (leak)
		return;
	labyrinth_cancel(zone, page[0]);
	labyrinth_free_page(zone, page[1]);
	labyrinth_receive(zone, &page[2], 1);
	labyrinth_free_page(zone, page[2]);
	pr_info("labyrinth_hold: destroy says %d\n", labyrinth_zone_destroy(zone));
}

module_init(hold_init);
module_exit(hold_exit);
MODULE_DESCRIPTION("Keeps pages, for the tests of labyrinth.ko");
MODULE_AUTHOR("The Labyrinth developers");
MODULE_LICENSE("GPL");
