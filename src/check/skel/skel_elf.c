// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding skeletons in files; the one place that knows libelf.
 *
 * Archives are read by our own few lines for both kinds, because libelf refuses
 * thin ones, and the kernel builds nothing else.  Members of a thin archive are
 * files beside it; "/12:340" is GNU's word for the member at 340 of the archive
 * whose name stands at 12.  A member that is no object is passed on as having no
 * facts: Rust and LTO put such things into archives.
 */
#include <ar.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check/skel/elf.h"
#include "check/skel/text.h"

#define MAX_NESTING 8
#define THIN_MAGIC "!<thin>\n"

struct lab_skel_map {
	struct lab_skel_map *next;
	char *path;
	void *data;
	size_t len;
};

struct walk {
	struct lab_skel_files *fs;
	lab_skel_input_fn fn;
	void *ctx;
	int depth;
};

struct bytes { const uint8_t *p; size_t n; };

static int fail(struct lab_skel_files *fs, const char *where, uint64_t offset, const char *why)
{
	fs->where = where;
	fs->err.offset = offset;
	fs->err.column = 0;
	snprintf(fs->err.why, sizeof(fs->err.why), "%s", why);
	return -1;
}

static char *keep(struct lab_skel_files *fs, const char *s)
{
	return lab_arena_strn(&fs->arena, s, strlen(s));
}

/* ---- files ----------------------------------------------------------------------------- */
static int read_pipe(struct lab_skel_files *fs, int fd, const char *path, struct bytes *b)
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
		return fail(fs, path, 0, strerror(n < 0 ? errno : ENOMEM));
	return buf.n ? 0 : fail(fs, path, 0, "file is empty");
}

static int map_fd(struct lab_skel_files *fs, int fd, const char *path, struct bytes *b)
{
	struct lab_skel_map *m;
	struct stat st;
	void *data = NULL;

	if (fstat(fd, &st))
		return fail(fs, path, 0, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return fail(fs, path, 0, strerror(EISDIR));
	if (S_ISFIFO(st.st_mode))
		return read_pipe(fs, fd, path, b);
	if (!S_ISREG(st.st_mode))
		return fail(fs, path, 0, "not a regular file");
	if (!st.st_size)
		return fail(fs, path, 0, "file is empty");
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return fail(fs, path, 0, strerror(errno));
	m = lab_arena_alloc(&fs->arena, sizeof(*m));
	*m = (struct lab_skel_map){ fs->maps, keep(fs, path), data, (size_t)st.st_size };
	fs->maps = m;
	b->p = data;
	b->n = m->len;
	return 0;
}

/* Thin archives name the archives they took members from again and again. */
static int map_file(struct lab_skel_files *fs, const char *path, struct bytes *b)
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
		return fail(fs, path, 0, strerror(errno));
	ret = map_fd(fs, fd, path, b);
	close(fd);
	return ret;
}

/* ---- ELF ------------------------------------------------------------------------------- */
static int elf_fail(struct walk *w, const char *name, uint64_t offset)
{
	const char *why = elf_errmsg(-1);

	return fail(w->fs, name, offset, why ? why : "damaged object");
}

static int walk_elf(struct walk *w, const char *name, struct bytes b, Elf *elf)
{
	struct lab_skel_input in = { .name = name };
	Elf_Scn *scn = NULL;
	size_t names;
	int found = 0, ret;

	if (elf_getshdrstrndx(elf, &names))
		return elf_fail(w, name, 0);
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr sh;
		const char *title;

		if (!gelf_getshdr(scn, &sh))
			return elf_fail(w, name, 0);
		title = elf_strptr(elf, names, sh.sh_name);
		if (!title)
			return fail(w->fs, name, 0, "section without a name");
		if (strcmp(title, LABYRINTH_SKEL_SECTION) || sh.sh_type == SHT_NOBITS ||
		    !sh.sh_size)
			continue;
		if (sh.sh_offset > b.n || sh.sh_size > b.n - sh.sh_offset)
			return fail(w->fs, name, sh.sh_offset, "section is cut off");
		if (sh.sh_flags & SHF_COMPRESSED)
			return fail(w->fs, name, sh.sh_offset, "section is compressed");
		in.kind = LAB_SKEL_RECORDS;
		in.data = b.p + sh.sh_offset;
		in.len = sh.sh_size;
		in.offset = sh.sh_offset;
		found = 1;
		ret = w->fn(w->ctx, &in);
		if (ret)
			return ret;
	}
	return found ? 0 : w->fn(w->ctx, &in);
}

static int open_elf(struct walk *w, const char *name, struct bytes b)
{
	Elf *elf;
	int ret;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return elf_fail(w, name, 0);
	elf = elf_memory((char *)(uintptr_t)b.p, b.n);
	if (!elf)
		return elf_fail(w, name, 0);
	if (elf_kind(elf) == ELF_K_ELF)
		ret = walk_elf(w, name, b, elf);
	else
		ret = fail(w->fs, name, 0, "damaged object");
	elf_end(elf);
	return ret;
}

/* ---- archives -------------------------------------------------------------------------- */
struct archive {
	const char *name;	/* in messages */
	const char *path;	/* where a thin one finds its members */
	struct bytes all, long_names;
	int thin;
};

static int walk_bytes(struct walk *w, const char *name, const char *path, struct bytes b,
		      int is_member);

/* A decimal number in a field of blanks; -1 if it is none. */
static int64_t field_number(const char *s, size_t n)
{
	int64_t x = 0;
	size_t i;

	for (i = 0; i < n && s[i] >= '0' && s[i] <= '9'; i++)
		x = x * 10 + (s[i] - '0');
	return i ? x : -1;
}

/* The name of a member as the archive spells it, in name[]; 0 if it is damaged. */
static int member_name(const struct archive *ar, const struct ar_hdr *h, char *name, size_t size,
		       int64_t *origin)
{
	const char *s = h->ar_name, *colon = memchr(s, ':', sizeof(h->ar_name));
	size_t n = sizeof(h->ar_name), i;
	int64_t at;

	*origin = -1;
	if (s[0] == '/') {
		at = field_number(s + 1, n - 1);
		if (at < 0 || (uint64_t)at >= ar->long_names.n)
			return 0;
		if (colon)
			*origin = field_number(colon + 1, (size_t)(s + n - colon - 1));
		s = (const char *)ar->long_names.p + at;
		n = ar->long_names.n - (size_t)at;
	}
	/* ends in a slash: at the end of a line of the name table, or of the field */
	for (i = 0; i < n && s[i] != '\n'; i++)
		;
	while (i && s == h->ar_name && s[i - 1] == ' ')
		i--;
	if (i && s[i - 1] == '/')
		i--;
	if (!i || i >= size || memchr(s, 0, i))
		return 0;
	memcpy(name, s, i);
	name[i] = 0;
	return 1;
}

static int walk_thin_member(struct walk *w, const struct archive *ar, const char *shown,
			    const char *member, int64_t origin)
{
	const char *slash = strrchr(ar->path, '/');
	size_t dir = member[0] != '/' && slash ? (size_t)(slash - ar->path) + 1 : 0;
	char *path = lab_arena_alloc(&w->fs->arena, dir + strlen(member) + 1);
	struct archive inner = { .name = shown, .path = path };
	struct bytes b;
	const struct ar_hdr *h;
	int64_t size;

	memcpy(path, ar->path, dir);
	strcpy(path + dir, member);
	if (map_file(w->fs, path, &b)) {
		w->fs->where = shown;
		return -1;
	}
	if (origin < 0)
		return walk_bytes(w, shown, path, b, 1);
	if ((uint64_t)origin > b.n || b.n - (uint64_t)origin < sizeof(*h))
		return fail(w->fs, inner.name, (uint64_t)origin, "archive is cut off");
	h = (const struct ar_hdr *)(b.p + origin);
	size = field_number(h->ar_size, sizeof(h->ar_size));
	b.p += origin + (int64_t)sizeof(*h);
	b.n -= (uint64_t)origin + sizeof(*h);
	if (size < 0 || (uint64_t)size > b.n)
		return fail(w->fs, inner.name, (uint64_t)origin, "archive is cut off");
	b.n = (size_t)size;
	return walk_bytes(w, shown, path, b, 1);
}

static int walk_member(struct walk *w, const struct archive *ar, const struct ar_hdr *h,
		       struct bytes content)
{
	char member[4096], shown[8192];
	int64_t origin;

	if (!member_name(ar, h, member, sizeof(member), &origin))
		return fail(w->fs, ar->name, (uint64_t)((const uint8_t *)h - ar->all.p),
			    "damaged name of an archive member");
	snprintf(shown, sizeof(shown), "%s(%s)", ar->name, member);
	if (ar->thin)
		return walk_thin_member(w, ar, keep(w->fs, shown), member, origin);
	return walk_bytes(w, keep(w->fs, shown), ar->path, content, 1);
}

static int is_special(const struct ar_hdr *h)
{
	return h->ar_name[0] == '/' && (h->ar_name[1] < '0' || h->ar_name[1] > '9');
}

static int walk_archive(struct walk *w, const char *name, const char *path, struct bytes b)
{
	struct archive ar = { name, path, b, { NULL, 0 },
			      !memcmp(b.p, THIN_MAGIC, SARMAG) };
	size_t at = SARMAG;

	while (at < b.n) {
		const struct ar_hdr *h = (const struct ar_hdr *)(b.p + at);
		struct bytes content;
		int64_t size;
		int ret;

		if (b.n - at < sizeof(*h))
			return fail(w->fs, name, at, "archive is cut off");
		size = field_number(h->ar_size, sizeof(h->ar_size));
		if (memcmp(h->ar_fmag, ARFMAG, sizeof(h->ar_fmag)) || size < 0)
			return fail(w->fs, name, at, "damaged header of an archive member");
		at += sizeof(*h);
		content = (struct bytes){ b.p + at, (size_t)size };
		if (is_special(h) || !ar.thin) {
			if ((uint64_t)size > b.n - at)
				return fail(w->fs, name, at, "archive is cut off");
			at += (size_t)size + (size & 1);
		}
		if (is_special(h)) {
			if (h->ar_name[1] == '/')
				ar.long_names = content;
			continue;
		}
		ret = walk_member(w, &ar, h, content);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- any file ---------------------------------------------------------------------------- */
static int starts_with(struct bytes b, const char *magic, size_t n)
{
	return b.n >= n && !memcmp(b.p, magic, n);
}

/* Text may open with blanks and comments. */
static int is_text(struct bytes b)
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

static int walk_bytes(struct walk *w, const char *name, const char *path, struct bytes b,
		      int is_member)
{
	struct lab_skel_input in = { name, LAB_SKEL_NO_FACTS, b.p, b.n, 0 };
	int ret;

	if (w->depth >= MAX_NESTING)
		return fail(w->fs, name, 0, "archives are nested too deeply");
	if (starts_with(b, ELFMAG, SELFMAG))
		return open_elf(w, name, b);
	if (starts_with(b, ARMAG, SARMAG) || starts_with(b, THIN_MAGIC, SARMAG)) {
		w->depth++;
		ret = walk_archive(w, name, path, b);
		w->depth--;
		return ret;
	}
	if (starts_with(b, "LBSK", 4) || starts_with(b, "KSBL", 4))
		in.kind = LAB_SKEL_RECORDS;
	else if (is_text(b))
		in.kind = LAB_SKEL_TEXT;
	else if (!is_member)
		return fail(w->fs, name, 0, "neither object, archive nor skeleton");
	return w->fn(w->ctx, &in);
}

int lab_skel_files_add(struct lab_skel_files *fs, const char *path, lab_skel_input_fn fn,
		       void *ctx)
{
	struct walk w = { fs, fn, ctx, 0 };
	struct bytes b;
	char *name = keep(fs, path);

	fail(fs, name, 0, "");
	if (map_file(fs, name, &b))
		return -1;
	return walk_bytes(&w, name, name, b, 0);
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

/* ---- writing an object ------------------------------------------------------------------- */
static const struct { const char *prefix; int machine; } machines[] = {
	{ "x86_64", EM_X86_64 }, { "aarch64", EM_AARCH64 }, { "i", EM_386 },
	{ "arm", EM_ARM }, { "riscv", EM_RISCV }, { "powerpc", EM_PPC64 }, { "s390", EM_S390 },
};

static int machine_of(const char *target)
{
	size_t i;

	for (i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (!strncmp(target, machines[i].prefix, strlen(machines[i].prefix)))
			return machines[i].machine;
	return *target ? EM_NONE : EM_X86_64;
}

static int new_section(Elf *elf, size_t name, unsigned int type, uint64_t flags, const void *data,
		       size_t len)
{
	Elf_Scn *scn = elf_newscn(elf);
	Elf_Data *d = scn ? elf_newdata(scn) : NULL;
	GElf_Shdr sh;

	if (!d || !gelf_getshdr(scn, &sh))
		return -1;
	d->d_buf = (void *)(uintptr_t)data;
	d->d_size = len;
	d->d_align = flags & SHF_EXCLUDE ? LABYRINTH_SKEL_ALIGN : 1;
	d->d_type = ELF_T_BYTE;
	sh.sh_name = (GElf_Word)name;
	sh.sh_type = type;
	sh.sh_flags = flags;
	sh.sh_addralign = d->d_align;
	return gelf_update_shdr(scn, &sh) ? 0 : -1;
}

static int fill_object(Elf *elf, const char *target, const uint8_t *records, size_t len)
{
	/* the empty note tells linkers that nobody here wants an executable stack */
	static const char names[] = "\0" LABYRINTH_SKEL_SECTION "\0.note.GNU-stack\0.shstrtab";
	const size_t stack = 1 + sizeof(LABYRINTH_SKEL_SECTION);
	const size_t strtab = stack + sizeof(".note.GNU-stack");
	GElf_Ehdr eh;

	if (!gelf_newehdr(elf, ELFCLASS64) || !gelf_getehdr(elf, &eh))
		return -1;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	eh.e_type = ET_REL;
	eh.e_machine = (GElf_Half)machine_of(target);
	eh.e_version = EV_CURRENT;
	eh.e_shstrndx = 3;
	if (!gelf_update_ehdr(elf, &eh) ||
	    new_section(elf, 1, SHT_PROGBITS, SHF_EXCLUDE, records, len) ||
	    new_section(elf, stack, SHT_PROGBITS, 0, NULL, 0) ||
	    new_section(elf, strtab, SHT_STRTAB, 0, names, sizeof(names)))
		return -1;
	return elf_update(elf, ELF_C_WRITE) < 0 ? -1 : 0;
}

int lab_skel_write_object(int fd, const char *target, const uint8_t *records, size_t len,
			  struct lab_skel_err *err)
{
	Elf *elf = NULL;
	int ret = -1;

	if (elf_version(EV_CURRENT) != EV_NONE)
		elf = elf_begin(fd, ELF_C_WRITE, NULL);
	if (elf)
		ret = fill_object(elf, target, records, len);
	err->offset = 0;
	err->column = 0;
	snprintf(err->why, sizeof(err->why), "%s", ret ? elf_errmsg(-1) : "");
	elf_end(elf);
	return ret;
}
