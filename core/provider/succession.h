/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What one generation remembers passes to the next: save of the old instance, restore of the new
 * one of the same name and the same module.
 *
 * Nothing else may run inside an instance that is saved. An INLINE one is saved on the packet
 * thread, which is the one that calls it. A worker's is held from the side: its calls go on waiting
 * in their queue, those inside are given a moment to come out, and it stays held until the swap is
 * done, so that what it learns is not lost. The packet thread waits for nobody.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

struct generation;
struct succession;

/* Pairs the instances and takes over those that work on threads of their own, waiting for them for
 * at most `patience_us` in all. Not on the packet thread. What cannot be taken over is a warning in
 * `problems`. Both generations must live until succession_end. */
struct succession *succession_begin(struct generation *old, struct generation *heir,
                                    int64_t patience_us, GPtrArray *problems);

/* Takes over the INLINE ones. On the packet thread, right before the swap. */
void succession_take_inline(struct succession *succession, GPtrArray *problems);

/* After the swap, or when it is called off: the held instances go on. Frees it. Any thread. */
void succession_end(struct succession *succession);

/* Names of the instances whose memory was taken over. Lent. */
const GPtrArray *succession_names(const struct succession *succession);
