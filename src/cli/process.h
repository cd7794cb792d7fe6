/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs: running them, words of a command line, a folder for what they
 * write, the cache.
 */
#ifndef LAB_PROCESS_H
#define LAB_PROCESS_H

#include "base/buf.h"

/*
 * Runs argv (NULL ends it) in the folder cwd, or here, in locale C; what it says on
 * both outputs goes to *said.  Its exit status, 128 + signal, or -1 with errno where
 * it could not be started.
 */
int lab_spawn(const char *const *argv, const char *cwd, struct lab_buf *said);

/*
 * Splits text as a shell does: blanks, '...', "...", \.  No expansion.  An stb_ds
 * array of strings to be freed by lab_words_free(); -1: a quote is not closed.
 */
int lab_words_split(const char *text, char ***words);
void lab_words_free(char **words);

/* A folder of this process, made at the first call; NULL with errno. */
const char *lab_tmp_dir(void);
/*
 * Removes it with all its files.  Also done when the process ends, by SIGINT, SIGTERM
 * or SIGHUP too.
 */
void lab_tmp_remove(void);

/* labyrinth/ in the user's cache, or LABYRINTH_CACHE; never NULL. */
const char *lab_cache_dir(void);
/* Makes a folder with those above it; 0 or -1 with errno. */
int lab_make_dirs(const char *path);
/* A file beside the command or where it was installed (../lib or ../share/labyrinth). */
int lab_own_file(const char *name, char *path, size_t size);
/* Is there such a program on the PATH? */
int lab_have_program(const char *name);

#endif
