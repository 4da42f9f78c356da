/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text as RFC 764's terminals want it. Converted whole and up front, because a repeated block must
 * come out the same and clients ask for small text files only this way.
 */
#include "tftp/netascii.h"

#include "base/limits.h"

#include <errno.h>

struct content *netascii_convert(const struct content *content) {
    size_t size = (size_t) MIN(content_size(content), LIMIT_NETASCII_BYTES + 1);
    if (size > LIMIT_NETASCII_BYTES) {
        errno = EFBIG;
        return NULL;
    }
    g_autofree uint8_t *plain = g_malloc(MAX(size, 1));
    if (!content_read(content, 0, plain, size))
        return NULL;
    GByteArray *text = g_byte_array_sized_new((guint) size);
    for (size_t i = 0; i < size; i++) {
        if (plain[i] == '\n')
            g_byte_array_append(text, (const guint8 *) "\r\n", 2);
        else if (plain[i] == '\r')
            g_byte_array_append(text, (const guint8 *) "\r\0", 2);
        else
            g_byte_array_append(text, &plain[i], 1);
    }
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(text);
    return content_new_bytes(bytes);
}
