/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client will be told: fields, options, menu and facts. Values are ref-counted, so that the
 * draft each provider call gets costs no copy of text.
 */
#include "boot/reply.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/address.h"
#include "base/limits.h"
#include "boot/answer.h"
#include "boot/facts.h"
#include "boot/vendor.h"
#include "codec/dhcp.h"
#include "codec/pxe.h"

#define FIELD_COUNT (BOOT_HOST_REPLY_SHAPE + 1)
#define POLL_MAX    3600 /* seconds */

struct option {
    uint32_t space;
    uint32_t code;
    GBytes *value;
};

struct item {
    struct boot_host_menu_item item; /* its text and server are the two below */
    char *text;
    char *server;
};

/* All char * are GRefStrings. */
struct reply {
    char *fields[FIELD_COUNT];
    int64_t poll_seconds; /* 0: not set */
    GPtrArray *notes;
    GArray *options; /* struct option */
    struct facts *facts;
    bool has_menu;
    struct boot_host_menu menu; /* its prompt is the one below */
    char *prompt;
    GArray *items; /* struct item */
    uint32_t items_left_out;
};

/* ---- Ref-counted parts ----------------------------------------------------------------------- */

static char *acquire(char *text) {
    return text != NULL ? g_ref_string_acquire(text) : NULL;
}

static void release(void *text) {
    if (text != NULL)
        g_ref_string_release(text);
}

static void replace(char **slot, const char *text) {
    char *fresh = text != NULL ? g_ref_string_new(text) : NULL;
    release(*slot);
    *slot = fresh;
}

static void option_clear(void *data) {
    struct option *option = data;
    g_bytes_unref(option->value);
}

static void item_clear(void *data) {
    struct item *item = data;
    release(item->text);
    release(item->server);
}

static GArray *list_new(size_t size, GDestroyNotify clear) {
    GArray *list = g_array_new(FALSE, TRUE, (guint) size);
    g_array_set_clear_func(list, clear);
    return list;
}

struct reply *reply_new(void) {
    struct reply *reply = g_new0(struct reply, 1);
    reply->notes = g_ptr_array_new_with_free_func(release);
    reply->options = list_new(sizeof(struct option), option_clear);
    reply->facts = facts_new();
    reply->items = list_new(sizeof(struct item), item_clear);
    return reply;
}

static void copy_lists(struct reply *copy, const struct reply *reply) {
    for (guint i = 0; i < reply->notes->len; i++)
        g_ptr_array_add(copy->notes, acquire(g_ptr_array_index(reply->notes, i)));
    for (guint i = 0; i < reply->options->len; i++) {
        struct option option = g_array_index(reply->options, struct option, i);
        g_bytes_ref(option.value);
        g_array_append_val(copy->options, option);
    }
    for (guint i = 0; i < reply->items->len; i++) {
        struct item item = g_array_index(reply->items, struct item, i);
        acquire(item.text);
        acquire(item.server);
        g_array_append_val(copy->items, item);
    }
}

struct reply *reply_copy(const struct reply *reply) {
    struct reply *copy = reply_new();
    for (size_t i = 0; i < FIELD_COUNT; i++)
        copy->fields[i] = acquire(reply->fields[i]);
    copy->poll_seconds = reply->poll_seconds;
    copy->has_menu = reply->has_menu;
    copy->items_left_out = reply->items_left_out;
    copy->menu = reply->menu;
    copy->prompt = acquire(reply->prompt);
    facts_copy(copy->facts, reply->facts);
    copy_lists(copy, reply);
    return copy;
}

void reply_free(struct reply *reply) {
    if (reply == NULL)
        return;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        release(reply->fields[i]);
    release(reply->prompt);
    g_ptr_array_unref(reply->notes);
    g_array_unref(reply->options);
    facts_free(reply->facts);
    g_array_unref(reply->items);
    g_free(reply);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static bool has_control_bytes(const char *text) {
    for (const char *c = text; *c != '\0'; c++)
        if (g_ascii_iscntrl(*c))
            return true;
    return false;
}

/* What goes on the wire must fit and must be one line; what only the trace sees is cut instead. */
static int32_t check_field(uint32_t field, const char *text) {
    size_t size = strlen(text);
    struct address address = {0};
    enum answer_shape shape = ANSWER_AUTO;
    switch (field) {
    case BOOT_HOST_REPLY_BOOT_FILE:
        return size > LIMIT_BOOT_FILE ? -E2BIG : has_control_bytes(text) ? -EINVAL : 0;
    case BOOT_HOST_REPLY_SERVER:
        return address_parse(text, &address) ? 0 : -EINVAL;
    case BOOT_HOST_REPLY_SERVER_NAME:
        return size >= DHCP_SNAME_SIZE ? -E2BIG : has_control_bytes(text) ? -EINVAL : 0;
    case BOOT_HOST_REPLY_MESSAGE:
        return size > LIMIT_MESSAGE_BYTES ? -E2BIG : 0;
    case BOOT_HOST_REPLY_SHAPE:
        return answer_shape_parse(text, &shape) ? 0 : -EINVAL;
    default:
        return 0;
    }
}

/* Cuts between characters. Free with g_free. */
static char *cut(const char *text) {
    size_t size = strlen(text);
    if (size <= LIMIT_REASON_BYTES)
        return g_strdup(text);
    const char *end = g_utf8_find_prev_char(text, text + LIMIT_REASON_BYTES + 1);
    return g_strndup(text, end != NULL ? (gsize) (end - text) : 0);
}

static int32_t add_note(struct reply *reply, const char *text) {
    if (text == NULL) {
        g_ptr_array_set_size(reply->notes, 0);
        return 0;
    }
    if (reply->notes->len >= LIMIT_NOTES)
        return -ENOSPC;
    g_autofree char *short_text = cut(text);
    g_ptr_array_add(reply->notes, g_ref_string_new(short_text));
    return 0;
}

int32_t reply_set(struct reply *reply, uint32_t field, const char *text) {
    if (field == 0 || field >= FIELD_COUNT)
        return -ENOTSUP;
    if (text != NULL && !g_utf8_validate(text, -1, NULL))
        return -EINVAL;
    if (field == BOOT_HOST_REPLY_NOTE)
        return add_note(reply, text);
    if (text == NULL || text[0] == '\0') {
        replace(&reply->fields[field], NULL);
        return 0;
    }
    int32_t refusal = check_field(field, text);
    if (refusal != 0)
        return refusal;
    g_autofree char *short_text = field == BOOT_HOST_REPLY_REASON ? cut(text) : NULL;
    replace(&reply->fields[field], short_text != NULL ? short_text : text);
    return 0;
}

const char *reply_get(const struct reply *reply, uint32_t field) {
    if (field == BOOT_HOST_REPLY_NOTE)
        return reply->notes->len > 0 ? reply_note(reply, reply->notes->len - 1) : NULL;
    return field < FIELD_COUNT ? reply->fields[field] : NULL;
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
    return index < reply->notes->len ? g_ptr_array_index(reply->notes, index) : NULL;
}

void reply_clear_remarks(struct reply *reply) {
    replace(&reply->fields[BOOT_HOST_REPLY_REASON], NULL);
    g_ptr_array_set_size(reply->notes, 0);
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

static void option_remove(struct reply *reply, uint32_t space, uint32_t code) {
    for (guint i = 0; i < reply->options->len; i++) {
        const struct option *option = &g_array_index(reply->options, struct option, i);
        if (option->space == space && option->code == code) {
            g_array_remove_index(reply->options, i);
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
    option_remove(reply, space, code);
    if (reply->options->len >= LIMIT_REPLY_OPTIONS)
        return -ENOSPC;
    struct option option = {space, code, g_bytes_new(value, size)};
    g_array_append_val(reply->options, option);
    return 0;
}

bool reply_get_option(const struct reply *reply, uint32_t index, uint32_t *ret_space,
                      uint32_t *ret_code, struct boot_host_span *ret_value) {
    if (index >= reply->options->len)
        return false;
    const struct option *option = &g_array_index(reply->options, struct option, index);
    gsize size = 0;
    const void *data = g_bytes_get_data(option->value, &size);
    *ret_space = option->space;
    *ret_code = option->code;
    *ret_value = (struct boot_host_span){data, size};
    return true;
}

/* ---- Menu ------------------------------------------------------------------------------------ */

int32_t reply_menu(struct reply *reply, const struct boot_host_menu *menu) {
    struct boot_host_menu known = {0};
    if (menu == NULL || menu->size < offsetof(struct boot_host_menu, prompt) + sizeof(menu->prompt))
        return -EINVAL;
    memcpy(&known, menu, sizeof(known));
    if (known.prompt != NULL &&
        (known.prompt[0] == '\0' || known.timeout_seconds > BOOT_HOST_MENU_WAIT ||
         !g_utf8_validate(known.prompt, -1, NULL) || has_control_bytes(known.prompt)))
        return -EINVAL;
    if (known.prompt != NULL && strlen(known.prompt) > VENDOR_PROMPT_MAX)
        return -E2BIG;
    g_array_set_size(reply->items, 0);
    reply->items_left_out = 0;
    replace(&reply->prompt, known.prompt);
    reply->has_menu = known.prompt != NULL;
    reply->menu = known;
    reply->menu.size = sizeof(reply->menu);
    reply->menu.prompt = reply->prompt;
    if (reply->has_menu)
        option_remove(reply, BOOT_HOST_SPACE_DHCP4, DHCP_OPTION_VENDOR_SPECIFIC);
    return 0;
}

static int32_t check_item(const struct boot_host_menu_item *item) {
    struct address address = {0};
    if (item->type > UINT16_MAX - 1 || item->text == NULL || item->text[0] == '\0')
        return -EINVAL;
    if (!g_utf8_validate(item->text, -1, NULL) || has_control_bytes(item->text))
        return -EINVAL;
    if (item->server != NULL && (!address_parse(item->server, &address) || address.family != 4))
        return -EINVAL;
    return strlen(item->text) > UINT8_MAX ? -E2BIG : 0;
}

int32_t reply_menu_item(struct reply *reply, const struct boot_host_menu_item *item) {
    struct boot_host_menu_item known = {0};
    if (!reply->has_menu || item == NULL ||
        item->size < offsetof(struct boot_host_menu_item, server) + sizeof(item->server))
        return -EINVAL;
    memcpy(&known, item, sizeof(known));
    int32_t refusal = check_item(&known);
    if (refusal != 0)
        return refusal;
    if (reply->items->len >= LIMIT_MENU_ITEMS)
        return -ENOSPC;
    struct item kept = {.item = known};
    replace(&kept.text, known.text);
    replace(&kept.server, known.server);
    kept.item.size = sizeof(kept.item);
    kept.item.text = kept.text;
    kept.item.server = kept.server;
    g_array_append_val(reply->items, kept);
    if (vendor_menu_fits(reply))
        return 0;
    g_array_set_size(reply->items, reply->items->len - 1);
    reply->items_left_out++;
    return -ENOSPC;
}

uint32_t reply_menu_left_out(const struct reply *reply) {
    return reply->items_left_out;
}

const struct boot_host_menu *reply_get_menu(const struct reply *reply) {
    return reply->has_menu && reply->items->len > 0 ? &reply->menu : NULL;
}

const struct boot_host_menu_item *reply_get_menu_item(const struct reply *reply, uint32_t index) {
    return index < reply->items->len ? &g_array_index(reply->items, struct item, index).item : NULL;
}

/* ---- Facts ----------------------------------------------------------------------------------- */

int32_t reply_fact_set(struct reply *reply, const char *name, const char *value) {
    return facts_set(reply->facts, name, value);
}

const char *reply_fact_get(const struct reply *reply, const char *name) {
    return facts_get(reply->facts, name);
}

bool reply_fact(const struct reply *reply, uint32_t index, const char **ret_name,
                const char **ret_value) {
    return facts_at(reply->facts, index, ret_name, ret_value);
}
