/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * provider/remote-request: what is read in another process is what was asked here.
 */
#include "boot/reply.h"
#include "boot/request.h"
#include "boot/trace.h"
#include "provider/remote-request.h"
#include "support/chain-bed.h"

static void assert_same(const struct request *a, const struct request *b) {
    for (uint32_t field = 1; field <= BOOT_HOST_REQUEST_STAGE; field++)
        g_assert_cmpstr(request_text(a, field), ==, request_text(b, field));
    for (uint32_t field = 1; field <= BOOT_HOST_REQUEST_ATTEMPT; field++) {
        int64_t left = 0;
        int64_t right = 0;
        g_assert_cmpint(request_number(a, field, &left), ==, request_number(b, field, &right));
        g_assert_cmpint(left, ==, right);
    }
    for (uint32_t i = 0; i < 4; i++)
        g_assert_cmpstr(request_architecture(a, i), ==, request_architecture(b, i));
    const char *name = NULL;
    for (uint32_t i = 0; (name = request_fact_name(i)) != NULL; i++)
        g_assert_cmpstr(request_fact_at(a, i), ==, request_fact_at(b, i));
}

static struct request *there_and_back(const struct request *request, enum remote_form form) {
    g_autoptr(GVariant) variant = g_variant_ref_sink(remote_request_to_variant(request, form));
    struct request *made = remote_request_from_variant(variant);
    g_assert_nonnull(made);
    return made;
}

static void test_packet(void) {
    struct request *request = chain_bed_request("pxe/edk2-x64-discover");
    struct request *made = there_and_back(request, REMOTE_PACKET);
    assert_same(request, made);
    g_assert_cmpuint(request_packet(request).size, ==, request_packet(made).size);
    struct boot_host_span option = {0};
    g_assert_cmpint(request_option(made, BOOT_HOST_SPACE_DHCP4, 93, &option), ==, 0);
    request_unref(made);
    request_unref(request);
}

static void test_fields(void) {
    struct request *whole = chain_bed_request("pxe/ipxe-bios-boot-server");
    struct request *request = request_new_memory(whole);
    struct request *made = there_and_back(request, REMOTE_FIELDS);
    assert_same(request, made);
    g_assert_cmpint(request_is(made, "x86-bios"), ==, request_is(request, "x86-bios"));
    request_unref(made);
    request_unref(request);
    request_unref(whole);
}

static void test_file_with_facts(void) {
    struct request *last = chain_bed_request("pxe/edk2-x64-discover");
    struct trace *trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
    struct reply *reply = reply_new();
    reply_fact_set(reply, "image", "debian-12");
    trace_set_facts(trace, last, reply);
    struct request *request =
        request_new_file(last, trace, request_get_origin(last), "debian/menu.cfg");
    struct request *made = there_and_back(request, REMOTE_PACKET);
    assert_same(request, made);
    g_assert_cmpstr(request_fact(made, "image"), ==, "debian-12");
    g_assert_cmpstr(request_text(made, BOOT_HOST_REQUEST_FILE), ==, "debian/menu.cfg");
    request_unref(made);
    request_unref(request);
    reply_unref(reply);
    trace_unref(trace);
    request_unref(last);
}

static void test_nonsense(void) {
    static const char *const texts[] = {"@a{sv} {}", "{'packet': <@ay [0x01, 0x02]>}",
                                        "{'stage-number': <'five'>}",
                                        "{'packet': <'no bytes'>, 'origin': <@u 5>}"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GVariant) variant =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, texts[i], NULL, NULL, NULL);
        g_assert_nonnull(variant);
        g_assert_null(remote_request_from_variant(variant));
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/remote-request/packet", test_packet);
    g_test_add_func("/boothost/provider/remote-request/fields", test_fields);
    g_test_add_func("/boothost/provider/remote-request/file-with-facts", test_file_with_facts);
    g_test_add_func("/boothost/provider/remote-request/nonsense", test_nonsense);
    return g_test_run();
}
