/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compile commands: sources that are checked without a build of their own.
 */
#ifndef LAB_CLI_COMMANDS_H
#define LAB_CLI_COMMANDS_H

#include "check/check.h"
#include "cli/cli.h"

/*
 * Adds every C source of a compile_commands.json to the program: from the object that
 * its command makes, if that holds facts and is not older, else by a compile for the
 * facts alone.  What cannot be looked at is said, one line a source, and counted.
 * plugin: NULL for the one that fits each compiler.  0, or an exit status after a complaint.
 */
int lab_commands_add(struct lab_check *c, const char *path, const char *plugin, int jobs);

#endif
