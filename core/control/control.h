/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What both ends of the control interface agree on: its names and its errors. The interface itself
 * is org.boothost.Control1.xml.
 */
#pragma once

#include <gio/gio.h>

#define CONTROL_SOCKET    "/run/boothost/control"
#define CONTROL_OBJECT    "/org/boothost/Control1"
#define CONTROL_INTERFACE "org.boothost.Control1"

#define CONTROL_ERROR (control_error_quark())
GQuark control_error_quark(void);

/* The first four cross the socket as org.boothost.Control1.Error.NotFound and so on. */
enum control_error {
    CONTROL_ERROR_NOT_FOUND, /* no such client: the answer is no */
    CONTROL_ERROR_INVALID,   /* the request makes no sense; the text says why */
    CONTROL_ERROR_BUSY,      /* too many callers */
    CONTROL_ERROR_FAILED,    /* anything else */
    CONTROL_ERROR_ABSENT,    /* no daemon answers at the socket; the text says what to do */
    CONTROL_ERROR_DENIED,    /* the daemon, or the socket's mode, does not let this user in */
    CONTROL_ERRORS
};
