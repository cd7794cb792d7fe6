/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plugin needs of GCC, and the only place where one GCC version may
 * differ from the next: every BUILDING_GCC_VERSION test lives here (a test
 * greps for strays).  GCC 11 and 12 are tested, newer ones are guarded.
 * Include it before anything else: GCC's system.h must come first and poisons
 * malloc() and friends.
 */
#ifndef LAB_GCC_COMMON_H
#define LAB_GCC_COMMON_H

#include "gcc-plugin.h"
#include "plugin-version.h"
#include "config.h"
#include "system.h"
#include "coretypes.h"
#include "backend.h"
#include "tm.h"
#include "tree.h"
#include "gimple.h"
#include "tree-pass.h"
#include "ssa.h"
#include "cgraph.h"
#include "stringpool.h"
#include "attribs.h"
#include "diagnostic-core.h"
#include "diagnostic.h"
#include "fold-const.h"
#include "internal-fn.h"
#include "gimple-iterator.h"
#include "gimple-walk.h"
#include "tree-cfg.h"
#include "cfganal.h"
#include "tree-eh.h"
#include "tree-dfa.h"
#include "tree-phinodes.h"
#include "ssa-iterators.h"
#include "except.h"
#include "langhooks.h"
#include "toplev.h"
#include "output.h"
#include "target.h"
#include "version.h"
#include "opts.h"
#include "options.h"
#include "context.h"
#include "pass_manager.h"
#include "file-prefix-map.h"
#include "cpplib.h"
#include "builtins.h"
#include "diagnostic-path.h"
#if BUILDING_GCC_VERSION >= 14000
#include "simple-diagnostic-path.h"
#endif

#if BUILDING_GCC_VERSION < 11000
#error "labyrinth needs the plugin headers of GCC 11 or newer"
#endif

/*
 * The preprocessor belongs to the C family only.  lto1 loads the plugin too
 * when a link says -fplugin, and must not fail on a symbol it does not have.
 */
extern struct cpp_reader *parse_in __attribute__((weak));
#pragma weak cpp_forall_identifiers

#if BUILDING_GCC_VERSION < 12000
static inline bool startswith(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}
#endif

/* A thunk is a flag of the node from GCC 11 on, a pointer before. */
#define lab_gcc_is_thunk(node)	((node)->thunk)

/* -ftrivial-auto-var-init came with GCC 12. */
#if BUILDING_GCC_VERSION >= 12000
#define lab_gcc_is_deferred_init(call)	gimple_call_internal_p(call, IFN_DEFERRED_INIT)
#else
#define lab_gcc_is_deferred_init(call)	false
#endif

/* last_stmt(bb) became *gsi_last_bb(bb) in GCC 14. */
#if BUILDING_GCC_VERSION >= 14000
static inline gimple *lab_gcc_last_stmt(basic_block bb)
{
	gimple_stmt_iterator i = gsi_last_nondebug_bb(bb);

	return gsi_end_p(i) ? NULL : gsi_stmt(i);
}
#else
#define lab_gcc_last_stmt(bb)	last_stmt(bb)
#endif

/* The diagnostic context turned into a class with methods in GCC 14. */
#if BUILDING_GCC_VERSION >= 15000
#define lab_gcc_diagnostic_finish()	global_dc->finish()
#else
#define lab_gcc_diagnostic_finish()	diagnostic_finish(global_dc)
#endif
typedef class simple_diagnostic_path lab_gcc_path;
#if BUILDING_GCC_VERSION >= 14000
#define lab_gcc_werror(dc)		((dc)->warning_as_error_requested_p())
#define lab_gcc_set_werror(dc, on)	((dc)->set_warning_as_error_requested(on))
#define lab_gcc_warns_at(loc)		(!inhibit_warnings && !in_system_header_at(loc))
#else
#define lab_gcc_werror(dc)		((dc)->warning_as_error_requested)
#define lab_gcc_set_werror(dc, on)	((dc)->warning_as_error_requested = (on))
#define lab_gcc_warns_at(loc)		diagnostic_report_warnings_p(global_dc, loc)
#endif

#endif
