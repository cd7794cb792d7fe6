# SPDX-License-Identifier: GPL-2.0-or-later
"""The linux models against what the compiler makes of real headers.

Macros and inlines decide which names are called in the end, and they differ
between a distribution's configuration and a debugging one.  Each way to be
atomic must be seen, be over when it is over, and each sleeping call found, with
nothing but headers.
"""
import json
import os
import re
import subprocess

import pytest

HEAD = """
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/mempool.h>
#include <linux/highmem.h>
#include <linux/spinlock.h>
#include <linux/bit_spinlock.h>
#include <linux/list_bl.h>
#include <linux/seqlock.h>
#include <linux/mutex.h>
#include <linux/semaphore.h>
#include <linux/percpu-rwsem.h>
#include <linux/rtmutex.h>
#include <linux/ww_mutex.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/wait.h>
#include <linux/interrupt.h>
#include <linux/workqueue.h>
#include <linux/kthread.h>
#include <linux/idr.h>
#include <linux/xarray.h>
#include <linux/netdevice.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/usb.h>
#include <linux/clk.h>
#include <linux/i2c.h>
#include <linux/pm_runtime.h>
#include <linux/stop_machine.h>
#include <linux/uaccess.h>
#include <linux/sched/signal.h>
#include <linux/lockref.h>
#include <linux/refcount.h>
#include <net/sock.h>
#include <asm/fpu/api.h>
extern spinlock_t lock; extern raw_spinlock_t raw; extern rwlock_t rw; extern seqlock_t seq;
extern struct mutex mtx; extern struct rw_semaphore sem; extern struct semaphore old_sem;
extern struct percpu_rw_semaphore psem; extern struct completion done; extern void *p;
extern wait_queue_head_t wq; extern int flag; extern unsigned long bits; extern size_t n;
extern struct hlist_bl_head bl; extern struct xarray xa; extern struct idr ids; extern u32 id;
extern struct lockref lref; extern refcount_t ref; extern atomic_t count; extern struct sock *sk;
extern struct work_struct work; extern struct delayed_work dwork; extern struct page *page;
extern struct task_struct *task; extern struct static_key key; extern struct device *dev;
extern struct probe_node { int x; struct rcu_head rcu; } *node;
int found(void *);
"""

# what makes atomic | what ends it
WAYS = """
spin_lock(&lock) | spin_unlock(&lock)
spin_lock_bh(&lock) | spin_unlock_bh(&lock)
spin_lock_irq(&lock) | spin_unlock_irq(&lock)
spin_lock_irqsave(&lock, f) | spin_unlock_irqrestore(&lock, f)
spin_lock_nested(&lock, 1) | spin_unlock(&lock)
spin_lock_irqsave_nested(&lock, f, 1) | spin_unlock_irqrestore(&lock, f)
if (!spin_trylock(&lock)) return | spin_unlock(&lock)
if (!spin_trylock_bh(&lock)) return | spin_unlock_bh(&lock)
if (!spin_trylock_irq(&lock)) return | spin_unlock_irq(&lock)
if (!spin_trylock_irqsave(&lock, f)) return | spin_unlock_irqrestore(&lock, f)
raw_spin_lock(&raw) | raw_spin_unlock(&raw)
raw_spin_lock_bh(&raw) | raw_spin_unlock_bh(&raw)
raw_spin_lock_irq(&raw) | raw_spin_unlock_irq(&raw)
raw_spin_lock_irqsave(&raw, f) | raw_spin_unlock_irqrestore(&raw, f)
if (!raw_spin_trylock(&raw)) return | raw_spin_unlock(&raw)
if (!raw_spin_trylock_irqsave(&raw, f)) return | raw_spin_unlock_irqrestore(&raw, f)
read_lock(&rw) | read_unlock(&rw)
read_lock_bh(&rw) | read_unlock_bh(&rw)
read_lock_irq(&rw) | read_unlock_irq(&rw)
read_lock_irqsave(&rw, f) | read_unlock_irqrestore(&rw, f)
write_lock(&rw) | write_unlock(&rw)
write_lock_bh(&rw) | write_unlock_bh(&rw)
write_lock_irq(&rw) | write_unlock_irq(&rw)
write_lock_irqsave(&rw, f) | write_unlock_irqrestore(&rw, f)
if (!read_trylock(&rw)) return | read_unlock(&rw)
if (!write_trylock(&rw)) return | write_unlock(&rw)
write_seqlock(&seq) | write_sequnlock(&seq)
write_seqlock_irqsave(&seq, f) | write_sequnlock_irqrestore(&seq, f)
read_seqlock_excl_bh(&seq) | read_sequnlock_excl_bh(&seq)
bit_spin_lock(0, &bits) | bit_spin_unlock(0, &bits)
if (!bit_spin_trylock(0, &bits)) return | __bit_spin_unlock(0, &bits)
hlist_bl_lock(&bl) | hlist_bl_unlock(&bl)
arch_spin_lock(&raw.raw_lock) | arch_spin_unlock(&raw.raw_lock)
preempt_disable() | preempt_enable()
preempt_disable_notrace() | preempt_enable_notrace()
get_cpu() | put_cpu()
p = kmap_atomic(page) | kunmap_atomic(p)
kernel_fpu_begin() | kernel_fpu_end()
local_bh_disable() | local_bh_enable()
local_irq_disable() | local_irq_enable()
local_irq_save(f) | local_irq_restore(f)
raw_local_irq_save(f) | raw_local_irq_restore(f)
rcu_read_lock() | rcu_read_unlock()
rcu_read_lock_bh() | rcu_read_unlock_bh()
rcu_read_lock_sched() | rcu_read_unlock_sched()
idr_preload(GFP_NOWAIT) | idr_preload_end()
if (radix_tree_preload(GFP_NOWAIT)) return | radix_tree_preload_end()
if (lockref_put_or_lock(&lref)) return | spin_unlock(&lref.lock)
if (!refcount_dec_and_lock(&ref, &lock)) return | spin_unlock(&lock)
if (!refcount_dec_and_lock_irqsave(&ref, &lock, &f)) return | spin_unlock_irqrestore(&lock, f)
if (!atomic_dec_and_lock(&count, &lock)) return | spin_unlock(&lock)
if (!lock_task_sighand(task, &f)) return | unlock_task_sighand(task, &f)
task_lock(task) | task_unlock(task)
bh_lock_sock(sk) | bh_unlock_sock(sk)
netif_tx_lock_bh(p) | netif_tx_unlock_bh(p)
xa_lock_irqsave(&xa, f) | xa_unlock_irqrestore(&xa, f)
"""

# what sleeps whatever is asked for
SLEEPERS = """
might_sleep(); cond_resched(); schedule(); schedule_timeout(n); io_schedule(); yield()
msleep(1); ssleep(1); usleep_range(n, n); fsleep(100000); msleep_interruptible(2)
mutex_lock(&mtx); mutex_lock_interruptible(&mtx); mutex_lock_killable(&mtx)
mutex_lock_nested(&mtx, 1); mutex_lock_io(&mtx); ww_mutex_lock(p, NULL); rt_mutex_lock(p)
down_read(&sem); down_write(&sem); down_read_killable(&sem); down_write_nested(&sem, 1)
down(&old_sem); down_interruptible(&old_sem); down_timeout(&old_sem, n)
percpu_down_read(&psem); percpu_down_write(&psem)
wait_for_completion(&done); wait_for_completion_timeout(&done, n)
wait_event(wq, flag); wait_event_interruptible_timeout(wq, flag, n); wait_on_bit(&bits, 1, 2)
synchronize_rcu(); rcu_barrier(); synchronize_net(); kvfree_rcu(p)
flush_work(&work); cancel_work_sync(&work); cancel_delayed_work_sync(&dwork)
flush_workqueue(p); destroy_workqueue(p); alloc_workqueue("x", 0, 0)
kthread_stop(task); kthread_run(found, p, "x"); stop_machine(found, p, NULL)
free_irq(n, p); disable_irq(n); synchronize_irq(n); request_irq(n, p, 0, "x", p)
request_threaded_irq(n, p, p, 0, "x", p); devm_request_irq(dev, n, p, 0, "x", p)
vmalloc(n); vzalloc(n); vunmap(p); vfree(p); alloc_percpu(int); kmap(page)
ioremap(n, n); iounmap(p); kmem_cache_create("x", 1, 1, 0, NULL)
copy_from_user(p, p, n); copy_to_user(p, p, n); get_user(flag, (int __user *)p)
put_user(flag, (int __user *)p); clear_user(p, n); memdup_user(p, n)
lock_sock(sk); rtnl_lock(); lock_page(page); napi_disable(p); console_lock(); cpus_read_lock()
static_key_slow_inc(&key); device_register(dev); device_lock(dev); request_region(n, n, "x")
clk_prepare(p); clk_prepare_enable(p); i2c_transfer(p, p, 1); i2c_smbus_read_byte(p)
usb_kill_urb(p); usb_control_msg(p, 0, 0, 0, 0, 0, p, 0, 0); usb_bulk_msg(p, 0, p, 0, p, 0)
pm_runtime_get_sync(dev); pm_runtime_put_sync(dev); pm_runtime_suspend(dev)
"""

# what sleeps as its gfp argument says
ALLOCATORS = """
kmalloc(n, gfp); kmalloc(8, gfp); kzalloc(n, gfp); kcalloc(n, n, gfp); kmalloc_node(n, gfp, 0)
kmem_cache_alloc(p, gfp); kmem_cache_zalloc(p, gfp); krealloc(p, n, gfp); kvmalloc(n, gfp)
kmalloc_track_caller(n, gfp); kvcalloc(n, n, gfp); krealloc_array(p, n, n, gfp)
kstrdup(p, gfp); kmemdup(p, n, gfp); kasprintf(gfp, "x"); __get_free_pages(gfp, 1)
alloc_page(gfp); alloc_pages(gfp, 1); get_zeroed_page(gfp); mempool_alloc(p, gfp)
alloc_percpu_gfp(int, gfp); dma_alloc_coherent(dev, n, p, gfp); dma_pool_alloc(p, gfp, p)
devm_kzalloc(dev, n, gfp); devm_kasprintf(dev, gfp, "x"); devm_kstrdup(dev, p, gfp)
alloc_skb(n, gfp); __netdev_alloc_skb(p, n, gfp); skb_clone(p, gfp); skb_copy(p, gfp)
pskb_expand_head(p, 0, 0, gfp); skb_share_check(p, gfp); skb_unshare(p, gfp); pskb_copy(p, gfp)
skb_copy_expand(p, 0, 0, gfp); nlmsg_new(n, gfp); sock_kmalloc(sk, n, gfp)
usb_alloc_urb(n, gfp); usb_submit_urb(p, gfp); usb_alloc_coherent(p, n, gfp, p)
idr_alloc(&ids, p, 0, 0, gfp); ida_alloc(p, gfp); ida_simple_get(p, 0, 0, gfp)
xa_store(&xa, n, p, gfp); xa_insert(&xa, n, p, gfp); xa_alloc(&xa, &id, p, xa_limit_32b, gfp)
might_alloc(gfp)
"""

NEUTRALS = """
pr_info("x"); printk("x"); dev_err(dev, "x"); WARN_ON(flag); WARN_ONCE(flag, "x"); dump_stack()
netdev_err(p, "x"); pr_debug("x"); dev_dbg(dev, "x"); kfree(p); up(&old_sem); complete(&done)
wake_up(&wq); schedule_work(&work); mod_delayed_work(p, &dwork, n); del_timer_sync(p)
might_sleep_if(0); udelay(3); mdelay(2); vfree_atomic(p); disable_irq_nosync(n); call_rcu(p, p)
kfree_rcu(node, rcu); assert_spin_locked(&lock); lockdep_assert_held(&lock); mutex_trylock(&mtx)
"""


def split(text):
    return [s.strip() for s in text.replace("\n", ";").split(";") if s.strip()]


def program():
    """The C text, and what to expect: {function: may a finding's chain hold it}."""
    text, expect = [HEAD], {}

    def add(name, body, bad):
        text.append(f"void {name}(void);\nvoid {name}(void) {{ unsigned long f = 0; {body}; "
                    f"flag = f; }}\n")
        expect[name] = bad
    for i, way in enumerate(WAYS.strip().splitlines()):
        begin, end = way.split(" | ")
        add(f"way{i}_within", f"{begin}; msleep(5); {end}", True)
        add(f"way{i}_after", f"{begin}; {end}; msleep(5)", False)
    for i, call in enumerate(split(SLEEPERS)):
        add(f"sleeper{i}_held", f"spin_lock_irq(&lock); {call}; spin_unlock_irq(&lock)", True)
        add(f"sleeper{i}_free", call, False)
    for i, call in enumerate(split(ALLOCATORS)):
        for gfp in ("GFP_KERNEL", "GFP_NOIO", "GFP_ATOMIC", "GFP_NOWAIT"):
            c = re.sub(r"\bgfp\b", gfp, call)
            add(f"alloc{i}_{gfp}", f"spin_lock(&lock); {c}; spin_unlock(&lock)",
                gfp in ("GFP_KERNEL", "GFP_NOIO"))
    for i, call in enumerate(split(NEUTRALS)):
        add(f"neutral{i}", f"spin_lock_irqsave(&lock, f); {call}; "
                           "spin_unlock_irqrestore(&lock, f)", False)
    return "".join(text), expect


def what(text, name):
    return re.search(rf"void {name}\(void\) (.*)", text)[1]


def judge(labyrinth, obj):
    text, expect = program()
    done = subprocess.run([labyrinth, "check", "--rule=sleep-in-atomic", "--format=json", obj], stdout=subprocess.PIPE,
                          text=True, check=True)
    told = {step["function"] for f in json.loads(done.stdout)["findings"] for r in f["roots"]
            for step in r["chain"]}
    missed = [what(text, n) for n, bad in expect.items() if bad and n not in told]
    false = [what(text, n) for n, bad in expect.items() if not bad and n in told]
    assert not missed, "\n".join(missed)
    assert not false, "\n".join(false)


def test_distribution_headers(labyrinth, plugin, kernel_headers, tmp_path):
    (tmp_path / "probe.c").write_text(program()[0])
    (tmp_path / "Makefile").write_text(
        f"obj-m := probe.o\nccflags-y := -w -fplugin={plugin} -fplugin-arg-labyrinth-quiet\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(["make", "-C", kernel_headers, f"M={tmp_path}", "probe.o"], env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stdout)
    judge(labyrinth, tmp_path / "probe.o")


def test_debugging_headers(labyrinth, plugin, kernel, tmp_path):
    argv = kernel.commands(["mm/mempool.c"], tmp_path)["mm/mempool.c"]
    source = tmp_path / "probe.c"
    source.write_text(program()[0])
    out = tmp_path / "probe.o"
    argv = [a for a in argv if not a.startswith(("-Wp,-MMD", "-fplugin"))]
    argv[argv.index("-o") + 1] = str(out)
    argv[-1] = str(source)
    done = subprocess.run([*argv, "-w", "-DMODULE", f"-fplugin={plugin}",
                           "-fplugin-arg-labyrinth-quiet"], cwd=kernel.obj, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        pytest.fail(done.stdout)
    judge(labyrinth, out)
