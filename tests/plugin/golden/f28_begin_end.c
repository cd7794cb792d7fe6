// SPDX-License-Identifier: GPL-2.0-or-later
/* F28: begin and end are guarded by the same pure inline, a constant here. */
typedef _Bool bool;
typedef struct { unsigned int sequence; } seqcount_t;

void preempt_disable(void);
void preempt_enable(void);

static inline bool is_preemptible(const seqcount_t *s)
{
	return 0;
}

static inline void write_begin(seqcount_t *s)
{
	if (is_preemptible(s))
		preempt_disable();
	s->sequence++;
	asm volatile("" ::: "memory");
}

static inline void write_end(seqcount_t *s)
{
	asm volatile("" ::: "memory");
	s->sequence++;
	if (is_preemptible(s))
		preempt_enable();
}

extern void resize(void);

void change(seqcount_t *s)
{
	write_begin(s);
	resize();
	write_end(s);
}
