/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The named parameters of a query, such as :mac, and their values in a request: bound to a
 * statement, or joined to the key under which the query's result is remembered.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <boothost/host.h>

#define PARAMETERS_MAX 32
#define KEY_MAX        512 /* bytes; a client that tells more is looked up each time */

struct parameter;

/* Which ones a query has. */
struct parameters {
    uint32_t count;
    const struct parameter *bound[PARAMETERS_MAX]; /* by the statement's index, from 1 on */
    uint32_t key_count;
    const struct parameter *keyed[PARAMETERS_MAX]; /* without those that follow from others */
};

/* All that a query's result depends on. */
struct key {
    uint64_t hash;
    size_t size; /* 0: too long */
    char bytes[KEY_MAX + sizeof(uint64_t)];
};

/* All names, for a message. */
extern const char parameters_all[];

/* Reads the parameters of a statement. Returns one that does not exist, or NULL. */
const char *parameters_read(sqlite3_stmt *statement, struct parameters *ret_parameters);

/* Binds them to what the request says; absent is NULL. The values are lent: run the statement before
 * the request is gone. `has_uuid` false: :uuid and :uuid_swapped are NULL. */
void parameters_bind(const struct parameters *parameters, sqlite3_stmt *statement,
                     const struct boot_host *host, const struct boot_host_request *request,
                     bool has_uuid);

/* `seed` is secret: clients choose the bytes. */
void parameters_make_key(const struct parameters *parameters, const struct boot_host *host,
                         const struct boot_host_request *request, uint64_t seed, struct key *key);
