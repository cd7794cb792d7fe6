// SPDX-License-Identifier: GPL-2.0-or-later
/* The card that is not there: a hard timer that fills the ring and interrupts. */
#include <linux/string.h>
#include <linux/version.h>
#include "rx.h"

u32 rx_sum(const struct rx_packet *packet)
{
	u32 sum = packet->seq, i;

	for (i = 0; i < packet->len; i++)
		sum = sum * 31 + packet->payload[i];
	return sum;
}

static bool receive_one(struct rx_card *card)
{
	struct rx_slot *slot = &card->ring[card->at % RX_RING];
	struct rx_packet *packet = slot->page;

	if (!packet || slot->done) {
		card->missed++;
		return false;
	}
	packet->seq = card->seq++;
	packet->len = 60 + packet->seq % (RX_PAYLOAD - 60);
	memset(packet->payload, (int)packet->seq, packet->len);
	packet->sum = rx_sum(packet);
	slot->done = true;
	card->at++;
	return true;
}

static enum hrtimer_restart rx_tick(struct hrtimer *timer)
{
	struct rx_card *card = container_of(timer, struct rx_card, timer);
	unsigned int i;

	for (i = 0; i < card->burst && receive_one(card); i++)
		;
	card->interrupt(card);
	hrtimer_forward_now(timer, ns_to_ktime(card->period_ns));
	return HRTIMER_RESTART;
}

void rx_card_start(struct rx_card *card)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(&card->timer, rx_tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
#else
	hrtimer_init(&card->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	card->timer.function = rx_tick;
#endif
	hrtimer_start(&card->timer, ns_to_ktime(card->period_ns), HRTIMER_MODE_REL_HARD);
}

/* No interrupt comes after this. */
void rx_card_stop(struct rx_card *card)
{
	hrtimer_cancel(&card->timer);
}
