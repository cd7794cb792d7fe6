// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Skeletons in archives.  Both kinds are read by these few lines, because libelf
 * refuses thin ones, and the kernel builds nothing else.  Members of a thin
 * archive are files beside it; "/12:340" is GNU's word for the member at 340 of
 * the archive whose name stands at 12.  A member that is no object is passed on
 * as having no facts: Rust and LTO put such things into archives.
 */
#include <ar.h>
#include <stdio.h>
#include <string.h>
#include "check/skel/files.h"

struct archive {
	const char *name;	/* in messages */
	const char *path;	/* where a thin one finds its members */
	struct lab_span all, long_names;
	int thin;
};

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

static int walk_thin_member(struct lab_walk *w, const struct archive *ar, const char *shown,
			    const char *member, int64_t origin)
{
	const char *slash = strrchr(ar->path, '/');
	size_t dir = member[0] != '/' && slash ? (size_t)(slash - ar->path) + 1 : 0;
	char *path = lab_arena_alloc(&w->fs->arena, dir + strlen(member) + 1);
	struct archive inner = { .name = shown, .path = path };
	struct lab_span b;
	const struct ar_hdr *h;
	int64_t size;

	memcpy(path, ar->path, dir);
	strcpy(path + dir, member);
	if (lab_files_map(w->fs, path, &b)) {
		w->fs->where = shown;
		return -1;
	}
	if (origin < 0)
		return lab_files_bytes(w, shown, path, b, 1);
	if ((uint64_t)origin > b.n || b.n - (uint64_t)origin < sizeof(*h))
		return lab_files_fail(w->fs, inner.name, (uint64_t)origin, "archive is cut off");
	h = (const struct ar_hdr *)(b.p + origin);
	size = field_number(h->ar_size, sizeof(h->ar_size));
	b.p += origin + (int64_t)sizeof(*h);
	b.n -= (uint64_t)origin + sizeof(*h);
	if (size < 0 || (uint64_t)size > b.n)
		return lab_files_fail(w->fs, inner.name, (uint64_t)origin, "archive is cut off");
	b.n = (size_t)size;
	return lab_files_bytes(w, shown, path, b, 1);
}

static int walk_member(struct lab_walk *w, const struct archive *ar, const struct ar_hdr *h,
		       struct lab_span content)
{
	char member[4096], shown[8192];
	int64_t origin;

	if (!member_name(ar, h, member, sizeof(member), &origin))
		return lab_files_fail(w->fs, ar->name, (uint64_t)((const uint8_t *)h - ar->all.p),
			    "damaged name of an archive member");
	snprintf(shown, sizeof(shown), "%s(%s)", ar->name, member);
	if (ar->thin)
		return walk_thin_member(w, ar, lab_files_keep(w->fs, shown), member, origin);
	return lab_files_bytes(w, lab_files_keep(w->fs, shown), ar->path, content, 1);
}

static int is_special(const struct ar_hdr *h)
{
	return h->ar_name[0] == '/' && (h->ar_name[1] < '0' || h->ar_name[1] > '9');
}

int lab_files_archive(struct lab_walk *w, const char *name, const char *path, struct lab_span b)
{
	struct archive ar = { name, path, b, { NULL, 0 },
			      !memcmp(b.p, LAB_THIN_MAGIC, SARMAG) };
	size_t at = SARMAG;

	while (at < b.n) {
		const struct ar_hdr *h = (const struct ar_hdr *)(b.p + at);
		struct lab_span content;
		int64_t size;
		int ret;

		if (b.n - at < sizeof(*h))
			return lab_files_fail(w->fs, name, at, "archive is cut off");
		size = field_number(h->ar_size, sizeof(h->ar_size));
		if (memcmp(h->ar_fmag, ARFMAG, sizeof(h->ar_fmag)) || size < 0)
			return lab_files_fail(w->fs, name, at, "damaged header of an archive member");
		at += sizeof(*h);
		content = (struct lab_span){ b.p + at, (size_t)size };
		if (is_special(h) || !ar.thin) {
			if ((uint64_t)size > b.n - at)
				return lab_files_fail(w->fs, name, at, "archive is cut off");
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
