/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Named blobs that an instance leaves to its successor: the contract's struct boot_host_state.
 * LIMIT_CONTENT_BYTES in all. One thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <boothost/types.h>

struct state;

struct state *state_new(void);
void state_free(struct state *state);

/* 0, or -EINVAL, -E2BIG; a blob of the same name is replaced. */
int32_t state_put(struct state *state, const char *name, const void *data, size_t size);
/* Calls `visit` for each blob. All is lent. */
typedef void (*state_visit_fn)(const char *name, const void *data, size_t size, void *user);
void state_visit(const struct state *state, state_visit_fn visit, void *user);

/* 0, or -EINVAL, -ENOENT. Lent until the blob is replaced or the state freed. */
int32_t state_get(const struct state *state, const char *name, struct boot_host_span *ret_data);
