// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding and reading inputs: see inputs.h.
 *
 * modules.order of a build lists x.ko (or x.o); kbuild's x.mod beside it lists
 * the members.  Directories are walked in name order; what "ld -r" or an archive
 * repeats there is the same source path again and replaces itself.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <stb/stb_ds.h>
#include "cli/inputs.h"

struct adding {
	struct lab_check *c;
	struct lab_skel_files *files;
	int depth;
};

static int add_path(struct adding *a, const char *path);

/* Records are taken as they are: linking reads them. */
static int add_records(struct adding *a, const struct lab_skel_input *in)
{
	struct lab_skel_err err = { 0 };
	size_t pos = 0, from = 0;

	while (lab_skel_peek(in->data, in->len, &pos, &err)) {
		if (lab_check_add(a->c, in->data + from, pos - from, in->name, in->offset + from, &err))
			return lab_cli_file_error(in->name, 0, &err);
		from = pos;
	}
	err.offset += in->offset;
	return err.why[0] ? lab_cli_file_error(in->name, 0, &err) : 0;
}

static int add_unit(struct adding *a, const struct lab_skel_input *in, const struct lab_unit *u)
{
	struct lab_skel_err err = { 0 };
	uint8_t *bytes;
	size_t len;
	int ret;

	if (lab_skel_write(u, &bytes, &len))
		return lab_cli_error("out of memory");
	ret = lab_check_add(a->c, bytes, len, in->name, 0, &err);
	free(bytes);
	return ret ? lab_cli_file_error(in->name, 1, &err) : 0;
}

static int add_input(void *ctx, const struct lab_skel_input *in)
{
	struct adding *a = ctx;
	struct lab_skel_err err = { 0 };
	size_t pos = 0;
	int ret = 0;

	if (in->kind == LAB_SKEL_NO_FACTS) {
		lab_check_no_facts(a->c, in->name);
		return 0;
	}
	if (in->kind == LAB_SKEL_RECORDS)
		return add_records(a, in);
	while (!ret) {
		struct lab_unit *u = lab_skel_input_next(in, &pos, 0, &err);

		if (!u)
			break;
		ret = add_unit(a, in, u);
		lab_unit_free(u);
	}
	if (!ret && err.why[0])
		ret = lab_cli_file_error(in->name, 1, &err);
	return ret;
}

static int is_input(const char *name)
{
	size_t n = strlen(name);

	return n > 2 && (!strcmp(name + n - 2, ".o") || !strcmp(name + n - 2, ".a"));
}

/* A thin archive holds names of files, which a walk of their folder meets anyway. */
static int is_thin(const char *path)
{
	char magic[8];
	FILE *f = fopen(path, "r");
	int thin = f && fread(magic, 1, 8, f) == 8 && !memcmp(magic, "!<thin>\n", 8);

	if (f)
		fclose(f);
	return thin;
}

static int add_dir(struct adding *a, const char *path)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, alphasort), ret = 0;

	if (n < 0)
		return lab_cli_error("%s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		char sub[4096];
		struct stat st;

		snprintf(sub, sizeof(sub), "%s/%s", path, list[i]->d_name);
		if (!ret && list[i]->d_name[0] != '.' && !lstat(sub, &st) &&
		    (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && is_input(sub) && !is_thin(sub))))
			ret = add_path(a, sub);
		free(list[i]);
	}
	free(list);
	return ret;
}

/* Makes x.ko the name of the list of its members, x.mod; false for any other name. */
static bool module_list(char *name)
{
	size_t n = strlen(name);

	if (n <= 3 || strcmp(name + n - 3, ".ko"))
		return false;
	strcpy(name + n - 3, ".mod");
	return true;
}

/*
 * Where the names of a list start: its folder, or one above, for kbuild counts from the
 * root of the build.  The first name tells.
 */
static void find_base(const char *path, char *base, size_t size)
{
	FILE *f = fopen(path, "r");
	char line[4096], full[8300];
	size_t n = strlen(base), own = n;
	int up = 0;

	if (f && fgets(line, sizeof(line), f) && *line != '/') {
		line[strcspn(line, "\n")] = 0;
		module_list(line);
		for (; up < 12 && n + 4 < size; up++) {
			snprintf(full, sizeof(full), "%s/%s", base, line);
			if (!access(full, R_OK))
				break;
			n += (size_t)snprintf(base + n, size - n, "/..");
		}
		if (up == 12 || n + 4 >= size)
			base[own] = 0;	/* the complaint names the folder itself */
	}
	if (f)
		fclose(f);
}

/* A list of files, one a line; base: the folder that relative names start from. */
static int add_list(struct adding *a, const char *path, const char *base)
{
	FILE *f = fopen(path, "r");
	char line[4096], full[8300];
	int ret = 0;

	if (!f)
		return lab_cli_error("%s: %s", path, strerror(errno));
	while (!ret && fgets(line, sizeof(line), f)) {
		size_t n = strcspn(line, "\n");

		line[n] = 0;
		if (!n)
			continue;
		snprintf(full, sizeof(full), "%s%s%s", *line == '/' ? "" : base,
			 *line == '/' ? "" : "/", line);
		ret = module_list(full) ? add_list(a, full, base) : add_path(a, full);
	}
	fclose(f);
	return ret;
}

static int add_path(struct adding *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct stat st;
	char base[4096] = ".";
	int ret;

	if (strcmp(path, "-") && stat(path, &st))
		return lab_cli_error("%s: %s", path, strerror(errno));
	if (strcmp(path, "-") && S_ISDIR(st.st_mode)) {
		if (a->depth > 40)
			return lab_cli_error("%s: folders nest too deeply", path);
		a->depth++;
		ret = add_dir(a, path);
		a->depth--;
		return ret;
	}
	if (!strcmp(name, "modules.order")) {
		if (slash)
			snprintf(base, sizeof(base), "%.*s", (int)(slash - path), path);
		find_base(path, base, sizeof(base));
		return add_list(a, path, base);
	}
	ret = lab_skel_files_add(a->files, path, add_input, a);
	return ret < 0 ? lab_cli_file_error(a->files->where, 0, &a->files->err) : ret;
}

int lab_inputs_add(struct lab_check *c, const char *const *operands, size_t n)
{
	struct lab_skel_files files = { 0 };
	struct adding a = { .c = c, .files = &files };
	int ret = 0;

	for (size_t i = 0; i < n && !ret; i++)
		ret = add_path(&a, operands[i]);
	lab_skel_files_close(&files);
	return ret;
}

int lab_inputs_read(const char *path, const char *next, char **text, size_t *len)
{
	FILE *f = fopen(path, "r");
	size_t n, room = 0;

	*text = NULL;
	*len = 0;
	if (!f)
		return lab_cli_error("%s: %s%s%s", path, strerror(errno), errno == ENOENT && next ? "; " : "",
				     errno == ENOENT && next ? next : "");
	do {
		room = room * 2 + 4096;
		*text = realloc(*text, room);
		if (!*text)
			abort();
		n = fread(*text + *len, 1, room - *len, f);
		*len += n;
	} while (n);
	(*text)[*len] = 0;	/* there is room: the last read found some and got nothing */
	if (ferror(f)) {
		fclose(f);
		return lab_cli_error("%s: %s", path, strerror(errno));
	}
	fclose(f);
	return 0;
}

char *lab_source_text(void *ctx, const char *file)
{
	const char *from[] = { lab_arg(ctx, "source"), lab_arg(ctx, "root"), "." };
	char path[PATH_MAX], *text;
	size_t len;

	for (size_t i = 0; i < 3; i++) {
		if (!from[i] || (*file == '/' && i < 2))
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", from[i], file) >= sizeof(path) ||
		    access(*file == '/' ? file : path, R_OK))
			continue;
		if (!lab_inputs_read(*file == '/' ? file : path, NULL, &text, &len))
			return text;
		free(text);
	}
	return NULL;
}

struct lab_model *lab_inputs_model(const struct lab_args *a)
{
	struct lab_model_err err;
	struct lab_model *m = lab_model_builtin(&err), *more;
	const char *const *files;
	size_t n, len;
	char *text;

	if (!m) {
		lab_cli_error("%s:%u:%u: %s", err.file, err.line, err.col, err.why);
		return NULL;
	}
	files = lab_arg_all(a, "model", &n);
	for (size_t i = 0; i < n; i++) {
		if (lab_inputs_read(files[i], NULL, &text, &len)) {
			free(text);
			lab_model_free(m);
			return NULL;
		}
		more = lab_model_parse(text, len, files[i], &err);
		free(text);
		if (!more) {
			lab_cli_error("%s:%u:%u: %s", err.file, err.line, err.col, err.why);
			lab_model_free(m);
			return NULL;
		}
		lab_model_merge(m, more);
	}
	return m;
}
