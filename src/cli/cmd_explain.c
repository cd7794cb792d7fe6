// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth explain: what a rule means and how to mend what it finds.
 */
#include <stdio.h>
#include <stb/stb_ds.h>
#include "check/check.h"
#include "cli/cli.h"

static int run(const struct lab_args *a)
{
	const struct lab_rule *r;

	if (!arrlen(a->operands)) {
		for (r = lab_rules; r->id; r++)
			printf("%-22s %s\n", r->id, r->title);
		return 0;
	}
	for (int i = 0; i < arrlen(a->operands); i++) {
		const char *names[64];
		char near[80];
		size_t n = 0;

		r = lab_rule_find(a->operands[i]);
		if (!r) {
			for (r = lab_rules; r->id && n < 64; r++)
				names[n++] = r->id;
			return lab_cli_error("explain: no rule '%s'%s", a->operands[i],
				lab_args_nearest(a->operands[i], names, n, near, sizeof(near)));
		}
		printf("%s%s: %s\n\n%s", i ? "\n" : "", r->id, r->title, r->help);
	}
	return 0;
}

static const char *const examples[] = {
	"labyrinth explain sleep-in-atomic",
	"what the rule means and how to mend what it finds",
	NULL
};

const struct lab_command lab_cmd_explain = {
	.name = "explain",
	.operands = "[RULE...]",
	.brief = "Say what a rule means and how to mend what it finds",
	.about = "Without RULE, lists the rules.",
	.examples = examples,
	.run = run,
};
