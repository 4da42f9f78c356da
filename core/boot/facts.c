/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A bounded list of named values.
 */
#include "boot/facts.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/limits.h"

/* Both are GRefStrings. */
struct fact {
    char *name;
    char *value;
};

struct facts {
    GArray *list; /* struct fact */
};

static void fact_clear(void *data) {
    struct fact *fact = data;
    g_ref_string_release(fact->name);
    g_ref_string_release(fact->value);
}

struct facts *facts_new(void) {
    struct facts *facts = g_new0(struct facts, 1);
    facts->list = g_array_new(FALSE, TRUE, sizeof(struct fact));
    g_array_set_clear_func(facts->list, fact_clear);
    return facts;
}

void facts_free(struct facts *facts) {
    if (facts == NULL)
        return;
    g_array_unref(facts->list);
    g_free(facts);
}

void facts_copy(struct facts *facts, const struct facts *from) {
    for (guint i = 0; i < from->list->len; i++) {
        struct fact fact = g_array_index(from->list, struct fact, i);
        g_ref_string_acquire(fact.name);
        g_ref_string_acquire(fact.value);
        g_array_append_val(facts->list, fact);
    }
}

bool facts_name_is_valid(const char *name, size_t size) {
    if (size == 0 || size > LIMIT_FACT_NAME)
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        if (!g_ascii_islower(c) && !g_ascii_isdigit(c) && c != '-' && c != '_')
            return false;
    }
    return true;
}

/* Behind the last: not there. */
static guint find(const struct facts *facts, const char *name) {
    guint i = 0;
    while (i < facts->list->len &&
           strcmp(g_array_index(facts->list, struct fact, i).name, name) != 0)
        i++;
    return i;
}

static int32_t add(struct facts *facts, const char *name, const char *value) {
    if (facts->list->len >= LIMIT_FACTS)
        return -ENOSPC;
    struct fact fact = {g_ref_string_new(name), g_ref_string_new(value)};
    g_array_append_val(facts->list, fact);
    return 0;
}

int32_t facts_set(struct facts *facts, const char *name, const char *value) {
    if (name == NULL || !facts_name_is_valid(name, strlen(name)))
        return -EINVAL;
    guint index = find(facts, name);
    bool is_known = index < facts->list->len;
    if (value == NULL) {
        if (is_known)
            g_array_remove_index(facts->list, index);
        return 0;
    }
    if (!g_utf8_validate(value, -1, NULL))
        return -EINVAL;
    if (strlen(value) > LIMIT_FACT_BYTES)
        return -E2BIG;
    if (!is_known)
        return add(facts, name, value);
    struct fact *fact = &g_array_index(facts->list, struct fact, index);
    g_ref_string_release(fact->value);
    fact->value = g_ref_string_new(value);
    return 0;
}

const char *facts_get(const struct facts *facts, const char *name) {
    guint index = find(facts, name);
    return index < facts->list->len ? g_array_index(facts->list, struct fact, index).value : NULL;
}

bool facts_at(const struct facts *facts, uint32_t index, const char **ret_name,
              const char **ret_value) {
    if (index >= facts->list->len)
        return false;
    const struct fact *fact = &g_array_index(facts->list, struct fact, index);
    *ret_name = fact->name;
    *ret_value = fact->value;
    return true;
}
