/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Clock, histogram and socket calls of the load generators.
 */
#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t measure_now(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * MEASURE_SECOND + now.tv_nsec;
}

/* Values below 2 * HISTOGRAM_STEPS have a bucket each; above, the leading six bits choose it. */
static unsigned bucket_of(uint64_t value) {
    unsigned shift = 0;

    while (value >> shift >= 2 * HISTOGRAM_STEPS) {
        shift++;
    }
    return shift * HISTOGRAM_STEPS + (unsigned) (value >> shift);
}

static uint64_t value_of(unsigned bucket) {
    if (bucket < 2 * HISTOGRAM_STEPS) {
        return bucket;
    }
    unsigned shift = bucket / HISTOGRAM_STEPS - 1;
    return (uint64_t) (bucket - shift * HISTOGRAM_STEPS) << shift;
}

void histogram_add(struct histogram *histogram, uint64_t value) {
    histogram->buckets[MIN(bucket_of(value), HISTOGRAM_BUCKETS - 1)]++;
    histogram->count++;
}

uint64_t histogram_percentile(const struct histogram *histogram, double share) {
    uint64_t wanted = (uint64_t) ((double) histogram->count * share);
    uint64_t seen = 0;

    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen > wanted || (seen != 0 && seen == histogram->count)) {
            return value_of(bucket);
        }
    }
    return 0;
}

void histogram_print(const struct histogram *histogram, const char *name) {
    printf("\"%s\": {\"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}", name,
           (double) histogram_percentile(histogram, 0.50) / 1000,
           (double) histogram_percentile(histogram, 0.99) / 1000,
           (double) histogram_percentile(histogram, 1) / 1000);
}

bool measure_parse_address(const char *text, int port, struct sockaddr_in *ret_address) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};

    if (text == NULL || inet_pton(AF_INET, text, &address.sin_addr) != 1) {
        return false;
    }
    *ret_address = address;
    return true;
}

int measure_open_socket(const struct sockaddr_in *address, int receive_buffer) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -1;
    }
    if (receive_buffer > 0 &&
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) < 0) {
        /* Without the right to exceed net.core.rmem_max, as much as that allows. */
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    if (bind(fd, (const struct sockaddr *) address, sizeof *address) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int measure_fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, g_strerror(errno));
    return 1;
}
