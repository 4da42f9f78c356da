/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A request as the dictionary of org.boothost.Provider1, in both directions.
 */
#include "request-private.h"

/* Hosts differ in the width they choose; any integer will do. */
static gint64 read_number(GVariant *value) {
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_INT64))
        return g_variant_get_int64(value);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32))
        return g_variant_get_uint32(value);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_INT32))
        return g_variant_get_int32(value);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT16))
        return g_variant_get_uint16(value);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        return g_ascii_strtoll(g_variant_get_string(value, NULL), NULL, 10);
    return -1;
}

/* What g_object_new_with_properties wants. */
struct properties {
    GPtrArray *names;
    GArray *values;
};

static GValue *add(struct properties *properties, const char *name, GType type) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, type);
    g_ptr_array_add(properties->names, (gpointer) name);
    g_array_append_val(properties->values, value);
    return &g_array_index(properties->values, GValue, properties->values->len - 1);
}

static void add_texts(struct properties *properties, GVariant *wire) {
    for (guint i = 0; i < TEXT_COUNT; i++) {
        const char *text = NULL;
        if (g_variant_lookup(wire, request_text_name(i), "&s", &text))
            g_value_set_string(add(properties, request_text_name(i), G_TYPE_STRING), text);
    }
}

static void add_numbers(struct properties *properties, GVariant *wire) {
    for (guint i = 0; i < NUMBER_COUNT; i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(wire, request_number_name(i), NULL);
        if (value != NULL)
            g_value_set_int64(add(properties, request_number_name(i), G_TYPE_INT64),
                              MAX(read_number(value), -1));
    }
}

static void add_variant(struct properties *properties, GVariant *wire, const char *key,
                        const char *type) {
    g_autoptr(GVariant) value = g_variant_lookup_value(wire, key, G_VARIANT_TYPE(type));
    if (value != NULL)
        g_value_set_variant(add(properties, key, G_TYPE_VARIANT), value);
}

static int read_stage(GVariant *value) {
    gint64 number = value != NULL ? read_number(value) : -1;
    gboolean known = number >= 0 && number <= BOOT_HOST_REQUEST_STAGE_DHCPV6_REQUEST;
    return known ? (int) number : BOOT_HOST_REQUEST_STAGE_UNKNOWN;
}

static void add_rest(struct properties *properties, GVariant *wire) {
    g_auto(GStrv) architectures = NULL;
    g_autoptr(GVariant) stage = g_variant_lookup_value(wire, "stage-number", NULL);
    g_autoptr(GVariant) packet = g_variant_lookup_value(wire, "packet", G_VARIANT_TYPE("ay"));
    g_value_set_enum(add(properties, "stage", BOOT_HOST_TYPE_REQUEST_STAGE), read_stage(stage));
    if (g_variant_lookup(wire, "architectures", "^as", &architectures))
        g_value_set_boxed(add(properties, "architectures", G_TYPE_STRV), architectures);
    if (packet != NULL)
        g_value_take_boxed(add(properties, "packet", G_TYPE_BYTES),
                           g_variant_get_data_as_bytes(packet));
    add_variant(properties, wire, "options", "a(uuay)");
    add_variant(properties, wire, "facts", "a{ss}");
}

static BootHostRequest *make(struct properties *properties) {
    return BOOT_HOST_REQUEST(g_object_new_with_properties(
        BOOT_HOST_TYPE_REQUEST, properties->names->len, (const char **) properties->names->pdata,
        (const GValue *) properties->values->data));
}

BootHostRequest *request_from_wire(GVariant *wire) {
    struct properties properties = {g_ptr_array_new(), g_array_new(FALSE, FALSE, sizeof(GValue))};
    g_array_set_clear_func(properties.values, (GDestroyNotify) g_value_unset);
    add_texts(&properties, wire);
    add_numbers(&properties, wire);
    add_rest(&properties, wire);
    BootHostRequest *request = make(&properties);
    g_ptr_array_unref(properties.names);
    g_array_unref(properties.values);
    return request;
}

static void put(GVariantBuilder *builder, const char *key, GVariant *value) {
    if (value != NULL)
        g_variant_builder_add(builder, "{sv}", key, value);
}

static GVariant *bytes_variant(GBytes *bytes) {
    return bytes != NULL ? g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE) : NULL;
}

GVariant *request_to_wire(BootHostRequest *self) {
    GVariantBuilder wire;
    const char *const *architectures = boot_host_request_get_architectures(self);
    const char *stage = boot_host_request_get_stage_name(self);

    g_variant_builder_init(&wire, G_VARIANT_TYPE_VARDICT);
    for (guint i = 0; i < TEXT_COUNT; i++) {
        if (request_text(self, i) != NULL)
            put(&wire, request_text_name(i), g_variant_new_string(request_text(self, i)));
    }
    for (guint i = 0; i < NUMBER_COUNT; i++) {
        if (request_number(self, i) >= 0)
            put(&wire, request_number_name(i), g_variant_new_int64(request_number(self, i)));
    }
    put(&wire, "stage", stage != NULL ? g_variant_new_string(stage) : NULL);
    put(&wire, "stage-number", g_variant_new_uint32(boot_host_request_get_stage(self)));
    put(&wire, "architectures",
        architectures != NULL ? g_variant_new_strv(architectures, -1) : NULL);
    put(&wire, "packet", bytes_variant(boot_host_request_get_packet(self)));
    put(&wire, "options", boot_host_request_get_options(self));
    put(&wire, "facts", boot_host_request_get_facts(self));
    return g_variant_ref_sink(g_variant_builder_end(&wire));
}
