/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two files: who queues is not who allocates. */
int queue_page(struct nic *nic, void *page);
void *queue_get(struct nic *nic);
