/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is decided of a request inside the world: session, quota, chain, answer, and who is told.
 */
#pragma once

#include "daemon/door.h"
#include "daemon/tally.h"

struct daemon;
struct deciding;

/* Counts in `tally`, which must outlive it. */
struct deciding *deciding_new(struct daemon *daemon, struct tally *tally);
/* Decisions still in flight end without an answer. NULL is fine. */
void deciding_free(struct deciding *deciding);

/* Takes what the door has read. Answers that are decided at once are in its outbox afterwards; later
 * ones are sent by themselves. */
void deciding_take(struct deciding *deciding, struct door *door);

/* What became of answers that an outbox has sent; clears it. */
void deciding_account(struct deciding *deciding, struct outbox *outbox);
