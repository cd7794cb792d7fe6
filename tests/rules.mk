# SPDX-License-Identifier: GPL-2.0-or-later
# make test [TESTS="tests/test_x.py ..."] [PYTEST_FLAGS=...]
# The tests get the build folder as LAB_BUILD.  What a test needs built before it
# starts (test programs, fuzz targets) goes into TEST_NEEDS; a folder of tests may
# bring its own rules.mk.

PYTEST       ?= /usr/bin/python3 -m pytest
PYTEST_FLAGS ?= -n 2 --durations=10 -q -rsxX
TESTS        ?= tests

-include tests/*/rules.mk

test: all asan $(TEST_NEEDS)	## build, then run all tests (TESTS=, PYTEST_FLAGS=)
	$(Q)LAB_BUILD=$(abspath $(B)) $(PYTEST) $(PYTEST_FLAGS) $(TESTS)

.PHONY: test
