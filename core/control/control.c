/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The errors of the control interface under their names on the bus.
 */
#include "control/control.h"

static const GDBusErrorEntry errors[] = {
    {CONTROL_ERROR_NOT_FOUND, CONTROL_INTERFACE ".Error.NotFound"},
    {CONTROL_ERROR_INVALID, CONTROL_INTERFACE ".Error.Invalid"},
    {CONTROL_ERROR_BUSY, CONTROL_INTERFACE ".Error.Busy"},
    {CONTROL_ERROR_FAILED, CONTROL_INTERFACE ".Error.Failed"},
    {CONTROL_ERROR_ABSENT, CONTROL_INTERFACE ".Error.Absent"},
    {CONTROL_ERROR_DENIED, CONTROL_INTERFACE ".Error.Denied"},
};
G_STATIC_ASSERT(G_N_ELEMENTS(errors) == CONTROL_ERRORS);

GQuark control_error_quark(void) {
    static gsize quark; /* GLib's own register-once cell */

    g_dbus_error_register_error_domain("boothost-control-error", &quark, errors,
                                       G_N_ELEMENTS(errors));
    return (GQuark) quark;
}
