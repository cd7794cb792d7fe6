/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_CLI_SCRIPT_H
#define LAB_CLI_SCRIPT_H

#include "cli/cli.h"

/*
 * Becomes the script of that name, with the options and operands as they were given and
 * --labyrinth with our own path before them.  Returns only an exit status after a complaint.
 */
int lab_script_run(const struct lab_args *a, const char *name);

#endif
