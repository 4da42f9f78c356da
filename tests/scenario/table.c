/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider that decides by rules.
 */
#include "table.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

struct table {
    const struct boot_host *host;
    GPtrArray *rules; /* GStrv: conditions, "->", actions */
};

static void rule_free(void *rule) {
    g_strfreev(rule);
}

static int32_t table_open(const struct boot_host *host, const struct boot_host_config *config,
                          uint32_t flags, void **ret_instance) {
    struct table *table = g_new0(struct table, 1);
    const char *key = NULL;
    (void) flags;
    table->host = host;
    table->rules = g_ptr_array_new_with_free_func(rule_free);
    for (uint32_t i = 0; (key = host->config_key(config, i)) != NULL; i++) {
        char **words = NULL;
        if (g_shell_parse_argv(host->config_text(config, key), NULL, &words, NULL))
            g_ptr_array_add(table->rules, words);
        else
            host->config_error(config, key, 0, "quotes do not match");
    }
    *ret_instance = table;
    return 0;
}

static void table_close(void *instance) {
    struct table *table = instance;
    g_ptr_array_unref(table->rules);
    g_free(table);
}

/* One call of decide. */
struct call {
    const struct boot_host *host;
    const struct boot_host_request *request;
    struct boot_host_reply *reply;
    int32_t verdict;
};

static gboolean holds(const struct call *call, const char *condition) {
    g_auto(GStrv) parts = g_strsplit(condition, "=", 2);
    int64_t item = -1;
    g_assert_cmpuint(g_strv_length(parts), ==, 2);
    if (strcmp(parts[0], "boot-item") != 0)
        return g_strcmp0(call->host->fact_get(call->reply, parts[0]), parts[1]) == 0;
    (void) call->host->request_number(call->request, BOOT_HOST_REQUEST_BOOT_ITEM, &item);
    return item == g_ascii_strtoll(parts[1], NULL, 10);
}

static int32_t set_field(const struct call *call, const char *name, const char *value) {
    static const struct {
        const char *name;
        uint32_t field;
    } fields[] = {
        {"file", BOOT_HOST_REPLY_BOOT_FILE},          {"server", BOOT_HOST_REPLY_SERVER},
        {"server-name", BOOT_HOST_REPLY_SERVER_NAME}, {"shape", BOOT_HOST_REPLY_SHAPE},
        {"message", BOOT_HOST_REPLY_MESSAGE},         {"reason", BOOT_HOST_REPLY_REASON},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return call->host->reply_set(call->reply, fields[i].field, value);
    g_error("the table knows no action '%s'", name);
}

static int32_t add_item(const struct call *call, const char *value) {
    g_auto(GStrv) parts = g_strsplit(value, ":", 2);
    const struct boot_host_menu_item item = {
        .size = sizeof(item),
        .type = (uint32_t) g_ascii_strtoull(parts[0], NULL, 10),
        .text = parts[1],
    };
    return call->host->reply_menu_item(call->reply, &item);
}

static int32_t begin_menu(const struct call *call, const char *value) {
    g_auto(GStrv) parts = g_strsplit(value, ":", 2);
    const struct boot_host_menu menu = {
        .size = sizeof(menu),
        .timeout_seconds = (uint32_t) g_ascii_strtoull(parts[0], NULL, 10),
        .prompt = parts[1],
    };
    return call->host->reply_menu(call->reply, &menu);
}

static int32_t act_on_value(const struct call *call, const char *name, const char *value) {
    if (strcmp(name, "menu") == 0)
        return begin_menu(call, value);
    if (strcmp(name, "item") == 0)
        return add_item(call, value);
    if (strcmp(name, "poll") == 0)
        return call->host->reply_set_number(call->reply, BOOT_HOST_REPLY_POLL_SECONDS,
                                            g_ascii_strtoll(value, NULL, 10));
    if (g_str_has_prefix(name, "fact."))
        return call->host->fact_set(call->reply, name + strlen("fact."), value);
    if (g_str_has_prefix(name, "option."))
        return call->host->reply_option(
            call->reply, BOOT_HOST_SPACE_DHCP4,
            (uint32_t) g_ascii_strtoull(name + strlen("option."), NULL, 10), value, strlen(value));
    return set_field(call, name, value);
}

static int32_t verdict_of(const char *name) {
    static const struct {
        const char *name;
        int32_t verdict;
    } verdicts[] = {
        {"pass", BOOT_HOST_PASS},   {"reply", BOOT_HOST_REPLY}, {"drop", BOOT_HOST_DROP},
        {"abort", BOOT_HOST_ABORT}, {"hold", BOOT_HOST_HOLD},   {"fail", -EIO},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(verdicts); i++)
        if (strcmp(verdicts[i].name, name) == 0)
            return verdicts[i].verdict;
    g_error("the table knows no verdict '%s'", name);
}

static void act(struct call *call, const char *action) {
    g_auto(GStrv) parts = g_strsplit(action, "=", 2);
    if (parts[1] == NULL) {
        call->verdict = verdict_of(parts[0]);
        return;
    }
    int32_t status = act_on_value(call, parts[0], parts[1]);
    if (status != 0)
        g_error("'%s' was refused: %s", action, g_strerror(-status));
}

static int32_t table_decide(void *instance, const struct boot_host_request *request,
                            struct boot_host_reply *reply) {
    const struct table *table = instance;
    struct call call = {table->host, request, reply, BOOT_HOST_PASS};
    for (guint i = 0; i < table->rules->len; i++) {
        char **word = g_ptr_array_index(table->rules, i);
        while (*word != NULL && strcmp(*word, "->") != 0 && holds(&call, *word))
            word++;
        if (*word == NULL || strcmp(*word, "->") != 0)
            continue;
        for (word++; *word != NULL; word++)
            act(&call, *word);
        break;
    }
    return call.verdict;
}

static const struct boot_host_setting settings[] = {
    {"rule.*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_FAMILY, NULL, "Conditions -> actions"},
};

const struct boot_host_provider table_provider = {
    .size = sizeof(table_provider),
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE,
    .setting_count = G_N_ELEMENTS(settings),
    .setting_size = sizeof(settings[0]),
    .name = "table",
    .version = "1",
    .summary = "Decides by rules, for scenarios",
    .settings = settings,
    .open = table_open,
    .close = table_close,
    .decide = table_decide,
};
