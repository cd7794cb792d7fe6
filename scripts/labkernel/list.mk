# SPDX-License-Identifier: GPL-2.0-or-later
#
# Stands in for the kernel's scripts/Makefile.build (make build='-f list.mk obj')
# and writes down which objects each folder would build, without building any:
# the plan of a run, known before it starts.  One file per folder, so that
# parallel makes do not mix their lines.
#
# LAB_LIST: folder for the answers (environment).  Variables and descent follow
# scripts/Makefile.build of 6.1.

src := $(obj)

PHONY := $(obj)/
$(obj)/:

obj-y :=
obj-m :=
lib-y :=
lib-m :=
always-y :=
always-m :=
targets :=
subdir-y :=
subdir-m :=
EXTRA_AFLAGS   :=
EXTRA_CFLAGS   :=
EXTRA_CPPFLAGS :=
EXTRA_LDFLAGS  :=
asflags-y  :=
ccflags-y  :=
rustflags-y :=
cppflags-y :=
ldflags-y  :=
subdir-asflags-y :=
subdir-ccflags-y :=

-include include/config/auto.conf
include $(srctree)/scripts/Kbuild.include
include $(srctree)/scripts/Makefile.compiler
kbuild-dir := $(if $(filter /%,$(src)),$(src),$(srctree)/$(src))
include $(or $(wildcard $(kbuild-dir)/Kbuild),$(kbuild-dir)/Makefile)
include $(srctree)/scripts/Makefile.lib

lab-objects := $(filter %.o,$(real-obj-y) $(real-obj-m) $(lib-y) $(lib-m) $(extra-y) $(always-y))
lab-whole := $(if $(KBUILD_EXTMOD),y,$(if $(MAKECMDGOALS),$(filter $(obj)/,$(MAKECMDGOALS)),y))

ifneq ($(lab-whole),)
ifneq ($(lab-objects),)
$(file >$(LAB_LIST)/$(subst /,+,$(obj)),$(lab-objects))
endif
endif

single-subdirs := $(foreach d,$(subdir-ym),$(if $(filter $d/%,$(MAKECMDGOALS)),$d))
single-subdir-goals := $(filter $(addsuffix /%,$(single-subdirs)),$(MAKECMDGOALS))

PHONY += $(if $(lab-whole),$(obj)/) $(subdir-ym)
$(obj)/: $(subdir-ym) ;

$(single-subdir-goals): $(single-subdirs) ;

$(filter-out $(PHONY) $(single-subdir-goals),$(MAKECMDGOALS)): $(if $(KBUILD_EXTMOD),$(subdir-ym)) ;

$(subdir-ym):
	$(Q)$(MAKE) $(build)=$@ $(filter $@/%,$(single-subdir-goals))

.PHONY: $(PHONY)
