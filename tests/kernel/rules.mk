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

debug-kernel:	## a kernel with KASAN, lockdep and KUnit for the kernel tests, in the cache (20 minutes, once)
	$(Q)tests/kernel/debug_kernel.py

kernel-debug-test: debug-kernel	## the kernel tests on it; make test runs them too, once it is built
	$(Q)LAB_BUILD=$(abspath $(B)) $(PYTEST) -q -rs tests/kernel -k debug_kernel

bench-kernel:	## instructions a page in the kernel, against the kernel's own allocators (two boots)
	$(Q)LAB_BUILD=$(abspath $(B)) /usr/bin/python3 tests/kernel/bench.py $(BENCH_ARGS)

.PHONY: bench-kernel module-tests debug-kernel kernel-debug-test
