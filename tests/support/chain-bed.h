/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A chain in a test: configs and modules in, decisions out, with the log captured beside them.
 */
#pragma once

#include <glib.h>

#include "base/clock.h"
#include "provider/chain.h"
#include "provider/generation.h"
#include "provider/remote.h"

#include <boothost/provider.h>

struct chain_bed {
    GPtrArray *configs;
    GPtrArray *modules;
    GPtrArray *problems;
    char *module_folder;
    const struct clock *clock;
    gboolean check;
    const struct remote_host *remote_host; /* NULL: nobody has a process of its own */
    struct generation *generation;
};

/* What came of one request; clear with chain_answer_clear. */
struct chain_answer {
    gboolean is_done;
    int32_t verdict;
    char *boot_file;
    struct trace *trace;
    enum chain_content_kind content_kind;
    char *content; /* bytes as text, or the path or name */
    struct boot_host_reader reader;
};

/* `module_folder` may be NULL. The clock is the monotonic one until it is set. */
struct chain_bed *chain_bed_new(const char *module_folder);
/* Finishes the generation, which must close within five seconds. */
void chain_bed_free(struct chain_bed *bed);

/* Another provider at the end of the chain; `settings` are pairs of key and value, ends in NULL. The
 * config is the bed's and may be changed until chain_bed_open. */
struct instance_config *chain_bed_add(struct chain_bed *bed, const char *name, const char *module,
                                      ...) G_GNUC_NULL_TERMINATED;
/* A table that `module` may name by its own name. */
void chain_bed_add_table(struct chain_bed *bed, const struct boot_host_provider *table);

/* FALSE: problems say why. */
gboolean chain_bed_open(struct chain_bed *bed);
/* Opens, and asserts that it does without any problem. */
void chain_bed_open_clean(struct chain_bed *bed);
/* All problems as lines "where: text". Free with g_free. */
char *chain_bed_problems(const struct chain_bed *bed);

/* Begins to ask; the answer must stay where it is until is_done. */
void chain_bed_begin(struct chain_bed *bed, struct request *request, struct chain_answer *answer);
/* Runs the main context until it is done; aborts the test after ten seconds. */
void chain_bed_wait(struct chain_answer *answer);
/* Both, for the decide door and for the content door. */
void chain_bed_ask(struct chain_bed *bed, struct request *request, struct chain_answer *ret_answer);
void chain_bed_ask_content(struct chain_bed *bed, struct request *request,
                           struct chain_answer *ret_answer);
void chain_answer_clear(struct chain_answer *answer);

/* Runs the main context until `done` says so; aborts the test after ten seconds. */
void chain_bed_run_until(gboolean (*done)(void *user), void *user);

/* A number of one instance's status, such as "late". */
guint64 chain_bed_counter(const struct chain_bed *bed, guint index, const char *key);
/* A text of it, such as "breaker". Free with g_free. */
char *chain_bed_word(const struct chain_bed *bed, guint index, const char *key);

/* Line `index` of the trace as "provider verdict reason". Free with g_free. */
char *chain_answer_line(const struct chain_answer *answer, guint index);

/* The request in a sample of tests/vectors, as if it came on "eth0"; and one for a file of it. */
struct request *chain_bed_request(const char *vector);
struct request *chain_bed_file_request(const char *vector, const char *name);

/* From now on log lines are kept, not written. */
void log_catch_begin(void);
/* Was there a line with this in it? Any thread. */
gboolean log_catch_has(const char *part);
void log_catch_clear(void);
