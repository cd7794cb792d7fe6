// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth explain: what a rule means and how to mend what it finds.
 */
#include <stdio.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "check/check.h"
#include "cli/cli.h"

/* Code is set in, so that it stands out from the text. */
static void code(const char *title, const char *text)
{
	printf("\n%s\n\n", title);
	for (size_t end = strlen(text); *text && strspn(text, "\n") < end; end = strlen(text)) {
		int n = (int)strcspn(text, "\n");

		printf("%s%.*s\n", n ? "    " : "", n, text);
		text += n + (text[n] == '\n');
	}
}

static void example(const char *rule)
{
	for (const struct lab_example *e = lab_examples; e->rule; e++)
		if (!strcmp(e->rule, rule)) {
			code("What it finds:", e->bad);
			code("What is right:", e->good);
		}
}

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
			return lab_cli_error("explain: no rule '%s'%s; labyrinth explain lists them", a->operands[i],
				lab_args_nearest(a->operands[i], names, n, near, sizeof(near)));
		}
		printf("%s%s: %s\n\n%s", i ? "\n" : "", r->id, r->title, r->help);
		example(r->id);
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
	.about = "With an example of what the rule finds and one of what is right.  Without RULE, lists\n"
		 "the rules.",
	.examples = examples,
	.run = run,
};
