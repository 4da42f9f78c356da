/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider for the library's tests. The client's host name says what it is to do; every decision
 * leaves the fact "served" with the number of decisions so far.
 *
 *     "reply"        boot file "<prefix>.efi", a reason, a note, an option, facts
 *     "menu"         a menu of two entries
 *     "hold"         HOLD, with a message and 30 seconds
 *     "drop"         DROP
 *     "fail"         an error: ENOENT
 *     "nothing"      0, as a language binding returns after an exception
 *     "99"           a verdict that does not exist
 *     "soon"         LATER, completed by the main loop
 *     "thread"       LATER, completed by a thread
 *     "now"          LATER, completed before decide returns
 *     "forget"       LATER, and the reply is dropped
 *     "never"        LATER, completed when the request is cancelled
 *     "block"        blocks for ten seconds
 *     "exit"         ends the process
 *
 * and the file that is asked for, what its content is: "bytes", "text", "path", "name", "stream",
 * "big" (1 MiB), "wrong-length", "nothing-given", "soon", "drop"; others are not its.
 */
#pragma once

#include "boothost.h"

#define TYPE_ACTOR (actor_get_type())
G_DECLARE_FINAL_TYPE(Actor, actor, TEST, ACTOR, BootHostProvider)

#define ACTOR_BIG_BYTES (1024 * 1024)

BootHostProvider *actor_new(void);
