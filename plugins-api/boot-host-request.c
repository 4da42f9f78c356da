/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The request as an object: its properties, and what is looked up in the client's packet.
 */
#include "request-private.h"

#include "boot-host-enum-types.h"
#include "codec/architecture.h"

G_DEFINE_FINAL_TYPE(BootHostRequest, boot_host_request, G_TYPE_OBJECT)

/* Behind the texts, which begin at 1, and the numbers. */
enum {
    PROP_NUMBERS = 1 + TEXT_COUNT,
    PROP_STAGE = PROP_NUMBERS + NUMBER_COUNT,
    PROP_ARCHITECTURES,
    PROP_PACKET,
    PROP_OPTIONS,
    PROP_FACTS,
    PROP_CANCELLABLE,
};

/* One name says as much as a list of one. */
static void complete_architecture(BootHostRequest *self) {
    const char *const single[] = {self->texts[TEXT_ARCHITECTURE], NULL};
    uint16_t code = 0;
    if (self->architectures == NULL && single[0] != NULL)
        self->architectures = g_strdupv((GStrv) single);
    if (self->texts[TEXT_ARCHITECTURE] == NULL && self->architectures != NULL)
        self->texts[TEXT_ARCHITECTURE] = g_strdup(self->architectures[0]);
    if (self->texts[TEXT_ARCHITECTURE] != NULL && self->numbers[NUMBER_ARCHITECTURE_CODE] < 0 &&
        architecture_code(self->texts[TEXT_ARCHITECTURE], &code))
        self->numbers[NUMBER_ARCHITECTURE_CODE] = code;
}

static void boot_host_request_constructed(GObject *object) {
    G_OBJECT_CLASS(boot_host_request_parent_class)->constructed(object);
    complete_architecture(BOOT_HOST_REQUEST(object));
}

static void set_variant(GVariant **place, const GValue *value, const char *type) {
    GVariant *variant = g_value_get_variant(value);
    g_clear_pointer(place, g_variant_unref);
    if (variant == NULL)
        return;
    if (g_variant_is_of_type(variant, G_VARIANT_TYPE(type)))
        *place = g_variant_ref_sink(variant);
    else
        g_critical("a request wants %s here, not %s", type, g_variant_get_type_string(variant));
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
    BootHostRequest *self = BOOT_HOST_REQUEST(object);
    if (id >= 1 && id < PROP_NUMBERS) {
        g_free(self->texts[id - 1]);
        self->texts[id - 1] = g_value_dup_string(value);
    } else if (id >= PROP_NUMBERS && id < PROP_STAGE) {
        self->numbers[id - PROP_NUMBERS] = g_value_get_int64(value);
    } else if (id == PROP_STAGE) {
        self->stage = g_value_get_enum(value);
    } else if (id == PROP_ARCHITECTURES) {
        self->architectures = g_value_dup_boxed(value);
    } else if (id == PROP_PACKET) {
        self->packet = g_value_dup_boxed(value);
    } else if (id == PROP_OPTIONS) {
        set_variant(&self->options, value, "a(uuay)");
    } else if (id == PROP_FACTS) {
        set_variant(&self->facts, value, "a{ss}");
    } else {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec) {
    BootHostRequest *self = BOOT_HOST_REQUEST(object);
    if (id >= 1 && id < PROP_NUMBERS)
        g_value_set_string(value, self->texts[id - 1]);
    else if (id >= PROP_NUMBERS && id < PROP_STAGE)
        g_value_set_int64(value, self->numbers[id - PROP_NUMBERS]);
    else if (id == PROP_STAGE)
        g_value_set_enum(value, (int) self->stage);
    else if (id == PROP_ARCHITECTURES)
        g_value_set_boxed(value, self->architectures);
    else if (id == PROP_PACKET)
        g_value_set_boxed(value, self->packet);
    else if (id == PROP_OPTIONS)
        g_value_set_variant(value, self->options);
    else if (id == PROP_FACTS)
        g_value_set_variant(value, self->facts);
    else if (id == PROP_CANCELLABLE)
        g_value_set_object(value, self->cancellable);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void boot_host_request_finalize(GObject *object) {
    BootHostRequest *self = BOOT_HOST_REQUEST(object);
    for (gsize i = 0; i < TEXT_COUNT; i++)
        g_free(self->texts[i]);
    g_strfreev(self->architectures);
    g_clear_pointer(&self->packet, g_bytes_unref);
    g_clear_pointer(&self->options, g_variant_unref);
    g_clear_pointer(&self->facts, g_variant_unref);
    g_clear_pointer(&self->lookup, g_hash_table_unref);
    g_object_unref(self->cancellable);
    G_OBJECT_CLASS(boot_host_request_parent_class)->finalize(object);
}

static void install_fields(GObjectClass *class, GParamFlags flags) {
    for (guint i = 0; i < TEXT_COUNT; i++)
        g_object_class_install_property(
            class, 1 + i, g_param_spec_string(request_text_name(i), NULL, NULL, NULL, flags));
    for (guint i = 0; i < NUMBER_COUNT; i++)
        g_object_class_install_property(
            class, PROP_NUMBERS + i,
            g_param_spec_int64(request_number_name(i), NULL, NULL, -1, G_MAXINT64, -1, flags));
}

static void boot_host_request_class_init(BootHostRequestClass *class) {
    GObjectClass *object_class = G_OBJECT_CLASS(class);
    GParamFlags made = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
    GParamFlags lent = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

    object_class->constructed = boot_host_request_constructed;
    object_class->set_property = set_property;
    object_class->get_property = get_property;
    object_class->finalize = boot_host_request_finalize;
    install_fields(object_class, made);
    /**
     * BootHostRequest:stage:
     *
     * At which point of its boot the client asks.
     *
     * Since: 0.9
     */
    g_object_class_install_property(object_class, PROP_STAGE,
                                    g_param_spec_enum("stage", NULL, NULL,
                                                      BOOT_HOST_TYPE_REQUEST_STAGE,
                                                      BOOT_HOST_REQUEST_STAGE_DISCOVER, made));
    /**
     * BootHostRequest:architectures:
     *
     * The names of all architectures that the client can boot, best first.
     *
     * Since: 0.9
     */
    g_object_class_install_property(
        object_class, PROP_ARCHITECTURES,
        g_param_spec_boxed("architectures", NULL, NULL, G_TYPE_STRV, made));
    /**
     * BootHostRequest:packet:
     *
     * The packet as it came, behind the UDP header.
     *
     * Since: 0.9
     */
    g_object_class_install_property(object_class, PROP_PACKET,
                                    g_param_spec_boxed("packet", NULL, NULL, G_TYPE_BYTES, made));
    /**
     * BootHostRequest:options: (type GVariant)
     *
     * Options (`a(uuay)`: space, code, value) that a test gives a request without a packet; they go
     * before those of the packet.
     *
     * Since: 0.9
     */
    g_object_class_install_property(
        object_class, PROP_OPTIONS,
        g_param_spec_variant("options", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, made));
    /**
     * BootHostRequest:facts: (type GVariant)
     *
     * The facts (`a{ss}`) that the last decision about this client left.
     *
     * Since: 0.9
     */
    g_object_class_install_property(
        object_class, PROP_FACTS,
        g_param_spec_variant("facts", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, made));
    /**
     * BootHostRequest:cancellable:
     *
     * Cancelled when nobody waits for the answer any more.
     *
     * Since: 0.9
     */
    g_object_class_install_property(
        object_class, PROP_CANCELLABLE,
        g_param_spec_object("cancellable", NULL, NULL, G_TYPE_CANCELLABLE, lent));
}

static void boot_host_request_init(BootHostRequest *self) {
    self->stage = BOOT_HOST_REQUEST_STAGE_DISCOVER;
    self->cancellable = g_cancellable_new();
    for (gsize i = 0; i < NUMBER_COUNT; i++)
        self->numbers[i] = -1;
}

/**
 * boot_host_request_new:
 * @mac: (nullable): the client's hardware address
 * @architecture: (nullable): the name of its architecture, such as "x64-uefi"
 *
 * A request for a test; for more than these two, construct the object with its properties.
 *
 * Returns: (transfer full): a DHCPDISCOVER of plain firmware
 *
 * Since: 0.9
 */
BootHostRequest *boot_host_request_new(const char *mac, const char *architecture) {
    return g_object_new(BOOT_HOST_TYPE_REQUEST, "mac", mac, "architecture", architecture, NULL);
}

const char *request_text(BootHostRequest *self, enum request_text field) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    return self->texts[field];
}

gint64 request_number(BootHostRequest *self, enum request_number field) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), -1);
    return self->numbers[field];
}

/**
 * boot_host_request_get_stage:
 * @self: a request
 *
 * At which point of its boot the client asks.
 *
 * Returns: the stage
 *
 * Since: 0.9
 */
BootHostRequestStage boot_host_request_get_stage(BootHostRequest *self) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), 0);
    return self->stage;
}

/**
 * boot_host_request_get_stage_name:
 * @self: a request
 *
 * The stage as the log and the fact "stage" call it: "discover", "boot-server", "file".
 *
 * Returns: (nullable): the name; %NULL for a stage that this library does not know
 *
 * Since: 0.9
 */
const char *boot_host_request_get_stage_name(BootHostRequest *self) {
    static const char *const names[] = {
        [BOOT_HOST_REQUEST_STAGE_DISCOVER] = "discover",
        [BOOT_HOST_REQUEST_STAGE_BOOT_SERVER] = "boot-server",
        [BOOT_HOST_REQUEST_STAGE_FILE] = "file",
        [BOOT_HOST_REQUEST_STAGE_HTTP] = "http",
        [BOOT_HOST_REQUEST_STAGE_DHCPV6_SOLICIT] = "dhcpv6-solicit",
        [BOOT_HOST_REQUEST_STAGE_DHCPV6_REQUEST] = "dhcpv6-request",
    };
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    return self->stage < G_N_ELEMENTS(names) ? names[self->stage] : NULL;
}

/**
 * boot_host_request_get_architectures:
 * @self: a request
 *
 * The names of all architectures that the client can boot, best first.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the names; %NULL when it did not
 *   say
 *
 * Since: 0.9
 */
const char *const *boot_host_request_get_architectures(BootHostRequest *self) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    return (const char *const *) self->architectures;
}

/**
 * boot_host_request_is_architecture:
 * @self: a request
 * @name: the name of a set of architectures; boot_host_list_architectures() knows them all
 *
 * Does one of the client's architectures belong to the set, such as "x64-uefi" (IANA codes 7 and
 * 9)?
 *
 * Returns: %TRUE if so
 *
 * Since: 0.9
 */
gboolean boot_host_request_is_architecture(BootHostRequest *self, const char *name) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), FALSE);
    g_return_val_if_fail(name != NULL, FALSE);
    return self->architectures != NULL &&
           g_strv_contains((const char *const *) self->architectures, name);
}

/**
 * boot_host_request_get_packet:
 * @self: a request
 *
 * The packet as it came, behind the UDP header.
 *
 * Returns: (transfer none) (nullable): the datagram; %NULL when there is none
 *
 * Since: 0.9
 */
GBytes *boot_host_request_get_packet(BootHostRequest *self) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    return self->packet;
}

/**
 * boot_host_request_get_options:
 * @self: a request
 *
 * The options that a test gave this request, beside those of its packet.
 *
 * Returns: (transfer none) (nullable): `a(uuay)`: space, code, value
 *
 * Since: 0.9
 */
GVariant *boot_host_request_get_options(BootHostRequest *self) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    return self->options;
}

/**
 * boot_host_request_get_facts:
 * @self: a request
 *
 * The facts that the last decision about this client left; for the content door.
 *
 * Returns: (transfer none) (nullable): `a{ss}`; %NULL when there are none
 *
 * Since: 0.9
 */
GVariant *boot_host_request_get_facts(BootHostRequest *self) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    return self->facts;
}

/**
 * boot_host_request_get_cancellable:
 * @self: a request
 *
 * Cancelled when nobody waits for the answer any more; made for the functions of GIO.
 *
 * Returns: (transfer none): the cancellable of this call
 *
 * Since: 0.9
 */
GCancellable *boot_host_request_get_cancellable(BootHostRequest *self) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    return self->cancellable;
}

/**
 * boot_host_list_architectures:
 *
 * The names of all architectures that the host knows, for checking a setting that holds one.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 *
 * Since: 0.9
 */
char **boot_host_list_architectures(void) {
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (gsize i = 0; architecture_name_at(i) != NULL; i++)
        g_strv_builder_add(names, architecture_name_at(i));
    return g_strv_builder_end(names);
}
