/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The contract's rules by number, as findings name them. The page of rule 7 is
 * abi/rules/07-NAME.md; a test compares both.
 */
#pragma once

#include <stddef.h>

enum rule_number {
    RULE_TABLE = 1,
    RULE_EXPORTS,
    RULE_SETTINGS,
    RULE_LOADING,
    RULE_OPEN,
    RULE_CHECK,
    RULE_CLOSE,
    RULE_INSTANCES,
    RULE_VERDICTS,
    RULE_INPUT,
    RULE_HANDLES,
    RULE_BLOCKING,
    RULE_PARALLEL,
    RULE_LATER,
    RULE_CANCEL,
    RULE_SERVICES,
    RULE_MEMORY,
    RULE_CONTENT,
    RULE_READERS,
    RULE_EVENTS,
    RULE_DRAIN,
    RULE_STATE,
    RULE_PROCESS,
    RULE_GROWTH,
};

struct rule {
    unsigned number;
    const char *name;  /* kebab-case, of its page */
    const char *words; /* the rule in a line */
};

/* The rule of that index, 0, 1 ...; NULL behind the last. */
const struct rule *rule_at(size_t index);
/* NULL: there is no such rule. */
const struct rule *rule_find(unsigned number);
