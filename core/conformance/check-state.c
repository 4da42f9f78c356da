/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of memory over a swap: a round trip, and blobs that an older or broken version left.
 */
#include <errno.h>
#include <string.h>

#include "conformance/checks.h"
#include "provider/instance.h"
#include "provider/state.h"

typedef struct state State;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(State, state_free)

/* What a life that has seen the usual clients leaves. NULL: nothing, or after a finding. */
static struct state *live_and_save(struct trial *trial, const struct state *inherited) {
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return NULL;
    int32_t error = inherited != NULL ? instance_restore(stand_instance(stand), inherited) : 0;
    if (error != 0)
        report_fail(trial->report, RULE_STATE, "it does not restore what it has saved: %s",
                    g_strerror(ABS(error)));
    if (inherited == NULL)
        trial_ask_all(trial, stand, trial_guests(trial));
    g_autoptr(State) state = state_new();
    error = instance_save(stand_instance(stand), state);
    if (error != 0)
        report_fail(trial->report, RULE_STATE, "save fails: %s", g_strerror(ABS(error)));
    trial_close(trial, stand);
    return error == 0 ? g_steal_pointer(&state) : NULL;
}

/* Restores blobs that it never wrote, and answers all the same. */
static void inherit(struct trial *trial, const struct state *state, const char *words) {
    struct stand *stand = trial_open(trial);
    if (stand == NULL)
        return;
    report_situation(trial->report, "restore of %s", words);
    instance_restore(stand_instance(stand), state);
    trial_ask_all(trial, stand, trial_guests(trial));
    trial_close(trial, stand);
}

enum damage {
    DAMAGE_HALF,
    DAMAGE_EMPTY,
    DAMAGE_ZEROS,
    DAMAGE_ONES,
    DAMAGE_LONG,
    DAMAGE_COUNT,
};

static void put_damaged(struct state *state, const char *name, GBytes *blob, enum damage damage) {
    gsize size = 0;
    const void *data = g_bytes_get_data(blob, &size);
    g_autofree char *bytes = g_malloc0(size + 4096);
    if (data != NULL)
        memcpy(bytes, data, size);
    if (damage == DAMAGE_ZEROS || damage == DAMAGE_ONES)
        memset(bytes, damage == DAMAGE_ZEROS ? 0 : 0xff, size);
    gsize damaged = damage == DAMAGE_HALF    ? size / 2
                    : damage == DAMAGE_EMPTY ? 0
                    : damage == DAMAGE_LONG  ? size + 4096
                                             : size;
    state_put(state, name, bytes, damaged);
}

static void inherit_damaged(struct trial *trial, GHashTable *saved) {
    static const char *const words[] = {"blobs cut in half", "empty blobs", "blobs of zeros",
                                        "blobs of ones", "blobs that are longer"};
    for (int damage = 0; damage < DAMAGE_COUNT; damage++) {
        g_autoptr(State) state = state_new();
        GHashTableIter iter;
        gpointer name = NULL, blob = NULL;
        g_hash_table_iter_init(&iter, saved);
        while (g_hash_table_iter_next(&iter, &name, &blob))
            put_damaged(state, name, blob, (enum damage) damage);
        inherit(trial, state, words[damage]);
    }
}

/* The blobs that the last save put, as the caller's. */
static GHashTable *take_saved(struct spy *spy) {
    GHashTable *saved = spy->saved;
    spy->saved =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    return saved;
}

static void compare(struct trial *trial, GHashTable *first, GHashTable *second) {
    GHashTableIter iter;
    gpointer name = NULL, blob = NULL;
    g_hash_table_iter_init(&iter, first);
    while (g_hash_table_iter_next(&iter, &name, &blob)) {
        GBytes *again = g_hash_table_lookup(second, name);
        if (again == NULL)
            report_fail(trial->report, RULE_STATE,
                        "blob '%s' is lost: the successor restored it and does not save it",
                        (const char *) name);
        else if (!g_bytes_equal(blob, again))
            report_warn(trial->report, RULE_STATE,
                        "blob '%s' is not the same when the successor saves it at once",
                        (const char *) name);
    }
}

void check_state(struct trial *trial) {
    if (!trial->spy->module.provider.has_save) {
        report_skip(trial->report, "it carries no memory: save and restore are not both there");
        return;
    }
    g_autoptr(State) first = live_and_save(trial, NULL);
    g_autoptr(GHashTable) first_blobs = take_saved(trial->spy);
    g_autoptr(State) second = first != NULL ? live_and_save(trial, first) : NULL;
    g_autoptr(GHashTable) second_blobs = take_saved(trial->spy);
    if (second == NULL)
        return;
    compare(trial, first_blobs, second_blobs);
    g_autoptr(State) nothing = state_new();
    inherit(trial, nothing, "nothing");
    inherit_damaged(trial, first_blobs);
    report_note(trial->report, "%u blobs", g_hash_table_size(first_blobs));
}
