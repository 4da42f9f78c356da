/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What came of one call that a harness made.
 */
#pragma once

#include "boot-host-reply.h"

G_BEGIN_DECLS

#define BOOT_HOST_TYPE_RESULT (boot_host_result_get_type())

/**
 * BootHostResult:
 *
 * What came of one call that a #BootHostHarness made: the verdict, and what was set or given.
 *
 * Since: 0.9
 */
BOOT_HOST_AVAILABLE_IN_0_9
G_DECLARE_FINAL_TYPE(BootHostResult, boot_host_result, BOOT_HOST, RESULT, GObject)

BOOT_HOST_AVAILABLE_IN_0_9
BootHostVerdict boot_host_result_get_verdict(BootHostResult *self);
BOOT_HOST_AVAILABLE_IN_0_9
int boot_host_result_get_errno(BootHostResult *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_result_get_failure(BootHostResult *self);
BOOT_HOST_AVAILABLE_IN_0_9
BootHostReply *boot_host_result_get_reply(BootHostResult *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_result_get_boot_file(BootHostResult *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_result_get_reason(BootHostResult *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_result_get_fact(BootHostResult *self, const char *name);
BOOT_HOST_AVAILABLE_IN_0_9
GBytes *boot_host_result_get_bytes(BootHostResult *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_result_get_path(BootHostResult *self);
BOOT_HOST_AVAILABLE_IN_0_9
const char *boot_host_result_get_name(BootHostResult *self);

G_END_DECLS
