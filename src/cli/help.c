// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the option tables say to people: help, the manual page, the completion.
 */
#include <ctype.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "check/rules/finding.h"
#include "cli/cli.h"

/* ---- help ------------------------------------------------------------------------------- */
void lab_help_overview(FILE *to)
{
	const struct lab_command *const *c;

	fputs("usage: labyrinth COMMAND [OPTION]... [ARGUMENT]...\n\n"
	      "Finds code that may sleep where the kernel must not.\n\n", to);
	for (c = lab_commands; *c; c++)
		fprintf(to, "  %-12s %s\n", (*c)->name, (*c)->brief);
	fputs("\n'labyrinth COMMAND --help' says more; 'labyrinth --version' says which one "
	      "this is.\n", to);
}

#define HELP_LEFT  31
#define HELP_WIDTH 96

/* Words from column at on; new lines start where the help of options stands. */
static int wrapped(FILE *to, int at, const char *words)
{
	while (*words) {
		int n = (int)strcspn(words, " ");

		if (at > HELP_LEFT && at + n >= HELP_WIDTH)
			at = fprintf(to, "\n%*s", HELP_LEFT - 1, "") - 1;
		at += fprintf(to, " %.*s", n, words);
		words += n + strspn(words + n, " ");
	}
	return at;
}

static void help_options(FILE *to, const struct lab_option *o)
{
	char left[64];

	for (; o && o->name; o++) {
		int n = o->letter ? snprintf(left, sizeof(left), "  -%c, ", o->letter)
				  : snprintf(left, sizeof(left), "      ");

		snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s", o->name,
			 o->arg ? " " : "", o->arg ? o->arg : "");
		n = wrapped(to, fprintf(to, "%-*s", HELP_LEFT - 1, left), o->help);
		if (o->values) {
			snprintf(left, sizeof(left), "(%s)", o->values);
			wrapped(to, n, left);
		}
		fputs("\n", to);
	}
}

void lab_help_command(FILE *to, const struct lab_command *cmd)
{
	fprintf(to, "usage: labyrinth %s%s%s%s\n\n%s.\n", cmd->name,
		cmd->options ? " [OPTION]..." : "", cmd->operands ? " " : "",
		cmd->operands ? cmd->operands : "", cmd->brief);
	if (cmd->about)
		fprintf(to, "\n%s\n", cmd->about);
	fputs("\n", to);
	help_options(to, cmd->options);
	help_options(to, lab_common_options);
	if (cmd->examples)
		fputs("\nExamples:\n", to);
	for (const char *const *e = cmd->examples; e && *e; e += 2)
		fprintf(to, "  %s\n      %s\n", e[0], e[1]);
}

static int run_help(const struct lab_args *a)
{
	const struct lab_command *const *c;

	if (!arrlenu(a->operands)) {
		lab_help_overview(stdout);
		return 0;
	}
	for (c = lab_commands; *c; c++)
		if (!strcmp((*c)->name, a->operands[0])) {
			lab_help_command(stdout, *c);
			return 0;
		}
	return lab_cli_error("help: no command '%s'", a->operands[0]);
}

const struct lab_command lab_cmd_help = {
	.name = "help", .operands = "[COMMAND]", .brief = "Say what a command does",
	.run = run_help,
};

/* ---- the manual page ------------------------------------------------------------------------ */
/* roff: dashes that are typed, and no line that looks like a request. */
static void roff(const char *s)
{
	int at_start = 1;

	for (; *s; s++) {
		if (at_start && (*s == '.' || *s == '\''))
			fputs("\\&", stdout);
		if (*s == '-')
			fputs("\\-", stdout);
		else if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '\n' && s[1] == '\n')
			fputs("\n.PP", stdout);
		else
			fputc(*s, stdout);
		at_start = *s == '\n';
	}
}

#define ROFF_WIDTH 76

/* Paragraphs, in lines as short as manuals have them. */
static void roff_filled(const char *s)
{
	while (*s) {
		char line[ROFF_WIDTH + 1];
		size_t at = 0, end = 0;	/* end: whole words that fit */

		while (s[at] && at < ROFF_WIDTH && strncmp(s + at, "\n\n", 2)) {
			line[at] = s[at] == '\n' ? ' ' : s[at];
			at++;
			if (!s[at] || s[at] == ' ' || s[at] == '\n')
				end = at;
		}
		s += end ? end : at;
		end = end ? end : at;
		while (end && line[end - 1] == ' ')	/* between two sentences there are two */
			end--;
		line[end] = 0;
		roff(line);
		fputs(strncmp(s, "\n\n", 2) ? "\n" : "\n.PP\n", stdout);
		s += strspn(s, " \n");
	}
}

static void sentence(const char *s, const char *values)
{
	char buf[512];

	snprintf(buf, sizeof(buf), "%s%s%s.", s, values ? ": " : "", values ? values : "");
	roff_filled(buf);
}

static void man_options(const struct lab_option *o)
{
	for (; o && o->name; o++) {
		fputs(".TP\n", stdout);
		if (o->letter)
			printf(".BR \\-%c \", \" ", o->letter);
		else
			fputs(".BR ", stdout);
		fputs("\\-\\-", stdout);
		roff(o->name);
		if (o->arg)
			printf(" \" \\fI%s\\fP\"", o->arg);
		fputc('\n', stdout);
		sentence(o->help, o->values);
	}
}

static void man_command(const struct lab_command *c)
{
	printf(".SS labyrinth %s%s%s%s\n", c->name, c->options ? " [OPTION]..." : "",
	       c->operands ? " " : "", c->operands ? c->operands : "");
	sentence(c->brief, NULL);
	if (c->about) {
		fputs(".PP\n", stdout);
		roff_filled(c->about);
	}
	man_options(c->options);
}

static void man_examples(const struct lab_command *c)
{
	for (const char *const *e = c->examples; e && *e; e += 2) {
		fputs(".TP\n.B ", stdout);
		roff(e[0]);
		fputc('\n', stdout);
		roff_filled(e[1]);
	}
}

static int run_man(const struct lab_args *a)
{
	const struct lab_command *const *c;

	(void)a;
	printf(".\\\" generated by labyrinth man: do not edit\n"
	       ".TH LABYRINTH 1 " LABYRINTH_DATE " \"labyrinth %s\" \"User Commands\"\n"
	       ".SH NAME\nlabyrinth \\- find code that may sleep in atomic context\n"
	       ".SH SYNOPSIS\n.B labyrinth\n.I COMMAND\n[\\fIOPTION\\fP]...\n"
	       "[\\fIARGUMENT\\fP]...\n.SH COMMANDS\n", LABYRINTH_VERSION);
	for (c = lab_commands; *c; c++)
		man_command(*c);
	fputs(".SH OPTIONS OF EVERY COMMAND\n", stdout);
	man_options(lab_common_options);
	fputs(".SH EXIT STATUS\n0 if the work was done, findings or not; 2 after an error, which is\n"
	      "explained in one line; with\n.B \\-\\-error\\-exitcode\nthat number if there are "
	      "findings.\n.SH EXAMPLES\n", stdout);
	for (c = lab_commands; *c; c++)
		man_examples(*c);
	return 0;
}

const struct lab_command lab_cmd_man = {
	.name = "man", .brief = "Print the manual page (roff)", .run = run_man,
};

/* ---- the completion -------------------------------------------------------------------------- */
static void rule_ids(void)
{
	for (const struct lab_rule *r = lab_rules; r->id; r++)
		printf(" %s", r->id);
}

static void complete_values(const struct lab_option *o)
{
	const char *v;

	for (; o && o->name; o++) {
		bool rule = o->arg && !strcmp(o->arg, "RULE");

		if (!o->values && !rule)
			continue;
		printf("\t\t--%s) COMPREPLY=($(compgen -W '", o->name);
		for (v = rule ? "" : o->values; *v; v++)
			putchar(*v == '|' ? ' ' : *v);
		if (rule)
			rule_ids();
		puts("' -- \"$cur\")); return ;;");
	}
}

static void complete_command(const struct lab_command *c)
{
	const struct lab_option *o;

	printf("\t%s)\n\t\tcase $prev in\n", c->name);
	complete_values(c->options);
	puts("\t\tesac");
	fputs("\t\twords='--help", stdout);
	for (o = c->options; o && o->name; o++)
		printf(" --%s", o->name);
	if (c->operands && !strncmp(c->operands, "[RULE", 5)) {
		fputs("'\n\t\t[[ $cur == -* ]] || { COMPREPLY=($(compgen -W '", stdout);
		rule_ids();
		puts("' -- \"$cur\")); return; } ;;");
		return;
	}
	puts("' ;;");
}

static void bash_completion(void)
{
	const struct lab_command *const *c;

	puts("# generated by labyrinth completion: do not edit\n"
	     "_labyrinth()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
	     "\tif [ \"$COMP_CWORD\" -eq 1 ]; then");
	fputs("\t\tCOMPREPLY=($(compgen -W '--help --version", stdout);
	for (c = lab_commands; *c; c++)
		printf(" %s", (*c)->name);
	puts("' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in");
	for (c = lab_commands; *c; c++)
		complete_command(*c);
	puts("\tesac\n"
	     "\tcase $cur in\n"
	     "\t-*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
	     "\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	     "\tesac\n}\n"
	     "complete -o filenames -F _labyrinth labyrinth");
}

static int run_completion(const struct lab_args *a)
{
	if (strcmp(a->operands[0], "bash"))
		return lab_cli_error("completion: no completion for '%s', only for bash",
				     a->operands[0]);
	bash_completion();
	return 0;
}

const struct lab_command lab_cmd_completion = {
	.name = "completion", .operands = "SHELL", .brief = "Print the completion for bash",
	.run = run_completion,
};
