# SPDX-License-Identifier: GPL-2.0-or-later
"""The table context x primitive x guard as C: one file a context, one function a cell."""

# name: (code before, code after).  Blocks: a cell's body stands between them.
CONTEXTS = {
    "none": ("", ""),
    "spin_lock": ("spin_lock(&o->l);", "spin_unlock(&o->l);"),
    "spin_lock_irqsave": ("spin_lock_irqsave(&o->l, flags);", "spin_unlock_irqrestore(&o->l, flags);"),
    "spin_lock_bh": ("spin_lock_bh(&o->l);", "spin_unlock_bh(&o->l);"),
    "read_lock": ("read_lock(&o->rw);", "read_unlock(&o->rw);"),
    "write_lock_irq": ("write_lock_irq(&o->rw);", "write_unlock_irq(&o->rw);"),
    "raw_spin_lock": ("raw_spin_lock(&o->raw);", "raw_spin_unlock(&o->raw);"),
    "raw_spin_lock_irqsave": ("raw_spin_lock_irqsave(&o->raw, flags);",
                              "raw_spin_unlock_irqrestore(&o->raw, flags);"),
    "bit_spin_lock": ("bit_spin_lock(0, &o->word);", "bit_spin_unlock(0, &o->word);"),
    "local_lock": ("local_lock(&o->local);", "local_unlock(&o->local);"),
    "local_lock_irqsave": ("local_lock_irqsave(&o->local, flags);",
                           "local_unlock_irqrestore(&o->local, flags);"),
    "rcu_read_lock": ("rcu_read_lock();", "rcu_read_unlock();"),
    "local_irq_disable": ("local_irq_disable();", "local_irq_enable();"),
    "local_irq_save": ("local_irq_save(flags);", "local_irq_restore(flags);"),
    "preempt_disable": ("preempt_disable();", "preempt_enable();"),
    "local_bh_disable": ("local_bh_disable();", "local_bh_enable();"),
    "get_cpu": ("get_cpu();", "put_cpu();"),
    "mutex_held": ("mutex_lock(&o->m);", "mutex_unlock(&o->m);"),
}
BLOCKS = {      # these cannot be taken under a condition
    "spin_lock_nested_irq": ("spin_lock_irqsave(&o->l, flags); spin_lock(&o->k); spin_unlock(&o->k);",
                             "spin_unlock_irqrestore(&o->l, flags);"),
    "guard_spinlock": ("guard(spinlock)(&o->l);", ""),
    "after_unlock": ("spin_lock(&o->l); o->n++; spin_unlock(&o->l);", ""),
    "after_irqrestore": ("spin_lock_irqsave(&o->l, flags); o->n++; spin_unlock_irqrestore(&o->l, flags);", ""),
    "irq_enabled_again": ("spin_lock_irq(&o->l); spin_unlock_irq(&o->l);", ""),
    "trylock_success": ("if (spin_trylock(&o->l)) {", "spin_unlock(&o->l); }"),
    "trylock_failed": ("if (!spin_trylock(&o->l)) {", "} else { spin_unlock(&o->l); }"),
}
# name: (head of the cell, its last words, how init() registers it)
CALLBACKS = {
    "hardirq_handler": ("irqreturn_t {f}(int irq, void *data)", "struct obj *o = data; (void)irq;",
                        "return IRQ_HANDLED;", "request_irq(1, {f}, 0, \"x\", o);"),
    "no_thread_handler": ("irqreturn_t {f}(int irq, void *data)", "struct obj *o = data; (void)irq;",
                          "return IRQ_HANDLED;", "request_irq(1, {f}, IRQF_NO_THREAD, \"x\", o);"),
    "smp_call": ("void {f}(void *data)", "struct obj *o = data;", "",
                 "smp_call_function_single(1, {f}, o, 1);"),
    "threaded_irq": ("irqreturn_t {f}(int irq, void *data)", "struct obj *o = data; (void)irq;",
                     "return IRQ_HANDLED;", "request_threaded_irq(1, NULL, {f}, 0, \"x\", o);"),
    "timer_handler": ("void {f}(struct timer_list *t)", "struct obj *o = from_timer(o, t, timer);", "",
                      "timer_setup(&o->timer, {f}, 0);"),
    "tasklet": ("void {f}(struct tasklet_struct *t)", "struct obj *o = container_of(t, struct obj, tasklet);",
                "", "tasklet_setup(&o->tasklet, {f});"),
    "rcu_callback": ("void {f}(struct rcu_head *h)", "struct obj *o = container_of(h, struct obj, rcu);", "",
                     "call_rcu(&o->rcu, {f});"),
    "napi_poll": ("int {f}(struct napi_struct *n, int b)", "struct obj *o = container_of(n, struct obj, napi);",
                  "return b;", "netif_napi_add(o->dev, &o->napi, {f});"),
    "workqueue": ("void {f}(struct work_struct *w)", "struct obj *o = container_of(w, struct obj, work);", "",
                  "INIT_WORK(&o->work, {f});"),
}
PRIMITIVES = {
    "msleep": "msleep(1);",
    "usleep_range": "usleep_range(1, 2);",
    "mutex_lock": "mutex_lock(&o->m2); mutex_unlock(&o->m2);",
    "mutex_trylock": "if (mutex_trylock(&o->m2)) mutex_unlock(&o->m2);",
    "down": "down(&o->sem); up(&o->sem);",
    "down_trylock": "if (!down_trylock(&o->sem)) up(&o->sem);",
    "schedule": "schedule();",
    "schedule_timeout": "schedule_timeout(5);",
    "cond_resched": "cond_resched();",
    "might_sleep": "might_sleep();",
    "wait_for_completion": "wait_for_completion(&o->done);",
    "synchronize_rcu": "synchronize_rcu();",
    "copy_from_user": "o->n = copy_from_user(o->buf, o->ubuf, 8);",
    "kmalloc_kernel": "o->q = kmalloc(o->n, GFP_KERNEL);",
    "kmalloc_noio": "o->q = kmalloc(8, GFP_NOIO);",
    "kmalloc_atomic": "o->q = kmalloc(o->n, GFP_ATOMIC);",
    "kmalloc_nowait": "o->q = kzalloc(8, GFP_NOWAIT);",
    "kmalloc_masked": "{ gfp_t g = GFP_KERNEL; g &= ~__GFP_DIRECT_RECLAIM; o->q = kmalloc(8, g); }",
    "vfree": "vfree(o->q);",
    "disable_irq": "disable_irq(5);",
    "disable_irq_nosync": "disable_irq_nosync(5);",
    "udelay": "udelay(10);",
    "spin_lock2": "spin_lock(&o->k); spin_unlock(&o->k);",
    "raw_spin_lock2": "raw_spin_lock(&o->raw2); raw_spin_unlock(&o->raw2);",
    "read_lock2": "read_lock(&o->rw2); read_unlock(&o->rw2);",
    "kfree": "kfree(o->q);",
    "printk": "printk(\"tick\\n\");",
}
# Guards add nothing to these: only the first few guards, for the size of the table.
LEGAL = {"mutex_trylock", "down_trylock", "kmalloc_atomic", "kmalloc_nowait", "kmalloc_masked",
         "disable_irq_nosync", "udelay", "spin_lock2", "raw_spin_lock2", "read_lock2", "kfree", "printk"}
FEW = ("plain", "unknown", "loop", "bool_true", "bool_false", "twice", "inverted")
# name: (helper or "", body of the cell); @ is the primitive, % the helper's name
GUARDS = {
    "plain": ("", "@"),
    "unknown": ("", "if (p) { @ }"),
    "loop": ("", "for (i = 0; i < p; i++) { @ }"),
    "goto": ("", "if (p) goto skip; @ skip: o->n++;"),
    "bool_true": ("(struct obj *o, bool may) { if (may) { @ } }", "%(o, true);"),
    "bool_false": ("(struct obj *o, bool may) { if (may) { @ } o->n++; }", "%(o, false);"),
    "gfp_wait": ("(struct obj *o, gfp_t gfp) { if (gfp & __GFP_DIRECT_RECLAIM) { @ } }", "%(o, GFP_KERNEL);"),
    "gfp_nowait": ("(struct obj *o, gfp_t gfp) { if (gfp & __GFP_DIRECT_RECLAIM) { @ } }", "%(o, GFP_ATOMIC);"),
    "early_true": ("(struct obj *o, bool may) { o->n++; if (!may) return; @ }", "%(o, true);"),
    "early_false": ("(struct obj *o, bool may) { o->n++; if (!may) return; @ }", "%(o, false);"),
    "null_arg": ("(struct obj *o, void *done) { if (!done) { @ } }", "%(o, NULL);"),
    "nonnull_arg": ("(struct obj *o, void *done) { if (!done) { @ } }", "%(o, &o->n);"),
    "switch_hit": ("(struct obj *o, int op) { switch (op) { case 1: o->n++; break; case 4: o->n = 2; break;"
                   " case 7: @ break; default: break; } }", "%(o, 7);"),
    "switch_miss": ("(struct obj *o, int op) { switch (op) { case 1: o->n++; break; case 4: o->n = 2; break;"
                    " case 7: @ break; default: break; } }", "%(o, 4);"),
    "deep_true": ("_1(struct obj *o, bool may) { if (may) { @ } }\n"
                  "static void %_2(struct obj *o, int n, bool may) { if (n) %_1(o, may); }\n"
                  "static void %(bool may, struct obj *o) { %_2(o, o->n, may); }", "%(true, o);"),
    "deep_false": ("_1(struct obj *o, bool may) { if (may) { @ } }\n"
                   "static void %_2(struct obj *o, int n, bool may) { if (n) %_1(o, may); }\n"
                   "static void %(bool may, struct obj *o) { %_2(o, o->n, may); }", "%(false, o);"),
    "field_on": ("(struct obj *o) { if (o->may) { @ } }", "o->may = true; %(o);"),
    "field_off": ("(struct obj *o) { if (o->may) { @ } }", "o->may = false; %(o);"),
    "twice": None,      # these two wrap the context as well
    "inverted": None,
}
HEAD = """/* generated by tests/matrix/generate.py */
#include "kernel.h"

struct obj {
	spinlock_t l, k;
	raw_spinlock_t raw, raw2;
	rwlock_t rw, rw2;
	local_lock_t local;
	unsigned long word;
	struct mutex m, m2;
	struct semaphore sem;
	struct completion done;
	struct timer_list timer;
	struct tasklet_struct tasklet;
	struct rcu_head rcu;
	struct napi_struct napi;
	struct net_device *dev;
	struct work_struct work;
	const void *ubuf;
	char buf[8];
	void *q;
	int p, n;
	bool may;
};
"""


def contexts():
    return list(CONTEXTS) + list(BLOCKS) + list(CALLBACKS)


def cells(context):
    """(primitive, guard) of every cell that can be written down."""
    return [(p, g) for p in PRIMITIVES for g in GUARDS
            if (GUARDS[g] or context in CONTEXTS) and (p not in LEGAL or g in FEW)]


def cell_name(context, primitive, guard):
    return f"c_{context}_{primitive}_{guard}"


def cell_source(context, primitive, guard):
    """A helper, if the guard has one, and the function of the cell."""
    name, action = cell_name(context, primitive, guard), PRIMITIVES[primitive]
    helper, before, after = "", "", ""
    if context in CONTEXTS:
        before, after = CONTEXTS[context]
    elif context in BLOCKS:
        before, after = BLOCKS[context]
    if GUARDS[guard]:
        helper, body = (t.replace("@", action).replace("%", "h" + name[1:]) for t in GUARDS[guard])
        body = f"{before}\n\t{{ {body} }}\n\t{after}"
    else:
        test = "p" if guard == "twice" else "!p"
        body = f"if (p) {{ {before} }}\n\tif ({test}) {{ {action} }}\n\tif (p) {{ {after} }}"
    head, start, end, _ = CALLBACKS.get(context, ("void {f}(struct obj *o)", "", "", ""))
    if helper:
        helper = f"static void h{name[1:]}{helper}\n"
    static = "static " if context in CALLBACKS else ""
    return (f"{helper}{static}{head.format(f=name)}\n{{\n\t{start}\n\tunsigned long flags = 0;\n"
            f"\tint i = 0, p = o->p;\n\n\t{body}\n\t(void)flags; (void)i; (void)p;\n\t{end}\n}}\n")


def source(context):
    """The file of one context."""
    text = [HEAD] + [cell_source(context, p, g) for p, g in cells(context)]
    if context in CALLBACKS:
        register = CALLBACKS[context][3]
        lines = [register.format(f=cell_name(context, p, g)) for p, g in cells(context)]
        text.append("void init_all(struct obj *o)\n{\n\t" + "\n\t".join(lines) + "\n}\n")
    return "\n".join(text)
