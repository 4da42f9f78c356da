/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: the table of quirks.
 */
#include "boot/quirks.h"

#include <stddef.h>
#include <string.h>

#include "boot/request.h"
#include "codec/dhcp.h"
#include "codec/pxe.h"

#define WINDOWS_XID UINT32_C(0x40e20100) /* of every wdsmgfw.efi, everywhere */

static bool is_offer(const struct quirk_case *facts) {
    return request_get_stage(facts->request) == BOOT_HOST_STAGE_DISCOVER;
}

static bool has_option(const struct quirk_case *facts, uint8_t code) {
    struct span value = {0};
    return dhcp_option_get(&facts->view->options, code, &value) && value.size <= UINT8_MAX;
}

static bool sends_file(const struct quirk_case *facts) {
    return facts->plan->form == PLAN_DIRECT || facts->plan->form == PLAN_FILE;
}

static bool always(const struct quirk_case *facts) {
    (void) facts;
    return true;
}

static bool lacks_broadcast_flag(const struct quirk_case *facts) {
    return is_offer(facts) && (facts->view->header.flags & DHCP_FLAG_BROADCAST) == 0;
}

static bool is_on_4011(const struct quirk_case *facts) {
    return !is_offer(facts);
}

static bool has_odd_xid(const struct quirk_case *facts) {
    uint32_t xid = facts->view->header.xid;
    return !is_offer(facts) && (xid == 0 || xid == WINDOWS_XID);
}

static bool has_uuid_option(const struct quirk_case *facts) {
    return has_option(facts, DHCP_OPTION_CLIENT_UUID);
}

static bool has_relay_option(const struct quirk_case *facts) {
    return has_option(facts, DHCP_OPTION_RELAY_AGENT);
}

static bool is_direct(const struct quirk_case *facts) {
    return facts->plan->form == PLAN_DIRECT;
}

static bool is_invitation(const struct quirk_case *facts) {
    return facts->plan->form == PLAN_INVITE;
}

static bool is_alternate(const struct quirk_case *facts) {
    return facts->plan->is_alternate;
}

static bool fits_header(const struct quirk_case *facts) {
    return sends_file(facts) && strlen(facts->plan->boot_file) < DHCP_FILE_SIZE;
}

static bool needs_option_67(const struct quirk_case *facts) {
    return facts->plan->form == PLAN_HTTP ||
           (sends_file(facts) && strlen(facts->plan->boot_file) >= DHCP_FILE_SIZE);
}

static bool is_menu(const struct quirk_case *facts) {
    return facts->plan->form == PLAN_MENU;
}

static bool leaves_menu_out(const struct quirk_case *facts) {
    return facts->plan->is_menu_left_out;
}

static bool has_mtftp(const struct quirk_case *facts) {
    return facts->plan->has_mtftp;
}

static bool has_boot_item(const struct quirk_case *facts) {
    return !is_offer(facts) && facts->pxe->has_boot_item;
}

static bool is_local_boot(const struct quirk_case *facts) {
    return facts->plan->form == PLAN_LOCAL;
}

static bool is_raspberry_pi(const struct quirk_case *facts) {
    return is_direct(facts) && shape_is_raspberry_pi(facts->request);
}

static bool is_http(const struct quirk_case *facts) {
    return facts->plan->form == PLAN_HTTP;
}

static bool is_wait(const struct quirk_case *facts) {
    return facts->plan->form == PLAN_WAIT;
}

static bool is_short(const struct quirk_case *facts) {
    return facts->size < LIMIT_REPLY_MIN;
}

static const struct quirk_row rows[QUIRK_COUNT] = {
    [QUIRK_BROADCAST_FLAG] = {"broadcast-flag", "offers, when the client did not ask for broadcast",
                              "measured: iPXE behind a relay; dnsmasq does it, too",
                              "sets the broadcast flag, since nobody can send to yiaddr 0",
                              lacks_broadcast_flag},
    [QUIRK_SERVER_TWICE] = {"server-twice", "every answer",
                            "measured: EDK2 ignores an offer without option 54, iPXE fails on "
                            "port 4011 without siaddr",
                            "names the server in siaddr and in option 54", always},
    [QUIRK_SOURCE_PORT] =
        {"source-port", "answers on port 4011",
         "PXE 2.1 section 2.2.4; measured: iPXE asks from port 68, EDK2 from 4011",
         "answers to the source address and port of the request", is_on_4011},
    [QUIRK_ANY_XID] = {"any-xid", "iPXE's boot-item requests (xid 0), Windows loaders (a constant)",
                       "measured: iPXE; wdsmgfw.efi traces",
                       "takes any transaction id and repeats it", has_odd_xid},
    [QUIRK_UUID_ECHO] = {"uuid-echo", "clients that send option 97", "PXE 2.1 table 2-4, RFC 4578",
                         "repeats option 97 as it came, and sends none otherwise", has_uuid_option},
    [QUIRK_RELAY_ECHO] = {"relay-echo", "requests with option 82", "RFC 3046 section 2.2",
                          "repeats option 82 as the last option", has_relay_option},
    [QUIRK_DIRECT_DOWNLOAD] = {"direct-download", "offers of the direct shape",
                               "PXE 2.1 table 2-1, 43.6 bit 3; measured: EDK2 asks on port 4011 "
                               "without it",
                               "sends 43.6 = 8: load the file of this offer", is_direct},
    [QUIRK_NO_VENDOR_OPTION] = {"no-vendor-option", "offers of the boot-server shape",
                                "EDK2 PxeBcDhcp4: any of 43.6 to 43.10 means no 4011 exchange",
                                "sends no option 43, so that the client asks on port 4011",
                                is_invitation},
    [QUIRK_ALTERNATE_SHAPE] = {"alternate-shape",
                               "clients that come back without having fetched anything",
                               "UEFI firmware of HP and Dell that ignores one shape or the other",
                               "tries the other shape every second time", is_alternate},
    [QUIRK_FILE_IN_HEADER] = {"file-in-header", "boot files of up to 127 bytes",
                              "firmware that reads option 67 as a C string: trailing 0xff in its "
                              "request; EDK2 writes a NUL behind it",
                              "sends the boot file in the header's field, and no option 67",
                              fits_header},
    [QUIRK_FILE_OPTION_NUL] = {"file-option-nul", "boot files of 128 bytes and more, and URLs",
                               "as file-in-header",
                               "counts a NUL into option 67 where it cannot be avoided",
                               needs_option_67},
    [QUIRK_MENU_CONTROL] = {"menu-control", "boot menus",
                            "measured: a DHCP server acknowledges broadcast discovery and EDK2 "
                            "believes it; 43.6 = 7 without 43.8 is PXE-E77",
                            "sends 43.6 = 3 and the servers in 43.8: no broadcast, no multicast",
                            is_menu},
    [QUIRK_MENU_LEFT_OUT] = {"menu-left-out", "iPXE on UEFI, when the reply has a boot file, too",
                             "measured: it gives up on a menu", "sends the boot file instead",
                             leaves_menu_out},
    [QUIRK_MTFTP] = {"mtftp", "BIOS firmware, for files that the key mtftp names",
                     "PXE 2.1 table 2-1; UEFI firmware drops such an offer (EDK2 PxeBcDhcp4)",
                     "sends 43.1 to 43.5: load the file from a group", has_mtftp},
    [QUIRK_BOOT_ITEM_ECHO] = {"boot-item-echo", "requests for an entry of the menu",
                              "measured: iPXE asks again and gives up without it", "repeats 43.71",
                              has_boot_item},
    [QUIRK_LOCAL_BOOT] = {"local-boot", "clients that shall boot their next device",
                          "PXE 2.1 table 2-1: type 0; measured: iPXE goes to the disk, EDK2 says "
                          "PXE-E21 and goes on",
                          "sends a menu of one entry of type 0 with a prompt of 0 seconds",
                          is_local_boot},
    [QUIRK_RASPBERRY_PI] =
        {"raspberry-pi", "Raspberry Pi boot ROMs, by their MAC's vendor",
         "its ROM searches option 43 for the text; tinkerbell/smee sends it, too",
         "adds 43.9 \"Raspberry Pi Boot\" and 43.10 \"PXE\"", is_raspberry_pi},
    [QUIRK_HTTP_CLIENT] = {"http-client", "UEFI HTTP Boot",
                           "EDK2 HttpBootDhcp4: an offer must say HTTPClient and carry a URI",
                           "sends option 60 HTTPClient and the URL in option 67", is_http},
    [QUIRK_WINDOWS_WAIT] = {"windows-wait", "Windows loaders (option 250) on HOLD",
                            "wdsmgfw.efi and wdsnbp.com traces: pending device",
                            "sends option 250: ask again, and show this message", is_wait},
    [QUIRK_END_THEN_ZEROS] = {"end-then-zeros", "every answer",
                              "iPXE efi_pxe.c: wdsmgfw.efi fails with 0xc0000023 on PAD before END",
                              "puts END right behind the last option, and zeros behind END only",
                              always},
    [QUIRK_PAD_TO_300] = {"pad-to-300", "answers below 300 bytes", "RFC 1542 section 2.1",
                          "fills up to BOOTP's minimum", is_short},
};

const struct quirk_row *quirk_get(enum quirk quirk) {
    return &rows[quirk];
}

bool quirk_fires(enum quirk quirk, const struct quirk_case *facts) {
    return rows[quirk].fires(facts);
}
