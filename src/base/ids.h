/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of table numbers: finds the entry of a table that equals a key.  The
 * keys stay in the caller's table; the set holds hashes and numbers only.
 * (stb_ds would keep a second copy of every key and hash it byte by byte; the
 * linker fills these sets a few million times.)  A zeroed struct is empty.
 */
#ifndef LAB_BASE_IDS_H
#define LAB_BASE_IDS_H

#include <stdint.h>
#include "base/arena.h"

#define LAB_IDS_NONE UINT32_MAX

struct lab_ids_slot { uint32_t hash, id1; };	/* id1: number + 1, 0: free */
struct lab_ids {
	struct lab_ids_slot *slots;
	uint32_t cap, n;
};

/* Says whether entry id of the table ctx equals key. */
typedef int (*lab_ids_same)(const void *ctx, uint32_t id, const void *key);

/* Room for n entries at once; the set lives in the arena. */
void lab_ids_reserve(struct lab_ids *s, struct lab_arena *a, uint32_t n);
/* The number of the entry that equals key, or LAB_IDS_NONE. */
uint32_t lab_ids_find(const struct lab_ids *s, uint64_t hash, lab_ids_same same,
		      const void *ctx, const void *key);
/* Enters a number that was not found. */
void lab_ids_add(struct lab_ids *s, struct lab_arena *a, uint64_t hash, uint32_t id);

#endif
