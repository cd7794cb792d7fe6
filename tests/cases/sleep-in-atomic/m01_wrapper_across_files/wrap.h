/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WRAP_H
#define WRAP_H
struct box {
	spinlock_t lock;
	int n;
};
void box_lock(struct box *b);
void box_unlock(struct box *b);
void box_settle(struct box *b);
#endif
