/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All entries of an instance, sorted and indexed once: among 100 000, one is found as fast as among
 * two.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "entry.h"

struct rules;

/* Where an entry was written. */
struct rule_origin {
    const char *key; /* the setting; lives as long as the rules */
    uint32_t line;   /* of a list file; 0: in the setting itself */
    bool deny;
};

struct rules *rules_new(void);
void rules_free(struct rules *rules);

/* False when memory is short. Not after rules_sort. */
bool rules_add(struct rules *rules, const struct entry *entry, const struct rule_origin *origin);

/* Makes the rules ready for rules_find. False when memory is short. */
bool rules_sort(struct rules *rules);

/* Calls `report` for each entry that is both allowed and denied, with the allowing one. */
void rules_contradictions(const struct rules *rules,
                          void (*report)(void *user, const struct rule_origin *allow,
                                         const struct rule_origin *deny),
                          void *user);

bool rules_has(const struct rules *rules, bool deny);
/* Is there any rule of this kind? If not, a client need not be asked for what it compares. */
bool rules_has_kind(const struct rules *rules, enum entry_kind kind);

/* The rule for exactly this key, the denying one of two; NULL: none. Any thread. */
const struct rule_origin *rules_find(const struct rules *rules, enum entry_kind kind,
                                     const void *key, size_t size);
/* The rule with the longest prefix of this address (a network key of all bits). */
const struct rule_origin *rules_find_network(const struct rules *rules,
                                             const struct entry *address);
/* The rule with the longest prefix of this vendor class. */
const struct rule_origin *rules_find_prefix(const struct rules *rules, const char *vendor_class);
/* The first rule for an architecture that `matches` says yes to, denying ones first. */
const struct rule_origin *
rules_find_architecture(const struct rules *rules,
                        bool (*matches)(const void *user, const char *name), const void *user);
