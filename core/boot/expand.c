/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Templates: "${fact}" and "${fact:-default}" inside configured text. PURE.
 */
#include "boot/reply.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "boot/request.h"

/* One "${...}", cut into its parts; they point into the template. */
struct reference {
    const char *name;
    size_t name_size;
    const char *otherwise; /* behind ":-"; NULL: none */
    size_t otherwise_size;
    const char *end; /* behind the "}" */
};

/* `text` points at "${". */
static bool read_reference(const char *text, struct reference *ret_reference) {
    const char *name = text + 2;
    const char *close = strchr(name, '}');
    if (close == NULL)
        return false;
    struct reference reference = {.name = name, .end = close + 1};
    const char *mark = g_strstr_len(name, close - name, ":-");
    reference.name_size = (size_t) ((mark != NULL ? mark : close) - name);
    if (mark != NULL) {
        reference.otherwise = mark + 2;
        reference.otherwise_size = (size_t) (close - reference.otherwise);
    }
    if (!reply_fact_name_is_valid(reference.name, reference.name_size))
        return false;
    *ret_reference = reference;
    return true;
}

static const char *look_up(const struct reply *reply, const struct request *request,
                           const struct reference *reference) {
    char name[LIMIT_FACT_NAME + 1];
    const char *value = NULL;
    memcpy(name, reference->name, reference->name_size);
    name[reference->name_size] = '\0';
    if (reply != NULL)
        value = reply_fact_get(reply, name);
    if (value == NULL && request != NULL)
        value = request_fact(request, name);
    return value;
}

/* Output that goes on counting when the buffer is full. */
struct sink {
    char *buffer;
    size_t size;
    size_t length;
};

static void put(struct sink *sink, const char *text, size_t size) {
    if (sink->length < sink->size) {
        size_t room = sink->size - sink->length;
        memcpy(sink->buffer + sink->length, text, MIN(size, room));
    }
    sink->length += size;
}

static void terminate(struct sink *sink) {
    if (sink->size > 0)
        sink->buffer[MIN(sink->length, sink->size - 1)] = '\0';
}

static int64_t expand(const struct reply *reply, const struct request *request, const char *text,
                      struct sink *sink) {
    while (*text != '\0') {
        const char *mark = strstr(text, "${");
        size_t plain = mark != NULL ? (size_t) (mark - text) : strlen(text);
        put(sink, text, plain);
        if (mark == NULL)
            break;
        struct reference reference = {0};
        if (!read_reference(mark, &reference))
            return -EINVAL;
        const char *value = look_up(reply, request, &reference);
        if (reference.otherwise != NULL && (value == NULL || value[0] == '\0'))
            put(sink, reference.otherwise, reference.otherwise_size);
        else if (value != NULL)
            put(sink, value, strlen(value));
        else
            return -ENOENT;
        text = reference.end;
    }
    return (int64_t) sink->length;
}

int64_t reply_expand(const struct reply *reply, const struct request *request, const char *text,
                     char *buffer, size_t size) {
    struct sink sink = {.buffer = buffer, .size = size};
    if (text == NULL || (buffer == NULL && size > 0))
        return -EINVAL;
    int64_t result = expand(reply, request, text, &sink);
    if (result < 0)
        sink.length = 0;
    terminate(&sink);
    return result;
}

bool reply_template_is_valid(const char *text) {
    for (const char *mark = strstr(text, "${"); mark != NULL; mark = strstr(mark, "${")) {
        struct reference reference = {0};
        if (!read_reference(mark, &reference))
            return false;
        mark = reference.end;
    }
    return true;
}
