# SPDX-License-Identifier: GPL-2.0-or-later
# Labyrinth: see README.md; "make help" lists the targets.

B       ?= build
CC      ?= gcc
CXX     ?= g++
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes
CPPBASE := -Iinclude -Isrc -D_GNU_SOURCE
PREFIX  ?= /usr/local
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)

all: $(B)/labyrinth plugin

# The brain: a library without I/O but for its objects; also linked into the plugin.
CHECK_SRCS := $(sort $(wildcard src/base/*.c src/check/*.c src/check/*/*.c))
CLI_SRCS   := $(sort $(wildcard src/cli/*.c))
CHECK_OBJS := $(CHECK_SRCS:%.c=$(B)/obj/%.o)
CLI_OBJS   := $(CLI_SRCS:%.c=$(B)/obj/%.o)
-include src/check/rules.mk

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC      $<")
	$(Q)$(CC) -std=c11 $(CPPBASE) $(WARN) $(CFLAGS) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<

$(B)/liblabcheck.a: $(CHECK_OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/labyrinth: $(CLI_OBJS) $(B)/liblabcheck.a
	$(if $(Q),@echo "  LD      $@")
	$(Q)$(CC) $(CFLAGS) -o $@ $(CLI_OBJS) $(B)/liblabcheck.a -lelf -ljansson

-include gcc-plugin/rules.mk
-include src/alloc/rules.mk
-include tests/rules.mk
-include $(CHECK_OBJS:.o=.d) $(CLI_OBJS:.o=.d)

clean:
	rm -rf $(B)

.PHONY: all plugin clean
.DELETE_ON_ERROR:
