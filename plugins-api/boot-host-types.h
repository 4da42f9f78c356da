/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The constants of the contract as enumerations. Their numbers are those of boothost/types.h, but
 * for the verdicts; see there.
 */
#pragma once

#include <glib-object.h>

#include "boot-host-version.h"

G_BEGIN_DECLS

/**
 * BootHostVerdict:
 * @BOOT_HOST_VERDICT_FAILED: it went wrong; what was set is discarded, and the administrator's
 *   on-error decides what follows
 * @BOOT_HOST_VERDICT_PASS: go on to the next provider; what was set stays. For a file: not mine
 * @BOOT_HOST_VERDICT_REPLY: the reply is complete: stop and send it. For a file: it is given
 * @BOOT_HOST_VERDICT_DROP: stay silent and stop. For a file: refuse it
 * @BOOT_HOST_VERDICT_ABORT: tell the client to go to its next boot device. Not for a file
 * @BOOT_HOST_VERDICT_HOLD: not yet: tell the client to ask again. Not for a file
 * @BOOT_HOST_VERDICT_LATER: boot_host_reply_complete() or boot_host_content_complete() will follow
 *
 * What a provider decides. 0 is the failure, unlike in the C contract: it is what a language
 * binding hands over for a function that raised an exception or forgot to return something, and
 * such a provider must not pass for one that had no objection.
 *
 * Since: 0.9
 */
typedef enum {
    BOOT_HOST_VERDICT_FAILED = 0,
    BOOT_HOST_VERDICT_PASS = 1,
    BOOT_HOST_VERDICT_REPLY = 2,
    BOOT_HOST_VERDICT_DROP = 3,
    BOOT_HOST_VERDICT_ABORT = 4,
    BOOT_HOST_VERDICT_HOLD = 5,
    BOOT_HOST_VERDICT_LATER = 6,
} BootHostVerdict;

/**
 * BootHostRequestStage:
 * @BOOT_HOST_REQUEST_STAGE_UNKNOWN: one that is younger than this library
 * @BOOT_HOST_REQUEST_STAGE_DISCOVER: DHCPDISCOVER on port 67
 * @BOOT_HOST_REQUEST_STAGE_BOOT_SERVER: DHCPREQUEST on port 4011
 * @BOOT_HOST_REQUEST_STAGE_FILE: a file is asked for
 * @BOOT_HOST_REQUEST_STAGE_HTTP: UEFI HTTP Boot; reserved
 * @BOOT_HOST_REQUEST_STAGE_DHCPV6_SOLICIT: reserved
 * @BOOT_HOST_REQUEST_STAGE_DHCPV6_REQUEST: reserved
 *
 * At which point of its boot a client asks.
 *
 * Since: 0.9
 */
typedef enum {
    BOOT_HOST_REQUEST_STAGE_UNKNOWN = 0,
    BOOT_HOST_REQUEST_STAGE_DISCOVER = 1,
    BOOT_HOST_REQUEST_STAGE_BOOT_SERVER = 2,
    BOOT_HOST_REQUEST_STAGE_FILE = 3,
    BOOT_HOST_REQUEST_STAGE_HTTP = 4,
    BOOT_HOST_REQUEST_STAGE_DHCPV6_SOLICIT = 5,
    BOOT_HOST_REQUEST_STAGE_DHCPV6_REQUEST = 6,
} BootHostRequestStage;

/**
 * BootHostOptionSpace:
 * @BOOT_HOST_OPTION_SPACE_DHCP4: RFC 2132 options
 * @BOOT_HOST_OPTION_SPACE_PXE: sub-options of option 43
 * @BOOT_HOST_OPTION_SPACE_RELAY: sub-options of option 82
 * @BOOT_HOST_OPTION_SPACE_WDS: items inside option 250 of Windows loaders
 *
 * Where the code of an option counts.
 *
 * Since: 0.9
 */
typedef enum {
    BOOT_HOST_OPTION_SPACE_DHCP4 = 1,
    BOOT_HOST_OPTION_SPACE_PXE = 2,
    BOOT_HOST_OPTION_SPACE_RELAY = 3,
    BOOT_HOST_OPTION_SPACE_WDS = 4,
} BootHostOptionSpace;

/**
 * BootHostSettingType:
 * @BOOT_HOST_SETTING_TYPE_TEXT: any UTF-8 text
 * @BOOT_HOST_SETTING_TYPE_INTEGER: a decimal number
 * @BOOT_HOST_SETTING_TYPE_BOOLEAN: yes/no, true/false, on/off, 1/0
 * @BOOT_HOST_SETTING_TYPE_DURATION: 300ms, 2s, 5min, 1h
 * @BOOT_HOST_SETTING_TYPE_PATH: a file or folder
 * @BOOT_HOST_SETTING_TYPE_LIST: items separated by semicolons
 * @BOOT_HOST_SETTING_TYPE_ADDRESS: an IPv4 or IPv6 address
 * @BOOT_HOST_SETTING_TYPE_SECRET: text that is never printed or logged
 *
 * What an administrator may write for a setting.
 *
 * Since: 0.9
 */
typedef enum {
    BOOT_HOST_SETTING_TYPE_TEXT = 1,
    BOOT_HOST_SETTING_TYPE_INTEGER = 2,
    BOOT_HOST_SETTING_TYPE_BOOLEAN = 3,
    BOOT_HOST_SETTING_TYPE_DURATION = 4,
    BOOT_HOST_SETTING_TYPE_PATH = 5,
    BOOT_HOST_SETTING_TYPE_LIST = 6,
    BOOT_HOST_SETTING_TYPE_ADDRESS = 7,
    BOOT_HOST_SETTING_TYPE_SECRET = 8,
} BootHostSettingType;

/**
 * BootHostSettingFlags:
 * @BOOT_HOST_SETTING_FLAGS_NONE: nothing special
 * @BOOT_HOST_SETTING_FLAGS_REQUIRED: the host refuses a configuration without it
 * @BOOT_HOST_SETTING_FLAGS_TEMPLATE: may hold `${fact}`; see boot_host_reply_expand()
 * @BOOT_HOST_SETTING_FLAGS_FAMILY: the name ends in ".*" and stands for every key that begins so
 *
 * What else holds for a setting.
 *
 * Since: 0.9
 */
typedef enum {
    BOOT_HOST_SETTING_FLAGS_NONE = 0,
    BOOT_HOST_SETTING_FLAGS_REQUIRED = 1 << 0,
    BOOT_HOST_SETTING_FLAGS_TEMPLATE = 1 << 1,
    BOOT_HOST_SETTING_FLAGS_FAMILY = 1 << 2,
} BootHostSettingFlags;

/**
 * BootHostOpenFlags:
 * @BOOT_HOST_OPEN_FLAGS_NONE: the real thing
 * @BOOT_HOST_OPEN_FLAGS_CHECK: only a check: validate settings and files, write nothing, connect to
 *   nothing that would notice. Decisions may follow, for a simulation; events never do
 *
 * How an instance is opened.
 *
 * Since: 0.9
 */
typedef enum {
    BOOT_HOST_OPEN_FLAGS_NONE = 0,
    BOOT_HOST_OPEN_FLAGS_CHECK = 1 << 0,
} BootHostOpenFlags;

/**
 * BootHostEventKind:
 * @BOOT_HOST_EVENT_KIND_ANSWERED: the reply was sent; name: the boot file
 * @BOOT_HOST_EVENT_KIND_TRANSFER_DONE: name: the file; value: its bytes
 * @BOOT_HOST_EVENT_KIND_TRANSFER_FAILED: name: the file; detail: why
 *
 * What happened after a decision. Others may come from a newer host: ignore them.
 *
 * Since: 0.9
 */
typedef enum {
    BOOT_HOST_EVENT_KIND_ANSWERED = 1,
    BOOT_HOST_EVENT_KIND_TRANSFER_DONE = 2,
    BOOT_HOST_EVENT_KIND_TRANSFER_FAILED = 3,
} BootHostEventKind;

/**
 * BootHostLogLevel:
 * @BOOT_HOST_LOG_LEVEL_ERROR: something is broken
 * @BOOT_HOST_LOG_LEVEL_WARNING: something is odd
 * @BOOT_HOST_LOG_LEVEL_INFO: something an administrator may want to know
 * @BOOT_HOST_LOG_LEVEL_DEBUG: for the author
 *
 * How much a line of the log matters; as in syslog.
 *
 * Since: 0.9
 */
typedef enum {
    BOOT_HOST_LOG_LEVEL_ERROR = 3,
    BOOT_HOST_LOG_LEVEL_WARNING = 4,
    BOOT_HOST_LOG_LEVEL_INFO = 6,
    BOOT_HOST_LOG_LEVEL_DEBUG = 7,
} BootHostLogLevel;

/**
 * BootHostError:
 * @BOOT_HOST_ERROR_FAILED: EIO: it went wrong in no particular way
 * @BOOT_HOST_ERROR_INVALID: EINVAL: that makes no sense
 * @BOOT_HOST_ERROR_NOT_FOUND: ENOENT: that is not there
 * @BOOT_HOST_ERROR_DENIED: EACCES: not allowed
 * @BOOT_HOST_ERROR_NOT_PERMITTED: EPERM: the host keeps this for itself
 * @BOOT_HOST_ERROR_BUSY: EBUSY: not now
 * @BOOT_HOST_ERROR_TIMED_OUT: ETIMEDOUT: no answer in time
 * @BOOT_HOST_ERROR_TOO_BIG: E2BIG: longer than the host takes
 * @BOOT_HOST_ERROR_NO_SPACE: ENOSPC: more than fits
 * @BOOT_HOST_ERROR_NOT_SUPPORTED: ENOTSUP: this side cannot do that
 * @BOOT_HOST_ERROR_PROTOCOL: EPROTO: the other side broke the contract
 * @BOOT_HOST_ERROR_ABSENT: ECONNREFUSED: nobody answers there
 * @BOOT_HOST_ERROR_CANCELLED: ECANCELED: nobody waits for it any more
 *
 * Errors of this library, one for each errno that the contract uses.
 *
 * Since: 0.9
 */
typedef enum {
    BOOT_HOST_ERROR_FAILED,
    BOOT_HOST_ERROR_INVALID,
    BOOT_HOST_ERROR_NOT_FOUND,
    BOOT_HOST_ERROR_DENIED,
    BOOT_HOST_ERROR_NOT_PERMITTED,
    BOOT_HOST_ERROR_BUSY,
    BOOT_HOST_ERROR_TIMED_OUT,
    BOOT_HOST_ERROR_TOO_BIG,
    BOOT_HOST_ERROR_NO_SPACE,
    BOOT_HOST_ERROR_NOT_SUPPORTED,
    BOOT_HOST_ERROR_PROTOCOL,
    BOOT_HOST_ERROR_ABSENT,
    BOOT_HOST_ERROR_CANCELLED,
} BootHostError;

G_END_DECLS
