# SPDX-License-Identifier: GPL-2.0-or-later
"""labyrinth why: can it sleep, when, by which chain; where does it run, from which root."""
import pytest

import caselib

SOURCE = """#include "kernel.h"

struct dev;
struct ops { void (*kick)(struct dev *d); };
struct dev {
	spinlock_t lock;
	raw_spinlock_t raw;
	const struct ops *ops;
	struct work_struct work;
};

static void deep(struct dev *d, bool may_sleep)
{
	if (may_sleep)
		msleep(1);
	d->work.data++;
}

static void shared(struct dev *d)
{
	deep(d, false);
}

static irqreturn_t dev_irq(int irq, void *data)
{
	shared(data);
	return IRQ_HANDLED;
}

void dev_locked(struct dev *d)
{
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	shared(d);
	spin_unlock_irqrestore(&d->lock, flags);
	deep(d, true);
}

static void dev_work(struct work_struct *w)
{
	shared(container_of(w, struct dev, work));
}

static void dev_kick(struct dev *d)
{
	d->work.data--;
}

void (*hook)(struct dev *d);

static void dev_hook(struct dev *d)
{
	d->work.data++;
}

void dev_hooked(struct dev *d)
{
	preempt_disable();
	hook(d);
	preempt_enable();
}

static const struct ops dev_ops = { .kick = dev_kick };

void dev_raw(struct dev *d)
{
	raw_spin_lock(&d->raw);
	d->ops->kick(d);
	raw_spin_unlock(&d->raw);
}

void nobody_calls(void)
{
}

int probe(struct dev *d)
{
	d->ops = &dev_ops;
	hook = dev_hook;
	INIT_WORK(&d->work, dev_work);
	return request_irq(7, dev_irq, 0, "dev", d);
}
"""


@pytest.fixture(scope="module")
def why(labyrinth, plugin, tmp_path_factory):
    tmp = tmp_path_factory.mktemp("why")
    (tmp / "dev.c").write_text(SOURCE)
    objects = caselib.compile_units([tmp / "dev.c"], plugin, "debug", tmp)

    def ask(function, *words):
        return caselib.run(labyrinth, "why", *words, function, *objects).replace(f"{tmp}/", "")
    return ask


def runs(text):
    return {line for line in text.splitlines() if line.startswith("runs ")}


IRQ = (": dev_irq() -> shared() -> deep(), passed to request_threaded_irq() by request_irq()")


def line_of(words):
    return next(n for n, text in enumerate(SOURCE.splitlines(), 1) if words in text)


def test_when_and_by_which_chain(why):
    text = why("deep")
    assert "may it sleep? yes, when may_sleep\n" in text
    assert "deep() -> msleep()\n" in text


def test_where_it_runs(why):
    taken = line_of("spin_lock_irqsave")
    assert runs(why("deep")) == {
        "runs atomic (hardirq)" + IRQ,
        f"runs atomic (spinlock, interrupts off): dev_locked() -> shared() -> deep(), since dev.c:{taken}",
        "runs in a context that may sleep: dev_work() -> shared() -> deep(), held in struct work_struct.func"}


def test_a_root_of_its_own(why):
    assert runs(why("dev_irq")) == {
        "runs atomic (hardirq): dev_irq(), passed to request_threaded_irq() by request_irq()"}


def test_through_a_pointer(why):
    assert runs(why("dev_kick")) == {
        f"runs atomic (preemption off): dev_raw() -> dev_kick(), since dev.c:{line_of('raw_spin_lock')}"}


def test_through_a_variable(why):
    assert runs(why("dev_hook")) == {
        f"runs atomic (preemption off): dev_hooked() -> dev_hook(), since dev.c:{line_of('preempt_disable')}"}


def test_on_preempt_rt(why):
    """Threads there, and a spinlock is no context; the raw lock is."""
    assert {line.partition(":")[0] for line in runs(why("deep", "--rt"))} <= {
        "runs in a context that may sleep"}
    assert runs(why("dev_kick", "--rt")) == {
        f"runs atomic (raw lock): dev_raw() -> dev_kick(), since dev.c:{line_of('raw_spin_lock')}"}


def test_nowhere(why):
    assert runs(why("nobody_calls")) == {"runs in no atomic context that is known"}
    assert "called by dev_irq() at dev.c:" in why("shared")
