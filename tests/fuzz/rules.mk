# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzing with libFuzzer: tests/fuzz/fuzz_<x>.c becomes $(B)/fuzz/fuzz_<x>.
# What it finds stays in $(B)/fuzz/<x>.found.

FUZZ_SECONDS       ?= 1800
FUZZ_SMOKE_SECONDS ?= 60
FUZZ_CC    ?= clang
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all
FUZZ_SRCS  := $(sort $(wildcard src/base/*.c src/check/skel/*.c))
FUZZ_PROGS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
TEST_NEEDS += fuzz-programs

$(B)/fuzz/%: tests/fuzz/%.c $(FUZZ_SRCS) $(wildcard src/base/*.h src/check/skel/*.h include/labyrinth/skel.h)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  FUZZ    $@")
	$(Q)$(FUZZ_CC) -std=c11 $(CPPBASE) $(WARN) $(FUZZ_FLAGS) -o $@ $< $(FUZZ_SRCS) -lelf

fuzz-programs: $(FUZZ_PROGS)

# run_fuzz: program, seconds.  Seeds are copied: the corpus grows.
define run_fuzz
	mkdir -p $(1).corpus $(1).found
	cp -n tests/fuzz/seeds/* $(1).corpus/
	$(1) -max_total_time=$(2) -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
		-artifact_prefix=$(1).found/ $(1).corpus
endef

fuzz-smoke: fuzz-programs	## a minute of fuzzing for each target (FUZZ_SMOKE_SECONDS=)
	$(Q)set -e; $(foreach p,$(FUZZ_PROGS),$(call run_fuzz,$(p),$(FUZZ_SMOKE_SECONDS));)

fuzz: fuzz-programs	## as long as you like (FUZZ_SECONDS=)
	$(Q)set -e; $(foreach p,$(FUZZ_PROGS),$(call run_fuzz,$(p),$(FUZZ_SECONDS));)

.PHONY: fuzz fuzz-smoke fuzz-programs
