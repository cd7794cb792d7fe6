// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What only the kernel has: every context that may call, CPUs that come and
 * go, the worker. Included behind tests/alloc/t_core.c, whose helpers it uses.
 * Interrupts note what happened; the test looks at it afterwards.
 */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/nmi.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/version.h>
#ifdef CONFIG_X86_64
#include <asm/apic.h>
#include <asm/nmi.h>
#endif

/* What one CPU's magazine holds, another does not see; and the first CPU is never taken away. */
static void stay_here(bool yes)
{
	set_cpus_allowed_ptr(current, yes ? cpumask_of(cpumask_first(cpu_online_mask)) : cpu_possible_mask);
}

/* ---- one round of calls, in the context under test ---- */

struct round {
	struct labyrinth_zone *z;
	void *page[8];
	struct labyrinth_page_info info;
	enum labyrinth_reason reason;
	int handed, cancelled, freed, again, query, bulk, bulk_back;
	bool zero, ran, in_irq;
	struct completion done;
};

static void one_round(struct round *r)
{
	void *many[6];

	r->page[0] = get(r->z, ZERO);
	r->page[1] = get(r->z, POISON);
	r->zero = r->page[0] && all(r->page[0], 0);
	r->query = r->page[0] ? labyrinth_page_query(r->z, r->page[0], &r->info) : -1;
	r->handed = labyrinth_handoff(r->z, r->page[0]);
	r->again = labyrinth_handoff(r->z, r->page[0]);
	r->cancelled = labyrinth_cancel(r->z, r->page[1]);
	r->freed = labyrinth_free_page(r->z, r->page[0]);
	r->bulk = labyrinth_alloc_bulk(r->z, NONE, many, 6);
	r->bulk_back = labyrinth_cancel_bulk(r->z, many, 6);
	r->ran = true;
}

static void check_round(struct round *r, u32 context)
{
	void *batch[4];

	CHECK(r->ran && r->page[0] && r->page[1] && r->zero);
	CHECK_EQ(r->query, 0);
	CHECK_EQ(r->info.state, LABYRINTH_PAGE_ATOMIC);
	CHECK_EQ(r->info.context, context);
	CHECK(r->info.holder_name[0]);
	if (context)		/* the CPU then, in a fixed form */
		CHECK_EQ(r->info.holder, 1u << 31 | context << 29 | r->info.slot);
	CHECK_EQ(r->handed, 0);
	CHECK_EQ(r->again, -EALREADY);
	CHECK_EQ(r->cancelled, 0);
	CHECK_EQ(r->freed, -EALREADY);
	CHECK_EQ(r->bulk, 6);
	CHECK_EQ(r->bulk_back, 6);
	CHECK_EQ(labyrinth_receive(r->z, batch, 4), 1);
	CHECK(batch[0] == r->page[0]);
	CHECK_EQ(labyrinth_free_page(r->z, batch[0]), 0);
}

static struct labyrinth_zone *make_any(u32 pages)
{
	struct labyrinth_zone_params p = params(pages);

	p.magazine = 16;
	return make(&p);
}

static void calls_in_task(void)
{
	struct round r = { .z = make_any(64) };

	one_round(&r);
	check_round(&r, 0);
	end(r.z);
}

static struct round *shared;

/* ---- softirq, hard interrupt, timers ---- */

static void tasklet_fn(struct tasklet_struct *t)
{
	one_round(shared);
	complete(&shared->done);
}

static void calls_in_softirq(void)
{
	static DECLARE_TASKLET(tasklet, tasklet_fn);
	struct round r = { .z = make_any(64) };

	init_completion(&r.done);
	shared = &r;
	tasklet_schedule(&tasklet);
	wait_for_completion(&r.done);
	tasklet_kill(&tasklet);
	check_round(&r, 1);
	end(r.z);
}

static void ipi_fn(void *arg)
{
	struct round *r = arg;

	r->in_irq = in_hardirq();
	one_round(r);
}

/*
 * What another CPU is asked to run, on each in turn; its pages are received here.  An idle
 * task that polls takes the call without an interrupt: then the round is a task's, of
 * number 0, and we ask again until an interrupt came.
 */
static bool ask(int cpu)
{
	struct round r = { .z = make_any(64) };

	CHECK_EQ(smp_call_function_single(cpu, ipi_fn, &r, 1), 0);
	check_round(&r, r.in_irq ? 2 : 0);
	CHECK(r.in_irq || !strcmp(r.info.holder_name, "idle"));
	CHECK_EQ(r.info.slot, cpu);
	end(r.z);
	return r.in_irq;
}

static void calls_in_hardirq(void)
{
	int cpu, tries;

	stay_here(true);	/* a CPU that asks itself makes a plain call */
	for_each_online_cpu(cpu) {
		if (cpu == raw_smp_processor_id())
			continue;
		for (tries = 0; !ask(cpu) && tries < 1000; tries++)
			usleep_range(100, 200);
		CHECK(tries < 1000);
	}
	stay_here(false);
}

static enum hrtimer_restart hrtimer_fn(struct hrtimer *t)
{
	one_round(shared);
	complete(&shared->done);
	return HRTIMER_NORESTART;
}

static void calls_in_hrtimer(void)
{
	struct round r = { .z = make_any(64) };
	static struct hrtimer timer;

	init_completion(&r.done);
	shared = &r;
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = hrtimer_fn;
	hrtimer_start(&timer, ns_to_ktime(100000), HRTIMER_MODE_REL_HARD);
	wait_for_completion(&r.done);
	hrtimer_cancel(&timer);
	check_round(&r, 2);
	end(r.z);
}

static void timer_fn(struct timer_list *t)
{
	one_round(shared);
	complete(&shared->done);
}

static void calls_in_timer(void)
{
	struct round r = { .z = make_any(64) };
	static struct timer_list timer;

	init_completion(&r.done);
	shared = &r;
	timer_setup(&timer, timer_fn, 0);
	mod_timer(&timer, jiffies + 1);
	wait_for_completion(&r.done);
	timer_delete_sync(&timer);
	check_round(&r, 1);
	end(r.z);
}

/* ---- atomic sections ---- */

static void under_raw_lock(void)
{
	static DEFINE_RAW_SPINLOCK(lock);
	struct round r = { .z = make_any(64) };
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	one_round(&r);
	raw_spin_unlock_irqrestore(&lock, flags);
	check_round(&r, 0);
	end(r.z);
}

/* The worker's free where it may not be: refused, counted, and the page is not lost. */
static void free_where_nothing_may_sleep(void)
{
	static DEFINE_RAW_SPINLOCK(lock);
	struct labyrinth_zone *z = make_any(64);
	void *page = get(z, NONE), *batch[1];
	unsigned long flags;
	int first, second;

	CHECK_EQ(labyrinth_handoff(z, page), 0);
	CHECK_EQ(labyrinth_receive(z, batch, 1), 1);
	raw_spin_lock_irqsave(&lock, flags);
	first = labyrinth_free_page(z, page);
	second = labyrinth_free_page(z, page);
	raw_spin_unlock_irqrestore(&lock, flags);
	CHECK_EQ(first, -EPERM);
	CHECK_EQ(second, -EALREADY);
	CHECK_EQ(stats(z).misuse[LABYRINTH_MISUSE_FREE_IN_ATOMIC], 1);
	CHECK_EQ(labyrinth_receive(z, batch, 1), 1);
	preempt_disable();
	first = labyrinth_free_page(z, page);
	preempt_enable();
	CHECK_EQ(first, IS_ENABLED(CONFIG_PREEMPT_COUNT) ? -EPERM : 0);
	if (first) {
		CHECK_EQ(labyrinth_receive(z, batch, 1), 1);
		CHECK_EQ(labyrinth_free_page(z, page), 0);
	}
	end(z);
}

/* ---- NMI ---- */

#ifdef CONFIG_X86_64
static int nmi_fn(unsigned int type, struct pt_regs *regs)
{
	struct round *r = READ_ONCE(shared);

	if (!r || r->ran)
		return NMI_DONE;
	one_round(r);
	return NMI_HANDLED;
}

static struct labyrinth_zone *nmi_zone;
static void *nmi_got[4];
static enum labyrinth_reason nmi_reason;

static int nmi_deplete(unsigned int type, struct pt_regs *regs)
{
	int i;

	if (!READ_ONCE(nmi_zone))
		return NMI_DONE;
	for (i = 0; i < 4; i++)
		nmi_got[i] = get(nmi_zone, NONE);
	nmi_reason = labyrinth_last_reason();
	WRITE_ONCE(nmi_zone, NULL);
	return NMI_HANDLED;
}

static void send_nmi(const void *until)
{
	int i;

	preempt_disable();
	apic->send_IPI_mask(cpumask_of(smp_processor_id()), NMI_VECTOR);
	preempt_enable();
	for (i = 0; i < 1000 && !READ_ONCE(*(const bool *)until); i++)
		usleep_range(100, 200);
}

static void calls_in_nmi(void)
{
	struct round r = { .z = make_any(64) };

	shared = &r;
	CHECK_EQ(register_nmi_handler(NMI_LOCAL, nmi_fn, 0, "labyrinth"), 0);
	send_nmi(&r.ran);
	unregister_nmi_handler(NMI_LOCAL, "labyrinth");
	check_round(&r, 3);
	end(r.z);
}

/* Layer 3 is never asked in NMI: the reason says so. */
static void no_system_in_nmi(void)
{
	struct labyrinth_zone_params p = params(3);
	struct labyrinth_zone *z;
	int i;

	p.max_pages = 10;
	p.system = LABYRINTH_SYSTEM_ATOMIC;
	z = make(&p);
	WRITE_ONCE(nmi_zone, z);
	CHECK_EQ(register_nmi_handler(NMI_LOCAL, nmi_deplete, 0, "labyrinth2"), 0);
	preempt_disable();
	apic->send_IPI_mask(cpumask_of(smp_processor_id()), NMI_VECTOR);
	preempt_enable();
	for (i = 0; i < 1000 && READ_ONCE(nmi_zone); i++)
		usleep_range(100, 200);
	unregister_nmi_handler(NMI_LOCAL, "labyrinth2");
	CHECK(nmi_got[0] && nmi_got[1] && nmi_got[2] && !nmi_got[3]);
	CHECK_EQ(nmi_reason, LABYRINTH_FAIL_CTX_NMI);
	CHECK_EQ(stats(z).alloc_system, 0);
	for (i = 0; i < 3; i++)
		CHECK_EQ(labyrinth_cancel(z, nmi_got[i]), 0);
	end(z);
}
#endif

/* ---- nested entry, always: the report is called in the middle of a call ---- */

static void *nested_page;

static void note_and_take(const struct labyrinth_report *r, void *arg)
{
	if (!nested_page)
		nested_page = get(r->zone, ZERO);
}

static void nested_entry_is_served(void)
{
	struct labyrinth_zone_params p = params(64);
	struct labyrinth_zone *z;
	void *page;

	p.report = note_and_take;
	nested_page = NULL;
	z = make(&p);
	page = get(z, NONE);
	CHECK_EQ(labyrinth_cancel(z, page), 0);
	CHECK_EQ(labyrinth_cancel(z, page), -EINVAL);
	CHECK(nested_page && all(nested_page, 0));
	CHECK_EQ(stats(z).nested, 1);
	CHECK_EQ(stats(z).alloc_emergency, 1);
	CHECK_EQ(labyrinth_cancel(z, nested_page), 0);
	end(z);
}

/* ---- the worker, and waiting ---- */

static atomic_t worked;

static void work_fn(void *page, void *arg)
{
	if (all(page, 0x5a))
		atomic_inc(&worked);
	might_sleep();
}

static void send_fn(void *arg)
{
	struct labyrinth_zone *z = arg;
	void *page;
	int i;

	for (i = 0; i < 10; i++) {
		page = get(z, NONE);
		if (!page)
			return;
		fill(page, 0x5a);
		labyrinth_handoff(z, page);
	}
}

static void worker_serves_interrupts(void)
{
	struct labyrinth_zone *z = make_any(128);
	int i, cpu, sent = 0;

	atomic_set(&worked, 0);
	CHECK_EQ(labyrinth_worker_start(z, work_fn, NULL), 0);
	CHECK_EQ(labyrinth_worker_start(z, work_fn, NULL), -EBUSY);
	for (i = 0; i < 20; i++)
		for_each_online_cpu(cpu) {
			smp_call_function_single(cpu, send_fn, z, 1);
			sent += 10;
			if (sent % 50 == 0)
				usleep_range(1000, 2000);
		}
	CHECK_EQ(labyrinth_worker_stop(z), 0);
	CHECK_EQ(labyrinth_worker_stop(z), -EINVAL);
	CHECK_EQ(atomic_read(&worked), stats(z).handoff);
	CHECK(atomic_read(&worked) > 100);
	CHECK_EQ(stats(z).free, stats(z).handoff);
	end(z);
}

static int waiter_fn(void *arg)
{
	struct round *r = arg;
	void *batch[1];

	r->query = labyrinth_wait(r->z, ~0ull);
	r->handed = labyrinth_receive(r->z, batch, 1);
	r->freed = r->handed == 1 ? labyrinth_free_page(r->z, batch[0]) : 0;
	complete(&r->done);
	return 0;
}

static void wait_is_woken(void)
{
	struct round r = { .z = make_any(64) }, r2 = { };
	struct task_struct *t;

	CHECK_EQ(labyrinth_wait(r.z, 0), 0);
	CHECK_EQ(labyrinth_wait(r.z, 1000000), 0);
	CHECK_EQ(labyrinth_wait(NULL, 0), -EINVAL);
	init_completion(&r.done);
	t = kthread_run(waiter_fn, &r, "lab-waiter");
	CHECK(!IS_ERR(t));
	msleep(20);
	CHECK_EQ(labyrinth_handoff(r.z, get(r.z, NONE)), 0);
	wait_for_completion(&r.done);
	CHECK_EQ(r.query, 1);
	CHECK_EQ(r.handed, 1);
	CHECK_EQ(r.freed, 0);
	reinit_completion(&r.done);	/* and by the end of the zone, all of them */
	r2.z = r.z;
	init_completion(&r2.done);
	t = kthread_run(waiter_fn, &r, "lab-waiter");
	CHECK(!IS_ERR(t));
	t = kthread_run(waiter_fn, &r2, "lab-waiter");
	CHECK(!IS_ERR(t));
	msleep(20);
	end(r.z);
	wait_for_completion(&r.done);
	wait_for_completion(&r2.done);
	CHECK_EQ(r.query, -EINVAL);
	CHECK_EQ(r2.query, -EINVAL);
}

/* ---- CPUs come and go ---- */

static void take_and_cancel_fn(void *arg)
{
	void *many[16];
	int n = labyrinth_alloc_bulk(arg, NONE, many, 16);

	if (n > 0)
		labyrinth_cancel_bulk(arg, many, n);
}

static void handoff_fn(void *arg)
{
	void *page = get(arg, NONE);

	if (page)
		labyrinth_handoff(arg, page);
}

static void cpu_hotplug(void)
{
	static void *got[200];
	struct labyrinth_zone *z;
	int cpu = cpumask_any_but(cpu_online_mask, raw_smp_processor_id()), i, n;
	void *batch[4];

	if (cpu >= nr_cpu_ids || !IS_ENABLED(CONFIG_HOTPLUG_CPU)) {
		pr_info("# cpu_hotplug: one CPU only, nothing to take away\n");
		return;
	}
	z = make_any(100);
	smp_call_function_single(cpu, take_and_cancel_fn, z, 1);
	smp_call_function_single(cpu, handoff_fn, z, 1);
	for (n = 0; n < 200 && (got[n] = get(z, NONE)); n++)
		;
	CHECK(n < 99);		/* some lie in that CPU's magazine */
	CHECK_EQ(remove_cpu(cpu), 0);
	for (i = n; i < 200 && (got[i] = get(z, NONE)); i++)
		;
	CHECK_EQ(i, 99);	/* now all of them, but the one in the dead CPU's queue */
	CHECK_EQ(labyrinth_receive(z, batch, 4), 1);
	CHECK_EQ(labyrinth_free_page(z, batch[0]), 0);
	while (i--)
		CHECK_EQ(labyrinth_cancel(z, got[i]), 0);
	CHECK_EQ(labyrinth_zone_verify(z), 0);
	CHECK_EQ(add_cpu(cpu), 0);
	smp_call_function_single(cpu, take_and_cancel_fn, z, 1);
	CHECK(stats(z).alloc >= 100);
	end(z);
}

/* ---- frames, struct page ---- */

static void real_frames(void)
{
	struct labyrinth_zone *z = make_any(8);
	void *page = get(z, NONE);

	CHECK(stats(z).frames_real);
	CHECK_EQ(labyrinth_virt_to_phys(z, page), __pa(page));
	CHECK(labyrinth_phys_to_virt(z, __pa(page) + 12) == page + 12);
	CHECK(!labyrinth_phys_to_virt(z, 1ull << 62));
	CHECK_EQ(labyrinth_cancel_struct_page(z, virt_to_page(page)), 0);
	page = labyrinth_alloc_struct_page(z, ZERO);
	CHECK(page);
	CHECK_EQ(labyrinth_handoff_struct_page(z, page), 0);
	CHECK_EQ(labyrinth_receive(z, &page, 1), 1);
	CHECK_EQ(labyrinth_free_struct_page(z, virt_to_page(page)), 0);
	end(z);
}

/* Flags that only user space has, and reading what is not ours. */
static void what_the_kernel_refuses(void)
{
	static const u32 flags[] = { LABYRINTH_ZONE_GUARD, LABYRINTH_ZONE_RSEQ, LABYRINTH_ZONE_MLOCK };
	struct labyrinth_zone_params p = params(8);
	struct labyrinth_zone *z;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		p.flags = flags[i];
		CHECK_EQ(labyrinth_zone_create(&p, &z), -EOPNOTSUPP);
	}
	z = make_any(8);
	CHECK_EQ(labyrinth_cancel(z, (void *)PAGE_OFFSET), -EXDEV);
	CHECK_EQ(labyrinth_cancel(z, (void *)~0xfffUL), -EXDEV);
	CHECK_EQ(labyrinth_cancel(z, (void *)0x5000000000000000UL), -EXDEV);
	CHECK_EQ(labyrinth_cancel(z, high_memory), -EXDEV);
	end(z);
}

/* ---- all of it at once ---- */

#define TORTURE_OPS 4000

struct producer {
	struct labyrinth_zone *z;
	struct hrtimer timer;
	struct tasklet_struct tasklet;
	struct task_struct *task;
	unsigned int left;
	int cpu;
};

static atomic_t torture_bad, torture_null;

/* False: the pool was empty. */
static bool torture_round(struct labyrinth_zone *z, unsigned int i)
{
	unsigned char *page = get(z, i & 1 ? ZERO : NONE);

	if (!page) {
		atomic_inc(&torture_null);
		return false;
	}
	if (i & 1 && (page[0] | page[2000] | page[4095]))
		atomic_inc(&torture_bad);
	page[0] = page[2000] = page[4095] = 0x5a;
	if (i % 3 ? labyrinth_handoff(z, page) : labyrinth_cancel(z, page))
		atomic_inc(&torture_bad);
	return true;
}

static enum hrtimer_restart torture_timer(struct hrtimer *t)
{
	struct producer *p = container_of(t, struct producer, timer);
	int i;

	if (!READ_ONCE(p->left))
		return HRTIMER_NORESTART;
	for (i = 0; i < 3; i++)
		torture_round(p->z, i);
	tasklet_schedule(&p->tasklet);
	hrtimer_forward_now(t, ns_to_ktime(500000));
	return HRTIMER_RESTART;
}

static void torture_tasklet(struct tasklet_struct *t)
{
	struct producer *p = from_tasklet(p, t, tasklet);
	int i;

	for (i = 0; i < 5; i++)
		torture_round(p->z, i);
}

static void torture_page(void *page, void *arg)
{
	unsigned char *b = page;

	if (b[0] != 0x5a || b[2000] != 0x5a || b[4095] != 0x5a)
		atomic_inc(&torture_bad);
}

static int torture_task(void *arg)
{
	struct producer *p = arg;

	hrtimer_start(&p->timer, ns_to_ktime(100000), HRTIMER_MODE_REL_PINNED_HARD);
	while (p->left) {
		if (!torture_round(p->z, p->left))
			schedule_timeout_uninterruptible(1);	/* the worker shall have its turn */
		WRITE_ONCE(p->left, p->left - 1);
		cond_resched();
	}
	hrtimer_cancel(&p->timer);
	tasklet_kill(&p->tasklet);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static void torture(void)
{
	static struct producer producers[8];
	struct labyrinth_zone_params p = params(400);
	struct labyrinth_zone *z;
	int cpu, n = 0;

	p.magazine = 32;
	p.max_pages = 600;
	z = make(&p);
	atomic_set(&torture_bad, 0);
	atomic_set(&torture_null, 0);
	CHECK_EQ(labyrinth_worker_start(z, torture_page, NULL), 0);
	for_each_online_cpu(cpu) {
		struct producer *q = &producers[n];

		if (n == ARRAY_SIZE(producers))
			break;
		*q = (struct producer){ .z = z, .left = TORTURE_OPS, .cpu = cpu };
		hrtimer_init(&q->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
		q->timer.function = torture_timer;
		tasklet_setup(&q->tasklet, torture_tasklet);
		q->task = kthread_create(torture_task, q, "lab-torture/%d", cpu);
		CHECK(!IS_ERR(q->task));
		if (IS_ERR(q->task))
			break;
		kthread_bind(q->task, cpu);
		wake_up_process(q->task);
		n++;
	}
	while (n--) {
		while (READ_ONCE(producers[n].left))
			msleep(10);
		kthread_stop(producers[n].task);
	}
	CHECK_EQ(labyrinth_worker_stop(z), 0);
	CHECK_EQ(atomic_read(&torture_bad), 0);
	CHECK_EQ(reports, 0);
	CHECK(stats(z).handoff > TORTURE_OPS / 4);
	pr_info("# torture: %llu given out, %llu handed off, %llu nested, %d refused\n", stats(z).alloc,
		stats(z).handoff, stats(z).nested, atomic_read(&torture_null));
	end(z);
}

static const struct lab_test kernel_tests[] = {
	T(calls_in_task), T(calls_in_softirq), T(calls_in_hardirq), T(calls_in_hrtimer), T(calls_in_timer), T(under_raw_lock),
	T(free_where_nothing_may_sleep),
#ifdef CONFIG_X86_64
	T(calls_in_nmi), T(no_system_in_nmi),
#endif
	T(nested_entry_is_served), T(worker_serves_interrupts), T(wait_is_woken), T(cpu_hotplug),
	T(real_frames), T(what_the_kernel_refuses), T(torture),
	{ NULL, NULL }
};
