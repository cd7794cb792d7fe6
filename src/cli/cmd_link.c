// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth link: many inputs into one file, one record per source file, so that
 * later commands read one file instead of thousands.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "cli/inputs.h"

static int by_source(const void *pa, const void *pb)
{
	return strcmp(*(const char *const *)pa, *(const char *const *)pb);
}

/* Sorted by source path, so that the file does not depend on the order of inputs. */
static int write_all(const struct lab_check *c, const char *path)
{
	struct entry { const char *source; const struct lab_record *r; } *order = NULL;
	FILE *f;
	int ret = 0;

	for (int i = 0; i < arrlen(c->p->records); i++) {
		struct entry e = { lab_prog_str(c->p, c->p->records[i].source),
				   &c->p->records[i] };

		arrput(order, e);
	}
	qsort(order, arrlenu(order), sizeof(*order), by_source);
	f = fopen(path, "w");
	if (!f) {
		ret = lab_cli_error("%s: %s", path, strerror(errno));
		arrfree(order);
		return ret;
	}
	for (int i = 0; i < arrlen(order); i++)
		fwrite(order[i].r->bytes, 1, order[i].r->len, f);
	if (ferror(f) | fclose(f))
		ret = lab_cli_error("%s: %s", path, strerror(errno));
	arrfree(order);
	return ret;
}

static int run(const struct lab_args *a)
{
	const char *out = lab_arg(a, "output");
	struct lab_check *c;
	int ret;

	if (!out)
		return lab_cli_error("link: -o FILE is missing; see labyrinth link --help");
	c = lab_check_new();
	ret = lab_inputs_add(c, a->operands, arrlenu(a->operands));
	if (!ret && !arrlen(c->p->records))
		ret = lab_cli_error("link: no facts in the inputs: compile with -fplugin=labyrinth.so");
	if (!ret)
		ret = write_all(c, out);
	lab_check_free(c);
	return ret;
}

static const struct lab_option options[] = {
	{ "output", 'o', "FILE", "where to write the program", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth link -o core.lab mm kernel lib",
	"three folders of a kernel as one file",
	NULL
};

const struct lab_command lab_cmd_link = {
	.name = "link",
	.operands = "INPUT...",
	.brief = "Put the facts of many objects into one file",
	.about = "The file is an INPUT like any other: labyrinth check prog.lab changed.o judges\n"
		 "the program with one unit replaced.  INPUT is as for labyrinth check.",
	.options = options,
	.examples = examples,
	.run = run,
};
