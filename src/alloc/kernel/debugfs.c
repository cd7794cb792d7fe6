// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /sys/kernel/debug/labyrinth/NAME.ID: stats (counters), holders (pages that
 * are out, the oldest first), inject (which layers fail; "LAYER EVERY" sets it).
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/uaccess.h>

#include "host.h"

#define HOLDERS_MAX 4096u

static struct dentry *top;

static const char *const layers[] = {
	"magazine", "emergency", "reserve", "steal", "neighbour", "system", "refill"
};

static int stats_show(struct seq_file *m, void *unused)
{
	struct labyrinth_stats *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int i, err;

	if (!s)
		return -ENOMEM;
	err = labyrinth_get_stats(m->private, s);
	if (err)
		goto out;
	seq_printf(m, "pages %u\nmax_pages %u\nreserve %u\n", s->pages, s->max_pages, s->reserve);
	for (i = 0; i < LABYRINTH_PAGE_STATES; i++)
		seq_printf(m, "state_%s %u\n", labyrinth_state_name(i), s->state[i]);
#define LABYRINTH_X(name) seq_printf(m, #name " %llu\n", s->name);
	LABYRINTH_COUNTERS(LABYRINTH_X)
#undef LABYRINTH_X
	for (i = 1; i < LABYRINTH_FAIL_COUNT; i++)
		seq_printf(m, "failed_%s %llu\n", labyrinth_reason_name(i), s->failed[i]);
	for (i = 0; i < LABYRINTH_MISUSE_COUNT; i++)
		seq_printf(m, "misuse_%s %llu\n", labyrinth_misuse_name(i), s->misuse[i]);
	seq_printf(m, "bad_zone %llu\n", s->bad_zone);
out:
	kfree(s);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int older_first(const void *a, const void *b)
{
	const struct labyrinth_page_info *x = a, *y = b;

	return x->age_ns < y->age_ns ? 1 : x->age_ns > y->age_ns ? -1 : 0;
}

static u32 collect(struct labyrinth_zone *z, struct labyrinth_page_info *info, u32 *missed)
{
	u32 i, n = 0;

	for (i = 0; i < z->npages; i++) {
		enum labyrinth_state s = lab_w_state(lab_load(&z->page[i].word));

		if (s == LABYRINTH_PAGE_FREE || s == LABYRINTH_PAGE_ABSENT)
			continue;
		if (n < HOLDERS_MAX)
			lab_page_info(z, z->page + i, &info[n++]);
		else
			++*missed;
	}
	return n;
}

static int holders_show(struct seq_file *m, void *unused)
{
	struct labyrinth_page_info *info;
	u32 n, i, missed = 0;

	info = kvcalloc(HOLDERS_MAX, sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	if (!lab_walk_begin(m->private)) {
		kvfree(info);
		return -EINVAL;
	}
	n = collect(m->private, info, &missed);
	lab_walk_end(m->private);
	sort(info, n, sizeof(*info), older_first, NULL);
	for (i = 0; i < n; i++)
		seq_printf(m, "%px %s age_ms %llu holder %s/%u allocated %pS handed-off %pS\n", info[i].page,
			   labyrinth_state_name(info[i].state), info[i].age_ns / 1000000,
			   info[i].holder_name[0] ? info[i].holder_name : "gone",
			   info[i].holder & ~LAB_HOLDER_IRQ, info[i].alloc_site, info[i].handoff_site);
	if (missed)
		seq_printf(m, "and %u more\n", missed);
	kvfree(info);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(holders);

static int inject_show(struct seq_file *m, void *unused)
{
	struct labyrinth_zone *z = m->private;
	u32 i;

	BUILD_BUG_ON(ARRAY_SIZE(layers) != LABYRINTH_LAYER_COUNT);
	for (i = 0; i < LABYRINTH_LAYER_COUNT; i++)
		seq_printf(m, "%s %u\n", layers[i], lab_load(&z->inject[i].every));
	return 0;
}

static ssize_t inject_write(struct file *file, const char __user *user, size_t n, loff_t *pos)
{
	struct labyrinth_zone *z = ((struct seq_file *)file->private_data)->private;
	char buf[40], *space;
	u32 every;
	int layer, err;

	if (n >= sizeof(buf) || copy_from_user(buf, user, n))
		return n >= sizeof(buf) ? -EINVAL : -EFAULT;
	buf[n] = 0;
	space = strchr(buf, ' ');
	if (!space || kstrtou32(strim(space + 1), 0, &every))
		return -EINVAL;
	*space = 0;
	layer = match_string(layers, ARRAY_SIZE(layers), buf);
	if (layer < 0)
		return -EINVAL;
	err = labyrinth_inject(z, layer, every);
	return err ? err : (ssize_t)n;
}

static int inject_open(struct inode *inode, struct file *file)
{
	return single_open(file, inject_show, inode->i_private);
}

static const struct file_operations inject_fops = {
	.owner = THIS_MODULE, .open = inject_open, .read = seq_read, .write = inject_write,
	.llseek = seq_lseek, .release = single_release,
};

void lab_debugfs_add(struct labyrinth_zone *z)
{
	char name[40];
	char *slash;

	snprintf(name, sizeof(name), "%s.%u", z->name, z->id);
	while ((slash = strchr(name, '/')))
		*slash = '_';
	z->host.dir = debugfs_create_dir(name, top);
	debugfs_create_file("stats", 0444, z->host.dir, z, &stats_fops);
	debugfs_create_file("holders", 0400, z->host.dir, z, &holders_fops);
	debugfs_create_file("inject", 0600, z->host.dir, z, &inject_fops);
}

/* Waits for those who are reading. */
void lab_debugfs_remove(struct labyrinth_zone *z)
{
	debugfs_remove(z->host.dir);
	z->host.dir = NULL;
}

void lab_debugfs_init(void)
{
	top = debugfs_create_dir("labyrinth", NULL);
}

void lab_debugfs_exit(void)
{
	debugfs_remove(top);
}
