/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What one provider said to one client.
 */
#include "cli/try-facts.h"

#include <stdio.h>
#include <string.h>

#include "cli/facts.h"

#define STEP        65536 /* bytes a read of content */
#define PREVIEW_MAX 4096  /* bytes of text that are shown */

static void add_text(GVariantBuilder *facts, const char *key, const char *text) {
    if (text == NULL)
        return;
    g_autofree char *safe = g_utf8_make_valid(text, -1);
    g_variant_builder_add(facts, "{sv}", key, g_variant_new_string(safe));
}

static GVariant *notes_of(const struct stand_answer *answer) {
    GVariantBuilder notes;
    g_variant_builder_init(&notes, G_VARIANT_TYPE_STRING_ARRAY);
    struct trace_entry entry = {0};
    (void) trace_get_entry(answer->trace, 0, &entry);
    for (guint i = 0; i < entry.note_count; i++)
        g_variant_builder_add(&notes, "s", trace_entry_note(&entry, i));
    return g_variant_builder_end(&notes);
}

/* Of either door. */
static void add_verdict(GVariantBuilder *facts, const struct stand_answer *answer) {
    struct trace_entry entry;
    gboolean has_door = trace_get_entry(answer->trace, 0, &entry);
    add_text(facts, "verdict", has_door ? trace_verdict_name(answer->verdict) : "no-door");
    add_text(facts, "reason", answer->reason != NULL ? answer->reason : "");
    if (answer->verdict < 0)
        add_text(facts, "errno", g_strerror(-answer->verdict));
    g_variant_builder_add(facts, "{sv}", "microseconds", g_variant_new_int64(answer->microseconds));
    g_variant_builder_add(facts, "{sv}", "notes", notes_of(answer));
}

/* ---- The reply ------------------------------------------------------------------------------- */

static GVariant *fields_of(const struct reply *reply) {
    static const struct {
        const char *name;
        uint32_t field;
    } fields[] = {
        {"boot-file", BOOT_HOST_REPLY_BOOT_FILE},
        {"server", BOOT_HOST_REPLY_SERVER},
        {"server-name", BOOT_HOST_REPLY_SERVER_NAME},
        {"message", BOOT_HOST_REPLY_MESSAGE},
        {"shape", BOOT_HOST_REPLY_SHAPE},
    };
    GVariantBuilder set;
    int64_t seconds = 0;
    g_variant_builder_init(&set, G_VARIANT_TYPE_VARDICT);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        add_text(&set, fields[i].name, reply_get(reply, fields[i].field));
    if (reply_get_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, &seconds) == 0)
        g_variant_builder_add(&set, "{sv}", "poll-seconds", g_variant_new_int64(seconds));
    return g_variant_builder_end(&set);
}

static GVariant *facts_of(const struct reply *reply) {
    GVariantBuilder facts;
    const char *name = NULL, *value = NULL;
    g_variant_builder_init(&facts, G_VARIANT_TYPE("a{ss}"));
    for (uint32_t i = 0; reply_fact(reply, i, &name, &value); i++)
        g_variant_builder_add(&facts, "{ss}", name, value);
    return g_variant_builder_end(&facts);
}

/* Text in quotes when it is some, else hexadecimal. */
static char *describe_bytes(struct boot_host_span span) {
    GString *text = g_string_new("\"");
    const uint8_t *bytes = span.data;
    for (size_t i = 0; i < span.size && text != NULL; i++) {
        if (g_ascii_isprint(bytes[i]))
            g_string_append_c(text, (char) bytes[i]);
        else
            text = (g_string_free(text, TRUE), NULL);
    }
    if (text != NULL && span.size > 0)
        return g_string_free(g_string_append_c(text, '"'), FALSE);
    if (text != NULL)
        g_string_free(text, TRUE);
    GString *hex = g_string_new(NULL);
    for (size_t i = 0; i < span.size; i++)
        g_string_append_printf(hex, "%s%02x", i > 0 ? ":" : "", bytes[i]);
    return g_string_free(hex, FALSE);
}

static GVariant *options_of(const struct reply *reply) {
    GVariantBuilder list;
    uint32_t space = 0, code = 0;
    struct boot_host_span span;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (uint32_t i = 0; reply_get_option(reply, i, &space, &code, &span); i++) {
        g_autofree char *text = describe_bytes(span);
        g_variant_builder_open(&list, G_VARIANT_TYPE_VARDICT);
        add_text(&list, "space", space == BOOT_HOST_SPACE_PXE ? "pxe" : "dhcp4");
        g_variant_builder_add(&list, "{sv}", "code", g_variant_new_uint32(code));
        add_text(&list, "value", text);
        g_variant_builder_close(&list);
    }
    return g_variant_builder_end(&list);
}

static GVariant *menu_of(const struct reply *reply, const struct boot_host_menu *menu) {
    GVariantBuilder facts, items;
    struct boot_host_menu_item item;
    g_variant_builder_init(&items, G_VARIANT_TYPE("aa{sv}"));
    for (uint32_t i = 0; reply_get_menu_item(reply, i, &item); i++) {
        g_variant_builder_open(&items, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&items, "{sv}", "type", g_variant_new_uint32(item.type));
        add_text(&items, "text", item.text);
        add_text(&items, "server", item.server);
        g_variant_builder_close(&items);
    }
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    add_text(&facts, "prompt", menu->prompt);
    g_variant_builder_add(&facts, "{sv}", "timeout-seconds",
                          g_variant_new_uint32(menu->timeout_seconds));
    g_variant_builder_add(&facts, "{sv}", "items", g_variant_builder_end(&items));
    return g_variant_builder_end(&facts);
}

GVariant *try_facts(const struct request *request, const struct stand_answer *answer,
                    GVariant *content) {
    GVariantBuilder facts;
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    add_text(&facts, "client", request_get_client(request));
    add_text(&facts, "stage", request_text(request, BOOT_HOST_REQUEST_STAGE));
    add_text(&facts, "architecture", request_text(request, BOOT_HOST_REQUEST_ARCHITECTURE));
    add_text(&facts, "loader", request_text(request, BOOT_HOST_REQUEST_LOADER));
    add_verdict(&facts, answer);
    g_variant_builder_add(&facts, "{sv}", "reply", fields_of(answer->reply));
    g_variant_builder_add(&facts, "{sv}", "facts", facts_of(answer->reply));
    g_variant_builder_add(&facts, "{sv}", "options", options_of(answer->reply));
    const struct boot_host_menu *menu = reply_get_menu(answer->reply);
    if (menu != NULL)
        g_variant_builder_add(&facts, "{sv}", "menu", menu_of(answer->reply, menu));
    if (content != NULL)
        g_variant_builder_add(&facts, "{sv}", "content", content);
    return g_variant_builder_end(&facts);
}

/* ---- Content --------------------------------------------------------------------------------- */

static const char *kind_name(enum chain_content_kind kind) {
    static const char *const names[] = {
        [CHAIN_CONTENT_NONE] = "none",   [CHAIN_CONTENT_REFUSED] = "refused",
        [CHAIN_CONTENT_BYTES] = "bytes", [CHAIN_CONTENT_FILE] = "file",
        [CHAIN_CONTENT_NAME] = "name",   [CHAIN_CONTENT_READER] = "reader",
    };
    return names[kind];
}

static void add_bytes(GVariantBuilder *facts, const struct stand_answer *answer) {
    int error = 0;
    g_autoptr(GBytes) bytes = stand_read(answer, STEP, &error);
    if (bytes == NULL) {
        add_text(facts, "unreadable", g_strerror(-error));
        return;
    }
    gsize size = 0;
    const char *data = g_bytes_get_data(bytes, &size);
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    g_variant_builder_add(facts, "{sv}", "bytes", g_variant_new_uint64(size));
    add_text(facts, "sha256", sum);
    if (size > 0 && size <= PREVIEW_MAX && g_utf8_validate(data, (gssize) size, NULL)) {
        g_autofree char *text = g_strndup(data, size);
        add_text(facts, "text", text);
    }
}

GVariant *try_facts_content(const char *name, const struct stand_answer *answer) {
    GVariantBuilder facts;
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    add_text(&facts, "file", name);
    add_verdict(&facts, answer);
    add_text(&facts, "kind", kind_name(answer->kind));
    add_text(&facts, "name", answer->name);
    if (answer->kind == CHAIN_CONTENT_BYTES || answer->kind == CHAIN_CONTENT_READER)
        add_bytes(&facts, answer);
    return g_variant_builder_end(&facts);
}

/* ---- In words -------------------------------------------------------------------------------- */

static void print_verdict(GVariant *facts) {
    g_autoptr(GVariant) notes = facts_child(facts, "notes");
    const char *reason = facts_text(facts, "reason");
    const char *error = facts_text(facts, "errno");
    printf("%-12s %s%s%s%s, in %" G_GINT64_FORMAT " us\n", "verdict", facts_text(facts, "verdict"),
           error[0] != '\0' ? " (" : "", error, error[0] != '\0' ? ")" : "",
           facts_number(facts, "microseconds", 0));
    facts_print_line("reason", reason);
    for (gsize i = 0; notes != NULL && i < g_variant_n_children(notes); i++) {
        g_autoptr(GVariant) note = g_variant_get_child_value(notes, i);
        facts_print_line("noted", g_variant_get_string(note, NULL));
    }
}

/* Every entry of a dictionary under `key`, a line each. */
static void print_entries(GVariant *facts, const char *key, const char *title) {
    g_autoptr(GVariant) entries = facts_child(facts, key);
    for (gsize i = 0; entries != NULL && i < g_variant_n_children(entries); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(entries, i);
        g_autoptr(GVariant) name = g_variant_get_child_value(entry, 0);
        g_autoptr(GVariant) value = g_variant_get_child_value(entry, 1);
        g_autofree char *text = facts_value_text(value);
        printf("%-12s %s = %s\n", title, g_variant_get_string(name, NULL), text);
    }
}

static void print_options(GVariant *facts) {
    g_autoptr(GVariant) options = facts_child(facts, "options");
    for (gsize i = 0; i < g_variant_n_children(options); i++) {
        g_autoptr(GVariant) option = g_variant_get_child_value(options, i);
        printf("%-12s %s %" G_GINT64_FORMAT " = %s\n", "set option", facts_text(option, "space"),
               facts_number(option, "code", 0), facts_text(option, "value"));
    }
}

static void print_menu(GVariant *menu) {
    g_autoptr(GVariant) items = facts_child(menu, "items");
    facts_print_line("set menu", facts_text(menu, "prompt"));
    for (gsize i = 0; i < g_variant_n_children(items); i++) {
        g_autoptr(GVariant) item = g_variant_get_child_value(items, i);
        printf("  %-10" G_GINT64_FORMAT " %s\n", facts_number(item, "type", 0),
               facts_text(item, "text"));
    }
}

static void print_content(GVariant *content) {
    printf("\n%-12s %s\n", "file", facts_text(content, "file"));
    print_verdict(content);
    printf("%-12s %s %s\n", "content", facts_text(content, "kind"), facts_text(content, "name"));
    facts_print_line("unreadable", facts_text(content, "unreadable"));
    facts_print_line("sha256", facts_text(content, "sha256"));
    if (facts_number(content, "bytes", -1) >= 0)
        printf("%-12s %" G_GINT64_FORMAT "\n", "bytes", facts_number(content, "bytes", 0));
    if (facts_text(content, "text")[0] != '\0')
        printf("\n%s\n", facts_text(content, "text"));
}

void try_facts_print(GVariant *facts) {
    g_autoptr(GVariant) menu = facts_child(facts, "menu");
    g_autoptr(GVariant) content = facts_child(facts, "content");
    printf("%-12s %s, %s, %s, %s\n", "client", facts_text(facts, "client"),
           facts_text(facts, "stage"), facts_text(facts, "architecture"),
           facts_text(facts, "loader"));
    print_verdict(facts);
    print_entries(facts, "reply", "set");
    print_entries(facts, "facts", "set fact");
    print_options(facts);
    if (menu != NULL)
        print_menu(menu);
    if (content != NULL)
        print_content(content);
}

static gboolean has_failed(GVariant *facts) {
    return facts_text(facts, "errno")[0] != '\0' || facts_text(facts, "unreadable")[0] != '\0';
}

gboolean try_facts_failed(GVariant *facts) {
    g_autoptr(GVariant) content = facts_child(facts, "content");
    return has_failed(facts) || (content != NULL && has_failed(content));
}
