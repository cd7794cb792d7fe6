// SPDX-License-Identifier: GPL-2.0-or-later
/// A call that may sleep between the allocation of an atomic page and its hand-off.
//# No patch: sleep before the allocation, or behind the hand-off.
///
// Confidence: Moderate
// Copyright: (C) 2026 the Labyrinth developers.
// Keywords: labyrinth, labyrinth_handoff, msleep
// Options: --no-includes --include-headers

virtual context
virtual org
virtual report

@held exists@
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
expression P, E, R;
identifier T;
position p, l;
@@

P = \(labyrinth_void_allocpage_gfpatomic_extra_quality@l\|labyrinth_alloc_page@l\)(...)
... when != P = E
    when != \(labyrinth_handoff\|labyrinth_cancel\|labyrinth_free_page\)(..., P)
    when != \(P == NULL\|!P\|P != NULL\)
    when any
(
if (\(P == NULL\|!P\)) { ... \(return;\|return R;\) }
|
if (\(P == NULL\|!P\)) \(return;\|return R;\)
|
if (\(P == NULL\|!P\)) { ... goto T; }
|
if (\(P == NULL\|!P\)) goto T;
)
... when != P = E
    when != \(labyrinth_handoff\|labyrinth_cancel\|labyrinth_free_page\)(..., P)
    when != return P;
    when any
S@p(...)

@inside exists@
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
expression P, E;
position p, l;
@@

P = \(labyrinth_void_allocpage_gfpatomic_extra_quality@l\|labyrinth_alloc_page@l\)(...)
... when != P = E
    when != \(labyrinth_handoff\|labyrinth_cancel\|labyrinth_free_page\)(..., P)
    when any
if (\(P\|P != NULL\)) {
 ... when != \(labyrinth_handoff\|labyrinth_cancel\|labyrinth_free_page\)(..., P)
     when any
 S@p(...)
 ... when any
}

// ---- modes ----

@depends on context@
position held.p;
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
@@

* S@p(...)

@depends on context@
position inside.p;
identifier S =~ "^(msleep|msleep_interruptible|ssleep|usleep_range|fsleep|schedule|schedule_timeout|schedule_timeout_interruptible|schedule_timeout_uninterruptible|mutex_lock|mutex_lock_interruptible|mutex_lock_nested|down|down_interruptible|down_read|down_write|wait_event|wait_event_timeout|wait_event_interruptible|wait_event_interruptible_timeout|wait_for_completion|wait_for_completion_timeout|wait_for_completion_interruptible|wait_for_completion_interruptible_timeout|synchronize_rcu|synchronize_net|synchronize_irq|disable_irq|request_irq|request_threaded_irq|free_irq|flush_work|flush_workqueue|cancel_work_sync|cancel_delayed_work_sync|destroy_workqueue|kthread_stop|kthread_run|vmalloc|vzalloc|copy_from_user|copy_to_user|cond_resched|might_sleep|napi_disable|rtnl_lock|clk_prepare|clk_prepare_enable|regulator_enable|regulator_disable|gpiod_set_value_cansleep|gpiod_get_value_cansleep|i2c_transfer|i2c_smbus_read_byte_data|i2c_smbus_write_byte_data|spi_sync|usb_control_msg|usb_bulk_msg|usb_kill_urb|request_firmware|pci_enable_device|pm_runtime_get_sync|device_register|device_unregister)$";
@@

* S@p(...)

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
p << held.p;
l << held.l;
@@

say("org", "sleep-holding-page", "a call that may sleep, with the atomic page of line %s in hand" % l[0].line, p[0], l[0])

@script:python depends on report@
p << held.p;
l << held.l;
@@

say("report", "sleep-holding-page", "a call that may sleep, with the atomic page of line %s in hand" % l[0].line, p[0], l[0])

@script:python depends on org@
p << inside.p;
l << inside.l;
@@

say("org", "sleep-holding-page", "a call that may sleep, with the atomic page of line %s in hand" % l[0].line, p[0], l[0])

@script:python depends on report@
p << inside.p;
l << inside.l;
@@

say("report", "sleep-holding-page", "a call that may sleep, with the atomic page of line %s in hand" % l[0].line, p[0], l[0])
