# SPDX-License-Identifier: GPL-2.0-or-later
# Labyrinth in a driver's build. Copy this beside the Kbuild, whose last line includes it:
#	include $(src)/labyrinth.mk
# make LABYRINTH=n builds without; LABYRINTH_x.o := n above that line leaves x.c out;
# LABYRINTH_ARGS := off=RULE error rt are arguments of the plugin. Nothing else is needed.
LABYRINTH ?= labyrinth
ifeq ($(filter-out n,$(LABYRINTH))$(CONFIG_CC_IS_GCC),$(LABYRINTH)y)
LABYRINTH_FLAGS := $(shell $(LABYRINTH) plugin --cc '$(CC)')
LABYRINTH_FLAGS += $(if $(LABYRINTH_FLAGS),$(addprefix -fplugin-arg-labyrinth-,$(LABYRINTH_ARGS)))
ccflags-y += $(LABYRINTH_FLAGS)
$(foreach v,$(filter LABYRINTH_%.o,$(.VARIABLES)),$(if $(filter n,$($v)),$(eval CFLAGS_REMOVE_$(v:LABYRINTH_%=%) += $(LABYRINTH_FLAGS))))
endif
