# SPDX-License-Identifier: GPL-2.0-or-later
# The models as C strings, so that the library and the plugin read no file.
# Included by the Makefile right behind the definition of CHECK_OBJS.

LAB_MODELS   := $(sort $(wildcard src/check/model/*.model))
LAB_MODELS_C := $(B)/gen/models.c
CHECK_OBJS   += $(B)/obj/gen/models.o

$(LAB_MODELS_C): $(LAB_MODELS) src/check/rules.mk
	@mkdir -p $(@D)
	$(if $(Q),@echo "  GEN     $@")
	$(Q){ echo '/* generated from src/check/model/: do not edit */'; \
	  echo '#include "check/model/model.h"'; \
	  i=0; for m in $(LAB_MODELS); do \
		echo "static const char text$$i[] ="; \
		sed -e 's/[\\"?]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/' $$m; echo '"";'; \
		i=$$((i + 1)); \
	  done; \
	  echo 'const struct lab_model_text lab_model_texts[] = {'; \
	  i=0; for m in $(LAB_MODELS); do \
		echo "{ \"$${m##*/}\", text$$i, sizeof(text$$i) - 1 },"; i=$$((i + 1)); \
	  done; \
	  echo '{ 0, 0, 0 } };'; } > $@

$(B)/obj/gen/models.o: $(LAB_MODELS_C)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC      $<")
	$(Q)$(CC) -std=c11 $(CPPBASE) $(WARN) $(CFLAGS) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<
