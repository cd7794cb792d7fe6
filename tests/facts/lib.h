/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The headers of a library whose code only its builder has. */
#include "kernel.h"

struct box {
	spinlock_t lock;
	struct mutex mutex;
	int ready;
	unsigned int flags;
	struct { int deep; } in;
	struct box *next;
};

void lib_wait(struct box *b);
void *lib_alloc(struct box *b, gfp_t gfp);
void lib_sync(struct box *b, bool wait);
void lib_mode(struct box *b, int mode);
void lib_level(struct box *b, int level);
void lib_quick(struct box *b, unsigned int flags);
void lib_ready(struct box *b);
void lib_lock(struct box *b);
void lib_unlock(struct box *b);
int lib_trylock(struct box *b);
void lib_flush(struct box *b);
void lib_each(struct box *b, void (*fn)(void *), void *data);
int lib_request(unsigned int irq, irq_handler_t fn, void *data);
void lib_rare(struct box *b);
int lib_count(struct box *b);
void lib_shaky(struct box *b);
void lib_nap(struct box *b);
void lib_stop(struct box *b) __attribute__((noreturn));
void lib_far(struct box *b);
void lib_range(struct box *b, int level);
