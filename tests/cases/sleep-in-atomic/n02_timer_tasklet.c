/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N2: timers, high-resolution timers and tasklets run in atomic context; work
 * does not.
 */
#include "kernel.h"

struct port {
	struct timer_list timer;
	struct hrtimer hr;
	struct tasklet_struct old, new;
	struct work_struct work;
	struct mutex lock;
	struct completion done;
};

static void port_timer_bad(struct timer_list *t)
{
	struct port *p = from_timer(p, t, timer);

	mutex_lock(&p->lock); /* expect: sleep-in-atomic "port_timer_bad -> mutex_lock" */
	mutex_unlock(&p->lock);
}

static enum hrtimer_restart port_hr_bad(struct hrtimer *t)
{
	struct port *p = container_of(t, struct port, hr);

	wait_for_completion(&p->done); /* expect: sleep-in-atomic "port_hr_bad -> wait_for_completion" */
	return HRTIMER_NORESTART;
}

static void port_old_bad(unsigned long data)
{
	msleep(data); /* expect: sleep-in-atomic "port_old_bad -> msleep" */
}

static void port_new_bad(struct tasklet_struct *t)
{
	struct port *p = container_of(t, struct port, new);

	p->work.data = (unsigned long)kzalloc(32, GFP_KERNEL); /* expect: sleep-in-atomic "port_new_bad -> " */
}

static void port_work_ok(struct work_struct *w)
{
	struct port *p = container_of(w, struct port, work);

	mutex_lock(&p->lock);
	msleep(1);
	mutex_unlock(&p->lock);
}

static void port_timer_ok(struct timer_list *t)
{
	struct port *p = from_timer(p, t, timer);

	schedule_work(&p->work);
}

void port_init_ok(struct port *p)
{
	timer_setup(&p->timer, port_timer_bad, 0);
	timer_setup(&p->timer, port_timer_ok, 0);
	p->hr.function = port_hr_bad;
	tasklet_init(&p->old, port_old_bad, 1);
	tasklet_setup(&p->new, port_new_bad);
	INIT_WORK(&p->work, port_work_ok);
}
