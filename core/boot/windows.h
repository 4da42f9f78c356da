/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: option 250, in which Windows' network loaders (wdsnbp.com, wdsmgfw.efi) say how far they
 * are and are told to wait: the "pending device" screen.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reply;
struct request;

#define WINDOWS_BLOCK_MAX 255

/* Writes the block that makes the loader show the reply's message and ask again after its poll
 * interval. The request number is the client's own if it has one, else made from its identity. */
bool windows_encode_wait(const struct request *request, const struct reply *reply,
                         uint8_t ret_block[WINDOWS_BLOCK_MAX], size_t *ret_size);
