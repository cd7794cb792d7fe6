// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth export: what a program's external functions do, as text for those who
 * check code without it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "check/facts/facts.h"
#include "cli/inputs.h"

static int write_file(const char *path, const struct lab_buf *b)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return lab_cli_error("%s: %s", path, strerror(errno));
	fwrite(b->p, 1, b->n, f);
	if (ferror(f) | fclose(f))
		return lab_cli_error("%s: %s", path, strerror(errno));
	return 0;
}

static int write_facts(struct lab_check *c, const char *title, const char *out)
{
	struct lab_facts_counts n;
	struct lab_buf b = { 0 };
	int ret;

	lab_facts_write(c->s, title, &b, &n);
	ret = b.oom ? lab_cli_error("out of memory") : write_file(out, &b);
	free(b.p);
	if (!ret)
		printf("%s: %u functions (%u quiet), %u lines exact, %u weakened, %u doubtful; "
		       "%u cases not carried, %u functions not known\n", out, n.functions, n.quiet,
		       n.exact, n.weakened, n.doubtful, n.dropped, n.unknown);
	return ret;
}

static int run(const struct lab_args *a)
{
	const char *out = lab_arg(a, "output"), *title = lab_arg(a, "title"), *bad = "";
	struct lab_skel_err err = { 0 };
	struct lab_model *m;
	struct lab_check *c;
	int ret;

	if (!out)
		return lab_cli_error("export: -o FILE is missing; see labyrinth export --help");
	if (title && strchr(title, '\n'))
		return lab_cli_error("export: --title is one line");
	m = lab_inputs_model(a);
	if (!m)
		return LAB_EXIT_ERROR;
	c = lab_check_new();
	ret = lab_inputs_add(c, a->operands, arrlenu(a->operands));
	if (!ret && !arrlen(c->p->records))
		ret = lab_cli_error("export: no facts in the inputs: compile with -fplugin=labyrinth.so");
	if (!ret && lab_prog_link(c->p, &err, &bad))
		ret = lab_cli_file_error(bad, 0, &err);
	if (!ret) {
		c->s = lab_solver_new(c->p, m, false);
		lab_solve(c->s);
		ret = write_facts(c, title ? title : "a program without a name", out);
	}
	lab_check_free(c);
	lab_model_free(m);
	return ret;
}

static const struct lab_option options[] = {
	{ "output", 'o', "FILE", "where to write the facts", NULL },
	{ "title", 0, "TEXT", "what program it is, for the head of the file", NULL },
	{ "model", 0, "FILE", "further facts about names, on top of those built in", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth export -o linux-6.1.facts mm kernel lib",
	"what modules without this kernel at hand need to know of it",
	NULL
};

const struct lab_command lab_cmd_export = {
	.name = "export",
	.operands = "INPUT...",
	.brief = "Write what a program's exported functions do, for those who have only its headers",
	.about = "One fact a line, in the language of models, sorted by function: under which condition\n"
		 "it sleeps, how it changes the context, which of its arguments it calls and in which\n"
		 "context; behind # the place that proves it and the calls that lead there.\n"
		 "\n"
		 "Exported are the functions of EXPORT_SYMBOL and those that inlines of headers call; in\n"
		 "a program that exports none, all external ones.  What a model speaks of is left out.\n"
		 "A condition that the language cannot say is left out where no caller could decide it,\n"
		 "and else becomes \"unseen\": findings that hang on it are doubtful.\n"
		 "\n"
		 "labyrinth check --facts FILE reads it.  INPUT is as for labyrinth check.",
	.options = options,
	.examples = examples,
	.run = run,
};
