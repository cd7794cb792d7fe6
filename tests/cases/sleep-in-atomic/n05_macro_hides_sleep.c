/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N5: a macro walks a list and calls through each table; the sleep is in a
 * function of the table, its call nowhere to be seen.
 */
#include "kernel.h"

struct subdev;
struct subdev_ops {
	int (*s_power)(struct subdev *sd, int on);
	int (*s_ctrl)(struct subdev *sd, int v);
};
struct subdev {
	struct subdev *next;
	const struct subdev_ops *ops;
};
struct v4l {
	struct subdev *first;
	spinlock_t slock;
};

#define subdev_call_all(v, f, args...) do { \
	struct subdev *__sd; \
	for (__sd = (v)->first; __sd; __sd = __sd->next) \
		if (__sd->ops && __sd->ops->f) \
			__sd->ops->f(__sd, ##args); \
} while (0)

#define DECLARE_PRIMITIVE(name) \
int primitive_##name##_bad(spinlock_t *l, int n) \
{ \
	spin_lock(l); \
	msleep(n); \
	spin_unlock(l); \
	return n; \
}

static int sensor_power_bad(struct subdev *sd, int on)
{
	(void)sd;
	msleep(on); /* expect: sleep-in-atomic "stream_bad -> sensor_power_bad -> msleep" */
	return 0;
}

static int sensor_ctrl_ok(struct subdev *sd, int v)
{
	(void)sd;
	msleep(v);
	return 0;
}

const struct subdev_ops sensor_ops = { .s_power = sensor_power_bad, .s_ctrl = sensor_ctrl_ok };

void stream_bad(struct v4l *v)
{
	spin_lock(&v->slock);
	subdev_call_all(v, s_power, 1);
	spin_unlock(&v->slock);
}

void ctrl_ok(struct v4l *v)
{
	subdev_call_all(v, s_ctrl, 3);
}

DECLARE_PRIMITIVE(shutdown) /* expect: sleep-in-atomic "primitive_shutdown_bad -> msleep" */
