// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labyrinth.ko: begin, end, and what other modules may call.
 *
 * The core is built without ftrace, and its fast calls may not be probed: a
 * tracer that allocates here would call itself.
 */
#include <linux/cpuhotplug.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#include "host.h"

DEFINE_PER_CPU_ALIGNED(struct lab_this_cpu, lab_this_cpu);
u64 lab_dummies[16] LAB_ALIGNED(64) = { [0] = 1, [8] = 1 };	/* their "zone" is none */
u64 lab_bad_zones;

static int hotplug_state;

enum labyrinth_reason labyrinth_last_reason(void)
{
	return (enum labyrinth_reason)raw_cpu_read(lab_this_cpu.reason);
}

static int cpu_comes(unsigned int cpu)
{
	lab_zones_online(cpu);
	return 0;
}

static int cpu_is_dead(unsigned int cpu)
{
	lab_zones_dead(cpu);
	return 0;
}

static int __init labyrinth_init(void)
{
	unsigned int cpu;
	int err;

	for_each_possible_cpu(cpu) {
		per_cpu(lab_this_cpu, cpu).cpu = lab_idle;
		per_cpu(lab_this_cpu, cpu).slot = cpu;
		per_cpu(lab_this_cpu, cpu).irq = LAB_HOLDER_IRQ | cpu;
	}
	err = lab_zones_init();
	if (err)
		return err;
	err = lab_worker_module_init();
	if (err)
		goto zones;
	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "labyrinth:prepare", cpu_comes, cpu_is_dead);
	if (err < 0)
		goto worker;
	hotplug_state = err;
	err = lab_owners_init();
	if (err)
		goto hotplug;
	lab_debugfs_init();
	return 0;
hotplug:
	cpuhp_remove_state_nocalls(hotplug_state);
worker:
	lab_worker_module_exit();
zones:
	lab_zones_exit();
	return err;
}

/* Each zone holds the module, so there are none. */
static void __exit labyrinth_exit(void)
{
	lab_debugfs_exit();
	lab_owners_exit();
	cpuhp_remove_state_nocalls(hotplug_state);
	lab_worker_module_exit();
	lab_zones_exit();
}

module_init(labyrinth_init);
module_exit(labyrinth_exit);

#define EXPORT(f) EXPORT_SYMBOL_GPL(f)
EXPORT(labyrinth_alloc_bulk);
EXPORT(labyrinth_alloc_page);
EXPORT(labyrinth_audit);
EXPORT(labyrinth_cancel);
EXPORT(labyrinth_cancel_bulk);
EXPORT(labyrinth_cancel_handle);
EXPORT(labyrinth_drain);
EXPORT(labyrinth_free_handle);
EXPORT(labyrinth_free_page);
EXPORT(labyrinth_get_stats);
EXPORT(labyrinth_handle_page);
EXPORT(labyrinth_handoff);
EXPORT(labyrinth_handoff_handle);
EXPORT(labyrinth_inject);
EXPORT(labyrinth_last_reason);
EXPORT(labyrinth_misuse_name);
EXPORT(labyrinth_page_handle);
EXPORT(labyrinth_page_query);
EXPORT(labyrinth_phys_to_virt);
EXPORT(labyrinth_reason_name);
EXPORT(labyrinth_receive);
EXPORT(labyrinth_refill);
EXPORT(labyrinth_register_page);
EXPORT(labyrinth_state_name);
EXPORT(labyrinth_virt_to_phys);
EXPORT(labyrinth_wait);
EXPORT(labyrinth_worker_start);
EXPORT(labyrinth_worker_stop);
EXPORT(labyrinth_zone_create);
EXPORT(labyrinth_zone_destroy);
EXPORT(labyrinth_zone_verify);

NOKPROBE_SYMBOL(labyrinth_alloc_page);
NOKPROBE_SYMBOL(labyrinth_cancel);
NOKPROBE_SYMBOL(labyrinth_handoff);

MODULE_DESCRIPTION("Pages for places where nothing may block");
MODULE_AUTHOR("The Labyrinth developers");
MODULE_VERSION("1.0.0");
MODULE_LICENSE("GPL");
