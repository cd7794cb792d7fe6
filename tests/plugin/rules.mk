# SPDX-License-Identifier: GPL-2.0-or-later
# More of what "make test" tries a little of.

N ?= 1000

test-csmith: all	## N made-up programs through the plugin
	$(Q)LAB_CSMITH=$(N) LAB_BUILD=$(abspath $(B)) $(PYTEST) -n 2 -q tests/plugin/test_odd_sources.py -k csmith

test-identity: all	## 240 kernel files: the same object with and without the plugin
	$(Q)LAB_KERNEL_FILES=240 LAB_BUILD=$(abspath $(B)) $(PYTEST) -n 2 -q -rs tests/plugin/test_kernel_objects.py

bless: all	## write the golden facts anew; read them before you commit
	$(Q)LAB_BUILD=$(abspath $(B)) /usr/bin/python3 tests/plugin/golden.py --bless

.PHONY: test-csmith test-identity bless
