/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mouth of the plugin: what one translation unit proves, in GCC's words.
 */
#ifndef LAB_GCC_SAY_H
#define LAB_GCC_SAY_H

#include "extract.h"

/* NULL, or the first word of a comma separated list that is no rule. */
const char *lab_gcc_bad_rule(const char *list);
/* Judges the record by itself and prints what it finds.  The unit and the record
 * are complete and stay as they are. */
void lab_gcc_say(struct lab_gcc_unit *x, const uint8_t *record, size_t len);

#endif
