/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Verdicts and content in the wire's terms.
 */
#include "wire.h"

#include <boothost/types.h>
#include <errno.h>

#include "boot-host-error.h"
#include "content-private.h"

gint32 wire_verdict(BootHostVerdict verdict) {
    return (gint32) verdict - (gint32) BOOT_HOST_VERDICT_PASS + BOOT_HOST_PASS;
}

BootHostVerdict wire_read_verdict(gint32 wire, int *ret_errno) {
    gboolean known = wire >= BOOT_HOST_PASS && wire <= BOOT_HOST_HOLD;
    *ret_errno = 0;
    if (known)
        return (BootHostVerdict) (wire - BOOT_HOST_PASS + (gint32) BOOT_HOST_VERDICT_PASS);
    *ret_errno = wire < 0 && wire > -4096 ? -wire : EPROTO;
    return BOOT_HOST_VERDICT_FAILED;
}

static void put_text(GVariantBuilder *wire, const char *key, const char *value) {
    g_variant_builder_add(wire, "{sv}", key, g_variant_new_string(value));
}

static gboolean is_too_large(BootHostContent *content) {
    return content->bytes != NULL && g_bytes_get_size(content->bytes) > WIRE_BYTES_MAX;
}

static void put_given(BootHostContent *content, GVariantBuilder *wire) {
    if (content->bytes != NULL)
        g_variant_builder_add(wire, "{sv}", "bytes",
                              g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), content->bytes, TRUE));
    else if (content->path != NULL)
        put_text(wire, "path", content->path);
    else if (content->name != NULL)
        put_text(wire, "name", content->name);
}

GVariant *wire_content(BootHostContent *content, BootHostVerdict verdict, GInputStream **ret_stream,
                       GError **error) {
    GVariantBuilder wire;
    gboolean is_reply = verdict == BOOT_HOST_VERDICT_REPLY;
    if (is_reply && !content_is_given(content)) {
        g_set_error_literal(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_PROTOCOL,
                            "content said REPLY but gave nothing");
        return NULL;
    }
    g_variant_builder_init(&wire, G_VARIANT_TYPE_VARDICT);
    if (is_reply && is_too_large(content))
        *ret_stream = g_memory_input_stream_new_from_bytes(content->bytes);
    else if (is_reply && content->stream != NULL)
        *ret_stream = g_object_ref(content->stream);
    else if (is_reply)
        put_given(content, &wire);
    return g_variant_ref_sink(g_variant_builder_end(&wire));
}

gint64 wire_stream_length(BootHostContent *content) {
    return content->bytes != NULL ? (gint64) g_bytes_get_size(content->bytes) : content->length;
}
