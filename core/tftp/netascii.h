/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text as RFC 764's terminals want it: the old tftp(1) asks for it when nobody tells it not to.
 */
#pragma once

#include "tftp/content.h"

/* A new content with LF as CR LF and CR as CR NUL. NULL when `content` is longer than
 * LIMIT_NETASCII_BYTES or cannot be read; errno says which (EFBIG ...). */
struct content *netascii_convert(const struct content *content);
