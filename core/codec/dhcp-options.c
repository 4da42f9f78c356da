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

static const struct dhcp_option_entry *find_entry(const struct dhcp_options *options,
                                                  uint8_t code) {
    uint8_t place = options->places[code];
    return place != 0 ? &options->entries[place - 1] : NULL;
}

static void note_piece(struct dhcp_options *options, uint8_t code, size_t offset, uint8_t size) {
    uint8_t place = options->places[code];
    if (place == 0) {
        options->entries[options->entry_count++] =
            (struct dhcp_option_entry){.pieces = 1, .first = (uint16_t) offset, .size = size};
        options->places[code] = options->entry_count;
        return;
    }
    struct dhcp_option_entry *entry = &options->entries[place - 1];
    entry->pieces++;
    entry->size = (uint16_t) (entry->size + size);
    options->is_split = true;
}

/* Every packet goes through here, wanted or not, so this is a plain loop and no reader's calls. */
static enum dhcp_status index_field(struct dhcp_options *options, size_t offset, size_t size) {
    const uint8_t *data = options->datagram.data;
    size_t end = offset + size;
    size_t at = offset;
    while (at < end && data[at] != DHCP_OPTION_END) {
        if (data[at] == DHCP_OPTION_PAD) {
            at++;
            continue;
        }
        if (end - at < 2 || end - at - 2 < data[at + 1])
            return DHCP_OPTION_OVERRUN;
        note_piece(options, data[at], at + 2, data[at + 1]);
        at += 2 + (size_t) data[at + 1];
    }
    options->fields[options->field_count++] =
        (struct dhcp_option_field){(uint16_t) offset, (uint16_t) (at - offset)};
    return DHCP_OK;
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
    for (size_t i = 0; i < options->entry_count; i++) {
        struct dhcp_option_entry *entry = &options->entries[i];
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
        const struct dhcp_option_entry *entry = find_entry(options, code);
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

    struct dhcp_options *options = ret_options;
    options->datagram = datagram;
    options->field_count = 0;
    options->overload = 0;
    options->entry_count = 0;
    options->is_split = false;
    options->joined_size = 0;
    memset(options->places, 0, sizeof(options->places));
    enum dhcp_status status = index_all(options);
    if (status == DHCP_OK && options->is_split) {
        status = reserve_joined(options);
        if (status == DHCP_OK)
            fill_joined(options);
    }
    return status;
}

bool dhcp_option_get(const struct dhcp_options *options, uint8_t code, struct span *ret_value) {
    const struct dhcp_option_entry *entry = find_entry(options, code);
    if (entry == NULL)
        return false;
    const uint8_t *data = entry->pieces == 1 ? options->datagram.data + entry->first
                                             : options->joined + entry->joined;
    *ret_value = (struct span){data, entry->size};
    return true;
}

/* The first piece of an option that must have `size` bytes; NULL: it has not. */
static const uint8_t *get_fixed(const struct dhcp_options *options, uint8_t code, size_t size) {
    const struct dhcp_option_entry *entry = find_entry(options, code);
    if (entry == NULL || options->datagram.data[entry->first - 1] != size)
        return NULL;
    return options->datagram.data + entry->first;
}

bool dhcp_option_get_u8(const struct dhcp_options *options, uint8_t code, uint8_t *ret_value) {
    const uint8_t *bytes = get_fixed(options, code, 1);
    if (bytes != NULL)
        *ret_value = bytes[0];
    return bytes != NULL;
}

bool dhcp_option_get_u16(const struct dhcp_options *options, uint8_t code, uint16_t *ret_value) {
    const uint8_t *bytes = get_fixed(options, code, 2);
    if (bytes != NULL)
        *ret_value = span_read_u16(bytes);
    return bytes != NULL;
}

bool dhcp_option_get_u32(const struct dhcp_options *options, uint8_t code, uint32_t *ret_value) {
    const uint8_t *bytes = get_fixed(options, code, 4);
    if (bytes != NULL)
        *ret_value = span_read_u32(bytes);
    return bytes != NULL;
}

size_t dhcp_options_prefix(const struct dhcp_options *options, size_t most) {
    size_t size = options->fields[0].size;
    if (size <= most)
        return size;
    struct dhcp_option_walk walk = {.options = options};
    uint8_t code = 0;
    struct span value = {0};
    size = 0;
    while (dhcp_option_next(&walk, &code, &value) && walk.field == 0 && walk.position <= most)
        size = walk.position;
    return size;
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
    uint8_t *place = writer_claim(writer, 2 + value.size);
    if (place == NULL)
        return;
    place[0] = code;
    place[1] = (uint8_t) value.size;
    if (value.size > 0)
        memcpy(place + 2, value.data, value.size);
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
