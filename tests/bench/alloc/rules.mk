# SPDX-License-Identifier: GPL-2.0-or-later
# make bench-alloc: the runtime against its peers (README, "Runtime").

ALLOC_BENCH := $(B)/alloc-bench
DPDK_DIR     = $(shell tests/bench/alloc/get-dpdk 2>/dev/null)

$(ALLOC_BENCH)/lab: tests/bench/alloc/bench.c tests/bench/alloc/backend.h $(B)/liblabyrinth.a
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -DBE_LAB -Iinclude -o $@ $< $(B)/liblabyrinth.a -lpthread -ldl

$(ALLOC_BENCH)/malloc: tests/bench/alloc/bench.c tests/bench/alloc/backend.h
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -DBE_MALLOC -o $@ $< -lpthread

# Only where its packages can be fetched.
$(ALLOC_BENCH)/dpdk: tests/bench/alloc/bench.c tests/bench/alloc/backend.h
	@mkdir -p $(@D)
	$(Q)d=$(DPDK_DIR); m=$$($(CC) -print-multiarch); test -n "$$d" || { echo "bench-alloc: no DPDK here, left out"; exit 0; }; \
	$(CC) -std=gnu11 -O2 -g -march=native -w -DBE_DPDK -DDPDK_DRIVERS="\"$$d/usr/lib/$$m/dpdk/pmds-23.0\"" -I$$d/usr/include -I$$d/usr/include/dpdk -I$$d/usr/include/$$m/dpdk -o $@ $< \
		-L$$d/usr/lib/$$m -Wl,-rpath,$$d/usr/lib/$$m -Wl,--no-as-needed -Wl,--disable-new-dtags -Wl,--allow-shlib-undefined \
		-lrte_mempool -lrte_eal -lrte_ring -lrte_kvargs -lrte_telemetry -lpthread -ldl

bench-alloc: $(ALLOC_BENCH)/lab $(ALLOC_BENCH)/malloc $(ALLOC_BENCH)/dpdk	## the allocator against glibc, jemalloc, mimalloc, tcmalloc, DPDK
	$(Q)B=$(abspath $(B)) tests/bench/alloc/run.py $(BENCH_ARGS)

.PHONY: bench-alloc
