// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth kcheck: the checker that kbuild runs for each source under make C=1 and
 * C=2, where sparse stands else.
 *
 * kbuild gives sparse's words, then those of the compiler, then the source, in the
 * folder where these words hold.  It stops, and deletes the object, if we do not
 * return 0: so findings and what we cannot do are said, and 0 it is, unless --error.
 * The object that kbuild made just before holds the facts already if the plugin was
 * in the build; only else is the source compiled, to a temporary object.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <stb/stb_ds.h>
#include "check/report/report.h"
#include "cli/extract.h"
#include "cli/inputs.h"
#include "cli/process.h"

struct kcheck {
	const struct lab_args *a;
	const char *const *words;	/* as kbuild gave them, without the source */
	size_t n;
	const char *source;
	struct lab_check *c;
	int blind;		/* the object that was looked at holds no facts */
	char file[PATH_MAX];	/* what the unit's facts call the source */
};

/* ---- output ------------------------------------------------------------------------------ */
/*
 * One write(2) a block, so that the blocks of parallel jobs do not mix.  A pipe takes
 * PIPE_BUF bytes at once; for more there is a lock among us.
 */
static void write_block(const char *s, size_t n)
{
	char path[PATH_MAX];
	int lock = -1;

	snprintf(path, sizeof(path), "%s/output.lock", lab_cache_dir());
	if (n > PIPE_BUF && !lab_make_dirs(lab_cache_dir()))
		lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (lock >= 0)
		flock(lock, LOCK_EX);
	while (n) {
		ssize_t done = write(2, s, n);

		if (done < 0 && errno != EINTR)
			break;
		if (done > 0) {
			s += done;
			n -= (size_t)done;
		}
	}
	if (lock >= 0)
		close(lock);
}

static void report_one(const struct kcheck *k, const struct lab_finding *f)
{
	struct lab_report_options o = { .colour = isatty(2) && !getenv("NO_COLOR"),
					.version = LABYRINTH_VERSION };
	struct lab_findings all = *k->c->f;
	struct lab_check one = *k->c;
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return;
	all.all = NULL;
	arrput(all.all, *f);
	one.f = &all;
	lab_report_text(to, &one, &o);
	fclose(to);
	arrfree(all.all);
	write_block(text, len);
	free(text);
}

/* ---- the unit's facts ---------------------------------------------------------------------- */
/* The object that kbuild made of the source, if it is not older: 1, or 0. */
static int fresh_object(const struct kcheck *k, char *path, size_t size)
{
	struct stat o, s;

	return lab_extract_object(k->words, k->n, path, size) && !stat(path, &o) &&
	       !stat(k->source, &s) && o.st_mtime >= s.st_mtime;
}

static int has_source(const struct lab_prog *p, const char *path)
{
	for (int i = 0; i < arrlen(p->records); i++)
		if (!strcmp(lab_prog_str(p, p->records[i].source), path))
			return 1;
	return 0;
}

/*
 * How much of the unit's path the program's facts leave out: they may have been
 * recorded with root=, or by lab-kernel.
 */
static size_t beyond_root(const struct lab_prog *p, const char *path)
{
	static const char *const from[] = { "KBUILD_EXTMOD", "srctree", "PWD" };

	for (size_t i = 0; i < 3 && !has_source(p, path); i++) {
		const char *dir = getenv(from[i]);
		size_t n = dir ? strlen(dir) : 0;

		if (n && !strncmp(path, dir, n) && path[n] == '/' && has_source(p, path + n + 1))
			return n + 1;
	}
	return 0;
}

/* The unit as it is, or under the name that the program has for it. */
static int add_record(struct kcheck *k, const struct lab_skel_input *in, struct lab_unit *u,
		      struct lab_skel_err *err)
{
	size_t n = beyond_root(k->c->p, u->strs[u->source]), len;
	uint8_t *bytes;
	int ret;

	for (uint32_t i = 0; n && i < u->nstrs; i++)
		if (i != u->source && !strncmp(u->strs[i], u->strs[u->source], n))
			u->strs[i] += n;
	u->strs[u->source] += n;
	snprintf(k->file, sizeof(k->file), "%s", u->strs[u->source]);
	if (lab_skel_write(u, &bytes, &len))
		return lab_cli_error("%s: out of memory", in->name);
	ret = lab_check_add(k->c, bytes, len, in->name, 0, err);
	free(bytes);
	return ret ? lab_cli_file_error(in->name, 0, err) : 0;
}

static int add_input(void *ctx, const struct lab_skel_input *in)
{
	struct kcheck *k = ctx;
	struct lab_skel_err err = { 0 };
	struct lab_unit *u;
	size_t pos = 0;
	int ret = 0;

	k->blind = in->kind == LAB_SKEL_NO_FACTS;
	while (!k->blind && !ret && (u = lab_skel_input_next(in, &pos, 0, &err))) {
		ret = add_record(k, in, u, &err);
		lab_unit_free(u);
	}
	return !ret && err.why[0] ? lab_cli_file_error(in->name, 0, &err) : ret;
}

static int add_facts(struct kcheck *k, const char *path)
{
	struct lab_skel_files files = { 0 };
	int ret = lab_skel_files_add(&files, path, add_input, k);

	if (ret < 0)
		ret = lab_cli_file_error(files.where, 0, &files.err);
	lab_skel_files_close(&files);
	return ret;
}

/* Facts out of a compile of our own: 0, or a status after a complaint. */
static int compile(struct kcheck *k)
{
	const char *cc = getenv("CC"), *tmp, *given = lab_arg(k->a, "plugin");
	size_t skip = lab_extract_checker_words(k->words, k->n);
	char plugin[PATH_MAX], why[512], out[PATH_MAX];
	struct lab_compiler compiler;
	struct lab_extract x = { .cc = &compiler, .plugin = given ? given : plugin,
				 .source = k->source, .out = out };
	int ret = lab_compiler_ask(&compiler, cc && cc[strspn(cc, " ")] ? cc : "gcc");

	if (ret)
		return ret;
	tmp = lab_tmp_dir();
	snprintf(out, sizeof(out), "%s/unit.o", tmp ? tmp : "");
	if (!given && !lab_plugin_find(&compiler, plugin, sizeof(plugin), why, sizeof(why)))
		ret = lab_cli_error("%s: not checked: %s", k->source, why);
	else if (!tmp)
		ret = lab_cli_error("%s: not checked: no temporary folder: %s; set TMPDIR=DIR",
				    k->source, strerror(errno));
	else if (lab_extract(&x, k->words + skip, k->n - skip, why, sizeof(why)))
		ret = lab_cli_error("%s: not checked: it does not compile with the plugin: %s",
				    k->source, why);
	else
		ret = add_facts(k, out);
	lab_tmp_remove();
	lab_compiler_free(&compiler);
	return ret;
}

static int add_unit(struct kcheck *k)
{
	char object[PATH_MAX];
	int ret;

	if (!fresh_object(k, object, sizeof(object)))
		return compile(k);
	ret = add_facts(k, object);
	return !ret && k->blind ? compile(k) : ret;
}

/* ---- the program around it -------------------------------------------------------------------- */
/*
 * kbuild runs us in a folder of its own: a relative name may be meant from the
 * module's folder, or from the kernel's.
 */
static const char *program_file(const char *name, char *path, size_t size)
{
	static const char *const from[] = { "KBUILD_EXTMOD", "objtree", "srctree" };

	for (size_t i = 0; *name != '/' && access(name, R_OK) && i < 3; i++) {
		const char *dir = getenv(from[i]);

		if (dir && *dir && (size_t)snprintf(path, size, "%s/%s", dir, name) < size &&
		    !access(path, R_OK))
			return path;
	}
	return name;
}

/* A finding belongs to the unit if a step of it stands there. */
static int concerns(const struct lab_finding *f, const char *file)
{
	if (!strcmp(f->file, file))
		return 1;
	for (int r = 0; r < arrlen(f->roots); r++)
		for (int i = 0; i < arrlen(f->roots[r].frames); i++)
			if (!strcmp(f->roots[r].frames[i].file, file))
				return 1;
	return 0;
}

static int judge(struct kcheck *k, struct lab_model *m)
{
	struct lab_check_options o = { .rt = lab_arg(k->a, "rt"), .all = lab_arg(k->a, "all") };
	const char *program = lab_arg(k->a, "program"), *bad = "";
	struct lab_skel_err err = { 0 };
	char path[PATH_MAX];
	int ret = 0, found = 0;

	if (program) {
		program = program_file(program, path, sizeof(path));
		ret = lab_inputs_add(k->c, &program, 1);
	}
	if (!ret)
		ret = add_unit(k);
	if (ret || !*k->file)
		return ret;
	if (lab_check_run(k->c, m, &o, &err, &bad))
		return lab_cli_file_error(bad, 0, &err);
	for (int i = 0; i < arrlen(k->c->f->all); i++) {
		if (program && !concerns(&k->c->f->all[i], k->file))
			continue;
		report_one(k, &k->c->f->all[i]);
		found = 1;
	}
	return found;
}

static int check(struct kcheck *k)
{
	struct lab_model *m = lab_inputs_model(k->a);
	int ret;

	if (!m)
		return LAB_EXIT_ERROR;
	ret = lab_inputs_facts(k->a, m);
	k->c = lab_check_new();
	if (!ret)
		ret = judge(k, m);
	lab_check_free(k->c);
	lab_model_free(m);
	return ret;
}

/* ---- other checkers ------------------------------------------------------------------------------ */
/* Runs one with the very words that kbuild gave; 1 if it left with anything but 0. */
static int also(const struct kcheck *k, const char *tool)
{
	struct lab_buf said = { 0 };
	const char **argv = NULL;
	char **words;
	int ret;

	if (lab_words_split(tool, &words) || !arrlen(words))
		return lab_cli_error("kcheck: --also '%s': not a command", tool);
	for (int i = 0; i < arrlen(words); i++)
		arrput(argv, words[i]);
	for (size_t i = 0; i < k->n; i++)
		arrput(argv, k->words[i]);
	arrput(argv, k->source);
	arrput(argv, NULL);
	ret = lab_spawn(argv, NULL, &said);
	if (ret < 0 && errno == ENOENT)
		lab_cli_error("%s: not checked by %s: no such program: apt-get install %s",
			      k->source, words[0], words[0]);
	else if (ret < 0)
		lab_cli_error("%s: not checked by %s: %s", k->source, words[0], strerror(errno));
	write_block((const char *)said.p, said.n);
	free(said.p);
	arrfree(argv);
	lab_words_free(words);
	return ret != 0;
}

static int run(const struct lab_args *a)
{
	struct kcheck k = { .a = a, .words = a->operands, .n = arrlenu(a->operands) - 1 };
	size_t n, len;
	const char *const *tools = lab_arg_all(a, "also", &n);
	int ret, status = 0;

	k.source = a->operands[k.n];
	len = strlen(k.source);
	if (len < 3 || strcmp(k.source + len - 2, ".c"))
		return lab_cli_error("kcheck: the last word must be a C source, not '%s'; kbuild "
				     "runs it: make C=1 CHECK=\"labyrinth kcheck\"", k.source);
	if (access(k.source, R_OK))
		return lab_cli_error("%s: %s", k.source, strerror(errno));
	for (size_t i = 0; i < n; i++)
		status |= also(&k, tools[i]);
	ret = check(&k);
	status = ret > status ? ret : status;
	return lab_arg(a, "error") ? status : 0;
}

static const struct lab_option options[] = {
	{ "also", 0, "TOOL", "run this checker, too, with the words that kbuild gave: sparse", NULL },
	{ "program", 0, "FILE", "judge the source as part of this program (labyrinth link), and "
	  "report what a step of which stands in it", NULL },
	LAB_FACTS_OPTION,
	{ "model", 0, "FILE", "further facts about names, on top of those built in", NULL },
	{ "plugin", 0, "FILE", "the plugin for $CC (default: the one that labyrinth plugin names)",
	  NULL },
	{ "rt", 0, NULL, "ask about a PREEMPT_RT kernel: rule rt-sleep-in-atomic alone", NULL },
	{ "all", 0, NULL, "doubtful findings, too", NULL },
	{ "error", 0, NULL, "leave with 1 if there are findings, with 2 if it could not look, which "
	  "stops make", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth kcheck",
	"as in: make C=1 CHECK=\"labyrinth kcheck\" drivers/net/ (C=2: all sources)",
	"labyrinth kcheck --also sparse",
	"and sparse behind it: make C=2 CHECK=\"labyrinth kcheck --also sparse\" ...",
	NULL
};

const struct lab_command lab_cmd_kcheck = {
	.name = "kcheck",
	.operands = "WORD...",
	.foreign = 1,
	.brief = "Check one source as kbuild's checker: make C=1 CHECK=\"labyrinth kcheck\"",
	.about = "kbuild adds WORD...: sparse's words, the compiler's, the source.  The facts are taken\n"
		 "from the object that was just made, if the plugin was in the build; else the source\n"
		 "is compiled once more, by $CC with the plugin that fits it, to a temporary object.\n"
		 "Nothing is written beside sources and objects.\n"
		 "\n"
		 "Findings go to standard error in GCC's form, each in one piece.  The exit status is 0\n"
		 "unless --error says so: kbuild deletes an object whose check fails.  What could not\n"
		 "be looked at is said in one line.\n"
		 "\n"
		 "What other files do is known from linux-6.1.facts, or from --program, which a relative\n"
		 "path names from the folder kbuild works in, the module's or the kernel's.",
	.options = options,
	.examples = examples,
	.run = run,
};
