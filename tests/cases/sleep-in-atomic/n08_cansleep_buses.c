/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * N8: clocks, regulators and devices behind slow buses, under a lock.
 */
#include "kernel.h"

struct clk;
struct regulator;
struct gpio_desc;
struct i2c_adapter;
struct i2c_msg;
struct spi_device;
struct spi_message;
int clk_prepare(struct clk *clk);
void clk_unprepare(struct clk *clk);
int clk_enable(struct clk *clk);
void clk_disable(struct clk *clk);
int regulator_enable(struct regulator *r);
void gpiod_set_value(struct gpio_desc *desc, int value);
void gpiod_set_value_cansleep(struct gpio_desc *desc, int value);
int i2c_transfer(struct i2c_adapter *adap, struct i2c_msg *msgs, int num);
int spi_sync(struct spi_device *spi, struct spi_message *m);
int spi_async(struct spi_device *spi, struct spi_message *m);
static inline int clk_prepare_enable(struct clk *clk)
{
	int ret = clk_prepare(clk); /* its own line in a header */

	return ret ? ret : clk_enable(clk);
}

struct codec {
	spinlock_t lock;
	struct clk *clk;
	struct regulator *vdd;
	struct gpio_desc *reset;
	struct i2c_adapter *adap;
	struct spi_device *spi;
};

void codec_on_ok(struct codec *c)
{
	clk_prepare(c->clk);
	regulator_enable(c->vdd);
	spin_lock(&c->lock);
	clk_enable(c->clk);
	gpiod_set_value(c->reset, 1);
	spi_async(c->spi, NULL);
	clk_disable(c->clk);
	spin_unlock(&c->lock);
	gpiod_set_value_cansleep(c->reset, 0);
	i2c_transfer(c->adap, NULL, 0);
}

void codec_clk_bad(struct codec *c)
{
	spin_lock(&c->lock);
	clk_prepare(c->clk); /* expect: sleep-in-atomic "codec_clk_bad -> clk_prepare" */
	spin_unlock(&c->lock);
}

void codec_regulator_bad(struct codec *c)
{
	spin_lock(&c->lock);
	regulator_enable(c->vdd); /* expect: sleep-in-atomic "codec_regulator_bad -> regulator_enable" */
	spin_unlock(&c->lock);
}

void codec_gpio_bad(struct codec *c)
{
	spin_lock(&c->lock);
	gpiod_set_value_cansleep(c->reset, 1); /* expect: sleep-in-atomic "codec_gpio_bad -> gpiod_set_value_cansleep" */
	spin_unlock(&c->lock);
}

void codec_i2c_bad(struct codec *c)
{
	spin_lock(&c->lock);
	i2c_transfer(c->adap, NULL, 0); /* expect: sleep-in-atomic "codec_i2c_bad -> i2c_transfer" */
	spin_unlock(&c->lock);
}

void codec_spi_bad(struct codec *c)
{
	spin_lock(&c->lock);
	spi_sync(c->spi, NULL); /* expect: sleep-in-atomic "codec_spi_bad -> spi_sync" */
	spin_unlock(&c->lock);
}
