# SPDX-License-Identifier: GPL-2.0-or-later
# The allocator's kernel tests: modules beside labyrinth.ko, in one kbuild run.

KT_SRCS = $(KM_SRCS) $(wildcard tests/kernel/*.[ch] tests/kernel/Kbuild examples/driver_rx/*.[ch] examples/driver_rx/Kbuild examples/storage/*.[ch] examples/storage/Kbuild) \
	tests/alloc/lab_test.h tests/alloc/t_core.c

module-tests:	## labyrinth.ko with its test modules and the examples, for the kernel in KDIR
	$(KM_KDIR)
	$(Q)mkdir -p $(KOUT) && cp -u --parents $(KT_SRCS) $(KOUT)
	$(Q)cd $(KOUT) && echo 'obj-m := $(sort $(dir $(filter %/Kbuild,$(KT_SRCS))))' > Kbuild.new && \
		{ cmp -s Kbuild.new Kbuild || cp Kbuild.new Kbuild; }
	$(Q)+$(MAKE) --no-print-directory -C $(KDIR) M=$(KOUT) $(KFLAGS) modules

.PHONY: module-tests
