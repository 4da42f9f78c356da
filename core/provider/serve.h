/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The other end of provider/remote, in boothost-worker: runs one module and speaks
 * org.boothost.Provider1 for it. The module meets the same host table, settings, requests and
 * replies as in the daemon; deadlines, breaker and policies stay there.
 *
 * A module that declares nothing is called on the thread that reads, one call at a time; PARALLEL
 * ones on a small pool; what is answered LATER is answered when host->complete comes.
 */
#pragma once

#include <glib.h>

struct module;

/* Until the connection ends. `module` may be NULL: then `refusal` says why there is none, and is what
 * Describe is answered with. Takes the socket over. The exit status. */
int serve(int socket, const char *instance_name, struct module *module, const char *refusal);
