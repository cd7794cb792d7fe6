# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the plugin for one compiler from what "labyrinth plugin" ships: GCC= the
# compiler (words), B= the folder that gets labyrinth.so.

Q          := @
CPPBASE    := -Iinclude -Isrc -D_GNU_SOURCE
PLUGIN_DIR := $(B)
PLUGIN_LIB := liblabplugin.a

plugin:
include gcc-plugin/rules.mk
