// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth models: what the checker takes names to mean; with --check, which of
 * these names a program does not have.
 */
#include <stdio.h>
#include <stb/stb_ds.h>
#include "cli/inputs.h"

struct stale { const struct lab_check *c; };

static bool has(void *ctx, const char *name, const char *field)
{
	const struct lab_prog *p = ((struct stale *)ctx)->c->p;
	uint32_t str = lab_prog_find_str(p, name);

	if (str == LAB_NONE)
		return false;
	if (!field)
		return true;
	str = lab_prog_find_str(p, field);
	for (uint32_t i = 0; str != LAB_NONE && i < arrlenu(p->fields); i++)
		if (p->fields[i].name == str && p->fields[i].owner != LAB_NONE &&
		    p->types[p->fields[i].owner].name == lab_prog_find_str(p, name))
			return true;
	return false;
}

static void stale(void *ctx, const struct lab_fact *f)
{
	char line[256];

	(void)ctx;
	lab_fact_print(f, line, sizeof(line));
	printf("%s:%u: not in this program: %s\n", f->file, f->line, line);
}

static int check(const struct lab_args *a, const struct lab_model *m)
{
	struct lab_check *c = lab_check_new();
	struct lab_skel_err err = { 0 };
	const char *bad = "";
	struct stale s = { c };
	int ret = lab_inputs_add(c, a->operands, arrlenu(a->operands));

	if (!ret && lab_prog_link(c->p, &err, &bad))
		ret = lab_cli_file_error(bad, 0, &err);
	if (!ret)
		printf("%u of %u facts name what this program does not have\n",
		       lab_model_stale(m, has, stale, &s), m->nfacts);
	lab_check_free(c);
	return ret;
}

static int run(const struct lab_args *a)
{
	struct lab_model *m = lab_inputs_model(a);
	char line[256];
	int ret = 0;

	if (!m)
		return LAB_EXIT_ERROR;
	if (lab_arg(a, "check") && !arrlen(a->operands))
		ret = lab_cli_error("models: --check needs an INPUT to check against");
	else if (lab_arg(a, "check"))
		ret = check(a, m);
	else if (arrlen(a->operands))
		ret = lab_cli_error("models: what is '%s' for? INPUT goes with --check",
				    a->operands[0]);
	else
		for (uint32_t i = 0; i < m->nfacts; i++) {
			lab_fact_print(&m->facts[i], line, sizeof(line));
			printf("%s # %s\n", line, m->facts[i].why);
		}
	lab_model_free(m);
	return ret;
}

static const struct lab_option options[] = {
	{ "check", 0, NULL, "list the names that the INPUT does not have", NULL },
	{ "model", 0, "FILE", "further facts about names, on top of those built in", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth models | grep usb_submit_urb",
	"what the checker takes this name to mean",
	"labyrinth models --check --model my.model prog.lab",
	"names in the models that this kernel does not have",
	NULL
};

const struct lab_command lab_cmd_models = {
	.name = "models",
	.operands = "[INPUT...]",
	.brief = "Show what names are taken to mean",
	.about = "Prints the facts about names, one a line, each with its provenance.  With --check,\n"
		 "those whose names the program in INPUT does not have.",
	.options = options,
	.examples = examples,
	.run = run,
};
