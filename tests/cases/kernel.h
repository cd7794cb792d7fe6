/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cases call: the names, shapes and argument positions of Linux 6.1,
 * as small as they get, so that the models of src/check/model apply to a case
 * as it does to a driver.  What is inline in the kernel is inline here, what is
 * a macro is a macro, what lives in another file is only declared.
 *
 * Two kernels: the default one is configured like examples/kconfig (lockdep,
 * DEBUG_ATOMIC_SLEEP, DEBUG_PREEMPT); -DDISTRO is one where might_sleep() and
 * most of the bookkeeping leave no call behind, as distributions ship it.
 * A case must come out the same in both.
 */
#ifndef CASE_KERNEL_H
#define CASE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#ifndef DISTRO
#define CONFIG_DEBUG 1
#endif

typedef __UINT8_TYPE__ u8;
typedef __UINT16_TYPE__ u16;
typedef __UINT32_TYPE__ u32;
typedef __UINT64_TYPE__ u64;
typedef unsigned int gfp_t;
typedef struct { int counter; } atomic_t;
typedef struct { atomic_t refs; } refcount_t;

#define __always_inline		inline __attribute__((always_inline))
#define __maybe_unused		__attribute__((unused))
#define __user
#define __iomem
#define __percpu
#define __cleanup(f)		__attribute__((cleanup(f)))
#define __noreturn		__attribute__((noreturn))
#define __printf(a, b)		__attribute__((format(printf, a, b)))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		asm volatile("" : : : "memory")
#define cpu_relax()		asm volatile("rep; nop" : : : "memory")
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define container_of(p, t, m)	((t *)((char *)(p) - offsetof(t, m)))
#define _THIS_IP_		({ __label__ __here; __here: (unsigned long)&&__here; })
#define CASE_PASTE_(a, b)	a##b
#define CASE_PASTE(a, b)	CASE_PASTE_(a, b)
#define __UNIQUE_ID(p)		CASE_PASTE(__UNIQUE_ID_##p, __COUNTER__)
#define __cond_lock(x, c)	(c)
#define typecheck(t, x)		({ t __dummy; __typeof__(x) __dummy2; (void)(&__dummy == &__dummy2); 1; })
#define EIO			5
#define ENOMEM			12
#define EBUSY			16
#define ETIMEDOUT		110

struct lock_class_key { char one; };
struct list_head { struct list_head *next, *prev; };
struct device;
struct task_struct;
struct module;

/* ---- messages and checks ------------------------------------------------ */
int _printk(const char *fmt, ...) __printf(1, 2);
void _dev_err(const struct device *dev, const char *fmt, ...) __printf(2, 3);
void __warn_printk(const char *fmt, ...) __printf(1, 2);
#define printk(...)	_printk(__VA_ARGS__)
#define dev_err(d, ...)	_dev_err(d, __VA_ARGS__)
#define WARN_ON(c) ({ \
	int __w = !!(c); \
	if (unlikely(__w)) \
		asm volatile("1: ud2\n.pushsection .case_bug,\"aw\"\n.long 1b - .\n.popsection"); \
	unlikely(__w); })
#define WARN(c, ...) ({ \
	int __w = !!(c); \
	if (unlikely(__w)) \
		__warn_printk(__VA_ARGS__); \
	unlikely(__w); })
void dump_stack(void);
void lockdep_init_map_type(void *map, const char *name, struct lock_class_key *key);

/* ---- sleeping ------------------------------------------------------------ */
int __cond_resched(void);
void schedule(void);
long schedule_timeout(long timeout);
void msleep(unsigned int ms);
void usleep_range_state(unsigned long min, unsigned long max, unsigned int state);
void __udelay(unsigned long us);
#ifdef CONFIG_DEBUG
void __might_sleep(const char *file, int line);
void __might_resched(const char *file, int line, unsigned int offsets);
void __might_fault(const char *file, int line);
static __always_inline void might_resched(void) { }
#define might_sleep()	do { __might_sleep(__FILE__, __LINE__); might_resched(); } while (0)
#define might_fault()	__might_fault(__FILE__, __LINE__)
static inline int _cond_resched(void) { return __cond_resched(); }
#else
int __SCT__might_resched(void);
int __SCT__cond_resched(void);
static inline void __might_resched(const char *f, int l, unsigned int o) { (void)f; (void)l; (void)o; }
static __always_inline void might_resched(void) { __SCT__might_resched(); }
#define might_sleep()	do { might_resched(); } while (0)
static inline void might_fault(void) { }
static __always_inline int _cond_resched(void) { return __SCT__cond_resched(); }
#endif
#define might_sleep_if(c)	do { if (c) might_sleep(); } while (0)
#define cond_resched()		({ __might_resched(__FILE__, __LINE__, 0); _cond_resched(); })
static inline void usleep_range(unsigned long min, unsigned long max)
{
	usleep_range_state(min, max, 2);
}
#define udelay(us)	__udelay(us)

/* ---- preemption, bottom halves, interrupts -------------------------------- */
extern int __preempt_count;
#define PREEMPT_OFFSET		1
#define SOFTIRQ_OFFSET		0x100
#define SOFTIRQ_DISABLE_OFFSET	(2 * SOFTIRQ_OFFSET)
#define SOFTIRQ_MASK		0x0000ff00
#define HARDIRQ_MASK		0x000f0000
#define NMI_MASK		0x00f00000
static __always_inline int preempt_count(void)
{
	int v;

	asm("movl %%gs:%1, %0" : "=r" (v) : "m" (__preempt_count));
	return v & 0x7fffffff;
}
static __always_inline void __preempt_count_add(int val)
{
	asm("addl %1, %%gs:%0" : "+m" (__preempt_count) : "ri" (val));
}
static __always_inline void __preempt_count_sub(int val)
{
	asm("addl %1, %%gs:%0" : "+m" (__preempt_count) : "ri" (-val));
}
static __always_inline bool __preempt_count_dec_and_test(void)
{
	bool c;

	asm volatile("decl %%gs:%0" : "+m" (__preempt_count), "=@cce" (c) : : "memory");
	return c;
}
static __always_inline bool should_resched(int offset)
{
	int v;

	asm("movl %%gs:%1, %0" : "=r" (v) : "m" (__preempt_count));
	return unlikely(v == offset);
}
#define __preempt_schedule() \
	asm volatile("call __SCT__preempt_schedule" : "+r" (case_stack_pointer))
register unsigned long case_stack_pointer asm("rsp");
#ifdef CONFIG_DEBUG
void preempt_count_add(int val);
void preempt_count_sub(int val);
#define preempt_count_dec_and_test() ({ preempt_count_sub(1); should_resched(0); })
#else
#define preempt_count_add(v)	__preempt_count_add(v)
#define preempt_count_sub(v)	__preempt_count_sub(v)
#define preempt_count_dec_and_test() __preempt_count_dec_and_test()
#endif
#define preempt_disable()	do { preempt_count_add(1); barrier(); } while (0)
#define preempt_enable() do { \
	barrier(); \
	if (unlikely(preempt_count_dec_and_test())) \
		__preempt_schedule(); \
} while (0)
#define preempt_enable_no_resched() do { barrier(); preempt_count_sub(1); } while (0)
#define irq_count()	(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))
#define in_interrupt()	(irq_count())
#define in_hardirq()	(preempt_count() & HARDIRQ_MASK)
#define in_softirq()	(preempt_count() & SOFTIRQ_MASK)
#define in_atomic()	(preempt_count() != 0)
#define in_task()	(!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))

#ifdef CONFIG_DEBUG
void __local_bh_disable_ip(unsigned long ip, unsigned int cnt);
#else
static __always_inline void __local_bh_disable_ip(unsigned long ip, unsigned int cnt)
{
	(void)ip;
	preempt_count_add(cnt);
	barrier();
}
#endif
void __local_bh_enable_ip(unsigned long ip, unsigned int cnt);
static inline void local_bh_disable(void)
{
	__local_bh_disable_ip(_THIS_IP_, SOFTIRQ_DISABLE_OFFSET);
}
static inline void local_bh_enable(void)
{
	__local_bh_enable_ip(_THIS_IP_, SOFTIRQ_DISABLE_OFFSET);
}

static __always_inline unsigned long native_save_fl(void)
{
	unsigned long flags;

	asm volatile("# __raw_save_flags\n\tpushf ; pop %0" : "=rm" (flags) : : "memory");
	return flags;
}
static __always_inline void native_irq_disable(void) { asm volatile("cli" : : : "memory"); }
static __always_inline void native_irq_enable(void) { asm volatile("sti" : : : "memory"); }
static __always_inline unsigned long arch_local_save_flags(void) { return native_save_fl(); }
static __always_inline void arch_local_irq_disable(void) { native_irq_disable(); }
static __always_inline void arch_local_irq_enable(void) { native_irq_enable(); }
static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags = arch_local_save_flags();

	arch_local_irq_disable();
	return flags;
}
static __always_inline int arch_irqs_disabled_flags(unsigned long flags) { return !(flags & 0x200); }
static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	if (!arch_irqs_disabled_flags(flags))
		arch_local_irq_enable();
}
static __always_inline int arch_irqs_disabled(void)
{
	return arch_irqs_disabled_flags(arch_local_save_flags());
}
#define raw_local_irq_save(f)	do { typecheck(unsigned long, f); (f) = arch_local_irq_save(); } while (0)
#ifdef CONFIG_DEBUG
void trace_hardirqs_on(void);
void trace_hardirqs_off(void);
#define local_irq_enable()	do { trace_hardirqs_on(); arch_local_irq_enable(); } while (0)
#define local_irq_disable() do { \
	bool was_disabled = arch_irqs_disabled(); \
	arch_local_irq_disable(); \
	if (!was_disabled) \
		trace_hardirqs_off(); \
} while (0)
#define local_irq_save(f) do { \
	raw_local_irq_save(f); \
	if (!arch_irqs_disabled_flags(f)) \
		trace_hardirqs_off(); \
} while (0)
#define local_irq_restore(f) do { \
	if (!arch_irqs_disabled_flags(f)) \
		trace_hardirqs_on(); \
	arch_local_irq_restore(f); \
} while (0)
#else
#define local_irq_enable()	arch_local_irq_enable()
#define local_irq_disable()	arch_local_irq_disable()
#define local_irq_save(f)	raw_local_irq_save(f)
#define local_irq_restore(f)	arch_local_irq_restore(f)
#endif
#define irqs_disabled() ({ unsigned long _f = arch_local_save_flags(); arch_irqs_disabled_flags(_f); })

/* ---- spinning locks -------------------------------------------------------- */
typedef struct raw_spinlock { int raw_lock; } raw_spinlock_t;
typedef struct spinlock { union { struct raw_spinlock rlock; }; } spinlock_t;
typedef struct { int raw_lock; } rwlock_t;
typedef struct seqcount { unsigned int sequence; } seqcount_t;
#define DEFINE_SPINLOCK(x)	spinlock_t x = { { { 0 } } }
#define CASE_LOCK_OPS(kind, type, op, un) \
	void _raw_##kind##_##op(type *lock); \
	void _raw_##kind##_##op##_bh(type *lock); \
	void _raw_##kind##_##op##_irq(type *lock); \
	unsigned long _raw_##kind##_##op##_irqsave(type *lock); \
	void _raw_##kind##_##un(type *lock); \
	void _raw_##kind##_##un##_bh(type *lock); \
	void _raw_##kind##_##un##_irq(type *lock); \
	void _raw_##kind##_##un##_irqrestore(type *lock, unsigned long flags);
CASE_LOCK_OPS(spin, raw_spinlock_t, lock, unlock)
CASE_LOCK_OPS(read, rwlock_t, lock, unlock)
CASE_LOCK_OPS(write, rwlock_t, lock, unlock)
int _raw_spin_trylock(raw_spinlock_t *lock);
int _raw_spin_trylock_bh(raw_spinlock_t *lock);
int _raw_read_trylock(rwlock_t *lock);
int _raw_write_trylock(rwlock_t *lock);
#define raw_spin_lock(l)	_raw_spin_lock(l)
#define raw_spin_unlock(l)	_raw_spin_unlock(l)
#define raw_spin_lock_irq(l)	_raw_spin_lock_irq(l)
#define raw_spin_unlock_irq(l)	_raw_spin_unlock_irq(l)
#define raw_spin_lock_irqsave(l, f) \
	do { typecheck(unsigned long, f); f = _raw_spin_lock_irqsave(l); } while (0)
#define raw_spin_unlock_irqrestore(l, f) \
	do { typecheck(unsigned long, f); _raw_spin_unlock_irqrestore(l, f); } while (0)
static __always_inline raw_spinlock_t *spinlock_check(spinlock_t *lock) { return &lock->rlock; }
static __always_inline void spin_lock(spinlock_t *lock) { raw_spin_lock(&lock->rlock); }
static __always_inline void spin_lock_bh(spinlock_t *lock) { _raw_spin_lock_bh(&lock->rlock); }
static __always_inline void spin_lock_irq(spinlock_t *lock) { raw_spin_lock_irq(&lock->rlock); }
static __always_inline void spin_unlock(spinlock_t *lock) { raw_spin_unlock(&lock->rlock); }
static __always_inline void spin_unlock_bh(spinlock_t *lock) { _raw_spin_unlock_bh(&lock->rlock); }
static __always_inline void spin_unlock_irq(spinlock_t *lock) { raw_spin_unlock_irq(&lock->rlock); }
static __always_inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	raw_spin_unlock_irqrestore(&lock->rlock, flags);
}
static __always_inline int spin_trylock(spinlock_t *lock) { return _raw_spin_trylock(&lock->rlock); }
static __always_inline int spin_trylock_bh(spinlock_t *lock) { return _raw_spin_trylock_bh(&lock->rlock); }
#define spin_lock_irqsave(l, f)	do { raw_spin_lock_irqsave(spinlock_check(l), f); } while (0)
#define spin_trylock_irqsave(l, f) ({ \
	local_irq_save(f); \
	_raw_spin_trylock(spinlock_check(l)) ? 1 : ({ local_irq_restore(f); 0; }); })
#define read_lock(l)		_raw_read_lock(l)
#define read_unlock(l)		_raw_read_unlock(l)
#define read_lock_bh(l)		_raw_read_lock_bh(l)
#define read_unlock_bh(l)	_raw_read_unlock_bh(l)
#define write_lock(l)		_raw_write_lock(l)
#define write_unlock(l)		_raw_write_unlock(l)
#define write_lock_irq(l)	_raw_write_lock_irq(l)
#define write_unlock_irq(l)	_raw_write_unlock_irq(l)
#define write_lock_bh(l)	_raw_write_lock_bh(l)
#define write_unlock_bh(l)	_raw_write_unlock_bh(l)
int __cond_resched_lock(spinlock_t *lock);
#define cond_resched_lock(l)	({ __might_resched(__FILE__, __LINE__, 1); __cond_resched_lock(l); })
int _atomic_dec_and_lock(atomic_t *atomic, spinlock_t *lock);
#define atomic_dec_and_lock(a, l) __cond_lock(l, _atomic_dec_and_lock(a, l))
bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock);
static inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	return __atomic_fetch_or(addr, 1UL << nr, __ATOMIC_ACQUIRE) & (1UL << nr);
}
static __always_inline void bit_spin_lock(int bit, unsigned long *addr)
{
	preempt_disable();
	while (unlikely(test_and_set_bit(bit, addr))) {
		preempt_enable();
		cpu_relax();
		preempt_disable();
	}
}
static __always_inline void bit_spin_unlock(int bit, unsigned long *addr)
{
	__atomic_fetch_and(addr, ~(1UL << bit), __ATOMIC_RELEASE);
	preempt_enable();
}
typedef struct { void *dep_map; } local_lock_t;
#ifdef CONFIG_DEBUG
void lock_acquire(void *map);
static inline void local_lock_acquire(local_lock_t *l) { lock_acquire(l->dep_map); }
static inline void local_lock_release(local_lock_t *l) { lock_acquire(l->dep_map); }
#else
static inline void local_lock_acquire(local_lock_t *l) { (void)l; }
static inline void local_lock_release(local_lock_t *l) { (void)l; }
#endif
#define local_lock(l)		do { preempt_disable(); local_lock_acquire(l); } while (0)
#define local_unlock(l)		do { local_lock_release(l); preempt_enable(); } while (0)
#define local_lock_irq(l)	do { local_irq_disable(); local_lock_acquire(l); } while (0)
#define local_unlock_irq(l)	do { local_lock_release(l); local_irq_enable(); } while (0)
#define local_lock_irqsave(l, f) do { local_irq_save(f); local_lock_acquire(l); } while (0)
#define local_unlock_irqrestore(l, f) do { local_lock_release(l); local_irq_restore(f); } while (0)
#define get_cpu()	({ preempt_disable(); 0; })
#define put_cpu()	preempt_enable()

/* ---- RCU -------------------------------------------------------------------- */
struct callback_head { struct callback_head *next; void (*func)(struct callback_head *head); };
#define rcu_head callback_head
typedef void (*rcu_callback_t)(struct rcu_head *head);
void __rcu_read_lock(void);
void __rcu_read_unlock(void);
void synchronize_rcu(void);
void call_rcu(struct rcu_head *head, rcu_callback_t func);
static __always_inline void rcu_read_lock(void) { __rcu_read_lock(); }
static inline void rcu_read_unlock(void) { __rcu_read_unlock(); }
static inline void rcu_read_lock_bh(void) { local_bh_disable(); }
static inline void rcu_read_unlock_bh(void) { local_bh_enable(); }

/* ---- sleeping locks ----------------------------------------------------------- */
struct mutex { atomic_t owner; spinlock_t wait_lock; };
struct semaphore { raw_spinlock_t lock; unsigned int count; };
struct rw_semaphore { atomic_t count; };
struct completion { unsigned int done; };
#ifdef CONFIG_DEBUG
void mutex_lock_nested(struct mutex *lock, unsigned int subclass);
int mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass);
#define mutex_lock(l)			mutex_lock_nested(l, 0)
#define mutex_lock_interruptible(l)	mutex_lock_interruptible_nested(l, 0)
#else
void mutex_lock(struct mutex *lock);
int mutex_lock_interruptible(struct mutex *lock);
#endif
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
void down(struct semaphore *sem);
int down_trylock(struct semaphore *sem);
void up(struct semaphore *sem);
void down_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void wait_for_completion(struct completion *x);
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
void complete(struct completion *x);

/* ---- memory --------------------------------------------------------------------- */
#define ___GFP_HIGH		0x20u
#define ___GFP_IO		0x40u
#define ___GFP_FS		0x80u
#define ___GFP_ZERO		0x100u
#define ___GFP_ATOMIC		0x200u
#define ___GFP_DIRECT_RECLAIM	0x400u
#define ___GFP_KSWAPD_RECLAIM	0x800u
#define ___GFP_NOWARN		0x2000u
#define __GFP_HIGH		((gfp_t)___GFP_HIGH)
#define __GFP_IO		((gfp_t)___GFP_IO)
#define __GFP_FS		((gfp_t)___GFP_FS)
#define __GFP_ZERO		((gfp_t)___GFP_ZERO)
#define __GFP_ATOMIC		((gfp_t)___GFP_ATOMIC)
#define __GFP_DIRECT_RECLAIM	((gfp_t)___GFP_DIRECT_RECLAIM)
#define __GFP_KSWAPD_RECLAIM	((gfp_t)___GFP_KSWAPD_RECLAIM)
#define __GFP_NOWARN		((gfp_t)___GFP_NOWARN)
#define __GFP_RECLAIM		((gfp_t)(___GFP_DIRECT_RECLAIM | ___GFP_KSWAPD_RECLAIM))
#define GFP_ATOMIC		(__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL		(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_NOWAIT		(__GFP_KSWAPD_RECLAIM)
#define GFP_NOIO		(__GFP_RECLAIM)
struct kmem_cache;
struct page;
extern struct kmem_cache *kmalloc_caches[3][14];
void *kmalloc_trace(struct kmem_cache *s, gfp_t flags, size_t size);
void *__kmalloc(size_t size, gfp_t flags);
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags);
void kfree(const void *p);
struct page *alloc_pages(gfp_t gfp, unsigned int order);
void *vmalloc(unsigned long size);
void vfree(const void *addr);
void *kvmalloc_node(size_t size, gfp_t flags, int node);
void kvfree(const void *addr);
void *dma_alloc_attrs(struct device *dev, size_t size, u64 *handle, gfp_t flag, unsigned long attrs);
void dma_free_attrs(struct device *dev, size_t size, void *cpu, u64 handle, unsigned long attrs);
static inline bool gfpflags_allow_blocking(const gfp_t flags) { return !!(flags & __GFP_DIRECT_RECLAIM); }
static inline void might_alloc(gfp_t gfp) { might_sleep_if(gfpflags_allow_blocking(gfp)); }
static __always_inline void *kmalloc(size_t size, gfp_t flags)
{
	if (__builtin_constant_p(size))
		return kmalloc_trace(kmalloc_caches[0][size > 96 ? 8 : 6], flags, size);
	return __kmalloc(size, flags);
}
static inline void *kzalloc(size_t size, gfp_t flags) { return kmalloc(size, flags | __GFP_ZERO); }
static inline void *dma_alloc_coherent(struct device *dev, size_t size, u64 *handle, gfp_t gfp)
{
	return dma_alloc_attrs(dev, size, handle, gfp, gfp & __GFP_NOWARN ? 0x100 : 0);
}
static inline void dma_free_coherent(struct device *dev, size_t size, void *cpu, u64 handle)
{
	dma_free_attrs(dev, size, cpu, handle, 0);
}
unsigned long _copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long _copy_to_user(void __user *to, const void *from, unsigned long n);
static __always_inline unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	if (likely(n <= 0x7fffffff))
		n = _copy_from_user(to, from, n);
	return n;
}
static __always_inline unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	if (likely(n <= 0x7fffffff))
		n = _copy_to_user(to, from, n);
	return n;
}

/* ---- callbacks --------------------------------------------------------------------- */
typedef enum { IRQ_NONE, IRQ_HANDLED, IRQ_WAKE_THREAD } irqreturn_t;
#define IRQF_SHARED	0x00000080
#define IRQF_PERCPU	0x00000400
#define IRQF_ONESHOT	0x00002000
#define IRQF_NO_THREAD	0x00010000
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev);
int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev);
static inline int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
			      const char *name, void *dev)
{
	return request_threaded_irq(irq, handler, NULL, flags, name, dev);
}
const void *free_irq(unsigned int irq, void *dev);
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);
void enable_irq(unsigned int irq);
void synchronize_irq(unsigned int irq);

struct timer_list { unsigned long expires; void (*function)(struct timer_list *); u32 flags; };
void init_timer_key(struct timer_list *timer, void (*func)(struct timer_list *), unsigned int flags,
		    const char *name, struct lock_class_key *key);
int mod_timer(struct timer_list *timer, unsigned long expires);
int del_timer_sync(struct timer_list *timer);
#ifdef CONFIG_DEBUG
#define timer_setup(t, fn, fl) do { \
	static struct lock_class_key __key; \
	init_timer_key((t), (fn), (fl), #t, &__key); \
} while (0)
#else
#define timer_setup(t, fn, fl)	init_timer_key((t), (fn), (fl), NULL, NULL)
#endif
#define from_timer(var, t, field)	container_of(t, __typeof__(*var), field)

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
enum hrtimer_mode { HRTIMER_MODE_REL = 1, HRTIMER_MODE_HARD = 8, HRTIMER_MODE_REL_HARD = 9 };
struct hrtimer { long expires; enum hrtimer_restart (*function)(struct hrtimer *); };
void hrtimer_init(struct hrtimer *timer, int clock, enum hrtimer_mode mode);
void hrtimer_start_range_ns(struct hrtimer *timer, long time, u64 range, enum hrtimer_mode mode);
static inline void hrtimer_start(struct hrtimer *timer, long time, enum hrtimer_mode mode)
{
	hrtimer_start_range_ns(timer, time, 0, mode);
}

struct workqueue_struct;
struct work_struct { unsigned long data; struct list_head entry; void (*func)(struct work_struct *work); };
extern struct workqueue_struct *system_wq;
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
static inline bool schedule_work(struct work_struct *work) { return queue_work_on(64, system_wq, work); }
#define INIT_WORK(w, f) do { \
	(w)->data = 0; \
	(w)->entry.next = (w)->entry.prev = &(w)->entry; \
	(w)->func = (f); \
} while (0)

struct tasklet_struct {
	struct tasklet_struct *next;
	unsigned long state;
	bool use_callback;
	union {
		void (*func)(unsigned long data);
		void (*callback)(struct tasklet_struct *t);
	};
	unsigned long data;
};
void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data);
void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *));

typedef void (*smp_call_func_t)(void *info);
typedef bool (*smp_cond_func_t)(int cpu, void *info);
struct cpumask;
extern const struct cpumask *cpu_online_mask;
void on_each_cpu_cond_mask(smp_cond_func_t cond_func, smp_call_func_t func, void *info, bool wait,
			   const struct cpumask *mask);
int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait);
static inline void on_each_cpu(smp_call_func_t func, void *info, int wait)
{
	on_each_cpu_cond_mask(NULL, func, info, wait, cpu_online_mask);
}
int stop_machine(int (*fn)(void *), void *data, const struct cpumask *cpus);

/* ---- network devices ----------------------------------------------------------------- */
struct sk_buff { unsigned char *data; unsigned int len; bool shared; struct sk_buff *next; };
typedef enum { NETDEV_TX_OK, NETDEV_TX_BUSY = 0x10 } netdev_tx_t;
struct rtnl_link_stats64 { u64 rx_packets; };
struct net_device;
struct net_device_ops {
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	netdev_tx_t (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	void (*ndo_set_rx_mode)(struct net_device *dev);
	int (*ndo_set_mac_address)(struct net_device *dev, void *addr);
	void (*ndo_tx_timeout)(struct net_device *dev, unsigned int txqueue);
	void (*ndo_get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *s);
};
struct net_device {
	const struct net_device_ops *netdev_ops;
	spinlock_t addr_list_lock;
	spinlock_t tx_global_lock;
	struct timer_list watchdog_timer;
	void *priv;
};
struct napi_struct { int (*poll)(struct napi_struct *n, int budget); };
void netif_napi_add_weight(struct net_device *dev, struct napi_struct *napi,
			   int (*poll)(struct napi_struct *, int), int weight);
static inline void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
				  int (*poll)(struct napi_struct *, int))
{
	netif_napi_add_weight(dev, napi, poll, 64);
}

/* ---- references ------------------------------------------------------------------------ */
struct kref { refcount_t refcount; };
static inline bool refcount_dec_and_test(refcount_t *r)
{
	return __atomic_sub_fetch(&r->refs.counter, 1, __ATOMIC_RELEASE) == 0;
}
static inline int kref_put(struct kref *kref, void (*release)(struct kref *kref))
{
	if (refcount_dec_and_test(&kref->refcount)) {
		release(kref);
		return 1;
	}
	return 0;
}

/* ---- locks that a scope drops ------------------------------------------------------------ */
#define DEFINE_CLASS(_name, _type, _exit, _init, _args...) \
typedef _type class_##_name##_t; \
static inline void class_##_name##_destructor(_type *p) { _type _T = *p; _exit; } \
static inline _type class_##_name##_constructor(_args) { _type t = _init; return t; }
#define CLASS(_name, var) \
	class_##_name##_t var __cleanup(class_##_name##_destructor) = class_##_name##_constructor
#define DEFINE_GUARD(_name, _type, _lock, _unlock) \
	DEFINE_CLASS(_name, _type, _unlock, ({ _lock; _T; }), _type _T)
#define guard(_name)	CLASS(_name, __UNIQUE_ID(guard))
#define scoped_guard(_name, args...) \
	for (CLASS(_name, scope)(args), *done = NULL; !done; done = (void *)1)
#define DEFINE_LOCK_GUARD_1(_name, _type, _lock, _unlock, ...) \
typedef struct { _type *lock; __VA_ARGS__; } class_##_name##_t; \
static inline void class_##_name##_destructor(class_##_name##_t *_T) { if (_T->lock) { _unlock; } } \
static inline class_##_name##_t class_##_name##_constructor(_type *l) \
{ \
	class_##_name##_t _t = { .lock = l }, *_T = &_t; \
	_lock; \
	return _t; \
}
#define DEFINE_LOCK_GUARD_0(_name, _lock, _unlock, ...) \
typedef struct { void *lock; __VA_ARGS__; } class_##_name##_t; \
static inline void class_##_name##_destructor(class_##_name##_t *_T) { if (_T->lock) { _unlock; } } \
static inline class_##_name##_t class_##_name##_constructor(void) \
{ \
	class_##_name##_t _t = { .lock = (void *)1 }, *_T __maybe_unused = &_t; \
	_lock; \
	return _t; \
}
DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_LOCK_GUARD_0(preempt, preempt_disable(), preempt_enable())
DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())
DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, raw_spin_lock(_T->lock), raw_spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
#endif
