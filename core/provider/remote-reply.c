/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A reply as a message and back.
 */
#include "provider/remote-reply.h"

#include <errno.h>
#include <string.h>

#include "boot/reply.h"

#define FIELD_COUNT (BOOT_HOST_REPLY_SHAPE + 1)

/* ---- To a message ---------------------------------------------------------------------------- */

/* An array that appears in the dictionary only when something was put into it. */
struct part {
    GVariantBuilder builder;
    gboolean is_empty;
};

static void part_init(struct part *part, const char *type) {
    g_variant_builder_init(&part->builder, G_VARIANT_TYPE(type));
    part->is_empty = TRUE;
}

#define part_add(part, ...)                                                                        \
    do {                                                                                           \
        g_variant_builder_add(&(part)->builder, __VA_ARGS__);                                      \
        (part)->is_empty = FALSE;                                                                  \
    } while (0)

static void part_end(struct part *part, GVariantBuilder *builder, const char *key) {
    if (part->is_empty)
        g_variant_builder_clear(&part->builder);
    else
        g_variant_builder_add(builder, "{sv}", key, g_variant_builder_end(&part->builder));
}

static bool is_remark(uint32_t field) {
    return field == BOOT_HOST_REPLY_REASON || field == BOOT_HOST_REPLY_NOTE;
}

/* `base` NULL: everything but remarks. */
static void put_fields(GVariantBuilder *builder, const struct reply *base,
                       const struct reply *reply) {
    struct part fields;
    part_init(&fields, "a{us}");
    for (uint32_t field = 1; field < FIELD_COUNT; field++) {
        const char *now = field != BOOT_HOST_REPLY_NOTE ? reply_get(reply, field) : NULL;
        const char *before =
            base != NULL && field != BOOT_HOST_REPLY_NOTE ? reply_get(base, field) : NULL;
        if ((base == NULL && is_remark(field)) || g_strcmp0(now, before) == 0)
            continue;
        part_add(&fields, "{us}", field, now != NULL ? now : "");
    }
    part_end(&fields, builder, "fields");
}

static void put_numbers(GVariantBuilder *builder, const struct reply *base,
                        const struct reply *reply) {
    int64_t now = 0;
    int64_t before = 0;
    if (reply_get_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, &now) != 0)
        return;
    if (base != NULL && reply_get_number(base, BOOT_HOST_REPLY_POLL_SECONDS, &before) == 0 &&
        now == before)
        return;
    struct part numbers;
    part_init(&numbers, "a{ux}");
    part_add(&numbers, "{ux}", BOOT_HOST_REPLY_POLL_SECONDS, now);
    part_end(&numbers, builder, "numbers");
}

static bool has_option(const struct reply *reply, uint32_t space, uint32_t code,
                       const struct boot_host_span *value) {
    uint32_t other_space = 0;
    uint32_t other_code = 0;
    struct boot_host_span other = {0};
    for (uint32_t i = 0; reply_get_option(reply, i, &other_space, &other_code, &other); i++) {
        if (other_space == space && other_code == code)
            return other.size == value->size && memcmp(other.data, value->data, value->size) == 0;
    }
    return false;
}

static void put_options(GVariantBuilder *builder, const struct reply *base,
                        const struct reply *reply) {
    uint32_t space = 0;
    uint32_t code = 0;
    struct boot_host_span value = {0};
    struct part options;
    part_init(&options, "a(uuay)");
    for (uint32_t i = 0; reply_get_option(reply, i, &space, &code, &value); i++) {
        if (base != NULL && has_option(base, space, code, &value))
            continue;
        part_add(&options, "(uu@ay)", space, code,
                 g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, value.data, value.size, 1));
    }
    part_end(&options, builder, "options");
}

static bool equal_item(const struct boot_host_menu_item *a, const struct boot_host_menu_item *b) {
    return a->type == b->type && g_strcmp0(a->text, b->text) == 0 &&
           g_strcmp0(a->server, b->server) == 0;
}

static bool equal_menu(const struct reply *a, const struct reply *b) {
    const struct boot_host_menu *left = reply_get_menu(a);
    const struct boot_host_menu *right = reply_get_menu(b);
    if (left == NULL || right == NULL)
        return left == right;
    bool is_equal = left->timeout_seconds == right->timeout_seconds &&
                    g_strcmp0(left->prompt, right->prompt) == 0;
    struct boot_host_menu_item left_item;
    struct boot_host_menu_item right_item;
    uint32_t i = 0;
    for (; is_equal && reply_get_menu_item(a, i, &left_item); i++)
        is_equal = reply_get_menu_item(b, i, &right_item) && equal_item(&left_item, &right_item);
    return is_equal && !reply_get_menu_item(b, i, &right_item);
}

/* A menu that was taken back travels as one without items. */
static void put_menu(GVariantBuilder *builder, const struct reply *base,
                     const struct reply *reply) {
    const struct boot_host_menu *menu = reply_get_menu(reply);
    if (base != NULL ? equal_menu(base, reply) : menu == NULL)
        return;
    g_variant_builder_add(builder, "{sv}", "menu",
                          g_variant_new("(us)", menu != NULL ? menu->timeout_seconds : 0,
                                        menu != NULL ? menu->prompt : ""));
    struct part items;
    part_init(&items, "a(uss)");
    struct boot_host_menu_item item;
    for (uint32_t i = 0; menu != NULL && reply_get_menu_item(reply, i, &item); i++)
        part_add(&items, "(uss)", item.type, item.text, item.server != NULL ? item.server : "");
    part_end(&items, builder, "items");
}

static void put_facts(GVariantBuilder *builder, const struct reply *base,
                      const struct reply *reply) {
    const char *name = NULL;
    const char *value = NULL;
    struct part facts;
    part_init(&facts, "a{ss}");
    for (uint32_t i = 0; reply_fact(reply, i, &name, &value); i++) {
        if (base == NULL || g_strcmp0(reply_fact_get(base, name), value) != 0)
            part_add(&facts, "{ss}", name, value);
    }
    for (uint32_t i = 0; base != NULL && reply_fact(base, i, &name, &value); i++) {
        if (reply_fact_get(reply, name) == NULL)
            part_add(&facts, "{ss}", name, "");
    }
    part_end(&facts, builder, "facts");
}

static void put_notes(GVariantBuilder *builder, const struct reply *reply) {
    const char *note = NULL;
    struct part notes;
    part_init(&notes, "as");
    for (uint32_t i = 0; (note = reply_note(reply, i)) != NULL; i++)
        part_add(&notes, "s", note);
    part_end(&notes, builder, "notes");
}

static void put_all(GVariantBuilder *builder, const struct reply *base, const struct reply *reply) {
    g_variant_builder_init(builder, G_VARIANT_TYPE_VARDICT);
    put_fields(builder, base, reply);
    put_numbers(builder, base, reply);
    put_options(builder, base, reply);
    put_menu(builder, base, reply);
    put_facts(builder, base, reply);
}

GVariant *remote_reply_to_variant(const struct reply *reply) {
    GVariantBuilder builder;
    put_all(&builder, NULL, reply);
    return g_variant_builder_end(&builder);
}

GVariant *remote_reply_changes(const struct reply *base, const struct reply *draft) {
    GVariantBuilder builder;
    put_all(&builder, base, draft);
    put_notes(&builder, draft);
    return g_variant_builder_end(&builder);
}

/* ---- From a message -------------------------------------------------------------------------- */

static const char *const parts[] = {"fields", "numbers", "options", "menu", "facts", "notes"};
static const char *const part_types[] = {"a{us}", "a{ux}", "a(uuay)", "(us)", "a{ss}", "as"};

gboolean remote_reply_has_changes(GVariant *variant) {
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autoptr(GVariant) part =
            g_variant_lookup_value(variant, parts[i], G_VARIANT_TYPE(part_types[i]));
        if (part != NULL)
            return TRUE;
    }
    return FALSE;
}

static int32_t apply_fields(struct reply *reply, GVariant *part) {
    GVariantIter iter;
    uint32_t field = 0;
    const char *text = NULL;
    int32_t error = 0;
    g_variant_iter_init(&iter, part);
    while (error == 0 && g_variant_iter_next(&iter, "{u&s}", &field, &text))
        error = reply_set(reply, field, text);
    return error;
}

static int32_t apply_numbers(struct reply *reply, GVariant *part) {
    GVariantIter iter;
    uint32_t field = 0;
    int64_t value = 0;
    int32_t error = 0;
    g_variant_iter_init(&iter, part);
    while (error == 0 && g_variant_iter_next(&iter, "{ux}", &field, &value))
        error = reply_set_number(reply, field, value);
    return error;
}

static int32_t apply_options(struct reply *reply, GVariant *part) {
    GVariantIter iter;
    uint32_t space = 0;
    uint32_t code = 0;
    GVariant *value = NULL;
    int32_t error = 0;
    g_variant_iter_init(&iter, part);
    while (error == 0 && g_variant_iter_next(&iter, "(uu@ay)", &space, &code, &value)) {
        gsize size = 0;
        const void *data = g_variant_get_fixed_array(value, &size, 1);
        error = reply_option(reply, space, code, data, size);
        g_variant_unref(value);
    }
    return error;
}

static int32_t apply_facts(struct reply *reply, GVariant *part) {
    GVariantIter iter;
    const char *name = NULL;
    const char *value = NULL;
    int32_t error = 0;
    g_variant_iter_init(&iter, part);
    while (error == 0 && g_variant_iter_next(&iter, "{&s&s}", &name, &value))
        error = reply_fact_set(reply, name, value[0] != '\0' ? value : NULL);
    return error;
}

static int32_t apply_notes(struct reply *reply, GVariant *part) {
    GVariantIter iter;
    const char *note = NULL;
    g_variant_iter_init(&iter, part);
    while (g_variant_iter_next(&iter, "&s", &note))
        reply_set(reply, BOOT_HOST_REPLY_NOTE, note);
    return 0;
}

static int32_t apply_items(struct reply *reply, GVariant *items) {
    GVariantIter iter;
    struct boot_host_menu_item item = {.size = sizeof(item)};
    int32_t error = 0;
    g_variant_iter_init(&iter, items);
    while (error == 0 &&
           g_variant_iter_next(&iter, "(u&s&s)", &item.type, &item.text, &item.server)) {
        if (item.server[0] == '\0')
            item.server = NULL;
        error = reply_menu_item(reply, &item);
    }
    return error;
}

static int32_t apply_menu(struct reply *reply, GVariant *variant, GVariant *part) {
    struct boot_host_menu menu = {.size = sizeof(menu)};
    g_variant_get(part, "(u&s)", &menu.timeout_seconds, &menu.prompt);
    g_autoptr(GVariant) items = g_variant_lookup_value(variant, "items", G_VARIANT_TYPE("a(uss)"));
    if (items == NULL && menu.prompt[0] == '\0')
        menu.prompt = NULL;
    int32_t error = reply_menu(reply, &menu);
    return error == 0 && items != NULL ? apply_items(reply, items) : error;
}

static int32_t apply_part(struct reply *reply, GVariant *variant, gsize index, GVariant *part) {
    static int32_t (*const apply[])(struct reply *, GVariant *) = {
        apply_fields, apply_numbers, apply_options, NULL, apply_facts, apply_notes};
    return apply[index] != NULL ? apply[index](reply, part) : apply_menu(reply, variant, part);
}

int32_t remote_reply_apply(struct reply *reply, GVariant *variant, const char **ret_what) {
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autoptr(GVariant) part =
            g_variant_lookup_value(variant, parts[i], G_VARIANT_TYPE(part_types[i]));
        int32_t error = part != NULL ? apply_part(reply, variant, i, part) : 0;
        if (error != 0) {
            *ret_what = parts[i];
            return error;
        }
    }
    return 0;
}
