/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the user-space host share. */
#ifndef LABYRINTH_ALLOC_USER_H
#define LABYRINTH_ALLOC_USER_H

#include "core/core.h"

#define LAB_ZONES 64

/* arena.c */
extern struct labyrinth_zone lab_zones[LAB_ZONES];

/* thread.c: held for the tables of threads and zones; worker context only */
extern pthread_mutex_t lab_lock;
int lab_thread_init(void);

/* worker.c */
void lab_worker_forked(struct labyrinth_zone *z);

/* room.c */
u64 lab_room(void);

/* guard.c */
int lab_guard_init(void);

/* tools.c */
void lab_tools_find(void);

/* print.c */
void lab_print_modules(void);

#endif /* LABYRINTH_ALLOC_USER_H */
