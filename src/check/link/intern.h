/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Byte strings to dense numbers, in order of first sight.  Open addressing
 * over XXH3; written by hand because stb_ds' string maps cost a third of the
 * link time here and cannot key on bytes with NULs.
 */
#ifndef LAB_INTERN_H
#define LAB_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct lab_intern;
struct lab_intern *lab_intern_new(void);
void lab_intern_free(struct lab_intern *t);
/* Number of the key; *fresh (may be NULL) says whether it is new. */
uint32_t lab_intern(struct lab_intern *t, const void *key, size_t len, int *fresh);
/* UINT32_MAX if the key was never seen. */
uint32_t lab_intern_find(const struct lab_intern *t, const void *key, size_t len);
/* The key's bytes, NUL terminated, stable until free. */
const char *lab_intern_key(const struct lab_intern *t, uint32_t n);
uint32_t lab_intern_count(const struct lab_intern *t);

#endif
