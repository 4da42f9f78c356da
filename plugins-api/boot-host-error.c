/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The library's errors: each is an errno of the contract, and has a name on the wire.
 */
#include "boot-host-error.h"

#include <errno.h>
#include <gio/gio.h>

#define WIRE_ERRNO "org.boothost.Provider1.Error.Errno."

static const struct {
    BootHostError code;
    int number;
} numbers[] = {
    {BOOT_HOST_ERROR_FAILED, EIO},          {BOOT_HOST_ERROR_INVALID, EINVAL},
    {BOOT_HOST_ERROR_NOT_FOUND, ENOENT},    {BOOT_HOST_ERROR_DENIED, EACCES},
    {BOOT_HOST_ERROR_NOT_PERMITTED, EPERM}, {BOOT_HOST_ERROR_BUSY, EBUSY},
    {BOOT_HOST_ERROR_TIMED_OUT, ETIMEDOUT}, {BOOT_HOST_ERROR_TOO_BIG, E2BIG},
    {BOOT_HOST_ERROR_NO_SPACE, ENOSPC},     {BOOT_HOST_ERROR_NOT_SUPPORTED, ENOTSUP},
    {BOOT_HOST_ERROR_PROTOCOL, EPROTO},     {BOOT_HOST_ERROR_ABSENT, ECONNREFUSED},
    {BOOT_HOST_ERROR_CANCELLED, ECANCELED},
};

static const GDBusErrorEntry names[] = {
    {BOOT_HOST_ERROR_FAILED, WIRE_ERRNO "EIO"},
    {BOOT_HOST_ERROR_INVALID, WIRE_ERRNO "EINVAL"},
    {BOOT_HOST_ERROR_NOT_FOUND, WIRE_ERRNO "ENOENT"},
    {BOOT_HOST_ERROR_DENIED, WIRE_ERRNO "EACCES"},
    {BOOT_HOST_ERROR_NOT_PERMITTED, WIRE_ERRNO "EPERM"},
    {BOOT_HOST_ERROR_BUSY, WIRE_ERRNO "EBUSY"},
    {BOOT_HOST_ERROR_TIMED_OUT, WIRE_ERRNO "ETIMEDOUT"},
    {BOOT_HOST_ERROR_TOO_BIG, WIRE_ERRNO "E2BIG"},
    {BOOT_HOST_ERROR_NO_SPACE, WIRE_ERRNO "ENOSPC"},
    {BOOT_HOST_ERROR_NOT_SUPPORTED, WIRE_ERRNO "ENOTSUP"},
    {BOOT_HOST_ERROR_PROTOCOL, WIRE_ERRNO "EPROTO"},
    {BOOT_HOST_ERROR_ABSENT, WIRE_ERRNO "ECONNREFUSED"},
    {BOOT_HOST_ERROR_CANCELLED, WIRE_ERRNO "ECANCELED"},
};
G_STATIC_ASSERT(G_N_ELEMENTS(names) == G_N_ELEMENTS(numbers));

/**
 * boot_host_error_quark:
 *
 * The domain of #BootHostError. Its errors cross the wire of a provider under names of their own.
 *
 * Returns: the domain
 *
 * Since: 0.9
 */
GQuark boot_host_error_quark(void) {
    static gsize quark; /* GLib's own register-once cell */

    g_dbus_error_register_error_domain("boot-host-error-quark", &quark, names, G_N_ELEMENTS(names));
    return (GQuark) quark;
}

/**
 * boot_host_error_from_errno:
 * @number: an errno, positive or negative
 *
 * Which error is that?
 *
 * Returns: its error; %BOOT_HOST_ERROR_FAILED for one that the contract does not use
 *
 * Since: 0.9
 */
BootHostError boot_host_error_from_errno(int number) {
    int wanted = number < 0 ? -number : number;
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].number == wanted)
            return numbers[i].code;
    }
    return BOOT_HOST_ERROR_FAILED;
}

static int errno_of_io(int code) {
    static const struct {
        GIOErrorEnum code;
        int number;
    } table[] = {
        {G_IO_ERROR_NOT_FOUND, ENOENT},        {G_IO_ERROR_PERMISSION_DENIED, EACCES},
        {G_IO_ERROR_INVALID_ARGUMENT, EINVAL}, {G_IO_ERROR_TIMED_OUT, ETIMEDOUT},
        {G_IO_ERROR_NO_SPACE, ENOSPC},         {G_IO_ERROR_BUSY, EBUSY},
        {G_IO_ERROR_NOT_SUPPORTED, ENOTSUP},   {G_IO_ERROR_CONNECTION_REFUSED, ECONNREFUSED},
        {G_IO_ERROR_CANCELLED, ECANCELED},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if ((int) table[i].code == code)
            return table[i].number;
    }
    return EIO;
}

static int errno_of_file(int code) {
    switch (code) {
    case G_FILE_ERROR_NOENT:
        return ENOENT;
    case G_FILE_ERROR_ACCES:
        return EACCES;
    case G_FILE_ERROR_PERM:
        return EPERM;
    case G_FILE_ERROR_NOSPC:
        return ENOSPC;
    default:
        return EIO;
    }
}

/**
 * boot_host_error_to_errno:
 * @error: (nullable): an error of this library, of GIO or of GLib's files
 *
 * The errno that stands for an error in the contract.
 *
 * Returns: a positive errno; EIO for an error that has none of its own, or for none
 *
 * Since: 0.9
 */
int boot_host_error_to_errno(const GError *error) {
    if (error == NULL)
        return EIO;
    if (error->domain == G_IO_ERROR)
        return errno_of_io(error->code);
    if (error->domain == G_FILE_ERROR)
        return errno_of_file(error->code);
    if (error->domain != BOOT_HOST_ERROR)
        return EIO;
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if ((int) numbers[i].code == error->code)
            return numbers[i].number;
    }
    return EIO;
}

/**
 * boot_host_get_version:
 * @ret_major: (out) (optional): the major version
 * @ret_minor: (out) (optional): the minor version
 * @ret_micro: (out) (optional): the micro version
 *
 * The version of the library that runs, which may be newer than the headers.
 *
 * Since: 0.9
 */
void boot_host_get_version(guint *ret_major, guint *ret_minor, guint *ret_micro) {
    if (ret_major != NULL)
        *ret_major = BOOT_HOST_MAJOR_VERSION;
    if (ret_minor != NULL)
        *ret_minor = BOOT_HOST_MINOR_VERSION;
    if (ret_micro != NULL)
        *ret_micro = BOOT_HOST_MICRO_VERSION;
}
