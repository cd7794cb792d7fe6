// SPDX-License-Identifier: GPL-2.0-or-later
/* labyrinth_kunit.ko: the same tests as a KUnit suite, each a parameter of one case. */
#define LAB_TEST_KUNIT
#include "../alloc/t_core.c"
#include "contexts.c"

static void spend(uint64_t ns)
{
	usleep_range(ns / 1000, ns / 1000 + 1000);
}

static const void *next_of(const struct lab_test *first, const void *prev, char *desc)
{
	const struct lab_test *t = prev ? (const struct lab_test *)prev + 1 : first;

	if (!t->run)
		return NULL;
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
	return t;
}

static const void *next_core(const void *prev, char *desc)
{
	return next_of(tests, prev, desc);
}

static const void *next_kernel(const void *prev, char *desc)
{
	return next_of(kernel_tests, prev, desc);
}

static void run_one(struct kunit *test)
{
	lab_kunit = test;
	stay_here(true);
	((const struct lab_test *)test->param_value)->run();
	stay_here(false);
}

static struct kunit_case cases[] = {
	{ .run_case = run_one, .name = "contract", .generate_params = next_core },
	{ .run_case = run_one, .name = "contexts", .generate_params = next_kernel },
	{}
};

static struct kunit_suite suite = { .name = "labyrinth", .test_cases = cases };
kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of labyrinth.ko");
MODULE_AUTHOR("The Labyrinth developers");
MODULE_LICENSE("GPL");
