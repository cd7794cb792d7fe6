// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what own/ saw to findings: a message, and the life of the object as a chain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "finding.h"

#define ROLE(n, s) s,
static const char *const roles[] = { LAB_OWN_ROLE_LIST(ROLE) };

static const char *symname(const struct lab_findings *f, const struct lab_own_step *s)
{
	return s->sym == LAB_NONE ? "" : lab_prog_symname(f->p, s->sym);
}

static const char *fnname(const struct lab_findings *f, uint32_t fn)
{
	return lab_prog_symname(f->p, f->p->fns[fn].sym);
}

/* A step in words; as: what the object is called. */
static void words(const struct lab_findings *f, const struct lab_own_step *s, const char *as,
		  char *buf, size_t size)
{
	const char *fn = fnname(f, s->fn), *sym = symname(f, s);

	switch (s->role) {
	case LAB_OWN_IN:
		snprintf(buf, size, "in %s()", fn);
		break;
	case LAB_OWN_ALLOCATES:
	case LAB_OWN_RECEIVES:
		snprintf(buf, size, "%s() gets it from %s()", fn, sym);
		break;
	case LAB_OWN_HANDS_OFF:
	case LAB_OWN_FREES:
		snprintf(buf, size, "%s() %s: %s()", fn,
			 s->role == LAB_OWN_FREES ? "frees it" : "hands it off", sym);
		break;
	case LAB_OWN_LENT:
		snprintf(buf, size, "%s() is called with a %s that is not its own: %s()", fn, as, sym);
		break;
	case LAB_OWN_USES:
		snprintf(buf, size, "%s() uses it%s%s%s", fn, *sym ? ": " : "", sym, *sym ? "()" : "");
		break;
	case LAB_OWN_LEAVES:
		snprintf(buf, size, "%s() returns this way", fn);
		break;
	case LAB_OWN_WITH:
	case LAB_OWN_WITHOUT:
		snprintf(buf, size, "%s() returns this way, %s", fn, s->role == LAB_OWN_WITH ?
			 "and leaves it so" : "and has undone it");
		break;
	case LAB_OWN_LOSES:
		snprintf(buf, size, "the next round begins, and nobody has it");
		break;
	case LAB_OWN_TAKES:
	case LAB_OWN_DROPS:
		snprintf(buf, size, "%s() calls %s()", fn, sym);
		break;
	case LAB_OWN_SLEEPS:
		snprintf(buf, size, "%s() calls %s%s, which may sleep", fn, *sym ? sym : "a function",
			 *sym ? "()" : " through a pointer");
		break;
	case LAB_OWN_REPEATS:
		snprintf(buf, size, "the loop goes round for as long as there are pages");
		break;
	case LAB_OWN_RUNS:
		snprintf(buf, size, "%s() runs where sleeping is allowed", fn);
		break;
	default:
		snprintf(buf, size, "%s() calls %s()", fn, sym);
	}
}

/* Where the object comes from: the deepest step of the first ones that has a name. */
static const char *source(const struct lab_findings *f, const struct lab_misuse *m)
{
	for (int i = 0; i < arrlen(m->steps); i++)
		if (m->steps[i].role == LAB_OWN_ALLOCATES || m->steps[i].role == LAB_OWN_RECEIVES)
			return symname(f, &m->steps[i]);
	return "";
}

static void message(const struct lab_findings *f, const struct lab_misuse *m, char *buf, size_t size)
{
	const struct lab_own_step *at = &m->steps[m->sink], *last = &m->steps[arrlen(m->steps) - 1];
	const char *from = source(f, m);
	char it[160];

	snprintf(it, sizeof(it), "%s%s%s%s", m->as, *from ? " from " : "", from, *from ? "()" : "");
	switch (m->kind) {
	case LAB_MISUSE_UNCHECKED:
		snprintf(buf, size, "the %s %s: it was not tested", it, m->why);
		break;
	case LAB_MISUSE_LEAK:
		snprintf(buf, size, "the %s %s", it,
			 last->role == LAB_OWN_LOSES ? "is lost in the next round of a loop" :
			 "is left to nobody on a way out");
		break;
	case LAB_MISUSE_TWICE:
		snprintf(buf, size, "the %s is handed off, but it %s", it, m->why);
		break;
	case LAB_MISUSE_USE:
		snprintf(buf, size, "the %s is used, but it %s", it, m->why);
		break;
	case LAB_MISUSE_FREE:
		snprintf(buf, size, "the %s is freed, but it %s", it, m->why);
		break;
	case LAB_MISUSE_HOLDING:
		snprintf(buf, size, "%s%s may sleep while the %s waits",
			 *symname(f, last) ? symname(f, last) : "a function called through a pointer",
			 *symname(f, last) ? "()" : "", it);
		break;
	case LAB_MISUSE_QUALITY:
		snprintf(buf, size, "%s() is asked for %s (0x%llx)", symname(f, at), m->why,
			 (unsigned long long)m->value & 0xffffffffu);
		break;
	case LAB_MISUSE_SIZE:
		if (!strcmp(m->why, "budget"))
			snprintf(buf, size, "%lld pages are taken at a time, more than the zone's budget",
				 (long long)m->value);
		else if (last->role == LAB_OWN_ALLOCATES)
			snprintf(buf, size, "atomic pages are taken in a loop that only their lack ends");
		else
			snprintf(buf, size, "%s() is asked for %lld pages at once in atomic context",
				 symname(f, at), 1ll << (m->value & 31));
		break;
	case LAB_MISUSE_IMBALANCE:
		snprintf(buf, size, "what %s() %s stays so on one way out of %s() and not on another",
			 symname(f, at), at->role == LAB_OWN_TAKES ? "takes" : "drops", fnname(f, at->fn));
		break;
	default:
		snprintf(buf, size, "%s() is atomic, but all callers of %s() may sleep", symname(f, at),
			 fnname(f, at->fn));
	}
}

static const char *context_of(const struct lab_misuse *m)
{
	return m->kind == LAB_MISUSE_IMBALANCE ? "lock" :
	       m->kind == LAB_MISUSE_NEEDLESS ? "process" : "ownership";
}

static struct lab_origin origin_of(struct lab_findings *f, const struct lab_misuse *m)
{
	struct lab_origin o = { .context = context_of(m), .ends = "", .why = "" };

	for (int i = 0; i < arrlen(m->steps); i++) {
		const struct lab_own_step *s = &m->steps[i];
		struct lab_frame fr = { .function = fnname(f, s->fn), .role = roles[s->role], .when = "",
					.by = "" };
		char buf[400];

		lab_findings_locate(f, s->fn, s->ins, &fr);
		words(f, s, m->as, buf, sizeof(buf));
		fr.text = lab_findings_text(f, buf);
		arrput(o.frames, fr);
	}
	return o;
}

static void add(struct lab_findings *f, const struct lab_rule *rule, const struct lab_misuse *m)
{
	const struct lab_own_step *at = &m->steps[m->sink];
	struct lab_finding x = { .rule = rule, .fn = at->fn };
	struct lab_frame place;
	char buf[400], more[32];

	lab_findings_locate(f, at->fn, at->ins, &place);
	x.function = fnname(f, at->fn);
	x.callee = *symname(f, at) ? symname(f, at) : roles[at->role];
	x.file = place.file;
	x.line = place.line;
	x.col = place.col;
	snprintf(more, sizeof(more), "%s|%u", roles[at->role],
		 at->ins == LAB_NONE ? 0 : lab_findings_ordinal(f->p->fns[at->fn].body, at->ins));
	lab_findings_hash(&x, more);
	message(f, m, buf, sizeof(buf));
	lab_findings_add(f, x, buf, origin_of(f, m));
}

void lab_findings_misuses(struct lab_findings *f, const char *rule, enum lab_misuse_kind kind)
{
	for (int i = 0; f->own && i < arrlen(f->own->all); i++)
		if (f->own->all[i].kind == kind)
			add(f, lab_rule_find(rule), &f->own->all[i]);
}
