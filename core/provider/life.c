/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How far a generation has come.
 */
#include "provider/life.h"

#include <stdatomic.h>

enum stage {
    STAGE_SERVING,
    STAGE_DRAINING,
    STAGE_CLOSING,
    STAGE_CLOSED,
};

struct life {
    gatomicrefcount refs;
    uint64_t number;
    int64_t opened_us; /* wall clock */
    GMainContext *context;
    _Atomic int stage; /* enum stage */
    _Atomic uint64_t in_flight;
};

struct life *life_new(uint64_t number, GMainContext *context) {
    struct life *life = g_new0(struct life, 1);
    g_atomic_ref_count_init(&life->refs);
    life->number = number;
    life->opened_us = g_get_real_time();
    life->context = g_main_context_ref(context);
    return life;
}

struct life *life_ref(struct life *life) {
    g_atomic_ref_count_inc(&life->refs);
    return life;
}

void life_unref(struct life *life) {
    if (!g_atomic_ref_count_dec(&life->refs))
        return;
    g_main_context_unref(life->context);
    g_free(life);
}

void life_enter(struct life *life) {
    atomic_fetch_add_explicit(&life->in_flight, 1, memory_order_relaxed);
}

void life_leave(struct life *life) {
    atomic_fetch_sub_explicit(&life->in_flight, 1, memory_order_relaxed);
}

void life_retire(struct life *life) {
    life->stage = STAGE_DRAINING;
}

void life_end(struct life *life) {
    life->stage = STAGE_CLOSING;
}

void life_close(struct life *life) {
    life->stage = STAGE_CLOSED;
    g_main_context_wakeup(life->context);
}

gboolean life_is_closed(const struct life *life) {
    return life->stage == STAGE_CLOSED;
}

GVariant *life_status(const struct life *life) {
    static const char *const names[] = {
        [STAGE_SERVING] = "serving",
        [STAGE_DRAINING] = "draining",
        [STAGE_CLOSING] = "closing",
        [STAGE_CLOSED] = "closed",
    };
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "number", "t", life->number);
    g_variant_dict_insert(&facts, "state", "s", names[life->stage]);
    g_variant_dict_insert(&facts, "opened-us", "x", life->opened_us);
    g_variant_dict_insert(&facts, "in-flight", "t", (uint64_t) life->in_flight);
    return g_variant_dict_end(&facts);
}
