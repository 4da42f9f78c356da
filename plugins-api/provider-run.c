/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The program around a provider: started by the host it serves, started by a person it says what it
 * is for.
 */
#include "provider-private.h"

#include <fcntl.h>

#include "boot-host-error.h"
#include "provider/value.h"
#include "wire.h"

/* A line of the configuration; a comment when the setting may be left out. */
static void add_setting(GString *text, const struct provider_setting *setting) {
    gboolean required = (setting->flags & BOOT_HOST_SETTING_FLAGS_REQUIRED) != 0;
    const char *preset = setting->default_value != NULL ? setting->default_value : "";
    g_string_append_printf(text, "    # %s (%s%s)\n    %s%s = %s\n", setting->help,
                           value_type_name(setting->type), required ? ", required" : "",
                           required ? "" : "#", setting->name, preset);
}

char *provider_about(BootHostProvider *self, const char *program) {
    const struct provider_data *data = provider_data(self);
    g_autofree char *path = g_canonicalize_filename(program, NULL);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s: %s\n\n", data->name, data->version, data->summary);
    g_string_append_printf(text,
                           "This program is a boothost provider, which the host starts. Write into "
                           "boothost.conf:\n\n"
                           "    [chain]\n    providers = %s\n\n"
                           "    [provider %s]\n    command = %s\n",
                           data->name, data->name, path);
    for (guint i = 0; i < data->schema->len; i++)
        add_setting(text, g_ptr_array_index(data->schema, i));
    g_string_append(text, "\nThen type:  boothost check && boothost reload\n");
    return g_string_free(text, FALSE);
}

static gboolean inherited_socket(const char *text, int *ret_fd, GError **error) {
    gint64 fd = -1;
    if (!g_ascii_string_to_signed(text, 10, 0, G_MAXINT, &fd, NULL) ||
        fcntl((int) fd, F_SETFD, FD_CLOEXEC) != 0) {
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_INVALID,
                    WIRE_FD_VARIABLE "='%s' names no open descriptor", text);
        return FALSE;
    }
    *ret_fd = (int) fd;
    return TRUE;
}

static gboolean serve_inherited(BootHostProvider *self, const char *text, GError **error) {
    int fd = -1;
    if (!inherited_socket(text, &fd, error))
        return FALSE;
    g_unsetenv(WIRE_FD_VARIABLE); /* it is not for programs that the provider starts */
    return provider_serve(self, fd, error);
}

/**
 * boot_host_provider_run:
 * @self: a provider
 * @argc: length of @argv
 * @argv: (array length=argc) (nullable): the program's own command line
 *
 * Serves the provider to the host that started this program, on the thread-default main context,
 * until the host says Close or goes. Without a host it prints what the provider is and how it is
 * configured.
 *
 * Returns: the program's exit status: 0, or 1 when the host went without saying Close
 *
 * Since: 0.9
 */
int boot_host_provider_run(BootHostProvider *self, int argc, char **argv) {
    g_return_val_if_fail(BOOT_HOST_IS_PROVIDER_OBJECT(self), 1);
    g_autofree char *socket = g_strdup(g_getenv(WIRE_FD_VARIABLE));
    g_autoptr(GError) error = NULL;
    if (socket == NULL) {
        const char *program = argc > 0 ? argv[0] : g_get_prgname();
        g_autofree char *text = provider_about(self, program != NULL ? program : "PROGRAM");
        g_print("%s", text);
        return 0;
    }
    if (serve_inherited(self, socket, &error))
        return 0;
    g_printerr("%s: %s\n", provider_data(self)->name, error->message);
    return 1;
}
