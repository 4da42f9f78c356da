/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A result: plain data, read by tests.
 */
#include "result-private.h"

G_DEFINE_FINAL_TYPE(BootHostResult, boot_host_result, G_TYPE_OBJECT)

static void boot_host_result_finalize(GObject *object) {
    BootHostResult *self = BOOT_HOST_RESULT(object);
    g_free(self->failure);
    g_clear_object(&self->reply);
    g_clear_pointer(&self->bytes, g_bytes_unref);
    g_free(self->path);
    g_free(self->name);
    G_OBJECT_CLASS(boot_host_result_parent_class)->finalize(object);
}

static void boot_host_result_class_init(BootHostResultClass *class) {
    G_OBJECT_CLASS(class)->finalize = boot_host_result_finalize;
}

static void boot_host_result_init(BootHostResult *self) {
}

BootHostResult *result_new(void) {
    return g_object_new(BOOT_HOST_TYPE_RESULT, NULL);
}

void result_fail(BootHostResult *self, int number, const char *text) {
    self->verdict = BOOT_HOST_VERDICT_FAILED;
    self->number = number;
    g_free(self->failure);
    self->failure = g_strdup(text);
}

/**
 * boot_host_result_get_verdict:
 * @self: a result
 *
 * What the provider decided.
 *
 * Returns: the verdict; never %BOOT_HOST_VERDICT_LATER: the harness waits
 *
 * Since: 0.9
 */
BootHostVerdict boot_host_result_get_verdict(BootHostResult *self) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), BOOT_HOST_VERDICT_FAILED);
    return self->verdict;
}

/**
 * boot_host_result_get_errno:
 * @self: a result
 *
 * Which failure it was.
 *
 * Returns: a positive errno; 0 when it was none
 *
 * Since: 0.9
 */
int boot_host_result_get_errno(BootHostResult *self) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), 0);
    return self->number;
}

/**
 * boot_host_result_get_failure:
 * @self: a result
 *
 * What the failure said.
 *
 * Returns: (nullable): its text; %NULL when it said nothing or was none
 *
 * Since: 0.9
 */
const char *boot_host_result_get_failure(BootHostResult *self) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), NULL);
    return self->failure;
}

/**
 * boot_host_result_get_reply:
 * @self: a result
 *
 * The reply as the decision left it. After a failure, what came before it.
 *
 * Returns: (transfer none) (nullable): the reply; %NULL for content
 *
 * Since: 0.9
 */
BootHostReply *boot_host_result_get_reply(BootHostResult *self) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), NULL);
    return self->reply;
}

/**
 * boot_host_result_get_boot_file:
 * @self: a result
 *
 * The boot file of the reply.
 *
 * Returns: (nullable): its name; %NULL when none is set
 *
 * Since: 0.9
 */
const char *boot_host_result_get_boot_file(BootHostResult *self) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), NULL);
    return self->reply != NULL ? boot_host_reply_get_boot_file(self->reply) : NULL;
}

/**
 * boot_host_result_get_reason:
 * @self: a result
 *
 * The reason that was given with the verdict.
 *
 * Returns: (nullable): the reason; %NULL when none was given
 *
 * Since: 0.9
 */
const char *boot_host_result_get_reason(BootHostResult *self) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), NULL);
    return self->reply != NULL ? boot_host_reply_get_reason(self->reply) : NULL;
}

/**
 * boot_host_result_get_fact:
 * @self: a result
 * @name: the fact's name
 *
 * A fact of the reply, or of the request.
 *
 * Returns: (nullable): its value; %NULL when there is none
 *
 * Since: 0.9
 */
const char *boot_host_result_get_fact(BootHostResult *self, const char *name) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), NULL);
    g_return_val_if_fail(name != NULL, NULL);
    return self->reply != NULL ? boot_host_reply_get_fact(self->reply, name) : NULL;
}

/**
 * boot_host_result_get_bytes:
 * @self: a result
 *
 * The file that was given, as bytes or as a stream, which the harness has read to its end.
 *
 * Returns: (transfer none) (nullable): the bytes; %NULL when none were given
 *
 * Since: 0.9
 */
GBytes *boot_host_result_get_bytes(BootHostResult *self) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), NULL);
    return self->bytes;
}

/**
 * boot_host_result_get_path:
 * @self: a result
 *
 * The path of the file that was given.
 *
 * Returns: (nullable) (type filename): the path; %NULL when none was given
 *
 * Since: 0.9
 */
const char *boot_host_result_get_path(BootHostResult *self) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), NULL);
    return self->path;
}

/**
 * boot_host_result_get_name:
 * @self: a result
 *
 * The name below the served root that was given.
 *
 * Returns: (nullable): the name; %NULL when none was given
 *
 * Since: 0.9
 */
const char *boot_host_result_get_name(BootHostResult *self) {
    g_return_val_if_fail(BOOT_HOST_IS_RESULT(self), NULL);
    return self->name;
}
