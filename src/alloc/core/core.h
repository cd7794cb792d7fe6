/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core's data and the map of its files.
 *
 * Everything that is shared between contexts is one word changed by one atomic
 * instruction: a page's ownership word, a stack head {tag, index}, an emergency
 * slot, a queue head. Everything else belongs to one slot (thread or CPU) and
 * is touched only under that slot's guard. No page content is used for links,
 * so a stray write into a page cannot damage the pool.
 *
 * Sources: Bonwick's magazines; Treiber's stack with a tag (IBM's free list);
 * llist for the hand-off; snmalloc for the batched return to the producer.
 */
#ifndef LABYRINTH_ALLOC_CORE_H
#define LABYRINTH_ALLOC_CORE_H

#include "prim.h"

#define LAB_MAGIC	0x4c61627aU	/* "Labz" */
#define LAB_MAG_MAX	128u
#define LAB_CHUNK	62u	/* pages a node; with its head four cache lines */
#define LAB_EMERG	4u
#define LAB_STAGES	4u
#define LAB_BATCH_MAX	0x7fffffffu
#define LAB_PAGES_MAX	((1u << 24) - 2)
#ifndef LAB_RETRY
#define LAB_RETRY	64u	/* pops give up after this many lost races */
#endif
#ifndef LAB_NO_COUNTERS	/* the model checker: they would make equal states look different */
#define LAB_NO_COUNTERS	0
#endif
#define LAB_UNPUBLISH_NS 3000000000u	/* destroy gives up on calls that do not end */
#ifndef LAB_LOOSE_MAX
#define LAB_LOOSE_MAX	LAB_CHUNK	/* single pages that one refill of a magazine takes */
#endif
#ifndef LAB_SAMPLE
#define LAB_SAMPLE	15u	/* every 16th allocation of a page reads the clock */
#endif

/* ---- ownership word: {gen:45, slot:13, lent:1, ctx:2, state:3} ---- */

#define LAB_W_STATE	7ULL
#define LAB_W_CTX_SHIFT	3
#define LAB_W_LENT	(1ULL << 5)	/* given out through the zone named in borrower */
#define LAB_W_SLOT_SHIFT 6
#define LAB_W_SLOT	0x1fffULL
#define LAB_W_GEN_SHIFT	19
#define LAB_W_GEN_ONE	(1ULL << LAB_W_GEN_SHIFT)

static inline enum labyrinth_state lab_w_state(u64 w) { return (enum labyrinth_state)(w & LAB_W_STATE); }
static inline u32 lab_w_slot(u64 w) { return (u32)((w >> LAB_W_SLOT_SHIFT) & LAB_W_SLOT); }
static inline u32 lab_w_ctx(u64 w) { return (u32)((w >> LAB_W_CTX_SHIFT) & 3); }
static inline u64 lab_w_gen(u64 w) { return w >> LAB_W_GEN_SHIFT; }
static inline u64 lab_w_to(u64 w, enum labyrinth_state s) { return (w & ~LAB_W_STATE) | (u64)s; }

/* The word of the page's next life; @owned: lab_cpu.owned, perhaps with more low bits. */
static inline u64 lab_w_next(u64 w, u64 owned)
{
	return ((w & ~(LAB_W_GEN_ONE - 1)) + owned) | lab_prim_context_bits();
}

/* ---- descriptors, nodes, slots ---- */

#define LAB_DIRTY	0u	/* content unknown */
#define LAB_ZEROED	1u
#define LAB_POISONED	2u

struct lab_page {
	u64 word;		/* ownership; every other field belongs to the owner */
	void *va;		/* NULL while absent (hosts without fixed addresses) */
	const void *site;	/* return address of the allocation */
	const void *hsite;	/* ... of the hand-off */
	u64 time;		/* of the last change of owner */
	u32 next;		/* stack of single pages: index + 1 */
	u32 holder;
	u32 content;		/* LAB_DIRTY, LAB_ZEROED, LAB_POISONED */
	u32 borrower;		/* id of the zone it was lent to, if LAB_W_LENT */
	u32 claimed;		/* thread that popped it; known before the holder is, see lab_zone_rebuild() */
	u32 spare;
} LAB_ALIGNED(64);

/* A chunk of free pages on its way between a magazine and the reserve. */
struct lab_node {
	u32 next;		/* index + 1 */
	u32 n;
	u32 idx[LAB_CHUNK];
} LAB_ALIGNED(128);

/* {tag:40, index + 1:24}; the tag changes with every pop */
struct lab_stack {
	u64 head;
} LAB_ALIGNED(64);

/* Returns of a worker, gathered for one producer. */
struct lab_stage {
	u32 home;
	u32 n;
	u32 idx[LAB_CHUNK];
};

enum lab_counter {
#define LABYRINTH_X(name) LAB_C_##name,
	LABYRINTH_COUNTERS(LABYRINTH_X)
#undef LABYRINTH_X
	LAB_COUNTERS
};

struct lab_cpu {
	struct labyrinth_zone *zone;	/* first: the host compares it */
	size_t host;			/* the host's, between lab_prim_fast() and its end */
	/* under the guard */
	u32 n;
	u32 cap;
	u32 shared;		/* this is the slot of those who have none */
	u64 owned;		/* ownership word of a page this slot allocates, with one generation to be added */
	u64 in, out;		/* pages that refills loaded and flushes took */
	u64 pushed;		/* pages that plain cancels put in: see lab_mag_allocs() */
	u32 idx[LAB_MAG_MAX];
	/* anybody */
	u32 emerg[LAB_EMERG] LAB_ALIGNED(64);	/* index + 1, or 0 */
	struct lab_page *queue LAB_ALIGNED(64);	/* handed off, newest first */
	struct lab_stack returns;		/* nodes from workers */
	/* local counters */
	u64 count[LAB_COUNTERS] LAB_ALIGNED(64);
	/* under the guard, worker's side */
	u32 stage_used LAB_ALIGNED(64);
	struct lab_stage stage[LAB_STAGES];
} LAB_ALIGNED(128);

/* Layer 1 per CPU, on hosts whose slots are threads and that can do it (LAB_GATE_RSEQ). */
struct lab_percpu {
	u32 n;
	u32 cap;
	u32 idx[LAB_MAG_MAX];
} LAB_ALIGNED(128);

struct lab_extent {
	char *base;
	size_t bytes;
	u32 first;
};

struct lab_inject {
	u32 every;
	u32 seen;
};

/*
 * The plain zone has no bit set. The soft bits share the places of the quality
 * flags, so that one test of (gate | quality) finds hard bits and unknown flags.
 */
#define LAB_GATE_TRUST	1u	/* no checks, nothing to record */
#define LAB_GATE_EXTRA	2u	/* prepared content or unusual stamps: more to do when allocating */
#define LAB_GATE_STARVED 4u	/* layer 2 was found empty: return pages at once */
#define LAB_GATE_SOFT	7u
#define LAB_GATE_DYING	8u	/* destroy has begun */
#define LAB_GATE_INJECT	0x10u
#define LAB_GATE_BUDGET	0x20u
#define LAB_GATE_RSEQ	0x40u
#define LAB_GATE_DEBUG	0x80u	/* guard mode, or a tool that wants to know */
#define LAB_GATE_ANY	0x1ffu	/* wider than a byte: tested in memory, in one instruction */

struct labyrinth_zone {
	/* read by every call, written seldom */
	u32 magic;
	u32 gate;		/* LAB_GATE_*: whatever keeps calls off the fast path */
	struct lab_page *page;
	struct lab_cpu *cpu;	/* ncpu of them, and the shared one */
	u64 npages;		/* descriptors; as wide as what is compared with it */
	u32 ncpu;
	u32 used;		/* slots below this were opened once; the others hold nothing */
	struct lab_extent ext0;	/* the first extent, copied */
	u32 flags;
	struct lab_extent *ext;
	u32 n_ext;		/* extents */
	u32 extent_pages;
	enum labyrinth_prepare prepare;
	enum labyrinth_check check;
	enum labyrinth_stamp stamp;
	enum labyrinth_system system;
	u32 pattern;
	s64 alias;		/* worker's address - producer's address (guard mode) */
	struct lab_page **qlink;	/* hand-off queues: the page behind this one */
	struct lab_percpu *percpu;	/* npercpu of them, or NULL */
	u32 npercpu;
	struct lab_node *node;
	u32 nnodes;
	u32 id;
	struct labyrinth_zone *neighbour;
	u32 budget;
	u32 low, high, magazine;
	u64 max_hold_ns, destroy_timeout_ns;
	void (*report)(const struct labyrinth_report *report, void *arg);
	void *report_arg;
	u64 frame_base;
	u64 *frame;		/* real frame numbers, or NULL */
	u32 *frame_sorted;	/* page numbers by frame */
	u32 *frame_spare;	/* the next such list is made here */
	u32 *seen;		/* audit: generation seen last */
	u64 *seen_at;
	char name[24];

	struct lab_stack full;	/* nodes with pages */
	struct lab_stack empty;	/* nodes without */
	struct lab_stack loose;	/* single pages */
	struct lab_stack absent;/* descriptors without memory */
	s64 reserved LAB_ALIGNED(64);	/* pages in full, loose and returns */
	u32 want;		/* refill was asked for */
	u32 out LAB_ALIGNED(64);/* pages out; only with a budget */
	u64 clock LAB_ALIGNED(64);
	struct lab_page *backlog;	/* received, FIFO, no room in the batch */
	u32 present;
	u32 destroying;
	u32 auditing;
	u32 audit_at;		/* free page to be looked at next */
	u32 framing;		/* 1: frame numbers are being read; 2: and must be again */
	u32 borrowers;		/* zones that have this one as neighbour */
	u32 borrowed;		/* the neighbour's pages that went out through this zone and are not back */
	u32 walkers;		/* long calls under way, see lab_walk_begin(); survives the zone */
	u64 failed[LABYRINTH_FAIL_COUNT];
	u64 misuse[LABYRINTH_MISUSE_COUNT];
	struct lab_inject inject[LABYRINTH_LAYER_COUNT];
	struct lab_prim_zone host LAB_ALIGNED(64);
};

/* What an allocation walks with. */
struct lab_walk {
	struct labyrinth_zone *zone;	/* asked */
	struct labyrinth_zone *from;	/* whose page it got */
	struct lab_cpu *c;
	u32 kind;			/* enum lab_entry */
	bool injected;
	bool contended;
	enum labyrinth_reason reason;
};

static inline bool lab_zone_ok(const struct labyrinth_zone *z)
{
	return z && !((size_t)z & 63) && lab_load_acq(&z->magic) == LAB_MAGIC;
}

#ifndef LAB_STILL_ZONE	/* the model checker seeds a bug here */
#define LAB_STILL_ZONE(z)	(lab_load_acq(&(z)->magic) == LAB_MAGIC)
#endif

/*
 * Every call's way in. The second look at the zone is the one that counts: it
 * comes after the guard was raised, so either destroy waits for us, or we see
 * that the zone is gone before we touch its tables.
 */
static inline bool lab_zone_enter(struct labyrinth_zone *z, struct lab_guard *g)
{
	if (LAB_LIKELY(lab_zone_ok(z))) {
		*g = lab_prim_enter(z);
		if (LAB_LIKELY(LAB_STILL_ZONE(z)))
			return true;
		lab_prim_leave(g);
	}
	lab_prim_bad_zone();
	return false;
}

/* Not below zero: a fork by a handler may have set it to that in the child. */
static inline void lab_walk_end(struct labyrinth_zone *z)
{
	u32 n;

	do
		n = lab_load(&z->walkers);
	while (n && !lab_cas(&z->walkers, n, n - 1));
}

/*
 * The same for long walks, which raise no guard: handlers shall not find the
 * magazine busy meanwhile. Destroy waits for them by a count.
 */
static inline bool lab_walk_begin(struct labyrinth_zone *z)
{
	if (lab_zone_ok(z)) {
		(void)lab_add(&z->walkers, 1u);
		lab_after_rmw();
		if (LAB_STILL_ZONE(z))
			return true;
		lab_walk_end(z);
	}
	lab_prim_bad_zone();
	return false;
}

/* The slot's data in zone z; those without a slot, or beyond the zone's, share the last one. */
static inline struct lab_cpu *lab_cpu_of(const struct labyrinth_zone *z, struct lab_guard *g)
{
	if (LAB_LIKELY(g->slot < z->ncpu))
		return z->cpu + g->slot;
	g->kind = LAB_NONE;
	return z->cpu + z->ncpu;
}

/*
 * What the magazine gave out: what came in and is neither there nor flushed. So
 * the plain allocation counts nothing.
 */
static inline u64 lab_mag_allocs(struct lab_cpu *c)
{
	/* what counts against it first: of a busy slot we then see too many, never less than none */
	u64 minus = lab_load_acq(&c->out) + lab_load_acq(&c->n);
	s64 n = (s64)(lab_load(&c->in) + lab_load(&c->pushed) - minus);

	return n > 0 ? (u64)n : 0;
}

/* For walks over slots, i = 0 .. used: those that were ever used, and then the shared one. */
static inline struct lab_cpu *lab_slot(const struct labyrinth_zone *z, u32 i, u32 used)
{
	return z->cpu + (i < used ? i : z->ncpu);
}

static inline void lab_count(struct lab_cpu *c, enum lab_counter what)
{
	if (LAB_NO_COUNTERS)
		return;
	if (LAB_UNLIKELY(c->shared))
		(void)lab_add(&c->count[what], (u64)1);
	else
		lab_local_inc(&c->count[what]);
}

/* Outside the guard; of a counter that is counted nowhere else. */
static inline void lab_count_stray(struct lab_cpu *c, enum lab_counter what)
{
	if (LAB_NO_COUNTERS)
		return;
	if (LAB_UNLIKELY(c->shared))
		(void)lab_add(&c->count[what], (u64)1);
	else
		lab_stray_inc(&c->count[what]);
}

/* A deadline; far ones do not wrap. */
static inline u64 lab_time_after(u64 now, u64 ns)
{
	return now + ns < now ? ~0ULL : now + ns;
}

/* tick: any number that changes from call to call; one in LAB_SAMPLE + 1 reads the clock */
static inline u64 lab_stamp(struct labyrinth_zone *z, u32 tick)
{
	u64 t;

	switch (z->stamp) {
	case LABYRINTH_STAMP_SAMPLED:
		if (LAB_LIKELY(tick & LAB_SAMPLE))
			return lab_load(&z->clock);
		t = lab_prim_now(0);
		lab_store(&z->clock, t);
		return t;
	case LABYRINTH_STAMP_COARSE:
		return lab_prim_now(0);
	case LABYRINTH_STAMP_EXACT:
		return lab_prim_now(1);
	default:
		return 0;
	}
}

#ifndef lab_word_cas	/* the model checker seeds a bug here */
#define lab_word_cas(pg, old, new)	lab_cas(&(pg)->word, (old), (new))
#endif

static inline bool lab_is_ours(const struct labyrinth_zone *z, const struct lab_page *pg)
{
	return pg >= z->page && pg < z->page + z->npages;
}

/*
 * The link of a queued page, in an array of its own: the worker that walks a
 * chain of cold descriptors would wait for each before it knows the next.
 */
static inline struct lab_page **lab_qlink(const struct labyrinth_zone *z, const struct lab_page *pg)
{
	if (LAB_UNLIKELY(!lab_is_ours(z, pg)))	/* borrowed */
		z = z->neighbour;
	return &z->qlink[pg - z->page];
}

static inline u32 lab_index(const struct labyrinth_zone *z, const struct lab_page *pg)
{
	return (u32)(pg - z->page);
}

/* The address the worker knows the page by. */
static inline void *lab_worker_va(const struct labyrinth_zone *z, const struct lab_page *pg)
{
	return (char *)pg->va + z->alias;
}

/* ---- map.c: address <-> descriptor <-> frame ---- */
struct lab_page *lab_map_find_slow(struct labyrinth_zone *z, const void *addr, bool inside,
				   struct labyrinth_zone **owner, int *err);
int lab_map_frames(struct labyrinth_zone *z);

/* The plain case of the plain paths: the page's number and descriptor if they are quickly told. */
static inline bool lab_map_fast(const struct labyrinth_zone *z, const void *addr, size_t *index,
				struct lab_page **pg)
{
#ifdef LAB_PRIM_OWN_MAP
	return lab_prim_map_fast(z, addr, index, pg);
#else
	size_t off = (size_t)((const char *)addr - z->ext0.base);

	*index = off >> LABYRINTH_PAGE_SHIFT;
	*pg = z->page + *index;
	return LAB_LIKELY(off < z->ext0.bytes) && LAB_LIKELY(!(off & (LABYRINTH_PAGE_SIZE - 1)));
#endif
}

/*
 * The descriptor of a page's address, and the zone it belongs to: @z or its
 * neighbour. NULL with *err -EINVAL (inside a page, not its start) or -EXDEV.
 */
static inline struct lab_page *lab_map_find(struct labyrinth_zone *z, const void *addr,
					    struct labyrinth_zone **owner, int *err)
{
	struct lab_page *pg;
	size_t i;

	if (lab_map_fast(z, addr, &i, &pg)) {
		*owner = z;
		return pg;
	}
	return lab_map_find_slow(z, addr, false, owner, err);
}

/* ---- layers.c ---- */
struct lab_page *lab_walk_layers(struct lab_walk *w);
struct lab_page *lab_walk_system_late(struct lab_walk *w, struct lab_guard *g);

/* ---- magazine.c: layers 1 and 1b ---- */
bool lab_mag_load(struct labyrinth_zone *z, struct lab_cpu *c);
bool lab_mag_refill(struct lab_walk *w);
void lab_mag_flush(struct labyrinth_zone *z, struct lab_cpu *c);
void lab_mag_put(struct labyrinth_zone *z, struct lab_cpu *c, u32 kind, struct lab_page *pg);
void lab_mag_flush_all(struct labyrinth_zone *z, struct lab_cpu *c);
bool lab_emerg_put(struct lab_cpu *c, u32 index);
u32 lab_emerg_take(struct lab_cpu *c);
bool lab_percpu_take(struct lab_walk *w, u32 *index);
void lab_emerg_fill(struct labyrinth_zone *z, struct lab_cpu *c);

/* ---- reserve.c: layer 2, stealing, batched returns ---- */
int lab_reserve_pop(struct labyrinth_zone *z, struct lab_stack *s, struct lab_node **node);
void lab_reserve_push(struct labyrinth_zone *z, struct lab_stack *s, struct lab_node *node);
struct lab_node *lab_node_get(struct labyrinth_zone *z);
void lab_node_put(struct labyrinth_zone *z, struct lab_node *node);
int lab_loose_pop(struct labyrinth_zone *z, u32 *index);
void lab_loose_push(struct labyrinth_zone *z, u32 index);
void lab_reserve_put(struct labyrinth_zone *z, struct lab_stack *s, const u32 *idx, u32 n);
struct lab_page *lab_reserve_one(struct lab_walk *w, struct labyrinth_zone *z);
struct lab_page *lab_steal_one(struct lab_walk *w, struct labyrinth_zone *z);
struct lab_node *lab_steal_node(struct labyrinth_zone *z, struct lab_cpu *c);
void lab_return_page(struct labyrinth_zone *z, struct lab_cpu *c, u32 kind, struct lab_page *pg, u32 home);
void lab_stage_flush(struct labyrinth_zone *z, struct lab_cpu *c);
void lab_want_refill(struct labyrinth_zone *z);

/*
 * Nothing in full, loose and returns? Pages are counted before they are pushed,
 * so zero is certain; a failing allocation ends soon.
 */
static inline bool lab_reserve_empty(struct labyrinth_zone *z)
{
	return lab_load(&z->reserved) <= 0;
}

/* At the end of whatever took from the reserve, when what was not needed is back. */
static inline void lab_reserve_check(struct labyrinth_zone *z)
{
	if (LAB_UNLIKELY(lab_load(&z->reserved) < (s64)z->low))
		lab_want_refill(z);
}

int lab_absent_pop(struct labyrinth_zone *z, u32 *index);
void lab_absent_push(struct labyrinth_zone *z, u32 index);

/* ---- quality.c ---- */
/* Zones that keep content do not look at it when allocating, so they must not know it either. */
static inline u32 lab_fresh_content(const struct labyrinth_zone *z, bool zeroed)
{
	return zeroed && z->prepare != LABYRINTH_PREPARE_KEEP ? LAB_ZEROED : LAB_DIRTY;
}

void lab_quality_apply(struct labyrinth_zone *z, struct lab_cpu *c, struct lab_page *pg,
		       labyrinth_quality_t q);
void lab_quality_prepare(struct labyrinth_zone *z, struct lab_page *pg);
bool lab_quality_intact(struct labyrinth_zone *z, const void *va, bool full, u64 *offset);

/* ---- handoff.c ---- */
void lab_queue_push(struct labyrinth_zone *z, struct lab_cpu *c, struct lab_page *pg);

/* ---- zone.c ---- */
int lab_zone_populate(struct labyrinth_zone *z, u32 want);
void lab_zone_forget(struct labyrinth_zone *z);
void lab_zone_rebuild(struct labyrinth_zone *z, u32 slot, u32 holder);
void lab_zone_slot_used(struct labyrinth_zone *z, u32 slot);
void lab_zone_slot_open(struct labyrinth_zone *z, u32 slot);
void lab_zone_slot_close(struct labyrinth_zone *z, u32 slot);
u32 lab_zone_pages_out(struct labyrinth_zone *z);

/* ---- report.c ---- */
#define LAB_HANDLE_INDEX	0xffffffULL	/* handle: {gen:40, index + 1:24} */

static inline bool lab_stale(const u64 *handle, u64 w)
{
	return handle && (*handle ^ (lab_w_gen(w) << 24)) >> 24 << 24;
}

int lab_misuse(struct labyrinth_zone *z, enum labyrinth_misuse kind, const struct lab_page *pg,
	       const void *addr, const void *site, u64 detail, int err);
int lab_misuse_find(struct labyrinth_zone *z, int err, const void *addr, const u64 *handle, const void *site);
void lab_page_info(struct labyrinth_zone *z, const struct lab_page *pg,
		   struct labyrinth_page_info *info);

/* ---- handle.c ---- */
struct lab_page *lab_handle_find(const struct labyrinth_zone *z, u64 handle);

/* The page a call is about, by its address or, if @handle is not NULL, by that; under the guard. */
static inline struct lab_page *lab_find(struct labyrinth_zone *z, const void *page, const u64 *handle,
					struct labyrinth_zone **owner, int *err)
{
	if (!handle)
		return lab_map_find(z, page, owner, err);
	*owner = z;
	*err = -EBADF;		/* lab_misuse_find() knows what to make of it */
	return lab_handle_find(z, *handle);
}

/* ---- inject.c ---- */
bool lab_inject_hit(struct labyrinth_zone *z, enum labyrinth_layer layer);

static inline bool lab_inject(struct lab_walk *w, struct labyrinth_zone *z, enum labyrinth_layer layer)
{
	if (LAB_LIKELY(!(lab_load(&z->gate) & LAB_GATE_INJECT)))
		return false;
	if (!lab_inject_hit(z, layer))
		return false;
	w->injected = true;
	return true;
}

#endif /* LABYRINTH_ALLOC_CORE_H */
