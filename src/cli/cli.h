/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line.  A command is one file cmd_x.c that defines struct
 * lab_command lab_cmd_x, and one line in cmds.def.  Its options are a table,
 * from which come the parser, --help, the manual page and the completion, so
 * that none of them can say something else than the others.
 *
 * Exit status: 0 done (findings included), 1 findings when the user asked for
 * that, 2 an error, explained in one line.
 */
#ifndef LAB_CLI_H
#define LAB_CLI_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "check/skel/elf.h"

#define LABYRINTH_VERSION "0.1"
#define LABYRINTH_DATE	  "2026-11-25"
#define LAB_EXIT_NEW	1	/* of a command that compares: something is new */
#define LAB_EXIT_ERROR	2

struct lab_option {
	const char *name;	/* without dashes; NULL ends the table */
	char letter;		/* short form, or 0 */
	const char *arg;	/* what its argument is called; NULL: takes none */
	const char *help;	/* one sentence, without a full stop */
	const char *values;	/* "text|json": the only ones allowed; or NULL */
};

struct lab_args {
	const struct lab_command *cmd;
	/* stb_ds arrays: one list of values per option of the table, operands */
	const char ***values;
	const char **operands;
};

struct lab_command {
	const char *name;
	const char *operands;	/* "INPUT...", "[TOPIC]"; NULL: none.  No bracket: needed. */
	const char *brief;	/* one line */
	const char *about;	/* paragraphs for the manual */
	/* "labyrinth x y", what that does, ...; NULL ends it */
	const char *const *examples;
	const struct lab_option *options;	/* or NULL */
	int foreign;	/* from the first word on that is no option of ours, all are operands */
	int (*run)(const struct lab_args *a);	/* the exit status */
};

#define LAB_CMD(name) extern const struct lab_command lab_cmd_##name;
#include "cli/cmds.def"
#undef LAB_CMD
extern const struct lab_command *const lab_commands[];	/* NULL ends it */
extern const struct lab_option lab_common_options[];	/* --help, --version */

/* What "labyrinth explain" shows of a rule, out of src/check/rules/examples. */
struct lab_example { const char *rule, *bad, *good; };
extern const struct lab_example lab_examples[];		/* rule NULL ends it */

/* ---- args.c ---------------------------------------------------------------------------- */
/* 0, or an exit status after a complaint, or -1 if help was asked for. */
int lab_args_parse(struct lab_args *a, const struct lab_command *cmd, int argc, char **argv);
void lab_args_free(struct lab_args *a);
/* The last value given (the name itself if it takes no argument), or NULL. */
const char *lab_arg(const struct lab_args *a, const char *option);
/* All values given, in order. */
const char *const *lab_arg_all(const struct lab_args *a, const char *option, size_t *n);
/* " (did you mean 'x'?)" as far as one of the names is close; else "". */
const char *lab_args_nearest(const char *word, const char *const *names, size_t n, char *buf,
			     size_t size);

/* ---- main.c ---------------------------------------------------------------------------- */
/* Prints "labyrinth: ..." and returns LAB_EXIT_ERROR. */
int lab_cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for a complaint about a file, with the place in it. */
int lab_cli_file_error(const char *where, int is_text, const struct lab_skel_err *err);
/* Finishes standard output; keeps status unless writing failed. */
int lab_cli_flush(int status);

/* ---- help.c ------------------------------------------------------------------------------ */
void lab_help_overview(FILE *to);
void lab_help_command(FILE *to, const struct lab_command *cmd);

#endif
