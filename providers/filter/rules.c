/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sorted rules, and an index by hash. Keys of one kind lie together, ordered by size, then bytes; of
 * equal keys the denying one comes first: that one is in the index, and decides.
 */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#define PREFIXES 256 /* lengths of prefixes: bits of a network, bytes of a vendor class */

struct rule {
    unsigned char *key; /* with a NUL behind it */
    size_t size;
    enum entry_kind kind;
    struct rule_origin origin;
};

struct rules {
    struct rule *all;
    size_t count;
    size_t room;
    uint32_t *index;             /* by hash: place in `all`, from 1; 0: free. NULL: no rules */
    size_t index_mask;           /* a power of two, less 1 */
    bool has[2];                 /* by deny */
    bool has_kind[ENTRY_KINDS];  /* what nobody has written a rule for is not looked up */
    bool network_bits[PREFIXES]; /* lengths that occur: only those are tried */
    bool class_sizes[PREFIXES];
};

struct rules *rules_new(void) {
    return calloc(1, sizeof(struct rules));
}

void rules_free(struct rules *rules) {
    if (rules == NULL)
        return;
    for (size_t i = 0; i < rules->count; i++)
        free(rules->all[i].key);
    free(rules->all);
    free(rules->index);
    free(rules);
}

static bool rules_grow(struct rules *rules) {
    if (rules->count < rules->room)
        return true;
    size_t room = rules->room > 0 ? rules->room * 2 : 64;
    struct rule *all = realloc(rules->all, room * sizeof *all);
    if (all == NULL)
        return false;
    rules->all = all;
    rules->room = room;
    return true;
}

bool rules_add(struct rules *rules, const struct entry *entry, const struct rule_origin *origin) {
    unsigned char *key = malloc(entry->size + 1);
    if (key == NULL || !rules_grow(rules)) {
        free(key);
        return false;
    }
    memcpy(key, entry->key, entry->size);
    key[entry->size] = '\0';
    rules->all[rules->count++] = (struct rule){key, entry->size, entry->kind, *origin};
    rules->has[origin->deny] = true;
    rules->has_kind[entry->kind] = true;
    if (entry->kind == ENTRY_NETWORK)
        rules->network_bits[entry->key[1]] = true;
    if (entry->kind == ENTRY_VENDOR_CLASS)
        rules->class_sizes[entry->size] = true;
    return true;
}

bool rules_has(const struct rules *rules, bool deny) {
    return rules->has[deny];
}

bool rules_has_kind(const struct rules *rules, enum entry_kind kind) {
    return rules->has_kind[kind];
}

static int compare_keys(const struct rule *rule, enum entry_kind kind, const void *key,
                        size_t size) {
    if (rule->kind != kind)
        return rule->kind < kind ? -1 : 1;
    if (rule->size != size)
        return rule->size < size ? -1 : 1;
    return memcmp(rule->key, key, size);
}

static int compare_rules(const void *left, const void *right) {
    const struct rule *a = left;
    const struct rule *b = right;
    int order = compare_keys(a, b->kind, b->key, b->size);
    if (order != 0)
        return order;
    if (a->origin.deny != b->origin.deny)
        return a->origin.deny ? -1 : 1;
    return a->origin.line < b->origin.line ? -1 : a->origin.line > b->origin.line;
}

static uint64_t hash_word(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
    return hash ^ hash >> 32;
}

/* Keys are short; eight bytes a step. */
static size_t hash_key(enum entry_kind kind, const void *key, size_t size) {
    uint64_t hash = (kind + 1) * UINT64_C(0x9e3779b97f4a7c15);
    const unsigned char *bytes = key;
    uint64_t word = 0;
    for (; size >= sizeof word; size -= sizeof word, bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = hash_word(hash, word);
    }
    word = 0;
    memcpy(&word, bytes, size);
    return (size_t) hash_word(hash, word);
}

/* Of equal keys the first, which goes in first, stays the one that is found. */
static bool rules_index(struct rules *rules) {
    size_t room = 4;
    while (room < 2 * rules->count)
        room *= 2;
    rules->index = calloc(room, sizeof *rules->index);
    if (rules->index == NULL)
        return false;
    rules->index_mask = room - 1;
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->all[i];
        size_t place = hash_key(rule->kind, rule->key, rule->size);
        while (rules->index[place & rules->index_mask] != 0)
            place++;
        rules->index[place & rules->index_mask] = (uint32_t) i + 1;
    }
    return true;
}

bool rules_sort(struct rules *rules) {
    if (rules->count == 0)
        return true;
    qsort(rules->all, rules->count, sizeof rules->all[0], compare_rules);
    return rules_index(rules);
}

void rules_contradictions(const struct rules *rules,
                          void (*report)(void *user, const struct rule_origin *allow,
                                         const struct rule_origin *deny),
                          void *user) {
    for (size_t i = 1; i < rules->count; i++) {
        const struct rule *deny = &rules->all[i - 1];
        const struct rule *allow = &rules->all[i];
        if (deny->origin.deny && !allow->origin.deny &&
            compare_keys(deny, allow->kind, allow->key, allow->size) == 0)
            report(user, &allow->origin, &deny->origin);
    }
}

/* The first rule that is not before the key. */
static size_t lower_bound(const struct rules *rules, enum entry_kind kind, const void *key,
                          size_t size) {
    size_t low = 0;
    size_t high = rules->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(&rules->all[middle], kind, key, size) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct rule_origin *rules_find(const struct rules *rules, enum entry_kind kind,
                                     const void *key, size_t size) {
    if (!rules->has_kind[kind])
        return NULL;
    for (size_t place = hash_key(kind, key, size);; place++) {
        uint32_t number = rules->index[place & rules->index_mask];
        if (number == 0)
            return NULL;
        if (compare_keys(&rules->all[number - 1], kind, key, size) == 0)
            return &rules->all[number - 1].origin;
    }
}

const struct rule_origin *rules_find_network(const struct rules *rules,
                                             const struct entry *address) {
    struct entry key = *address;
    const struct rule_origin *found = NULL;
    for (int bits = address->key[1]; found == NULL && bits >= 0; bits--) {
        if (!rules->network_bits[bits])
            continue;
        entry_cut_network(&key, (unsigned) bits);
        found = rules_find(rules, ENTRY_NETWORK, key.key, key.size);
    }
    return found;
}

const struct rule_origin *rules_find_prefix(const struct rules *rules, const char *vendor_class) {
    const struct rule_origin *found = NULL;
    size_t size = strnlen(vendor_class, ENTRY_KEY_MAX);
    for (; found == NULL && size > 0; size--) {
        if (rules->class_sizes[size])
            found = rules_find(rules, ENTRY_VENDOR_CLASS, vendor_class, size);
    }
    return found;
}

const struct rule_origin *
rules_find_architecture(const struct rules *rules,
                        bool (*matches)(const void *user, const char *name), const void *user) {
    const struct rule_origin *allow = NULL;
    for (size_t i = lower_bound(rules, ENTRY_ARCHITECTURE, "", 0);
         i < rules->count && rules->all[i].kind == ENTRY_ARCHITECTURE; i++) {
        const struct rule *rule = &rules->all[i];
        if (!matches(user, (const char *) rule->key))
            continue;
        if (rule->origin.deny)
            return &rule->origin;
        allow = &rule->origin;
    }
    return allow;
}
