# SPDX-License-Identifier: GPL-2.0-or-later
# What is known of the kernel's functions, for who checks a driver without them: the
# file lies beside the command, in the build folder as where it is installed.

FACTS       := facts/linux-6.1.facts
FACTS_DIRS  ?= mm kernel lib fs net block sound $(addprefix drivers/,base usb net scsi tty gpio \
	i2c spi clk input mfd)

all-but-plugin: $(B)/$(notdir $(FACTS))
$(B)/$(notdir $(FACTS)): $(FACTS)
	@mkdir -p $(@D)
	$(Q)cp $< $@

facts: all	## write facts/linux-6.1.facts: FACTS_DIRS="mm lib ..." [EXTRACT=no: of what is there]
	$(Q)$(if $(filter no,$(EXTRACT)),,+$(MAKE) --no-print-directory kernel-facts DIRS="$(FACTS_DIRS)")
	$(Q)o=$$(scripts/lab-kernel path) && cd $$o && $(abspath $(B))/labyrinth export \
		--title "Linux $$(echo $$o | sed 's/.*obj-\([0-9.]*\).*/\1/') x86_64, allmodconfig with examples/kconfig" \
		-o $(abspath $(FACTS)) $$(ls -d $(FACTS_DIRS) 2>/dev/null)

.PHONY: facts

# The models as C strings, so that the library and the plugin read no file.
# Included by the Makefile right behind the definition of CHECK_OBJS.

LAB_MODELS   := $(sort $(wildcard src/check/model/*.model))
LAB_MODELS_C := $(B)/gen/models.c
CHECK_OBJS   += $(B)/obj/gen/models.o

# Of the facts what is certain and says something; of the proof the place.  The rest costs
# each compile more time than it tells.
COMPACT := -e '/^\#/d' -e '/^quiet/d' -e '/unseen/d' -e 's/ \# by \([^ ]* at [^ ]*\).*/ \# by \1/' \
	-e '/ \# by /!s/ \# \([^ ]*\).*/ \# \1/'

$(LAB_MODELS_C): $(LAB_MODELS) $(FACTS) src/check/rules.mk
	@mkdir -p $(@D)
	$(if $(Q),@echo "  GEN     $@")
	$(Q){ echo '/* generated from src/check/model/: do not edit */'; \
	  echo '#include "check/model/model.h"'; \
	  i=0; for m in $(LAB_MODELS); do \
		echo "static const char text$$i[] ="; \
		sed -e 's/[\\"?]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/' $$m; echo '"";'; \
		i=$$((i + 1)); \
	  done; \
	  echo "static const char facts[] ="; \
	  sed $(COMPACT) $(FACTS) | sed -e 's/[\\"?]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/'; echo '"";'; \
	  echo "const struct lab_model_text lab_model_facts = { \"$(notdir $(FACTS))\", facts, sizeof(facts) - 1 };"; \
	  echo 'const struct lab_model_text lab_model_texts[] = {'; \
	  i=0; for m in $(LAB_MODELS); do \
		echo "{ \"$${m##*/}\", text$$i, sizeof(text$$i) - 1 },"; i=$$((i + 1)); \
	  done; \
	  echo '{ 0, 0, 0 } };'; } > $@

$(B)/obj/gen/models.o: $(LAB_MODELS_C)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC      $<")
	$(Q)$(CC) -std=c11 $(CPPBASE) $(WARN) $(CFLAGS) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<
