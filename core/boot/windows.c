/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: option 250 of Windows' network loaders.
 */
#include "boot/windows.h"

#include "boot/client-key.h"
#include "boot/reply.h"
#include "boot/request.h"
#include "codec/dhcp-options.h"

#define POLL_DEFAULT 10   /* seconds */
#define POLL_RETRIES 1000 /* then the loader gives up by itself */

/* Codes inside the block; numbers are big-endian. */
enum windows_code {
    WINDOWS_NEXT_ACTION = 2,
    WINDOWS_POLL_INTERVAL = 3, /* seconds */
    WINDOWS_POLL_RETRIES = 4,
    WINDOWS_REQUEST_ID = 5,
    WINDOWS_MESSAGE = 6,
    WINDOWS_ACTION_DONE = 14,
};

#define WINDOWS_ACTION_APPROVAL 1

static uint32_t request_id(const struct request *request) {
    struct boot_host_span known = {0};
    struct client_key key = {0};
    if (request_option(request, BOOT_HOST_SPACE_WDS, WINDOWS_REQUEST_ID, &known) == 0 &&
        known.size == sizeof(uint32_t)) {
        struct reader reader = {0};
        reader_init(&reader, (struct span){known.data, known.size});
        return reader_take_u32(&reader);
    }
    /* Short enough to be read out over the phone. */
    return client_key_read(request_get_view(request), &key) ? client_key_hash(&key) % 100000 : 0;
}

bool windows_encode_wait(const struct request *request, const struct reply *reply,
                         uint8_t ret_block[WINDOWS_BLOCK_MAX], size_t *ret_size) {
    struct writer writer = {0};
    int64_t poll = POLL_DEFAULT;
    const char *message = reply_get(reply, BOOT_HOST_REPLY_MESSAGE);
    (void) reply_get_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, &poll);
    writer_init(&writer, ret_block, WINDOWS_BLOCK_MAX);
    dhcp_option_put_u8(&writer, WINDOWS_NEXT_ACTION, WINDOWS_ACTION_APPROVAL);
    dhcp_option_put_u32(&writer, WINDOWS_REQUEST_ID, request_id(request));
    dhcp_option_put_u16(&writer, WINDOWS_POLL_INTERVAL, (uint16_t) poll);
    dhcp_option_put_u16(&writer, WINDOWS_POLL_RETRIES, POLL_RETRIES);
    dhcp_option_put_u8(&writer, WINDOWS_ACTION_DONE, 0);
    dhcp_option_put_text(&writer, WINDOWS_MESSAGE,
                         message != NULL ? message : "Waiting for approval");
    writer_put_u8(&writer, DHCP_OPTION_END);
    *ret_size = writer.size;
    return !writer.failed;
}
