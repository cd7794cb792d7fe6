# SPDX-License-Identifier: GPL-2.0-or-later
# The allocator's test programs, each in several builds:
#   $(B)/alloc-test/{plain,asan,tsan,msan}/t_*   and the model checker with its seeded bugs.

AT          := $(B)/alloc-test
AT_TESTS    := $(patsubst tests/alloc/%.c,%,$(wildcard tests/alloc/t_*.c))
AT_SRCS     := $(wildcard src/alloc/core/*.c src/alloc/user/*.c)
AT_HDRS     := $(wildcard include/labyrinth/labyrinth.h src/alloc/*.h src/alloc/*/*.h tests/alloc/*.h)
AT_VARIANTS := plain asan tsan $(if $(shell command -v clang),msan)
AT_WARN     := -std=gnu11 -Wall -Wextra -Werror -Iinclude -D_GNU_SOURCE

AT_CC_plain := $(CC) -O2 -g
AT_CC_asan  := $(CC) -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
AT_CC_tsan  := $(CC) -O1 -g -fsanitize=thread
AT_CC_msan  := clang -O1 -g -fno-omit-frame-pointer -fsanitize=memory

define AT_RULES
$(AT)/$1/obj/%.o: src/alloc/%.c $(AT_HDRS)
	@mkdir -p $$(@D)
	$$(Q)$$(AT_CC_$1) $$(AT_WARN) $$(ALLOC_FLAGS) -c -o $$@ $$<
$(AT)/$1/lib.a: $(AT_SRCS:src/alloc/%.c=$(AT)/$1/obj/%.o)
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
$(AT)/$1/t_%: tests/alloc/t_%.c $(AT)/$1/lib.a $(AT_HDRS)
	$$(if $$(Q),@echo "  CC      $$@")
	$$(Q)$$(AT_CC_$1) $$(AT_WARN) -rdynamic -o $$@ $$< $(AT)/$1/lib.a -lpthread -ldl
endef
$(foreach v,$(AT_VARIANTS),$(eval $(call AT_RULES,$v)))

# The model checker: the real core on a host where every step may be interrupted.
AT_MODEL_SRCS := $(wildcard src/alloc/model/*.c src/alloc/core/*.c)
AT_SEED_none    :=
AT_SEED_tag     := -DLAB_STACK_TAG=0
AT_SEED_guard   := '-DLAB_IS_NESTED(before)=false'
AT_SEED_arm     := -DLAB_SEED_LATE_ARM
AT_SEED_cas     := '-Dlab_word_cas(pg,old,new)=(lab_store(&(pg)->word,(new)),true)'
AT_SEED_quiesce := -DLAB_SEED_NO_QUIESCE
AT_SEED_look    := '-DLAB_STILL_ZONE(z)=((z)!=NULL)'
AT_SEEDS        := none tag guard arm cas quiesce look
AT_MODELS       := $(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),$(AT_SEEDS:%=$(AT)/model/%))

$(AT)/model/%: $(AT_MODEL_SRCS) $(AT_HDRS)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC      $@")
	$(Q)$(CC) -O2 -g $(AT_WARN) -Wno-unused-value -Isrc/alloc '-DLAB_HOST_HEADER="model/prim_explore.h"' $(AT_SEED_$*) \
		-o $@ $(AT_MODEL_SRCS)

ALLOC_TEST_PROGS := $(foreach v,$(AT_VARIANTS),$(AT_TESTS:%=$(AT)/$v/%)) $(AT_MODELS) $(B)/examples/user/relay

alloc-tests: alloc $(ALLOC_TEST_PROGS)	## the allocator's test programs, in all builds

# The long runs: ten million signals, an hour's worth of schedules; see tests/alloc/torture.
torture: alloc-tests	## 10^7 signal deliveries, long thread torture, the whole model (some 15 minutes)
	$(Q)LAB_BUILD=$(abspath $(B)) tests/alloc/torture

TEST_NEEDS += alloc-tests
.SECONDARY:
.PHONY: alloc-tests torture
