// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handing a command over to a script that lies beside us: it drives git, kbuild and
 * this very command.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <stb/stb_ds.h>
#include "base/buf.h"
#include "cli/cli.h"
#include "cli/process.h"
#include "cli/script.h"

/* "--name" of an option, for as long as we live. */
static char *dashed(const char *name)
{
	struct lab_buf b = { 0 };
	char *s;

	lab_buf_printf(&b, "--%s", name);
	s = lab_buf_string(&b);
	if (!s)
		abort();
	return s;
}

int lab_script_run(const struct lab_args *a, const char *name)
{
	static char script[PATH_MAX], self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char **argv = NULL;

	if (n <= 0 || !lab_own_file(name, script, sizeof(script)))
		return lab_cli_error("%s: %s is not beside the command; run make, or make install, again",
				     a->cmd->name, name);
	self[n] = 0;
	arrput(argv, "python3");
	arrput(argv, script);
	arrput(argv, "--labyrinth");
	arrput(argv, self);
	for (const struct lab_option *o = a->cmd->options; o->name; o++) {
		size_t count;
		const char *const *values = lab_arg_all(a, o->name, &count);

		for (size_t i = 0; i < count; i++) {
			arrput(argv, dashed(o->name));
			if (o->arg)
				arrput(argv, values[i]);
		}
	}
	arrput(argv, "--");
	for (int i = 0; i < arrlen(a->operands); i++)
		arrput(argv, a->operands[i]);
	arrput(argv, NULL);
	execvp("python3", (char *const *)argv);
	return lab_cli_error("%s: python3: %s: apt-get install python3", a->cmd->name, strerror(errno));
}
