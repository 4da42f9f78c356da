/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Three ways to an answer, the first that is open: what is remembered of this client, if the
 * database has not changed since; a lookup at once, if the file is in memory and nobody uses the
 * connection; else the clerk looks it up, and the answer comes LATER. None of them waits.
 */
#include "decide.h"

#include <errno.h>
#include <sys/resource.h>

#include "database.h"
#include "lookup.h"

/* How old the clerk's last look at the file may be. With a write-ahead log each change is seen at
 * once, and only a file that was replaced is seen by a look; without one, every change is. */
#define LOOK_AGE_LOGGED INT64_C(100000) /* microseconds */
#define LOOK_AGE_PLAIN  INT64_C(10000)

/* Longer than a lookup takes in memory, and what follows when it was the disk. */
#define SLOW_LOOKUP INT64_C(1000)
#define COLD_FOR    INT64_C(1000000)

/* Takes over what the clerk has found, and forgets all when the database has changed. */
static void remember(struct database *database, struct record *found, bool has_changed) {
    if (has_changed) {
        cache_forget_all(&database->cache);
        record_free_list(found);
        return;
    }
    while (found != NULL) {
        struct record *record = found;
        found = record->next;
        cache_add(&database->cache, record);
    }
}

/* Brings the cache up to now. False: only the clerk can tell whether the file is the same. */
static bool catch_up(struct database *database, bool *ret_is_warm) {
    int64_t now_us = database->host->now(database->host);
    pthread_mutex_lock(&database->lock);
    const struct view *view = &database->view;
    struct record *found = database->found;
    database->found = NULL;
    bool has_changed = !moment_is_now(&database->remembered, view->edition, view->header);
    if (has_changed)
        moment_read(&database->remembered, view->edition, view->header);
    int64_t age_us = now_us - view->checked_us;
    int64_t most_us = view->header != NULL ? LOOK_AGE_LOGGED : LOOK_AGE_PLAIN;
    *ret_is_warm = now_us < view->warm_until_us && now_us >= database->cold_until_us;
    if (age_us > most_us / 2)
        clerk_want_look(database);
    pthread_mutex_unlock(&database->lock);
    if (has_changed || found != NULL)
        remember(database, found, has_changed);
    return age_us <= most_us;
}

/* Most of the file is in memory, not all. A slow lookup that read from the disk is the last one for
 * a while; one that was interrupted by another thread is not. The kernel counts by thread. */
static void watch_disk(struct database *database, int64_t start_us) {
    struct rusage usage;
    int64_t now_us = database->host->now(database->host);
    if (now_us - start_us < SLOW_LOOKUP || getrusage(RUSAGE_THREAD, &usage) != 0)
        return;
    bool is_same_thread = pthread_equal(database->slow_thread, pthread_self()) != 0;
    if (is_same_thread && usage.ru_inblock != database->disk_reads)
        database->cold_until_us = now_us + COLD_FOR;
    database->slow_thread = pthread_self();
    database->disk_reads = usage.ru_inblock;
}

/* False: it would block, or has failed; the clerk may try. */
static bool look_up_now(struct database *database, const struct boot_host_request *request,
                        const struct key *key, struct record **ret_record) {
    char problem[PROBLEM_MAX];
    int32_t result = -EBUSY;
    bool was_reading = true;
    int64_t start_us = database->host->now(database->host);
    if (pthread_mutex_trylock(&database->store_lock) != 0)
        return false;
    if (database->store.db != NULL) {
        was_reading = database->store.is_reading;
        result = lookup_run(database, request, key, false, ret_record, problem);
    }
    if (result == 0)
        clerk_report(database, 0, NULL);
    if (!was_reading && database->store.is_reading)
        clerk_want_end(database);
    pthread_mutex_unlock(&database->store_lock);
    watch_disk(database, start_us);
    return result == 0;
}

int32_t decide_request(struct database *database, const struct boot_host_request *request,
                       struct boot_host_reply *reply) {
    struct key key;
    struct record *record = NULL;
    bool is_warm = false;
    if (!catch_up(database, &is_warm))
        return clerk_submit(database, request, reply);
    parameters_make_key(&database->parameters, database->host, request, database->seed, &key);
    const struct record *known = cache_find(&database->cache, &key);
    if (known != NULL)
        return device_use(database, known, request, reply);
    if (!is_warm || !look_up_now(database, request, &key, &record))
        return clerk_submit(database, request, reply);
    int32_t result = device_use(database, record, request, reply);
    cache_add(&database->cache, record);
    return result;
}
