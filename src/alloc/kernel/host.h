/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the kernel host share. */
#ifndef LABYRINTH_ALLOC_KERNEL_H
#define LABYRINTH_ALLOC_KERNEL_H

#include <linux/mutex.h>

#include "core/core.h"

#define LAB_ZONES	64

/* zones.c: the table of zones; its lock is taken in worker context only, inside the hotplug lock */
extern struct mutex lab_lock;
extern struct labyrinth_zone *lab_zones;
int lab_zones_init(void);
void lab_zones_exit(void);
void lab_zones_online(unsigned int cpu);
void lab_zones_dead(unsigned int cpu);

/* trace.c */
void lab_trace_kick(const struct labyrinth_zone *z);
void lab_trace_zone(struct labyrinth_zone *z);

/* params.c */
extern unsigned int lab_max_pages;
extern unsigned int lab_audit_ms;

/* worker.c */
void lab_worker_init(struct labyrinth_zone *z);
void lab_worker_end(struct labyrinth_zone *z);
int lab_worker_module_init(void);
void lab_worker_module_exit(void);
void lab_audit_period_changed(void);

/* owners.c */
int lab_owners_init(void);
void lab_owners_exit(void);

/* debugfs.c */
void lab_debugfs_init(void);
void lab_debugfs_exit(void);
void lab_debugfs_add(struct labyrinth_zone *z);
void lab_debugfs_remove(struct labyrinth_zone *z);

#endif /* LABYRINTH_ALLOC_KERNEL_H */
