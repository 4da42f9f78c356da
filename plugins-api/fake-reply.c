/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reply that a provider shapes in the fake host: fields, options, menu, facts and templates.
 */
#include "fake-private.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"

char *fake_option_key(uint32_t space, uint32_t code) {
    return g_strdup_printf("%u/%u", space, code);
}

int32_t fake_option_get(GHashTable *options, uint32_t space, uint32_t code,
                        struct boot_host_span *ret_value) {
    g_autofree char *key = fake_option_key(space, code);
    GBytes *value = g_hash_table_lookup(options, key);
    if (value == NULL)
        return -ENOENT;
    ret_value->data = g_bytes_get_data(value, &ret_value->size);
    return 0;
}

GHashTable *fake_facts_new(const char *const *facts) {
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (size_t i = 0; facts != NULL && facts[i] != NULL && facts[i + 1] != NULL; i += 2)
        g_hash_table_insert(table, g_strdup(facts[i]), g_strdup(facts[i + 1]));
    return table;
}

static void item_free(gpointer data) {
    struct boot_host_menu_item *item = data;
    g_free((char *) item->text);
    g_free((char *) item->server);
    g_free(item);
}

static void menu_clear(struct fake_answer *answer) {
    g_ptr_array_set_size(answer->items, 0);
    if (answer->menu != NULL)
        g_free((char *) answer->menu->prompt);
    g_clear_pointer(&answer->menu, g_free);
}

struct fake_answer *fake_answer_new(const struct boot_host_fake_request *from) {
    struct fake_answer *answer = g_new0(struct fake_answer, 1);
    answer->fields = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    answer->numbers = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    answer->notes = g_ptr_array_new_with_free_func(g_free);
    answer->options =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    answer->facts = fake_facts_new(from->facts);
    answer->items = g_ptr_array_new_with_free_func(item_free);
    if (from->boot_file != NULL)
        g_hash_table_insert(answer->fields, GUINT_TO_POINTER(BOOT_HOST_REPLY_BOOT_FILE),
                            g_strdup(from->boot_file));
    return answer;
}

void fake_answer_free(struct fake_answer *answer) {
    if (answer == NULL)
        return;
    menu_clear(answer);
    g_hash_table_unref(answer->fields);
    g_hash_table_unref(answer->numbers);
    g_ptr_array_unref(answer->notes);
    g_hash_table_unref(answer->options);
    g_hash_table_unref(answer->facts);
    g_ptr_array_unref(answer->items);
    g_free(answer->joined_notes);
    g_free(answer);
}

static int32_t reply_set(struct boot_host_reply *reply, uint32_t field, const char *text) {
    if (field < BOOT_HOST_REPLY_BOOT_FILE || field > BOOT_HOST_REPLY_SHAPE)
        return -ENOTSUP;
    if (text != NULL && !g_utf8_validate(text, -1, NULL))
        return -EINVAL;
    if (field == BOOT_HOST_REPLY_BOOT_FILE && text != NULL && strlen(text) > LIMIT_BOOT_FILE)
        return -E2BIG;
    if (field != BOOT_HOST_REPLY_NOTE)
        g_hash_table_insert(reply->answer->fields, GUINT_TO_POINTER(field), g_strdup(text));
    else if (text != NULL)
        g_ptr_array_add(reply->answer->notes, g_strdup(text));
    else
        g_ptr_array_set_size(reply->answer->notes, 0);
    return 0;
}

static const char *reply_get(const struct boot_host_reply *reply, uint32_t field) {
    GPtrArray *notes = reply->answer->notes;
    if (field == BOOT_HOST_REPLY_NOTE)
        return notes->len > 0 ? g_ptr_array_index(notes, notes->len - 1) : NULL;
    return g_hash_table_lookup(reply->answer->fields, GUINT_TO_POINTER(field));
}

static int32_t reply_set_number(struct boot_host_reply *reply, uint32_t field, int64_t value) {
    if (field != BOOT_HOST_REPLY_POLL_SECONDS)
        return -ENOTSUP;
    if (value < 1 || value > 3600)
        return -EINVAL;
    g_hash_table_insert(reply->answer->numbers, GUINT_TO_POINTER(field),
                        g_memdup2(&value, sizeof value));
    return 0;
}

static gboolean is_hosts_own(const struct boot_host_reply *reply, uint32_t space, uint32_t code) {
    static const uint32_t own[] = {53, 54, 60, 97, 255};
    if (space != BOOT_HOST_SPACE_DHCP4)
        return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        if (own[i] == code)
            return TRUE;
    }
    return code == 43 && reply->answer->menu != NULL;
}

static int32_t reply_option(struct boot_host_reply *reply, uint32_t space, uint32_t code,
                            const void *value, size_t size) {
    gboolean known = space == BOOT_HOST_SPACE_DHCP4 || space == BOOT_HOST_SPACE_PXE;
    if (!known || code > 255 || (value == NULL && size > 0))
        return -EINVAL;
    if (is_hosts_own(reply, space, code))
        return -EPERM;
    GHashTable *options = reply->answer->options;
    g_autofree char *key = fake_option_key(space, code);
    if (g_hash_table_size(options) >= LIMIT_REPLY_OPTIONS && !g_hash_table_contains(options, key))
        return -ENOSPC;
    g_hash_table_insert(options, g_steal_pointer(&key), g_bytes_new(value, size));
    return 0;
}

static int32_t reply_menu(struct boot_host_reply *reply, const struct boot_host_menu *menu) {
    if (menu == NULL || menu->size < sizeof *menu || menu->timeout_seconds > BOOT_HOST_MENU_WAIT ||
        menu->prompt == NULL || menu->prompt[0] == '\0')
        return -EINVAL;
    menu_clear(reply->answer);
    reply->answer->menu = g_memdup2(menu, sizeof *menu);
    reply->answer->menu->prompt = g_strdup(menu->prompt);
    return 0;
}

/* Bytes of option 43 that the menu takes (PXE 2.1 table 2-1): tags 6, 8, 9, 10 and the end. */
static size_t menu_bytes(const struct fake_answer *answer) {
    size_t bytes = 3 + 2 + 2 + 2 + 1 + strlen(answer->menu->prompt) + 1;
    for (uint32_t i = 0; i < answer->items->len; i++) {
        const struct boot_host_menu_item *item = g_ptr_array_index(answer->items, i);
        bytes += 3 + strlen(item->text) + (item->type != BOOT_HOST_ITEM_LOCAL ? 3 + 4 : 0);
    }
    return bytes;
}

static int32_t reply_menu_item(struct boot_host_reply *reply,
                               const struct boot_host_menu_item *item) {
    struct fake_answer *answer = reply->answer;
    if (item == NULL || item->size < sizeof *item || item->type > 65534 || item->text == NULL ||
        item->text[0] == '\0' || strlen(item->text) > 255 || answer->menu == NULL)
        return -EINVAL;
    struct boot_host_menu_item *copy = g_memdup2(item, sizeof *item);
    copy->text = g_strdup(item->text);
    copy->server = g_strdup(item->server);
    g_ptr_array_add(answer->items, copy);
    if (menu_bytes(answer) <= 255)
        return 0;
    g_ptr_array_set_size(answer->items, (int) answer->items->len - 1);
    return -ENOSPC;
}

static gboolean is_fact_name(const char *name) {
    return name != NULL && name[0] != '\0' && strlen(name) <= LIMIT_FACT_NAME &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(name);
}

static int32_t fact_set(struct boot_host_reply *reply, const char *name, const char *value) {
    GHashTable *facts = reply->answer->facts;
    if (!is_fact_name(name) || (value != NULL && !g_utf8_validate(value, -1, NULL)))
        return -EINVAL;
    if (value == NULL) {
        g_hash_table_remove(facts, name);
        return 0;
    }
    if (strlen(value) > LIMIT_FACT_BYTES)
        return -E2BIG;
    if (g_hash_table_size(facts) >= LIMIT_FACTS && !g_hash_table_contains(facts, name))
        return -ENOSPC;
    g_hash_table_insert(facts, g_strdup(name), g_strdup(value));
    return 0;
}

static const char *lookup_fact(GHashTable *facts, GHashTable *more, const char *name) {
    const char *value = facts != NULL ? g_hash_table_lookup(facts, name) : NULL;
    return value == NULL && more != NULL ? g_hash_table_lookup(more, name) : value;
}

static const char *fact_get(const struct boot_host_reply *reply, const char *name) {
    return name != NULL ? lookup_fact(reply->answer->facts, reply->request->facts, name) : NULL;
}

int64_t fake_expand(GHashTable *facts, GHashTable *more, const char *text, char *buffer,
                    size_t size) {
    g_autoptr(GString) out = g_string_new(NULL);
    const char *rest = text;
    for (const char *open = strstr(rest, "${"); open != NULL; open = strstr(rest, "${")) {
        const char *close = strchr(open, '}');
        if (close == NULL)
            return -EINVAL;
        g_string_append_len(out, rest, open - rest);
        g_autofree char *name = g_strndup(open + 2, (size_t) (close - open - 2));
        char *fallback = strstr(name, ":-");
        if (fallback != NULL)
            *fallback = '\0';
        if (!is_fact_name(name))
            return -EINVAL;
        const char *value = lookup_fact(facts, more, name);
        if (value == NULL && fallback == NULL)
            return -ENOENT;
        g_string_append(out, value != NULL ? value : fallback + 2);
        rest = close + 1;
    }
    g_string_append(out, rest);
    if (size > 0)
        g_strlcpy(buffer, out->str, size);
    return (int64_t) out->len;
}

static int64_t expand(const struct boot_host_reply *reply, const char *text, char *buffer,
                      size_t size) {
    if (reply == NULL)
        return fake_expand(NULL, NULL, text, buffer, size);
    return fake_expand(reply->answer->facts, reply->request->facts, text, buffer, size);
}

static uint64_t reply_ticket(const struct boot_host_reply *reply) {
    return reply->ticket;
}

void fake_reply_fill_table(struct boot_host *table) {
    table->reply_set = reply_set;
    table->reply_get = reply_get;
    table->reply_set_number = reply_set_number;
    table->reply_option = reply_option;
    table->reply_menu = reply_menu;
    table->reply_menu_item = reply_menu_item;
    table->fact_set = fact_set;
    table->fact_get = fact_get;
    table->expand = expand;
    table->reply_ticket = reply_ticket;
}
