// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Modules that go and leave a zone behind. The zone stays, and with it this
 * module; but nothing may call into the module that is gone, and somebody
 * should say whose pages these are.
 */
#include <linux/module.h>
#include <linux/notifier.h>

#include "host.h"

static bool is_in(const struct module *mod, const void *p)
{
	return p && within_module((unsigned long)p, mod);
}

/* Pages that the module allocated and did not give back. */
static u32 pages_of(struct labyrinth_zone *z, const struct module *mod)
{
	enum labyrinth_state s;
	u32 i, n = 0;

	for (i = 0; i < z->npages; i++) {
		s = lab_w_state(lab_load(&z->page[i].word));
		if (s != LABYRINTH_PAGE_FREE && s != LABYRINTH_PAGE_ABSENT &&
		    is_in(mod, lab_load(&z->page[i].site)))
			n++;
	}
	return n;
}

static void left_behind(struct labyrinth_zone *z, const struct module *mod)
{
	u32 n;

	if (!lab_walk_begin(z))
		return;
	n = pages_of(z, mod);
	if (is_in(mod, z->host.fn))
		labyrinth_worker_stop(z);
	if (is_in(mod, z->report))
		WRITE_ONCE(z->report, NULL);
	if (n)
		pr_err("labyrinth: module %s goes and leaves %u pages of zone %s out; see labyrinth/%s.%u/holders in debugfs\n",
		       mod->name, n, z->name, z->name, z->id);
	lab_walk_end(z);
}

static int changed(struct notifier_block *nb, unsigned long state, void *data)
{
	u32 i;

	if (state == MODULE_STATE_GOING)	/* its own exit has run */
		for (i = 0; i < LAB_ZONES; i++)
			if (lab_zone_ok(&lab_zones[i]))
				left_behind(&lab_zones[i], data);
	return NOTIFY_OK;
}

static struct notifier_block watcher = { .notifier_call = changed };

int lab_owners_init(void)
{
	return register_module_notifier(&watcher);
}

void lab_owners_exit(void)
{
	unregister_module_notifier(&watcher);
}
