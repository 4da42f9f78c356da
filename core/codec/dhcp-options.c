/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One pass over a datagram's options makes an index by code; every later lookup is one step.
 */
#include "codec/dhcp-options.h"

#include "codec/dhcp.h"

#include <string.h>

/* Where the header's fields that option 52 may fill with options lie, RFC 2131 figure 1. */
#define SNAME_OFFSET 44
#define FILE_OFFSET  108

#define OVERLOAD_FILE  1
#define OVERLOAD_SNAME 2

const char *dhcp_status_name(enum dhcp_status status) {
    static const char *const names[] = {
        [DHCP_OK] = "ok",
        [DHCP_TRUNCATED] = "truncated",
        [DHCP_OVERSIZED] = "oversized",
        [DHCP_BAD_OP] = "bad-op",
        [DHCP_BAD_HARDWARE_LENGTH] = "bad-hardware-length",
        [DHCP_BAD_COOKIE] = "bad-cookie",
        [DHCP_OPTION_OVERRUN] = "option-overrun",
        [DHCP_SPLIT_TOO_LONG] = "split-too-long",
    };
    return (size_t) status < DHCP_STATUS_COUNT ? names[status] : "unknown";
}

/* Takes the next option of a field. False at its end (`reader->failed` tells an overrun). */
static bool take_option(struct reader *reader, uint8_t *ret_code, struct span *ret_value) {
    while (reader_left(reader) > 0) {
        uint8_t code = reader_take_u8(reader);
        if (code == DHCP_OPTION_END)
            return false;
        if (code == DHCP_OPTION_PAD)
            continue;
        uint8_t size = reader_take_u8(reader);
        struct span value = reader_take_span(reader, size);
        if (reader->failed)
            return false;
        *ret_code = code;
        *ret_value = value;
        return true;
    }
    return false;
}

static struct span field_bytes(const struct dhcp_options *options, size_t index) {
    const struct dhcp_option_field *field = &options->fields[index];
    return (struct span){options->datagram.data + field->offset, field->size};
}

static enum dhcp_status index_field(struct dhcp_options *options, size_t offset, size_t size) {
    size_t index = options->field_count++;
    options->fields[index] = (struct dhcp_option_field){(uint16_t) offset, (uint16_t) size};

    struct reader reader;
    reader_init(&reader, field_bytes(options, index));
    uint8_t code = 0;
    struct span value = {0};
    while (take_option(&reader, &code, &value)) {
        struct dhcp_option_entry *entry = &options->entries[code];
        if (entry->pieces++ == 0)
            entry->first = (uint16_t) (value.data - options->datagram.data);
        entry->size = (uint16_t) (entry->size + value.size);
    }
    return reader.failed ? DHCP_OPTION_OVERRUN : DHCP_OK;
}

static enum dhcp_status index_all(struct dhcp_options *options) {
    enum dhcp_status status =
        index_field(options, DHCP_HEADER_SIZE, options->datagram.size - DHCP_HEADER_SIZE);

    uint8_t overload = 0;
    if (status == DHCP_OK && dhcp_option_get_u8(options, DHCP_OPTION_OVERLOAD, &overload) &&
        overload <= (OVERLOAD_FILE | OVERLOAD_SNAME))
        options->overload = overload;

    if (status == DHCP_OK && (options->overload & OVERLOAD_FILE) != 0)
        status = index_field(options, FILE_OFFSET, DHCP_FILE_SIZE);
    if (status == DHCP_OK && (options->overload & OVERLOAD_SNAME) != 0)
        status = index_field(options, SNAME_OFFSET, DHCP_SNAME_SIZE);
    return status;
}

/* Gives every split option its place in `joined`. */
static enum dhcp_status reserve_joined(struct dhcp_options *options) {
    size_t used = 0;
    for (size_t code = 0; code < 256; code++) {
        struct dhcp_option_entry *entry = &options->entries[code];
        if (entry->pieces < 2)
            continue;
        if (entry->size > DHCP_JOINED_MAX - used)
            return DHCP_SPLIT_TOO_LONG;
        entry->joined = (uint16_t) used;
        used += entry->size;
    }
    options->joined_size = (uint16_t) used;
    return DHCP_OK;
}

/* RFC 3396 section 7: the pieces are put together in the order they came in. */
static void fill_joined(struct dhcp_options *options) {
    uint16_t filled[256] = {0};
    struct dhcp_option_walk walk = {.options = options};
    uint8_t code = 0;
    struct span value = {0};
    while (dhcp_option_next(&walk, &code, &value)) {
        const struct dhcp_option_entry *entry = &options->entries[code];
        if (entry->pieces < 2)
            continue;
        memcpy(options->joined + entry->joined + filled[code], value.data, value.size);
        filled[code] = (uint16_t) (filled[code] + value.size);
    }
}

enum dhcp_status dhcp_options_parse(struct span datagram, struct dhcp_options *ret_options) {
    if (datagram.size < DHCP_HEADER_SIZE)
        return DHCP_TRUNCATED;
    if (datagram.size > UINT16_MAX)
        return DHCP_OVERSIZED;

    struct dhcp_options options = {.datagram = datagram};
    enum dhcp_status status = index_all(&options);
    if (status == DHCP_OK)
        status = reserve_joined(&options);
    if (status != DHCP_OK)
        return status;
    if (options.joined_size > 0)
        fill_joined(&options);
    *ret_options = options;
    return DHCP_OK;
}

bool dhcp_option_get(const struct dhcp_options *options, uint8_t code, struct span *ret_value) {
    const struct dhcp_option_entry *entry = &options->entries[code];
    if (entry->pieces == 0)
        return false;
    const uint8_t *data = entry->pieces == 1 ? options->datagram.data + entry->first
                                             : options->joined + entry->joined;
    *ret_value = (struct span){data, entry->size};
    return true;
}

/* The first piece of an option that must have `size` bytes. */
static bool get_fixed(const struct dhcp_options *options, uint8_t code, size_t size,
                      struct reader *ret_reader) {
    const struct dhcp_option_entry *entry = &options->entries[code];
    if (entry->pieces == 0 || options->datagram.data[entry->first - 1] != size)
        return false;
    reader_init(ret_reader, (struct span){options->datagram.data + entry->first, size});
    return true;
}

bool dhcp_option_get_u8(const struct dhcp_options *options, uint8_t code, uint8_t *ret_value) {
    struct reader reader;
    if (!get_fixed(options, code, 1, &reader))
        return false;
    *ret_value = reader_take_u8(&reader);
    return true;
}

bool dhcp_option_get_u16(const struct dhcp_options *options, uint8_t code, uint16_t *ret_value) {
    struct reader reader;
    if (!get_fixed(options, code, 2, &reader))
        return false;
    *ret_value = reader_take_u16(&reader);
    return true;
}

bool dhcp_option_get_u32(const struct dhcp_options *options, uint8_t code, uint32_t *ret_value) {
    struct reader reader;
    if (!get_fixed(options, code, 4, &reader))
        return false;
    *ret_value = reader_take_u32(&reader);
    return true;
}

bool dhcp_option_is_requested(const struct dhcp_options *options, uint8_t code) {
    struct span list = {0};
    return dhcp_option_get(options, DHCP_OPTION_PARAMETER_LIST, &list) && list.size > 0 &&
           memchr(list.data, code, list.size) != NULL;
}

bool dhcp_option_next(struct dhcp_option_walk *walk, uint8_t *ret_code, struct span *ret_value) {
    while (walk->field < walk->options->field_count) {
        struct reader reader;
        reader_init(&reader, field_bytes(walk->options, walk->field));
        reader.position = walk->position;
        bool found = take_option(&reader, ret_code, ret_value);
        walk->position = reader.position;
        if (found)
            return true;
        walk->field++;
        walk->position = 0;
    }
    return false;
}

bool suboption_next(struct suboption_walk *walk, uint8_t *ret_code, struct span *ret_value) {
    struct reader reader;
    reader_init(&reader, walk->input);
    reader.position = walk->position;
    if (walk->style == SUBOPTION_PADDED) {
        while (reader_left(&reader) > 0 && reader.input.data[reader.position] == DHCP_OPTION_PAD)
            reader.position++;
        if (reader_left(&reader) > 0 && reader.input.data[reader.position] == DHCP_OPTION_END)
            reader.position = reader.input.size;
    }
    walk->position = reader.position;
    if (reader_left(&reader) == 0)
        return false;

    uint8_t code = reader_take_u8(&reader);
    uint8_t size = reader_take_u8(&reader);
    struct span value = reader_take_span(&reader, size);
    walk->overrun = reader.failed;
    walk->position = reader.failed ? reader.input.size : reader.position;
    if (reader.failed)
        return false;
    *ret_code = code;
    *ret_value = value;
    return true;
}

bool suboption_get(struct span input, enum suboption_style style, uint8_t code,
                   struct span *ret_value) {
    struct suboption_walk walk = {.input = input, .style = style};
    uint8_t found = 0;
    struct span value = {0};
    while (suboption_next(&walk, &found, &value)) {
        if (found == code) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

void dhcp_option_put(struct writer *writer, uint8_t code, struct span value) {
    if (code == DHCP_OPTION_PAD || code == DHCP_OPTION_END || value.size > UINT8_MAX)
        writer_fail(writer);
    writer_put_u8(writer, code);
    writer_put_u8(writer, (uint8_t) value.size);
    writer_put_span(writer, value);
}

void dhcp_option_put_u8(struct writer *writer, uint8_t code, uint8_t value) {
    dhcp_option_put(writer, code, (struct span){&value, sizeof value});
}

void dhcp_option_put_u16(struct writer *writer, uint8_t code, uint16_t value) {
    uint8_t bytes[] = {(uint8_t) (value >> 8), (uint8_t) value};
    dhcp_option_put(writer, code, (struct span){bytes, sizeof bytes});
}

void dhcp_option_put_u32(struct writer *writer, uint8_t code, uint32_t value) {
    uint8_t bytes[] = {(uint8_t) (value >> 24), (uint8_t) (value >> 16), (uint8_t) (value >> 8),
                       (uint8_t) value};
    dhcp_option_put(writer, code, (struct span){bytes, sizeof bytes});
}

void dhcp_option_put_text(struct writer *writer, uint8_t code, const char *value) {
    dhcp_option_put(writer, code, span_of_text(value));
}
