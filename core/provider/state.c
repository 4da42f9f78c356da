/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Named blobs that an instance leaves to its successor.
 */
#include "provider/state.h"

#include <errno.h>
#include <glib.h>

#include "base/limits.h"

struct state {
    GHashTable *blobs; /* name to GBytes */
    gsize bytes;
};

struct state *state_new(void) {
    struct state *state = g_new0(struct state, 1);
    state->blobs =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    return state;
}

void state_free(struct state *state) {
    if (state == NULL)
        return;
    g_hash_table_unref(state->blobs);
    g_free(state);
}

int32_t state_put(struct state *state, const char *name, const void *data, size_t size) {
    if (state == NULL || name == NULL || (data == NULL && size > 0))
        return -EINVAL;
    if (size > LIMIT_CONTENT_BYTES - state->bytes)
        return -E2BIG;
    GBytes *old = g_hash_table_lookup(state->blobs, name);
    state->bytes += size - (old != NULL ? g_bytes_get_size(old) : 0);
    g_hash_table_replace(state->blobs, g_strdup(name), g_bytes_new(data, size));
    return 0;
}

int32_t state_get(const struct state *state, const char *name, struct boot_host_span *ret_data) {
    if (state == NULL || name == NULL || ret_data == NULL)
        return -EINVAL;
    GBytes *blob = g_hash_table_lookup(state->blobs, name);
    if (blob == NULL)
        return -ENOENT;
    ret_data->data = g_bytes_get_data(blob, &ret_data->size);
    return 0;
}

void state_visit(const struct state *state, state_visit_fn visit, void *user) {
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer blob = NULL;
    g_hash_table_iter_init(&iter, state->blobs);
    while (g_hash_table_iter_next(&iter, &name, &blob)) {
        gsize size = 0;
        const void *data = g_bytes_get_data(blob, &size);
        visit(name, data, size, user);
    }
}
