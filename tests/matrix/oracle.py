# SPDX-License-Identifier: GPL-2.0-or-later
"""May this primitive, behind this guard, sleep in this context?  From the rules of
the kernel, in words of its own: it reads no model and shares nothing with the solver.
"""
# What cannot sleep while it lasts.  "late": bottom halves are off or it is an interrupt.
ATOMIC = {
    "spin_lock": "", "spin_lock_irqsave": "", "spin_lock_bh": "late", "read_lock": "",
    "write_lock_irq": "", "raw_spin_lock": "", "rcu_read_lock": "", "local_irq_disable": "",
    "local_irq_save": "", "preempt_disable": "", "local_bh_disable": "late", "get_cpu": "",
    "raw_spin_lock_irqsave": "", "bit_spin_lock": "", "local_lock": "", "local_lock_irqsave": "",
    "no_thread_handler": "late", "smp_call": "late",
    "trylock_success": "", "hardirq_handler": "late", "timer_handler": "late", "tasklet": "late",
    "rcu_callback": "late", "napi_poll": "late", "spin_lock_nested_irq": "", "guard_spinlock": "",
}
PROCESS = {"none", "workqueue", "threaded_irq", "mutex_held", "after_unlock", "trylock_failed",
           "after_irqrestore", "irq_enabled_again"}
SLEEPS = {"msleep", "usleep_range", "mutex_lock", "down", "schedule", "schedule_timeout",
          "cond_resched", "wait_for_completion", "synchronize_rcu", "copy_from_user",
          "kmalloc_kernel", "kmalloc_noio", "might_sleep", "disable_irq"}
NEVER = {"kmalloc_atomic", "kmalloc_nowait", "kmalloc_masked", "udelay", "spin_lock2", "down_trylock",
         "mutex_trylock", "disable_irq_nosync", "printk", "raw_spin_lock2", "read_lock2", "kfree"}
# The same on PREEMPT_RT.
ATOMIC_RT = {"raw_spin_lock", "raw_spin_lock_irqsave", "bit_spin_lock", "local_irq_disable",
             "local_irq_save", "preempt_disable", "get_cpu", "no_thread_handler", "smp_call"}
SLEEPS_RT = SLEEPS | {"kmalloc_atomic", "kmalloc_nowait", "kmalloc_masked", "kfree", "spin_lock2",
                      "read_lock2"}
FEASIBLE = {"plain", "unknown", "loop", "goto", "bool_true", "gfp_wait", "early_true", "null_arg",
            "switch_hit", "deep_true", "field_on", "twice"}
DEAD = {"bool_false", "gfp_nowait", "early_false", "nonnull_arg", "switch_miss", "deep_false",
        "field_off", "inverted"}


def verdict(context, primitive, guard, rt=False):
    """True: a finding is due."""
    assert (context in ATOMIC) != (context in PROCESS), context
    assert (guard in FEASIBLE) != (guard in DEAD), guard
    if context in PROCESS or guard in DEAD or (rt and context not in ATOMIC_RT):
        return False
    if primitive == "vfree":        # puts the work off where it can tell that it must
        return ATOMIC[context] != "late"
    assert (primitive in SLEEPS) != (primitive in NEVER), primitive
    return primitive in (SLEEPS_RT if rt else SLEEPS)
