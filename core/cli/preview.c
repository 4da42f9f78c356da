/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A DISCOVER of each architecture goes through the chain, and the boot file of the answer through
 * the content door, then below the root, as TFTP would look for it.
 */
#include "cli/preview.h"

#include <string.h>

#include "boot/request.h"
#include "codec/client-packet.h"
#include "codec/dhcp.h"
#include "provider/chain.h"
#include "provider/problem.h"
#include "tftp/content.h"
#include "tftp/path.h"

static const char *const architectures[] = {"x86-bios", "ia32-uefi", "x64-uefi", "arm64-uefi"};

struct preview {
    const struct candidate *candidate;
    GPtrArray *problems;
    struct content_root *root; /* NULL: there is none, which check says itself */
    const char *architecture;
    enum client_loader loader;
    gboolean done;
    char *missing; /* the file that nobody has */
};

/* ---- The file -------------------------------------------------------------------------------- */

static gboolean is_below_root(const struct preview *preview, const char *name) {
    if (preview->root == NULL)
        return TRUE;
    struct content *content = content_root_find(preview->root, name, NULL);
    if (content == NULL)
        return FALSE;
    content_unref(content);
    return TRUE;
}

static void content_given(const struct chain_content *content, void *user) {
    struct preview *preview = user;
    const char *name = request_text(content->request, BOOT_HOST_REQUEST_FILE);

    if (content->kind == CHAIN_CONTENT_READER && content->reader.close != NULL)
        content->reader.close(content->reader.user);
    if (content->kind == CHAIN_CONTENT_NAME)
        name = content->name;
    if ((content->kind == CHAIN_CONTENT_NONE || content->kind == CHAIN_CONTENT_NAME) &&
        !is_below_root(preview, name))
        preview->missing = g_strdup(name);
    if (content->kind == CHAIN_CONTENT_FILE && !g_file_test(content->name, G_FILE_TEST_IS_REGULAR))
        preview->missing = g_strdup(content->name);
    preview->done = TRUE;
}

/* ---- The decision ---------------------------------------------------------------------------- */

static gboolean serves_it_ourselves(const struct decision *decision, const char *file) {
    return decision->verdict == BOOT_HOST_REPLY && file != NULL && strstr(file, "://") == NULL &&
           reply_get(decision->reply, BOOT_HOST_REPLY_SERVER) == NULL;
}

static void decided(const struct decision *decision, void *user) {
    struct preview *preview = user;
    const char *file = reply_get(decision->reply, BOOT_HOST_REPLY_BOOT_FILE);
    char name[TFTP_PATH_MAX];

    if (!serves_it_ourselves(decision, file) ||
        tftp_path_canonical(file, strlen(file), name) != TFTP_PATH_OK) {
        preview->done = TRUE;
        return;
    }
    struct request *asked = request_new_file(decision->request, decision->trace,
                                             request_get_origin(decision->request), name);
    chain_content(preview->candidate->generation, asked, content_given, preview);
    request_unref(asked);
}

static struct request *make_request(const struct preview *preview) {
    struct client_packet packet = {
        .loader = preview->loader, .mac = {0x02, 0, 0, 0, 0, 1}, .xid = 1};
    struct request_origin origin = {
        .interface_name = "eth0", .port = DHCP_PORT_SERVER, .attempt = 1};
    uint8_t data[CLIENT_PACKET_MAX];
    struct request *request = NULL;
    struct dhcp_view view;

    client_architecture_parse(preview->architecture, &packet.architecture);
    client_packet_uuid(packet.mac, packet.uuid);
    address_parse("192.0.2.1", &origin.server);
    size_t size = client_packet_build(&packet, data, sizeof data);
    if (dhcp_parse((struct span){data, size}, &view) != DHCP_OK ||
        request_new(&view, data, size, &origin, &request) != REQUEST_OK)
        return NULL;
    return request;
}

static void preview_one(struct preview *preview) {
    struct request *request = make_request(preview);

    preview->done = request == NULL;
    if (request != NULL) {
        chain_decide(preview->candidate->generation, request, decided, preview);
        request_unref(request);
    }
    while (!preview->done) /* a provider works on a thread of its own */
        g_main_context_iteration(NULL, TRUE);
    if (preview->missing != NULL)
        g_ptr_array_add(
            preview->problems,
            problem_new(FALSE, preview->candidate->config->path,
                        "%s machines (%s) would be sent for '%s', which neither a provider nor %s "
                        "has: put the file there, or name another",
                        preview->architecture, client_loader_name(preview->loader),
                        preview->missing, preview->candidate->config->root));
    g_clear_pointer(&preview->missing, g_free);
}

void preview_check(const struct candidate *candidate, GPtrArray *problems) {
    struct preview preview = {
        .candidate = candidate,
        .problems = problems,
        .root = content_root_open(candidate->config->root, NULL),
    };

    for (gsize i = 0; i < G_N_ELEMENTS(architectures); i++) {
        preview.architecture = architectures[i];
        for (unsigned loader = CLIENT_FIRMWARE; loader <= CLIENT_IPXE; loader++) {
            preview.loader = (enum client_loader) loader;
            preview_one(&preview);
        }
    }
    g_clear_pointer(&preview.root, content_root_unref);
}
