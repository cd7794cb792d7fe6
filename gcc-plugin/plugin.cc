// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The face of the plugin: arguments, registration, one pass.
 *
 * The pass runs over the whole unit right after build_ssa_passes: nothing is
 * inlined or optimised yet, names are intact, and SSA makes values plain.
 * It reads no file, so ccache and depfiles stay right.  Once the facts are
 * complete, the plugin says what this unit proves (say.cc), unless it is quiet or
 * only extracts.  Only misuse and the argument "error" stop a compile.
 */
#include "say.h"

int plugin_is_GPL_compatible __attribute__((visibility("default")));

static struct lab_gcc_opts opts;
static uint8_t *record;		/* facts that wait for the end of the unit */
static size_t record_len;

static struct plugin_info info = {
	LABYRINTH_PLUGIN_VERSION,
	"labyrinth: facts about atomic context, in section " LABYRINTH_SKEL_SECTION "\n"
	"  quiet         facts only, no findings\n"
	"  extract-only  facts, no code generation\n"
	"  disable       do nothing\n"
	"  speak         findings in extract-only mode, too\n"
	"  rt            ask about a PREEMPT_RT kernel, as labyrinth check --rt\n"
	"  verbose       say what was recorded, and fingerprints\n"
	"  error         findings are errors\n"
	"  root=DIR      strip DIR from recorded paths\n"
	"  off=RULE,...  do not report these rules\n"
	"  id=ANYTHING   ignored; changes the command line when the plugin changes\n",
};

/* ---- arguments ------------------------------------------------------------------ */

static void die(const char *text, const char *arg)
{
	fatal_error(UNKNOWN_LOCATION, "labyrinth: argument %qs %s", arg, text);
}

static bool set_flag(const char *key)
{
	static const struct { const char *key; bool *flag; } flags[] = {
		{ "quiet", &opts.quiet }, { "extract-only", &opts.extract_only },
		{ "disable", &opts.disable }, { "verbose", &opts.verbose },
		{ "error", &opts.error }, { "speak", &opts.speak },
		{ "rt", &opts.rt },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strcmp(key, flags[i].key))
			return *flags[i].flag = true;
	return false;
}

static const char *strip_slashes(const char *dir)
{
	char *s = xstrdup(dir);

	for (size_t n = strlen(s); n > 1 && s[n - 1] == '/'; n--)
		s[n - 1] = '\0';
	return s;
}

static void set_value(const char *key, const char *value)
{
	if (!value || !*value)
		die("needs a value; write it as -fplugin-arg-labyrinth-KEY=VALUE", key);
	if (!strcmp(key, "root")) {
		if (*value != '/')
			die("needs an absolute folder; write it as "
			    "-fplugin-arg-labyrinth-root=/path", key);
		opts.root = strip_slashes(value);
	} else if (!strcmp(key, "off")) {
		const char *bad = lab_gcc_bad_rule(value);

		if (bad)
			die("names a rule that does not exist; \"labyrinth explain\" lists them", bad);
		opts.off = value;
	}
}

static void parse(struct plugin_name_args *args)
{
	for (int i = 0; i < args->argc; i++) {
		const char *key = args->argv[i].key, *value = args->argv[i].value;

		if (!strcmp(key, "root") || !strcmp(key, "off") || !strcmp(key, "id"))
			set_value(key, value);
		else if (!set_flag(key))
			die("is unknown; use quiet, extract-only, speak, rt, disable, verbose, "
			    "error, root=DIR, off=RULES or id=TEXT", key);
		else if (value)
			die("takes no value; drop what follows the \"=\"", key);
	}
}

/* ---- the pass -------------------------------------------------------------------- */

static void functions(struct lab_gcc_unit *x)
{
	auto_vec<cgraph_node *> all;
	struct cgraph_node *node;

	FOR_EACH_FUNCTION_WITH_GIMPLE_BODY(node)
		if (!node->clone_of && !node->inlined_to && !lab_gcc_is_thunk(node) &&
		    gimple_in_ssa_p(DECL_STRUCT_FUNCTION(node->decl)))
			all.safe_push(node);
	all.qsort(lab_gcc_by_order);
	for (unsigned int i = 0; i < all.length(); i++)
		lab_gcc_sym(x, all[i]->decl);
	for (unsigned int i = 0; i < all.length(); i++)
		lab_gcc_function(x, all[i]);
	if (opts.verbose)
		fprintf(stderr, "labyrinth: %s: %u functions, ", main_input_filename, all.length());
}

/* A unit that we cannot write is our fault: say so, and let the compile go on. */
static void write_record(struct lab_unit *u)
{
	struct lab_skel_err err;
	int ret = lab_skel_write(u, &record, &record_len);

	if (ret == -ENOMEM)
		fatal_error(UNKNOWN_LOCATION, "labyrinth: out of memory");
	if (!ret)
		return;
	err.why[0] = '\0';
	lab_skel_verify(u, &err);
	inform(UNKNOWN_LOCATION, "labyrinth: internal error, nothing recorded for this file: %s",
	       err.why);
	record = NULL;
}

/* Contracts beside declarations: nothing refers to them, so they are seen here or never. */
static tree contracts;

static void finish_decl(void *decl, void *)
{
	tree d = (tree)decl;

	if (VAR_OR_FUNCTION_DECL_P(d) && DECL_NAME(d) && DECL_EXTERNAL(d) &&
	    startswith(IDENTIFIER_POINTER(DECL_NAME(d)), "labyrinth_contract_"))
		contracts = tree_cons(NULL_TREE, d, contracts);
}

static void extract(void)
{
	struct lab_gcc_unit x;

	x.u = lab_unit_new();
	x.opts = &opts;
	x.ninits = 0;
	if (!x.u)
		fatal_error(UNKNOWN_LOCATION, "labyrinth: out of memory");
	if (opts.extract_only)
		x.u->flags |= LABYRINTH_SKEL_F_EXTRACT_ONLY;
	lab_gcc_unit_head(&x);
	functions(&x);
	lab_gcc_inits(&x);
	lab_gcc_aliases(&x);
	lab_gcc_topasm(&x);
	contracts = nreverse(contracts);
	for (tree t = contracts; t; t = TREE_CHAIN(t))
		lab_gcc_sym(&x, TREE_VALUE(t));
	lab_gcc_macros(&x);
	write_record(x.u);
	if (opts.verbose)
		fprintf(stderr, "%zu bytes\n", record_len);
	if (record && !opts.quiet && (!opts.extract_only || opts.speak))
		lab_gcc_say(&x, record, record_len);
	if (!opts.extract_only)		/* which ends the process */
		lab_unit_free(x.u);
}

static void emit(void)
{
	if (record && asm_out_file)
		lab_gcc_emit(record, record_len);
	free(record);
	record = NULL;
}

static const struct pass_data facts_data = {
	SIMPLE_IPA_PASS, "labyrinth", OPTGROUP_NONE, TV_PLUGIN_RUN, 0, 0, 0, 0, 0,
};

class facts_pass : public simple_ipa_opt_pass {
public:
	facts_pass(gcc::context *ctx) : simple_ipa_opt_pass(facts_data, ctx) {}
	bool gate(function *) final override { return !in_lto_p && !seen_error(); }
	unsigned int execute(function *) final override
	{
		extract();
		if (opts.extract_only && asm_out_file) {
			emit();
			lab_gcc_leave();
		}
		return 0;
	}
};

static void finish_unit(void *, void *)
{
	emit();
}

/* GCC's collector must not take them before the facts are written. */
static const ggc_root_tab kept[] = {
	{ &contracts, 1, sizeof(contracts), &gt_ggc_mx_tree_node, &gt_pch_nx_tree_node },
	LAST_GGC_ROOT_TAB
};

static void finish_type(void *type, void *)
{
	lab_gcc_see_type((tree)type);
}

static void enroll(const char *name)
{
	struct register_pass_info pass;

	pass.pass = new facts_pass(g);
	pass.reference_pass_name = "build_ssa_passes";
	pass.ref_pass_instance_number = 1;
	pass.pos_op = PASS_POS_INSERT_AFTER;
	register_callback(name, PLUGIN_PASS_MANAGER_SETUP, NULL, &pass);
	register_callback(name, PLUGIN_FINISH_TYPE, finish_type, NULL);
	register_callback(name, PLUGIN_FINISH_DECL, finish_decl, NULL);
	register_callback(name, PLUGIN_REGISTER_GGC_ROOTS, NULL, const_cast<ggc_root_tab *>(kept));
	register_callback(name, PLUGIN_FINISH_UNIT, finish_unit, NULL);
}

/*
 * Nothing will be generated: spare GCC the debug information it builds while
 * parsing, and the side files that only code generation fills.
 */
static void without_code(void)
{
	write_symbols = NO_DEBUG;
	debug_info_level = DINFO_LEVEL_NONE;
	profile_arc_flag = 0;
	flag_test_coverage = 0;
	flag_stack_usage = 0;
}

/* Says so itself, with as little of GCC as it can: it may not be our GCC. */
static void refuse_version(struct plugin_gcc_version *v)
{
	fprintf(stderr, "labyrinth: error: this plugin was built for gcc %s, the compiler is gcc %s; "
		"build it for this one: labyrinth plugin --cc <your gcc>\n",
		gcc_version.basever, v->basever);
	exit(FATAL_EXIT_CODE);
}

__attribute__((visibility("default")))
int plugin_init(struct plugin_name_args *args, struct plugin_gcc_version *version)
{
	if (!plugin_default_version_check(version, &gcc_version))
		refuse_version(version);
	parse(args);
	register_callback(args->base_name, PLUGIN_INFO, NULL, &info);
	if (opts.disable)
		return 0;
	if (!lang_GNU_C()) {
		if (!strcmp(lang_hooks.name, "GNU GIMPLE"))
			return 0;	/* LTO: each unit has been seen already */
		inform(UNKNOWN_LOCATION, "labyrinth: C only, nothing recorded for %s",
		       lang_hooks.name);
		return 0;
	}
	if (opts.extract_only)
		without_code();
	enroll(args->base_name);
	return 0;
}
