// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A model checker for the core's own code: explore [SCENARIO|quick|all [LIMIT]].
 *
 * Actors are coroutines. Before each atomic step the running one returns here,
 * and every actor that could go next is tried: depth first, by running the
 * scenario again from its beginning along a recorded prefix of choices. A state
 * is the shared memory plus each actor's live stack and registers; a state seen
 * before is not followed again, so the search ends and is complete: all
 * interleavings of all steps, all places for handlers to cut in.
 *
 * Policy: sequential consistency; at most LIMIT states (then it says so and
 * fails); a run that no actor can continue is a deadlock, reported with its
 * schedule.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "explore.h"

#define STACK	16384
#define MEMORY	(1 << 20)
#define PATH	100000

#ifndef __x86_64__
#error "the explorer switches stacks in x86-64 assembly"
#endif

struct actor {
	void *sp;			/* saved stack pointer; callee-saved registers lie on the stack */
	bool started, done;
	u32 *blocked;
	u32 blocked_value;
	struct ex_thread *thread;
};

static char (*stacks)[STACK];
static struct actor actor[EX_ACTORS];
static struct ex_thread threads[EX_ACTORS];
static void *main_sp;
static int running = -1;
static const struct ex_scenario *sc;

static char *memory, *start;		/* shared memory, and how it looks at the beginning */
static size_t used;
static bool frozen;			/* setup is over */

static u32 path[PATH], width[PATH];	/* choices of this run, and how many there were */
static u32 depth, replay;
static u64 *seen;
static size_t seen_size, seen_n, limit = 20000000;
static u64 runs, steps;
static bool pruned, own_point;

/* ---- coroutines ---- */

void ex_switch(void **save, void *to);
__asm__(".text\n.globl ex_switch\nex_switch:\n"
	"push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
	"mov %rsp,(%rdi)\nmov %rsi,%rsp\n"
	"pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n");

static void entry(void)
{
	sc->actor[running]();
	actor[running].done = true;
	for (;;)
		ex_switch(&actor[running].sp, main_sp);
}

static void prepare(int i)
{
	void **sp = (void **)(void *)(stacks[i] + STACK);

	*--sp = NULL;		/* alignment: entry() begins as if called */
	*--sp = (void *)entry;
	sp -= 6;
	memset(sp, 0, 6 * sizeof(*sp));
	actor[i].sp = sp;
}

void ex_point(void)
{
	if (running >= 0)
		ex_switch(&actor[running].sp, main_sp);
}

/* Only a handler of the running actor may go first; if it has none that could, no switch. (Not where guards are watched.) */
void ex_point_own(void)
{
	int i;

	if (running < 0)
		return;
	if (sc->watched) {
		ex_point();
		return;
	}
	for (i = 0; i < EX_ACTORS; i++)
		if (sc->actor[i] && sc->parent[i] == running + 1 && !actor[i].started)
			break;
	if (i == EX_ACTORS)
		return;
	own_point = true;
	ex_switch(&actor[running].sp, main_sp);
}

struct ex_thread *ex_self(void)
{
	static struct ex_thread outside = { .slot = LAB_NO_SLOT };

	if (!outside.cpu)
		outside.cpu = lab_idle;
	return running >= 0 ? actor[running].thread : &outside;
}

void ex_block_on(u32 *word, u32 value)
{
	ex_point();
	if (*word != value)
		return;
	actor[running].blocked = word;
	ex_switch(&actor[running].sp, main_sp);
}

void ex_wake_all(u32 *word)
{
	int i;

	ex_point();
	for (i = 0; i < EX_ACTORS; i++)
		if (actor[i].blocked == word)
			actor[i].blocked = NULL;
}

bool ex_is_in(int i, const struct lab_cpu *c)
{
	ex_point();
	return threads[i].cpu == c && (running < 0 || &threads[i] != actor[running].thread);
}

bool ex_is_shared(const void *p)
{
	return (const char *)p >= memory && (const char *)p < memory + MEMORY;
}

void *ex_memory(size_t bytes)
{
	void *p = memory + used;

	if (frozen)
		return calloc(1, bytes);
	used += (bytes + 127) & ~(size_t)127;
	if (used > MEMORY) {
		fprintf(stderr, "explore: scenario %s needs more than %d bytes\n", sc->name, MEMORY);
		exit(2);
	}
	return p;
}

/* ---- states ---- */

static u64 mix(u64 h, const void *p, size_t n)
{
	const u64 *w = p;

	for (; n >= 8; n -= 8, w++) {
		h = (h ^ *w) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 29;
	}
	return h;
}

static u64 state_hash(void)
{
	u64 h = mix(1, memory, used);
	int i;

	h = mix(h, threads, sizeof(threads));
	for (i = 0; i < EX_ACTORS; i++) {
		u64 word[3] = { actor[i].started, actor[i].done, (u64)(size_t)actor[i].blocked };
		char *sp = actor[i].sp;

		h = mix(h, word, sizeof(word));
		if (actor[i].started && !actor[i].done)
			h = mix(h, sp, (size_t)(stacks[i] + STACK - sp));
	}
	return h ? h : 1;
}

/* True if it is new. */
static bool remember(u64 h)
{
	size_t i;

	if (seen_n * 2 >= seen_size) {
		u64 *old = seen;
		size_t n = seen_size;

		seen_size = n ? n * 2 : 1 << 16;
		seen = calloc(seen_size, sizeof(*seen));
		if (!seen)
			exit(2);
		seen_n = 0;
		for (i = 0; i < n; i++)
			if (old[i])
				remember(old[i]);
		free(old);
	}
	for (i = h % seen_size; seen[i]; i = (i + 1) % seen_size)
		if (seen[i] == h)
			return false;
	seen[i] = h;
	seen_n++;
	return true;
}

/* ---- one run ---- */

/* An actor whose handler has begun and not ended stands still. */
static bool interrupted(int i)
{
	int k;

	for (k = 0; k < EX_ACTORS; k++)
		if (sc->parent[k] == i + 1 && actor[k].started && !actor[k].done)
			return true;
	return false;
}

static bool can_run(int i)
{
	int up;

	if (!sc->actor[i] || actor[i].done || actor[i].blocked || interrupted(i))
		return false;
	if (!sc->parent[i] || actor[i].started)
		return true;
	up = sc->parent[i] - 1;		/* a handler begins while its parent is under way */
	return actor[up].started && !actor[up].done && !interrupted(up);
}

static bool all_done(void)
{
	int i;

	for (i = 0; i < EX_ACTORS; i++)
		if (sc->actor[i] && !actor[i].done && (!sc->parent[i] || actor[i].started))
			return false;
	return true;
}

static void begin(void)
{
	int i;

	memcpy(memory, start, used);
	memset(actor, 0, sizeof(actor));
	for (i = 0; i < EX_ACTORS; i++) {
		threads[i].slot = LAB_NO_SLOT;
		threads[i].cpu = lab_idle;
		threads[i].context = 0;
	}
	/* a thread by its slot; those without one by the actor's number, from the end */
	for (i = 0; i < EX_ACTORS; i++) {
		actor[i].thread = &threads[sc->slot[i] < 0 ? EX_ACTORS - 1 - i : sc->slot[i]];
		if (sc->parent[i])
			actor[i].thread = actor[sc->parent[i] - 1].thread;
		else if (sc->actor[i] && sc->slot[i] >= 0)
			actor[i].thread->slot = (u32)sc->slot[i];
		prepare(i);
	}
	depth = 0;
	pruned = false;
}

/* Which actor goes next; -1: the run ends here. */
static int choose(int was)
{
	int can[EX_ACTORS], n = 0, i;
	u32 k;

	for (i = 0; i < EX_ACTORS; i++)
		if (can_run(i) && (!own_point || i == was || sc->parent[i] == was + 1))
			can[n++] = i;
	own_point = false;
	if (!n) {
		if (!all_done())
			ex_fail("nobody can go on: deadlock or lost wake-up");
		return -1;
	}
	if (depth == PATH)
		ex_fail("a run does not end");
	if (depth < replay) {
		k = path[depth];
	} else {
		if (n > 1 && !remember(state_hash())) {
			pruned = true;
			return -1;
		}
		if (seen_n > limit) {
			printf("not ok - %s: more than %zu states\n", sc->name, limit);
			exit(2);
		}
		k = 0;
		path[depth] = 0;
		width[depth] = (u32)n;
	}
	depth++;
	steps++;
	return can[k];
}

static void one_run(void)
{
	int next = -1;

	begin();
	while ((next = choose(next)) >= 0) {
		actor[next].started = true;
		running = next;
		ex_switch(&main_sp, actor[next].sp);
		running = -1;
	}
	if (!pruned && sc->finish)
		sc->finish();
	runs++;
}

void ex_fail(const char *what)
{
	u32 i;

	running = -1;
	printf("not ok - %s: %s\n# after %llu runs; schedule (choice/of):", sc->name, what,
	       (unsigned long long)runs);
	for (i = 0; i < depth; i++)
		printf(" %u/%u", path[i], width[i]);
	printf("\n");
	exit(1);
}

static void explore(const struct ex_scenario *s)
{
	sc = s;
	used = 0;
	frozen = false;
	memset(memory, 0, MEMORY);
	if (sc->setup)
		sc->setup();
	frozen = true;
	memcpy(start, memory, used);
	free(seen);
	seen = NULL;
	seen_size = seen_n = 0;
	runs = steps = 0;
	replay = 0;
	for (;;) {
		one_run();
		while (depth && path[depth - 1] + 1 >= width[depth - 1])
			depth--;
		if (!depth)
			break;
		path[depth - 1]++;
		replay = depth;
	}
	printf("ok - %s: %zu states, %llu runs, %llu steps\n", sc->name, seen_n,
	       (unsigned long long)runs, (unsigned long long)steps);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const struct ex_scenario *s;
	int n = 0;

	stacks = mmap(NULL, EX_ACTORS * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	start = malloc(MEMORY);
	if (stacks == MAP_FAILED || memory == MAP_FAILED || !start)
		return 2;
	if (argc > 2)
		limit = strtoull(argv[2], NULL, 0);
	if (argc > 1 && !strcmp(argv[1], "--list")) {
		for (s = ex_scenarios; s->name; s++)
			printf("%s %s\n", s->name, s->seed ? s->seed : "-");
		return 0;
	}
	for (s = ex_scenarios; s->name; s++)
		if (argc < 2 || !strcmp(argv[1], "all") || !strcmp(argv[1], s->name) ||
		    (!strcmp(argv[1], "quick") && !strstr(s->name, "-long"))) {
			explore(s);
			n++;
		}
	if (!n)
		fprintf(stderr, "explore: no scenario %s\n", argv[1]);
	return n ? 0 : 2;
}
