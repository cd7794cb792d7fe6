// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth review: hands over to lab-review, which drives kbuild and this command.
 */
#include <stddef.h>
#include "cli/script.h"

static int run(const struct lab_args *a)
{
	return lab_script_run(a, "lab-review");
}

static const struct lab_option options[] = {
	{ "tree", 0, "DIR", "the kernel source (default: Debian's linux-source-6.1, as lab-kernel "
	  "prepares it)", NULL },
	{ "with", 0, "FOLDER", "this folder of the kernel belongs to the program, too", NULL },
	{ "format", 0, "FORMAT", "how to report what is new", "text|json|sarif|html|dot" },
	{ "output", 'o', "FILE", "write that report there", NULL },
	{ "new-only", 0, NULL, "leave out what is fixed and what stayed", NULL },
	{ "all", 0, NULL, "doubtful findings, too", NULL },
	{ "rt", 0, NULL, "ask about a PREEMPT_RT kernel: rule rt-sleep-in-atomic alone", NULL },
	{ "plugin", 0, "FILE", "the plugin for plain gcc (default: the one built or installed with "
	  "the command)", NULL },
	{ "jobs", 'j', "N", "how many compilers may run at once", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth review fix.patch",
	"against Debian's kernel source",
	"labyrinth review --tree ~/linux HEAD",
	"the newest commit; or a whole branch that is checked out, as a range",
	"b4 am -o - MESSAGE-ID | labyrinth review --tree ~/linux --format=html -o r.html -",
	"a patch from the list, as a page",
	NULL
};

const struct lab_command lab_cmd_review = {
	.name = "review",
	.operands = "PATCH|RANGE",
	.brief = "What a patch changes: new, fixed and same findings",
	.about = "PATCH is a file, or - for standard input; RANGE is a commit, or a range\n"
		 "of git, in the tree.  The tree may hold the change already, or not; it is left as it is.\n"
		 "\n"
		 "The folders of the changed files are extracted once with kbuild (allmodconfig, in the\n"
		 "cache; the first run of a tree takes some minutes), then the units that depend on a\n"
		 "changed file are compiled from a copy with and without the change.\n"
		 "\n"
		 "The exit status is 1 if there are new findings, 0 if there are none.",
	.options = options,
	.examples = examples,
	.run = run,
};
