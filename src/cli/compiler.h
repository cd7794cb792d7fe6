/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's compiler, and the plugin that fits it.  GCC loads a plugin only if it
 * was built for exactly this compiler, so there is one in the cache for each, under
 * the hash of what "CC -v" says and of the plugin's sources.
 */
#ifndef LAB_COMPILER_H
#define LAB_COMPILER_H

#include <limits.h>
#include <stddef.h>

enum lab_compiler_kind { LAB_CC_GCC, LAB_CC_FOREIGN, LAB_CC_ABSENT };

struct lab_compiler {
	enum lab_compiler_kind kind;
	char **words;		/* "ccache gcc-12" as two; stb_ds */
	char name[256];		/* the words with a blank between */
	char version[128];	/* "12.2.0"; of a foreign one what it calls itself */
	char target[64];	/* "x86_64-linux-gnu" */
	char key[17];		/* of the exact compiler and of our sources */
};

/*
 * Asks the compiler that $CC (or one word of a command) names who it is.  0, or an
 * exit status after a complaint about words that cannot be read.
 */
int lab_compiler_ask(struct lab_compiler *c, const char *cc);
void lab_compiler_free(struct lab_compiler *c);

/*
 * The plugin for it: from the cache, else the shipped one if this compiler loads it.
 * 1, or 0 and why[] names the reason and the next step, without a full stop.
 */
int lab_plugin_find(const struct lab_compiler *c, char *path, size_t size, char *why,
		    size_t why_size);
/* Does this compiler load that plugin? */
int lab_plugin_loads(const struct lab_compiler *c, const char *plugin);
/* Where the cache has it, or would. */
void lab_plugin_place(const struct lab_compiler *c, char *path, size_t size);
/* The package with the headers to build a plugin for it: "gcc-12-plugin-dev". */
void lab_plugin_package(const struct lab_compiler *c, char *name, size_t size);
/* Are they there? */
int lab_plugin_headers(const struct lab_compiler *c);
/*
 * Builds the plugin for it into the cache, one process at a time.  0, or an exit
 * status after a complaint.
 */
int lab_plugin_build(const struct lab_compiler *c);

#endif
