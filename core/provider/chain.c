/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ordered walk over a generation's instances. A walk is one request on its way: on the stack as
 * long as all providers answer at once, in memory of its own from the first that does not.
 */
#include "provider/chain.h"

#include <errno.h>

#include "provider/dispatch.h"
#include "provider/generation.h"

struct walk {
    struct generation *generation; /* both lent, until it is parked */
    struct request *request;
    const struct reply *reply; /* what the providers so far have set */
    struct trace *trace;
    bool is_parked;
    enum call_door door;
    guint index;        /* of the instance that is asked */
    int64_t asked_us;   /* when it was */
    struct call *spare; /* used again for the next one, so that a PASS costs no memory */
    union {
        chain_decided_fn decided;
        chain_content_fn content;
    } done;
    void *user;
};

enum step {
    STEP_NEXT, /* go on to the next instance */
    STEP_WAIT, /* its answer will come */
    STEP_END,  /* the outcome was told, the walk is over */
};

static struct instance *current_instance(const struct walk *walk) {
    return generation_get_instances(walk->generation)->pdata[walk->index];
}

/* ---- Life ------------------------------------------------------------------------------------ */

static struct walk walk_begin(struct generation *generation, struct request *request,
                              enum call_door door, void *user) {
    int64_t now = clock_now(generation_get_clock(generation));
    return (struct walk){
        .generation = generation,
        .request = request,
        .reply = reply_nothing(),
        .trace = trace_new_at(generation_get_number(generation), request_get_stage(request),
                              generation_wall_time(generation, now)),
        .door = door,
        .asked_us = now,
        .user = user,
    };
}

/* It has to wait: moves it into memory of its own, and nothing that it needs is lent any more. */
static struct walk *walk_park(struct walk *walk) {
    if (walk->is_parked)
        return walk;
    struct walk *parked = g_memdup2(walk, sizeof(*walk));
    parked->is_parked = true;
    generation_enter(parked->generation);
    request_ref(parked->request);
    return parked;
}

static void walk_end(struct walk *walk) {
    if (walk->spare != NULL) {
        call_recycle(walk->spare, walk->reply);
        generation_give_call(walk->generation, walk->spare);
    } else {
        reply_unref(walk->reply);
    }
    trace_unref(walk->trace);
    if (!walk->is_parked)
        return;
    request_unref(walk->request);
    generation_leave(walk->generation);
    g_free(walk);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* `by_last`: the provider that was asked last has decided, else the end of the chain has. */
static void seal(struct walk *walk, int32_t verdict, bool by_last) {
    trace_set_verdict(walk->trace, verdict, by_last);
    trace_set_facts(walk->trace, walk->request, walk->reply);
}

static enum step end_decision(struct walk *walk, int32_t verdict, bool by_last) {
    seal(walk, verdict, by_last);
    struct decision decision = {
        .request = walk->request,
        .reply = walk->reply,
        .trace = walk->trace,
        .verdict = verdict,
    };
    walk->done.decided(&decision, walk->user);
    walk_end(walk);
    return STEP_END;
}

static enum step end_content(struct walk *walk, struct chain_content *content, int32_t verdict,
                             bool by_last) {
    seal(walk, verdict, by_last);
    content->request = walk->request;
    content->trace = walk->trace;
    walk->done.content(content, walk->user);
    walk_end(walk);
    return STEP_END;
}

/* No provider stopped the walk. */
static void end_walk(struct walk *walk) {
    const struct reply *reply = walk->reply;
    if (walk->door == CALL_CONTENT) {
        struct chain_content none = {.kind = CHAIN_CONTENT_NONE};
        end_content(walk, &none, BOOT_HOST_PASS, false);
        return;
    }
    bool is_complete =
        reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE) != NULL || reply_get_menu(reply) != NULL;
    end_decision(walk, is_complete ? BOOT_HOST_REPLY : BOOT_HOST_PASS, false);
}

/* ---- Readers outlive the walk ---------------------------------------------------------------- */

/* A reader is the provider's own code and data: its generation must not close before it. */
struct held_reader {
    struct generation *generation;
    struct boot_host_reader reader;
};

static int64_t read_held(void *user, uint64_t offset, void *buffer, uint64_t size) {
    struct held_reader *held = user;
    int64_t count = held->reader.read(held->reader.user, offset, buffer, size);
    return count > 0 && (uint64_t) count > size ? -EPROTO : count;
}

static void close_held(void *user) {
    struct held_reader *held = user;
    held->reader.close(held->reader.user);
    generation_leave_later(held->generation);
    g_free(held);
}

static struct boot_host_reader hold_reader(struct walk *walk,
                                           const struct boot_host_reader *reader) {
    struct held_reader *held = g_new0(struct held_reader, 1);
    held->generation = generation_enter(walk->generation);
    held->reader = *reader;
    return (struct boot_host_reader){
        .size = sizeof(struct boot_host_reader),
        .length = reader->length,
        .user = held,
        .read = read_held,
        .close = close_held,
    };
}

/* ---- One answer ------------------------------------------------------------------------------ */

static enum step give_content(struct walk *walk, struct call *call) {
    struct chain_content content = {
        .kind = call->content_kind,
        .bytes = call->content_bytes,
        .name = call->content_name,
    };
    if (call_has_reader(call)) {
        content.reader = hold_reader(walk, &call->content_reader);
        call->content_kind = CHAIN_CONTENT_NONE; /* the receiver closes it */
    }
    return end_content(walk, &content, BOOT_HOST_REPLY, true);
}

static enum step refuse_content(struct walk *walk) {
    struct chain_content refused = {.kind = CHAIN_CONTENT_REFUSED};
    return end_content(walk, &refused, BOOT_HOST_DROP, true);
}

/* A provider that is not asked at all (breaker, stalled) has failed or was late before: whatever
 * keeps the door shut in one of both cases keeps it shut now. */
static enum instance_policy find_policy(const struct instance_config *config,
                                        const struct outcome *outcome) {
    if (outcome->call != NULL)
        return config->on_error;
    if (outcome->verdict == -ETIMEDOUT)
        return config->on_timeout;
    return config->on_error != INSTANCE_NEXT ? config->on_error : config->on_timeout;
}

static enum step take_failure(struct walk *walk, const struct instance *instance,
                              const struct outcome *outcome) {
    enum instance_policy policy = find_policy(instance->config, outcome);
    if (policy == INSTANCE_NEXT)
        return STEP_NEXT;
    if (walk->door == CALL_CONTENT)
        return refuse_content(walk);
    int32_t verdict = policy == INSTANCE_ABORT ? BOOT_HOST_ABORT : BOOT_HOST_DROP;
    return end_decision(walk, verdict, true);
}

/* What the call set becomes the reply that all later ones start from. */
static void accept_draft(struct walk *walk, struct call *call) {
    if (call->draft == NULL)
        return;
    reply_clear_remarks(call->draft);
    call_recycle(call, walk->reply);
    walk->reply = g_steal_pointer(&call->draft);
}

static enum step take_answer(struct walk *walk, const struct outcome *outcome) {
    const struct instance *instance = current_instance(walk);
    const char *name = instance->config->name;
    struct call *call = outcome->call;
    trace_add(walk->trace, name, outcome->verdict, outcome->reason,
              call != NULL ? call->draft : NULL, outcome->end_us - walk->asked_us);
    walk->asked_us = outcome->end_us;
    if (outcome->verdict < 0 || call == NULL)
        return take_failure(walk, instance, outcome);

    accept_draft(walk, call);
    if (outcome->verdict == BOOT_HOST_PASS)
        return STEP_NEXT;
    if (walk->door == CALL_DECIDE)
        return end_decision(walk, outcome->verdict, true);
    return outcome->verdict == BOOT_HOST_REPLY ? give_content(walk, call) : refuse_content(walk);
}

/* ---- The walk -------------------------------------------------------------------------------- */

static void run_walk(struct walk *walk);

static void on_answer(const struct outcome *outcome, void *user) {
    struct walk *walk = user;
    if (take_answer(walk, outcome) != STEP_NEXT)
        return;
    walk->index++;
    run_walk(walk);
}

static struct call *next_call(struct walk *walk) {
    const struct reply *base = walk->door == CALL_DECIDE ? walk->reply : NULL;
    struct call *call = g_steal_pointer(&walk->spare);
    if (call == NULL)
        call = generation_take_call(walk->generation);
    if (call == NULL)
        return call_new(walk->door, walk->request, base);
    call_reset(call, walk->door, walk->request, base);
    return call;
}

/* Is the instance asked about this request at all? */
static bool is_asked(struct walk *walk, const struct instance *instance) {
    const struct provider *provider = instance->provider;
    if (walk->door == CALL_DECIDE ? !provider->has_decide : !provider->has_content)
        return false;
    const char *key = match_refuse(instance->match, walk->request);
    if (key != NULL)
        trace_add(walk->trace, instance->config->name, TRACE_SKIPPED, key, NULL, 0);
    return key == NULL;
}

static enum step ask(struct walk *walk, struct instance *instance) {
    struct call *call = next_call(walk);
    struct outcome outcome;
    call->start_us = walk->asked_us;
    if (!dispatch_call(instance, call, on_answer, walk, &outcome)) {
        call->user = walk_park(walk);
        return STEP_WAIT;
    }
    walk->spare = call;
    enum step step = take_answer(walk, &outcome);
    outcome_clear(&outcome);
    return step;
}

static void run_walk(struct walk *walk) {
    const GPtrArray *instances = generation_get_instances(walk->generation);
    for (; walk->index < instances->len; walk->index++) {
        struct instance *instance = instances->pdata[walk->index];
        if (!is_asked(walk, instance))
            continue;
        if (!instance_is_inline(instance))
            walk = walk_park(walk); /* before another thread can have the call */
        if (ask(walk, instance) != STEP_NEXT)
            return;
    }
    end_walk(walk);
}

void chain_decide(struct generation *generation, struct request *request, chain_decided_fn done,
                  void *user) {
    struct walk walk = walk_begin(generation, request, CALL_DECIDE, user);
    walk.done.decided = done;
    run_walk(&walk);
}

void chain_content(struct generation *generation, struct request *request, chain_content_fn done,
                   void *user) {
    struct walk walk = walk_begin(generation, request, CALL_CONTENT, user);
    walk.done.content = done;
    run_walk(&walk);
}

bool chain_has_content(const struct generation *generation) {
    const GPtrArray *instances = generation_get_instances(generation);
    for (guint i = 0; i < instances->len; i++) {
        const struct instance *instance = instances->pdata[i];
        if (instance->provider->has_content)
            return true;
    }
    return false;
}

void chain_event(struct generation *generation, struct request *request,
                 const struct boot_host_event *event) {
    const GPtrArray *instances = generation_get_instances(generation);
    for (guint i = 0; i < instances->len && !generation_is_check(generation); i++) {
        struct instance *instance = instances->pdata[i];
        if (instance->provider->has_event && match_refuse(instance->match, request) == NULL)
            dispatch_event(instance, request, event);
    }
}

gboolean chain_shed(struct generation *generation) {
    const GPtrArray *instances = generation_get_instances(generation);
    struct instance *slowest = NULL;
    int64_t oldest_us = INT64_MAX;
    for (guint i = 0; i < instances->len; i++) {
        int64_t began_us = dispatch_oldest(instances->pdata[i]);
        if (began_us < oldest_us)
            slowest = instances->pdata[i];
        oldest_us = MIN(oldest_us, began_us);
    }
    if (slowest != NULL)
        dispatch_shed(slowest, clock_now(generation_get_clock(generation)));
    return slowest != NULL;
}
