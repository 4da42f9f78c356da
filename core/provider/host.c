/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of services that each instance is lent. Providers may be careless: a NULL where a
 * handle or text belongs is -EINVAL or "absent" here, not a crash.
 */
#include "provider/host.h"

#include <errno.h>

#include "codec/architecture.h"
#include "provider/call.h"
#include "provider/instance.h"
#include "provider/state.h"
#include "provider/worker.h"

/* ---- From handles to what they are ----------------------------------------------------------- */

static struct instance *instance_of(const struct boot_host *host) {
    return (struct instance *) ((char *) host - offsetof(struct instance, host));
}

static struct settings *settings_of(const struct boot_host_config *config) {
    return (struct settings *) config;
}

static const struct request *request_of(const struct boot_host_request *request) {
    return (const struct request *) request;
}

static struct call *call_of_reply(const struct boot_host_reply *reply) {
    return (struct call *) reply;
}

static struct call *call_of_content(const struct boot_host_content *content) {
    return (struct call *) content;
}

/* ---- Voice and time -------------------------------------------------------------------------- */

static void host_log(const struct boot_host *host, uint32_t level, const char *text) {
    if (text != NULL)
        instance_log(instance_of(host), level, text);
}

static int64_t host_now(const struct boot_host *host) {
    return clock_now(instance_of(host)->clock);
}

static const char *host_instance_name(const struct boot_host *host) {
    return instance_of(host)->config->name;
}

/* There is no further table yet; see abi/HISTORY.md for those that come. */
static const void *host_query(const struct boot_host *host, const char *name) {
    return NULL;
}

static const char *host_architecture_name(const struct boot_host *host, uint32_t index) {
    return architecture_name_at(index);
}

/* ---- Settings -------------------------------------------------------------------------------- */

static const char *config_text(const struct boot_host_config *config, const char *key) {
    return settings_text(settings_of(config), key);
}

static int64_t config_number(const struct boot_host_config *config, const char *key) {
    return settings_number(settings_of(config), key);
}

static const char *config_item(const struct boot_host_config *config, const char *key,
                               uint32_t index) {
    return settings_item(settings_of(config), key, index);
}

static const char *config_key(const struct boot_host_config *config, uint32_t index) {
    return settings_key(settings_of(config), index);
}

static int32_t config_file(const struct boot_host_config *config, const char *key,
                           struct boot_host_span *ret_content) {
    return settings_file(settings_of(config), key, ret_content);
}

static void config_error(const struct boot_host_config *config, const char *key, uint32_t line,
                         const char *text) {
    settings_report(settings_of(config), true, key, line, text);
}

static void config_warning(const struct boot_host_config *config, const char *key, uint32_t line,
                           const char *text) {
    settings_report(settings_of(config), false, key, line, text);
}

/* ---- Request --------------------------------------------------------------------------------- */

static const char *host_request_text(const struct boot_host_request *request, uint32_t field) {
    return request != NULL ? request_text(request_of(request), field) : NULL;
}

static int32_t host_request_number(const struct boot_host_request *request, uint32_t field,
                                   int64_t *ret_value) {
    if (request == NULL || ret_value == NULL)
        return -EINVAL;
    return request_number(request_of(request), field, ret_value);
}

static int32_t host_request_is(const struct boot_host_request *request, const char *architecture) {
    if (request == NULL || architecture == NULL)
        return -EINVAL;
    return request_is(request_of(request), architecture);
}

static const char *host_request_architecture(const struct boot_host_request *request,
                                             uint32_t index) {
    return request != NULL ? request_architecture(request_of(request), index) : NULL;
}

static int32_t host_request_option(const struct boot_host_request *request, uint32_t space,
                                   uint32_t code, struct boot_host_span *ret_value) {
    if (request == NULL || ret_value == NULL)
        return -EINVAL;
    return request_option(request_of(request), space, code, ret_value);
}

static struct boot_host_span host_request_packet(const struct boot_host_request *request) {
    if (request == NULL)
        return (struct boot_host_span){0};
    return request_packet(request_of(request));
}

static const char *host_request_fact(const struct boot_host_request *request, const char *name) {
    if (request == NULL || name == NULL)
        return NULL;
    return request_fact(request_of(request), name);
}

static int64_t host_request_expand(const struct boot_host_request *request, const char *text,
                                   char *buffer, size_t size) {
    if (text == NULL || (buffer == NULL && size > 0))
        return -EINVAL;
    return reply_expand(NULL, request_of(request), text, buffer, size);
}

/* ---- Reply ----------------------------------------------------------------------------------- */

/* NULL for a handle that is none of a decision. */
static struct reply *writable(struct boot_host_reply *reply) {
    return reply != NULL ? call_draft(call_of_reply(reply)) : NULL;
}

static const struct reply *readable(const struct boot_host_reply *reply) {
    return reply != NULL ? call_get_reply(call_of_reply(reply)) : NULL;
}

static int32_t host_reply_set(struct boot_host_reply *reply, uint32_t field, const char *text) {
    struct reply *draft = writable(reply);
    return draft != NULL ? reply_set(draft, field, text) : -EINVAL;
}

static const char *host_reply_get(const struct boot_host_reply *reply, uint32_t field) {
    const struct reply *current = readable(reply);
    return current != NULL ? reply_get(current, field) : NULL;
}

static int32_t host_reply_set_number(struct boot_host_reply *reply, uint32_t field, int64_t value) {
    struct reply *draft = writable(reply);
    return draft != NULL ? reply_set_number(draft, field, value) : -EINVAL;
}

static int32_t host_reply_option(struct boot_host_reply *reply, uint32_t space, uint32_t code,
                                 const void *value, size_t size) {
    struct reply *draft = value != NULL || size == 0 ? writable(reply) : NULL;
    return draft != NULL ? reply_option(draft, space, code, value, size) : -EINVAL;
}

static int32_t host_reply_menu(struct boot_host_reply *reply, const struct boot_host_menu *menu) {
    struct reply *draft = menu != NULL ? writable(reply) : NULL;
    return draft != NULL ? reply_menu(draft, menu) : -EINVAL;
}

static int32_t host_reply_menu_item(struct boot_host_reply *reply,
                                    const struct boot_host_menu_item *item) {
    struct reply *draft = item != NULL ? writable(reply) : NULL;
    return draft != NULL ? reply_menu_item(draft, item) : -EINVAL;
}

/* ---- Facts ----------------------------------------------------------------------------------- */

static int32_t fact_set(struct boot_host_reply *reply, const char *name, const char *value) {
    struct reply *draft = name != NULL ? writable(reply) : NULL;
    return draft != NULL ? reply_fact_set(draft, name, value) : -EINVAL;
}

static const char *fact_get(const struct boot_host_reply *reply, const char *name) {
    const struct reply *current = readable(reply);
    if (current == NULL || name == NULL)
        return NULL;
    const char *value = reply_fact_get(current, name);
    return value != NULL ? value : request_fact(call_of_reply(reply)->request, name);
}

static int64_t host_expand(const struct boot_host_reply *reply, const char *text, char *buffer,
                           size_t size) {
    if (text == NULL || (buffer == NULL && size > 0))
        return -EINVAL;
    const struct request *request = reply != NULL ? call_of_reply(reply)->request : NULL;
    return reply_expand(readable(reply), request, text, buffer, size);
}

/* ---- Content --------------------------------------------------------------------------------- */

static int32_t content_bytes(struct boot_host_content *content, const void *data, size_t size) {
    return content != NULL ? call_give_bytes(call_of_content(content), data, size) : -EINVAL;
}

static int32_t content_file(struct boot_host_content *content, const char *path) {
    if (content == NULL)
        return -EINVAL;
    return call_give_text(call_of_content(content), CHAIN_CONTENT_FILE, path);
}

static int32_t content_name(struct boot_host_content *content, const char *name) {
    if (content == NULL)
        return -EINVAL;
    return call_give_text(call_of_content(content), CHAIN_CONTENT_NAME, name);
}

static int32_t content_reader(struct boot_host_content *content,
                              const struct boot_host_reader *reader) {
    return content != NULL ? call_give_reader(call_of_content(content), reader) : -EINVAL;
}

/* ---- LATER ----------------------------------------------------------------------------------- */

static uint64_t reply_ticket(const struct boot_host_reply *reply) {
    return reply != NULL ? worker_ticket(call_of_reply(reply)) : 0;
}

static uint64_t content_ticket(const struct boot_host_content *content) {
    return content != NULL ? worker_ticket(call_of_content(content)) : 0;
}

static int32_t host_complete(const struct boot_host *host, uint64_t ticket, int32_t verdict) {
    return worker_complete(instance_of(host), ticket, verdict);
}

/* ---- State ----------------------------------------------------------------------------------- */

static int32_t host_state_put(struct boot_host_state *state, const char *name, const void *data,
                              size_t size) {
    return state_put((struct state *) state, name, data, size);
}

static int32_t host_state_get(const struct boot_host_state *state, const char *name,
                              struct boot_host_span *ret_data) {
    return state_get((const struct state *) state, name, ret_data);
}

/* ---- The table ------------------------------------------------------------------------------- */

void host_init(struct boot_host *host) {
    *host = (struct boot_host){
        .size = sizeof(*host),
        .abi = BOOT_HOST_ABI,
        .log = host_log,
        .now = host_now,
        .instance_name = host_instance_name,
        .query = host_query,
        .config_text = config_text,
        .config_number = config_number,
        .config_item = config_item,
        .config_key = config_key,
        .config_file = config_file,
        .config_error = config_error,
        .config_warning = config_warning,
        .request_text = host_request_text,
        .request_number = host_request_number,
        .request_is = host_request_is,
        .request_architecture = host_request_architecture,
        .request_option = host_request_option,
        .request_packet = host_request_packet,
        .reply_set = host_reply_set,
        .reply_get = host_reply_get,
        .reply_set_number = host_reply_set_number,
        .reply_option = host_reply_option,
        .reply_menu = host_reply_menu,
        .reply_menu_item = host_reply_menu_item,
        .fact_set = fact_set,
        .fact_get = fact_get,
        .expand = host_expand,
        .request_expand = host_request_expand,
        .request_fact = host_request_fact,
        .content_bytes = content_bytes,
        .content_file = content_file,
        .content_name = content_name,
        .content_reader = content_reader,
        .reply_ticket = reply_ticket,
        .content_ticket = content_ticket,
        .complete = host_complete,
        .state_put = host_state_put,
        .state_get = host_state_get,
        .architecture_name = host_architecture_name,
    };
}
