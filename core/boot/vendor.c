/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: option 43 of an answer.
 */
#include "boot/vendor.h"

#include "base/limits.h"
#include "boot/reply.h"
#include "codec/identity.h"

/* Memory of one encoding: pxe_vendor only points. */
struct scratch {
    struct pxe_menu_item items[LIMIT_MENU_ITEMS];
    struct pxe_boot_server servers[LIMIT_MENU_ITEMS];
    uint32_t addresses[LIMIT_MENU_ITEMS];
    size_t item_count;
    size_t server_count;
};

/* Entries of one type share a server, as 43.8 lists servers by type. */
static void add_server(struct scratch *scratch, uint16_t type, uint32_t address) {
    for (size_t i = 0; i < scratch->server_count; i++)
        if (scratch->servers[i].type == type)
            return;
    size_t index = scratch->server_count++;
    scratch->addresses[index] = address;
    scratch->servers[index] = (struct pxe_boot_server){type, &scratch->addresses[index], 1};
}

static void put_menu(struct scratch *scratch, const struct vendor_wish *wish,
                     struct pxe_vendor *vendor) {
    const struct boot_host_menu *menu = reply_get_menu(wish->reply);
    struct boot_host_menu_item item;
    for (uint32_t i = 0; reply_get_menu_item(wish->reply, i, &item); i++) {
        uint32_t address = wish->own_address;
        if (item.server != NULL)
            (void) identity_parse_ipv4(item.server, &address);
        scratch->items[scratch->item_count++] =
            (struct pxe_menu_item){(uint16_t) item.type, item.text};
        if (item.type != BOOT_HOST_ITEM_LOCAL)
            add_server(scratch, (uint16_t) item.type, address);
    }
    vendor->has_control = true;
    vendor->control = PXE_CONTROL_NO_BROADCAST | PXE_CONTROL_NO_MULTICAST;
    vendor->menu = scratch->items;
    vendor->menu_count = scratch->item_count;
    vendor->servers = scratch->servers;
    vendor->server_count = scratch->server_count;
    vendor->prompt = menu->prompt;
    vendor->prompt_timeout = (uint8_t) menu->timeout_seconds;
}

static void put_single_item(struct scratch *scratch, const char *text, const char *prompt,
                            struct pxe_vendor *vendor) {
    scratch->items[0] = (struct pxe_menu_item){0, text};
    vendor->has_control = true;
    vendor->menu = scratch->items;
    vendor->menu_count = 1;
    vendor->prompt = prompt;
}

static void put_wish(struct scratch *scratch, const struct vendor_wish *wish,
                     struct pxe_vendor *vendor) {
    if (wish->menu) {
        put_menu(scratch, wish, vendor);
    } else if (wish->local_boot) {
        put_single_item(scratch, "Boot the next device", "PXE", vendor);
        vendor->control = PXE_CONTROL_NO_BROADCAST | PXE_CONTROL_NO_MULTICAST;
    } else if (wish->raspberry_pi) {
        put_single_item(scratch, "Raspberry Pi Boot", "PXE", vendor);
        vendor->control = PXE_CONTROL_DOWNLOAD_AT_ONCE;
    } else if (wish->direct) {
        vendor->has_control = true;
        vendor->control = PXE_CONTROL_DOWNLOAD_AT_ONCE;
    }
    vendor->mtftp = wish->mtftp;
    vendor->has_boot_item = wish->has_boot_item;
    vendor->boot_item = wish->boot_item;
}

/* Adds the providers' sub-options behind ours, before the END. */
static bool append_suboptions(const struct reply *reply, uint8_t *value, size_t *size) {
    struct writer writer = {0};
    uint32_t space = 0;
    uint32_t code = 0;
    struct boot_host_span option = {0};
    size_t start = *size > 0 ? *size - 1 : 0;
    writer_init(&writer, value + start, PXE_VENDOR_MAX - start);
    for (uint32_t i = 0; reply_get_option(reply, i, &space, &code, &option); i++) {
        if (space == BOOT_HOST_SPACE_PXE)
            dhcp_option_put(&writer, (uint8_t) code, (struct span){option.data, option.size});
    }
    if (writer.size > 0)
        writer_put_u8(&writer, DHCP_OPTION_END);
    if (writer.failed)
        return false;
    if (writer.size > 0)
        *size = start + writer.size;
    return true;
}

bool vendor_encode(const struct vendor_wish *wish, uint8_t ret_value[PXE_VENDOR_MAX],
                   size_t *ret_size) {
    struct scratch scratch; /* what the counts say is written, and no more is read */
    struct pxe_vendor vendor = {0};
    size_t size = 0;
    scratch.item_count = 0;
    scratch.server_count = 0;
    put_wish(&scratch, wish, &vendor);
    if ((vendor.has_control || vendor.has_boot_item || vendor.mtftp != NULL) &&
        !pxe_vendor_encode(&vendor, ret_value, &size))
        return false;
    if (wish->reply != NULL && !append_suboptions(wish->reply, ret_value, &size))
        return false;
    *ret_size = size;
    return true;
}

bool vendor_menu_fits(const struct reply *reply) {
    uint8_t value[PXE_VENDOR_MAX];
    size_t size = 0;
    const struct vendor_wish wish = {.reply = reply, .menu = true, .has_boot_item = true};
    return vendor_encode(&wish, value, &size);
}
