/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core/codec/pe.c: the machine of real headers, and nothing of what only looks like one.
 */
#include "codec/pe.h"

#include <glib.h>
#include <string.h>

#include "codec/architecture.h"
#include "support/vector.h"

/* The smallest headers that say a machine. */
static size_t make_program(uint8_t *data, uint32_t pe_at, uint16_t machine) {
    memset(data, 0, pe_at + 6);
    memcpy(data, "MZ", 2);
    data[0x3c] = (uint8_t) pe_at;
    data[0x3d] = (uint8_t) (pe_at >> 8);
    memcpy(data + pe_at, "PE\0\0", 4);
    data[pe_at + 4] = (uint8_t) machine;
    data[pe_at + 5] = (uint8_t) (machine >> 8);
    return pe_at + 6;
}

static void assert_machine(const char *sample, const char *name) {
    g_autoptr(GBytes) bytes = vector_load(sample);
    uint16_t machine = 0;
    g_assert_true(pe_machine(vector_span(bytes), &machine));
    g_assert_cmpstr(pe_machine_name(machine), ==, name);
}

static void test_real_programs(void) {
    assert_machine("pe/lld-x64", "x64");
    assert_machine("pe/lld-arm64", "ARM64");
    assert_machine("pe/lld-ia32", "IA32");
}

static void test_a_bios_program_is_none(void) {
    g_autoptr(GBytes) bytes = vector_load("pe/bad-bios");
    uint16_t machine = 0;
    g_assert_false(pe_machine(vector_span(bytes), &machine));
}

static void test_every_cut_is_none(void) {
    uint8_t data[256];
    uint16_t machine = 0;
    size_t size = make_program(data, 0x80, 0x8664);
    g_assert_true(pe_machine((struct span){data, size}, &machine));
    g_assert_cmphex(machine, ==, 0x8664);
    for (size_t cut = 0; cut < size; cut++) {
        g_autofree uint8_t *copy = g_memdup2(data, cut);
        g_assert_false(pe_machine((struct span){copy, cut}, &machine));
    }
}

static void test_a_pointer_that_leads_out_is_none(void) {
    static const uint32_t pointers[] = {0x87, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff};
    for (size_t i = 0; i < G_N_ELEMENTS(pointers); i++) {
        uint8_t data[256];
        uint16_t machine = 0;
        size_t size = make_program(data, 0x80, 0x8664);
        for (unsigned byte = 0; byte < 4; byte++)
            data[0x3c + byte] = (uint8_t) (pointers[i] >> 8 * byte);
        g_assert_false(pe_machine((struct span){data, size}, &machine));
    }
}

static void test_machines_fit_their_firmware(void) {
    g_assert_true(pe_machine_fits(0x8664, "x64-uefi"));
    g_assert_true(pe_machine_fits(0x8664, "x64-uefi-http"));
    g_assert_true(pe_machine_fits(0x014c, "ia32-uefi"));
    g_assert_true(pe_machine_fits(0xaa64, "arm64-uefi"));
    g_assert_true(pe_machine_fits(0x01c4, "arm32-uefi"));
    g_assert_false(pe_machine_fits(0x014c, "x64-uefi"));
    g_assert_false(pe_machine_fits(0x8664, "arm64-uefi"));
    g_assert_false(pe_machine_fits(0xffff, "x64-uefi"));
}

static void test_byte_code_fits_everywhere(void) {
    for (size_t i = 0; architecture_name_at(i) != NULL; i++)
        g_assert_true(pe_machine_fits(0x0ebc, architecture_name_at(i)));
}

static void test_what_is_not_known_is_not_judged(void) {
    g_assert_true(pe_machine_fits(0x1234, "sunway64-uefi"));
    g_assert_null(pe_machine_name(0x1234));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(words, test) g_test_add_func("/boothost/codec/pe/" words, test)
    ADD("real-programs", test_real_programs);
    ADD("a-bios-program-is-none", test_a_bios_program_is_none);
    ADD("every-cut-is-none", test_every_cut_is_none);
    ADD("a-pointer-that-leads-out-is-none", test_a_pointer_that_leads_out_is_none);
    ADD("machines-fit-their-firmware", test_machines_fit_their_firmware);
    ADD("byte-code-fits-everywhere", test_byte_code_fits_everywhere);
    ADD("what-is-not-known-is-not-judged", test_what_is_not_known_is_not_judged);
    return g_test_run();
}
