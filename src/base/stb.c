// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one place where stb_ds, the container library of the house, is compiled.
 * Everyone else includes <stb/stb_ds.h> for growing arrays and hash maps.
 */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define STB_DS_IMPLEMENTATION
#include <stb/stb_ds.h>
