// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth assemble: records out of text, as a plain file or in an object.
 * Other inputs are taken as well; then it copies their records.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <stb/stb_ds.h>
#include "base/buf.h"
#include "cli/cli.h"

struct assembly {
	struct lab_buf records;
	char target[64];	/* of the first unit */
	uint32_t units;
};

static int add_unit(struct assembly *as, const char *name, const struct lab_unit *u)
{
	uint8_t *bytes;
	size_t len;

	if (lab_skel_write(u, &bytes, &len))
		return lab_cli_error("%s: out of memory", name);
	if (!as->units++)
		snprintf(as->target, sizeof(as->target), "%s", u->strs[u->target]);
	lab_buf_add(&as->records, bytes, len);
	free(bytes);
	return 0;
}

static int add_input(void *ctx, const struct lab_skel_input *in)
{
	struct assembly *as = ctx;
	struct lab_skel_err err;
	struct lab_unit *u;
	size_t pos = 0;
	int ret = 0;

	if (in->kind == LAB_SKEL_NO_FACTS)
		return 0;
	while (!ret && (u = lab_skel_input_next(in, &pos, 1, &err))) {
		ret = add_unit(as, in->name, u);
		lab_unit_free(u);
	}
	if (!ret && err.why[0])
		ret = lab_cli_file_error(in->name, in->kind == LAB_SKEL_TEXT, &err);
	return ret;
}

static int write_all(int fd, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

static int is_object_name(const char *path)
{
	size_t n = strlen(path);

	return n > 2 && !strcmp(path + n - 2, ".o");
}

/* A half written file is worse than none; a device stays, of course. */
static int write_out(const struct assembly *as, const char *path)
{
	struct lab_skel_err err = { 0 };
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), ret, is_file;
	struct stat st;

	if (fd < 0)
		return lab_cli_error("%s: %s", path, strerror(errno));
	is_file = !fstat(fd, &st) && S_ISREG(st.st_mode);
	if (is_object_name(path)) {
		ret = lab_skel_write_object(fd, as->target, as->records.p, as->records.n, &err);
	} else {
		ret = write_all(fd, as->records.p, as->records.n);
		snprintf(err.why, sizeof(err.why), "%s", strerror(errno));
	}
	if (!ret && close(fd)) {
		snprintf(err.why, sizeof(err.why), "%s", strerror(errno));
		ret = -1;
	}
	if (ret) {
		if (is_file)
			unlink(path);
		return lab_cli_error("%s: %s", path, err.why);
	}
	return 0;
}

static int run(const struct lab_args *a)
{
	const char *out = lab_arg(a, "output");
	struct lab_skel_files files = { 0 };
	struct assembly as = { 0 };
	int ret = 0;
	size_t i;

	if (!out)
		return lab_cli_error("assemble: needs -o FILE");
	for (i = 0; i < arrlenu(a->operands) && !ret; i++)
		ret = lab_skel_files_add(&files, a->operands[i], add_input, &as);
	if (ret < 0)
		ret = lab_cli_file_error(files.where, 0, &files.err);
	if (!ret && as.records.oom)
		ret = lab_cli_error("out of memory");
	if (!ret && !as.units)
		ret = lab_cli_error("assemble: no facts in the input");
	if (!ret)
		ret = write_out(&as, out);
	free(as.records.p);
	lab_skel_files_close(&files);
	return ret;
}

static const struct lab_option options[] = {
	{ "output", 'o', "FILE", "write there; an object if the name ends in .o", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth assemble -o foo.skel foo.txt",
	"a dump, perhaps edited, as records again",
	NULL
};

const struct lab_command lab_cmd_assemble = {
	.name = "assemble",
	.operands = "INPUT...",
	.brief = "Make records of the text form",
	.about = "The opposite of labyrinth dump.  All units of all inputs go to one file: the\n"
		 "bare records, or an object that has them in section " LABYRINTH_SKEL_SECTION ".",
	.options = options,
	.examples = examples,
	.run = run,
};
