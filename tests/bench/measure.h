/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the load generators measure with: a nanosecond clock, a histogram of times that never grows,
 * and the socket calls they share. One thread.
 */
#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define MEASURE_MILLISECOND INT64_C(1000000) /* ns */
#define MEASURE_SECOND      INT64_C(1000000000)

/* The monotonic clock, in ns. */
int64_t measure_now(void);

/* Sorts values into buckets 1/32 of a power of two wide: percentiles are right within 3 %. */
#define HISTOGRAM_STEPS   32
#define HISTOGRAM_BUCKETS (60 * HISTOGRAM_STEPS)

struct histogram {
    uint64_t count;
    uint32_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* The value below which `share` (0 to 1) of all values lie; 0 when there are none. */
uint64_t histogram_percentile(const struct histogram *histogram, double share);

/* Prints `"NAME": {"p50": ..., "p99": ..., "max": ...}` in microseconds from a histogram of nanoseconds. */
void histogram_print(const struct histogram *histogram, const char *name);

/* Reads "10.0.0.1" into a socket address. False: it is none, *ret_address untouched. */
bool measure_parse_address(const char *text, int port, struct sockaddr_in *ret_address);

/* A datagram socket bound to `address` with `receive_buffer` bytes of buffer (more than the
 * system's limit where allowed; 0: the default). -1 with errno set when that fails. */
int measure_open_socket(const struct sockaddr_in *address, int receive_buffer);

/* Prints what went wrong with errno's text on standard error. Returns 1, the exit status. */
int measure_fail(const char *what);
