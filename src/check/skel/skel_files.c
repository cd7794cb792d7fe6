// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding skeletons in files: maps a file, tells by its first bytes what it is,
 * and hands it to whoever reads that.
 */
#include <ar.h>
#include <errno.h>
#include <fcntl.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check/skel/files.h"
#include "check/skel/text.h"

#define MAX_NESTING 8

struct lab_skel_map {
	struct lab_skel_map *next;
	char *path;
	void *data;
	size_t len;
};

int lab_files_fail(struct lab_skel_files *fs, const char *where, uint64_t offset, const char *why)
{
	fs->where = where;
	fs->err.offset = offset;
	fs->err.column = 0;
	snprintf(fs->err.why, sizeof(fs->err.why), "%s", why);
	return -1;
}

char *lab_files_keep(struct lab_skel_files *fs, const char *s)
{
	return lab_arena_strn(&fs->arena, s, strlen(s));
}

static int read_pipe(struct lab_skel_files *fs, int fd, const char *path, struct lab_span *b)
{
	struct lab_buf buf = { 0 };
	ssize_t n = 1;

	while (n && lab_buf_room(&buf, 65536)) {
		n = read(fd, buf.p + buf.n, 65536);
		if (n < 0 && errno != EINTR)
			break;
		buf.n += n > 0 ? (size_t)n : 0;
	}
	b->n = buf.n;
	b->p = (const uint8_t *)lab_arena_strn(&fs->arena, (const char *)buf.p, buf.n);
	free(buf.p);
	if (n < 0 || buf.oom)
		return lab_files_fail(fs, path, LAB_NO_OFFSET, strerror(n < 0 ? errno : ENOMEM));
	return buf.n ? 0 : lab_files_fail(fs, path, 0, "file is empty");
}

static int map_fd(struct lab_skel_files *fs, int fd, const char *path, struct lab_span *b)
{
	struct lab_skel_map *m;
	struct stat st;
	void *data = NULL;

	if (fstat(fd, &st))
		return lab_files_fail(fs, path, LAB_NO_OFFSET, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return lab_files_fail(fs, path, LAB_NO_OFFSET, strerror(EISDIR));
	if (S_ISFIFO(st.st_mode))
		return read_pipe(fs, fd, path, b);
	if (!S_ISREG(st.st_mode))
		return lab_files_fail(fs, path, 0, "not a regular file");
	if (!st.st_size)
		return lab_files_fail(fs, path, 0, "file is empty");
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return lab_files_fail(fs, path, LAB_NO_OFFSET, strerror(errno));
	m = lab_arena_alloc(&fs->arena, sizeof(*m));
	*m = (struct lab_skel_map){ fs->maps, lab_files_keep(fs, path), data, (size_t)st.st_size };
	fs->maps = m;
	b->p = data;
	b->n = m->len;
	return 0;
}

/* Thin archives name the archives they took members from again and again. */
int lab_files_map(struct lab_skel_files *fs, const char *path, struct lab_span *b)
{
	struct lab_skel_map *m = fs->maps;
	int fd, ret;

	if (m && !strcmp(m->path, path)) {
		b->p = m->data;
		b->n = m->len;
		return 0;
	}
	if (!strcmp(path, "-"))
		return map_fd(fs, STDIN_FILENO, path, b);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return lab_files_fail(fs, path, LAB_NO_OFFSET, strerror(errno));
	ret = map_fd(fs, fd, path, b);
	close(fd);
	return ret;
}

/* ---- any file ---------------------------------------------------------------------------- */
static int starts_with(struct lab_span b, const char *magic, size_t n)
{
	return b.n >= n && !memcmp(b.p, magic, n);
}

/* Text may open with blanks and comments. */
static int is_text(struct lab_span b)
{
	size_t i = 0;

	while (i < b.n && strchr(" \t\r\n;", b.p[i]) && b.p[i]) {
		if (b.p[i] == ';')
			while (i < b.n && b.p[i] != '\n')
				i++;
		else
			i++;
	}
	b.p += i;
	b.n -= i;
	return starts_with(b, LAB_TEXT_MAGIC, strlen(LAB_TEXT_MAGIC));
}

int lab_files_bytes(struct lab_walk *w, const char *name, const char *path, struct lab_span b,
		    int is_member)
{
	struct lab_skel_input in = { name, LAB_SKEL_NO_FACTS, b.p, b.n, 0 };
	int ret;

	if (w->depth >= MAX_NESTING)
		return lab_files_fail(w->fs, name, 0, "archives are nested too deeply");
	if (starts_with(b, ELFMAG, SELFMAG))
		return lab_files_elf(w, name, b);
	if (starts_with(b, ARMAG, SARMAG) || starts_with(b, LAB_THIN_MAGIC, SARMAG)) {
		w->depth++;
		ret = lab_files_archive(w, name, path, b);
		w->depth--;
		return ret;
	}
	if (starts_with(b, "LBSK", 4) || starts_with(b, "KSBL", 4))
		in.kind = LAB_SKEL_RECORDS;
	else if (is_text(b))
		in.kind = LAB_SKEL_TEXT;
	else if (!is_member)
		return lab_files_fail(w->fs, name, 0, "neither object, archive nor skeleton "
				      "(a source is built with the plugin first: labyrinth plugin prints the flags)");
	return w->fn(w->ctx, &in);
}

int lab_skel_files_add(struct lab_skel_files *fs, const char *path, lab_skel_input_fn fn,
		       void *ctx)
{
	struct lab_walk w = { fs, fn, ctx, 0 };
	struct lab_span b;
	char *name = lab_files_keep(fs, path);

	lab_files_fail(fs, name, 0, "");
	if (lab_files_map(fs, name, &b))
		return -1;
	return lab_files_bytes(&w, name, name, b, 0);
}

void lab_skel_files_close(struct lab_skel_files *fs)
{
	struct lab_skel_map *m;

	for (m = fs->maps; m; m = m->next)
		munmap(m->data, m->len);
	lab_arena_free(&fs->arena);
	memset(fs, 0, sizeof(*fs));
}

struct lab_unit *lab_skel_input_next(const struct lab_skel_input *in, size_t *pos, int bodies,
				     struct lab_skel_err *err)
{
	struct lab_unit *u = NULL;

	err->why[0] = 0;
	if (in->kind == LAB_SKEL_TEXT)
		return lab_skel_parse((const char *)in->data, in->len, pos, err);
	if (in->kind == LAB_SKEL_RECORDS)
		u = lab_skel_read(in->data, in->len, pos, bodies, err);
	if (!u)
		err->offset += in->offset;
	return u;
}
