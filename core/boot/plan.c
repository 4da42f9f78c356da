/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: from verdict and reply to the form of the answer.
 */
#include "boot/plan.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "boot/reply.h"
#include "boot/request.h"
#include "codec/dhcp-options.h"

/* A refusal or a silence and what to tell of it. */
static int stop(int status, const char *why, const char **ret_why) {
    *ret_why = why;
    return status;
}

static bool is_web_url(const char *file) {
    return strncasecmp(file, "http://", 7) == 0 || strncasecmp(file, "https://", 8) == 0;
}

static bool is_discover(const struct request *request) {
    return request_get_stage(request) == BOOT_HOST_STAGE_DISCOVER;
}

static bool has_loader(const struct request *request, const char *name) {
    const char *loader = request_text(request, BOOT_HOST_REQUEST_LOADER);
    return loader != NULL && strcmp(loader, name) == 0;
}

static int plan_http(const struct request *request, struct plan *plan, const char **ret_why) {
    if (!is_discover(request))
        return stop(-ENOMSG, "HTTP Boot knows no exchange on port 4011", ret_why);
    if (plan->boot_file == NULL || !is_web_url(plan->boot_file))
        return stop(-ENOMSG,
                    "the client wants HTTP Boot, and the boot file is no http:// or https:// URL",
                    ret_why);
    plan->form = PLAN_HTTP;
    return 0;
}

static enum plan_form shape_form(const struct request *request, const struct reply *reply,
                                 const struct answer_policy *policy, struct plan *plan) {
    enum answer_shape shape = policy->shape;
    const char *wanted = reply_get(reply, BOOT_HOST_REPLY_SHAPE);
    if (wanted != NULL)
        (void) answer_shape_parse(wanted, &shape);
    if (shape == ANSWER_AUTO) {
        struct shape_choice choice =
            shape_choose(request, address_equal(&plan->server, &plan->own));
        shape = choice.shape;
        plan->is_alternate = choice.is_alternate;
    }
    return shape == ANSWER_DIRECT ? PLAN_DIRECT : PLAN_INVITE;
}

/* Lab: iPXE's UEFI ROM gives up on a menu, and a file beside it is what the menu's owner offers to
 * clients that cannot show one. */
static bool shows_menus(const struct request *request) {
    return !(has_loader(request, "ipxe") && shape_is_uefi(request));
}

/* The BIOS ROMs of PXE 2.1. UEFI firmware drops an offer with 43.1 to 43.5 (EDK2 PxeBcDhcp4), and
 * iPXE has its own ways. */
static bool knows_mtftp(const struct request *request) {
    return request_is(request, "x86-bios") == 1 && has_loader(request, "firmware");
}

static bool is_relayed(const struct request *request) {
    return request_get_view(request)->header.giaddr != 0;
}

static int plan_file(const struct request *request, const struct reply *reply,
                     const struct answer_policy *policy, struct plan *plan, const char **ret_why) {
    bool has_menu = reply_get_menu(reply) != NULL && !plan->is_abort;
    int64_t item = 0;
    if (has_menu && request_number(request, BOOT_HOST_REQUEST_BOOT_ITEM, &item) == 0)
        has_menu = false; /* it has chosen already */
    plan->is_menu_left_out = has_menu && plan->boot_file != NULL && !shows_menus(request);
    if (has_menu && !plan->is_menu_left_out && (is_discover(request) || plan->boot_file == NULL)) {
        plan->form = PLAN_MENU;
        return 0;
    }
    if (plan->boot_file == NULL)
        return stop(-EINVAL, "the reply names no boot file; set one, or answer PASS or DROP",
                    ret_why);
    if (strstr(plan->boot_file, "://") != NULL && !has_loader(request, "ipxe"))
        return stop(-EINVAL,
                    "the boot file is a URL, which PXE firmware cannot load; only iPXE and "
                    "HTTP Boot take one",
                    ret_why);
    plan->form = is_discover(request) ? shape_form(request, reply, policy, plan) : PLAN_FILE;
    plan->has_mtftp = plan->form != PLAN_INVITE && knows_mtftp(request) &&
                      address_equal(&plan->server, &plan->own) && policy->find_mtftp != NULL &&
                      policy->find_mtftp(policy->mtftp_user, plan->boot_file, &plan->mtftp) &&
                      (plan->mtftp.passes_routers || !is_relayed(request));
    return 0;
}

static const char *abort_file(const struct request *request, const struct answer_policy *policy) {
    static const char *const architectures[] = {"x86-bios", "ia32-uefi", "x64-uefi"};
    for (size_t i = 0; i < sizeof(architectures) / sizeof(architectures[0]); i++)
        if (request_is(request, architectures[i]) == 1)
            return policy->abort_file[i];
    return NULL;
}

static int plan_abort(const struct request *request, const struct reply *reply,
                      const struct answer_policy *policy, struct plan *plan, const char **ret_why) {
    if (request_is_http(request))
        return stop(-ENOMSG, "HTTP Boot cannot be told to go on; silence makes it", ret_why);
    plan->is_abort = true;
    plan->server = plan->own;
    plan->boot_file = abort_file(request, policy);
    if (plan->boot_file != NULL)
        return plan_file(request, reply, policy, plan, ret_why);
    plan->form = PLAN_LOCAL;
    return 0;
}

/* Only Windows loaders poll. Others get silence: firmware asks again by itself for a minute, and a
 * boot file that an earlier provider set must not slip out while the client is held. */
static int plan_hold(const struct request *request, struct plan *plan, const char **ret_why) {
    struct boot_host_span block = {0};
    plan->boot_file = NULL;
    plan->server = plan->own;
    if (request_option(request, BOOT_HOST_SPACE_DHCP4, DHCP_OPTION_WDS_NBP, &block) != 0)
        return stop(-ENOMSG,
                    "held, and this client cannot be told to wait: silence, until it asks "
                    "again",
                    ret_why);
    plan->form = PLAN_WAIT;
    return 0;
}

static bool read_server(const struct reply *reply, struct plan *plan) {
    const char *text = reply_get(reply, BOOT_HOST_REPLY_SERVER);
    plan->server = plan->own;
    return text == NULL || (address_parse(text, &plan->server) && plan->server.family == 4);
}

int plan_make(const struct request *request, const struct reply *reply, int32_t verdict,
              const struct answer_policy *policy, struct plan *ret_plan, const char **ret_why) {
    struct plan plan = {.own = request_get_origin(request)->server,
                        .boot_file = reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE)};
    int status = -ENOMSG;
    *ret_why = NULL;
    plan.own.port = 0;
    if (request_get_view(request) == NULL || plan.own.family != 4)
        return stop(-EINVAL, "no DHCPv4 packet, or no IPv4 address of ours, to answer with",
                    ret_why);
    if (!read_server(reply, &plan))
        return stop(-EINVAL, "the reply's server is no IPv4 address", ret_why);
    if (verdict == BOOT_HOST_REPLY && request_is_http(request))
        status = plan_http(request, &plan, ret_why);
    else if (verdict == BOOT_HOST_REPLY)
        status = plan_file(request, reply, policy, &plan, ret_why);
    else if (verdict == BOOT_HOST_ABORT)
        status = plan_abort(request, reply, policy, &plan, ret_why);
    else if (verdict == BOOT_HOST_HOLD)
        status = plan_hold(request, &plan, ret_why);
    if (status == 0)
        *ret_plan = plan;
    return status;
}
