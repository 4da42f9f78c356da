/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The facts of a request: its own fields by name, and what the last decision left.
 */
#include "request-private.h"

#include "template.h"

static void add_own_facts(BootHostRequest *self, GHashTable *facts) {
    static const enum request_text hidden[] = {TEXT_FAMILY, TEXT_TRANSPORT};
    for (gsize i = 0; i < TEXT_COUNT; i++) {
        if (self->texts[i] != NULL && i != hidden[0] && i != hidden[1])
            g_hash_table_insert(facts, g_strdup(request_text_name(i)), g_strdup(self->texts[i]));
    }
    for (gsize i = 0; i < NUMBER_COUNT; i++) {
        gboolean is_fact = i == NUMBER_ARCHITECTURE_CODE || i == NUMBER_ATTEMPT;
        if (is_fact && self->numbers[i] >= 0)
            g_hash_table_insert(facts, g_strdup(request_number_name(i)),
                                g_strdup_printf("%" G_GINT64_FORMAT, self->numbers[i]));
    }
    const char *stage = boot_host_request_get_stage_name(self);
    if (stage != NULL)
        g_hash_table_insert(facts, g_strdup("stage"), g_strdup(stage));
}

/* Facts of the last decision hide those of the request. */
GHashTable *request_facts(BootHostRequest *self) {
    if (self->lookup != NULL)
        return self->lookup;
    self->lookup = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    add_own_facts(self, self->lookup);
    template_add_facts(self->lookup, self->facts);
    return self->lookup;
}

/**
 * boot_host_request_get_fact:
 * @self: a request
 * @name: the fact's name
 *
 * A fact as the last decision about this client left it, or one of the request itself, such as
 * "mac".
 *
 * Returns: (nullable): its value; %NULL when there is none
 *
 * Since: 0.9
 */
const char *boot_host_request_get_fact(BootHostRequest *self, const char *name) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    return g_hash_table_lookup(request_facts(self), name);
}

/**
 * boot_host_request_expand:
 * @self: a request
 * @text: a text with `${fact}` or `${fact:-otherwise}` in it
 * @error: return location for an error
 *
 * Puts facts into a text: those of the last decision, and those of the request. For the content
 * door; in a decision use boot_host_reply_expand().
 *
 * Returns: (transfer full): the text; %NULL with %BOOT_HOST_ERROR_NOT_FOUND when a fact is unknown,
 *   or %BOOT_HOST_ERROR_INVALID
 *
 * Since: 0.9
 */
char *boot_host_request_expand(BootHostRequest *self, const char *text, GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    g_return_val_if_fail(text != NULL, NULL);
    return template_expand(request_facts(self), NULL, text, error);
}
