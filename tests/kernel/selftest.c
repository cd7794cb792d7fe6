// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth_selftest.ko: the allocator's tests on a stock kernel. Loading it
 * runs them, result as KTAP in the kernel's log; it stays loaded if all passed.
 */
#include "../alloc/t_core.c"
#include "contexts.c"

static char *only = "";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "run the tests whose name contains this");

static void spend(uint64_t ns)
{
	usleep_range(ns / 1000, ns / 1000 + 1000);
}

static int count(const struct lab_test *t)
{
	int n = 0;

	for (; t->run; t++)
		n += !!strstr(t->name, only);
	return n;
}

static void run_all(const struct lab_test *t, int *number, int *failed)
{
	for (; t->run; t++) {
		if (!strstr(t->name, only))
			continue;
		lab_test_bad = 0;
		stay_here(true);
		t->run();
		stay_here(false);
		*failed += lab_test_bad != 0;
		pr_info("%sok %d %s\n", lab_test_bad ? "not " : "", ++*number, t->name);
	}
}

static int __init selftest_init(void)
{
	int number = 0, failed = 0;

	pr_info("KTAP version 1\n");
	pr_info("1..%d\n", count(tests) + count(kernel_tests));
	run_all(tests, &number, &failed);
	run_all(kernel_tests, &number, &failed);
	pr_info("# labyrinth selftest: %d passed, %d failed\n", number - failed, failed);
	return failed ? -EIO : 0;
}

static void __exit selftest_exit(void) { }

module_init(selftest_init);
module_exit(selftest_exit);
MODULE_DESCRIPTION("Tests of labyrinth.ko");
MODULE_AUTHOR("The Labyrinth developers");
MODULE_LICENSE("GPL");
