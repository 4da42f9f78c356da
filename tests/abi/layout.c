/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Prints the contract's layout: struct, field, offset and size in bytes, one field a line. What it
 * prints for a processor is kept in abi/layout/<processor>.txt; a difference is a break of the
 * contract, or an addition that belongs into that file and into abi/HISTORY.md:
 *
 *     build/tests/abi/layout >abi/layout/$(uname -m).txt
 *
 * Fails when a field is missing in the lists below.
 */
#include <stdbool.h>
#include <stdio.h>

#include <boothost/provider.h>

struct field {
    const char *name;
    size_t offset;
    size_t size;
};

struct layout {
    const char *name;
    size_t size;
    const struct field *fields;
    size_t count;
};

#define FIELD(type, field)                                                                         \
    { #field, offsetof(struct type, field), sizeof(((struct type *) 0)->field) }
#define LAYOUT(type)                                                                               \
    { #type, sizeof(struct type), type##_fields, sizeof(type##_fields) / sizeof(type##_fields[0]) }

static const struct field boot_host_span_fields[] = {
    FIELD(boot_host_span, data),
    FIELD(boot_host_span, size),
};

static const struct field boot_host_setting_fields[] = {
    FIELD(boot_host_setting, name),  FIELD(boot_host_setting, type),
    FIELD(boot_host_setting, flags), FIELD(boot_host_setting, default_value),
    FIELD(boot_host_setting, help),
};

static const struct field boot_host_menu_fields[] = {
    FIELD(boot_host_menu, size),
    FIELD(boot_host_menu, timeout_seconds),
    FIELD(boot_host_menu, prompt),
};

static const struct field boot_host_menu_item_fields[] = {
    FIELD(boot_host_menu_item, size),
    FIELD(boot_host_menu_item, type),
    FIELD(boot_host_menu_item, text),
    FIELD(boot_host_menu_item, server),
};

static const struct field boot_host_reader_fields[] = {
    FIELD(boot_host_reader, size),         FIELD(boot_host_reader, reserved),
    FIELD(boot_host_reader, length),       FIELD(boot_host_reader, user),
    FIELD(boot_host_reader, read),         FIELD(boot_host_reader, close),
    FIELD(boot_host_reader, reserved_end),
};

static const struct field boot_host_event_fields[] = {
    FIELD(boot_host_event, size), FIELD(boot_host_event, kind),   FIELD(boot_host_event, value),
    FIELD(boot_host_event, name), FIELD(boot_host_event, detail),
};

static const struct field boot_host_fields[] = {
    FIELD(boot_host, size),
    FIELD(boot_host, abi),
    FIELD(boot_host, log),
    FIELD(boot_host, now),
    FIELD(boot_host, instance_name),
    FIELD(boot_host, query),
    FIELD(boot_host, config_text),
    FIELD(boot_host, config_number),
    FIELD(boot_host, config_item),
    FIELD(boot_host, config_key),
    FIELD(boot_host, config_file),
    FIELD(boot_host, config_error),
    FIELD(boot_host, config_warning),
    FIELD(boot_host, request_text),
    FIELD(boot_host, request_number),
    FIELD(boot_host, request_is),
    FIELD(boot_host, request_architecture),
    FIELD(boot_host, request_option),
    FIELD(boot_host, request_packet),
    FIELD(boot_host, reply_set),
    FIELD(boot_host, reply_get),
    FIELD(boot_host, reply_set_number),
    FIELD(boot_host, reply_option),
    FIELD(boot_host, reply_menu),
    FIELD(boot_host, reply_menu_item),
    FIELD(boot_host, fact_set),
    FIELD(boot_host, fact_get),
    FIELD(boot_host, expand),
    FIELD(boot_host, request_expand),
    FIELD(boot_host, request_fact),
    FIELD(boot_host, content_bytes),
    FIELD(boot_host, content_file),
    FIELD(boot_host, content_name),
    FIELD(boot_host, content_reader),
    FIELD(boot_host, reply_ticket),
    FIELD(boot_host, content_ticket),
    FIELD(boot_host, complete),
    FIELD(boot_host, state_put),
    FIELD(boot_host, state_get),
    FIELD(boot_host, architecture_name),
};

static const struct field boot_host_provider_fields[] = {
    FIELD(boot_host_provider, size),         FIELD(boot_host_provider, abi),
    FIELD(boot_host_provider, flags),        FIELD(boot_host_provider, setting_count),
    FIELD(boot_host_provider, setting_size), FIELD(boot_host_provider, reserved),
    FIELD(boot_host_provider, name),         FIELD(boot_host_provider, version),
    FIELD(boot_host_provider, summary),      FIELD(boot_host_provider, settings),
    FIELD(boot_host_provider, open),         FIELD(boot_host_provider, close),
    FIELD(boot_host_provider, decide),       FIELD(boot_host_provider, content),
    FIELD(boot_host_provider, event),        FIELD(boot_host_provider, cancel),
    FIELD(boot_host_provider, drain),        FIELD(boot_host_provider, save),
    FIELD(boot_host_provider, restore),
};

static const struct layout layouts[] = {
    LAYOUT(boot_host_span),      LAYOUT(boot_host_setting),  LAYOUT(boot_host_menu),
    LAYOUT(boot_host_menu_item), LAYOUT(boot_host_reader),   LAYOUT(boot_host_event),
    LAYOUT(boot_host),           LAYOUT(boot_host_provider),
};

/* The contract has no padding anywhere, so each field begins where the one before it ends. */
static bool is_whole(const struct layout *layout) {
    size_t end = 0;
    for (size_t i = 0; i < layout->count; i++) {
        const struct field *field = &layout->fields[i];
        if (field->offset != end) {
            fprintf(stderr, "%s: before '%s' a field is missing here, or there is padding\n",
                    layout->name, field->name);
            return false;
        }
        end += field->size;
    }
    if (end != layout->size)
        fprintf(stderr, "%s: its last field is missing here\n", layout->name);
    return end == layout->size;
}

static void print_layout(const struct layout *layout) {
    for (size_t i = 0; i < layout->count; i++)
        printf("%s %s %zu %zu\n", layout->name, layout->fields[i].name, layout->fields[i].offset,
               layout->fields[i].size);
    printf("%s - %zu\n", layout->name, layout->size);
}

int main(void) {
    bool whole = true;
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        whole = is_whole(&layouts[i]) && whole;
        print_layout(&layouts[i]);
    }
    return whole ? 0 : 1;
}
