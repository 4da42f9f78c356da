/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client will be told: the boot menu.
 */
#include <errno.h>
#include <string.h>

#include "base/address.h"
#include "base/limits.h"
#include "base/text.h"
#include "boot/reply-private.h"
#include "boot/vendor.h"
#include "codec/dhcp.h"
#include "codec/pxe.h"

int32_t reply_menu(struct reply *reply, const struct boot_host_menu *menu) {
    struct boot_host_menu known = {0};
    if (menu == NULL || menu->size < offsetof(struct boot_host_menu, prompt) + sizeof(menu->prompt))
        return -EINVAL;
    memcpy(&known, menu, sizeof(known));
    if (known.prompt != NULL &&
        (known.prompt[0] == '\0' || known.timeout_seconds > BOOT_HOST_MENU_WAIT ||
         !g_utf8_validate(known.prompt, -1, NULL) || reply_has_control_bytes(known.prompt)))
        return -EINVAL;
    if (known.prompt != NULL && strlen(known.prompt) > VENDOR_PROMPT_MAX)
        return -E2BIG;
    sheet_remove_all(&reply->sheet, RECORD_ITEM);
    reply->items_left_out = 0;
    sheet_replace(&reply->sheet, &reply->prompt, known.prompt,
                  known.prompt != NULL ? strlen(known.prompt) : 0);
    reply->has_menu = known.prompt != NULL;
    reply->menu = known;
    reply->menu.size = sizeof(reply->menu);
    reply->menu.prompt = sheet_text(&reply->sheet, reply->prompt);
    if (reply->has_menu)
        reply_remove_option(reply, BOOT_HOST_SPACE_DHCP4, DHCP_OPTION_VENDOR_SPECIFIC);
    return 0;
}

static int32_t check_item(const struct boot_host_menu_item *item) {
    struct address address = {0};
    if (item->type > UINT16_MAX - 1 || item->text == NULL || item->text[0] == '\0')
        return -EINVAL;
    if (!text_is_utf8(item->text, strlen(item->text)) || reply_has_control_bytes(item->text))
        return -EINVAL;
    if (item->server != NULL && (!address_parse(item->server, &address) || address.family != 4))
        return -EINVAL;
    return strlen(item->text) > UINT8_MAX ? -E2BIG : 0;
}

static struct sheet_record *add_item(struct sheet *sheet, const struct boot_host_menu_item *item) {
    sheet_ref text = sheet_put(sheet, item->text, strlen(item->text));
    sheet_ref server =
        item->server != NULL ? sheet_put(sheet, item->server, strlen(item->server)) : 0;
    struct sheet_record *record = sheet_add(sheet, RECORD_ITEM);
    record->code = (uint16_t) item->type;
    record->name = text;
    record->value = server;
    return record;
}

/* Most menus are so small that nobody need encode them to know: each entry has its head and, at most,
 * a server of its own; around them are 43.6, the heads of 43.8 to 10, an echoed 43.71 and the END. */
static bool surely_fits(const struct reply *reply) {
    size_t size = 3 + 2 + 2 + 3 + sheet_size(&reply->sheet, reply->prompt) + 6 + 1;
    for (uint32_t i = 0; i < reply->sheet.count; i++) {
        const struct sheet_record *record = &reply->sheet.records[i];
        if (record->kind == RECORD_ITEM)
            size += 3 + sheet_size(&reply->sheet, record->name) + 7;
        else if (record->kind == RECORD_OPTION && record->space == BOOT_HOST_SPACE_PXE)
            size += 2 + sheet_size(&reply->sheet, record->value);
    }
    return size <= PXE_VENDOR_MAX;
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
    if (sheet_count(&reply->sheet, RECORD_ITEM) >= LIMIT_MENU_ITEMS)
        return -ENOSPC;
    struct sheet_record *added = add_item(&reply->sheet, &known);
    if (surely_fits(reply) || vendor_menu_fits(reply))
        return 0;
    sheet_remove(&reply->sheet, added);
    reply->items_left_out++;
    return -ENOSPC;
}

uint32_t reply_menu_left_out(const struct reply *reply) {
    return reply->items_left_out;
}

const struct boot_host_menu *reply_get_menu(const struct reply *reply) {
    return reply->has_menu && sheet_find(&reply->sheet, RECORD_ITEM, 0) != NULL ? &reply->menu
                                                                                : NULL;
}

bool reply_get_menu_item(const struct reply *reply, uint32_t index,
                         struct boot_host_menu_item *ret_item) {
    const struct sheet_record *item = sheet_find(&reply->sheet, RECORD_ITEM, index);
    if (item == NULL)
        return false;
    *ret_item = (struct boot_host_menu_item){
        .size = sizeof(*ret_item),
        .type = item->code,
        .text = sheet_text(&reply->sheet, item->name),
        .server = sheet_text(&reply->sheet, item->value),
    };
    return true;
}
