# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel runs of Labyrinth; see ../lab-kernel."""
