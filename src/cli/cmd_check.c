// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth check: the whole program in, findings out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <stb/stb_ds.h>
#include "check/report/report.h"
#include "cli/baseline.h"
#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/others.h"

/* A number that an option takes; *value stays as it is where the option is absent. */
static int number(const struct lab_args *a, const char *option, long min, long max, int *value)
{
	const char *s = lab_arg(a, option);
	char *end;
	long v;

	if (!s)
		return 0;
	v = strtol(s, &end, 10);
	if (*end || end == s || v < min || v > max)
		return lab_cli_error("check: --%s takes a number from %ld to %ld, not '%s'", option,
				     min, max, s);
	*value = v;
	return 0;
}

static const struct { const char *name; lab_report_fn *write; } formats[] = {
	{ "text", lab_report_text }, { "json", lab_report_json }, { "sarif", lab_report_sarif },
	{ "html", lab_report_html }, { "dot", lab_report_dot }, { "baseline", lab_report_list },
};

static int report(const struct lab_args *a, const struct lab_check *c)
{
	const char *format = lab_arg(a, "format"), *path = lab_arg(a, "output");
	struct lab_report_options o = {
		.coverage = lab_arg(a, "coverage") != NULL,
		.refuted = lab_arg(a, "refuted") != NULL,
		.allowed = lab_arg(a, "allowed") != NULL,
		.colour = !path && isatty(1) && !getenv("NO_COLOR"),
		.baseline = lab_arg(a, "baseline") != NULL,
		.new_only = lab_arg(a, "new-only") != NULL,
		.version = LABYRINTH_VERSION,
		.source = lab_source_text, .source_ctx = (void *)a,
	};
	FILE *to = path ? fopen(path, "w") : stdout;
	size_t i = 0;
	int ret;

	if (!to)
		return lab_cli_error("check: --output %s: %s", path, strerror(errno));
	while (format && strcmp(format, formats[i].name))
		i++;
	ret = formats[i].write(to, c, &o);
	if (path && fclose(to))
		ret = -1;
	return ret ? lab_cli_error("check: cannot write%s%s: %s", path ? " " : "", path ? path : "",
				   strerror(errno)) : 0;
}

static int known_rule(const struct lab_args *a)
{
	const char *id = lab_arg(a, "rule");
	const struct lab_rule *rule = id ? lab_rule_find(id) : NULL;
	bool rt = lab_arg(a, "rt");

	if (id && !rule)
		return lab_cli_error("check: no rule '%s'; labyrinth explain lists them", id);
	if (rule && (rule->kernel == LAB_KERNEL_rt) != rt)
		return lab_cli_error("check: rule '%s' is asked %s --rt", id,
				     rt ? "without" : "with");
	return 0;
}

/* *count: the findings that --error-exitcode is about. */
static int judge(const struct lab_args *a, struct lab_check *c, const struct lab_model *m, int jobs,
		 struct lab_baseline *known, int *count)
{
	struct lab_check_options o = { .all = lab_arg(a, "all"), .rule = lab_arg(a, "rule"),
				       .root = lab_arg(a, "root"), .jobs = jobs,
				       .keep = lab_arg(a, "refuted"), .rt = lab_arg(a, "rt") };
	struct lab_skel_err err = { 0 };
	const char *const *merge, *bad = "";
	size_t n;

	if (!arrlen(c->p->records)) {
		if (lab_arg(a, "compile-commands"))
			lab_cli_error("none of the sources in %s could be looked at",
				      lab_arg(a, "compile-commands"));
		else if (arrlen(c->no_facts))
			lab_cli_error("no facts in %s%s: compile with -fplugin=labyrinth.so",
				      c->no_facts[0],
				      arrlen(c->no_facts) > 1 ? " and the other objects" : "");
		else
			lab_cli_error("nothing to check: no objects there");
		return LAB_EXIT_ERROR;
	}
	if (lab_check_run(c, m, &o, &err, &bad))
		return lab_cli_file_error(bad, 0, &err);
	if (o.keep)
		lab_check_refute(c, m, &o);
	*count = lab_baseline_mark(known, c->f);
	merge = lab_arg_all(a, "merge", &n);
	for (size_t i = 0; i < n; i++) {
		int ret = lab_others_read(c, merge[i], o.root);

		if (ret)
			return ret;
	}
	lab_others_finish(c);
	*count += arrlen(c->others);
	lab_baseline_unmatched(known);
	return report(a, c);
}

static int add_pairs(struct lab_model *m)
{
	struct lab_model_err err;

	if (!lab_model_pairs(m, &err))
		return 0;
	return lab_cli_error("%s:%u:%u: %s", err.file, err.line, err.col, err.why);
}

static int run(const struct lab_args *a)
{
	struct lab_baseline known = { 0 };
	struct lab_check *c;
	struct lab_model *m;
	int code = 0, jobs = 1, count = 0, ret = number(a, "error-exitcode", 0, 255, &code);

	if (!ret)
		ret = number(a, "jobs", 1, 256, &jobs);
	if (!ret)
		ret = known_rule(a);
	if (!ret && !arrlen(a->operands) && !lab_arg(a, "compile-commands"))
		ret = lab_cli_error("check: needs an argument: INPUT..., or --compile-commands FILE");
	if (!ret && lab_arg(a, "baseline"))
		ret = lab_baseline_read(&known, lab_arg(a, "baseline"));
	m = ret ? NULL : lab_inputs_model(a);
	if (!m) {
		lab_baseline_free(&known);
		return LAB_EXIT_ERROR;
	}
	ret = lab_arg(a, "pairs") ? add_pairs(m) : 0;
	if (!ret)
		ret = lab_inputs_facts(a, m);
	c = lab_check_new();
	if (!ret)
		ret = lab_inputs_add(c, a->operands, arrlenu(a->operands));
	if (!ret && lab_arg(a, "compile-commands"))
		ret = lab_commands_add(c, lab_arg(a, "compile-commands"), lab_arg(a, "plugin"),
				       lab_arg(a, "jobs") ? jobs : (int)sysconf(_SC_NPROCESSORS_ONLN));
	if (!ret)
		ret = judge(a, c, m, jobs, &known, &count);
	if (!ret && code && count)
		ret = code;
	lab_check_free(c);
	lab_model_free(m);
	lab_baseline_free(&known);
	return ret;
}

static const struct lab_option options[] = {
	{ "compile-commands", 0, "FILE", "also the C sources of a compile_commands.json: from their objects "
	  "if these hold facts, else compiled for the facts alone", NULL },
	{ "plugin", 0, "FILE", "the plugin for that (default: as labyrinth plugin finds it)", NULL },
	{ "format", 0, "FORMAT", "how to report", "text|json|sarif|html|dot|baseline" },
	{ "output", 'o', "FILE", "write the report there", NULL },
	{ "source", 0, "DIR", "where the sources are that --format=html shows (default: here)", NULL },
	{ "baseline", 0, "FILE", "what is known already: a list of --format=baseline, JSON or SARIF; text shows "
	  "what is new, data marks what is known", NULL },
	{ "new-only", 0, NULL, "leave what is known out of data, too", NULL },
	{ "model", 0, "FILE", "further facts about names, on top of those built in", NULL },
	LAB_FACTS_OPTION,
	{ "merge", 0, "FILE", "also what Coccinelle, sparse or the plugin wrote there, but for what has the rule "
	  "and line of a finding", NULL },
	{ "rule", 0, "RULE", "only this rule", NULL },
	{ "rt", 0, NULL, "ask about a PREEMPT_RT kernel: rule rt-sleep-in-atomic alone", NULL },
	{ "all", 0, NULL, "doubtful findings, too", NULL },
	{ "pairs", 0, NULL, "also follow the kernel's own packets and pages: alloc_skb() and kfree_skb() and others", NULL },
	{ "allowed", 0, NULL, "also every LABYRINTH_ALLOW() of the source, its reason, and what it silences", NULL },
	{ "refuted", 0, NULL, "also what one unit alone would say, and what refutes it", NULL },
	{ "root", 0, "DIR", "leave DIR/ out of the paths that are reported", NULL },
	{ "coverage", 0, NULL, "say what was looked at and what could not be seen", NULL },
	{ "error-exitcode", 0, "N", "leave with N if there are findings", NULL },
	{ "jobs", 'j', "N", "how many threads may work; the report is the same", NULL },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *const examples[] = {
	"labyrinth check .",
	"every object below this folder: a module that was built with the plugin",
	"labyrinth check prog.lab drivers/net/foo.o",
	"a linked program with one unit replaced by a newer one",
	"labyrinth check --format=json --coverage modules.order",
	"for other programs; with what could not be seen",
	"labyrinth check --compile-commands compile_commands.json",
	"no build needed: what bear, cmake or the kernel's gen_compile_commands.py wrote",
	"labyrinth check --format=html -o report.html .",
	"a page for a person: every chain with the source around each step",
	"labyrinth check --format=baseline . >known.txt",
	"accept what is there; labyrinth check --baseline known.txt . shows what comes new",
	"labyrinth check --rt --error-exitcode 1 prog.lab",
	"ask about PREEMPT_RT; fail if there are findings",
	NULL
};

const struct lab_command lab_cmd_check = {
	.name = "check",
	.operands = "[INPUT...]",
	.brief = "Find what sleeps in atomic context, and what is done to pages that have moved",
	.about = "INPUT is an object, an archive (thin or not), a linked program, a record file or\n"
		 "text, a folder of objects, or a modules.order.  All inputs are one program; where\n"
		 "two hold the same source file, the later one counts.\n"
		 "\n"
		 "Functions that INPUT calls and does not hold are looked up in the facts file that\n"
		 "labyrinth export made of a whole kernel; reports and --coverage say where that was so.\n"
		 "\n"
		 "The plugin says what it can prove of one unit.  With --refuted, what the program does\n"
		 "not confirm of that is listed with the fact that refutes it, in JSON as \"refuted\".\n"
		 "\n"
		 "Fingerprints are made of the paths as they are reported, so --root changes them unless\n"
		 "the facts were recorded with -fplugin-arg-labyrinth-root.\n"
		 "\n"
		 "A finding that stands in a function with LABYRINTH_ALLOW(rule, \"reason\") is left out;\n"
		 "--allowed lists all of them.\n"
		 "\n"
		 "With --rt the same facts answer for a PREEMPT_RT kernel, where spinlocks and all\n"
		 "allocations sleep, and raw locks, interrupts or preemption off and hard interrupt\n"
		 "context alone are atomic: labyrinth explain rt-sleep-in-atomic.\n"
		 "\n"
		 "A --baseline file has one finding a line, the reason behind #; lines that meet no\n"
		 "finding are said, so that the list does not outlive them.\n"
		 "\n"
		 "Findings do not change the exit status unless --error-exitcode says so; known ones\n"
		 "never do.",
	.options = options,
	.examples = examples,
	.run = run,
};
