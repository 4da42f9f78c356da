/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading back what a call in the fake host left, and what was said.
 */
#include "fake-private.h"

#include <errno.h>
#include <string.h>

static const char *join_notes(struct fake_answer *answer) {
    g_autoptr(GString) joined = g_string_new(NULL);
    if (answer->notes->len == 0)
        return NULL;
    for (uint32_t i = 0; i < answer->notes->len; i++)
        g_string_append_printf(joined, "%s%s", i > 0 ? "\n" : "",
                               (const char *) g_ptr_array_index(answer->notes, i));
    g_free(answer->joined_notes);
    answer->joined_notes = g_strdup(joined->str);
    return answer->joined_notes;
}

const char *boot_host_fake_get(struct boot_host_fake *fake, uint32_t field) {
    if (fake->answer == NULL)
        return NULL;
    if (field == BOOT_HOST_REPLY_NOTE)
        return join_notes(fake->answer);
    return g_hash_table_lookup(fake->answer->fields, GUINT_TO_POINTER(field));
}

int64_t boot_host_fake_get_number(struct boot_host_fake *fake, uint32_t field) {
    const int64_t *value = NULL;
    if (fake->answer != NULL)
        value = g_hash_table_lookup(fake->answer->numbers, GUINT_TO_POINTER(field));
    return value != NULL ? *value : -1;
}

const char *boot_host_fake_get_fact(struct boot_host_fake *fake, const char *name) {
    return fake->answer != NULL ? g_hash_table_lookup(fake->answer->facts, name) : NULL;
}

int32_t boot_host_fake_get_option(struct boot_host_fake *fake, uint32_t space, uint32_t code,
                                  struct boot_host_span *ret_value) {
    if (fake->answer == NULL)
        return -ENOENT;
    return fake_option_get(fake->answer->options, space, code, ret_value);
}

const struct boot_host_menu *boot_host_fake_get_menu(struct boot_host_fake *fake) {
    return fake->answer != NULL ? fake->answer->menu : NULL;
}

const struct boot_host_menu_item *boot_host_fake_get_item(struct boot_host_fake *fake,
                                                          uint32_t index) {
    if (fake->answer == NULL || index >= fake->answer->items->len)
        return NULL;
    return g_ptr_array_index(fake->answer->items, index);
}

const char *boot_host_fake_get_bytes(struct boot_host_fake *fake, size_t *ret_size) {
    if (fake->content == NULL || fake->content->bytes == NULL)
        return NULL;
    *ret_size = fake->content->size;
    return fake->content->bytes;
}

const char *boot_host_fake_get_path(struct boot_host_fake *fake) {
    return fake->content != NULL ? fake->content->path : NULL;
}

const char *boot_host_fake_get_served_name(struct boot_host_fake *fake) {
    return fake->content != NULL ? fake->content->name : NULL;
}

const char *boot_host_fake_line(struct boot_host_fake *fake, uint32_t index) {
    g_mutex_lock(&fake->lock);
    const char *line = index < fake->lines->len ? g_ptr_array_index(fake->lines, index) : NULL;
    g_mutex_unlock(&fake->lock);
    return line;
}

int boot_host_fake_said(struct boot_host_fake *fake, const char *text) {
    const char *line = NULL;
    for (uint32_t i = 0; (line = boot_host_fake_line(fake, i)) != NULL; i++) {
        if (strstr(line, text) != NULL)
            return 1;
    }
    return 0;
}

void boot_host_fake_forget_lines(struct boot_host_fake *fake) {
    g_mutex_lock(&fake->lock);
    g_ptr_array_set_size(fake->lines, 0);
    g_mutex_unlock(&fake->lock);
}
