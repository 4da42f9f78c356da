/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The spy behind the services: finds handles that are used too long, tickets that are completed
 * twice, and lets services fail when it is told to.
 */
#include <errno.h>
#include <string.h>

#include "boot/reply.h"
#include "conformance/rules.h"
#include "conformance/spy-private.h"

/* ---- Handles --------------------------------------------------------------------------------- */

/* The daemon's own handle, or NULL when it must not be used any more, or is of another kind: the
 * real service then answers as it does to careless callers. */
static const void *real_of(const void *given, enum spy_kind kind, const char *service) {
    const struct spy_handle *handle = given;
    if (handle == NULL || handle->kind != kind)
        return NULL;
    if (!handle->call->is_over)
        return handle->real;
    report_fail(handle->call->instance->spy->report, RULE_HANDLES,
                "%s came with a handle whose call has ended", service);
    return NULL;
}

#define REQUEST(handle)                                                                            \
    ((const struct boot_host_request *) real_of(handle, SPY_REQUEST, __func__ + strlen("serve_")))
#define REPLY(handle)                                                                              \
    ((struct boot_host_reply *) real_of(handle, SPY_REPLY, __func__ + strlen("serve_")))
#define CONTENT(handle)                                                                            \
    ((struct boot_host_content *) real_of(handle, SPY_CONTENT, __func__ + strlen("serve_")))
#define STATE(handle)                                                                              \
    ((struct boot_host_state *) real_of(handle, SPY_STATE, __func__ + strlen("serve_")))

static struct spy_instance *instance_of(const struct boot_host *host) {
    return (struct spy_instance *) host;
}

/* Of a handle; its call outlives all uses that we can find. */
static const struct boot_host *host_of(const void *given) {
    const struct spy_handle *handle = given;
    return handle != NULL ? handle->call->instance->real_host : NULL;
}

/* 0, or the errno that this call of a service is to fail with. */
static int32_t failure(const void *given) {
    const struct spy_handle *handle = given;
    struct spy *spy = handle->call->instance->spy;
    uint32_t number = ++spy->services;
    return number >= spy->fail_from && number <= spy->fail_to ? spy->fail_with : 0;
}

/* ---- Services with the host as argument ------------------------------------------------------ */

static void serve_log(const struct boot_host *host, uint32_t level, const char *text) {
    const struct boot_host *real = instance_of(host)->real_host;
    real->log(real, level, text);
}

static int64_t serve_now(const struct boot_host *host) {
    const struct boot_host *real = instance_of(host)->real_host;
    return real->now(real);
}

static const char *serve_instance_name(const struct boot_host *host) {
    const struct boot_host *real = instance_of(host)->real_host;
    return real->instance_name(real);
}

static const void *serve_query(const struct boot_host *host, const char *name) {
    const struct boot_host *real = instance_of(host)->real_host;
    return real->query(real, name);
}

static const char *serve_architecture_name(const struct boot_host *host, uint32_t index) {
    const struct boot_host *real = instance_of(host)->real_host;
    return real->architecture_name(real, index);
}

void spy_judge_gifts(const struct spy_call *call, int32_t verdict) {
    struct report *report = call->instance->spy->report;
    if (call->target.kind != SPY_CONTENT)
        return;
    if (verdict == BOOT_HOST_REPLY && call->gifts == 0)
        report_fail(report, RULE_CONTENT, "content answered REPLY and gave nothing");
    if (verdict == BOOT_HOST_PASS && call->gifts > 0)
        report_fail(report, RULE_CONTENT, "content gave a file and then answered PASS");
}

/* The handles end before the host hears of it: after that they are gone. */
static void end_call(struct spy_instance *instance, uint64_t ticket, int32_t verdict) {
    g_mutex_lock(&instance->lock);
    struct spy_call *call = g_hash_table_lookup(instance->tickets, &ticket);
    if (call != NULL) {
        g_hash_table_remove(instance->tickets, &ticket);
        spy_judge_gifts(call, verdict);
        instance->spy->completed++;
        call->is_completed = TRUE;
        call->is_over = TRUE;
    }
    g_mutex_unlock(&instance->lock);
}

static int32_t serve_complete(const struct boot_host *host, uint64_t ticket, int32_t verdict) {
    struct spy_instance *instance = instance_of(host);
    struct report *report = instance->spy->report;
    if (verdict == BOOT_HOST_LATER) {
        report_fail(report, RULE_LATER, "complete was called with LATER as the verdict");
        return -EINVAL;
    }
    end_call(instance, ticket, verdict);
    int32_t error = instance->real_host->complete(instance->real_host, ticket, verdict);
    if (error == -ENOENT)
        report_fail(report, RULE_LATER,
                    "complete was called for ticket %" G_GUINT64_FORMAT
                    ", which is not open: completed already, answered by a verdict, or never taken",
                    ticket);
    return error;
}

/* ---- Request --------------------------------------------------------------------------------- */

static const char *serve_request_text(const struct boot_host_request *request, uint32_t field) {
    return request != NULL ? host_of(request)->request_text(REQUEST(request), field) : NULL;
}

static int32_t serve_request_number(const struct boot_host_request *request, uint32_t field,
                                    int64_t *ret_value) {
    if (request == NULL)
        return -EINVAL;
    return host_of(request)->request_number(REQUEST(request), field, ret_value);
}

static int32_t serve_request_is(const struct boot_host_request *request, const char *architecture) {
    if (request == NULL)
        return -EINVAL;
    return host_of(request)->request_is(REQUEST(request), architecture);
}

static const char *serve_request_architecture(const struct boot_host_request *request,
                                              uint32_t index) {
    return request != NULL ? host_of(request)->request_architecture(REQUEST(request), index) : NULL;
}

static int32_t serve_request_option(const struct boot_host_request *request, uint32_t space,
                                    uint32_t code, struct boot_host_span *ret_value) {
    if (request == NULL)
        return -EINVAL;
    return host_of(request)->request_option(REQUEST(request), space, code, ret_value);
}

static struct boot_host_span serve_request_packet(const struct boot_host_request *request) {
    if (request == NULL)
        return (struct boot_host_span){0};
    return host_of(request)->request_packet(REQUEST(request));
}

static int64_t serve_request_expand(const struct boot_host_request *request, const char *text,
                                    char *buffer, size_t size) {
    if (request == NULL)
        return -EINVAL;
    return host_of(request)->request_expand(REQUEST(request), text, buffer, size);
}

static const char *serve_request_fact(const struct boot_host_request *request, const char *name) {
    return request != NULL ? host_of(request)->request_fact(REQUEST(request), name) : NULL;
}

/* ---- Reply ----------------------------------------------------------------------------------- */

static int32_t serve_reply_set(struct boot_host_reply *reply, uint32_t field, const char *text) {
    int32_t error = reply != NULL ? failure(reply) : -EINVAL;
    return error != 0 ? error : host_of(reply)->reply_set(REPLY(reply), field, text);
}

static const char *serve_reply_get(const struct boot_host_reply *reply, uint32_t field) {
    return reply != NULL ? host_of(reply)->reply_get(REPLY(reply), field) : NULL;
}

static int32_t serve_reply_set_number(struct boot_host_reply *reply, uint32_t field,
                                      int64_t value) {
    int32_t error = reply != NULL ? failure(reply) : -EINVAL;
    return error != 0 ? error : host_of(reply)->reply_set_number(REPLY(reply), field, value);
}

static int32_t serve_reply_option(struct boot_host_reply *reply, uint32_t space, uint32_t code,
                                  const void *value, size_t size) {
    int32_t error = reply != NULL ? failure(reply) : -EINVAL;
    return error != 0 ? error
                      : host_of(reply)->reply_option(REPLY(reply), space, code, value, size);
}

static int32_t serve_reply_menu(struct boot_host_reply *reply, const struct boot_host_menu *menu) {
    int32_t error = reply != NULL ? failure(reply) : -EINVAL;
    return error != 0 ? error : host_of(reply)->reply_menu(REPLY(reply), menu);
}

static int32_t serve_reply_menu_item(struct boot_host_reply *reply,
                                     const struct boot_host_menu_item *item) {
    int32_t error = reply != NULL ? failure(reply) : -EINVAL;
    return error != 0 ? error : host_of(reply)->reply_menu_item(REPLY(reply), item);
}

static int32_t serve_fact_set(struct boot_host_reply *reply, const char *name, const char *value) {
    int32_t error = reply != NULL ? failure(reply) : -EINVAL;
    return error != 0 ? error : host_of(reply)->fact_set(REPLY(reply), name, value);
}

static const char *serve_fact_get(const struct boot_host_reply *reply, const char *name) {
    return reply != NULL ? host_of(reply)->fact_get(REPLY(reply), name) : NULL;
}

/* The only service that takes no reply as a sense of its own; it needs no host then either, since
 * without facts every name is unknown. */
static int64_t serve_expand(const struct boot_host_reply *reply, const char *text, char *buffer,
                            size_t size) {
    return reply != NULL ? host_of(reply)->expand(REPLY(reply), text, buffer, size)
                         : reply_expand(NULL, NULL, text, buffer, size);
}

/* ---- Content --------------------------------------------------------------------------------- */

static int32_t count_gift(struct boot_host_content *content, int32_t error) {
    struct spy_handle *handle = (struct spy_handle *) content;
    if (error == 0)
        handle->call->gifts++;
    if (error == -EEXIST)
        report_fail(handle->call->instance->spy->report, RULE_CONTENT,
                    "content gave a second file for one call");
    return error;
}

static int32_t serve_content_bytes(struct boot_host_content *content, const void *data,
                                   size_t size) {
    int32_t error = content != NULL ? failure(content) : -EINVAL;
    if (error != 0)
        return error;
    return count_gift(content, host_of(content)->content_bytes(CONTENT(content), data, size));
}

static int32_t serve_content_file(struct boot_host_content *content, const char *path) {
    int32_t error = content != NULL ? failure(content) : -EINVAL;
    if (error != 0)
        return error;
    return count_gift(content, host_of(content)->content_file(CONTENT(content), path));
}

static int32_t serve_content_name(struct boot_host_content *content, const char *name) {
    int32_t error = content != NULL ? failure(content) : -EINVAL;
    if (error != 0)
        return error;
    return count_gift(content, host_of(content)->content_name(CONTENT(content), name));
}

static int32_t serve_content_reader(struct boot_host_content *content,
                                    const struct boot_host_reader *reader) {
    int32_t error = content != NULL ? failure(content) : -EINVAL;
    if (error == 0)
        return count_gift(content, host_of(content)->content_reader(CONTENT(content), reader));
    if (reader != NULL && reader->close != NULL)
        reader->close(reader->user);
    return error;
}

/* ---- Tickets --------------------------------------------------------------------------------- */

static uint64_t keep_ticket(const void *given, uint64_t ticket) {
    const struct spy_handle *handle = given;
    struct spy_call *call = handle->call;
    g_mutex_lock(&call->instance->lock);
    if (call->ticket == 0 && ticket != 0) {
        call->ticket = ticket;
        g_hash_table_insert(call->instance->tickets, &call->ticket, call);
    }
    g_mutex_unlock(&call->instance->lock);
    return ticket;
}

static uint64_t serve_reply_ticket(const struct boot_host_reply *reply) {
    if (reply == NULL)
        return 0;
    return keep_ticket(reply, host_of(reply)->reply_ticket(REPLY(reply)));
}

static uint64_t serve_content_ticket(const struct boot_host_content *content) {
    if (content == NULL)
        return 0;
    return keep_ticket(content, host_of(content)->content_ticket(CONTENT(content)));
}

/* ---- State ----------------------------------------------------------------------------------- */

static int32_t serve_state_put(struct boot_host_state *state, const char *name, const void *data,
                               size_t size) {
    int32_t error = state != NULL ? failure(state) : -EINVAL;
    if (error == 0)
        error = host_of(state)->state_put(STATE(state), name, data, size);
    const struct spy_handle *handle = (const struct spy_handle *) state;
    if (error == 0)
        g_hash_table_replace(handle->call->instance->spy->saved, g_strdup(name),
                             g_bytes_new(data, size));
    return error;
}

static int32_t serve_state_get(const struct boot_host_state *state, const char *name,
                               struct boot_host_span *ret_data) {
    if (state == NULL)
        return -EINVAL;
    return host_of(state)->state_get(STATE(state), name, ret_data);
}

/* ---- The table ------------------------------------------------------------------------------- */

static void put_voice(struct boot_host *host) {
    host->log = serve_log;
    host->now = serve_now;
    host->instance_name = serve_instance_name;
    host->query = serve_query;
    host->architecture_name = serve_architecture_name;
    host->complete = serve_complete;
}

static void put_request(struct boot_host *host) {
    host->request_text = serve_request_text;
    host->request_number = serve_request_number;
    host->request_is = serve_request_is;
    host->request_architecture = serve_request_architecture;
    host->request_option = serve_request_option;
    host->request_packet = serve_request_packet;
    host->request_expand = serve_request_expand;
    host->request_fact = serve_request_fact;
}

static void put_reply(struct boot_host *host) {
    host->reply_set = serve_reply_set;
    host->reply_get = serve_reply_get;
    host->reply_set_number = serve_reply_set_number;
    host->reply_option = serve_reply_option;
    host->reply_menu = serve_reply_menu;
    host->reply_menu_item = serve_reply_menu_item;
    host->fact_set = serve_fact_set;
    host->fact_get = serve_fact_get;
    host->expand = serve_expand;
    host->reply_ticket = serve_reply_ticket;
}

static void put_content(struct boot_host *host) {
    host->content_bytes = serve_content_bytes;
    host->content_file = serve_content_file;
    host->content_name = serve_content_name;
    host->content_reader = serve_content_reader;
    host->content_ticket = serve_content_ticket;
    host->state_put = serve_state_put;
    host->state_get = serve_state_get;
}

void spy_host_init(struct spy_instance *instance) {
    struct boot_host *host = &instance->host;
    *host = *instance->real_host;
    put_voice(host);
    put_request(host);
    put_reply(host);
    put_content(host);
    if (!instance->spy->is_newer)
        return;
    host->size += sizeof(instance->future);
    host->abi += 1;
}
