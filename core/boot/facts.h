/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A bounded list of named values, in the order of setting. Values are ref-counted, so that a copy
 * costs no text. One thread at a time. Errors are negative errno, as the contract says.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct facts;

struct facts *facts_new(void);
void facts_free(struct facts *facts);
/* Adds all facts of `from`; meant for an empty list. */
void facts_copy(struct facts *facts, const struct facts *from);

/* -EINVAL: a bad name, or a value that is not UTF-8; -E2BIG: longer than LIMIT_FACT_BYTES; -ENOSPC:
 * LIMIT_FACTS are there already. NULL takes a fact back. */
int32_t facts_set(struct facts *facts, const char *name, const char *value);
const char *facts_get(const struct facts *facts, const char *name);
bool facts_at(const struct facts *facts, uint32_t index, const char **ret_name,
              const char **ret_value);

/* Lower-case letters, digits, "-" and "_", LIMIT_FACT_NAME at most? `name` needs no NUL. */
bool facts_name_is_valid(const char *name, size_t size);
