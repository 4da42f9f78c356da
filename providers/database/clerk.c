/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A queue of jobs, and the thread that empties it.
 */
#include "clerk.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "database.h"
#include "lookup.h"
#include "warmth.h"

#define SECOND INT64_C(1000000)
/* How long it counts that the file was found in memory, and how often it is looked for there. What
 * was in memory a moment ago leaves it only when memory is very short. */
#define WARM_FOR      (2 * SECOND)
#define MEASURE_AFTER SECOND
#define READ_FOR      INT64_C(10000000) /* nanoseconds that one state of the file is held on to */
#define FETCH_AFTER   (60 * SECOND)     /* if it was not to be held there */

struct job {
    struct job *next;
    uint64_t ticket;
    const struct boot_host_request *request;
    struct boot_host_reply *reply;
    bool begins_anew; /* to read: what was begun has been read for long enough */
};

void clerk_init(struct clerk *clerk) {
    pthread_condattr_t monotonic;
    (void) pthread_condattr_init(&monotonic);
    (void) pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void) pthread_cond_init(&clerk->wanted, &monotonic);
    (void) pthread_cond_init(&clerk->settled, NULL);
    (void) pthread_condattr_destroy(&monotonic);
}

/* ---- The file -------------------------------------------------------------------------------- */

static void publish(struct database *database, const struct view *view) {
    pthread_mutex_lock(&database->lock);
    database->view = *view;
    pthread_mutex_unlock(&database->lock);
}

/* Until when the packet thread may read the file itself: one with a write-ahead log, whose readers
 * wait for no writer, and which lies on a disk of this machine; when it is in memory. */
static int64_t measure_warmth(struct database *database, int64_t now_us) {
    struct store *store = &database->store;
    if (store->header == NULL || sqlite3_db_readonly(store->db, "main") != 0)
        return 0;
    if (now_us < database->measure_us)
        return database->view.warm_until_us;
    database->measure_us = now_us + MEASURE_AFTER;
    bool fetch = now_us >= database->fetch_us;
    if (fetch)
        database->fetch_us = now_us + FETCH_AFTER;
    return warmth_measure(store->db, fetch) ? now_us + WARM_FOR : 0;
}

int32_t clerk_look(struct database *database, char problem[PROBLEM_MAX]) {
    struct store *store = &database->store;
    struct view view = {.checked_us = database->host->now(database->host)};
    if (!store_is_current(store)) {
        publish(database, &(struct view){.edition = ++database->edition});
        database->measure_us = 0;
        database->fetch_us = 0;
        int32_t result = store_ready(store, problem);
        if (result != 0)
            return result;
    } else if (store->header == NULL) {
        store_set_patience(store, false);
        database->edition += store_has_changed(store) ? 1 : 0;
    }
    view.header = store->header;
    view.edition = database->edition;
    view.warm_until_us = measure_warmth(database, view.checked_us);
    publish(database, &view);
    return 0;
}

void clerk_report(struct database *database, int32_t result, const char *problem) {
    char text[PROBLEM_MAX + 64];
    if (result != 0) {
        (void) snprintf(text, sizeof text, "the lookup failed: %s", problem);
        database->host->log(database->host, BOOT_HOST_LOG_ERROR, text);
    } else if (database->was_failing) {
        database->host->log(database->host, BOOT_HOST_LOG_INFO, "the database answers again");
    }
    database->was_failing = result != 0;
}

/* ---- Jobs: the clerk's thread ---------------------------------------------------------------- */

/* For the cache, unless what the cache holds is of another state of the file by now. */
static void hand_over(struct database *database, struct record *record,
                      const struct moment *moment) {
    pthread_mutex_lock(&database->lock);
    bool is_wanted = database->cache.capacity > 0 && moment_is_equal(moment, &database->remembered);
    if (is_wanted) {
        record->next = database->found;
        database->found = record;
    }
    pthread_mutex_unlock(&database->lock);
    if (!is_wanted)
        record_free(record);
}

static int32_t look_up(struct database *database, const struct job *job, struct moment *ret_moment,
                       struct record **ret_record) {
    char problem[PROBLEM_MAX] = "";
    struct key key;
    pthread_mutex_lock(&database->store_lock);
    if (job->begins_anew)
        store_end(&database->store);
    int32_t result = clerk_look(database, problem);
    if (result == 0) {
        /* Before the lookup: what is found may be newer than that, but never older. */
        moment_read(ret_moment, database->edition, database->store.header);
        parameters_make_key(&database->parameters, database->host, job->request, database->seed,
                            &key);
        result = lookup_run(database, job->request, &key, true, ret_record, problem);
    }
    clerk_report(database, result, problem);
    pthread_mutex_unlock(&database->store_lock);
    return result;
}

static void work(struct database *database, const struct job *job) {
    struct record *record = NULL;
    struct moment moment;
    int32_t verdict = look_up(database, job, &moment, &record);
    if (record != NULL) {
        verdict = device_use(database, record, job->request, job->reply);
        hand_over(database, record, &moment);
    }
    (void) database->host->complete(database->host, job->ticket, verdict);
}

/* With the lock held. */
static struct job *take_first(struct clerk *clerk) {
    struct job *job = clerk->first;
    if (job != NULL)
        clerk->first = job->next;
    if (clerk->first == NULL)
        clerk->last = NULL;
    return job;
}

/* With the lock held. */
static void settle(struct clerk *clerk) {
    clerk->unsettled--;
    (void) pthread_cond_broadcast(&clerk->settled);
}

static void look(struct database *database) {
    char problem[PROBLEM_MAX] = "";
    pthread_mutex_lock(&database->store_lock);
    store_end(&database->store);
    (void) clerk_look(database, problem); /* whoever asks next is told */
    pthread_mutex_unlock(&database->store_lock);
}

/* With the lock held, which is let go meanwhile. */
static void do_next(struct database *database) {
    struct clerk *clerk = &database->clerk;
    struct job *job = take_first(clerk);
    if (job != NULL)
        job->begins_anew = clerk->is_wanted;
    clerk->is_wanted = false;
    clerk->is_reading = job != NULL;
    pthread_mutex_unlock(&database->lock);
    if (job != NULL)
        work(database, job);
    else
        look(database);
    free(job);
    pthread_mutex_lock(&database->lock);
    if (job != NULL)
        settle(clerk);
}

/* False: nothing has come within the time that a state may be read. With the lock held. */
static bool wait_a_little(struct database *database) {
    struct timespec end;
    (void) clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += READ_FOR;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    return pthread_cond_timedwait(&database->clerk.wanted, &database->lock, &end) == 0;
}

static void *run(void *user) {
    struct database *database = user;
    struct clerk *clerk = &database->clerk;
    pthread_mutex_lock(&database->lock);
    while (!clerk->is_ending || clerk->first != NULL) {
        if (clerk->first != NULL || clerk->is_wanted ||
            (clerk->is_reading && !wait_a_little(database)))
            do_next(database);
        else if (!clerk->is_reading)
            (void) pthread_cond_wait(&clerk->wanted, &database->lock);
    }
    pthread_mutex_unlock(&database->lock);
    return NULL;
}

/* ---- The packet thread's side ---------------------------------------------------------------- */

/* Signals are the daemon's. With the lock held. */
static int32_t start(struct database *database) {
    struct clerk *clerk = &database->clerk;
    sigset_t all;
    sigset_t before;
    if (clerk->has_started)
        return 0;
    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&clerk->thread, NULL, run, database);
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    clerk->has_started = error == 0;
    return -error;
}

void clerk_want_look(struct database *database) {
    struct clerk *clerk = &database->clerk;
    if (clerk->is_wanted || start(database) != 0)
        return;
    clerk->is_wanted = true;
    (void) pthread_cond_signal(&clerk->wanted);
}

void clerk_want_end(struct database *database) {
    struct clerk *clerk = &database->clerk;
    pthread_mutex_lock(&database->lock);
    if (start(database) != 0)
        store_end(&database->store);
    else if (!clerk->is_reading) {
        clerk->is_reading = true;
        (void) pthread_cond_signal(&clerk->wanted);
    }
    pthread_mutex_unlock(&database->lock);
}

/* With the lock held. */
static void append(struct clerk *clerk, struct job *job) {
    if (clerk->last != NULL)
        clerk->last->next = job;
    else
        clerk->first = job;
    clerk->last = job;
    clerk->unsettled++;
    (void) pthread_cond_signal(&clerk->wanted);
}

int32_t clerk_submit(struct database *database, const struct boot_host_request *request,
                     struct boot_host_reply *reply) {
    struct job *job = malloc(sizeof *job);
    if (job == NULL)
        return -ENOMEM;
    *job = (struct job){NULL, database->host->reply_ticket(reply), request, reply, false};
    pthread_mutex_lock(&database->lock);
    int32_t result = start(database);
    if (result == 0)
        append(&database->clerk, job);
    pthread_mutex_unlock(&database->lock);
    if (result == 0)
        return BOOT_HOST_LATER;
    free(job);
    return result;
}

/* ---- The end --------------------------------------------------------------------------------- */

/* With the lock held. NULL: the clerk has it in hand, or is done with it. */
static struct job *take(struct clerk *clerk, uint64_t ticket) {
    struct job *before = NULL;
    struct job *job = clerk->first;
    while (job != NULL && job->ticket != ticket) {
        before = job;
        job = job->next;
    }
    if (job == NULL || before == NULL)
        return job != NULL ? take_first(clerk) : NULL;
    before->next = job->next;
    if (clerk->last == job)
        clerk->last = before;
    return job;
}

void clerk_cancel(struct database *database, uint64_t ticket) {
    pthread_mutex_lock(&database->lock);
    struct job *job = take(&database->clerk, ticket);
    pthread_mutex_unlock(&database->lock);
    if (job == NULL)
        return;
    (void) database->host->complete(database->host, ticket, -ECANCELED);
    free(job);
    pthread_mutex_lock(&database->lock);
    settle(&database->clerk);
    pthread_mutex_unlock(&database->lock);
}

void clerk_drain(struct database *database) {
    pthread_mutex_lock(&database->lock);
    while (database->clerk.unsettled > 0)
        (void) pthread_cond_wait(&database->clerk.settled, &database->lock);
    pthread_mutex_unlock(&database->lock);
}

void clerk_end(struct database *database) {
    struct clerk *clerk = &database->clerk;
    pthread_mutex_lock(&database->lock);
    clerk->is_ending = true;
    (void) pthread_cond_signal(&clerk->wanted);
    pthread_mutex_unlock(&database->lock);
    if (clerk->has_started)
        (void) pthread_join(clerk->thread, NULL);
    (void) pthread_cond_destroy(&clerk->wanted);
    (void) pthread_cond_destroy(&clerk->settled);
}
