/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a call ended: what the provider returned as a verdict or as a failure with words, and what
 * that means for its statistics and its breaker.
 */
#include "provider/outcome.h"

#include <errno.h>
#include <inttypes.h>

#include "base/clock.h"
#include "provider/instance.h"
#include "provider/value.h"

#define ERRNO_MAX 4095 /* what the kernel can return, too: anything beyond is no errno */

void outcome_clear(struct outcome *outcome) {
    g_clear_pointer(&outcome->reason, g_free);
}

static const char *own_reason(const struct call *call) {
    return call->draft != NULL ? reply_get(call->draft, BOOT_HOST_REPLY_REASON) : NULL;
}

static bool is_verdict(const struct call *call, int32_t raw) {
    if (raw == BOOT_HOST_PASS || raw == BOOT_HOST_REPLY || raw == BOOT_HOST_DROP)
        return true;
    return call->door == CALL_DECIDE && (raw == BOOT_HOST_ABORT || raw == BOOT_HOST_HOLD);
}

/* What the provider returned as a verdict, or as a failure with the words for it. */
static struct outcome judge(struct call *call, int32_t raw) {
    struct outcome outcome = {.verdict = raw, .call = call};
    if (raw < 0 && raw >= -ERRNO_MAX) {
        outcome.reason = g_steal_pointer(&call->failure);
        if (outcome.reason == NULL && own_reason(call) == NULL)
            outcome.reason = g_strdup_printf("failed: %s", g_strerror(-raw));
        return outcome;
    }
    bool has_content = call->content_kind != CHAIN_CONTENT_NONE;
    if (is_verdict(call, raw)) {
        if (call->door != CALL_CONTENT || raw != BOOT_HOST_REPLY || has_content)
            return outcome;
        outcome.reason = g_strdup("answered REPLY without having given content");
    } else if (raw == BOOT_HOST_LATER) {
        outcome.reason = g_strdup("answered LATER without having taken a ticket");
    } else {
        outcome.reason =
            g_strdup_printf("returned %" PRId32 ", which is no verdict of this door", raw);
    }
    outcome.verdict = -EPROTO;
    return outcome;
}

static void note_breaker(struct instance *instance, bool failed, int64_t now_us) {
    if (!failed && instance->breaker.state == BREAKER_CLOSED && instance->breaker.failures == 0)
        return;
    enum breaker_state before = instance->breaker.state;
    if (failed)
        breaker_fail(&instance->breaker, now_us);
    else
        breaker_succeed(&instance->breaker);
    instance->breaker_shown = instance->breaker.state;
    if (instance->breaker.state == before)
        return;
    g_autofree char *pause = value_format_duration(instance->breaker.pause_us);
    if (instance->breaker.state == BREAKER_OPEN)
        instance_warn(instance, "failed %u times in a row; it is not asked for %s",
                      instance->breaker.failures, pause);
    else
        instance_log(instance, BOOT_HOST_LOG_INFO, "answers again");
}

static struct outcome make_late(struct instance *instance, const char *what, int64_t now_us) {
    g_autofree char *deadline = value_format_duration(instance->config->deadline_us);
    statistics_count(&instance->statistics.timeouts);
    return (struct outcome){.verdict = -ETIMEDOUT,
                            .end_us = now_us,
                            .reason = g_strdup_printf("%s its deadline of %s", what, deadline)};
}

struct outcome outcome_time_out(struct instance *instance, const char *what, int64_t now_us) {
    note_breaker(instance, true, now_us);
    return make_late(instance, what, now_us);
}

struct outcome outcome_no_turn(struct instance *instance, int64_t now_us) {
    return make_late(instance, "waited for its turn longer than", now_us);
}

struct outcome outcome_shed(struct instance *instance, int64_t now_us) {
    statistics_count(&instance->statistics.shed);
    return (struct outcome){
        .verdict = -EBUSY,
        .end_us = now_us,
        .reason = g_strdup_printf("shed: %u newer calls wait for it", instance->pending.length)};
}

/* The provider has answered. */
struct outcome outcome_settle(struct instance *instance, struct call *call, int32_t raw) {
    int64_t now = clock_now(instance->clock);
    int64_t took = now - call->start_us;
    statistics_took(&instance->statistics, took);
    if (took > instance->config->deadline_us && instance->thread_count == 0) {
        /* The packet thread stood still for so long: all the more must the breaker count it. */
        statistics_count(&instance->statistics.late);
        return outcome_time_out(instance, "answered on the packet thread, but after", now);
    }
    struct outcome outcome = judge(call, raw);
    outcome.end_us = now;
    if (outcome.verdict < 0)
        statistics_count(&instance->statistics.errors);
    note_breaker(instance, outcome.verdict < 0, now);
    return outcome;
}
