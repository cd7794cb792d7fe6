// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Places in the source: where a statement stands (the expansion point of a
 * macro), and how its file is called.  File names go through root= first, then
 * through GCC's own prefix maps, so that two build folders give equal facts.
 */
#include "extract.h"

/* Joins and cleans lexically: "/a/b" + "../c//./d" -> "/a/c/d". */
static void absolute(auto_vec<char, 256> *out, const char *dir, const char *path)
{
	const char *part[2] = { *path == '/' ? "" : dir, path };

	for (int i = 0; i < 2; i++) {
		const char *s = part[i];

		while (*s) {
			size_t n = strcspn(s, "/");

			if (n == 2 && s[0] == '.' && s[1] == '.') {
				while (out->length() && out->pop() != '/')
					;
			} else if (n && !(n == 1 && *s == '.')) {
				out->safe_push('/');
				for (size_t k = 0; k < n; k++)
					out->safe_push(s[k]);
			}
			s += n + (s[n] == '/');
		}
	}
	out->safe_push('\0');
}

/* The part of path below root=, or NULL. */
static uint32_t below_root(struct lab_gcc_unit *x, const char *path)
{
	const char *root = x->opts->root;
	auto_vec<char, 256> full;
	size_t n;

	if (!root)
		return LAB_NONE;
	n = strlen(root);
	absolute(&full, get_src_pwd(), path);
	if (strncmp(full.address(), root, n) || full[n] != '/')
		return LAB_NONE;
	return lab_unit_file(x->u, full.address() + n + 1);
}

static const char *remap(const char *path)
{
	const char *s = remap_macro_filename(path);

	if (s == path || !strcmp(s, path))
		s = remap_debug_filename(path);
	while (s[0] == '.' && s[1] == '/' && s[2])
		for (s += 2; *s == '/'; s++)
			;
	return s;
}

static uint32_t file_number(struct lab_gcc_unit *x, const char *path)
{
	uint32_t n = below_root(x, path);

	return n == LAB_NONE ? lab_unit_file(x->u, remap(path)) : n;
}

/* GCC keeps one string per line map: compare pointers, latest first. */
static uint32_t file_of(struct lab_gcc_unit *x, const char *path)
{
	for (unsigned int i = x->file_ptrs.length(); i-- > 0;)
		if (x->file_ptrs[i] == path)
			return x->file_nums[i];
	x->file_ptrs.safe_push(path);
	x->file_nums.safe_push(file_number(x, path));
	return x->file_nums.last();
}

void lab_gcc_locate(struct lab_gcc_unit *x, location_t loc, struct lab_gcc_loc *out)
{
	out->file = LAB_NONE;
	out->line = out->col = 0;
	if (LOCATION_LOCUS(loc) <= BUILTINS_LOCATION)
		return;
	expanded_location e = expand_location(loc);
	if (!e.file)
		return;
	out->file = file_of(x, e.file);
	out->line = e.line;
	out->col = e.column;
}

/* "x86_64-linux-gnu": the compiler was configured for it. */
static uint32_t target_name(struct lab_gcc_unit *x)
{
	static const char key[] = "--target=";
	const char *s = strstr(gcc_version.configuration_arguments, key);

	if (!s)
		return lab_unit_str(x->u, "");
	s += sizeof(key) - 1;
	return lab_unit_strn(x->u, s, strcspn(s, " '"));
}

void lab_gcc_unit_head(struct lab_gcc_unit *x)
{
	const char *src = main_input_filename ? main_input_filename : "";
	char cc[64];
	uint32_t file = below_root(x, src);

	x->u->cwd = lab_unit_str(x->u, "");
	if (file == LAB_NONE) {
		if (*src && *src != '/' && !x->opts->root && remap(src) == src)
			x->u->cwd = lab_unit_str(x->u, remap_debug_filename(get_src_pwd()));
		x->u->source = lab_unit_str(x->u, remap(src));
	} else {
		x->u->source = x->u->files[file];
	}
	snprintf(cc, sizeof(cc), "gcc %s", gcc_version.basever);
	x->u->compiler = lab_unit_str(x->u, cc);
	x->u->target = target_name(x);
	x->u->plugin = lab_unit_str(x->u, LABYRINTH_PLUGIN_VERSION);
	x->u->ptr_size = POINTER_SIZE / BITS_PER_UNIT;
}
