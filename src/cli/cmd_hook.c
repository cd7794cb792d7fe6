// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth hook: what pre-commit and git run.
 */
#include <stddef.h>
#include "cli/script.h"

static int run(const struct lab_args *a)
{
	return lab_script_run(a, "lab-hook");
}

static const struct lab_option options[] = {
	{ "install", 0, NULL, "make it the pre-commit hook of the repository here", NULL },
	{ "program", 0, NULL, "all objects with facts in the repository as one program, instead", NULL },
	{ "cocci", 0, NULL, "the rules for Coccinelle, instead", NULL },
	{ "known", 0, "FILE", "findings that are accepted (default: .labyrinth-known at the root)", NULL },
	{ "plugin", 0, "FILE", "the plugin (default: as labyrinth plugin finds it)", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth hook --install",
	"once in a repository: git commit then runs labyrinth hook",
	"labyrinth hook",
	"what is staged, now",
	"labyrinth hook --program",
	"the whole driver, after a build with the plugin",
	NULL
};

const struct lab_command lab_cmd_hook = {
	.name = "hook",
	.operands = "[FILE...]",
	.brief = "Judge what is about to be committed; stop for what is new",
	.about = "Without FILE the sources in git's index are judged, as they would be committed; with\n"
		 "FILE those of the work tree (pre-commit names them).  A source is compiled for its\n"
		 "facts with the command of compile_commands.json, or the one that kbuild saved when it\n"
		 "was built last; one that has none is skipped, and said.\n"
		 "\n"
		 "What HEAD has as well, or .labyrinth-known lists, is not new.  The exit status is 1 if\n"
		 "there are new findings, 2 if it could not look, 0 otherwise.",
	.options = options,
	.examples = examples,
	.run = run,
};
