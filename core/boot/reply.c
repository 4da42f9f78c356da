/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client will be told: fields, options, menu and facts. All of it lies on one sheet, so that
 * the draft that a provider call gets costs one small piece of memory.
 */
#include "boot/reply-private.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/address.h"
#include "base/limits.h"
#include "base/text.h"
#include "boot/answer.h"
#include "codec/dhcp.h"
#include "codec/pxe.h"

#define POLL_MAX 3600 /* seconds */

G_STATIC_ASSERT(sizeof(struct reply) <= 1032); /* what malloc keeps at hand for a thread */

/* ---- Life ------------------------------------------------------------------------------------ */

static const struct reply nothing = {
    .sheet = {.records = (struct sheet_record *) nothing.sheet.own}};

const struct reply *reply_nothing(void) {
    return &nothing;
}

struct reply *reply_new(void) {
    return reply_copy(&nothing);
}

struct reply *reply_copy(const struct reply *reply) {
    return reply_copy_into(g_malloc(sizeof(struct reply)), reply);
}

struct reply *reply_copy_into(struct reply *copy, const struct reply *reply) {
    memcpy(copy, reply, offsetof(struct reply, sheet));
    g_atomic_ref_count_init(&copy->refs);
    sheet_copy(&copy->sheet, &reply->sheet);
    copy->menu.prompt = sheet_text(&copy->sheet, copy->prompt);
    return copy;
}

const struct reply *reply_ref(const struct reply *reply) {
    if (reply != &nothing)
        g_atomic_ref_count_inc(&((struct reply *) reply)->refs);
    return reply;
}

/* The last one need not tell other threads. */
static bool is_last(struct reply *reply) {
    return g_atomic_int_get(&reply->refs) == 1 || g_atomic_ref_count_dec(&reply->refs);
}

struct reply *reply_release(const struct reply *shared) {
    struct reply *reply = (struct reply *) shared;
    if (reply == NULL || reply == &nothing || !is_last(reply))
        return NULL;
    sheet_clear(&reply->sheet);
    return reply;
}

void reply_discard(struct reply *memory) {
    g_free(memory);
}

void reply_unref(const struct reply *reply) {
    reply_discard(reply_release(reply));
}

/* ---- Fields ---------------------------------------------------------------------------------- */

bool reply_has_control_bytes(const char *text) {
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char) *c < ' ' || *c == 0x7f)
            return true;
    return false;
}

/* What goes on the wire must fit and must be one line; what only the trace sees is cut instead. */
static int32_t check_field(uint32_t field, const char *text, size_t size) {
    struct address address = {0};
    enum answer_shape shape = ANSWER_AUTO;
    switch (field) {
    case BOOT_HOST_REPLY_BOOT_FILE:
        return size > LIMIT_BOOT_FILE ? -E2BIG : reply_has_control_bytes(text) ? -EINVAL : 0;
    case BOOT_HOST_REPLY_SERVER:
        return address_parse(text, &address) ? 0 : -EINVAL;
    case BOOT_HOST_REPLY_SERVER_NAME:
        return size >= DHCP_SNAME_SIZE ? -E2BIG : reply_has_control_bytes(text) ? -EINVAL : 0;
    case BOOT_HOST_REPLY_MESSAGE:
        return size > LIMIT_MESSAGE_BYTES ? -E2BIG : 0;
    case BOOT_HOST_REPLY_SHAPE:
        return answer_shape_parse(text, &shape) ? 0 : -EINVAL;
    default:
        return 0;
    }
}

/* How much of a remark is kept: it is cut between characters. */
static size_t cut(const char *text, size_t size) {
    if (size <= LIMIT_REASON_BYTES)
        return size;
    const char *end = g_utf8_find_prev_char(text, text + LIMIT_REASON_BYTES + 1);
    return end != NULL ? (size_t) (end - text) : 0;
}

static int32_t add_note(struct reply *reply, const char *text, size_t size) {
    if (text == NULL) {
        sheet_remove_all(&reply->sheet, RECORD_NOTE);
        return 0;
    }
    if (sheet_count(&reply->sheet, RECORD_NOTE) >= LIMIT_NOTES)
        return -ENOSPC;
    sheet_ref value = sheet_put(&reply->sheet, text, cut(text, size));
    sheet_add(&reply->sheet, RECORD_NOTE)->value = value;
    return 0;
}

int32_t reply_set(struct reply *reply, uint32_t field, const char *text) {
    if (field == 0 || field >= FIELD_COUNT)
        return -ENOTSUP;
    size_t size = text != NULL ? strlen(text) : 0;
    if (!text_is_utf8(text, size))
        return -EINVAL;
    if (field == BOOT_HOST_REPLY_NOTE)
        return add_note(reply, text, size);
    int32_t refusal = size > 0 ? check_field(field, text, size) : 0;
    if (refusal != 0)
        return refusal;
    if (field == BOOT_HOST_REPLY_REASON)
        size = cut(text, size);
    sheet_replace(&reply->sheet, &reply->fields[field], size > 0 ? text : NULL, size);
    return 0;
}

const char *reply_get(const struct reply *reply, uint32_t field) {
    if (field == BOOT_HOST_REPLY_NOTE)
        return reply_note(reply, sheet_count(&reply->sheet, RECORD_NOTE) - 1);
    return field < FIELD_COUNT ? sheet_text(&reply->sheet, reply->fields[field]) : NULL;
}

int32_t reply_set_number(struct reply *reply, uint32_t field, int64_t value) {
    if (field != BOOT_HOST_REPLY_POLL_SECONDS)
        return -ENOTSUP;
    if (value < 1 || value > POLL_MAX)
        return -EINVAL;
    reply->poll_seconds = value;
    return 0;
}

int32_t reply_get_number(const struct reply *reply, uint32_t field, int64_t *ret_value) {
    if (field != BOOT_HOST_REPLY_POLL_SECONDS || reply->poll_seconds == 0)
        return -ENOENT;
    *ret_value = reply->poll_seconds;
    return 0;
}

const char *reply_note(const struct reply *reply, uint32_t index) {
    const struct sheet_record *note = sheet_find(&reply->sheet, RECORD_NOTE, index);
    return note != NULL ? sheet_text(&reply->sheet, note->value) : NULL;
}

static struct boot_host_span span_at(const struct sheet *sheet, sheet_ref ref) {
    return (struct boot_host_span){sheet_text(sheet, ref), sheet_size(sheet, ref)};
}

uint32_t reply_remarks(const struct reply *reply, struct boot_host_span *ret_texts) {
    uint32_t count = 1;
    ret_texts[0] = span_at(&reply->sheet, reply->fields[BOOT_HOST_REPLY_REASON]);
    for (uint32_t i = 0; i < reply->sheet.count; i++) {
        const struct sheet_record *record = &reply->sheet.records[i];
        if (record->kind == RECORD_NOTE)
            ret_texts[count++] = span_at(&reply->sheet, record->value);
    }
    return count;
}

void reply_clear_remarks(struct reply *reply) {
    sheet_replace(&reply->sheet, &reply->fields[BOOT_HOST_REPLY_REASON], NULL, 0);
    sheet_remove_all(&reply->sheet, RECORD_NOTE);
}

/* ---- Options --------------------------------------------------------------------------------- */

/* What the answer itself must get right. */
static bool is_reserved(const struct reply *reply, uint32_t space, uint32_t code) {
    static const uint8_t dhcp[] = {DHCP_OPTION_OVERLOAD,    DHCP_OPTION_MESSAGE_TYPE,
                                   DHCP_OPTION_SERVER_ID,   DHCP_OPTION_VENDOR_CLASS,
                                   DHCP_OPTION_RELAY_AGENT, DHCP_OPTION_CLIENT_UUID,
                                   DHCP_OPTION_END};
    static const uint8_t pxe[] = {PXE_SUBOPTION_DISCOVERY_CONTROL, PXE_SUBOPTION_BOOT_SERVERS,
                                  PXE_SUBOPTION_BOOT_MENU,         PXE_SUBOPTION_MENU_PROMPT,
                                  PXE_SUBOPTION_BOOT_ITEM,         DHCP_OPTION_END};
    if (space == BOOT_HOST_SPACE_PXE)
        return memchr(pxe, (int) code, sizeof(pxe)) != NULL;
    if (code == DHCP_OPTION_VENDOR_SPECIFIC)
        return reply->has_menu;
    return memchr(dhcp, (int) code, sizeof(dhcp)) != NULL;
}

void reply_remove_option(struct reply *reply, uint32_t space, uint32_t code) {
    struct sheet_record *option = NULL;
    for (uint32_t i = 0; (option = sheet_find(&reply->sheet, RECORD_OPTION, i)) != NULL; i++) {
        if (option->space == space && option->code == code) {
            sheet_remove(&reply->sheet, option);
            return;
        }
    }
}

int32_t reply_option(struct reply *reply, uint32_t space, uint32_t code, const void *value,
                     size_t size) {
    if (space != BOOT_HOST_SPACE_DHCP4 && space != BOOT_HOST_SPACE_PXE)
        return -ENOTSUP;
    if (code == 0 || code > UINT8_MAX || (value == NULL && size > 0))
        return -EINVAL;
    if (is_reserved(reply, space, code))
        return -EPERM;
    if (size > UINT8_MAX)
        return -E2BIG;
    reply_remove_option(reply, space, code);
    if (sheet_count(&reply->sheet, RECORD_OPTION) >= LIMIT_REPLY_OPTIONS)
        return -ENOSPC;
    sheet_ref bytes = sheet_put(&reply->sheet, value, size);
    struct sheet_record *option = sheet_add(&reply->sheet, RECORD_OPTION);
    option->space = (uint8_t) space;
    option->code = (uint16_t) code;
    option->value = bytes;
    return 0;
}

bool reply_get_option(const struct reply *reply, uint32_t index, uint32_t *ret_space,
                      uint32_t *ret_code, struct boot_host_span *ret_value) {
    const struct sheet_record *option = sheet_find(&reply->sheet, RECORD_OPTION, index);
    if (option == NULL)
        return false;
    *ret_space = option->space;
    *ret_code = option->code;
    *ret_value = span_at(&reply->sheet, option->value);
    return true;
}

/* ---- Facts ----------------------------------------------------------------------------------- */

bool reply_fact_name_is_valid(const char *name, size_t size) {
    if (size == 0 || size > LIMIT_FACT_NAME)
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

static struct sheet_record *find_fact(const struct sheet *sheet, const char *name) {
    for (uint32_t i = 0; i < sheet->count; i++) {
        struct sheet_record *record = &sheet->records[i];
        if (record->kind == RECORD_FACT && strcmp(sheet_text(sheet, record->name), name) == 0)
            return record;
    }
    return NULL;
}

static int32_t add_fact(struct sheet *sheet, const char *name, const char *value, size_t size) {
    if (sheet_count(sheet, RECORD_FACT) >= LIMIT_FACTS)
        return -ENOSPC;
    sheet_ref its_name = sheet_put(sheet, name, strlen(name));
    sheet_ref its_value = sheet_put(sheet, value, size);
    struct sheet_record *fact = sheet_add(sheet, RECORD_FACT);
    fact->name = its_name;
    fact->value = its_value;
    return 0;
}

int32_t reply_fact_set(struct reply *reply, const char *name, const char *value) {
    if (name == NULL || !reply_fact_name_is_valid(name, strlen(name)))
        return -EINVAL;
    struct sheet_record *fact = find_fact(&reply->sheet, name);
    if (value == NULL) {
        if (fact != NULL)
            sheet_remove(&reply->sheet, fact);
        return 0;
    }
    size_t size = strlen(value);
    if (!text_is_utf8(value, size))
        return -EINVAL;
    if (size > LIMIT_FACT_BYTES)
        return -E2BIG;
    if (fact == NULL)
        return add_fact(&reply->sheet, name, value, size);
    sheet_replace(&reply->sheet, &fact->value, value, size);
    return 0;
}

const char *reply_fact_get(const struct reply *reply, const char *name) {
    const struct sheet_record *fact = find_fact(&reply->sheet, name);
    return fact != NULL ? sheet_text(&reply->sheet, fact->value) : NULL;
}

bool reply_fact(const struct reply *reply, uint32_t index, const char **ret_name,
                const char **ret_value) {
    const struct sheet_record *fact = sheet_find(&reply->sheet, RECORD_FACT, index);
    if (fact == NULL)
        return false;
    *ret_name = sheet_text(&reply->sheet, fact->name);
    *ret_value = sheet_text(&reply->sheet, fact->value);
    return true;
}

uint32_t reply_facts(const struct reply *reply, struct boot_host_span *ret_texts) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < reply->sheet.count; i++) {
        const struct sheet_record *record = &reply->sheet.records[i];
        if (record->kind != RECORD_FACT)
            continue;
        ret_texts[count++] = span_at(&reply->sheet, record->name);
        ret_texts[count++] = span_at(&reply->sheet, record->value);
    }
    return count;
}
