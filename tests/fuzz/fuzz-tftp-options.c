/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/options: whatever a request asks for, the agreement lies within the RFCs' ranges and our
 * caps, is never more than was asked, and its OACK names nothing that was not asked for.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "tftp/options.h"

static uint64_t asked(const struct tftp_packet *request, const char *name) {
    uint64_t value = 0;
    const struct tftp_option *option = tftp_option_find(request, name);
    FUZZ_CHECK(option != NULL && tftp_option_number(option, &value));
    return value;
}

static void check_agreement(const struct tftp_packet *request, const struct tftp_settings *settings,
                            unsigned mtu, const struct tftp_agreement *agreement) {
    FUZZ_CHECK(agreement->block_size >= LIMIT_TFTP_BLOCK_MIN);
    FUZZ_CHECK(agreement->window_size >= 1);
    if (agreement->has_block_size) {
        FUZZ_CHECK(agreement->block_size <= asked(request, "blksize"));
        FUZZ_CHECK(agreement->block_size <= settings->block_size);
        FUZZ_CHECK(mtu < 64 || agreement->block_size + 32 <= mtu);
    } else {
        FUZZ_CHECK(agreement->block_size == 512);
    }
    if (agreement->has_window_size) {
        FUZZ_CHECK(agreement->window_size <= asked(request, "windowsize"));
        FUZZ_CHECK(agreement->window_size <= settings->window_size);
    } else {
        FUZZ_CHECK(agreement->window_size == 1);
    }
    if (agreement->has_timeout)
        FUZZ_CHECK(agreement->timeout_s == asked(request, "timeout"));
    if (agreement->has_size)
        FUZZ_CHECK(!agreement->netascii && tftp_option_find(request, "tsize") != NULL);
    if (agreement->netascii)
        FUZZ_CHECK(agreement->window_size == 1);
}

static void check_oack(const struct tftp_packet *request, const struct tftp_agreement *agreement) {
    uint8_t room[LIMIT_TFTP_REQUEST];
    struct writer writer;
    writer_init(&writer, room, sizeof(room));
    tftp_options_write(agreement, UINT64_MAX, &writer);
    FUZZ_CHECK(!writer.failed);
    struct tftp_packet oack;
    FUZZ_CHECK(tftp_parse((struct span){room, writer.size}, &oack) == TFTP_OK);
    FUZZ_CHECK((oack.option_count > 0) == tftp_options_any(agreement));
    static const char *const names[] = {"blksize", "tsize", "timeout", "windowsize", "msftwindow"};
    size_t known = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (tftp_option_find(&oack, names[i]) == NULL)
            continue;
        known++;
        FUZZ_CHECK(tftp_option_find(request, names[i]) != NULL);
    }
    FUZZ_CHECK(known == oack.option_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tftp_packet request;
    if (tftp_parse((struct span){data, size}, &request) != TFTP_OK || request.opcode != TFTP_RRQ)
        return 0;
    static const struct tftp_settings raw[] = {
        {0}, {.block_size = 65464, .window_size = 256}, {.block_size = 512, .window_size = 1}};
    static const unsigned mtus[] = {0, 10, 576, 1500, 9000};
    for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
        for (size_t j = 0; j < sizeof(mtus) / sizeof(mtus[0]); j++) {
            struct tftp_settings settings = tftp_settings_complete(&raw[i]);
            struct tftp_agreement agreement;
            if (tftp_options_agree(&request, &settings, mtus[j], 4, &agreement) != TFTP_OPTIONS_OK)
                return 0;
            check_agreement(&request, &settings, mtus[j], &agreement);
            check_oack(&request, &agreement);
        }
    }
    return 0;
}
