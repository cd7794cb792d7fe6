# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel runs; the work is done by scripts/lab-kernel (see its --help).
#   DIRS    folders or objects of the kernel    SOURCE  kernel tree or tarball
#   REFRESH 1: also what an older plugin extracted    J  jobs

DIRS    ?= mm kernel lib net/core drivers/base drivers/usb
SOURCE  ?=
REFRESH ?=
J       ?= $(shell nproc)
LAB_KERNEL = scripts/lab-kernel $(if $(SOURCE),--source $(SOURCE)) -j $(J)

kernel-facts: plugin	## extract the facts of kernel folders: DIRS="mm lib ..." [SOURCE=] [REFRESH=1]
	$(Q)$(LAB_KERNEL) --plugin $(B)/labyrinth.so facts $(if $(REFRESH),--refresh) $(DIRS)

kernel-prepare:	## unpack, configure and prepare the kernel source in the cache, once
	$(Q)$(LAB_KERNEL) prepare

.PHONY: kernel-facts kernel-prepare

# Known bugs, each once buggy and once fixed; scripts/lab-corpus --help has the rest.
#   CASES    folder of cases    RESULTS  gets ID/buggy.json and ID/fixed.json
#   CORPUS_FLAGS   more words, such as --only 020,021 or --refresh
corpus: all	## check known bugs, buggy and fixed: CASES=DIR RESULTS=DIR [CORPUS_FLAGS=]
	$(if $(CASES),,$(error CASES=DIR: the folder with the cases))
	$(if $(RESULTS),,$(error RESULTS=DIR: where the reports go))
	$(Q)scripts/lab-corpus --labyrinth $(B)/labyrinth --plugin $(B)/labyrinth.so -j $(J) \
		$(if $(SOURCE),--source $(SOURCE)) --cases $(CASES) --results $(RESULTS) $(CORPUS_FLAGS)

.PHONY: corpus

# Coccinelle, with the variables of the kernel's own make coccicheck:
#   COCCI  rule or folder (default: all of coccinelle/)   MODE   report, patch, context, org, chain
#   M      folder or file of C sources                    J      jobs      V=1  names all gaps
#   SPFLAGS  more words for spatch                        DEBUG_FILE  what spatch said besides
coccicheck:	## the Coccinelle rules over a folder: M=DIR [COCCI=RULE] [MODE=report] [J=N] [V=1]
	$(if $(M),,$(error M=DIR: the folder (or file) with the C sources))
	$(Q)scripts/lab-cocci $(foreach c,$(COCCI),--cocci $c) --mode $(or $(MODE),report) \
		-j $(or $(J),$(shell nproc)) $(if $(filter 1,$(V)),-v) $(if $(SPFLAGS),--spflags "$(SPFLAGS)") \
		$(if $(DEBUG_FILE),--debug-file $(DEBUG_FILE)) $(M)

.PHONY: coccicheck
