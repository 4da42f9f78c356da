/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The contract's rules by number. Numbers stay: pages, messages and authors' notes name them.
 */
#include "conformance/rules.h"

static const struct rule rules[] = {
    {RULE_TABLE, "table", "the module loads and its entry returns a complete table"},
    {RULE_EXPORTS, "exports", "one symbol is exported, the entry"},
    {RULE_SETTINGS, "settings", "the schema says what may be configured, with help"},
    {RULE_LOADING, "loading", "loading does no work; everything begins in open"},
    {RULE_OPEN, "open", "open makes an instance, or undoes everything and says why"},
    {RULE_CHECK, "check", "open with the CHECK flag has no side effects"},
    {RULE_CLOSE, "close", "close gives back all that open and the calls took"},
    {RULE_INSTANCES, "instances", "all state is behind the instance pointer"},
    {RULE_VERDICTS, "verdicts", "every door returns a verdict of the contract, with a reason"},
    {RULE_INPUT, "input", "whatever a client sends is only data"},
    {RULE_HANDLES, "handles", "handles are used as long as they are valid, and no longer"},
    {RULE_BLOCKING, "blocking", "INLINE calls never block, others answer within the deadline"},
    {RULE_PARALLEL, "parallel", "PARALLEL calls do not disturb each other"},
    {RULE_LATER, "later", "each LATER is completed exactly once, and nothing else is"},
    {RULE_CANCEL, "cancel", "cancel does not block, and the completion still comes"},
    {RULE_SERVICES, "services", "a service of the host may fail"},
    {RULE_MEMORY, "memory", "memory may run out"},
    {RULE_CONTENT, "content", "REPLY in the content door gives the content, exactly once"},
    {RULE_READERS, "readers", "a reader gives the same bytes however they are read"},
    {RULE_EVENTS, "events", "events of an unknown kind are ignored"},
    {RULE_DRAIN, "drain", "drain completes what was answered LATER"},
    {RULE_STATE, "state", "restore takes what save left, and survives what it does not know"},
    {RULE_PROCESS, "process", "the process belongs to the daemon"},
    {RULE_GROWTH, "growth", "a newer host is a host"},
};

#define RULE_COUNT (sizeof rules / sizeof rules[0])

const struct rule *rule_at(size_t index) {
    return index < RULE_COUNT ? &rules[index] : NULL;
}

const struct rule *rule_find(unsigned number) {
    return number >= 1 ? rule_at(number - 1) : NULL;
}
