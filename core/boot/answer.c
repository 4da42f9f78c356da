/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: the plan of an answer to its bytes.
 */
#include "boot/answer.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "boot/plan.h"
#include "boot/quirks.h"
#include "boot/reply.h"
#include "boot/request.h"
#include "boot/trace.h"
#include "boot/vendor.h"
#include "boot/windows.h"
#include "codec/dhcp.h"

/* One answer in the making. */
struct build {
    const struct reply *reply;
    struct trace *trace;
    struct quirk_case facts;
    const char *header_file; /* what goes into the header's field; NULL: nothing */
    struct writer writer;
};

/* Asks a row of the table, and notes that it fired. */
static bool fires(struct build *build, enum quirk quirk) {
    build->facts.size = build->writer.size;
    if (!quirk_fires(quirk, &build->facts))
        return false;
    trace_add_quirk(build->trace, quirk);
    return true;
}

/* The client goes on with siaddr: to the file, or to our port 4011. */
static const struct address *next_server(const struct plan *plan) {
    return plan->form == PLAN_INVITE || plan->form == PLAN_MENU ? &plan->own : &plan->server;
}

static void put_header(struct build *build) {
    const struct dhcp_header *asked = &build->facts.view->header;
    const struct plan *plan = build->facts.plan;
    bool is_offer = request_get_stage(build->facts.request) == BOOT_HOST_STAGE_DISCOVER;
    char text[ADDRESS_TEXT_SIZE];
    struct dhcp_header header = {
        .op = DHCP_OP_REPLY,
        .htype = asked->htype,
        .hlen = asked->hlen,
        .xid = asked->xid,
        .flags = asked->flags,
        .ciaddr = is_offer ? 0 : asked->ciaddr,
        .siaddr = address_number(next_server(plan)),
        .giaddr = asked->giaddr,
    };
    memcpy(header.chaddr, asked->chaddr, sizeof(header.chaddr));
    if (fires(build, QUIRK_BROADCAST_FLAG))
        header.flags |= DHCP_FLAG_BROADCAST;
    (void) fires(build, QUIRK_ANY_XID);
    (void) fires(build, QUIRK_MENU_LEFT_OUT);
    (void) fires(build, QUIRK_ALTERNATE_SHAPE);
    (void) fires(build, QUIRK_SOURCE_PORT);
    if (fires(build, QUIRK_FILE_IN_HEADER))
        build->header_file = plan->boot_file;
    const char *name = reply_get(build->reply, BOOT_HOST_REPLY_SERVER_NAME);
    if (name == NULL)
        name = address_text(next_server(plan), text);
    dhcp_start(&build->writer, &header, name, build->header_file);
}

static void put_identity(struct build *build) {
    struct span uuid = {0};
    bool is_offer = request_get_stage(build->facts.request) == BOOT_HOST_STAGE_DISCOVER;
    dhcp_option_put_u8(&build->writer, DHCP_OPTION_MESSAGE_TYPE,
                       is_offer ? DHCP_MESSAGE_OFFER : DHCP_MESSAGE_ACK);
    if (fires(build, QUIRK_SERVER_TWICE))
        dhcp_option_put_u32(&build->writer, DHCP_OPTION_SERVER_ID,
                            address_number(&build->facts.plan->own));
    dhcp_option_put_text(&build->writer, DHCP_OPTION_VENDOR_CLASS,
                         fires(build, QUIRK_HTTP_CLIENT) ? "HTTPClient" : "PXEClient");
    if (fires(build, QUIRK_UUID_ECHO) &&
        dhcp_option_get(&build->facts.view->options, DHCP_OPTION_CLIENT_UUID, &uuid))
        dhcp_option_put(&build->writer, DHCP_OPTION_CLIENT_UUID, uuid);
}

/* A provider's own option 43 stands for ours, unless the client waits for its 43.71. */
static bool has_own_vendor_option(const struct build *build) {
    uint32_t space = 0;
    uint32_t code = 0;
    struct boot_host_span value = {0};
    if (build->facts.pxe->has_boot_item)
        return false;
    for (uint32_t i = 0; reply_get_option(build->reply, i, &space, &code, &value); i++)
        if (space == BOOT_HOST_SPACE_DHCP4 && code == DHCP_OPTION_VENDOR_SPECIFIC)
            return true;
    return false;
}

static void put_vendor(struct build *build) {
    uint8_t value[PXE_VENDOR_MAX];
    size_t size = 0;
    const struct plan *plan = build->facts.plan;
    struct vendor_wish wish = {.reply = build->reply, .own_address = address_number(&plan->own)};
    if (fires(build, QUIRK_NO_VENDOR_OPTION))
        return;
    wish.direct = fires(build, QUIRK_DIRECT_DOWNLOAD);
    wish.raspberry_pi = fires(build, QUIRK_RASPBERRY_PI);
    wish.menu = fires(build, QUIRK_MENU_CONTROL);
    wish.local_boot = fires(build, QUIRK_LOCAL_BOOT);
    wish.has_boot_item = fires(build, QUIRK_BOOT_ITEM_ECHO);
    wish.boot_item = build->facts.pxe->boot_item;
    if (fires(build, QUIRK_MTFTP))
        wish.mtftp = &plan->mtftp;
    if (!vendor_encode(&wish, value, &size))
        writer_fail(&build->writer);
    else if (size > 0)
        dhcp_option_put(&build->writer, DHCP_OPTION_VENDOR_SPECIFIC, (struct span){value, size});
}

/* Too long for one option: the writer refuses it. */
static void put_file_option(struct build *build, struct span file) {
    uint8_t value[UINT8_MAX];
    struct writer text = {0};
    writer_init(&text, value, sizeof(value));
    writer_put_span(&text, file);
    writer_put_u8(&text, '\0');
    if (text.failed)
        writer_fail(&build->writer);
    else
        dhcp_option_put(&build->writer, DHCP_OPTION_BOOT_FILE, (struct span){value, text.size});
}

static void put_wait(struct build *build) {
    uint8_t block[WINDOWS_BLOCK_MAX];
    size_t size = 0;
    if (!windows_encode_wait(build->facts.request, build->reply, block, &size))
        writer_fail(&build->writer);
    else
        dhcp_option_put(&build->writer, DHCP_OPTION_WDS_NBP, (struct span){block, size});
}

/* Does the answer have this option already? */
static bool is_taken(const struct build *build, uint32_t code, bool has_file_option) {
    if (code == DHCP_OPTION_VENDOR_SPECIFIC)
        return !has_own_vendor_option(build);
    if (code == DHCP_OPTION_BOOT_FILE)
        return has_file_option;
    return code == DHCP_OPTION_WDS_NBP && build->facts.plan->form == PLAN_WAIT;
}

static void put_provider_options(struct build *build, bool has_file_option) {
    uint32_t space = 0;
    uint32_t code = 0;
    struct boot_host_span value = {0};
    for (uint32_t i = 0; reply_get_option(build->reply, i, &space, &code, &value); i++) {
        struct span bytes = {value.data, value.size};
        if (space != BOOT_HOST_SPACE_DHCP4 || is_taken(build, code, has_file_option))
            continue;
        if (code == DHCP_OPTION_BOOT_FILE)
            put_file_option(build, span_until_nul(bytes));
        else
            dhcp_option_put(&build->writer, (uint8_t) code, bytes);
    }
}

static void put_options(struct build *build) {
    struct span relay = {0};
    put_identity(build);
    if (!has_own_vendor_option(build))
        put_vendor(build);
    bool has_file_option = fires(build, QUIRK_FILE_OPTION_NUL);
    if (has_file_option)
        put_file_option(build, span_of_text(build->facts.plan->boot_file));
    if (fires(build, QUIRK_WINDOWS_WAIT))
        put_wait(build);
    if (build->facts.plan->form != PLAN_LOCAL && build->facts.plan->form != PLAN_WAIT)
        put_provider_options(build, has_file_option);
    if (fires(build, QUIRK_RELAY_ECHO) &&
        dhcp_option_get(&build->facts.view->options, DHCP_OPTION_RELAY_AGENT, &relay))
        dhcp_option_put(&build->writer, DHCP_OPTION_RELAY_AGENT, relay);
}

static const char *shape_name(const struct plan *plan) {
    static const char *const names[] = {
        [PLAN_DIRECT] = "direct", [PLAN_INVITE] = "boot-server", [PLAN_FILE] = "boot-server",
        [PLAN_MENU] = "menu",     [PLAN_LOCAL] = "abort",        [PLAN_WAIT] = "wait",
        [PLAN_HTTP] = "http",
    };
    return plan->is_abort ? "abort" : names[plan->form];
}

/* Option 57 has been read by the request; the room is what the client takes. */
static size_t room_of(const struct request *request) {
    int64_t size = LIMIT_REPLY_DEFAULT;
    (void) request_number(request, BOOT_HOST_REQUEST_MESSAGE_SIZE, &size);
    return MIN((size_t) size, (size_t) LIMIT_REPLY_MAX);
}

int answer_make(const struct request *request, const struct reply *reply, int32_t verdict,
                const struct answer_policy *policy, struct trace *trace,
                struct answer *ret_answer) {
    struct plan plan = {0};
    const char *why = NULL;
    int status = plan_make(request, reply, verdict, policy, &plan, &why);
    if (why != NULL)
        trace_add(trace, ANSWER_STEP, status == -ENOMSG ? BOOT_HOST_DROP : status, why, NULL, 0);
    if (status != 0)
        return status;
    struct build build = {.reply = reply, .trace = trace};
    build.facts = (struct quirk_case){.request = request,
                                      .view = request_get_view(request),
                                      .pxe = request_get_pxe(request),
                                      .plan = &plan};
    writer_init(&build.writer, ret_answer->packet, room_of(request));
    put_header(&build);
    put_options(&build);
    (void) fires(&build, QUIRK_END_THEN_ZEROS);
    (void) fires(&build, QUIRK_PAD_TO_300);
    if (!dhcp_finish(&build.writer, LIMIT_REPLY_MIN)) {
        trace_add(
            trace, ANSWER_STEP, -EMSGSIZE,
            "the answer is larger than the client takes; shorten the boot file or the options",
            NULL, 0);
        return -EMSGSIZE;
    }
    trace_set_answer(trace, shape_name(&plan), plan.form != PLAN_MENU ? plan.boot_file : NULL,
                     &plan.server);
    ret_answer->size = build.writer.size;
    return 0;
}
