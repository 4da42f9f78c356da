/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which files are being sent: one descriptor and one mapping of each, however many clients fetch
 * it. Keyed by the file's generation (device, inode, size, times), so that a replaced file is
 * another one: transfers that run go on from the old inode. Files that nobody fetches any more are
 * kept for a moment, since the next machine asks for the same ones, and few of them. One thread.
 */
#pragma once

#include "tftp/content.h"

struct content_cache;

struct content_cache *content_cache_new(void);
/* Nothing may be in use any more. */
void content_cache_free(struct content_cache *cache);

/* Takes the reference `content` over and returns one, perhaps of another, older content of the same
 * file, ready to be sent. End with content_cache_release(). */
struct content *content_cache_share(struct content_cache *cache, struct content *content);
void content_cache_release(struct content_cache *cache, struct content *content, int64_t now_us);

/* Closes what was kept for long enough. Returns when to come again, -1: nothing is kept. */
int64_t content_cache_expire(struct content_cache *cache, int64_t now_us);
