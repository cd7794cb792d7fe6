# SPDX-License-Identifier: GPL-2.0-or-later
# Labyrinth: see README.md; "make help" lists the targets.
#
# Sources are found by wildcard; each room with more to say has a rules.mk.  A
# fragment may add to: all-but-plugin, plugin, TEST_NEEDS (built before the
# tests run), INSTALL_MAP (file:place:mode) and HELP_TEXT-like "##" lines.

B       ?= build
CC      ?= gcc
CXX     ?= g++
CFLAGS  ?= -O2 -g
LDFLAGS ?=
WARN    := -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes
CPPBASE := -Iinclude -Isrc -D_GNU_SOURCE
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)
SHELL   := /bin/bash

DESTDIR ?=
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
DATADIR ?= $(PREFIX)/share
MANDIR  ?= $(DATADIR)/man
INCDIR  ?= $(PREFIX)/include
OWNDIR  := $(LIBDIR)/labyrinth
COMPDIR := $(DATADIR)/bash-completion/completions

all: all-but-plugin plugin	## build the command, the plugin and the libraries (default)
all-but-plugin: $(B)/labyrinth $(B)/labyrinth.1 $(B)/labyrinth.bash $(B)/lab-review $(B)/lab-hook	## what needs no GCC plugin headers

# The brain: a library without I/O but for its objects; also linked into the plugin.
CHECK_SRCS := $(sort $(wildcard src/base/*.c src/check/*.c src/check/*/*.c))
CLI_SRCS   := $(sort $(wildcard src/cli/*.c))
CHECK_OBJS := $(CHECK_SRCS:%.c=$(B)/obj/%.o)
CLI_OBJS   := $(CLI_SRCS:%.c=$(B)/obj/%.o)
-include src/check/rules.mk
-include src/cli/rules.mk

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC      $<")
	$(Q)$(CC) -std=c11 $(CPPBASE) $(WARN) $(CFLAGS) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<

$(B)/liblabcheck.a: $(CHECK_OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/labyrinth: $(CLI_OBJS) $(B)/liblabcheck.a
	$(if $(Q),@echo "  LD      $@")
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJS) $(B)/liblabcheck.a -lelf -ljansson -lpthread

# The manual page and the completion come from the table that also parses.
$(B)/labyrinth.1 $(B)/labyrinth.bash: $(B)/labyrinth
	$(Q)$(B)/labyrinth $(if $(filter %.1,$@),man,completion bash) > $@

# Beside the command, as it is when installed.
$(B)/lab-review $(B)/lab-hook: $(B)/%: scripts/%
	@mkdir -p $(@D)
	$(Q)ln -sf $(abspath $<) $@ && touch -h $@

INSTALL_MAP := $(B)/labyrinth:$(BINDIR)/labyrinth:755

-include gcc-plugin/rules.mk
-include src/alloc/rules.mk
-include tests/rules.mk
-include scripts/rules.mk
-include $(CHECK_OBJS:.o=.d) $(CLI_OBJS:.o=.d)

deps:	## install what building, testing and kernel runs need (Debian 12, as root)
	$(Q)scripts/deps.sh

demo: deps	## set up, build, find bugs in the example driver and in kernel drivers
	$(Q)+$(MAKE) --no-print-directory all
	$(Q)B=$(B) scripts/demo.sh

# ---- install --------------------------------------------------------------
INSTALL_MAP += \
	$(B)/labyrinth.so:$(OWNDIR)/labyrinth.so:755 \
	scripts/lab-kernel:$(BINDIR)/lab-kernel:755 \
	scripts/lab-cc:$(OWNDIR)/lab-cc:755 \
	scripts/lab-review:$(OWNDIR)/lab-review:755 \
	scripts/lab-hook:$(OWNDIR)/lab-hook:755 \
	scripts/lab-cocci:$(BINDIR)/lab-cocci:755 \
	coccinelle/macros.h:$(OWNDIR)/coccinelle/macros.h:644 \
	$(foreach f,$(wildcard coccinelle/*/*.cocci),$f:$(OWNDIR)/$f:644) \
	examples/kconfig/labyrinth.config:$(OWNDIR)/labyrinth.config:644 \
	$(foreach f,$(wildcard scripts/labkernel/*.py scripts/labkernel/*.mk),$f:$(OWNDIR)/labkernel/$(notdir $f):644) \
	$(foreach f,$(wildcard include/labyrinth/*.h),$f:$(INCDIR)/labyrinth/$(notdir $f):644) \
	$(foreach f,$(wildcard src/check/model/*.model),$f:$(DATADIR)/labyrinth/models/$(notdir $f):644) \
	$(FACTS):$(DATADIR)/labyrinth/$(notdir $(FACTS)):644 \
	examples/driver/labyrinth.mk:$(DATADIR)/labyrinth/labyrinth.mk:644 \
	$(B)/labyrinth.1:$(MANDIR)/man1/labyrinth.1:644 \
	$(B)/labyrinth.bash:$(COMPDIR)/labyrinth:644
INSTALL_DIRS = $(OWNDIR) $(INCDIR)/labyrinth $(DATADIR)/labyrinth/models $(DATADIR)/labyrinth
PLUGINDIR ?= $(shell $(CC) -print-file-name=plugin)

install: all	## install under PREFIX (default /usr/local), below DESTDIR if given
	$(Q)for e in $(INSTALL_MAP); do IFS=: read -r from to mode <<< "$$e"; \
		[ ! -e "$$from" ] || install -D -m "$$mode" "$$from" "$(DESTDIR)$$to" || exit; done

uninstall:	## remove what install put there
	$(Q)for e in $(INSTALL_MAP); do IFS=: read -r from to mode <<< "$$e"; \
		rm -f "$(DESTDIR)$$to" || exit; done
	$(Q)for d in $(INSTALL_DIRS); do \
		find "$(DESTDIR)$$d" -depth -type d -empty -delete 2>/dev/null || true; done

install-plugin: plugin	## put the plugin where -fplugin=labyrinth finds it (this compiler only)
	$(Q)install -D -m 755 $(B)/labyrinth.so "$(DESTDIR)$(PLUGINDIR)/labyrinth.so"

uninstall-plugin:
	$(Q)rm -f "$(DESTDIR)$(PLUGINDIR)/labyrinth.so"

# ---- other builds of the same ----------------------------------------------
ASAN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
asan:	## the command with address and undefined-behaviour checks: $(B)/asan/labyrinth
	$(Q)+$(MAKE) --no-print-directory B=$(B)/asan CFLAGS="$(ASAN)" all-but-plugin

# What is not C of ours, or is another build by its nature, comes from $(B).
COV := $(B)/coverage
coverage: all plugins alloc-tests	## lines that the tests reach, as text and $(B)/coverage/index.html
	$(Q)+$(MAKE) --no-print-directory B=$(COV) CFLAGS="-O0 -g --coverage" all-but-plugin
	$(Q)cp $(B)/labyrinth.so $(COV)/
	$(Q)ln -sfn . $(COV)/asan	# the tests ask for that build; here it is this one
	$(Q)+$(MAKE) --no-print-directory B=$(COV) ASAN="-O0 -g --coverage" unit-programs
	$(Q)+$(MAKE) --no-print-directory B=$(COV) AT_CC_plain="$(CC) -O0 -g --coverage" \
		AT_VARIANTS=plain AT_MODELS= alloc-tests
	$(Q)for d in $(B)/gcc-* $(B)/alloc-test/*; do to=$(COV)/$${d#$(B)/}; \
		[ ! -e "$$d" ] || [ -e "$$to" ] || ln -s "$$(realpath "$$d")" "$$to" || exit; done
	$(Q)find $(COV) -name '*.gcda' -delete
	$(Q)LAB_BUILD=$(abspath $(COV)) $(PYTEST) $(PYTEST_FLAGS) $(TESTS)
	$(Q)gcovr --root . --filter src/ --object-directory $(COV) \
		--html-details $(COV)/index.html --txt - --sort-uncovered

clean:	## remove the build folder; the kernel cache stays
	rm -rf $(B)

help:	## this list
	@echo "make [B=folder] [V=1] [CC=compiler] target..."
	@sed -n 's/^\([a-z][a-z_-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(filter-out %.d,$(MAKEFILE_LIST)) | \
		sed 's|$$(B)|$(B)|g' | awk -F '\t' '{ printf "%-18s %s\n", $$1, $$2 }'

.PHONY: all all-but-plugin plugin deps demo install uninstall install-plugin uninstall-plugin \
	asan coverage clean help
.DELETE_ON_ERROR:
