/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libpcap reads the frames; our own walk reads what stands beside them.
 */
#include "cli/capture.h"

#include <gio/gio.h>
#include <pcap/pcap.h>
#include <string.h>

#include "base/text.h"
#include "cli/frame.h"
#include "codec/dhcp.h"

/* ---- Notes of a recording -------------------------------------------------------------------- */

/* "boothost: server=10.0.0.2 attempt=1", as record/recorder.c writes it. */
static void take_comment(struct capture_request *request, const char *comment) {
    if (!g_str_has_prefix(comment, "boothost: "))
        return;
    g_auto(GStrv) words = g_strsplit(comment, " ", -1);
    for (guint i = 1; words[i] != NULL; i++) {
        int64_t attempt = 0;
        if (g_str_has_prefix(words[i], "server="))
            address_parse(words[i] + strlen("server="), &request->server);
        else if (g_str_has_prefix(words[i], "attempt=") &&
                 text_parse_integer(words[i] + strlen("attempt="), 1, UINT32_MAX, &attempt))
            request->attempt = (uint32_t) attempt;
    }
}

/* libpcap gives neither comments nor names of links, so that a second look is taken at the file. */
static void take_notes(const char *path, GPtrArray *requests) {
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
    struct pcapng_walk walk;
    struct pcapng_note note;
    unsigned number = 0;
    guint next = 0;

    if (file == NULL)
        return; /* a pipe: it is gone by now */
    pcapng_walk_init(&walk, (struct span){(const uint8_t *) g_mapped_file_get_contents(file),
                                          g_mapped_file_get_length(file)});
    while (next < requests->len && pcapng_next(&walk, &note)) {
        struct capture_request *request = g_ptr_array_index(requests, next);
        if (++number != request->number)
            continue;
        memcpy(request->link, note.link, sizeof request->link);
        take_comment(request, note.comment);
        next++;
    }
}

/* ---- The file -------------------------------------------------------------------------------- */

void capture_request_free(struct capture_request *request) {
    g_bytes_unref(request->packet);
    g_free(request);
}

static gboolean is_request(const struct address *to, struct span payload) {
    return (to->port == DHCP_PORT_SERVER || to->port == DHCP_PORT_BOOT_SERVER) &&
           payload.size > 0 && payload.data[0] == DHCP_OP_REQUEST;
}

static void take_frame(GPtrArray *requests, int link_type, struct span frame,
                       const struct capture_request *origin) {
    struct address from, to;
    struct span payload;

    if (!frame_datagram(link_type, frame, &from, &to, &payload) || !is_request(&to, payload))
        return;
    struct capture_request *request = g_new0(struct capture_request, 1);
    *request = *origin;
    request->from = from;
    request->to = to;
    request->packet = g_bytes_new(payload.data, payload.size);
    g_ptr_array_add(requests, request);
}

GPtrArray *capture_read(const char *path, GError **error) {
    char reason[PCAP_ERRBUF_SIZE] = "";
    struct pcap_pkthdr *header = NULL;
    const u_char *data = NULL;
    struct capture_request origin = {.file = g_intern_string(path)};
    unsigned number = 0;
    int status = 0;

    pcap_t *pcap = pcap_open_offline(path, reason);
    if (pcap == NULL) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                    "%s: %s: name a capture, such as tcpdump -w makes it", path, reason);
        return NULL;
    }
    GPtrArray *requests = g_ptr_array_new_with_free_func((GDestroyNotify) capture_request_free);
    while ((status = pcap_next_ex(pcap, &header, &data)) == 1) {
        origin.number = ++number;
        origin.time_us = (int64_t) header->ts.tv_sec * G_USEC_PER_SEC + header->ts.tv_usec;
        take_frame(requests, pcap_datalink(pcap), (struct span){data, header->caplen}, &origin);
    }
    if (status == PCAP_ERROR) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: behind frame %u: %s", path, number,
                    pcap_geterr(pcap));
        g_clear_pointer(&requests, g_ptr_array_unref);
    }
    pcap_close(pcap);
    if (requests != NULL)
        take_notes(path, requests);
    return requests;
}
