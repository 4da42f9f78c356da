/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One call of one provider: draft, content, and the doors.
 */
#include "provider/call.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "provider/instance.h"

/* ---- Life ------------------------------------------------------------------------------------ */

struct call *call_new(enum call_door door, struct request *request, const struct reply *base) {
    struct call *call = g_new(struct call, 1);
    *call = (struct call){.door = door, .request = request, .base = base};
    call->pending_link.data = call;
    call->line_link.data = call;
    return call;
}

void call_own(struct call *call) {
    call->is_owner = true;
    request_ref(call->request);
    if (call->base != NULL)
        reply_ref(call->base);
}

void call_set_event(struct call *call, const struct boot_host_event *event) {
    call->event = *event;
    call->event.name = g_strdup(event->name);
    call->event.detail = g_strdup(event->detail);
}

static void drop_content(struct call *call) {
    if (call->content_kind == CHAIN_CONTENT_NONE)
        return;
    if (call_has_reader(call))
        call->content_reader.close(call->content_reader.user);
    call->content_kind = CHAIN_CONTENT_NONE;
    g_clear_pointer(&call->content_bytes, g_bytes_unref);
    g_clear_pointer(&call->content_name, g_free);
}

void call_recycle(struct call *call, const struct reply *reply) {
    struct reply *memory = reply_release(reply);
    if (memory != NULL && call->spare_count < CALL_SPARES)
        call->spares[call->spare_count++] = memory;
    else
        reply_discard(memory);
}

void call_reset(struct call *call, enum call_door door, struct request *request,
                const struct reply *base) {
    drop_content(call);
    call_recycle(call, g_steal_pointer(&call->draft));
    g_clear_pointer(&call->failure, g_free);
    call->door = door;
    call->request = request;
    call->base = base;
    call->state = CALL_WAITING;
    call->ticket = 0;
    call->is_completed = false;
}

void call_free(struct call *call) {
    if (call == NULL)
        return;
    drop_content(call);
    reply_unref(call->draft);
    while (call->spare_count > 0)
        reply_discard(call->spares[--call->spare_count]);
    if (call->is_owner) {
        reply_unref(call->base);
        request_unref(call->request);
    }
    g_free(call->failure);
    g_free((char *) call->event.name);
    g_free((char *) call->event.detail);
    g_free(call);
}

/* ---- Reply ----------------------------------------------------------------------------------- */

const struct reply *call_get_reply(const struct call *call) {
    if (call->draft != NULL)
        return call->draft;
    return call->base;
}

struct reply *call_draft(struct call *call) {
    if (call->draft != NULL || call->base == NULL)
        return call->draft;
    call->draft = call->spare_count > 0
                      ? reply_copy_into(call->spares[--call->spare_count], call->base)
                      : reply_copy(call->base);
    return call->draft;
}

/* ---- Content --------------------------------------------------------------------------------- */

bool call_has_reader(const struct call *call) {
    return call->content_kind == CHAIN_CONTENT_READER;
}

static int32_t check_gift(const struct call *call) {
    if (call->door != CALL_CONTENT)
        return -EINVAL;
    return call->content_kind == CHAIN_CONTENT_NONE ? 0 : -EEXIST;
}

int32_t call_give_bytes(struct call *call, const void *data, size_t size) {
    int32_t error = check_gift(call);
    if (error != 0)
        return error;
    if (data == NULL && size > 0)
        return -EINVAL;
    if (size > LIMIT_CONTENT_BYTES)
        return -E2BIG;
    call->content_bytes = g_bytes_new(data, size);
    call->content_kind = CHAIN_CONTENT_BYTES;
    return 0;
}

int32_t call_give_text(struct call *call, enum chain_content_kind kind, const char *name) {
    int32_t error = check_gift(call);
    if (error != 0)
        return error;
    bool valid = name != NULL && name[0] != '\0' && g_utf8_validate(name, -1, NULL);
    if (!valid || (kind == CHAIN_CONTENT_FILE && !g_path_is_absolute(name)))
        return -EINVAL;
    call->content_name = g_strdup(name);
    call->content_kind = kind;
    return 0;
}

int32_t call_give_reader(struct call *call, const struct boot_host_reader *reader) {
    struct boot_host_reader known = {0};
    if (reader == NULL || reader->size <= offsetof(struct boot_host_reader, close))
        return -EINVAL;
    memcpy(&known, reader, MIN(reader->size, sizeof(known)));
    int32_t error = check_gift(call);
    if (error == 0 && (known.read == NULL || known.close == NULL || known.length < -1))
        error = -EINVAL;
    if (error != 0) {
        if (known.close != NULL)
            known.close(known.user);
        return error;
    }
    known.size = sizeof(known);
    call->content_reader = known;
    call->content_kind = CHAIN_CONTENT_READER;
    return 0;
}

/* ---- Doors ----------------------------------------------------------------------------------- */

int32_t call_run(struct call *call) {
    const struct provider *provider = call->instance->provider;
    void *state = call->instance->state;
    const struct boot_host_request *request = (const struct boot_host_request *) call->request;
    switch (call->door) {
    case CALL_DECIDE:
        return provider->decide(state, request, (struct boot_host_reply *) call);
    case CALL_CONTENT:
        return provider->content(state, request, (struct boot_host_content *) call);
    case CALL_EVENT:
        provider->event(state, request, &call->event);
        return BOOT_HOST_PASS;
    }
    return -EINVAL;
}
