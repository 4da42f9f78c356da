/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How far a generation has come: serving, draining, closing, closed. It outlives the generation, for
 * those who show it or wait for its end. Any thread.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

struct life;

struct life *life_new(uint64_t number, GMainContext *context);
struct life *life_ref(struct life *life);
void life_unref(struct life *life);

/* A request, or a provider's reader, that this generation is busy with. */
void life_enter(struct life *life);
void life_leave(struct life *life);

/* Its steps, in this order; the last wakes the main context up. */
void life_retire(struct life *life); /* another generation serves from now on */
void life_end(struct life *life);    /* nothing is in flight any more: it closes */
void life_close(struct life *life);

gboolean life_is_closed(const struct life *life);

/* "number" t, "state" s ("serving", "draining", "closing"), "opened-us" x (wall clock), "in-flight"
 * t. Floating reference: a{sv}. */
GVariant *life_status(const struct life *life);
