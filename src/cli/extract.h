/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts of one source, by the command line that compiles it: the same compiler, the
 * same words, with the plugin in extraction-only mode, and without all that writes a
 * file or has an opinion.
 */
#ifndef LAB_EXTRACT_H
#define LAB_EXTRACT_H

#include "base/buf.h"
#include "cli/compiler.h"

struct lab_extract {
	const struct lab_compiler *cc;
	const char *plugin;
	const char *cwd;	/* where the words hold, or NULL: here */
	const char *root;	/* folder to strip from paths, or NULL */
	const char *source, *out;
};

/*
 * words: those of the command behind the compiler (source and outputs may be among
 * them); n: how many.  0 and an object with facts at out, or -1 with a line of the reason in why.
 */
int lab_extract(const struct lab_extract *x, const char *const *words, size_t n, char *why,
		size_t why_size);
/* How many of these words kbuild put before the compiler's, for a checker alone. */
size_t lab_extract_checker_words(const char *const *words, size_t n);
/* The object that the words make: of -o, or of kbuild's -Wp,-MMD,.x.o.d; 0 if none is named. */
int lab_extract_object(const char *const *words, size_t n, char *path, size_t size);

#endif
