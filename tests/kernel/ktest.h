/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's side of tests/alloc/lab_test.h: the same test text, run by a
 * plain module that prints KTAP (labyrinth_selftest) or by KUnit (labyrinth_kunit).
 * CHECK may be used where a test runs, not in the interrupts that it sets off.
 */
#ifndef LAB_KTEST_H
#define LAB_KTEST_H

#define LAB_TEST_HOST

#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/string.h>

struct lab_test {
	const char *name;
	void (*run)(void);
};

#ifdef LAB_TEST_KUNIT
#include <kunit/test.h>

static struct kunit *lab_kunit;

#define CHECK(cond)	KUNIT_EXPECT_TRUE(lab_kunit, cond)
#define CHECK_EQ(a, b)	KUNIT_EXPECT_EQ(lab_kunit, (long long)(a), (long long)(b))
#else
static int lab_test_bad;

#define CHECK(cond) do {								\
	if (!(cond)) {									\
		lab_test_bad++;								\
		pr_info("# %s:%d: %s\n", kbasename(__FILE__), __LINE__, #cond);		\
	}										\
} while (0)

#define CHECK_EQ(a, b) do {								\
	long long lab_a = (long long)(a), lab_b = (long long)(b);			\
	if (lab_a != lab_b) {								\
		lab_test_bad++;								\
		pr_info("# %s:%d: %s is %lld, not %lld (%s)\n", kbasename(__FILE__),	\
			__LINE__, #a, lab_a, lab_b, #b);				\
	}										\
} while (0)
#endif

#endif /* LAB_KTEST_H */
