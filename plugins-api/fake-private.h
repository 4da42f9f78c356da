/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of the fake host share: the opaque handles of the contract, filled in.
 */
#pragma once

#include <glib.h>

#include "boot-host-fake.h"

/* What a decide left: lives on in the fake after the reply handle is gone. */
struct fake_answer {
    GHashTable *fields;  /* field number to text */
    GHashTable *numbers; /* field number to int64_t */
    GPtrArray *notes;    /* text */
    GHashTable *options; /* "space/code" to GBytes */
    GHashTable *facts;   /* name to value */
    struct boot_host_menu *menu;
    GPtrArray *items; /* struct boot_host_menu_item *, their texts owned */
    char *joined_notes;
};

struct fake_content {
    char *bytes; /* with a NUL behind them */
    size_t size;
    char *path;
    char *name;
    uint32_t given; /* how often content was given */
};

struct boot_host_request {
    GHashTable *fields; /* field number to text */
    GHashTable *numbers;
    GStrv architectures;
    GHashTable *options;
    GHashTable *facts; /* of the last decision, and of the request */
    GBytes *packet;
};

struct boot_host_reply {
    struct fake_answer *answer;
    const struct boot_host_request *request;
    uint64_t ticket;
};

struct boot_host_content {
    struct fake_content *given;
    uint64_t ticket;
};

struct boot_host_config {
    const struct boot_host_provider *provider;
    GPtrArray *keys; /* as written, in their order */
    GHashTable *values;
    GHashTable *lists;  /* key to GStrv, made when asked for */
    GHashTable *files;  /* path to GBytes */
    GHashTable *paths;  /* key to absolute path */
    GPtrArray *lines;   /* of the fake */
    GMutex *lines_lock; /* of the fake */
    char *folder;
    uint32_t errors;
};

struct boot_host_state {
    GHashTable *blobs; /* name to GBytes */
};

/* A decide or content call that has not ended. The handles live as long as it does. */
struct fake_call {
    uint64_t ticket;
    struct boot_host_request *request;
    struct boot_host_reply *reply;     /* decide */
    struct boot_host_content *content; /* content */
    struct fake_answer *before;        /* decide: what stands when the call fails */
    gboolean completed;                /* host->complete came */
    int32_t verdict;
};

struct boot_host_fake {
    struct boot_host table; /* first: services find the fake by it */
    const struct boot_host_provider *provider;
    struct boot_host_config config;
    char *name;
    void *instance;
    uint32_t flags;
    gboolean is_open;
    struct fake_answer *answer;
    struct fake_content *content;
    GMutex lock; /* guards what follows: threads of the provider come here */
    GCond ended;
    int64_t now;
    uint64_t next_ticket;
    struct fake_call *call;
    uint32_t late;
    GPtrArray *lines;
};

void fake_say(GPtrArray *lines, GMutex *lock, const char *level, const char *text);

void fake_config_init(struct boot_host_config *config, const struct boot_host_provider *provider,
                      GPtrArray *lines, GMutex *lock);
void fake_config_clear(struct boot_host_config *config);
void fake_config_set(struct boot_host_config *config, const char *key, const char *value);
/* Checks all settings against the schema; reports count in config->errors. */
void fake_config_check(struct boot_host_config *config);
void fake_config_fill_table(struct boot_host *table);

struct boot_host_request *fake_request_new(const struct boot_host_fake_request *from,
                                           uint32_t default_stage);
void fake_request_free(struct boot_host_request *request);
void fake_request_fill_table(struct boot_host *table);

struct fake_answer *fake_answer_new(const struct boot_host_fake_request *from);
void fake_answer_free(struct fake_answer *answer);
GHashTable *fake_facts_new(const char *const *facts);
void fake_reply_fill_table(struct boot_host *table);

struct fake_content *fake_content_new(void);
void fake_content_free(struct fake_content *content);
void fake_content_fill_table(struct boot_host *table);

/* "space/code", to free. */
char *fake_option_key(uint32_t space, uint32_t code);
int32_t fake_option_get(GHashTable *options, uint32_t space, uint32_t code,
                        struct boot_host_span *ret_value);
/* The contract's expand over one or two tables of facts; either may be NULL. */
int64_t fake_expand(GHashTable *facts, GHashTable *more, const char *text, char *buffer,
                    size_t size);
