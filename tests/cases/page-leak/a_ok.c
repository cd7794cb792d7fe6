/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages that reach an owner on every way out. */
#include "pages.h"

void cancel_on_error_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	if (!nic_good(nic)) {
		labyrinth_cancel(nic->zone, f);
		return;
	}
	labyrinth_handoff(nic->zone, f);
}

int goto_cleanup_ok(struct nic *nic)
{
	int err = -ENOMEM;
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		goto out;
	err = -EIO;
	if (!nic_good(nic))
		goto put;
	err = labyrinth_handoff(nic->zone, f);
	if (err)
		goto put;
	return 0;
put:
	labyrinth_cancel(nic->zone, f);
out:
	return err;
}

void *returned_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (f)
		f->len = 0;
	return f;
}

void in_ring_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (p)
		nic->rx.slot[nic->rx.head++ % 16] = p;
}

void on_list_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	spin_lock(&nic->lock);
	list_put(&f->node, &nic->done);
	spin_unlock(&nic->lock);
}

void *last_page;

void in_global_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (p)
		WRITE_ONCE(last_page, p);
}

static int send(struct nic *nic, struct frame *f)
{
	if (!nic->up)
		return -EIO;
	f->len = 4;
	labyrinth_handoff(nic->zone, f);
	return 0;
}

void by_result_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);

	if (!f)
		return;
	if (send(nic, f))
		labyrinth_cancel(nic->zone, f);
}

int by_out_parameter_ok(struct nic *nic, void **out)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (!p)
		return -ENOMEM;
	*out = p;
	return 0;
}

void loop_ok(struct nic *nic, int n)
{
	while (n--) {
		struct frame *f = ATOMIC_PAGE(nic->zone);

		if (!f)
			break;
		f->len = n;
		if (labyrinth_handoff(nic->zone, f)) {
			labyrinth_cancel(nic->zone, f);
			break;
		}
	}
}

void firmware_takes(struct nic *nic, void *page);
LABYRINTH_CONTRACT(firmware_takes, "keeps arg1");

void contract_ok(struct nic *nic)
{
	void *p = ATOMIC_PAGE(nic->zone);

	if (p)
		firmware_takes(nic, p);
}

static void drop_page(void **p)
{
	if (*p)
		labyrinth_cancel(rx_zone, *p);
}

void cleanup_attribute_ok(struct nic *nic)
{
	void *p __cleanup(drop_page) = ATOMIC_PAGE(rx_zone);

	if (!p)
		return;
	if (nic_good(nic))
		nic->packets++;
}

void by_flag_ok(struct nic *nic)
{
	struct frame *f = ATOMIC_PAGE(nic->zone);
	bool queued = false;

	if (!f)
		return;
	if (nic_good(nic)) {
		labyrinth_handoff(nic->zone, f);
		queued = true;
	}
	if (!queued)
		labyrinth_cancel(nic->zone, f);
}
