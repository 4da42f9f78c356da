/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Content: bytes, a file of this machine, another name, or a stream.
 */
#include "content-private.h"

#include <string.h>

G_DEFINE_FINAL_TYPE(BootHostContent, boot_host_content, G_TYPE_OBJECT)

/* What is given last counts. */
static void forget(BootHostContent *self) {
    g_clear_pointer(&self->bytes, g_bytes_unref);
    g_clear_pointer(&self->path, g_free);
    g_clear_pointer(&self->name, g_free);
    g_clear_object(&self->stream);
}

static void boot_host_content_finalize(GObject *object) {
    BootHostContent *self = BOOT_HOST_CONTENT(object);
    call_clear(&self->call);
    forget(self);
    G_OBJECT_CLASS(boot_host_content_parent_class)->finalize(object);
}

static void boot_host_content_class_init(BootHostContentClass *class) {
    G_OBJECT_CLASS(class)->finalize = boot_host_content_finalize;
}

static void boot_host_content_init(BootHostContent *self) {
    call_init(&self->call);
}

BootHostContent *content_new(void) {
    return g_object_new(BOOT_HOST_TYPE_CONTENT, NULL);
}

gboolean content_is_given(BootHostContent *self) {
    return self->bytes != NULL || self->path != NULL || self->name != NULL || self->stream != NULL;
}

/**
 * boot_host_content_set_bytes:
 * @self: content
 * @bytes: the whole file
 *
 * Gives the file as bytes.
 *
 * Since: 0.9
 */
void boot_host_content_set_bytes(BootHostContent *self, GBytes *bytes) {
    g_return_if_fail(BOOT_HOST_IS_CONTENT(self));
    g_return_if_fail(bytes != NULL);
    GBytes *kept = g_bytes_ref(bytes);
    forget(self);
    self->bytes = kept;
}

/**
 * boot_host_content_set_text:
 * @self: content
 * @text: the whole file
 *
 * Gives the file as text: a boot script, a menu.
 *
 * Since: 0.9
 */
void boot_host_content_set_text(BootHostContent *self, const char *text) {
    g_return_if_fail(text != NULL);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    boot_host_content_set_bytes(self, bytes);
}

/**
 * boot_host_content_set_path:
 * @self: content
 * @path: (type filename): an absolute path; the host opens it
 *
 * Gives a file of this machine. Relative paths have no meaning here and count as a failure.
 *
 * Since: 0.9
 */
void boot_host_content_set_path(BootHostContent *self, const char *path) {
    g_return_if_fail(BOOT_HOST_IS_CONTENT(self));
    g_return_if_fail(path != NULL && g_path_is_absolute(path));
    forget(self);
    self->path = g_strdup(path);
}

/**
 * boot_host_content_set_name:
 * @self: content
 * @name: a name below the served root
 *
 * Gives another file of the served root in the place of the one that was asked for.
 *
 * Since: 0.9
 */
void boot_host_content_set_name(BootHostContent *self, const char *name) {
    g_return_if_fail(BOOT_HOST_IS_CONTENT(self));
    g_return_if_fail(name != NULL && name[0] != '\0');
    forget(self);
    self->name = g_strdup(name);
}

/**
 * boot_host_content_set_stream:
 * @self: content
 * @stream: where the bytes come from; it is read while the file is being sent, and closed afterwards
 * @length: bytes in all, or -1 when that is known only at the end
 *
 * Gives the file as a stream. A read of it holds up the provider's other calls.
 *
 * Since: 0.9
 */
void boot_host_content_set_stream(BootHostContent *self, GInputStream *stream, gint64 length) {
    g_return_if_fail(BOOT_HOST_IS_CONTENT(self));
    g_return_if_fail(G_IS_INPUT_STREAM(stream));
    g_return_if_fail(length >= -1);
    g_object_ref(stream);
    forget(self);
    self->stream = stream;
    self->length = length;
}

/**
 * boot_host_content_complete:
 * @self: the content of a call that was answered %BOOT_HOST_VERDICT_LATER
 * @verdict: any verdict but %BOOT_HOST_VERDICT_LATER
 *
 * Gives the verdict, once, from any thread. Keep the object until then: one that goes before its
 * verdict counts as a failure.
 *
 * Returns: %FALSE when nobody waits for it
 *
 * Since: 0.9
 */
gboolean boot_host_content_complete(BootHostContent *self, BootHostVerdict verdict) {
    g_return_val_if_fail(BOOT_HOST_IS_CONTENT(self), FALSE);
    return call_complete(&self->call, verdict);
}
