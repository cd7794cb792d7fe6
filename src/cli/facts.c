// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding and reading the facts file: what --facts names, else the one that lies
 * beside the command (in the build folder) or where it was installed.
 */
#include <stdlib.h>
#include <string.h>
#include "check/facts/facts.h"
#include "cli/inputs.h"
#include "cli/process.h"

#define SHIPPED "linux-6.1.facts"

static int read_facts(const char *path, struct lab_model **out)
{
	const size_t magic = sizeof(LAB_FACTS_MAGIC) - 1;
	struct lab_model_err err;
	char *text;
	size_t len;
	int ret = lab_inputs_read(path, NULL, &text, &len);

	*out = NULL;
	if (!ret && (len <= magic || memcmp(text, LAB_FACTS_MAGIC "\n", magic + 1)))
		ret = lab_cli_error("%s:1: not a facts file of this version: it starts with '%s'",
				    path, LAB_FACTS_MAGIC);
	if (!ret) {
		*out = lab_model_parse(text, len, path, &err);
		if (!*out)
			ret = lab_cli_error("%s:%u:%u: %s", err.file, err.line, err.col, err.why);
	}
	free(text);
	return ret;
}

int lab_inputs_facts(const struct lab_args *a, struct lab_model *m)
{
	const char *path = lab_arg(a, "facts"), *slash;
	struct lab_model *facts;
	char shipped[4096];
	int ret;

	if (path && !strcmp(path, "none"))
		return 0;
	if (!path && !lab_own_file(SHIPPED, shipped, sizeof(shipped)))
		return 0;
	path = path ? path : shipped;
	ret = read_facts(path, &facts);
	if (ret)
		return ret;
	slash = strrchr(path, '/');
	facts->name = lab_model_own(facts, slash ? slash + 1 : path);
	if (!facts->name || lab_model_beyond(m, facts))
		return lab_cli_error("out of memory");
	return 0;
}
