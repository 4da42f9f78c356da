/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Provider "filter": who is served. Deny and allow lists, from the configuration and from files.
 */
#include <boothost/provider.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "rules.h"

static const struct boot_host_setting settings[] = {
    {"deny", BOOT_HOST_LIST, 0, NULL, "clients that are not served"},
    {"deny-file", BOOT_HOST_PATH, 0, NULL, "file with more of them, one a line"},
    {"allow", BOOT_HOST_LIST, 0, NULL, "clients that are served"},
    {"allow-file", BOOT_HOST_PATH, 0, NULL, "file with more of them, one a line"},
    {"default", BOOT_HOST_TEXT, 0, "allow", "allow or deny: what holds for clients on no list"},
};

struct filter {
    const struct boot_host *host;
    struct rules *rules;
    bool deny_by_default;
};

static int32_t read_default(struct filter *filter, const struct boot_host_config *config) {
    const char *word = filter->host->config_text(config, "default");
    filter->deny_by_default = strcmp(word, "deny") == 0;
    if (filter->deny_by_default || strcmp(word, "allow") == 0)
        return 0;
    filter->host->config_error(config, "default", 0, "must be allow or deny");
    return -EINVAL;
}

static int32_t filter_read(struct filter *filter, const struct boot_host_config *config) {
    int32_t result = read_default(filter, config);
    int32_t lists = list_read_all(filter->host, config, filter->rules);
    if (rules_has(filter->rules, false) && !rules_has(filter->rules, true) &&
        !filter->deny_by_default)
        filter->host->config_warning(config, "default", 0,
                                     "nothing is denied, so the allowed clients need no list; "
                                     "write default = deny to serve those only");
    return result != 0 ? result : lists;
}

static void filter_close(void *instance) {
    struct filter *filter = instance;
    rules_free(filter->rules);
    free(filter);
}

static int32_t filter_open(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    struct filter *filter = calloc(1, sizeof *filter);
    if (filter == NULL)
        return -ENOMEM;
    filter->host = host;
    filter->rules = rules_new();
    int32_t result = filter->rules != NULL ? filter_read(filter, config) : -ENOMEM;
    if (result != 0) {
        filter_close(filter);
        return result;
    }
    *ret_instance = filter;
    return 0;
}

/* What matched, for the reason. */
struct match {
    const struct rule_origin *origin;
    enum entry_kind kind;
    const char *value;
};

static bool match_set(struct match *match, const struct rule_origin *origin, enum entry_kind kind,
                      const char *value) {
    if (origin == NULL)
        return false;
    *match = (struct match){origin, kind, value};
    return true;
}

/* The client's MAC or the vendor's part of it; `mac` holds its bytes, `text` is NULL without one. */
static bool match_mac(const struct filter *filter, enum entry_kind kind, const char *text,
                      const unsigned char mac[ENTRY_MAC_SIZE], struct match *ret_match) {
    size_t size = kind == ENTRY_OUI ? ENTRY_OUI_SIZE : ENTRY_MAC_SIZE;
    return text != NULL &&
           match_set(ret_match, rules_find(filter->rules, kind, mac, size), kind, text);
}

static const char *read_mac(const struct filter *filter, const struct boot_host_request *request,
                            unsigned char ret_mac[ENTRY_MAC_SIZE]) {
    if (!rules_has_kind(filter->rules, ENTRY_MAC) && !rules_has_kind(filter->rules, ENTRY_OUI))
        return NULL;
    const char *text = filter->host->request_text(request, BOOT_HOST_REQUEST_MAC);
    return text != NULL && entry_read_mac(text, ret_mac) ? text : NULL;
}

/* A list may hold a UUID as either tool prints it: SMBIOS's order, or the bytes as they are. */
static bool match_uuid(const struct filter *filter, const struct boot_host_request *request,
                       struct match *ret_match) {
    static const uint32_t orders[] = {BOOT_HOST_REQUEST_UUID, BOOT_HOST_REQUEST_UUID_SWAPPED};
    bool found = false;
    for (size_t i = 0; !found && i < 2 && rules_has_kind(filter->rules, ENTRY_UUID); i++) {
        const char *text = filter->host->request_text(request, orders[i]);
        unsigned char uuid[ENTRY_UUID_SIZE];
        found = text != NULL && entry_read_uuid(text, uuid) &&
                match_set(ret_match, rules_find(filter->rules, ENTRY_UUID, uuid, sizeof uuid),
                          ENTRY_UUID, text);
    }
    return found;
}

static bool match_network(const struct filter *filter, const struct boot_host_request *request,
                          struct match *ret_match) {
    struct entry key;
    if (!rules_has_kind(filter->rules, ENTRY_NETWORK))
        return false;
    const char *address = filter->host->request_text(request, BOOT_HOST_REQUEST_NETWORK);
    return address != NULL && entry_read_address(address, &key) &&
           match_set(ret_match, rules_find_network(filter->rules, &key), ENTRY_NETWORK, address);
}

static bool match_vendor_class(const struct filter *filter, const struct boot_host_request *request,
                               struct match *ret_match) {
    if (!rules_has_kind(filter->rules, ENTRY_VENDOR_CLASS))
        return false;
    const char *name = filter->host->request_text(request, BOOT_HOST_REQUEST_VENDOR_CLASS);
    return name != NULL &&
           match_set(ret_match, rules_find_prefix(filter->rules, name), ENTRY_VENDOR_CLASS, name);
}

struct asked {
    const struct boot_host *host;
    const struct boot_host_request *request;
};

static bool asked_is(const void *user, const char *name) {
    const struct asked *asked = user;
    return asked->host->request_is(asked->request, name) == 1;
}

static bool match_architecture(const struct filter *filter, const struct boot_host_request *request,
                               struct match *ret_match) {
    if (!rules_has_kind(filter->rules, ENTRY_ARCHITECTURE))
        return false;
    const char *name = filter->host->request_text(request, BOOT_HOST_REQUEST_ARCHITECTURE);
    const struct asked asked = {filter->host, request};
    return name != NULL &&
           match_set(ret_match, rules_find_architecture(filter->rules, asked_is, &asked),
                     ENTRY_ARCHITECTURE, name);
}

static void explain(const struct filter *filter, struct boot_host_reply *reply, uint32_t field,
                    const struct match *match) {
    char text[256];
    const char *verb = match->origin->deny ? "denied" : "allowed";
    const char *kind = entry_kind_title(match->kind);
    if (match->origin->line > 0)
        (void) snprintf(text, sizeof text, "%s: %s %.100s is in %s, line %u", verb, kind,
                        match->value, match->origin->key, match->origin->line);
    else
        (void) snprintf(text, sizeof text, "%s: %s %.100s is in the setting %s", verb, kind,
                        match->value, match->origin->key);
    (void) filter->host->reply_set(reply, field, text);
}

static int32_t filter_decide(void *instance, const struct boot_host_request *request,
                             struct boot_host_reply *reply) {
    const struct filter *filter = instance;
    struct match match = {0};
    unsigned char mac[ENTRY_MAC_SIZE];
    const char *text = read_mac(filter, request, mac);
    bool found =
        match_mac(filter, ENTRY_MAC, text, mac, &match) || match_uuid(filter, request, &match) ||
        match_mac(filter, ENTRY_OUI, text, mac, &match) || match_network(filter, request, &match) ||
        match_vendor_class(filter, request, &match) || match_architecture(filter, request, &match);
    if (found && match.origin->deny) {
        explain(filter, reply, BOOT_HOST_REPLY_REASON, &match);
        return BOOT_HOST_DROP;
    }
    if (found) {
        explain(filter, reply, BOOT_HOST_REPLY_NOTE, &match);
        return BOOT_HOST_PASS;
    }
    if (filter->deny_by_default)
        (void) filter->host->reply_set(reply, BOOT_HOST_REPLY_REASON,
                                       "denied: on no list, and default is deny");
    return filter->deny_by_default ? BOOT_HOST_DROP : BOOT_HOST_PASS;
}

static const struct boot_host_provider provider = {
    .size = sizeof provider,
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE,
    .setting_count = sizeof settings / sizeof settings[0],
    .setting_size = sizeof settings[0],
    .name = "filter",
    .version = BOOTHOST_VERSION,
    .summary = "who is served: deny and allow lists",
    .settings = settings,
    .open = filter_open,
    .close = filter_close,
    .decide = filter_decide,
};
BOOT_HOST_PROVIDER(provider);
