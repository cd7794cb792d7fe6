/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One test text, two worlds: TAP lines in user space, KUNIT or a plain module
 * in the kernel (which defines LAB_TEST_HOST with its own CHECK and LOG).
 * A test is a void function; CHECK notes a failure and goes on.
 */
#ifndef LAB_TEST_H
#define LAB_TEST_H

#include <labyrinth/labyrinth.h>
#ifdef __KERNEL__
#include "../kernel/ktest.h"
#endif

#ifndef LAB_TEST_HOST
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int lab_test_bad;

#define CHECK(cond) do {								\
	if (!(cond)) {									\
		lab_test_bad++;								\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);			\
	}										\
} while (0)

#define CHECK_EQ(a, b) do {								\
	long long lab_a = (long long)(a), lab_b = (long long)(b);			\
	if (lab_a != lab_b) {								\
		lab_test_bad++;								\
		printf("# %s:%d: %s is %lld, not %lld (%s)\n", __FILE__, __LINE__, #a,	\
		       lab_a, lab_b, #b);						\
	}										\
} while (0)

struct lab_test {
	const char *name;
	void (*run)(void);
};

/* Runs all, or those whose name contains argv[1]; the status says how it went. */
static inline int lab_test_main(const struct lab_test *t, int argc, char **argv)
{
	int i, failed = 0, n = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; t[i].run; i++) {
		if (argc > 1 && !strstr(t[i].name, argv[1]))
			continue;
		lab_test_bad = 0;
		t[i].run();
		failed += lab_test_bad != 0;
		printf("%sok %d - %s\n", lab_test_bad ? "not " : "", ++n, t[i].name);
	}
	printf("1..%d\n", n);
	return failed || !n;
}
#endif

#endif /* LAB_TEST_H */
