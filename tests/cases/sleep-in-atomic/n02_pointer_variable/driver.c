/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"
#include "hooks.h"

static struct mutex mutex;

static void notify_bad(int event)
{
	mutex_lock(&mutex); /* expect: sleep-in-atomic "core_event -> notify_bad -> " */
	mutex_unlock(&mutex);
}

static void quiet_ok(int event)
{
	if (mutex_trylock(&mutex))
		mutex_unlock(&mutex);
}

void default_log(int event)
{
	msleep(event); /* expect: sleep-in-atomic "core_log -> default_log -> msleep" */
}

void driver_init(void)
{
	notify = notify_bad;
	quiet = quiet_ok;
}
