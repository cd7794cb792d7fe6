// SPDX-License-Identifier: GPL-2.0-or-later
/* Module parameters: a value out of range is refused with its name and the range. */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "host.h"

unsigned int lab_max_pages;
unsigned int lab_audit_ms;
bool lab_no_system;

struct lab_range {
	unsigned int *value;
	unsigned int max;
	void (*changed)(void);
};

/* What comes through sysfs ends with a newline. */
static int one_line(const char *text)
{
	return text ? strcspn(text, "\n") : 0;
}

static int set_in_range(const char *text, const struct kernel_param *kp)
{
	const struct lab_range *r = kp->arg;
	unsigned int v;

	if (!text || kstrtouint(text, 0, &v) || v > r->max) {
		pr_err("labyrinth: parameter %s=%.*s: must be a number from 0 to %u\n", kp->name,
		       one_line(text), text ? text : "", r->max);
		return -EINVAL;
	}
	WRITE_ONCE(*r->value, v);
	if (r->changed)
		r->changed();
	return 0;
}

static int get_in_range(char *buf, const struct kernel_param *kp)
{
	const struct lab_range *r = kp->arg;

	return sysfs_emit(buf, "%u\n", READ_ONCE(*r->value));
}

static int set_switch(const char *text, const struct kernel_param *kp)
{
	bool v;

	if (text && kstrtobool(text, &v)) {
		pr_err("labyrinth: parameter %s=%.*s: must be 0 or 1\n", kp->name, one_line(text), text);
		return -EINVAL;
	}
	WRITE_ONCE(*(bool *)kp->arg, text ? v : true);
	return 0;
}

static const struct kernel_param_ops ops_in_range = { .set = set_in_range, .get = get_in_range };
static const struct kernel_param_ops ops_switch = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG, .set = set_switch, .get = param_get_bool
};

static struct lab_range max_pages = { &lab_max_pages, LAB_PAGES_MAX, NULL };
module_param_cb(max_pages, &ops_in_range, &max_pages, 0644);
MODULE_PARM_DESC(max_pages, "pages that all zones together may have, 0 to 16777214; 0: no limit (default)");

static struct lab_range audit_ms = { &lab_audit_ms, 86400000, lab_audit_period_changed };
module_param_cb(audit_ms, &ops_in_range, &audit_ms, 0644);
MODULE_PARM_DESC(audit_ms, "milliseconds between audits of all zones, 0 to 86400000; 0: none (default)");

module_param_cb(no_system, &ops_switch, &lab_no_system, 0644);
MODULE_PARM_DESC(no_system, "1: the atomic path never asks the page allocator, whatever a zone says");
