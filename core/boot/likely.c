/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: what the screen of a machine that did not boot probably shows.
 */
#include "boot/likely.h"

#include <stddef.h>
#include <string.h>

#include "base/address.h"
#include "boot/plan.h"
#include "boot/request.h"
#include "boot/trace.h"

enum firmware {
    FIRMWARE_BIOS,
    FIRMWARE_EDK2,
    FIRMWARE_IPXE,
    FIRMWARE_COUNT,
};

static const char *const texts[LIKELY_COUNT][FIRMWARE_COUNT] = {
    [LIKELY_SILENCE] = {"PXE-E53: No boot filename received (BIOS)",
                        "PXE-E16: No valid offer received (EDK2)", "Nothing to boot (iPXE)"},
    [LIKELY_NO_SERVER] = {"PXE-E55: ProxyDHCP service did not reply on port 4011 (BIOS)",
                          "PXE-E16: No valid offer received (EDK2)", "Connection timed out (iPXE)"},
    [LIKELY_NEXT_DEVICE] = {"", "PXE-E21: Remote boot cancelled (EDK2)", ""},
    [LIKELY_NO_FILE_ASKED] = {"PXE-E32: TFTP open timeout (BIOS)",
                              "PXE-E18: Server response timeout (EDK2)",
                              "Connection timed out (iPXE)"},
    [LIKELY_NOT_FOUND] = {"PXE-E3B: TFTP error, file not found (BIOS)",
                          "PXE-E23: Client received TFTP error from server (EDK2)",
                          "No such file or directory (iPXE)"},
    [LIKELY_TIMED_OUT] = {"PXE-E35: TFTP read timeout (BIOS)",
                          "PXE-E18: Server response timeout (EDK2)", "Connection timed out (iPXE)"},
    [LIKELY_STOPPED] = {"PXE-E79: NBP is too big to fit in free base memory (BIOS)",
                        "PXE-E05: Buffer size is smaller than the requested file (EDK2)",
                        "Operation canceled (iPXE)"},
};

static enum likely_outcome of_transfer(const char *outcome) {
    static const struct {
        const char *name;
        enum likely_outcome outcome;
    } names[] = {
        {"completed", LIKELY_BOOTED}, {"refused", LIKELY_NOT_FOUND},
        {"failed", LIKELY_NOT_FOUND}, {"timed-out", LIKELY_TIMED_OUT},
        {"aborted", LIKELY_STOPPED},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].name, outcome) == 0)
            return names[i].outcome;
    return LIKELY_UNKNOWN;
}

/* Files that another server has, and HTTP Boot, are out of our sight. */
static bool is_ours_to_see(const struct trace *trace) {
    char text[ADDRESS_TEXT_SIZE];
    const char *shape = trace_get_shape(trace);
    const char *own = trace_fact(trace, "server");
    struct address server = trace_get_server(trace);
    return strcmp(shape, "http") != 0 && strcmp(shape, "wait") != 0 &&
           (own == NULL || server.family == 0 || strcmp(own, address_text(&server, text)) == 0);
}

enum likely_outcome likely_outcome(const struct trace *trace, const char *outcome,
                                   bool is_settled) {
    if (trace == NULL)
        return LIKELY_UNKNOWN;
    if (trace_get_shape(trace) == NULL)
        return strcmp(trace_get_stage(trace), "discover") == 0 ? LIKELY_SILENCE : LIKELY_NO_SERVER;
    if (strcmp(trace_get_shape(trace), "abort") == 0)
        return LIKELY_NEXT_DEVICE;
    if (outcome != NULL)
        return of_transfer(outcome);
    return is_settled && is_ours_to_see(trace) ? LIKELY_NO_FILE_ASKED : LIKELY_UNKNOWN;
}

const char *likely_text(const struct request *request, enum likely_outcome outcome) {
    enum firmware firmware = FIRMWARE_BIOS;
    const char *loader = request_text(request, BOOT_HOST_REQUEST_LOADER);
    if (loader != NULL && strcmp(loader, "ipxe") == 0)
        firmware = FIRMWARE_IPXE;
    else if (shape_is_uefi(request))
        firmware = FIRMWARE_EDK2;
    const char *text = (unsigned) outcome < LIKELY_COUNT ? texts[outcome][firmware] : NULL;
    return text != NULL ? text : "";
}
