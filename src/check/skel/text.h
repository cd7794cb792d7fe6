/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What printer and parser of the text form share: names of numbers, the layout
 * of an instruction line, and decorations.
 *
 * A reference is a number with an optional decoration behind a slash, so that
 * @12/spin_lock says whom number 12 means.  The number counts; the parser
 * checks the decoration and refuses a wrong one.
 */
#ifndef LAB_SKEL_TEXT_H
#define LAB_SKEL_TEXT_H

#include "base/buf.h"
#include "check/skel/skel.h"

#define LAB_TEXT_MAGIC "labyrinth skeleton"

/*
 * The line of an instruction behind its keyword.  A digit is an operand, by its
 * place in the signature without r; anything else stands for itself.  Flags
 * bring their own blank, and vanish when there are none.
 */
extern const char *const lab_text_layout[LAB_OP_COUNT];

extern const char *const lab_text_type[LAB_TYPE_COUNT];
extern const char *const lab_text_sym[LAB_SYM_COUNT];
extern const char *const lab_text_bin[LAB_BIN_COUNT];
extern const char *const lab_text_un[LAB_UN_COUNT];
extern const char *const lab_text_opaque[LAB_OPAQUE_COUNT];
/* Flags by bit; a NULL ends the list. */
extern const char *const lab_text_symf[];
extern const char *const lab_text_insf[];
extern const char *const lab_text_unitf[];

/* The decorations, without the slash; nothing for what has no name. */
void lab_text_deco(struct lab_buf *b, const struct lab_unit *u, enum lab_ref kind, uint32_t n);
void lab_text_deco_var(struct lab_buf *b, const struct lab_unit *u, uint32_t name);

/* One function, as in the text of its unit. */
void lab_text_fn(struct lab_buf *b, const struct lab_unit *u, const struct lab_fn *f);

#endif
