// SPDX-License-Identifier: GPL-2.0-or-later
/// Calls that may sleep where nothing may: under a spinning lock of any kind, in a read section of RCU, with
/// interrupts, bottom halves or preemption off; there, or in a function of the same file that is called there.
//# There is no patch: what to do depends on the code. Move the call out of the section, or use a sibling that
//# does not sleep (udelay, disable_irq_nosync), or a mutex in place of the lock. Locks that are taken under a
//# condition are left to labyrinth check, which follows values.
///
// Confidence: High
// Copyright: (C) 2026 the Labyrinth developers.
// Keywords: msleep, mutex_lock, spin_lock, rcu_read_lock
// Options: --no-includes --include-headers

virtual context
virtual org
virtual report

// ---- a sleeping call on a way from where it becomes atomic ----

@locked exists@
expression E;
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
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
S@p(...)

@section exists@
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
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
S@p(...)

@taken1 exists@
expression E;
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
position p, l;
@@

if (\(spin_trylock@l\|spin_trylock_bh@l\|spin_trylock_irq@l\|raw_spin_trylock@l\|read_trylock@l\|write_trylock@l\)(E)) {
 ... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
 S@p(...)
 ... when any
}

@kept1 exists@
expression E, R;
identifier T;
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
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
S@p(...)

@taken2 exists@
expression E;
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
position p, l;
@@

if (spin_trylock_irqsave@l(E, ...)) {
 ... when != \(spin_unlock\|spin_unlock_bh\|spin_unlock_irq\|raw_spin_unlock\|raw_spin_unlock_bh\|raw_spin_unlock_irq\|read_unlock\|read_unlock_bh\|read_unlock_irq\|write_unlock\|write_unlock_bh\|write_unlock_irq\)(E)
    when != \(spin_unlock_irqrestore\|raw_spin_unlock_irqrestore\|read_unlock_irqrestore\|write_unlock_irqrestore\)(E, ...)
    when != \(bit_spin_unlock\|__bit_spin_unlock\)(..., E)
    when != \(in_atomic\|irqs_disabled\|in_interrupt\|in_softirq\|in_task\|preemptible\|rcu_read_lock_held\)(...)
    when any
 S@p(...)
 ... when any
}

@kept2 exists@
expression E, R;
identifier T;
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
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
S@p(...)

@guarded exists@
identifier K =~ "spinlock|rcu|preempt|irq|read_lock|write_lock";
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
position p, l;
@@

guard(K)@l(...);
... when any
S@p(...)

@scoped exists@
iterator name scoped_guard;
identifier K =~ "spinlock|rcu|preempt|irq|read_lock|write_lock";
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
expression X;
position p, l;
@@

(
scoped_guard@l(K, ...) {
 ... when any
 S@p(...)
 ... when any
}
|
scoped_guard@l(K, ...) X = S@p(...);
|
scoped_guard@l(K, ...) S@p(...);
)

// ---- the same, in a function of this file that is called there ----

@uses exists@
identifier FN != {printk, _printk, vprintk, dump_stack, panic};
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
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
 S@p(...)
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

@depends on context@
position locked.p;
identifier F;
@@

* F@p(...)

@depends on context@
position section.p;
identifier F;
@@

* F@p(...)

@depends on context@
position taken1.p;
identifier F;
@@

* F@p(...)

@depends on context@
position kept1.p;
identifier F;
@@

* F@p(...)

@depends on context@
position taken2.p;
identifier F;
@@

* F@p(...)

@depends on context@
position kept2.p;
identifier F;
@@

* F@p(...)

@depends on context@
position guarded.p;
identifier F;
@@

* F@p(...)

@depends on context@
position scoped.p;
identifier F;
@@

* F@p(...)

@initialize:python@
@@

import re

SAID = set()
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
    if how == "org":
        cocci.print_main(text, [end])
        if start:
            cocci.print_secs("from here", [start])
    else:
        coccilib.report.print_report(end, "ERROR: %s [labyrinth::%s]" % (text, rule))

@script:python depends on org@
p << locked.p;
S << locked.S;
l << locked.l;
@@

say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on report@
p << locked.p;
S << locked.S;
l << locked.l;
@@

say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on org@
p << section.p;
S << section.S;
l << section.l;
@@

say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on report@
p << section.p;
S << section.S;
l << section.l;
@@

say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on org@
p << taken1.p;
S << taken1.S;
l << taken1.l;
@@

say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on report@
p << taken1.p;
S << taken1.S;
l << taken1.l;
@@

say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on org@
p << kept1.p;
S << kept1.S;
l << kept1.l;
@@

say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on report@
p << kept1.p;
S << kept1.S;
l << kept1.l;
@@

say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on org@
p << taken2.p;
S << taken2.S;
l << taken2.l;
@@

say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on report@
p << taken2.p;
S << taken2.S;
l << taken2.l;
@@

say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on org@
p << kept2.p;
S << kept2.S;
l << kept2.l;
@@

say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on report@
p << kept2.p;
S << kept2.S;
l << kept2.l;
@@

say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on org@
p << guarded.p;
S << guarded.S;
l << guarded.l;
@@

say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on report@
p << guarded.p;
S << guarded.S;
l << guarded.l;
@@

say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on org@
p << scoped.p;
S << scoped.S;
l << scoped.l;
@@

say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on report@
p << scoped.p;
S << scoped.S;
l << scoped.l;
@@

say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0], True)

@script:python depends on org@
p << uses.p;
S << uses.S;
l << called_locked.l;
c << called_locked.c;
@@

if not left(l[0], c[0]) and not hangs(l[0]) and not flagged(p[0]):
    say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0])

@script:python depends on report@
p << uses.p;
S << uses.S;
l << called_locked.l;
c << called_locked.c;
@@

if not left(l[0], c[0]) and not hangs(l[0]) and not flagged(p[0]):
    say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0])

@script:python depends on org@
p << uses.p;
S << uses.S;
l << called_section.l;
c << called_section.c;
@@

if not left(l[0], c[0]) and not hangs(l[0]) and not flagged(p[0]):
    say("org", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0])

@script:python depends on report@
p << uses.p;
S << uses.S;
l << called_section.l;
c << called_section.c;
@@

if not left(l[0], c[0]) and not hangs(l[0]) and not flagged(p[0]):
    say("report", "sleep-in-atomic", "%s() in atomic context since line %s" % (S, l[0].line), p[0], l[0])
