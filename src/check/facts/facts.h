/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts: what a solved program knows of its external functions, as text for those
 * who check a driver without that program.  The text is in the model language
 * (model.h), one fact a line, sorted by name, each with the place that proves it;
 * the reader is lab_model_parse() and lab_model_beyond().
 *
 * Nothing is made certain that the solver does not hold certain: a condition that
 * the language cannot say is left out where a caller could not decide it either
 * (memory of the program's own), and else becomes "unseen", a doubt.
 */
#ifndef LAB_FACTS_H
#define LAB_FACTS_H

#include "base/buf.h"
#include "check/solve/solve.h"

#define LAB_FACTS_MAGIC "# labyrinth facts 1"

struct lab_facts_counts {
	uint32_t functions;	/* external ones that have a say */
	uint32_t exact, weakened, doubtful;	/* lines, by how their condition fared */
	uint32_t quiet;
	uint32_t dropped;	/* cases that the language cannot hold */
	uint32_t unknown;	/* functions of which the solver does not know enough */
};

/*
 * The file as text; title says what program it is of.  Exported functions
 * (EXPORT_SYMBOL) and those that inlines of headers call; all external ones if the
 * program exports none.  s must be solved.
 */
void lab_facts_write(struct lab_solver *s, const char *title, struct lab_buf *out,
		     struct lab_facts_counts *counts);

#endif
