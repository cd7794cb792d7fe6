/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OPS_H
#define OPS_H
struct unit;
struct unit_ops {
	void (*tick)(struct unit *u);
	void (*idle)(struct unit *u);
};
struct unit {
	const struct unit_ops *ops;
	struct mutex lock;
};
#endif
