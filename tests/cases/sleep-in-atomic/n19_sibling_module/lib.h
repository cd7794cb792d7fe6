/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

/* as in the kernel, it leaves a pointer to the symbol */
#define EXPORTED(sym) \
	static void *__attribute__((used)) JOIN(__UNIQUE_ID___addressable_##sym, __LINE__) = (void *)&sym
#define JOIN(a, b) JOIN2(a, b)
#define JOIN2(a, b) a##b

struct chip { void (*write)(struct chip *c, int v); spinlock_t lock; struct mutex m; };
void lib_reset(struct chip *c);
void lib_halt(struct chip *c);
