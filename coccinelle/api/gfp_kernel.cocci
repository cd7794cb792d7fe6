// SPDX-License-Identifier: GPL-2.0-or-later
/// GFP_KERNEL where nothing may sleep: under a spinning lock of any kind, in a read section of RCU, with
/// interrupts, bottom halves or preemption off; given to an allocator there, passed on to one by a function of
/// the same file, kept in a variable, or used in a function of the same file that is called there.
//# The patch writes GFP_ATOMIC in its place, where GFP_KERNEL itself stands in the section; such an allocation
//# fails more often: check its result, or allocate before the lock. The others are reported only: their callers
//# may differ. Locks that are taken under a condition are left to labyrinth check, which follows values.
///
// Confidence: High
// Copyright: (C) 2026 the Labyrinth developers.
// Keywords: GFP_KERNEL, spin_lock, rcu_read_lock, local_irq_save
// Options: --no-includes --include-headers

virtual patch
virtual context
virtual org
virtual report

// ---- GFP_KERNEL on a way from where it becomes atomic ----

@locked exists@
expression E, X;
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
position p, l;
@@

(
spin_lock@l(E)
|
spin_lock_bh@l(E)
|
spin_lock_irq@l(E)
|
raw_spin_lock@l(E)
|
raw_spin_lock_bh@l(E)
|
raw_spin_lock_irq@l(E)
|
read_lock@l(E)
|
read_lock_bh@l(E)
|
read_lock_irq@l(E)
|
write_lock@l(E)
|
write_lock_bh@l(E)
|
write_lock_irq@l(E)
|
spin_lock_irqsave@l(E, ...)
|
spin_lock_nested@l(E, ...)
|
raw_spin_lock_irqsave@l(E, ...)
|
raw_spin_lock_nested@l(E, ...)
|
read_lock_irqsave@l(E, ...)
|
write_lock_irqsave@l(E, ...)
|
bit_spin_lock@l(..., E)
)
... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@section exists@
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
expression X;
position p, l;
@@

(
rcu_read_lock@l()
|
rcu_read_lock_bh@l()
|
rcu_read_lock_sched@l()
|
local_irq_disable@l()
|
local_bh_disable@l()
|
preempt_disable@l()
|
get_cpu@l()
|
local_irq_save@l(...)
)
... when != \(rcu_read_unlock\|rcu_read_unlock_bh\|rcu_read_unlock_sched\|local_irq_enable\|local_bh_enable\|preempt_enable\|put_cpu\)()
    when != local_irq_restore(...)
    when != \(spin_unlock_bh\|read_unlock_bh\|write_unlock_bh\|spin_unlock_irq\|read_unlock_irq\|write_unlock_irq\|raw_spin_unlock_irq\)(...)
    when != \(spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\|raw_spin_unlock_irqrestore\)(...)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@taken1 exists@
expression E, X;
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
position p, l;
@@

if (\(spin_trylock@l\|spin_trylock_bh@l\|spin_trylock_irq@l\|raw_spin_trylock@l\|read_trylock@l\|write_trylock@l\)(E)) {
 ... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
 F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)
 ... when any
}

@kept1 exists@
expression E, R, X;
identifier T;
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
position p, l;
@@

if (!\(spin_trylock@l\|spin_trylock_bh@l\|spin_trylock_irq@l\|raw_spin_trylock@l\|read_trylock@l\|write_trylock@l\)(E)) {
 ...
 \(return;\|return R;\|break;\|continue;\|goto T;\)
}
... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@taken2 exists@
expression E, X;
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
position p, l;
@@

if (spin_trylock_irqsave@l(E, ...)) {
 ... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
 F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)
 ... when any
}

@kept2 exists@
expression E, R, X;
identifier T;
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
position p, l;
@@

if (!spin_trylock_irqsave@l(E, ...)) {
 ...
 \(return;\|return R;\|break;\|continue;\|goto T;\)
}
... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@guarded exists@
identifier K =~ "spinlock|rcu|preempt|irq|read_lock|write_lock";
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
expression X;
position p, l;
@@

guard(K)@l(...);
... when any
F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@scoped exists@
iterator name scoped_guard;
identifier K =~ "spinlock|rcu|preempt|irq|read_lock|write_lock";
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
expression X;
position p, l;
@@

(
scoped_guard@l(K, ...) {
 ... when any
 F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)
 ... when any
}
|
scoped_guard@l(K, ...) X = F(..., GFP_KERNEL@p, ...);
|
scoped_guard@l(K, ...) F(..., GFP_KERNEL@p, ...);
)

// ---- the same, kept in a variable ----

@var_locked exists@
expression E;
expression V;
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
identifier G;
position p, l;
@@

\(gfp_t G = GFP_KERNEL;\|G = GFP_KERNEL;\)
... when != G = V
(
spin_lock@l(E)
|
spin_lock_bh@l(E)
|
spin_lock_irq@l(E)
|
raw_spin_lock@l(E)
|
raw_spin_lock_bh@l(E)
|
raw_spin_lock_irq@l(E)
|
read_lock@l(E)
|
read_lock_bh@l(E)
|
read_lock_irq@l(E)
|
write_lock@l(E)
|
write_lock_bh@l(E)
|
write_lock_irq@l(E)
|
spin_lock_irqsave@l(E, ...)
|
spin_lock_nested@l(E, ...)
|
raw_spin_lock_irqsave@l(E, ...)
|
raw_spin_lock_nested@l(E, ...)
|
read_lock_irqsave@l(E, ...)
|
write_lock_irqsave@l(E, ...)
|
bit_spin_lock@l(..., E)
)
... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when != G = V
    when any
F(..., G@p, ...)

@var_section exists@
expression V;
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
identifier G;
position p, l;
@@

\(gfp_t G = GFP_KERNEL;\|G = GFP_KERNEL;\)
... when != G = V
(
rcu_read_lock@l()
|
rcu_read_lock_bh@l()
|
rcu_read_lock_sched@l()
|
local_irq_disable@l()
|
local_bh_disable@l()
|
preempt_disable@l()
|
get_cpu@l()
|
local_irq_save@l(...)
)
... when != \(rcu_read_unlock\|rcu_read_unlock_bh\|rcu_read_unlock_sched\|local_irq_enable\|local_bh_enable\|preempt_enable\|put_cpu\)()
    when != local_irq_restore(...)
    when != \(spin_unlock_bh\|read_unlock_bh\|write_unlock_bh\|spin_unlock_irq\|read_unlock_irq\|write_unlock_irq\|raw_spin_unlock_irq\)(...)
    when != \(spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\|raw_spin_unlock_irqrestore\)(...)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when != G = V
    when any
F(..., G@p, ...)

// ---- the same, passed on by a function of this file ----

@passes exists@
identifier FN, G;
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
expression V;
@@

FN(..., gfp_t G, ...) {
 ... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(...)
     when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(...)
     when != \(bit_spin_unlock\|__bit_spin_unlock\)(...)
     when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
     when != \(rcu_read_unlock\|rcu_read_unlock_bh\|rcu_read_unlock_sched\|local_irq_enable\|local_bh_enable\|preempt_enable\|put_cpu\)()
     when != local_irq_restore(...)
     when != \(spin_unlock_bh\|read_unlock_bh\|write_unlock_bh\|spin_unlock_irq\|read_unlock_irq\|write_unlock_irq\|raw_spin_unlock_irq\)(...)
     when != \(spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\|raw_spin_unlock_irqrestore\)(...)
     when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
     when != \(G = V\|G &= V\|G |= V\|G & V\|gfpflags_allow_blocking(G)\)
     when any
 F(..., G, ...)
 ... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(...)
     when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(...)
     when != \(bit_spin_unlock\|__bit_spin_unlock\)(...)
     when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
     when != \(rcu_read_unlock\|rcu_read_unlock_bh\|rcu_read_unlock_sched\|local_irq_enable\|local_bh_enable\|preempt_enable\|put_cpu\)()
     when != local_irq_restore(...)
     when != \(spin_unlock_bh\|read_unlock_bh\|write_unlock_bh\|spin_unlock_irq\|read_unlock_irq\|write_unlock_irq\|raw_spin_unlock_irq\)(...)
     when != \(spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\|raw_spin_unlock_irqrestore\)(...)
     when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
     when != \(G = V\|G &= V\|G |= V\|G & V\|gfpflags_allow_blocking(G)\)
     when any
}

@drops exists@
identifier passes.FN;
@@

FN(...) {
 <+...
 \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|spin_unlock_irqrestore\|raw_spin_unlock\|read_unlock\|write_unlock\|rcu_read_unlock\|local_irq_enable\|local_irq_restore\|preempt_enable\|local_bh_enable\)(...)
 ...+>
}

@passed_locked depends on !drops exists@
expression E;
identifier passes.FN;
position p, l;
@@

(
spin_lock@l(E)
|
spin_lock_bh@l(E)
|
spin_lock_irq@l(E)
|
raw_spin_lock@l(E)
|
raw_spin_lock_bh@l(E)
|
raw_spin_lock_irq@l(E)
|
read_lock@l(E)
|
read_lock_bh@l(E)
|
read_lock_irq@l(E)
|
write_lock@l(E)
|
write_lock_bh@l(E)
|
write_lock_irq@l(E)
|
spin_lock_irqsave@l(E, ...)
|
spin_lock_nested@l(E, ...)
|
raw_spin_lock_irqsave@l(E, ...)
|
raw_spin_lock_nested@l(E, ...)
|
read_lock_irqsave@l(E, ...)
|
write_lock_irqsave@l(E, ...)
|
bit_spin_lock@l(..., E)
)
... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
FN(..., GFP_KERNEL@p, ...)

@passed_section depends on !drops exists@
identifier passes.FN;
position p, l;
@@

(
rcu_read_lock@l()
|
rcu_read_lock_bh@l()
|
rcu_read_lock_sched@l()
|
local_irq_disable@l()
|
local_bh_disable@l()
|
preempt_disable@l()
|
get_cpu@l()
|
local_irq_save@l(...)
)
... when != \(rcu_read_unlock\|rcu_read_unlock_bh\|rcu_read_unlock_sched\|local_irq_enable\|local_bh_enable\|preempt_enable\|put_cpu\)()
    when != local_irq_restore(...)
    when != \(spin_unlock_bh\|read_unlock_bh\|write_unlock_bh\|spin_unlock_irq\|read_unlock_irq\|write_unlock_irq\|raw_spin_unlock_irq\)(...)
    when != \(spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\|raw_spin_unlock_irqrestore\)(...)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
FN(..., GFP_KERNEL@p, ...)

// ---- the same, in a function of this file that is called there ----

@uses exists@
identifier FN != {printk, _printk, vprintk, dump_stack, panic};
identifier F =~ "^(k[mzc]alloc(_node|_array)?|kvmalloc|kvzalloc|krealloc|kmemdup|kstrn?dup|kasprintf|kmem_cache_z?alloc|kmalloc_array|v[mz]alloc|__?get_free_pages?|get_zeroed_page|alloc_pages?|alloc_percpu_gfp|mempool_alloc|alloc_skb|__?dev_alloc_skb|__netdev_alloc_skb|skb_clone|skb_copy|pskb_copy|nlmsg_new|genlmsg_new|dma_alloc_coherent|dma_pool_z?alloc|usb_alloc_urb|usb_alloc_coherent|usb_submit_urb|idr_alloc(_cyclic)?|ida_alloc|xa_alloc|xa_store|radix_tree_preload|devm_k[mzc]alloc|devm_kmemdup|bio_alloc|sg_alloc_table|i2c_smbus_xfer)$";
expression X;
position p;
@@

FN(...) {
 ... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(...)
     when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(...)
     when != \(bit_spin_unlock\|__bit_spin_unlock\)(...)
     when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
     when != \(rcu_read_unlock\|rcu_read_unlock_bh\|rcu_read_unlock_sched\|local_irq_enable\|local_bh_enable\|preempt_enable\|put_cpu\)()
     when != local_irq_restore(...)
     when != \(spin_unlock_bh\|read_unlock_bh\|write_unlock_bh\|spin_unlock_irq\|read_unlock_irq\|write_unlock_irq\|raw_spin_unlock_irq\)(...)
     when != \(spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\|raw_spin_unlock_irqrestore\)(...)
     when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
     when any
 F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)
 ... when any
}

@called_locked exists@
expression E;
identifier uses.FN;
position l, c;
@@

(
spin_lock@l(E)
|
spin_lock_bh@l(E)
|
spin_lock_irq@l(E)
|
raw_spin_lock@l(E)
|
raw_spin_lock_bh@l(E)
|
raw_spin_lock_irq@l(E)
|
read_lock@l(E)
|
read_lock_bh@l(E)
|
read_lock_irq@l(E)
|
write_lock@l(E)
|
write_lock_bh@l(E)
|
write_lock_irq@l(E)
|
spin_lock_irqsave@l(E, ...)
|
spin_lock_nested@l(E, ...)
|
raw_spin_lock_irqsave@l(E, ...)
|
raw_spin_lock_nested@l(E, ...)
|
read_lock_irqsave@l(E, ...)
|
write_lock_irqsave@l(E, ...)
|
bit_spin_lock@l(..., E)
)
... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
FN@c(...)

@called_section exists@
identifier uses.FN;
position l, c;
@@

(
rcu_read_lock@l()
|
rcu_read_lock_bh@l()
|
rcu_read_lock_sched@l()
|
local_irq_disable@l()
|
local_bh_disable@l()
|
preempt_disable@l()
|
get_cpu@l()
|
local_irq_save@l(...)
)
... when != \(rcu_read_unlock\|rcu_read_unlock_bh\|rcu_read_unlock_sched\|local_irq_enable\|local_bh_enable\|preempt_enable\|put_cpu\)()
    when != local_irq_restore(...)
    when != \(spin_unlock_bh\|read_unlock_bh\|write_unlock_bh\|spin_unlock_irq\|read_unlock_irq\|write_unlock_irq\|raw_spin_unlock_irq\)(...)
    when != \(spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\|raw_spin_unlock_irqrestore\)(...)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
FN@c(...)

// ---- modes ----

@depends on context && !patch@
position locked.p;
identifier F;
expression X;
@@

* F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@depends on context && !patch@
position section.p;
identifier F;
expression X;
@@

* F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@depends on context && !patch@
position taken1.p;
identifier F;
expression X;
@@

* F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@depends on context && !patch@
position kept1.p;
identifier F;
expression X;
@@

* F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@depends on context && !patch@
position taken2.p;
identifier F;
expression X;
@@

* F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@depends on context && !patch@
position kept2.p;
identifier F;
expression X;
@@

* F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@depends on context && !patch@
position guarded.p;
identifier F;
expression X;
@@

* F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@depends on context && !patch@
position scoped.p;
identifier F;
expression X;
@@

* F(..., \(GFP_KERNEL@p\|GFP_KERNEL@p | X\), ...)

@depends on context && !patch@
position var_locked.p;
identifier F;
identifier G;
@@

* F(..., G@p, ...)

@depends on context && !patch@
position var_section.p;
identifier F;
identifier G;
@@

* F(..., G@p, ...)

@depends on context && !patch@
position passed_locked.p;
identifier F;
@@

* F(..., GFP_KERNEL@p, ...)

@depends on context && !patch@
position passed_section.p;
identifier F;
@@

* F(..., GFP_KERNEL@p, ...)

@initialize:python@
@@

import re

SAID = set()
FIX = set()
TEXT = {}

def lines(name):
    if name not in TEXT:
        with open(name, errors="replace") as f:
            text = re.sub(r"/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", lambda m: re.sub(r"[^\n]", " ", m[0]), f.read(), flags=re.S)
        TEXT[name] = text.split("\n")
    return TEXT[name]

# What starts in a block ends with it, which a way through the function does not show.
def left(start, end):
    depth = 0
    text = lines(start.file)[int(start.line) - 1:int(end.line)]
    text[-1] = text[-1][:int(end.column)]
    text[0] = text[0][int(start.column):]
    for c in "\n".join(text):
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return True
    return False

# Is it the whole body of an if, a loop or an else without braces?
def hangs(start):
    text = lines(start.file)
    before = text[int(start.line) - 1][:int(start.column)].strip() or "".join(text[:int(start.line) - 1]).rstrip()[-200:]
    return bool(re.search(r"(\)|\belse|\bdo)\s*$", before))

# Does it hang on a plain variable, as in "if (may_sleep)"? Its callers decide then; they are not seen here.
def flagged(end):
    text, depth = lines(end.file), 0
    plain = r"\bif \(!?\w+(?: *[!=<>]=? *\w+)?\)"
    for i in range(int(end.line) - 1, max(int(end.line) - 60, 0), -1):
        before = text[i][:int(end.column)] if i == int(end.line) - 1 else text[i]
        depth += before.count("}") - before.count("{")
        if before.startswith("{"):
            return False
        opens = depth < 0 or (depth == 0 and i >= int(end.line) - 2 and not before.rstrip().endswith(";"))
        if opens and (re.search(plain, before) or (re.search(r"\belse\b", before) and
                      any(re.search(plain, x) for x in text[max(i - 3, 0):i]))):
            return True
        depth = max(depth, 0)
    return False

# LABYRINTH_ALLOW(rule, "reason") in the same function.
def allowed(rule, end):
    text, n = lines(end.file), int(end.line) - 1
    first = max([i for i in range(n) if text[i].startswith("}")], default=0)
    last = min([i for i in range(n, len(text)) if text[i].startswith("}")], default=len(text))
    return any(re.search(r"LABYRINTH_ALLOW\(\s*" + re.escape(rule) + r"\b", x) for x in text[first:last])

def say(how, rule, text, end, start=None, block=False):
    key = (rule, end.file, end.line, end.column)
    if key in SAID or allowed(rule, end):
        return
    if block and start.file == end.file and int(start.line) < int(end.line) and (left(start, end) or hangs(start)):
        return
    SAID.add(key)
    if how == "patch":
        FIX.add((end.file, int(end.line), int(end.column)))
        return
    if how == "org":
        cocci.print_main(text, [end])
        if start:
            cocci.print_secs("from here", [start])
    else:
        coccilib.report.print_report(end, "ERROR: %s [labyrinth::%s]" % (text, rule))

@script:python depends on org@
p << locked.p;
l << locked.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << locked.p;
l << locked.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << section.p;
l << section.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << section.p;
l << section.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << taken1.p;
l << taken1.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << taken1.p;
l << taken1.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << kept1.p;
l << kept1.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << kept1.p;
l << kept1.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << taken2.p;
l << taken2.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << taken2.p;
l << taken2.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << kept2.p;
l << kept2.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << kept2.p;
l << kept2.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << guarded.p;
l << guarded.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << guarded.p;
l << guarded.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << scoped.p;
l << scoped.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << scoped.p;
l << scoped.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << var_locked.p;
l << var_locked.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << var_locked.p;
l << var_locked.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << var_section.p;
l << var_section.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << var_section.p;
l << var_section.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << passed_locked.p;
l << passed_locked.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << passed_locked.p;
l << passed_locked.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << passed_section.p;
l << passed_section.l;
@@

say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on report@
p << passed_section.p;
l << passed_section.l;
@@

say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0], True)

@script:python depends on org@
p << uses.p;
l << called_locked.l;
c << called_locked.c;
@@

if not left(l[0], c[0]) and not hangs(l[0]) and not flagged(p[0]):
    say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0])

@script:python depends on report@
p << uses.p;
l << called_locked.l;
c << called_locked.c;
@@

if not left(l[0], c[0]) and not hangs(l[0]) and not flagged(p[0]):
    say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0])

@script:python depends on org@
p << uses.p;
l << called_section.l;
c << called_section.c;
@@

if not left(l[0], c[0]) and not hangs(l[0]) and not flagged(p[0]):
    say("org", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0])

@script:python depends on report@
p << uses.p;
l << called_section.l;
c << called_section.c;
@@

if not left(l[0], c[0]) and not hangs(l[0]) and not flagged(p[0]):
    say("report", "sleep-in-atomic", "GFP_KERNEL in atomic context since line %s" % l[0].line, p[0], l[0])

@script:python depends on patch@
p << locked.p;
l << locked.l;
@@

say("patch", "sleep-in-atomic", "", p[0], l[0], True)

@script:python depends on patch@
p << section.p;
l << section.l;
@@

say("patch", "sleep-in-atomic", "", p[0], l[0], True)

@script:python depends on patch@
p << taken1.p;
l << taken1.l;
@@

say("patch", "sleep-in-atomic", "", p[0], l[0], True)

@script:python depends on patch@
p << kept1.p;
l << kept1.l;
@@

say("patch", "sleep-in-atomic", "", p[0], l[0], True)

@script:python depends on patch@
p << taken2.p;
l << taken2.l;
@@

say("patch", "sleep-in-atomic", "", p[0], l[0], True)

@script:python depends on patch@
p << kept2.p;
l << kept2.l;
@@

say("patch", "sleep-in-atomic", "", p[0], l[0], True)

@script:python depends on patch@
p << guarded.p;
l << guarded.l;
@@

say("patch", "sleep-in-atomic", "", p[0], l[0], True)

@script:python depends on patch@
p << scoped.p;
l << scoped.l;
@@

say("patch", "sleep-in-atomic", "", p[0], l[0], True)

@depends on patch@
identifier F;
position p : script:python() { (p[0].file, int(p[0].line), int(p[0].column)) in FIX };
@@

F(...,
- GFP_KERNEL@p
+ GFP_ATOMIC
 , ...)
