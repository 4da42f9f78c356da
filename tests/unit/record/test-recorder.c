/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core/record/recorder.c: libpcap and our own walk read what it wrote; a disk that stands still
 * holds nobody up.
 */
#include "record/recorder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pcap/pcap.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "net/packet-format.h"
#include "record/pcapng.h"
#include "support/vector.h"

#define SAMPLE "pxe/edk2-x64-discover"

struct bed {
    char *folder;
    char *path;
    GBytes *sample;
    struct recorder_options options;
};

static void bed_init(struct bed *bed) {
    bed->folder = g_dir_make_tmp("boothost-recorder-XXXXXX", NULL);
    g_assert_nonnull(bed->folder);
    bed->path = g_build_filename(bed->folder, "requests.pcapng", NULL);
    bed->sample = vector_load(SAMPLE);
    bed->options = (struct recorder_options){
        .path = bed->path, .size = 1024 * 1024, .files = 3, .clock = clock_monotonic()};
}

static void bed_clear(struct bed *bed) {
    g_autoptr(GDir) folder = g_dir_open(bed->folder, 0, NULL);
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        g_autofree char *path = g_build_filename(bed->folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(bed->folder);
    g_free(bed->folder);
    g_free(bed->path);
    g_bytes_unref(bed->sample);
}

static struct recorder_packet packet_of(const struct bed *bed, gboolean is_answer) {
    struct span span = vector_span(bed->sample);
    struct recorder_packet packet = {
        .data = span.data,
        .size = span.size,
        .link = is_answer ? "eth1" : "eth0",
        .is_answer = is_answer,
        .attempt = is_answer ? 0 : 7,
    };
    g_assert_true(address_parse("10.99.0.2", &packet.server));
    packet.from = address_from_ipv4((const uint8_t[]){0, 0, 0, 0}, 68);
    packet.to = address_from_ipv4((const uint8_t[]){255, 255, 255, 255}, 67);
    return packet;
}

static guint64 count_of(struct recorder *recorder, const char *key) {
    g_autoptr(GVariant) status = g_variant_ref_sink(recorder_status(recorder));
    guint64 value = 0;
    g_assert_true(g_variant_lookup(status, key, "t", &value));
    return value;
}

/* All packets as libpcap sees them: checksums and payload must be right. Returns how many. */
static unsigned read_back(const char *path, struct span wanted) {
    char reason[PCAP_ERRBUF_SIZE] = "";
    struct pcap_pkthdr *header = NULL;
    const u_char *data = NULL;
    unsigned count = 0;
    pcap_t *pcap = pcap_open_offline(path, reason);
    if (pcap == NULL)
        g_error("%s: %s", path, reason);
    g_assert_cmpint(pcap_datalink(pcap), ==, DLT_IPV4);
    int status = 0;
    while ((status = pcap_next_ex(pcap, &header, &data)) == 1) {
        struct packet_payload payload;
        uint8_t headers[PACKET_HEADERS];
        g_assert_true(packet_parse(data, header->caplen, &payload));
        packet_write_headers(&payload, headers);
        g_assert_cmpmem(headers, sizeof headers, data, sizeof headers);
        if (wanted.data != NULL)
            g_assert_cmpmem(payload.data, payload.size, wanted.data, wanted.size);
        count++;
    }
    if (status != PCAP_ERROR_BREAK)
        g_error("%s: behind packet %u: %s", path, count, pcap_geterr(pcap));
    pcap_close(pcap);
    return count;
}

static void test_readers_find_every_packet(void) {
    struct bed bed;
    bed_init(&bed);
    struct recorder *recorder = recorder_new(&bed.options, NULL);
    struct recorder_packet request = packet_of(&bed, FALSE), answer = packet_of(&bed, TRUE);
    for (unsigned i = 0; i < 50; i++) {
        recorder_add(recorder, &request);
        recorder_add(recorder, &answer);
    }
    recorder_free(recorder);
    g_assert_cmpuint(read_back(bed.path, vector_span(bed.sample)), ==, 100);
    bed_clear(&bed);
}

static void test_notes_tell_link_server_and_attempt(void) {
    struct bed bed;
    struct pcapng_walk walk;
    struct pcapng_note note;
    g_autofree char *content = NULL;
    gsize size = 0;
    bed_init(&bed);
    struct recorder *recorder = recorder_new(&bed.options, NULL);
    struct recorder_packet request = packet_of(&bed, FALSE), answer = packet_of(&bed, TRUE);
    recorder_add(recorder, &request);
    recorder_add(recorder, &answer);
    recorder_free(recorder);
    g_assert_true(g_file_get_contents(bed.path, &content, &size, NULL));
    pcapng_walk_init(&walk, (struct span){(uint8_t *) content, size});
    g_assert_true(pcapng_next(&walk, &note));
    g_assert_cmpstr(note.link, ==, "eth0");
    g_assert_cmpstr(note.comment, ==, "boothost: server=10.99.0.2 attempt=7");
    g_assert_true(pcapng_next(&walk, &note));
    g_assert_cmpstr(note.link, ==, "eth1");
    g_assert_cmpstr(note.comment, ==, "boothost: server=10.99.0.2");
    bed_clear(&bed);
}

static void test_every_file_of_a_rotation_stands_alone(void) {
    struct bed bed;
    unsigned total = 0;
    bed_init(&bed);
    bed.options.size = 16 * 1024;
    struct recorder *recorder = recorder_new(&bed.options, NULL);
    struct recorder_packet request = packet_of(&bed, FALSE);
    for (unsigned i = 0; i < 300; i++)
        recorder_add(recorder, &request);
    recorder_free(recorder);
    for (unsigned i = 0; i < 4; i++) {
        g_autofree char *path = i == 0 ? g_strdup(bed.path) : g_strdup_printf("%s.%u", bed.path, i);
        GStatBuf status;
        if (i == 3) {
            g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
            break;
        }
        total += read_back(path, vector_span(bed.sample));
        g_assert_cmpint(g_stat(path, &status), ==, 0);
        g_assert_cmpint(status.st_size, <=, 16 * 1024);
    }
    g_assert_cmpuint(total, >, 30);
    g_assert_cmpuint(total, <, 300);
    bed_clear(&bed);
}

static void test_pseudonyms_have_right_checksums_and_no_mac(void) {
    struct bed bed;
    g_autofree char *content = NULL;
    gsize size = 0;
    bed_init(&bed);
    struct span sample = vector_span(bed.sample);
    bed.options.use_pseudonyms = TRUE;
    struct recorder *recorder = recorder_new(&bed.options, NULL);
    struct recorder_packet request = packet_of(&bed, FALSE);
    recorder_add(recorder, &request);
    recorder_free(recorder);
    g_assert_cmpuint(read_back(bed.path, (struct span){NULL, 0}), ==, 1);
    g_assert_true(g_file_get_contents(bed.path, &content, &size, NULL));
    g_assert_null(memmem(content, size, sample.data + 28, 6)); /* chaddr */
    bed_clear(&bed);
}

/* A FIFO that is open and not read is the slowest disk there is: it takes 64 KiB and stands. */
static void test_a_slow_disk_holds_nobody_up(void) {
    struct bed bed;
    bed_init(&bed);
    g_assert_cmpint(mkfifo(bed.path, 0600), ==, 0);
    int reader = open(bed.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    g_assert_cmpint(reader, >=, 0);
    struct recorder *recorder = recorder_new(&bed.options, NULL);
    g_assert_nonnull(recorder);
    struct recorder_packet request = packet_of(&bed, FALSE);
    unsigned many = 3 * LIMIT_RECORD_BUFFER / (unsigned) request.size;
    gint64 start = g_get_monotonic_time();
    for (unsigned i = 0; i < many; i++)
        recorder_add(recorder, &request);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 2 * G_USEC_PER_SEC);
    guint64 left_out = count_of(recorder, "left-out");
    g_assert_cmpuint(left_out, >, many / 4);
    g_assert_cmpuint(left_out + count_of(recorder, "packets"), <, many);

    /* When it moves again, what waited is written. */
    guint64 waiting = many - left_out;
    for (unsigned tries = 0; tries < 1000 && count_of(recorder, "packets") < waiting; tries++) {
        uint8_t sink[65536];
        while (read(reader, sink, sizeof sink) > 0)
            ;
        g_usleep(10 * 1000);
    }
    g_assert_cmpuint(count_of(recorder, "packets"), ==, waiting);
    g_assert_cmpuint(count_of(recorder, "left-out"), ==, left_out);
    recorder_free(recorder);
    close(reader);
    bed_clear(&bed);
}

static void test_a_path_that_cannot_be_is_an_error(void) {
    struct bed bed;
    g_autoptr(GError) error = NULL;
    bed_init(&bed);
    bed.options.path = "/nonexistent/requests.pcapng";
    g_assert_null(recorder_new(&bed.options, &error));
    g_assert_nonnull(strstr(error->message, "/nonexistent/requests.pcapng"));
    bed_clear(&bed);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(words, test) g_test_add_func("/boothost/record/recorder/" words, test)
    ADD("readers-find-every-packet", test_readers_find_every_packet);
    ADD("notes-tell-link-server-and-attempt", test_notes_tell_link_server_and_attempt);
    ADD("every-file-of-a-rotation-stands-alone", test_every_file_of_a_rotation_stands_alone);
    ADD("pseudonyms-have-right-checksums-and-no-mac",
        test_pseudonyms_have_right_checksums_and_no_mac);
    ADD("a-slow-disk-holds-nobody-up", test_a_slow_disk_holds_nobody_up);
    ADD("a-path-that-cannot-be-is-an-error", test_a_path_that_cannot_be_is_an_error);
    return g_test_run();
}
