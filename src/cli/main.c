// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The labyrinth command: finds the command that is meant, has its arguments
 * parsed, runs it.  Only this folder prints or decides about an exit status.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "cli/cli.h"

#define LAB_CMD(name) &lab_cmd_##name,
const struct lab_command *const lab_commands[] = {
#include "cli/cmds.def"
	NULL
};

int lab_cli_error(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("labyrinth: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return LAB_EXIT_ERROR;
}

int lab_cli_file_error(const char *where, int is_text, const struct lab_skel_err *err)
{
	if (is_text)
		return lab_cli_error("%s:%" PRIu64 ":%" PRIu32 ": %s", where, err->offset,
				     err->column, err->why);
	if (err->offset == LAB_NO_OFFSET)
		return lab_cli_error("%s: %s", where, err->why);
	return lab_cli_error("%s: offset %" PRIu64 ": %s", where, err->offset, err->why);
}

int lab_cli_flush(int status)
{
	if (fflush(stdout) || ferror(stdout))
		return lab_cli_error("standard output: %s", strerror(errno));
	return status;
}

static const struct lab_command *find(const char *name)
{
	const struct lab_command *const *c;

	for (c = lab_commands; *c; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[64];
	char hint[128];
	size_t n = 0;

	for (; lab_commands[n] && n < 64; n++)
		names[n] = lab_commands[n]->name;
	return lab_cli_error("unknown command '%s'%s; 'labyrinth help' lists them", name,
			     lab_args_nearest(name, names, n, hint, sizeof(hint)));
}

static int run(const struct lab_command *cmd, int argc, char **argv)
{
	struct lab_args args;
	int status = lab_args_parse(&args, cmd, argc, argv);

	if (!status) {
		status = lab_cli_flush(cmd->run(&args));
	} else if (status < 0) {
		lab_help_command(stdout, cmd);
		status = lab_cli_flush(0);
	}
	lab_args_free(&args);
	return status;
}

int main(int argc, char **argv)
{
	const struct lab_command *cmd;

	if (argc < 2) {
		lab_help_overview(stderr);
		return LAB_EXIT_ERROR;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("labyrinth " LABYRINTH_VERSION);
		return lab_cli_flush(0);
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		lab_help_overview(stdout);
		return lab_cli_flush(0);
	}
	cmd = find(argv[1]);
	if (!cmd)
		return unknown_command(argv[1]);
	return run(cmd, argc - 2, argv + 2);
}
