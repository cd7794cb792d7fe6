/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two files of the printer share: print_ins.c writes atoms,
 * instructions and functions, skel_text.c the tables of a unit.
 */
#ifndef LAB_SKEL_PRINT_H
#define LAB_SKEL_PRINT_H

#include "check/skel/skel_priv.h"
#include "check/skel/text.h"

struct lab_text_out {
	struct lab_buf b;
	const struct lab_unit *u;
	const struct lab_fn *f;
};

void lab_text_signed(struct lab_text_out *o, int64_t x);
/* mark, number, decoration: "t3/int", or "t-" for none */
void lab_text_ref(struct lab_text_out *o, const char *mark, enum lab_ref kind, uint32_t n);
void lab_text_str(struct lab_text_out *o, uint32_t n);		/* quoted */
void lab_text_flags(struct lab_text_out *o, uint32_t set, const char *const *names);
void lab_text_loc(struct lab_text_out *o, uint32_t file, uint32_t line, uint32_t col);
void lab_text_elem(struct lab_text_out *o, uint32_t kind, uint32_t arg);
void lab_text_body(struct lab_text_out *o, const struct lab_fn *f);

#endif
