/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fake host itself: the instance's life, its calls, LATER and the clock.
 */
#include "fake-private.h"

#include <errno.h>
#include <string.h>

static struct boot_host_fake *fake_of(const struct boot_host *host) {
    return (struct boot_host_fake *) host;
}

static void host_log(const struct boot_host *host, uint32_t level, const char *text) {
    static const char *const names[] = {
        [BOOT_HOST_LOG_ERROR] = "error",
        [BOOT_HOST_LOG_WARNING] = "warning",
        [BOOT_HOST_LOG_INFO] = "info",
        [BOOT_HOST_LOG_DEBUG] = "debug",
    };
    const char *name = level < G_N_ELEMENTS(names) ? names[level] : NULL;
    fake_say(fake_of(host)->lines, &fake_of(host)->lock, name != NULL ? name : "info",
             text != NULL ? text : "");
}

static int64_t host_now(const struct boot_host *host) {
    struct boot_host_fake *fake = fake_of(host);
    g_mutex_lock(&fake->lock);
    int64_t now = fake->now;
    g_mutex_unlock(&fake->lock);
    return now;
}

static const char *host_instance_name(const struct boot_host *host) {
    return fake_of(host)->name;
}

static const void *host_query(const struct boot_host *host, const char *name) {
    return NULL;
}

static int32_t host_complete(const struct boot_host *host, uint64_t ticket, int32_t verdict) {
    struct boot_host_fake *fake = fake_of(host);
    int32_t result = -ENOENT;
    g_mutex_lock(&fake->lock);
    if (fake->call != NULL && fake->call->ticket == ticket && !fake->call->completed) {
        fake->call->completed = TRUE;
        fake->call->verdict = verdict;
        g_cond_broadcast(&fake->ended);
        result = 0;
    } else {
        fake->late++;
    }
    g_mutex_unlock(&fake->lock);
    return result;
}

static int32_t state_put(struct boot_host_state *state, const char *name, const void *data,
                         size_t size) {
    if (name == NULL || (data == NULL && size > 0))
        return -EINVAL;
    g_hash_table_insert(state->blobs, g_strdup(name), g_bytes_new(data, size));
    return 0;
}

static int32_t state_get(const struct boot_host_state *state, const char *name,
                         struct boot_host_span *ret_data) {
    GBytes *blob = name != NULL ? g_hash_table_lookup(state->blobs, name) : NULL;
    if (blob == NULL)
        return -ENOENT;
    ret_data->data = g_bytes_get_data(blob, &ret_data->size);
    return 0;
}

struct boot_host_fake *boot_host_fake_new(const struct boot_host_provider *provider) {
    struct boot_host_fake *fake = g_new0(struct boot_host_fake, 1);
    g_mutex_init(&fake->lock);
    g_cond_init(&fake->ended);
    fake->provider = provider;
    fake->name = g_strdup(provider->name);
    fake->now = G_USEC_PER_SEC;
    fake->next_ticket = 1;
    fake->lines = g_ptr_array_new_with_free_func(g_free);
    fake_config_init(&fake->config, provider, fake->lines, &fake->lock);
    fake->table.size = sizeof fake->table;
    fake->table.abi = BOOT_HOST_ABI;
    fake->table.log = host_log;
    fake->table.now = host_now;
    fake->table.instance_name = host_instance_name;
    fake->table.query = host_query;
    fake->table.complete = host_complete;
    fake->table.state_put = state_put;
    fake->table.state_get = state_get;
    fake_config_fill_table(&fake->table);
    fake_request_fill_table(&fake->table);
    fake_reply_fill_table(&fake->table);
    fake_content_fill_table(&fake->table);
    return fake;
}

const struct boot_host *boot_host_fake_host(struct boot_host_fake *fake) {
    return &fake->table;
}

static void call_free(struct fake_call *call) {
    fake_request_free(call->request);
    if (call->reply != NULL)
        fake_answer_free(call->reply->answer);
    g_free(call->reply);
    if (call->content != NULL)
        fake_content_free(call->content->given);
    g_free(call->content);
    fake_answer_free(call->before);
    g_free(call);
}

void boot_host_fake_free(struct boot_host_fake *fake) {
    if (fake == NULL)
        return;
    boot_host_fake_close(fake);
    fake_answer_free(fake->answer);
    fake_content_free(fake->content);
    fake_config_clear(&fake->config);
    g_ptr_array_unref(fake->lines);
    g_mutex_clear(&fake->lock);
    g_cond_clear(&fake->ended);
    g_free(fake->name);
    g_free(fake);
}

void boot_host_fake_set(struct boot_host_fake *fake, const char *key, const char *value) {
    fake_config_set(&fake->config, key, value);
}

void boot_host_fake_set_folder(struct boot_host_fake *fake, const char *folder) {
    g_free(fake->config.folder);
    fake->config.folder = g_strdup(folder);
}

void boot_host_fake_set_name(struct boot_host_fake *fake, const char *name) {
    g_free(fake->name);
    fake->name = g_strdup(name);
}

int32_t boot_host_fake_open(struct boot_host_fake *fake, uint32_t flags) {
    if (fake->is_open)
        return -EBUSY;
    fake_config_check(&fake->config);
    if (fake->config.errors > 0)
        return -EINVAL;
    fake->flags = flags;
    fake->instance = NULL;
    int32_t result = fake->provider->open(&fake->table, &fake->config, flags, &fake->instance);
    fake->is_open = result == 0;
    if (result == 0 && fake->config.errors > 0) {
        boot_host_fake_close(fake);
        return -EINVAL;
    }
    return result > 0 ? -EPROTO : result;
}

void boot_host_fake_close(struct boot_host_fake *fake) {
    if (!fake->is_open)
        return;
    if (fake->provider->drain != NULL)
        fake->provider->drain(fake->instance);
    if (fake->call != NULL && !fake->call->completed)
        host_log(&fake->table, BOOT_HOST_LOG_ERROR, "closed with a call that was not completed");
    if (fake->provider->close != NULL)
        fake->provider->close(fake->instance);
    g_clear_pointer(&fake->call, call_free);
    fake->is_open = FALSE;
}

int32_t boot_host_fake_swap(struct boot_host_fake *fake) {
    struct boot_host_state state = {
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref)};
    int32_t result = 0;
    if (fake->provider->drain != NULL)
        fake->provider->drain(fake->instance);
    if (fake->provider->save != NULL)
        result = fake->provider->save(fake->instance, &state);
    boot_host_fake_close(fake);
    int32_t opened = boot_host_fake_open(fake, fake->flags);
    int32_t restored = 0;
    if (opened == 0 && fake->provider->restore != NULL)
        restored = fake->provider->restore(fake->instance, &state);
    g_hash_table_unref(state.blobs);
    return result != 0 ? result : opened != 0 ? opened : restored;
}

void boot_host_fake_advance(struct boot_host_fake *fake, int64_t microseconds) {
    g_mutex_lock(&fake->lock);
    fake->now += microseconds;
    g_mutex_unlock(&fake->lock);
}

static int32_t check_verdict(const struct fake_call *call, int32_t verdict) {
    if (verdict < 0)
        return verdict;
    if (call->reply != NULL)
        return verdict <= BOOT_HOST_HOLD ? verdict : -EPROTO;
    if (verdict > BOOT_HOST_DROP)
        return -EPROTO;
    return verdict == BOOT_HOST_REPLY && call->content->given->given != 1 ? -EPROTO : verdict;
}

/* Keeps what the call left, or what was before if it failed, and ends all its handles. */
static int32_t settle(struct boot_host_fake *fake, int32_t verdict) {
    g_mutex_lock(&fake->lock);
    struct fake_call *call = g_steal_pointer(&fake->call);
    g_mutex_unlock(&fake->lock);
    verdict = check_verdict(call, verdict);
    if (call->reply != NULL) {
        struct fake_answer **kept = verdict < 0 ? &call->before : &call->reply->answer;
        fake_answer_free(fake->answer);
        fake->answer = g_steal_pointer(kept);
    } else if (verdict == BOOT_HOST_REPLY) {
        fake->content = g_steal_pointer(&call->content->given);
    }
    call_free(call);
    return verdict;
}

/* After the provider's function is back: ends the call unless it is to be completed later. */
static int32_t call_end(struct boot_host_fake *fake, int32_t verdict) {
    g_mutex_lock(&fake->lock);
    struct fake_call *call = fake->call;
    gboolean pending = verdict == BOOT_HOST_LATER && !call->completed;
    int32_t final = verdict == BOOT_HOST_LATER ? call->verdict : verdict;
    g_mutex_unlock(&fake->lock);
    return pending ? BOOT_HOST_LATER : settle(fake, final);
}

static struct fake_call *call_begin(struct boot_host_fake *fake,
                                    const struct boot_host_fake_request *request, uint32_t stage) {
    struct fake_call *call = g_new0(struct fake_call, 1);
    call->request = fake_request_new(request, stage);
    call->verdict = -EPROTO;
    g_mutex_lock(&fake->lock);
    call->ticket = fake->next_ticket++;
    fake->call = call;
    g_mutex_unlock(&fake->lock);
    return call;
}

int32_t boot_host_fake_decide(struct boot_host_fake *fake,
                              const struct boot_host_fake_request *request) {
    if (!fake->is_open || fake->provider->decide == NULL)
        return -ENOSYS;
    if (fake->call != NULL)
        return -EBUSY;
    struct fake_call *call = call_begin(fake, request, BOOT_HOST_STAGE_DISCOVER);
    call->before = fake_answer_new(request);
    call->reply = g_new0(struct boot_host_reply, 1);
    call->reply->answer = fake_answer_new(request);
    call->reply->request = call->request;
    call->reply->ticket = call->ticket;
    return call_end(fake, fake->provider->decide(fake->instance, call->request, call->reply));
}

int32_t boot_host_fake_content(struct boot_host_fake *fake,
                               const struct boot_host_fake_request *request) {
    if (!fake->is_open || fake->provider->content == NULL)
        return -ENOSYS;
    if (fake->call != NULL)
        return -EBUSY;
    g_clear_pointer(&fake->content, fake_content_free);
    struct fake_call *call = call_begin(fake, request, BOOT_HOST_STAGE_FILE);
    call->content = g_new0(struct boot_host_content, 1);
    call->content->given = fake_content_new();
    call->content->ticket = call->ticket;
    return call_end(fake, fake->provider->content(fake->instance, call->request, call->content));
}

void boot_host_fake_event(struct boot_host_fake *fake, const struct boot_host_fake_request *request,
                          const struct boot_host_event *event) {
    if (!fake->is_open || fake->provider->event == NULL)
        return;
    struct boot_host_request *lent = fake_request_new(request, BOOT_HOST_STAGE_DISCOVER);
    fake->provider->event(fake->instance, lent, event);
    fake_request_free(lent);
}

int32_t boot_host_fake_wait(struct boot_host_fake *fake, uint32_t milliseconds) {
    if (fake->call == NULL)
        return -ENOENT;
    int64_t end = g_get_monotonic_time() + (int64_t) milliseconds * 1000;
    g_mutex_lock(&fake->lock);
    gboolean in_time = TRUE;
    while (!fake->call->completed && in_time)
        in_time = g_cond_wait_until(&fake->ended, &fake->lock, end);
    gboolean completed = fake->call->completed;
    int32_t verdict = fake->call->verdict;
    g_mutex_unlock(&fake->lock);
    return completed ? settle(fake, verdict) : -ETIMEDOUT;
}

void boot_host_fake_cancel(struct boot_host_fake *fake) {
    if (fake->call != NULL && fake->provider->cancel != NULL)
        fake->provider->cancel(fake->instance, fake->call->ticket);
}

uint32_t boot_host_fake_late_completions(struct boot_host_fake *fake) {
    g_mutex_lock(&fake->lock);
    uint32_t late = fake->late;
    g_mutex_unlock(&fake->lock);
    return late;
}
