/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is kept for the canary: the last request of each of the last clients.
 */
#include "daemon/recent.h"

#include "boot/trace.h"
#include "support/chain-bed.h"

/* Three machines. */
static const char *const packets[] = {"pxe/edk2-x64-discover", "pxe/edk2-ia32-discover",
                                      "pxe/ipxe-bios-discover"};

static void add(struct recent *recent, const char *packet, guint64 generation) {
    struct request *request = chain_bed_request(packet);
    struct trace *trace = trace_new(generation, BOOT_HOST_STAGE_DISCOVER);
    recent_add(recent, request, trace);
    request_unref(request);
    trace_unref(trace);
}

/* The generations of the samples' traces, newest first. */
static char *numbers(const struct recent *recent) {
    GString *text = g_string_new(NULL);
    g_autoptr(GPtrArray) list = recent_list(recent);
    for (guint i = 0; i < list->len; i++) {
        const struct recent_sample *sample = list->pdata[i];
        g_string_append_printf(text, "%" G_GUINT64_FORMAT " ", trace_get_generation(sample->trace));
    }
    return g_string_free(text, FALSE);
}

static void assert_numbers(const struct recent *recent, const char *expected) {
    g_autofree char *found = numbers(recent);
    g_assert_cmpstr(found, ==, expected);
}

static void test_off(void) {
    struct recent *recent = recent_new();
    add(recent, packets[0], 1);
    assert_numbers(recent, "");
    recent_free(recent);
}

static void test_last_of_each(void) {
    struct recent *recent = recent_new();
    recent_set_limit(recent, 2);
    add(recent, packets[0], 1);
    add(recent, packets[1], 2);
    add(recent, packets[0], 3);
    assert_numbers(recent, "3 2 ");
    add(recent, packets[2], 4);
    assert_numbers(recent, "4 3 ");
    recent_set_limit(recent, 1);
    assert_numbers(recent, "4 ");
    recent_free(recent);
}

static void test_outlived(void) {
    struct recent *recent = recent_new();
    recent_set_limit(recent, 2);
    add(recent, packets[0], 1);
    g_autoptr(GPtrArray) list = recent_list(recent);
    recent_free(recent);
    const struct recent_sample *sample = list->pdata[0];
    g_assert_cmpuint(trace_get_generation(sample->trace), ==, 1);
    g_assert_nonnull(request_get_client(sample->request));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/daemon/recent/nothing-is-kept-at-first", test_off);
    g_test_add_func("/boothost/daemon/recent/the-last-request-of-each-client", test_last_of_each);
    g_test_add_func("/boothost/daemon/recent/samples-outlive-the-list", test_outlived);
    return g_test_run();
}
