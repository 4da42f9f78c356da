/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: what the user of a machine that did not boot probably reads on its screen. The same number
 * means different things to BIOS ROMs (PXE 2.1 appendix) and to EDK2, so that the firmware's kind
 * is part of the text.
 */
#pragma once

#include <stdbool.h>

struct request;
struct trace;

enum likely_outcome {
    LIKELY_UNKNOWN,       /* too early to tell, or out of our sight */
    LIKELY_SILENCE,       /* we did not answer its DISCOVER */
    LIKELY_NO_SERVER,     /* we did not answer it on port 4011 */
    LIKELY_NEXT_DEVICE,   /* it was told to go on */
    LIKELY_NO_FILE_ASKED, /* it was told a file, and never asked for it */
    LIKELY_NOT_FOUND,     /* its file request was refused */
    LIKELY_TIMED_OUT,     /* it fell silent within a transfer */
    LIKELY_STOPPED,       /* it stopped the transfer itself */
    LIKELY_BOOTED,        /* it has its file */
    LIKELY_COUNT,
};

/* What the last decision alone, or the transfer behind it (NULL: none), says. `outcome` is
 * transfer_outcome_name's text. `is_settled`: enough time has passed for the client to go on. */
enum likely_outcome likely_outcome(const struct trace *trace, const char *outcome, bool is_settled);

/* "PXE-E53: No boot filename received (BIOS)"; "" when there is nothing to say. Static text. */
const char *likely_text(const struct request *request, enum likely_outcome outcome);
