/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading the lists. Every bad line is named, with what it should look like; one of them refuses
 * the configuration, since a client that an administrator meant to deny would be served.
 */
#include "list.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known-architecture.h"

#define ERRORS_MAX 20 /* bad lines of one list that are reported: a wrong file is all bad lines */

/* One list while it is read. */
struct list {
    const struct boot_host *host;
    const struct boot_host_config *config;
    struct rules *rules;
    struct rule_origin origin;
    uint32_t errors;
    bool out_of_memory;
};

__attribute__((format(printf, 2, 3))) static void list_error(struct list *list, const char *format,
                                                             ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void) vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (list->errors < ERRORS_MAX)
        list->host->config_error(list->config, list->origin.key, list->origin.line, text);
    else if (list->errors == ERRORS_MAX)
        list->host->config_error(list->config, list->origin.key, list->origin.line,
                                 "and so on; is this the right file?");
    list->errors++;
}

static void list_add(struct list *list, const char *text) {
    struct entry entry;
    const char *problem = entry_parse(text, &entry);
    if (problem == NULL && entry.kind == ENTRY_ARCHITECTURE &&
        !known_architecture(list->host, (const char *) entry.key))
        problem = "is no known architecture; write a name such as x64-uefi or x86-bios";
    if (problem != NULL)
        list_error(list, "\"%.100s\" %s", text, problem);
    else if (!rules_add(list->rules, &entry, &list->origin))
        list->out_of_memory = true;
}

/* Cuts the comment, the blanks around the rest and a carriage return. A "#" inside a word stays:
 * vendor classes may hold one. */
static char *trim_line(char *line) {
    for (char *hash = strchr(line, '#'); hash != NULL; hash = strchr(hash + 1, '#')) {
        if (hash == line || hash[-1] == ' ' || hash[-1] == '\t') {
            *hash = '\0';
            break;
        }
    }
    line += strspn(line, " \t\r");
    for (size_t length = strlen(line); length > 0 && strchr(" \t\r", line[length - 1]); length--)
        line[length - 1] = '\0';
    return line;
}

static void list_read_lines(struct list *list, char *text) {
    for (char *next = text; next != NULL;) {
        char *line = strsep(&next, "\n");
        list->origin.line++;
        line = trim_line(line);
        if (*line != '\0')
            list_add(list, line);
    }
}

static void list_read_file(struct list *list) {
    static const char byte_order_mark[] = "\xef\xbb\xbf"; /* some editors begin files with it */
    struct boot_host_span content = {0};
    if (list->host->config_text(list->config, list->origin.key) == NULL)
        return;
    int32_t result = list->host->config_file(list->config, list->origin.key, &content);
    if (result < 0) {
        list_error(list, "cannot be read: %s", strerror(-result));
        return;
    }
    if (content.size > 0 && memchr(content.data, '\0', content.size) != NULL) {
        list_error(list, "is not a text file: it holds NUL bytes");
        return;
    }
    char *text = calloc(content.size + 1, 1);
    if (text == NULL) {
        list->out_of_memory = true;
        return;
    }
    if (content.size > 0)
        memcpy(text, content.data, content.size);
    bool marked = strncmp(text, byte_order_mark, 3) == 0;
    list_read_lines(list, marked ? text + 3 : text);
    free(text);
}

static void list_read_items(struct list *list) {
    const char *item = NULL;
    for (uint32_t i = 0;
         (item = list->host->config_item(list->config, list->origin.key, i)) != NULL; i++)
        list_add(list, item);
}

/* Reads one list of the configuration; 0 or a negative errno. */
static int32_t list_read(struct list *list, const char *key, bool is_file) {
    list->origin = (struct rule_origin){.key = key, .deny = strncmp(key, "deny", 4) == 0};
    list->errors = 0;
    if (is_file)
        list_read_file(list);
    else
        list_read_items(list);
    if (list->out_of_memory)
        return -ENOMEM;
    return list->errors > 0 ? -EINVAL : 0;
}

struct warning {
    const struct boot_host *host;
    const struct boot_host_config *config;
};

static void warn_contradiction(void *user, const struct rule_origin *allow,
                               const struct rule_origin *deny) {
    const struct warning *warning = user;
    char text[128];
    int used = snprintf(text, sizeof text, "this entry is denied, too, by %s", deny->key);
    if (deny->line > 0)
        (void) snprintf(text + used, sizeof text - (size_t) used, " line %u", deny->line);
    warning->host->config_warning(warning->config, allow->key, allow->line, text);
}

int32_t list_read_all(const struct boot_host *host, const struct boot_host_config *config,
                      struct rules *rules) {
    static const char *const keys[] = {"deny", "deny-file", "allow", "allow-file"};
    struct list list = {.host = host, .config = config, .rules = rules};
    struct warning warning = {host, config};
    int32_t result = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        int32_t read = list_read(&list, keys[i], i % 2 == 1);
        result = result != 0 ? result : read;
    }
    if (!rules_sort(rules))
        return -ENOMEM;
    rules_contradictions(rules, warn_contradiction, &warning);
    return result;
}
