/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The spy in front of the module's functions.
 */
#include "conformance/spy.h"

#include <errno.h>
#include <sys/resource.h>

#include "conformance/rules.h"
#include "conformance/spy-private.h"
#include "provider/instance.h"

#define CANCEL_MAX_US (100 * CLOCK_MILLISECOND)
#define CALLS_KEPT    64 /* handles that have ended and are watched on */
#define ERRNO_MAX     4095

/* The module that an instance was opened from is the spy. */
static struct spy *spy_of(const struct boot_host *host) {
    const struct instance *instance =
        (const struct instance *) ((const char *) host - offsetof(struct instance, host));
    return (struct spy *) instance->module;
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static struct spy_call *begin(struct spy_instance *instance, const void *request,
                              const void *target, enum spy_kind kind) {
    struct spy_call *call = g_new0(struct spy_call, 1);
    call->instance = instance;
    call->request = (struct spy_handle){SPY_REQUEST, call, request};
    call->target = (struct spy_handle){kind, call, target};
    g_mutex_lock(&instance->lock);
    g_ptr_array_add(instance->calls, call);
    g_mutex_unlock(&instance->lock);
    return call;
}

static void forget_old(struct spy_instance *instance) {
    for (guint i = 0; i < instance->calls->len && instance->calls->len > CALLS_KEPT;) {
        const struct spy_call *call = g_ptr_array_index(instance->calls, i);
        if (call->is_over && call->has_returned)
            g_ptr_array_remove_index(instance->calls, i);
        else
            i++;
    }
}

/* A door has returned `verdict`; under the lock. */
static void judge_ticket(struct spy_call *call, const char *door, int32_t verdict) {
    struct report *report = call->instance->spy->report;
    if (verdict == BOOT_HOST_LATER && call->ticket == 0)
        report_fail(report, RULE_LATER, "%s answered LATER without taking the ticket before", door);
    if (verdict != BOOT_HOST_LATER && call->is_completed)
        report_fail(report, RULE_LATER, "%s completed its ticket and returned a verdict, too",
                    door);
    gboolean parks = verdict == BOOT_HOST_LATER && call->ticket != 0;
    if (parks)
        call->instance->spy->later++;
    if (!parks || call->is_completed)
        call->is_over = TRUE;
    if (!parks && call->ticket != 0)
        g_hash_table_remove(call->instance->tickets, &call->ticket);
}

static void end(struct spy_call *call, const char *door, int32_t verdict) {
    struct spy_instance *instance = call->instance;
    g_mutex_lock(&instance->lock);
    judge_ticket(call, door, verdict);
    call->has_returned = TRUE;
    forget_old(instance);
    g_mutex_unlock(&instance->lock);
    report_at(instance->spy->report, "");
}

static void judge_verdict(struct spy *spy, const char *door, int32_t verdict, gboolean is_content) {
    gboolean known = verdict >= -ERRNO_MAX && verdict <= BOOT_HOST_LATER;
    if (!known)
        report_fail(spy->report, RULE_VERDICTS, "%s returned %d, which is no verdict", door,
                    verdict);
    if (is_content && (verdict == BOOT_HOST_ABORT || verdict == BOOT_HOST_HOLD))
        report_fail(spy->report, RULE_VERDICTS, "%s returned %s, which is for decide alone", door,
                    verdict == BOOT_HOST_ABORT ? "ABORT" : "HOLD");
    if (verdict < 0)
        spy->door_errors++;
}

/* ---- How long a door takes ------------------------------------------------------------------- */

struct stopwatch {
    int64_t start_us;
    int64_t waits;
};

/* How often this thread went to sleep of its own accord. */
static int64_t count_waits(void) {
    struct rusage usage = {0};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

static struct stopwatch start(void) {
    int64_t waits = count_waits();
    return (struct stopwatch){g_get_monotonic_time(), waits};
}

static void stop(struct spy *spy, const struct stopwatch *watch) {
    spy->door_us = g_get_monotonic_time() - watch->start_us;
    spy->door_waits = count_waits() - watch->waits;
}

/* ---- Doors ----------------------------------------------------------------------------------- */

static int32_t spy_decide(void *data, const struct boot_host_request *request,
                          struct boot_host_reply *reply) {
    struct spy_instance *instance = data;
    struct spy *spy = instance->spy;
    struct spy_call *call = begin(instance, request, reply, SPY_REPLY);
    report_at(spy->report, "decide");
    struct stopwatch watch = start();
    int32_t verdict =
        spy->real.decide(instance->state, (const struct boot_host_request *) &call->request,
                         (struct boot_host_reply *) &call->target);
    stop(spy, &watch);
    judge_verdict(spy, "decide", verdict, FALSE);
    end(call, "decide", verdict);
    return verdict;
}

static int32_t spy_content(void *data, const struct boot_host_request *request,
                           struct boot_host_content *content) {
    struct spy_instance *instance = data;
    struct spy *spy = instance->spy;
    struct spy_call *call = begin(instance, request, content, SPY_CONTENT);
    report_at(spy->report, "content");
    struct stopwatch watch = start();
    int32_t verdict =
        spy->real.content(instance->state, (const struct boot_host_request *) &call->request,
                          (struct boot_host_content *) &call->target);
    stop(spy, &watch);
    judge_verdict(spy, "content", verdict, TRUE);
    if (verdict != BOOT_HOST_LATER)
        spy_judge_gifts(call, verdict);
    end(call, "content", verdict);
    return verdict;
}

static void spy_event(void *data, const struct boot_host_request *request,
                      const struct boot_host_event *event) {
    struct spy_instance *instance = data;
    struct spy_call *call = begin(instance, request, NULL, SPY_REPLY);
    report_at(instance->spy->report, "event");
    struct stopwatch watch = start();
    instance->spy->real.event(instance->state, (const struct boot_host_request *) &call->request,
                              event);
    stop(instance->spy, &watch);
    end(call, "event", BOOT_HOST_PASS);
    instance->spy->events++;
}

static void spy_cancel(void *data, uint64_t ticket) {
    struct spy_instance *instance = data;
    struct spy *spy = instance->spy;
    report_at(spy->report, "cancel");
    int64_t start_us = g_get_monotonic_time();
    spy->real.cancel(instance->state, ticket);
    int64_t took_us = g_get_monotonic_time() - start_us;
    if (took_us > CANCEL_MAX_US)
        report_fail(spy->report, RULE_CANCEL,
                    "cancel took %" G_GINT64_FORMAT " ms: it must not block",
                    took_us / CLOCK_MILLISECOND);
    report_at(spy->report, "");
}

/* ---- Life ------------------------------------------------------------------------------------ */

static struct spy_instance *instance_new(struct spy *spy, const struct boot_host *host) {
    struct spy_instance *instance = g_new0(struct spy_instance, 1);
    instance->spy = spy;
    instance->real_host = host;
    instance->calls = g_ptr_array_new_with_free_func(g_free);
    instance->tickets = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_mutex_init(&instance->lock);
    spy_host_init(instance);
    return instance;
}

static void instance_free(struct spy_instance *instance) {
    g_hash_table_unref(instance->tickets);
    g_ptr_array_unref(instance->calls);
    g_mutex_clear(&instance->lock);
    g_free(instance);
}

static void look(struct spy *spy, struct snapshot **view) {
    if (!spy->watches)
        return;
    g_clear_pointer(view, snapshot_free);
    *view = snapshot_take();
}

static int32_t spy_open(const struct boot_host *host, const struct boot_host_config *config,
                        uint32_t flags, void **ret_instance) {
    struct spy *spy = spy_of(host);
    struct spy_instance *instance = instance_new(spy, host);
    spy->opens++;
    look(spy, &spy->views.before_open);
    report_at(spy->report, (flags & BOOT_HOST_OPEN_CHECK) != 0 ? "open with CHECK" : "open");
    int32_t error = spy->real.open(&instance->host, config, flags, &instance->state);
    report_at(spy->report, "");
    look(spy, &spy->views.after_open);
    if (error > 0)
        report_fail(spy->report, RULE_OPEN, "open returned %d: wanted 0 or a negative errno",
                    error);
    if (error == 0)
        *ret_instance = instance;
    else
        instance_free(instance);
    return error;
}

static void spy_close(void *data) {
    struct spy_instance *instance = data;
    struct spy *spy = instance->spy;
    spy->uncompleted += g_hash_table_size(instance->tickets);
    report_at(spy->report, "close");
    spy->real.close(instance->state);
    report_at(spy->report, "");
    look(spy, &spy->views.after_close);
    instance_free(instance);
}

static void spy_drain(void *data) {
    struct spy_instance *instance = data;
    report_at(instance->spy->report, "drain");
    instance->spy->real.drain(instance->state);
    report_at(instance->spy->report, "");
}

static int32_t judge_state(struct spy *spy, const char *call, int32_t error) {
    report_at(spy->report, "");
    if (error > 0)
        report_fail(spy->report, RULE_STATE, "%s returned %d: wanted 0 or a negative errno", call,
                    error);
    return error;
}

static int32_t spy_save(void *data, struct boot_host_state *state) {
    struct spy_instance *instance = data;
    struct spy_call *call = begin(instance, NULL, state, SPY_STATE);
    report_at(instance->spy->report, "save");
    int32_t error =
        instance->spy->real.save(instance->state, (struct boot_host_state *) &call->target);
    call->is_over = TRUE;
    return judge_state(instance->spy, "save", error);
}

static int32_t spy_restore(void *data, const struct boot_host_state *state) {
    struct spy_instance *instance = data;
    struct spy_call *call = begin(instance, NULL, state, SPY_STATE);
    report_at(instance->spy->report, "restore");
    int32_t error = instance->spy->real.restore(instance->state,
                                                (const struct boot_host_state *) &call->target);
    call->is_over = TRUE;
    return judge_state(instance->spy, "restore", error);
}

/* ---- The spy --------------------------------------------------------------------------------- */

struct spy *spy_new(struct module *real, struct report *report) {
    struct spy *spy = g_new0(struct spy, 1);
    g_atomic_ref_count_init(&spy->module.refs);
    spy->module.path = g_strdup(real->path);
    spy->real = real->provider;
    spy->report = report;
    spy->saved =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
    spy->module.provider = real->provider;
    struct provider *provider = &spy->module.provider;
    provider->open = spy_open;
    provider->close = spy_close;
    provider->decide = spy_decide;
    provider->content = spy_content;
    provider->event = spy_event;
    provider->cancel = spy_cancel;
    provider->drain = spy_drain;
    provider->save = spy_save;
    provider->restore = spy_restore;
    /* The schema belongs to one of both. */
    real->provider.settings = NULL;
    real->provider.setting_count = 0;
    module_unref(real);
    return spy;
}

void spy_free(struct spy *spy) {
    spy_clear_views(spy);
    g_hash_table_unref(spy->saved);
    module_unref(&spy->module);
}

void spy_clear_views(struct spy *spy) {
    g_clear_pointer(&spy->views.before_open, snapshot_free);
    g_clear_pointer(&spy->views.after_open, snapshot_free);
    g_clear_pointer(&spy->views.after_close, snapshot_free);
}
