/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The request as an object: its properties, and what is looked up in the client's packet.
 */
#include "request-private.h"

#include "boot-host-enum-types.h"
#include "boot-host-error.h"
#include "codec/architecture.h"
#include "codec/dhcp.h"
#include "codec/identity.h"
#include "template.h"

struct _BootHostRequest {
    GObject parent_instance;
    char *texts[TEXT_COUNT];
    gint64 numbers[NUMBER_COUNT]; /* -1: absent */
    BootHostRequestStage stage;
    GStrv architectures; /* NULL: none */
    GBytes *packet;      /* NULL: none */
    GVariant *options;   /* a(uuay); NULL: none */
    GVariant *facts;     /* a{ss}; NULL: none */
    GHashTable *lookup;  /* all facts by name; made when asked for */
    GCancellable *cancellable;
};

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

/* ---- What a test leaves out. ------------------------------------------------------------- */

static void set_default(BootHostRequest *self, enum request_text field, const char *value) {
    if (self->texts[field] == NULL)
        self->texts[field] = g_strdup(value);
}

static void complete_architecture(BootHostRequest *self) {
    const char *const single[] = {self->texts[TEXT_ARCHITECTURE], NULL};
    uint16_t code = 0;
    if (self->architectures == NULL && single[0] != NULL)
        self->architectures = g_strdupv((GStrv) single);
    if (self->architectures != NULL && self->architectures[0] != NULL)
        set_default(self, TEXT_ARCHITECTURE, self->architectures[0]);
    if (self->texts[TEXT_ARCHITECTURE] != NULL && self->numbers[NUMBER_ARCHITECTURE_CODE] < 0 &&
        architecture_code(self->texts[TEXT_ARCHITECTURE], &code))
        self->numbers[NUMBER_ARCHITECTURE_CODE] = code;
}

static void complete_uuid(BootHostRequest *self) {
    uint8_t bytes[IDENTITY_UUID_SIZE];
    char text[IDENTITY_UUID_TEXT_SIZE];
    if (self->texts[TEXT_UUID] == NULL ||
        !identity_parse_uuid(self->texts[TEXT_UUID], IDENTITY_UUID_SMBIOS, bytes))
        return;
    identity_format_uuid(bytes, IDENTITY_UUID_RAW, text);
    set_default(self, TEXT_UUID_SWAPPED, text);
}

static void complete_place(BootHostRequest *self) {
    const char *client = self->texts[TEXT_CLIENT];
    set_default(self, TEXT_INTERFACE, "eth0");
    set_default(self, TEXT_SERVER, "10.0.0.1");
    set_default(self, TEXT_SOURCE, client != NULL ? client : "0.0.0.0");
    set_default(self, TEXT_NETWORK, self->texts[TEXT_RELAY]);
    set_default(self, TEXT_NETWORK, client != NULL ? client : self->texts[TEXT_SERVER]);
    set_default(self, TEXT_FAMILY, "ipv4");
}

/* What plain firmware would have sent. */
static void complete(BootHostRequest *self) {
    gboolean is_file = self->stage == BOOT_HOST_REQUEST_STAGE_FILE;
    set_default(self, TEXT_LOADER, "firmware");
    set_default(self, TEXT_VENDOR_CLASS, "PXEClient");
    set_default(self, TEXT_TRANSPORT, is_file ? "tftp" : "dhcp");
    complete_uuid(self);
    complete_place(self);
    if (self->numbers[NUMBER_ATTEMPT] < 0)
        self->numbers[NUMBER_ATTEMPT] = 1;
    if (self->numbers[NUMBER_SECONDS] < 0)
        self->numbers[NUMBER_SECONDS] = 0;
    if (self->numbers[NUMBER_MESSAGE_SIZE] < 0)
        self->numbers[NUMBER_MESSAGE_SIZE] = 548; /* RFC 1542: what every client takes */
}

BootHostRequest *request_for_test(BootHostRequest *self, GVariant *facts) {
    g_autoptr(GVariant) wire = request_to_wire(self);
    BootHostRequest *request = request_from_wire(wire);
    if (facts != NULL) {
        g_clear_pointer(&request->facts, g_variant_unref);
        request->facts = g_variant_ref_sink(facts);
    }
    complete(request);
    return request;
}

/* ---- The object. ------------------------------------------------------------------------------- */

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

static GBytes *given_option(BootHostRequest *self, guint space, guint code) {
    GVariantIter iter;
    guint32 its_space = 0;
    guint32 its_code = 0;
    GVariant *value = NULL;
    if (self->options == NULL)
        return NULL;
    g_variant_iter_init(&iter, self->options);
    while (g_variant_iter_next(&iter, "(uu@ay)", &its_space, &its_code, &value)) {
        g_autoptr(GVariant) owned = value;
        if (its_space == space && its_code == code)
            return g_variant_get_data_as_bytes(owned);
    }
    return NULL;
}

static gboolean option_of_packet(const struct dhcp_options *options, guint space, guint code,
                                 struct span *ret_value) {
    static const struct {
        uint8_t outer;
        enum suboption_style style;
    } spaces[] = {
        [BOOT_HOST_OPTION_SPACE_PXE] = {DHCP_OPTION_VENDOR_SPECIFIC, SUBOPTION_PADDED},
        [BOOT_HOST_OPTION_SPACE_RELAY] = {DHCP_OPTION_RELAY_AGENT, SUBOPTION_PLAIN},
        [BOOT_HOST_OPTION_SPACE_WDS] = {DHCP_OPTION_WDS_NBP, SUBOPTION_PADDED},
    };
    struct span outer;
    if (space == BOOT_HOST_OPTION_SPACE_DHCP4)
        return dhcp_option_get(options, (uint8_t) code, ret_value);
    return space < G_N_ELEMENTS(spaces) && spaces[space].outer != 0 &&
           dhcp_option_get(options, spaces[space].outer, &outer) &&
           suboption_get(outer, spaces[space].style, (uint8_t) code, ret_value);
}

/**
 * boot_host_request_get_option:
 * @self: a request
 * @space: where the code counts
 * @code: the option's code, 1 to 254
 *
 * The value of an option, in one piece even if it was split.
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL when the client did not send it
 *
 * Since: 0.9
 */
GBytes *boot_host_request_get_option(BootHostRequest *self, BootHostOptionSpace space, guint code) {
    struct dhcp_view view;
    struct span datagram = {0};
    struct span value = {0};

    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    GBytes *given = given_option(self, space, code);
    if (given != NULL || self->packet == NULL || code > G_MAXUINT8)
        return given;
    datagram.data = g_bytes_get_data(self->packet, &datagram.size);
    if (dhcp_parse(datagram, &view) != DHCP_OK ||
        !option_of_packet(&view.options, space, code, &value))
        return NULL;
    return g_bytes_new(value.data, value.size);
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

static void add_own_facts(BootHostRequest *self, GHashTable *facts) {
    static const enum request_text hidden[] = {TEXT_FAMILY, TEXT_TRANSPORT};
    for (gsize i = 0; i < TEXT_COUNT; i++) {
        if (self->texts[i] != NULL && i != hidden[0] && i != hidden[1])
            g_hash_table_insert(facts, g_strdup(request_text_name(i)), g_strdup(self->texts[i]));
    }
    for (gsize i = 0; i < NUMBER_COUNT; i++) {
        gboolean is_fact = i == NUMBER_ARCHITECTURE_CODE || i == NUMBER_ATTEMPT;
        if (is_fact && self->numbers[i] >= 0)
            g_hash_table_insert(facts, g_strdup(request_number_name(i)),
                                g_strdup_printf("%" G_GINT64_FORMAT, self->numbers[i]));
    }
    const char *stage = boot_host_request_get_stage_name(self);
    if (stage != NULL)
        g_hash_table_insert(facts, g_strdup("stage"), g_strdup(stage));
}

/* Facts of the last decision hide those of the request. */
GHashTable *request_facts(BootHostRequest *self) {
    if (self->lookup != NULL)
        return self->lookup;
    self->lookup = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    add_own_facts(self, self->lookup);
    template_add_facts(self->lookup, self->facts);
    return self->lookup;
}

/**
 * boot_host_request_get_fact:
 * @self: a request
 * @name: the fact's name
 *
 * A fact as the last decision about this client left it, or one of the request itself, such as
 * "mac".
 *
 * Returns: (nullable): its value; %NULL when there is none
 *
 * Since: 0.9
 */
const char *boot_host_request_get_fact(BootHostRequest *self, const char *name) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    return g_hash_table_lookup(request_facts(self), name);
}

/**
 * boot_host_request_expand:
 * @self: a request
 * @text: a text with `${fact}` or `${fact:-otherwise}` in it
 * @error: return location for an error
 *
 * Puts facts into a text: those of the last decision, and those of the request. For the content
 * door; in a decision use boot_host_reply_expand().
 *
 * Returns: (transfer full): the text; %NULL with %BOOT_HOST_ERROR_NOT_FOUND when a fact is unknown,
 *   or %BOOT_HOST_ERROR_INVALID
 *
 * Since: 0.9
 */
char *boot_host_request_expand(BootHostRequest *self, const char *text, GError **error) {
    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    g_return_val_if_fail(text != NULL, NULL);
    return template_expand(request_facts(self), NULL, text, error);
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
