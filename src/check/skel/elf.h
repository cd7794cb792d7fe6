/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where skeletons lie: in objects, in linked programs, in archives of either
 * kind, alone as records, or as text.  A struct lab_skel_files (zeroed: empty)
 * keeps every file mapped that was added, because undecoded bodies point there,
 * until lab_skel_files_close().
 */
#ifndef LAB_SKEL_ELF_H
#define LAB_SKEL_ELF_H

#include <sys/types.h>
#include "base/arena.h"
#include "check/skel/skel.h"

#ifdef __cplusplus
extern "C" {
#endif

enum lab_skel_kind {
	LAB_SKEL_NO_FACTS,	/* an object without the section, or another member */
	LAB_SKEL_RECORDS,
	LAB_SKEL_TEXT,
};

/* One place with records: a section, a file of records, a text. */
struct lab_skel_input {
	const char *name;	/* as "net/built-in.a(core/dev.o)"; lives until close */
	enum lab_skel_kind kind;
	const uint8_t *data;
	size_t len;
	uint64_t offset;	/* of data in the file, or member, of that name */
};

struct lab_skel_files {
	struct lab_arena arena;
	struct lab_skel_map *maps;
	/* the complaint about the last file, and where it arose */
	const char *where;
	struct lab_skel_err err;
};

/* Anything but 0 stops the walk and is handed back. */
typedef int (*lab_skel_input_fn)(void *ctx, const struct lab_skel_input *in);

/*
 * Calls fn for each object found in the file, in its order, LAB_SKEL_NO_FACTS
 * included.  0, what fn returned, or -1 with where and err set.
 */
int lab_skel_files_add(struct lab_skel_files *fs, const char *path, lab_skel_input_fn fn,
		       void *ctx);
void lab_skel_files_close(struct lab_skel_files *fs);

/*
 * The next unit of an input, or NULL; *pos starts at 0.  At the end err->why is
 * empty; else err->offset counts from the start of the file or member.  bodies
 * as for lab_skel_read(), but a text is always decoded.
 */
struct lab_unit *lab_skel_input_next(const struct lab_skel_input *in, size_t *pos, int bodies,
				     struct lab_skel_err *err);

/*
 * Writes an object that holds nothing but these records, for the machine of
 * that target.  0, or -1 with err set.
 */
int lab_skel_write_object(int fd, const char *target, const uint8_t *records, size_t len,
			  struct lab_skel_err *err);

#ifdef __cplusplus
}
#endif
#endif
