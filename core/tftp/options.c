/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Negotiation of TFTP options. PURE.
 */
#include "tftp/options.h"

#include "base/limits.h"

#define BLOCK_DEFAULT      512  /* RFC 1350 */
#define BLOCK_SETTING      1468 /* Ethernet's 1500 less the headers of IPv4, UDP and TFTP */
#define WINDOW_SETTING     32
#define TIMEOUT_SETTING_MS 1000
#define RETRIES_SETTING    30
#define WINDOW_RFC_MAX     65535 /* RFC 7440 */
#define TIMEOUT_RFC_MAX    255   /* seconds, RFC 2349 */
/* Microsoft's loaders ask and expect these numbers and no others; they stand in no published
 * specification (digits of pi and of e). */
#define MSFTWINDOW_ASKED    31416
#define MSFTWINDOW_ANSWERED 27182

static unsigned in_range(unsigned value, unsigned fallback, unsigned least, unsigned most) {
    return value == 0 ? fallback : CLAMP(value, least, most);
}

struct tftp_settings tftp_settings_complete(const struct tftp_settings *settings) {
    return (struct tftp_settings){
        .block_size =
            in_range(settings->block_size, BLOCK_SETTING, BLOCK_DEFAULT, LIMIT_TFTP_BLOCK_MAX),
        .window_size = in_range(settings->window_size, WINDOW_SETTING, 1, LIMIT_TFTP_WINDOW_MAX),
        .timeout_ms = in_range(settings->timeout_ms, TIMEOUT_SETTING_MS, 20, 60000),
        .retries = in_range(settings->retries, RETRIES_SETTING, 1, 1000),
        .rollover = MIN(settings->rollover, 1),
        .transfers = in_range(settings->transfers, LIMIT_TRANSFERS, 1, LIMIT_TRANSFERS),
        .client_rate = settings->client_rate,
        .total_rate = settings->total_rate,
        .fixed_window = settings->fixed_window,
        .multicast = settings->multicast,
    };
}

/* The option's value when it was sent and lies within `least` to `most`. */
static gboolean asked(const struct tftp_packet *request, const char *name, uint64_t least,
                      uint64_t most, uint64_t *ret_value) {
    const struct tftp_option *option = tftp_option_find(request, name);
    uint64_t value = 0;
    if (option == NULL || !tftp_option_number(option, &value) || value < least || value > most)
        return FALSE;
    *ret_value = value;
    return TRUE;
}

/* The biggest block whose packet the link carries unfragmented. */
static unsigned block_of_mtu(unsigned mtu, unsigned family) {
    unsigned headers = (family == 6 ? 40 : 20) + 8 + TFTP_HEADER_SIZE;
    if (mtu < headers + LIMIT_TFTP_BLOCK_MIN)
        return LIMIT_TFTP_BLOCK_MAX;
    return mtu - headers;
}

static void agree_block(const struct tftp_packet *request, unsigned most,
                        struct tftp_agreement *agreement) {
    uint64_t value = 0;
    /* More than RFC 2348 allows is a wish like any other: it is lowered. */
    if (!asked(request, "blksize", LIMIT_TFTP_BLOCK_MIN, UINT32_MAX, &value))
        return;
    agreement->block_size = (unsigned) MIN(value, most);
    agreement->has_block_size = TRUE;
}

static void agree_window(const struct tftp_packet *request, unsigned most,
                         struct tftp_agreement *agreement) {
    uint64_t value = 0;
    if (!asked(request, "windowsize", 1, WINDOW_RFC_MAX, &value))
        return;
    agreement->window_size = (unsigned) MIN(value, most);
    agreement->has_window_size = TRUE;
}

enum tftp_options_status tftp_options_agree(const struct tftp_packet *request,
                                            const struct tftp_settings *settings, unsigned mtu,
                                            unsigned family, struct tftp_agreement *ret_agreement) {
    gboolean netascii = tftp_name_equals(request->mode, "netascii");
    if (!netascii && !tftp_name_equals(request->mode, "octet"))
        return TFTP_OPTIONS_BAD_MODE;

    struct tftp_agreement agreement = {
        .block_size = BLOCK_DEFAULT, .window_size = 1, .netascii = netascii};
    agree_block(request, MIN(settings->block_size, block_of_mtu(mtu, family)), &agreement);
    agree_window(request, netascii ? 1 : settings->window_size, &agreement);
    uint64_t value = 0;
    agreement.has_variable_window =
        !netascii && !settings->fixed_window &&
        asked(request, "msftwindow", MSFTWINDOW_ASKED, MSFTWINDOW_ASKED, &value);
    /* RFC 2090 has an empty value here. */
    agreement.wants_multicast =
        !netascii && settings->multicast && tftp_option_find(request, "multicast") != NULL;
    if (asked(request, "timeout", 1, TIMEOUT_RFC_MAX, &value)) {
        agreement.timeout_s = (unsigned) value;
        agreement.has_timeout = TRUE;
    }
    /* The size on the wire of converted text is not the file's. Any number counts as the question:
     * clients send 0, some a guess. */
    agreement.has_size = !netascii && asked(request, "tsize", 0, UINT64_MAX, &value);
    *ret_agreement = agreement;
    return TFTP_OPTIONS_OK;
}

gboolean tftp_agreement_equal(const struct tftp_agreement *a, const struct tftp_agreement *b) {
    return a->block_size == b->block_size && a->window_size == b->window_size &&
           a->timeout_s == b->timeout_s && a->netascii == b->netascii &&
           a->has_block_size == b->has_block_size && a->has_window_size == b->has_window_size &&
           a->has_timeout == b->has_timeout && a->has_size == b->has_size &&
           a->wants_multicast == b->wants_multicast &&
           a->has_variable_window == b->has_variable_window;
}

gboolean tftp_options_any(const struct tftp_agreement *agreement) {
    return agreement->has_block_size || agreement->has_window_size || agreement->has_timeout ||
           agreement->has_size || agreement->has_variable_window;
}

uint8_t tftp_options_next_window(const struct tftp_packet *ack) {
    return ack->payload.size > 0 ? ack->payload.data[0] : 0;
}

void tftp_options_write(const struct tftp_agreement *agreement, uint64_t size,
                        struct writer *writer) {
    tftp_start_oack(writer);
    if (agreement->has_block_size)
        tftp_put_number(writer, "blksize", agreement->block_size);
    if (agreement->has_size)
        tftp_put_number(writer, "tsize", size);
    if (agreement->has_timeout)
        tftp_put_number(writer, "timeout", agreement->timeout_s);
    if (agreement->has_window_size)
        tftp_put_number(writer, "windowsize", agreement->window_size);
    if (agreement->has_variable_window)
        tftp_put_number(writer, "msftwindow", MSFTWINDOW_ANSWERED);
}
