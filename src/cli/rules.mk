# SPDX-License-Identifier: GPL-2.0-or-later
# The examples of "labyrinth explain" as C strings.  src/check/rules/examples/RULE.c has
# a comment "bad: why" before the wrong code and "good: why" before the right one; what
# stands before both is shown with both.  tests/test_explain.py holds the checker against them.
# Included by the Makefile right behind the definition of CLI_OBJS.

LAB_EXAMPLES   := $(sort $(wildcard src/check/rules/examples/*.c))
LAB_EXAMPLES_C := $(B)/gen/examples.c
CLI_OBJS       += $(B)/obj/gen/examples.o

$(LAB_EXAMPLES_C): $(LAB_EXAMPLES) src/cli/examples.awk
	@mkdir -p $(@D)
	$(if $(Q),@echo "  GEN     $@")
	$(Q)awk -f src/cli/examples.awk $(LAB_EXAMPLES) > $@

$(B)/obj/gen/examples.o: $(LAB_EXAMPLES_C)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC      $<")
	$(Q)$(CC) -std=c11 $(CPPBASE) $(WARN) $(CFLAGS) -MMD -MP -c -o $@ $<
