# SPDX-License-Identifier: GPL-2.0-or-later
# The runtime as a kernel module. The sources are copied, so that one tree
# serves several kernels: $(B)/module/RELEASE, laid out like this repository.
#   KDIR=     a prepared kernel or its headers; default: the running kernel's, else the newest installed
#   KFLAGS=   more for kbuild, such as W=1 C=1
#   DESTDIR=  below which module_install and dkms put things

KDIR    ?= $(or $(wildcard /lib/modules/$(shell uname -r)/build),$(shell ls -d /lib/modules/*/build 2>/dev/null | sort -V | tail -1))
KREL     = $(shell sed -n 's/.*"\(.*\)".*/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
KOUT     = $(abspath $(B))/module/$(KREL)
KM_SRCS := include/labyrinth/labyrinth.h src/alloc/Kbuild $(wildcard src/alloc/*.h src/alloc/core/*.[ch] src/alloc/kernel/*.[ch])
DKMS_DIR = $(DESTDIR)/usr/src/labyrinth-$(ALLOC_VERSION)
KM_KDIR  = @[ -n "$(KREL)" ] || { echo "make: '$(KDIR)' holds no prepared kernel: apt-get install linux-headers-amd64, or give KDIR=" >&2; exit 2; }

module:	## labyrinth.ko for the kernel in KDIR, in $(B)/module/RELEASE/src/alloc
	$(KM_KDIR)
	$(Q)mkdir -p $(KOUT) && cp -u --parents $(KM_SRCS) $(KOUT)
	$(Q)+$(MAKE) --no-print-directory -C $(KDIR) M=$(KOUT)/src/alloc $(KFLAGS) modules

module_install: module	## put it under DESTDIR/lib/modules/RELEASE
	$(Q)+$(MAKE) --no-print-directory -C $(KDIR) M=$(KOUT)/src/alloc $(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install

module_clean:	## remove what module built, for all kernels
	$(Q)rm -rf $(B)/module

dkms:	## sources and dkms.conf under DESTDIR/usr/src, for "dkms install labyrinth/VERSION"
	$(Q)mkdir -p $(DKMS_DIR) && cp --parents $(KM_SRCS) COPYING $(DKMS_DIR)
	$(Q)sed 's|@VERSION@|$(ALLOC_VERSION)|g' src/alloc/kernel/dkms.conf.in > $(DKMS_DIR)/dkms.conf

.PHONY: module module_install module_clean dkms
