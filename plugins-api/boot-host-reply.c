/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reply as a builder. What the host would refuse anyway is refused here, with words.
 */
#include "reply-private.h"

#include <boothost/types.h>
#include <string.h>

#include "base/limits.h"
#include "boot-host-error.h"
#include "request-private.h"
#include "template.h"

G_DEFINE_FINAL_TYPE(BootHostReply, boot_host_reply, G_TYPE_OBJECT)

static void item_free(gpointer data) {
    struct reply_item *item = data;
    g_free(item->text);
    g_free(item->server);
    g_free(item);
}

static void boot_host_reply_finalize(GObject *object) {
    BootHostReply *self = BOOT_HOST_REPLY_OBJECT(object);
    call_clear(&self->call);
    for (gsize i = 0; i < REPLY_FIELDS; i++)
        g_free(self->fields[i]);
    g_ptr_array_unref(self->notes);
    g_hash_table_unref(self->options);
    g_hash_table_unref(self->new_options);
    g_free(self->menu_prompt);
    g_ptr_array_unref(self->items);
    g_hash_table_unref(self->facts);
    g_hash_table_unref(self->new_facts);
    g_clear_object(&self->request);
    G_OBJECT_CLASS(boot_host_reply_parent_class)->finalize(object);
}

static void boot_host_reply_class_init(BootHostReplyClass *class) {
    G_OBJECT_CLASS(class)->finalize = boot_host_reply_finalize;
}

static void boot_host_reply_init(BootHostReply *self) {
    call_init(&self->call);
    self->notes = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(self->notes, NULL);
    self->options = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify) g_bytes_unref);
    self->new_options = g_hash_table_new(NULL, NULL);
    self->items = g_ptr_array_new_with_free_func(item_free);
    self->facts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->new_facts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void reply_put_field(BootHostReply *self, guint field, const char *text) {
    g_free(self->fields[field]);
    self->fields[field] = text != NULL && text[0] != '\0' ? g_strdup(text) : NULL;
    self->field_is_new[field] = TRUE;
}

/**
 * boot_host_reply_add_note:
 * @self: a reply
 * @note: a remark for the trace
 *
 * Leaves a remark that an administrator finds in `boothost explain`. Notes of a call that fails
 * are kept, too.
 *
 * Since: 0.9
 */
void boot_host_reply_add_note(BootHostReply *self, const char *note) {
    g_return_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self));
    g_return_if_fail(note != NULL);
    g_ptr_array_insert(self->notes, (int) self->notes->len - 1, g_strdup(note));
}

/**
 * boot_host_reply_get_notes:
 * @self: a reply
 *
 * The remarks of this provider.
 *
 * Returns: (transfer none) (array zero-terminated=1): in their order
 *
 * Since: 0.9
 */
const char *const *boot_host_reply_get_notes(BootHostReply *self) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), NULL);
    return (const char *const *) self->notes->pdata;
}

/**
 * boot_host_reply_set_poll_seconds:
 * @self: a reply
 * @seconds: 1 to 3600
 *
 * With %BOOT_HOST_VERDICT_HOLD: ask again after so long. 10 when nobody says.
 *
 * Since: 0.9
 */
void boot_host_reply_set_poll_seconds(BootHostReply *self, guint seconds) {
    g_return_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self));
    g_return_if_fail(seconds >= 1 && seconds <= 3600);
    self->poll_seconds = seconds;
    self->poll_is_new = TRUE;
}

/**
 * boot_host_reply_get_poll_seconds:
 * @self: a reply
 *
 * After how long a client on hold asks again.
 *
 * Returns: seconds; 0 when nobody has said
 *
 * Since: 0.9
 */
guint boot_host_reply_get_poll_seconds(BootHostReply *self) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), 0);
    return self->poll_seconds;
}

gboolean reply_refuse(GError **error, BootHostError code, const char *text) {
    g_set_error_literal(error, BOOT_HOST_ERROR, code, text);
    return FALSE;
}

static gboolean is_hosts_own(BootHostReply *self, guint space, guint code) {
    static const guint own[] = {53, 54, 60, 97, 255};
    for (gsize i = 0; i < G_N_ELEMENTS(own); i++) {
        if (space == BOOT_HOST_OPTION_SPACE_DHCP4 && own[i] == code)
            return TRUE;
    }
    return space == BOOT_HOST_OPTION_SPACE_DHCP4 && code == 43 && self->has_menu;
}

/**
 * boot_host_reply_set_option:
 * @self: a reply
 * @space: %BOOT_HOST_OPTION_SPACE_DHCP4 or %BOOT_HOST_OPTION_SPACE_PXE
 * @code: the option's code, 1 to 254
 * @value: its bytes
 * @error: return location for an error
 *
 * Adds an option, in the place of one of the same code.
 *
 * Returns: %TRUE; else %FALSE with %BOOT_HOST_ERROR_NOT_PERMITTED for an option that the host itself
 *   must get right (43 with a menu, 53, 54, 60, 97, 255), or %BOOT_HOST_ERROR_INVALID
 *
 * Since: 0.9
 */
gboolean boot_host_reply_set_option(BootHostReply *self, BootHostOptionSpace space, guint code,
                                    GBytes *value, GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), FALSE);
    g_return_val_if_fail(value != NULL, FALSE);
    gpointer key = REPLY_OPTION_KEY(space, code);
    if ((space != BOOT_HOST_OPTION_SPACE_DHCP4 && space != BOOT_HOST_OPTION_SPACE_PXE) ||
        code > G_MAXUINT8 || g_bytes_get_size(value) > G_MAXUINT8)
        return reply_refuse(
            error, BOOT_HOST_ERROR_INVALID,
            "only options of DHCP4 and PXE, with codes to 254 and values to 255 bytes");
    if (is_hosts_own(self, space, code))
        return reply_refuse(error, BOOT_HOST_ERROR_NOT_PERMITTED,
                            "the host sets this option itself");
    if (g_hash_table_size(self->options) >= LIMIT_REPLY_OPTIONS &&
        !g_hash_table_contains(self->options, key))
        return reply_refuse(error, BOOT_HOST_ERROR_NO_SPACE, "the reply has too many options");
    g_hash_table_insert(self->options, key, g_bytes_ref(value));
    g_hash_table_add(self->new_options, key);
    return TRUE;
}

/**
 * boot_host_reply_get_option:
 * @self: a reply
 * @space: where the code counts
 * @code: the option's code
 *
 * An option that a provider has set.
 *
 * Returns: (transfer none) (nullable): its bytes; %NULL when none has
 *
 * Since: 0.9
 */
GBytes *boot_host_reply_get_option(BootHostReply *self, BootHostOptionSpace space, guint code) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), NULL);
    return g_hash_table_lookup(self->options, REPLY_OPTION_KEY(space, code));
}

static gboolean is_fact_name(const char *name) {
    return name[0] != '\0' && strlen(name) <= LIMIT_FACT_NAME &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(name);
}

/**
 * boot_host_reply_set_fact:
 * @self: a reply
 * @name: lower-case letters, digits, "-" and "_"
 * @value: (nullable): the value; %NULL takes the fact back
 * @error: return location for an error
 *
 * Leaves a named value for later providers, for templates and for the content door.
 *
 * Returns: %TRUE; else %FALSE with %BOOT_HOST_ERROR_INVALID, %BOOT_HOST_ERROR_TOO_BIG or
 *   %BOOT_HOST_ERROR_NO_SPACE
 *
 * Since: 0.9
 */
gboolean boot_host_reply_set_fact(BootHostReply *self, const char *name, const char *value,
                                  GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);
    if (!is_fact_name(name))
        return reply_refuse(error, BOOT_HOST_ERROR_INVALID,
                            "a fact's name is of lower-case letters, digits, \"-\" and \"_\"");
    if (value != NULL && strlen(value) > LIMIT_FACT_BYTES)
        return reply_refuse(error, BOOT_HOST_ERROR_TOO_BIG,
                            "a fact's value has at most 1024 bytes");
    if (value != NULL && g_hash_table_size(self->facts) >= LIMIT_FACTS &&
        !g_hash_table_contains(self->facts, name))
        return reply_refuse(error, BOOT_HOST_ERROR_NO_SPACE, "the reply has too many facts");
    if (value != NULL && value[0] != '\0')
        g_hash_table_insert(self->facts, g_strdup(name), g_strdup(value));
    else
        g_hash_table_remove(self->facts, name);
    g_hash_table_insert(self->new_facts, g_strdup(name), g_strdup(value != NULL ? value : ""));
    return TRUE;
}

/**
 * boot_host_reply_get_fact:
 * @self: a reply
 * @name: the fact's name
 *
 * A fact that a provider left, or one of the request itself, such as "mac".
 *
 * Returns: (nullable): its value; %NULL when there is none
 *
 * Since: 0.9
 */
const char *boot_host_reply_get_fact(BootHostReply *self, const char *name) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    const char *value = g_hash_table_lookup(self->facts, name);
    return value != NULL ? value : boot_host_request_get_fact(self->request, name);
}

/**
 * boot_host_reply_get_facts:
 * @self: a reply
 *
 * All facts that providers left.
 *
 * Returns: (transfer full): `a{ss}`
 *
 * Since: 0.9
 */
GVariant *boot_host_reply_get_facts(BootHostReply *self) {
    GVariantBuilder facts;
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer value = NULL;
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), NULL);
    g_variant_builder_init(&facts, G_VARIANT_TYPE("a{ss}"));
    g_hash_table_iter_init(&iter, self->facts);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_variant_builder_add(&facts, "{ss}", name, value);
    return g_variant_ref_sink(g_variant_builder_end(&facts));
}

/**
 * boot_host_reply_expand:
 * @self: a reply
 * @text: a text with `${fact}` or `${fact:-otherwise}` in it
 * @error: return location for an error
 *
 * Puts facts into a text: those of providers, and those of the request.
 *
 * Returns: (transfer full): the text; %NULL with %BOOT_HOST_ERROR_NOT_FOUND when a fact is unknown,
 *   or %BOOT_HOST_ERROR_INVALID
 *
 * Since: 0.9
 */
char *boot_host_reply_expand(BootHostReply *self, const char *text, GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), NULL);
    g_return_val_if_fail(text != NULL, NULL);
    return template_expand(self->facts, request_facts(self->request), text, error);
}

/**
 * boot_host_reply_complete:
 * @self: the reply of a decision that was answered %BOOT_HOST_VERDICT_LATER
 * @verdict: any verdict but %BOOT_HOST_VERDICT_LATER
 *
 * Gives the verdict, once, from any thread. Keep the reply until then: one that goes before its
 * verdict counts as a failure.
 *
 * Returns: %FALSE when nobody waits for it
 *
 * Since: 0.9
 */
gboolean boot_host_reply_complete(BootHostReply *self, BootHostVerdict verdict) {
    g_return_val_if_fail(BOOT_HOST_IS_REPLY_OBJECT(self), FALSE);
    return call_complete(&self->call, verdict);
}
