// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth plugin: the flags that load the plugin into a compiler; builds it first
 * if there is none that fits.
 *
 * The id= word holds the content's hash: build tools compare command lines, not
 * plugins, and would keep objects that an older plugin looked at.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "cli/compiler.h"
#include "cli/inputs.h"

static int print_flags(const char *path)
{
	char *bytes;
	size_t len;
	int ret = lab_inputs_read(path, NULL, &bytes, &len);

	if (!ret)
		printf("-fplugin=%s -fplugin-arg-labyrinth-id=%016llx\n", path,
		       (unsigned long long)XXH3_64bits(bytes, len));
	free(bytes);
	return ret;
}

static int run(const struct lab_args *a)
{
	const char *cc = lab_arg(a, "cc"), *env = getenv("CC");
	char path[PATH_MAX], why[512];
	struct lab_compiler c;
	int ret = lab_compiler_ask(&c, cc ? cc : env && *env ? env : "gcc");

	if (!ret && lab_arg(a, "rebuild") && c.kind == LAB_CC_GCC) {
		lab_plugin_place(&c, path, sizeof(path));
		if (unlink(path) && errno != ENOENT)
			ret = lab_cli_error("%s: %s", path, strerror(errno));
		if (!ret)
			ret = lab_plugin_build(&c);
	}
	if (!ret && !lab_plugin_find(&c, path, sizeof(path), why, sizeof(why))) {
		ret = c.kind == LAB_CC_GCC ? lab_plugin_build(&c) : lab_cli_error("plugin: %s", why);
		lab_plugin_place(&c, path, sizeof(path));
	}
	if (!ret)
		ret = lab_arg(a, "path") ? (puts(path), 0) : print_flags(path);
	lab_compiler_free(&c);
	return ret;
}

static const struct lab_option options[] = {
	{ "cc", 0, "CC", "the compiler, as $CC has it: gcc-11, 'ccache gcc' (default: $CC, or gcc)",
	  NULL },
	{ "path", 0, NULL, "print the plugin's path alone", NULL },
	{ "rebuild", 0, NULL, "build it even if there is one that fits", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth plugin --cc gcc-11",
	"the flags for gcc-11, on standard output; builds the plugin at the first call",
	NULL
};

const struct lab_command lab_cmd_plugin = {
	.name = "plugin",
	.brief = "Print the flags that load the plugin, and build it if need be",
	.about = "GCC loads a plugin only if it was built for exactly that compiler: the same version,\n"
		 "the same configuration.  This prints -fplugin=FILE for the compiler at hand.  FILE is\n"
		 "the shipped plugin if the compiler takes it; else it is built from the sources that\n"
		 "come with labyrinth (which needs make, g++ and gcc-N-plugin-dev) and kept in the\n"
		 "cache (LABYRINTH_CACHE, or labyrinth/ in the user's cache folder), one for each\n"
		 "compiler.\n"
		 "\n"
		 "make M=$PWD KCFLAGS=\"$(labyrinth plugin)\" modules builds a module with it.  The id in\n"
		 "the flags changes with the plugin, so that make then builds again.",
	.options = options,
	.examples = examples,
	.run = run,
};
