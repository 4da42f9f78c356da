/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A reply as the dictionaries of org.boothost.Provider1: what earlier providers left comes in, what
 * this one changed goes out.
 */
#include "reply-private.h"

#include <boothost/types.h>

static void apply_fields(BootHostReply *self, GVariant *wire) {
    g_autoptr(GVariantIter) iter = NULL;
    guint32 field = 0;
    const char *text = NULL;
    if (!g_variant_lookup(wire, "fields", "a{us}", &iter))
        return;
    while (g_variant_iter_next(iter, "{u&s}", &field, &text)) {
        if (field > 0 && field < REPLY_FIELDS && field != BOOT_HOST_REPLY_NOTE)
            reply_put_field(self, field, text);
    }
}

static void apply_numbers(BootHostReply *self, GVariant *wire) {
    g_autoptr(GVariantIter) iter = NULL;
    guint32 field = 0;
    gint64 value = 0;
    if (!g_variant_lookup(wire, "numbers", "a{ux}", &iter))
        return;
    while (g_variant_iter_next(iter, "{ux}", &field, &value)) {
        if (field == BOOT_HOST_REPLY_POLL_SECONDS && value >= 1 && value <= 3600)
            boot_host_reply_set_poll_seconds(self, (guint) value);
    }
}

static void apply_options(BootHostReply *self, GVariant *wire) {
    g_autoptr(GVariantIter) iter = NULL;
    guint32 space = 0;
    guint32 code = 0;
    GVariant *value = NULL;
    if (!g_variant_lookup(wire, "options", "a(uuay)", &iter))
        return;
    while (g_variant_iter_next(iter, "(uu@ay)", &space, &code, &value)) {
        g_autoptr(GVariant) owned = value;
        g_hash_table_insert(self->options, REPLY_OPTION_KEY(space, code),
                            g_variant_get_data_as_bytes(owned));
        g_hash_table_add(self->new_options, REPLY_OPTION_KEY(space, code));
    }
}

static void apply_menu(BootHostReply *self, GVariant *wire) {
    g_autoptr(GVariantIter) iter = NULL;
    guint32 number = 0;
    const char *text = NULL;
    const char *server = NULL;
    if (!g_variant_lookup(wire, "menu", "(u&s)", &number, &text))
        return;
    reply_begin_menu(self, number, text);
    self->has_menu = text[0] != '\0'; /* one that was taken back has no prompt */
    if (!g_variant_lookup(wire, "items", "a(uss)", &iter))
        return;
    while (g_variant_iter_next(iter, "(u&s&s)", &number, &text, &server))
        reply_put_item(self, number, text, server);
}

static void apply_facts(BootHostReply *self, GVariant *wire) {
    g_autoptr(GVariantIter) iter = NULL;
    const char *name = NULL;
    const char *value = NULL;
    if (!g_variant_lookup(wire, "facts", "a{ss}", &iter))
        return;
    while (g_variant_iter_next(iter, "{&s&s}", &name, &value))
        (void) boot_host_reply_set_fact(self, name, value, NULL);
}

void reply_apply(BootHostReply *self, GVariant *changes) {
    g_auto(GStrv) notes = NULL;
    apply_fields(self, changes);
    apply_numbers(self, changes);
    apply_options(self, changes);
    apply_menu(self, changes);
    apply_facts(self, changes);
    if (!g_variant_lookup(changes, "notes", "^as", &notes))
        return;
    for (gsize i = 0; notes[i] != NULL; i++)
        boot_host_reply_add_note(self, notes[i]);
}

BootHostReply *reply_new(BootHostRequest *request, GVariant *wire) {
    BootHostReply *self = g_object_new(BOOT_HOST_TYPE_REPLY, NULL);
    self->request = g_object_ref(request);
    if (wire == NULL)
        return self;
    reply_apply(self, wire);
    for (gsize i = 0; i < REPLY_FIELDS; i++)
        self->field_is_new[i] = FALSE;
    self->poll_is_new = FALSE;
    self->menu_is_new = FALSE;
    g_hash_table_remove_all(self->new_options);
    g_hash_table_remove_all(self->new_facts);
    return self;
}

/* What goes out: all that is set, or what is new alone. */
struct writing {
    BootHostReply *reply;
    GVariantBuilder wire;
    gboolean all;
};

static void put_fields(struct writing *writing) {
    BootHostReply *reply = writing->reply;
    GVariantBuilder fields;
    gboolean any = FALSE;
    g_variant_builder_init(&fields, G_VARIANT_TYPE("a{us}"));
    for (guint i = 0; i < REPLY_FIELDS; i++) {
        const char *text = reply->fields[i];
        if (!(writing->all ? text != NULL : reply->field_is_new[i]))
            continue;
        g_variant_builder_add(&fields, "{us}", i, text != NULL ? text : "");
        any = TRUE;
    }
    g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_builder_end(&fields));
    if (any)
        g_variant_builder_add(&writing->wire, "{sv}", "fields", value);
}

static void put_number(struct writing *writing) {
    BootHostReply *reply = writing->reply;
    GVariantBuilder numbers;
    if (!(writing->all ? reply->poll_seconds > 0 : reply->poll_is_new))
        return;
    g_variant_builder_init(&numbers, G_VARIANT_TYPE("a{ux}"));
    g_variant_builder_add(&numbers, "{ux}", BOOT_HOST_REPLY_POLL_SECONDS,
                          (gint64) reply->poll_seconds);
    g_variant_builder_add(&writing->wire, "{sv}", "numbers", g_variant_builder_end(&numbers));
}

static void put_options(struct writing *writing) {
    BootHostReply *reply = writing->reply;
    GHashTable *keys = writing->all ? reply->options : reply->new_options;
    GVariantBuilder options;
    GHashTableIter iter;
    gpointer key = NULL;
    if (g_hash_table_size(keys) == 0)
        return;
    g_variant_builder_init(&options, G_VARIANT_TYPE("a(uuay)"));
    g_hash_table_iter_init(&iter, keys);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        guint number = GPOINTER_TO_UINT(key);
        GBytes *value = g_hash_table_lookup(reply->options, key);
        g_variant_builder_add(&options, "(uu@ay)", number >> 16, number & 0xffff,
                              g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), value, TRUE));
    }
    g_variant_builder_add(&writing->wire, "{sv}", "options", g_variant_builder_end(&options));
}

static void put_menu(struct writing *writing) {
    BootHostReply *reply = writing->reply;
    if (!reply->has_menu || !(writing->all || reply->menu_is_new))
        return;
    g_autoptr(GVariant) menu = boot_host_reply_get_menu(reply);
    g_autoptr(GVariant) items = g_variant_get_child_value(menu, 2);
    g_variant_builder_add(&writing->wire, "{sv}", "menu",
                          g_variant_new("(us)", reply->menu_timeout, reply->menu_prompt));
    g_variant_builder_add(&writing->wire, "{sv}", "items", items);
}

static void put_facts(struct writing *writing) {
    BootHostReply *reply = writing->reply;
    GHashTable *table = writing->all ? reply->facts : reply->new_facts;
    GVariantBuilder facts;
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer value = NULL;
    if (g_hash_table_size(table) == 0)
        return;
    g_variant_builder_init(&facts, G_VARIANT_TYPE("a{ss}"));
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_variant_builder_add(&facts, "{ss}", name, value);
    g_variant_builder_add(&writing->wire, "{sv}", "facts", g_variant_builder_end(&facts));
}

static GVariant *write_reply(BootHostReply *self, gboolean all) {
    struct writing writing = {.reply = self, .all = all};
    g_variant_builder_init(&writing.wire, G_VARIANT_TYPE_VARDICT);
    put_fields(&writing);
    put_number(&writing);
    put_options(&writing);
    put_menu(&writing);
    put_facts(&writing);
    if (!all && self->notes->len > 1)
        g_variant_builder_add(&writing.wire, "{sv}", "notes",
                              g_variant_new_strv(boot_host_reply_get_notes(self), -1));
    return g_variant_ref_sink(g_variant_builder_end(&writing.wire));
}

GVariant *reply_changes(BootHostReply *self) {
    return write_reply(self, FALSE);
}

GVariant *reply_to_wire(BootHostReply *self) {
    return write_reply(self, TRUE);
}
