/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this room that look for skeletons share: skel_files.c
 * knows files, skel_archive.c archives, skel_elf.c objects.
 */
#ifndef LAB_SKEL_FILES_H
#define LAB_SKEL_FILES_H

#include "check/skel/elf.h"

struct lab_walk {
	struct lab_skel_files *fs;
	lab_skel_input_fn fn;
	void *ctx;
	int depth;	/* archives in archives */
};

#define LAB_THIN_MAGIC "!<thin>\n"

struct lab_span { const uint8_t *p; size_t n; };

/* skel_files.c; fail() sets where and err, and returns -1 */
int lab_files_fail(struct lab_skel_files *fs, const char *where, uint64_t offset, const char *why);
char *lab_files_keep(struct lab_skel_files *fs, const char *s);
int lab_files_map(struct lab_skel_files *fs, const char *path, struct lab_span *b);
/* name: in messages; path: where a thin archive finds its members */
int lab_files_bytes(struct lab_walk *w, const char *name, const char *path, struct lab_span b,
		    int is_member);
/* skel_archive.c */
int lab_files_archive(struct lab_walk *w, const char *name, const char *path, struct lab_span b);
/* skel_elf.c */
int lab_files_elf(struct lab_walk *w, const char *name, struct lab_span b);

#endif
