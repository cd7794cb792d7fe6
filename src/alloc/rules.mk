# SPDX-License-Identifier: GPL-2.0-or-later
# The runtime in user space: liblabyrinth.a, liblabyrinth.so.1 with its version
# map, labyrinth.pc, the man page.  The kernel's build has its own Kbuild.

ALLOC_VERSION := 1.0.0
ALLOC_SO      := liblabyrinth.so.1
ALLOC_SRCS    := $(sort $(wildcard src/alloc/core/*.c src/alloc/user/*.c))
ALLOC_OBJS    := $(ALLOC_SRCS:%.c=$(B)/obj/%.o)
ALLOC_MAP     := src/alloc/user/labyrinth.map
ALLOC_VG      := $(if $(wildcard /usr/include/valgrind/memcheck.h),-DLAB_VALGRIND)
# Thread-local data of fixed place: a handler's first touch must not allocate.
ALLOC_FLAGS   := -Isrc/alloc -ftls-model=initial-exec -fno-semantic-interposition $(ALLOC_VG)

$(ALLOC_OBJS): CPPBASE += $(ALLOC_FLAGS)

$(B)/liblabyrinth.a: $(ALLOC_OBJS)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/$(ALLOC_SO).0.0: $(ALLOC_OBJS) $(ALLOC_MAP)
	$(if $(Q),@echo "  LD      $@")
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(ALLOC_SO) -Wl,-z,now -Wl,-z,nodelete \
		-Wl,--version-script=$(ALLOC_MAP) -o $@ $(ALLOC_OBJS) -lpthread -ldl

$(B)/$(ALLOC_SO): $(B)/$(ALLOC_SO).0.0
	$(Q)ln -sf $(notdir $<) $@ && ln -sf $(ALLOC_SO) $(B)/liblabyrinth.so

# Made anew each time: it depends on PREFIX.
$(B)/labyrinth.pc: src/alloc/user/labyrinth.pc.in FORCE
	@mkdir -p $(@D)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@LIBDIR@|$(LIBDIR)|g' -e 's|@INCDIR@|$(INCDIR)|g' \
		-e 's|@VERSION@|$(ALLOC_VERSION)|g' $< > $@

alloc: $(B)/liblabyrinth.a $(B)/$(ALLOC_SO) $(B)/labyrinth.pc	## the allocator's libraries for user space

all-but-plugin: alloc

ALLOC_INSTALL := \
	$(B)/liblabyrinth.a:$(LIBDIR)/liblabyrinth.a:644 \
	$(B)/$(ALLOC_SO):$(LIBDIR)/$(ALLOC_SO):755 \
	$(B)/$(ALLOC_SO):$(LIBDIR)/liblabyrinth.so:755 \
	$(B)/labyrinth.pc:$(LIBDIR)/pkgconfig/labyrinth.pc:644 \
	src/alloc/user/labyrinth.3:$(MANDIR)/man3/labyrinth.3:644
INSTALL_MAP += $(ALLOC_INSTALL)

install-alloc: alloc	## only the allocator's libraries, header and manual page
	$(Q)for e in $(ALLOC_INSTALL) include/labyrinth/labyrinth.h:$(INCDIR)/labyrinth/labyrinth.h:644; do \
		IFS=: read -r from to mode <<< "$$e"; \
		install -D -m "$$mode" "$$from" "$(DESTDIR)$$to" || exit; done

# The example: a handler and a real-time thread hand pages to a worker.
$(B)/examples/user/relay: examples/user/relay.c include/labyrinth/labyrinth.h $(B)/liblabyrinth.a
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC      $@")
	$(Q)$(CC) -std=gnu11 -Iinclude -D_GNU_SOURCE $(WARN) $(CFLAGS) -fno-inline -rdynamic -o $@ $< $(B)/liblabyrinth.a -lpthread -ldl

demo-alloc: $(B)/examples/user/relay	## the runtime at work: a signal handler and a real-time thread feed a worker
	$(Q)$<

demo: demo-alloc

-include tests/bench/alloc/rules.mk
-include src/alloc/kernel/rules.mk
-include $(ALLOC_OBJS:.o=.d)
FORCE:
.PHONY: alloc install-alloc demo-alloc FORCE
