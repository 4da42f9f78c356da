/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The name a TFTP client asks for, made into a safe relative path. PURE.
 *
 * Firmware and loaders spell names in every way: `\Boot\BCD`, `//efi/./grub.cfg`, a tail of 0xFF or
 * blanks behind the name in the DHCP packet. There is one canonical spelling, made here once; the
 * look-up below a root (content.h) and the providers see no other.
 */
#pragma once

#include "base/limits.h"

#include <glib.h>

#define TFTP_PATH_MAX LIMIT_TFTP_REQUEST /* bytes of a canonical path with its NUL */

enum tftp_path_status {
    TFTP_PATH_OK,
    TFTP_PATH_EMPTY,    /* nothing is left of the name */
    TFTP_PATH_PARENT,   /* a ".." segment */
    TFTP_PATH_CONTROL,  /* a control byte inside the name */
    TFTP_PATH_TOO_LONG, /* longer than TFTP_PATH_MAX */
};

/* A short text such as "'..' in the name", for logs and the ERROR packet. */
const char *tftp_path_status_text(enum tftp_path_status status);

/* The canonical path of the `size` bytes at `wire`: the tail of 0xFF, NUL, blank and control bytes
 * is cut, `\` is `/`, leading and repeated slashes and `.` segments go. Case is kept. On any status
 * but OK `ret_path` is untouched. */
enum tftp_path_status tftp_path_canonical(const void *wire, size_t size,
                                          char ret_path[TFTP_PATH_MAX]);

/* The folder of a canonical path, "" when it has none. */
void tftp_path_folder(const char *path, char ret_folder[TFTP_PATH_MAX]);

/* Where a bare name (no folder) is looked for first: beside the boot program in `folder`, because
 * shim, GRUB and others ask for `grubx64.efi` though they came from `debian/shimx64.efi`.
 * FALSE when the name has a folder of its own, `folder` is "", or both do not fit. */
gboolean tftp_path_beside(const char *folder, const char *name, char ret_path[TFTP_PATH_MAX]);
