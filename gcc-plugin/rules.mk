# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin.  GCC=gcc-11 builds it for that compiler, in a folder of its own
# ($(B)/gcc-11/labyrinth.so): a plugin's name is the key of its arguments.  The
# compiler may be a cross one; the plugin itself runs here.

GCC         ?= gcc
PLUGIN_CXX  ?= g++
PLUGIN_INC  := $(shell $(GCC) -print-file-name=plugin)/include
PLUGIN_DIR  ?= $(B)$(if $(filter gcc,$(GCC)),,/$(notdir $(GCC)))
PLUGIN      := $(PLUGIN_DIR)/labyrinth.so
PLUGIN_OBJ  := $(PLUGIN_DIR)/obj/gcc-plugin
PLUGIN_SRCS := $(sort $(wildcard gcc-plugin/*.cc))
PLUGIN_OBJS := $(PLUGIN_SRCS:gcc-plugin/%.cc=$(PLUGIN_OBJ)/%.o)
PLUGIN_VERSION ?= 1

# No -Wpedantic and no C flags of the user: GCC's headers are what they are.
PLUGIN_CXXFLAGS := -std=gnu++14 -O2 -g -fno-rtti -fno-exceptions -fPIC -fvisibility=hidden \
	-fvisibility-inlines-hidden -Wall -Wextra -Werror -Wno-unused-parameter \
	-isystem $(PLUGIN_INC) $(CPPBASE) -DLABYRINTH_PLUGIN_VERSION='"$(PLUGIN_VERSION)"'

plugin: $(PLUGIN)

$(PLUGIN_OBJ)/%.o: gcc-plugin/%.cc
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CXX     $<")
	$(Q)test -e $(PLUGIN_INC)/gcc-plugin.h || { echo "no plugin headers for $(GCC): apt-get install $(notdir $(GCC))-plugin-dev" >&2; exit 1; }
	$(Q)$(PLUGIN_CXX) $(PLUGIN_CXXFLAGS) -MMD -MP -c -o $@ $<

# The brain, for the plugin speaks: all but the reports, which GCC writes.  What of
# it is not used (reading objects) does not leave the archive.
PLUGIN_LIB ?= $(B)/liblabplugin.a
ifneq ($(CHECK_OBJS),)
$(PLUGIN_LIB): $(filter-out $(B)/obj/src/check/report/%,$(CHECK_OBJS))
	$(Q)rm -f $@ && ar rcs $@ $^
endif

# Hidden and bound to ourselves: cc1 exports names such as xmalloc and hex_init.
# Without libstdc++: loading it costs each compile 1 ms, and the one thing we use
# of it, operator new, cc1 has (it is C++ itself).
$(PLUGIN): $(PLUGIN_OBJS) $(PLUGIN_LIB)
	$(if $(Q),@echo "  LD      $@")
	$(Q)$(PLUGIN_CXX) -shared -o $@ $(PLUGIN_OBJS) $(PLUGIN_LIB) \
		-Wl,-Bsymbolic -Wl,--exclude-libs,ALL -nodefaultlibs -lc -lgcc

-include $(PLUGIN_OBJS:.o=.d)

# What "labyrinth plugin" needs to build the plugin for another compiler: this folder,
# the headers that it includes, and the brain as an archive (plain C, fit for any GCC).
# It lies beside the command, in the build folder as where it is installed; id stands
# for all of it.
ifneq ($(CHECK_OBJS),)
SHIP       := $(B)/plugin-src
SHIP_FROM  := $(PLUGIN_SRCS) $(wildcard gcc-plugin/*.h gcc-plugin/rules.mk include/labyrinth/skel.h \
	src/base/*.h src/check/*.h src/check/*/*.h src/check/*/*.def)
SHIP_FILES := $(SHIP_FROM) Makefile liblabplugin.a include/stb/stb_ds.h id
STB        := $(firstword $(wildcard /usr/include/stb/stb_ds.h /usr/local/include/stb/stb_ds.h))

all-but-plugin: $(SHIP)/id
$(SHIP)/id: $(SHIP_FROM) gcc-plugin/build.mk $(PLUGIN_LIB)
	$(Q)rm -rf $(SHIP) && mkdir -p $(SHIP)/include/stb && cp --parents $(SHIP_FROM) $(SHIP)
	$(Q)cp gcc-plugin/build.mk $(SHIP)/Makefile && cp $(STB) $(SHIP)/include/stb/
	$(Q)objcopy -g $(PLUGIN_LIB) $(SHIP)/liblabplugin.a
	$(Q)(cd $(SHIP) && find . -type f | sort | xargs sha256sum | sha256sum) > $@.new && mv $@.new $@

INSTALL_MAP  += $(foreach f,$(SHIP_FILES),$(SHIP)/$f:$(OWNDIR)/plugin-src/$f:644)
endif
