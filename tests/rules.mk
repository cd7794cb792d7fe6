# SPDX-License-Identifier: GPL-2.0-or-later
# make test [TESTS="tests/test_x.py ..."] [PYTEST_FLAGS=...]
# The tests get the build folder as LAB_BUILD.  What a test needs built before it
# starts (test programs, fuzz targets) goes into TEST_NEEDS; a folder of tests may
# bring its own rules.mk.

PYTEST       ?= /usr/bin/python3 -m pytest
PYTEST_FLAGS ?= -n 2 --durations=10 -q -rfEsxX
TESTS        ?= tests

-include tests/*/rules.mk

# The plugin for each other compiler whose plugin headers are installed.
OTHER_GCC := $(foreach v,11 12,$(if $(wildcard \
	$(shell gcc-$v -print-file-name=plugin 2>/dev/null)/include/gcc-plugin.h),$(if $(filter $v,\
	$(firstword $(subst ., ,$(shell gcc -dumpversion)))),,gcc-$v)))

plugins: plugin	## the plugin for every installed compiler that has plugin headers
	$(Q)+for g in $(OTHER_GCC); do $(MAKE) --no-print-directory GCC=$$g plugin || exit; done

test: all asan plugins $(TEST_NEEDS)	## build, then run all tests (TESTS=, PYTEST_FLAGS=)
	$(Q)LAB_BUILD=$(abspath $(B)) $(PYTEST) $(PYTEST_FLAGS) $(TESTS)

mutants: all plugins	## every generated mistake of tests/mutate.py, not a sample
	$(Q)LAB_BUILD=$(abspath $(B)) LAB_MUTANTS=all $(PYTEST) -s tests/test_mutations.py

BENCH_FILES ?= 60
bench: bench-extract $(BENCH_NEEDS)	## measure; rooms add their own to BENCH_NEEDS

bench-extract: plugin	## cost of extraction over BENCH_FILES kernel files
	$(Q)tests/bench/extract.py --plugin $(B)/labyrinth.so --files $(BENCH_FILES)

bench-instructions: plugin	## cost of facts inside a normal compile, in instructions (minutes a file)
	$(Q)tests/bench/instructions.py --plugin $(B)/labyrinth.so --files $(BENCH_FILES)

bench: bench-solve
bench-solve: $(B)/labyrinth	## cost of link and solve over the kernel folders of DIRS
	$(Q)tests/bench/solve.py --labyrinth $(B)/labyrinth $(addprefix $(shell scripts/lab-kernel path)/,$(DIRS))

.PHONY: test mutants plugins bench bench-extract bench-instructions bench-solve
