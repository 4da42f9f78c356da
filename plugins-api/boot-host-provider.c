/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The class itself: who the provider is, its state over a swap, its log.
 */
#include "provider-private.h"

#include <string.h>

#define AT_ONCE_MAX 64 /* org.boothost.Provider1.xml */

typedef struct {
    struct provider_data data;
} BootHostProviderPrivate;

G_DEFINE_TYPE_WITH_PRIVATE(BootHostProvider, boot_host_provider, G_TYPE_OBJECT)

enum {
    PROP_NAME = 1,
    PROP_VERSION,
    PROP_SUMMARY,
    PROP_AT_ONCE,
};

struct provider_data *provider_data(BootHostProvider *self) {
    BootHostProviderPrivate *private = boot_host_provider_get_instance_private(self);
    return &private->data;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
    struct provider_data *data = provider_data(BOOT_HOST_PROVIDER_OBJECT(object));
    switch (id) {
    case PROP_NAME:
        data->name = g_value_dup_string(value);
        break;
    case PROP_VERSION:
        data->version = g_value_dup_string(value);
        break;
    case PROP_SUMMARY:
        data->summary = g_value_dup_string(value);
        break;
    case PROP_AT_ONCE:
        data->at_once = g_value_get_uint(value);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec) {
    const struct provider_data *data = provider_data(BOOT_HOST_PROVIDER_OBJECT(object));
    switch (id) {
    case PROP_NAME:
        g_value_set_string(value, data->name);
        break;
    case PROP_VERSION:
        g_value_set_string(value, data->version);
        break;
    case PROP_SUMMARY:
        g_value_set_string(value, data->summary);
        break;
    case PROP_AT_ONCE:
        g_value_set_uint(value, data->at_once);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void setting_free(gpointer pointer) {
    struct provider_setting *setting = pointer;
    g_free(setting->name);
    g_free(setting->default_value);
    g_free(setting->help);
    g_free(setting);
}

static void boot_host_provider_finalize(GObject *object) {
    struct provider_data *data = provider_data(BOOT_HOST_PROVIDER_OBJECT(object));
    g_free(data->name);
    g_free(data->version);
    g_free(data->summary);
    g_free(data->instance_name);
    g_ptr_array_unref(data->schema);
    g_ptr_array_unref(data->keys);
    g_hash_table_unref(data->values);
    g_hash_table_unref(data->files);
    g_hash_table_unref(data->state);
    g_mutex_clear(&data->log_lock);
    G_OBJECT_CLASS(boot_host_provider_parent_class)->finalize(object);
}

static void install_properties(GObjectClass *class) {
    GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
    /**
     * BootHostProvider:name:
     *
     * The provider's name: lower-case letters, digits and "-".
     *
     * Since: 0.9
     */
    g_object_class_install_property(class, PROP_NAME,
                                    g_param_spec_string("name", NULL, NULL, "unnamed", flags));
    /**
     * BootHostProvider:version:
     *
     * The provider's own version, for people.
     *
     * Since: 0.9
     */
    g_object_class_install_property(class, PROP_VERSION,
                                    g_param_spec_string("version", NULL, NULL, "0", flags));
    /**
     * BootHostProvider:summary:
     *
     * One line that says what the provider does.
     *
     * Since: 0.9
     */
    g_object_class_install_property(class, PROP_SUMMARY,
                                    g_param_spec_string("summary", NULL, NULL, "", flags));
    /**
     * BootHostProvider:at-once:
     *
     * How many calls the host may have open at a time, 1 to 64. More than one is of use to a
     * provider that answers %BOOT_HOST_VERDICT_LATER.
     *
     * Since: 0.9
     */
    g_object_class_install_property(
        class, PROP_AT_ONCE, g_param_spec_uint("at-once", NULL, NULL, 1, AT_ONCE_MAX, 1, flags));
}

/**
 * BootHostProviderClass::decide:
 * @self: a provider
 * @request: what the client asks
 * @reply: what it will be told
 * @error: return location for an error
 *
 * What does this client boot? Shape the reply and return a verdict. Anything but a verdict, an
 * exception among them, is a failure. Do not block longer than the administrator's deadline.
 *
 * Returns: the verdict
 *
 * Since: 0.9
 */
/**
 * BootHostProviderClass::content:
 * @self: a provider
 * @request: who asks for which file: boot_host_request_get_file()
 * @content: where to give it
 * @error: return location for an error
 *
 * Who has this file? Give it and return %BOOT_HOST_VERDICT_REPLY, or return %BOOT_HOST_VERDICT_PASS
 * when it is not this provider's.
 *
 * Returns: the verdict
 *
 * Since: 0.9
 */
/**
 * BootHostProviderClass::event:
 * @self: a provider
 * @request: the client
 * @kind: what happened; ignore a kind that you do not know
 * @name: the boot file or file
 * @detail: (nullable): more about it
 * @value: a number about it
 *
 * Something happened to a client.
 *
 * Since: 0.9
 */
/**
 * BootHostProviderClass::open:
 * @self: a provider
 * @flags: %BOOT_HOST_OPEN_FLAGS_CHECK: only a check
 * @error: return location for an error
 *
 * The settings are there: check what the schema cannot say, with boot_host_provider_report_error(),
 * and make what decisions need.
 *
 * Returns: %TRUE when the provider can work
 *
 * Since: 0.9
 */
/**
 * BootHostProviderClass::close:
 * @self: a provider
 *
 * Free what open made. Not called when open failed.
 *
 * Since: 0.9
 */
/**
 * BootHostProviderClass::drain:
 * @self: a provider
 *
 * No further decision or file will be asked for: complete soon what was answered
 * %BOOT_HOST_VERDICT_LATER.
 *
 * Since: 0.9
 */
/**
 * BootHostProviderClass::save:
 * @self: a provider
 * @error: return location for an error
 *
 * Leave state for the successor, with boot_host_provider_put_state(). Be quick and change nothing:
 * calls may follow, and save may come again.
 *
 * Returns: %TRUE; %FALSE: the successor starts empty
 *
 * Since: 0.9
 */
/**
 * BootHostProviderClass::restore:
 * @self: a provider
 * @error: return location for an error
 *
 * Take over what the predecessor saved, with boot_host_provider_get_state(). It may have been of an
 * older version.
 *
 * Returns: %TRUE; %FALSE: this instance goes on empty
 *
 * Since: 0.9
 */
static void boot_host_provider_class_init(BootHostProviderClass *class) {
    GObjectClass *object_class = G_OBJECT_CLASS(class);
    object_class->set_property = set_property;
    object_class->get_property = get_property;
    object_class->finalize = boot_host_provider_finalize;
    install_properties(object_class);
}

static void boot_host_provider_init(BootHostProvider *self) {
    struct provider_data *data = provider_data(self);
    data->schema = g_ptr_array_new_with_free_func(setting_free);
    data->keys = g_ptr_array_new_with_free_func(g_free);
    data->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    data->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    data->state =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    g_mutex_init(&data->log_lock);
}

/**
 * boot_host_provider_get_name:
 * @self: a provider
 *
 * The provider's name.
 *
 * Returns: the name
 *
 * Since: 0.9
 */
const char *boot_host_provider_get_name(BootHostProvider *self) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), NULL);
    return provider_data(self)->name;
}

/**
 * boot_host_provider_get_version:
 * @self: a provider
 *
 * The provider's own version.
 *
 * Returns: the version
 *
 * Since: 0.9
 */
const char *boot_host_provider_get_version(BootHostProvider *self) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), NULL);
    return provider_data(self)->version;
}

/**
 * boot_host_provider_get_summary:
 * @self: a provider
 *
 * What the provider does, in one line.
 *
 * Returns: the line
 *
 * Since: 0.9
 */
const char *boot_host_provider_get_summary(BootHostProvider *self) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), NULL);
    return provider_data(self)->summary;
}

/**
 * boot_host_provider_get_at_once:
 * @self: a provider
 *
 * How many calls the host may have open at a time.
 *
 * Returns: 1 to 64
 *
 * Since: 0.9
 */
guint boot_host_provider_get_at_once(BootHostProvider *self) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), 1);
    return provider_data(self)->at_once;
}

/**
 * boot_host_provider_get_instance_name:
 * @self: a provider
 *
 * The name of the provider's group in the configuration; from open on.
 *
 * Returns: (nullable): the name
 *
 * Since: 0.9
 */
const char *boot_host_provider_get_instance_name(BootHostProvider *self) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), NULL);
    return provider_data(self)->instance_name;
}

/**
 * boot_host_provider_put_state:
 * @self: a provider
 * @name: a name of the provider's choice
 * @bytes: what the successor will get under it
 *
 * Leaves a named blob for the successor; inside save.
 *
 * Since: 0.9
 */
void boot_host_provider_put_state(BootHostProvider *self, const char *name, GBytes *bytes) {
    g_return_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self));
    g_return_if_fail(name != NULL && bytes != NULL);
    g_hash_table_insert(provider_data(self)->state, g_strdup(name), g_bytes_ref(bytes));
}

/**
 * boot_host_provider_get_state:
 * @self: a provider
 * @name: the name under which the predecessor left it
 *
 * Reads a named blob of the predecessor; inside restore.
 *
 * Returns: (transfer none) (nullable): the bytes; %NULL when it left none
 *
 * Since: 0.9
 */
GBytes *boot_host_provider_get_state(BootHostProvider *self, const char *name) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    return g_hash_table_lookup(provider_data(self)->state, name);
}

void provider_data_set_log(struct provider_data *data, provider_log_fn log, gpointer user) {
    g_mutex_lock(&data->log_lock);
    data->log = log;
    data->log_user = user;
    g_mutex_unlock(&data->log_lock);
}

/**
 * boot_host_provider_log:
 * @self: a provider
 * @level: how much it matters
 * @text: one line
 *
 * Writes a line into the host's log, marked with the instance's name; without a host, to standard
 * error. Any thread.
 *
 * Since: 0.9
 */
void boot_host_provider_log(BootHostProvider *self, BootHostLogLevel level, const char *text) {
    g_return_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self));
    g_return_if_fail(text != NULL);
    struct provider_data *data = provider_data(self);
    g_mutex_lock(&data->log_lock);
    if (data->log != NULL)
        data->log(data->log_user, level, text);
    else
        g_printerr("%s: %s\n", data->name, text);
    g_mutex_unlock(&data->log_lock);
}
