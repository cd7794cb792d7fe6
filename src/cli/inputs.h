/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user names as input of a check: objects, archives, programs, records,
 * text, directories of objects, modules.order.
 */
#ifndef LAB_INPUTS_H
#define LAB_INPUTS_H

#include "check/check.h"
#include "cli/cli.h"

/*
 * Adds everything the operands name.  A directory stands for its *.o and *.a
 * below; objects without facts are counted there, not an error.  0, or an exit
 * status after a complaint.
 */
int lab_inputs_add(struct lab_check *c, const char *const *operands, size_t n);
/* The model compiled in, with the files of --model on top; NULL after a complaint. */
struct lab_model *lab_inputs_model(const struct lab_args *a);

/*
 * The whole file, malloc()ed, with a NUL behind it; 0, or an exit status after a complaint.
 * next says how such a file is made, for one that is not there; or NULL.
 */
int lab_inputs_read(const char *path, const char *next, char **text, size_t *len);
/*
 * A source that a report names, below --source or --root of the arguments in ctx, or
 * here; malloc()ed with a NUL behind it, NULL where there is none.
 */
char *lab_source_text(void *ctx, const char *file);

/* ---- facts.c ---- */
/*
 * Gives m what --facts names of functions outside the program: a file, "none", or by
 * default what is shipped.  0, or an exit status after a complaint.
 */
int lab_inputs_facts(const struct lab_args *a, struct lab_model *m);
#define LAB_FACTS_OPTION \
	{ "facts", 0, "FILE", "what is known of functions that are not in INPUT, or none " \
	  "(default: linux-6.1.facts, as shipped)", NULL }

#endif
