/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A test program in C: prints TAP, returns 1 if something failed, 77 if it was
 * skipped.  pytest (tests/unit/test_unit.py) runs it and shows each line.
 *
 *	LAB_TEST(adds_up)
 *	{
 *		LAB_EQ(1 + 1, 2);
 *	}
 *	LAB_TESTS(LAB_T(adds_up))
 */
#ifndef LAB_TEST_H
#define LAB_TEST_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int lab_test_failed;

#define LAB_TEST(name) static void name(void)

/* Goes on after a failure: the rest of a test often says why. */
#define LAB_OK(cond) do {							\
	if (!(cond)) {								\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);		\
		lab_test_failed = 1;						\
	}									\
} while (0)

#define LAB_EQ(a, b) do {							\
	int64_t a_ = (int64_t)(a), b_ = (int64_t)(b);				\
	if (a_ != b_) {								\
		printf("# %s:%d: %s is %" PRId64 ", not %" PRId64 "\n", __FILE__,	\
		       __LINE__, #a, a_, b_);					\
		lab_test_failed = 1;						\
	}									\
} while (0)

#define LAB_STR(a, b) do {							\
	const char *a_ = (a), *b_ = (b);					\
	if (strcmp(a_, b_)) {							\
		printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__,		\
		       __LINE__, #a, a_, b_);					\
		lab_test_failed = 1;						\
	}									\
} while (0)

struct lab_test_entry { const char *name; void (*run)(void); };

static int lab_test_main(const struct lab_test_entry *tests, size_t n)
{
	int failed = 0;
	size_t i;

	printf("1..%zu\n", n);
	for (i = 0; i < n; i++) {
		lab_test_failed = 0;
		tests[i].run();
		failed |= lab_test_failed;
		printf("%sok %zu - %s\n", lab_test_failed ? "not " : "", i + 1, tests[i].name);
		fflush(stdout);
	}
	return failed;
}

/* LAB_TESTS(LAB_T(first), LAB_T(second)) */
#define LAB_TESTS(...)								\
int main(void)									\
{										\
	static const struct lab_test_entry tests[] = { __VA_ARGS__ };		\
	return lab_test_main(tests, sizeof(tests) / sizeof(*tests));		\
}
#define LAB_T(name) { #name, name }

#endif
