# SPDX-License-Identifier: GPL-2.0-or-later
# Test programs in C: each tests/unit/*.c becomes $(B)/unit/<name>, linked with
# the library of the build with address and undefined-behaviour checks.

UNIT_PROGS := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/*.c)))
UNIT_LIB   := $(B)/asan/liblabcheck.a
TEST_NEEDS += unit

$(B)/unit/%: tests/unit/%.c tests/lab_test.h $(UNIT_LIB)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  UNIT    $@")
	$(Q)$(CC) -std=c11 $(CPPBASE) -Itests $(WARN) $(ASAN) -o $@ $< $(UNIT_LIB) -lelf -ljansson

# The library is another make's work, so the programs are looked at after it.
unit: asan	## the test programs in C, with address and undefined-behaviour checks
	$(Q)+$(MAKE) --no-print-directory unit-programs
unit-programs: $(UNIT_PROGS)

.PHONY: unit unit-programs
