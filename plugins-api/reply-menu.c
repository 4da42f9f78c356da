/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The boot menu of a reply, for firmware that shows one itself.
 */
#include "reply-private.h"

#include <boothost/types.h>
#include <string.h>

void reply_begin_menu(BootHostReply *self, guint timeout, const char *prompt) {
    self->has_menu = TRUE;
    self->menu_is_new = TRUE;
    self->menu_timeout = timeout;
    g_free(self->menu_prompt);
    self->menu_prompt = g_strdup(prompt);
    g_ptr_array_set_size(self->items, 0);
}

/**
 * boot_host_reply_set_menu:
 * @self: a reply
 * @timeout_seconds: 0 to 254: then the first entry is taken; 255: wait for a choice
 * @prompt: shown while waiting; not empty
 * @error: return location for an error
 *
 * Begins a boot menu for firmware that shows one itself; drops an earlier one.
 *
 * Returns: %TRUE; else %FALSE with %BOOT_HOST_ERROR_INVALID
 *
 * Since: 0.9
 */
gboolean boot_host_reply_set_menu(BootHostReply *self, guint timeout_seconds, const char *prompt,
                                  GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), FALSE);
    g_return_val_if_fail(prompt != NULL, FALSE);
    if (timeout_seconds > BOOT_HOST_MENU_WAIT || prompt[0] == '\0')
        return reply_refuse(error, BOOT_HOST_ERROR_INVALID,
                            "a menu needs a prompt, and at most 255 seconds");
    reply_begin_menu(self, timeout_seconds, prompt);
    return TRUE;
}

void reply_put_item(BootHostReply *self, guint type, const char *text, const char *server) {
    struct reply_item *item = g_new0(struct reply_item, 1);
    item->type = type;
    item->text = g_strdup(text);
    item->server = g_strdup(server != NULL ? server : "");
    g_ptr_array_add(self->items, item);
    self->menu_is_new = TRUE;
}

/* Bytes of option 43 that the menu takes (PXE 2.1 table 2-1): tags 6, 8, 9, 10 and the end. */
static gsize menu_bytes(BootHostReply *self) {
    gsize bytes = 3 + 2 + 2 + 2 + 1 + strlen(self->menu_prompt) + 1;
    for (guint i = 0; i < self->items->len; i++) {
        const struct reply_item *item = g_ptr_array_index(self->items, i);
        bytes += 3 + strlen(item->text) + (item->type != BOOT_HOST_ITEM_LOCAL ? 3 + 4 : 0);
    }
    return bytes;
}

/**
 * boot_host_reply_add_menu_item:
 * @self: a reply with a menu
 * @type: 0: leave for the next boot device; 1 to 65534: comes back as the request's boot item
 * @text: what the user reads; 1 to 255 bytes
 * @server: (nullable): address of the boot server for it; %NULL: this host
 * @error: return location for an error
 *
 * Adds an entry to the menu; the order is the order on the screen.
 *
 * Returns: %TRUE; else %FALSE with %BOOT_HOST_ERROR_NO_SPACE when option 43 cannot hold it, or
 *   %BOOT_HOST_ERROR_INVALID
 *
 * Since: 0.9
 */
gboolean boot_host_reply_add_menu_item(BootHostReply *self, guint type, const char *text,
                                       const char *server, GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), FALSE);
    g_return_val_if_fail(text != NULL, FALSE);
    if (!self->has_menu)
        return reply_refuse(error, BOOT_HOST_ERROR_INVALID,
                            "there is no menu yet: begin with set_menu");
    if (type > 65534 || text[0] == '\0' || strlen(text) > 255)
        return reply_refuse(error, BOOT_HOST_ERROR_INVALID,
                            "an entry needs a text of 1 to 255 bytes, and a type to 65534");
    reply_put_item(self, type, text, server);
    if (menu_bytes(self) <= 255)
        return TRUE;
    g_ptr_array_set_size(self->items, (int) self->items->len - 1);
    return reply_refuse(error, BOOT_HOST_ERROR_NO_SPACE, "option 43 cannot hold this entry, too");
}

/**
 * boot_host_reply_get_menu:
 * @self: a reply
 *
 * The menu as it stands.
 *
 * Returns: (transfer full) (nullable): `(usa(uss))`: timeout, prompt, and of each entry type, text
 *   and server (empty: this host); %NULL when there is none
 *
 * Since: 0.9
 */
GVariant *boot_host_reply_get_menu(BootHostReply *self) {
    GVariantBuilder items;
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), NULL);
    if (!self->has_menu)
        return NULL;
    g_variant_builder_init(&items, G_VARIANT_TYPE("a(uss)"));
    for (guint i = 0; i < self->items->len; i++) {
        const struct reply_item *item = g_ptr_array_index(self->items, i);
        g_variant_builder_add(&items, "(uss)", item->type, item->text, item->server);
    }
    return g_variant_ref_sink(
        g_variant_new("(usa(uss))", self->menu_timeout, self->menu_prompt, &items));
}
