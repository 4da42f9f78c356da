/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/likely: the same story reads differently on each firmware's screen.
 */
#include "boot/likely.h"

#include "support/ask.h"

static void assert_outcome(struct trace *trace, const char *shape, const char *transfer,
                           enum likely_outcome outcome) {
    trace_set_answer(trace, shape, NULL, NULL);
    g_assert_cmpint(likely_outcome(trace, transfer, true), ==, outcome);
}

static void test_outcomes(void) {
    g_autoptr(Trace) trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
    g_autoptr(Trace) later = trace_new(1, BOOT_HOST_STAGE_BOOT_SERVER);
    g_assert_cmpint(likely_outcome(NULL, NULL, true), ==, LIKELY_UNKNOWN);
    assert_outcome(trace, NULL, NULL, LIKELY_SILENCE);
    assert_outcome(later, NULL, NULL, LIKELY_NO_SERVER);
    assert_outcome(trace, "abort", NULL, LIKELY_NEXT_DEVICE);
    assert_outcome(trace, "http", NULL, LIKELY_UNKNOWN);
    assert_outcome(trace, "wait", NULL, LIKELY_UNKNOWN);
    assert_outcome(trace, "direct", "refused", LIKELY_NOT_FOUND);
    assert_outcome(trace, "direct", "timed-out", LIKELY_TIMED_OUT);
    assert_outcome(trace, "direct", "aborted", LIKELY_STOPPED);
    assert_outcome(trace, "direct", "completed", LIKELY_BOOTED);
    assert_outcome(trace, "direct", "size-probe", LIKELY_UNKNOWN);
    assert_outcome(trace, "direct", NULL, LIKELY_NO_FILE_ASKED);
    g_assert_cmpint(likely_outcome(trace, NULL, false), ==, LIKELY_UNKNOWN);
}

static void test_other_server(void) {
    g_autoptr(Trace) trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
    g_autoptr(Request) request = ask_vector("pxe/edk2-x64-discover", 67);
    trace_set_facts(trace, request, NULL);
    struct address server = {0};
    g_assert_true(address_parse("10.99.0.9", &server));
    trace_set_answer(trace, "direct", NULL, &server);
    g_assert_cmpint(likely_outcome(trace, NULL, true), ==, LIKELY_UNKNOWN);
    g_assert_true(address_parse(ASK_SERVER, &server));
    trace_set_answer(trace, "direct", NULL, &server);
    g_assert_cmpint(likely_outcome(trace, NULL, true), ==, LIKELY_NO_FILE_ASKED);
}

static void test_firmware(void) {
    g_autoptr(Wire) wire = wire_new();
    g_autoptr(Request) bios = ask_wire(wire, 67);
    g_autoptr(Request) edk2 = ask_vector("pxe/edk2-x64-discover", 67);
    g_autoptr(Request) ipxe = ask_vector("pxe/ipxe-uefi-discover", 67);
    g_assert_true(g_str_has_prefix(likely_text(bios, LIKELY_SILENCE), "PXE-E53"));
    g_assert_true(g_str_has_prefix(likely_text(edk2, LIKELY_SILENCE), "PXE-E16"));
    g_assert_true(g_str_has_prefix(likely_text(ipxe, LIKELY_SILENCE), "Nothing to boot"));
    g_assert_true(g_str_has_prefix(likely_text(bios, LIKELY_NOT_FOUND), "PXE-E3B"));
    g_assert_true(g_str_has_prefix(likely_text(edk2, LIKELY_NOT_FOUND), "PXE-E23"));
    g_assert_cmpstr(likely_text(bios, LIKELY_BOOTED), ==, "");
    g_assert_cmpstr(likely_text(bios, LIKELY_UNKNOWN), ==, "");
    g_assert_cmpstr(likely_text(bios, LIKELY_COUNT), ==, "");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/likely/reads-the-story", test_outcomes);
    g_test_add_func("/boothost/boot/likely/does-not-judge-other-servers", test_other_server);
    g_test_add_func("/boothost/boot/likely/names-the-firmware", test_firmware);
    return g_test_run();
}
