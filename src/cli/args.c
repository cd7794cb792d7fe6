// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parsing arguments by a command's option table: --name VALUE, --name=VALUE,
 * -n VALUE, -nVALUE; options and operands in any order; "--" ends the options;
 * "-" is an operand.  Names are not abbreviated: scripts should keep working
 * when an option is added.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "cli/cli.h"

const struct lab_option lab_common_options[] = {
	{ "help", 'h', NULL, "show this help", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

/* ---- the nearest name --------------------------------------------------------------------- */
/* Edit distance, for names below 32 letters; longer ones are never near. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[32], i, j, old, next;
	size_t n = strlen(b);

	if (n >= 32 || strlen(a) >= 32)
		return 32;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; *a; a++, i++) {
		old = row[0];
		row[0] = i;
		for (j = 1; j <= n; j++) {
			next = old + (*a != b[j - 1]);
			old = row[j];
			if (next > row[j] + 1)
				next = row[j] + 1;
			if (next > row[j - 1] + 1)
				next = row[j - 1] + 1;
			row[j] = next;
		}
	}
	return row[n];
}

const char *lab_args_nearest(const char *word, const char *const *names, size_t n, char *buf,
			     size_t size)
{
	unsigned int best = 1 + (unsigned int)strlen(word) / 3, d;
	const char *name = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		d = distance(word, names[i]);
		if (!strncmp(word, names[i], strlen(word)))
			d = 0;
		if (d < best || (d == best && !name)) {
			best = d;
			name = names[i];
		}
	}
	*buf = 0;
	if (name)
		snprintf(buf, size, " (did you mean '%s'?)", name);
	return buf;
}

static int unknown_option(const struct lab_command *cmd, const char *given)
{
	const struct lab_option *o;
	const char *names[64];
	char hint[128];
	size_t n = 0;

	for (o = cmd->options; o && o->name && n < 60; o++)
		names[n++] = o->name;
	names[n++] = "help";
	lab_args_nearest(given + strspn(given, "-"), names, n, hint, sizeof(hint));
	if (*hint) {	/* show it as it is typed */
		char *quote = strchr(hint, '\'');

		memmove(quote + 3, quote + 1, strlen(quote + 1) + 1);
		memcpy(quote + 1, "--", 2);
	}
	return lab_cli_error("%s: unknown option '%s'%s", cmd->name, given, hint);
}

/* ---- parsing --------------------------------------------------------------------------------- */
static const struct lab_option *find(const struct lab_option *o, const char *name, size_t n)
{
	for (; o && o->name; o++)
		if (strlen(o->name) == n && !memcmp(o->name, name, n))
			return o;
	return NULL;
}

static const struct lab_option *find_letter(const struct lab_option *o, char letter)
{
	for (; o && o->name; o++)
		if (o->letter && o->letter == letter)
			return o;
	return NULL;
}

static int is_allowed(const char *values, const char *value)
{
	size_t n = strlen(value);
	const char *v;

	for (v = values; v; v = strchr(v, '|') ? strchr(v, '|') + 1 : NULL)
		if (!strncmp(v, value, n) && (v[n] == '|' || !v[n]))
			return 1;
	return !values;
}

static int take(struct lab_args *a, const struct lab_option *o, const char *value)
{
	size_t i = (size_t)(o - a->cmd->options);

	if (!is_allowed(o->values, value))
		return lab_cli_error("%s: --%s takes one of %s, not '%s'", a->cmd->name, o->name,
				     o->values, value);
	arrput(a->values[i], value);
	return 0;
}

/* One option at argv[*i]; moves *i if its argument is the next word. */
static int parse_option(struct lab_args *a, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *value = NULL;
	const struct lab_option *o;

	if (word[1] == '-') {
		const char *equals = strchr(word, '=');
		size_t n = equals ? (size_t)(equals - word) - 2 : strlen(word) - 2;

		if (find(lab_common_options, word + 2, n))
			return -1;
		o = find(a->cmd->options, word + 2, n);
		value = equals ? equals + 1 : NULL;
	} else {
		if (find_letter(lab_common_options, word[1]))
			return -1;
		o = find_letter(a->cmd->options, word[1]);
		value = word[2] ? word + 2 : NULL;
	}
	if (!o)
		return unknown_option(a->cmd, word);
	if (!o->arg) {
		if (value)
			return lab_cli_error("%s: --%s takes no argument", a->cmd->name, o->name);
		return take(a, o, o->name);
	}
	if (!value) {
		if (*i + 1 >= argc)
			return lab_cli_error("%s: --%s needs an argument: %s", a->cmd->name,
					     o->name, o->arg);
		value = argv[++*i];
	}
	return take(a, o, value);
}

/* A word of somebody else's, where ours have ended: -Dx or x, not --x. */
static int is_foreign(const struct lab_args *a, const char *word)
{
	if (!a->cmd->foreign || word[0] != '-')
		return a->cmd->foreign;
	return isalpha((unsigned char)word[1]) && word[2] &&
	       !find_letter(a->cmd->options, word[1]);
}

/* The operands that a command must have, as in "OLD NEW", and may have, as in "[RULE]" or "X...". */
static int check_operands(const struct lab_args *a)
{
	const char *spec = a->cmd->operands, *word = spec;
	size_t n = arrlenu(a->operands), may = 0, must = 0;

	if (n && !spec)
		return lab_cli_error("%s: takes no '%s'", a->cmd->name, a->operands[0]);
	for (; word && *word; word += strcspn(word, " "), word += strspn(word, " ")) {
		may++;
		must += *word != '[';
	}
	if (n < must)
		return lab_cli_error("%s: needs %s: %s", a->cmd->name,
				     must == 1 ? "an argument" : "arguments", spec);
	if (n > may && !strstr(spec, "..."))
		return lab_cli_error("%s: takes only %s%s, not '%s'", a->cmd->name,
				     may == 1 ? "one " : "", spec, a->operands[may]);
	return 0;
}

int lab_args_parse(struct lab_args *a, const struct lab_command *cmd, int argc, char **argv)
{
	const struct lab_option *o;
	int i, ret = 0, only_operands = 0;

	memset(a, 0, sizeof(*a));
	a->cmd = cmd;
	for (o = cmd->options; o && o->name; o++)
		arrput(a->values, NULL);
	for (i = 0; i < argc && !ret; i++) {
		if (is_foreign(a, argv[i]))
			only_operands = 1;
		if (only_operands || argv[i][0] != '-' || !argv[i][1])
			arrput(a->operands, argv[i]);
		else if (!strcmp(argv[i], "--"))
			only_operands = 1;
		else
			ret = parse_option(a, argc, argv, &i);
	}
	return ret ? ret : check_operands(a);
}

void lab_args_free(struct lab_args *a)
{
	size_t i;

	for (i = 0; i < arrlenu(a->values); i++)
		arrfree(a->values[i]);
	arrfree(a->values);
	arrfree(a->operands);
}

const char *const *lab_arg_all(const struct lab_args *a, const char *option, size_t *n)
{
	const struct lab_option *o = find(a->cmd->options, option, strlen(option));

	if (!o)
		abort();	/* the command asks for an option it does not have */
	*n = arrlenu(a->values[o - a->cmd->options]);
	return a->values[o - a->cmd->options];
}

const char *lab_arg(const struct lab_args *a, const char *option)
{
	size_t n;
	const char *const *all = lab_arg_all(a, option, &n);

	return n ? all[n - 1] : NULL;
}
