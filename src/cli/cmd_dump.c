// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth dump: the facts of objects, archives and record files as text.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "check/skel/text.h"
#include "cli/cli.h"

struct dump {
	const char *only;	/* the function to print, or NULL for all */
	uint32_t printed;
};

static const char *fn_name(const struct lab_unit *u, const struct lab_fn *f)
{
	return u->strs[u->syms[f->sym].name];
}

static int print_unit(const struct lab_unit *u)
{
	char *text = lab_skel_print(u);

	if (!text)
		return lab_cli_error("out of memory");
	fputs(text, stdout);
	free(text);
	return 0;
}

static int print_one(struct dump *d, const char *object, const struct lab_unit *u)
{
	struct lab_buf b = { 0 };
	uint32_t i;
	char *text;

	for (i = 0; i < u->nfns; i++) {
		if (strcmp(fn_name(u, u->fns[i]), d->only))
			continue;
		lab_buf_printf(&b, "; %s\n", object);
		lab_text_fn(&b, u, u->fns[i]);
		d->printed++;
	}
	text = lab_buf_string(&b);
	if (!text)
		return lab_cli_error("out of memory");
	fputs(text, stdout);
	free(text);
	return 0;
}

static int dump_input(void *ctx, const struct lab_skel_input *in)
{
	struct dump *d = ctx;
	struct lab_skel_err err;
	struct lab_unit *u;
	size_t pos = 0;
	int ret = 0;

	if (!d->only)
		printf("; %s%s\n", in->name, in->kind == LAB_SKEL_NO_FACTS ? ": no facts" : "");
	if (in->kind == LAB_SKEL_NO_FACTS)
		return 0;
	while (!ret && (u = lab_skel_input_next(in, &pos, 1, &err))) {
		ret = d->only ? print_one(d, in->name, u) : print_unit(u);
		lab_unit_free(u);
	}
	if (!ret && err.why[0])
		ret = lab_cli_file_error(in->name, in->kind == LAB_SKEL_TEXT, &err);
	return ret;
}

static int run(const struct lab_args *a)
{
	struct dump d = { .only = lab_arg(a, "function") };
	struct lab_skel_files files = { 0 };
	int ret = 0;
	size_t i;

	/* a bad input spoils the status, not the rest */
	for (i = 0; i < arrlenu(a->operands); i++) {
		int one = lab_skel_files_add(&files, a->operands[i], dump_input, &d);

		if (one < 0)
			one = lab_cli_file_error(files.where, 0, &files.err);
		ret = ret ? ret : one;
	}
	if (!ret && d.only && !d.printed)
		ret = lab_cli_error("dump: no function '%s' here", d.only);
	lab_skel_files_close(&files);
	return ret;
}

static const struct lab_option options[] = {
	{ "function", 'f', "NAME", "print only the functions of that name", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth dump -f foo_irq foo.o",
	"the facts of one function as text",
	NULL
};

const struct lab_command lab_cmd_dump = {
	.name = "dump",
	.operands = "INPUT...",
	.brief = "Print the facts of objects as text",
	.about = "INPUT is an object or program, an archive (thin or not), a file of records or\n"
		 "a text; - is standard input.  The text loses nothing: labyrinth assemble makes\n"
		 "the same bytes of it again.",
	.options = options,
	.examples = examples,
	.run = run,
};
