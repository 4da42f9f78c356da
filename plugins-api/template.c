/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Templates over tables of facts. The expansion itself is the fake host's, which the tests of
 * modules use, too.
 */
#include "template.h"

#include <errno.h>

#include "boot-host-error.h"
#include "fake-private.h"

void template_add_facts(GHashTable *table, GVariant *facts) {
    GVariantIter iter;
    char *name = NULL;
    char *value = NULL;
    if (facts == NULL)
        return;
    g_variant_iter_init(&iter, facts);
    while (g_variant_iter_next(&iter, "{ss}", &name, &value))
        g_hash_table_insert(table, name, value);
}

char *template_expand(GHashTable *facts, GHashTable *more, const char *text, GError **error) {
    int64_t length = fake_expand(facts, more, text, NULL, 0);
    if (length < 0) {
        g_set_error(error, BOOT_HOST_ERROR, boot_host_error_from_errno((int) length),
                    length == -ENOENT ? "'%s': a fact in it is unknown; ${name:-text} gives a "
                                        "value for that case"
                                      : "'%s': a \"${\" is not closed",
                    text);
        return NULL;
    }
    char *expanded = g_malloc((gsize) length + 1);
    (void) fake_expand(facts, more, text, expanded, (gsize) length + 1);
    return expanded;
}
