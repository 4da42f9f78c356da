/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The trace of one decision, as records in one piece of memory.
 */
#include "boot/trace.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "boot/reply.h"
#include "boot/request.h"
#include "boot/route.h"

/* Bytes of records that come without memory of their own: four providers and a few facts. All of a
 * trace is below 360 bytes then. */
#define ROOM 224

enum record_kind {
    RECORD_LINE,  /* a pointer to the provider's name; reason ("": none), notes */
    RECORD_FACTS, /* name, value, name ... */
    RECORD_FILE,  /* the boot file */
};

#define RECORD_ALIGNMENT ((uint32_t) _Alignof(struct record))

/* Texts, each with its NUL, follow; then what is left up to the alignment of the next record. */
struct record {
    uint32_t size; /* bytes up to the next one */
    uint32_t microseconds;
    int16_t verdict; /* errno fits, as the kernel's end at 4095 */
    uint8_t kind;
    uint8_t count; /* of texts */
};

/* An address in less memory. */
struct place {
    uint8_t family; /* 0: none */
    uint16_t port;
    uint8_t bytes[16];
};

struct trace {
    gatomicrefcount refs;
    uint32_t quirks; /* a bit each */
    int64_t time_us;
    struct request *request; /* NULL: none */
    const char *shape;       /* static; NULL: silence */
    const char *rule;        /* static, of the route; NULL: nothing was sent */
    struct place server;
    struct place to;
    uint32_t generation;
    uint32_t facts; /* where these records are, plus 1; 0: none */
    uint32_t file;
    uint32_t used; /* bytes of records */
    uint32_t size; /* bytes there is room for */
    int16_t verdict;
    uint8_t stage;
    uint8_t line_count;
    bool has_decider; /* else the end of the chain decided */
    uint8_t decider;  /* index of its line */
    uint8_t *bytes;
    _Alignas(struct record) uint8_t room[ROOM];
};

G_STATIC_ASSERT(QUIRK_COUNT <= 32);
G_STATIC_ASSERT(sizeof(struct trace) < 360);
G_STATIC_ASSERT(LIMIT_TRACE_ENTRIES <= UINT8_MAX);
G_STATIC_ASSERT(1 + LIMIT_NOTES <= UINT8_MAX && 2 * LIMIT_FACTS <= UINT8_MAX);

struct trace *trace_new(uint64_t generation, uint32_t stage) {
    return trace_new_at(generation, stage, g_get_real_time());
}

struct trace *trace_new_at(uint64_t generation, uint32_t stage, int64_t time_us) {
    struct trace *trace = g_malloc(sizeof(*trace));
    memset(trace, 0, offsetof(struct trace, room));
    g_atomic_ref_count_init(&trace->refs);
    trace->time_us = time_us;
    trace->generation = (uint32_t) generation;
    trace->stage = (uint8_t) stage;
    trace->size = ROOM;
    trace->bytes = trace->room;
    return trace;
}

struct trace *trace_ref(struct trace *trace) {
    g_atomic_ref_count_inc(&trace->refs);
    return trace;
}

/* The last one need not tell other threads. */
static bool is_last(struct trace *trace) {
    return g_atomic_int_get(&trace->refs) == 1 || g_atomic_ref_count_dec(&trace->refs);
}

void trace_unref(struct trace *trace) {
    if (trace == NULL || !is_last(trace))
        return;
    request_unref(trace->request);
    if (trace->bytes != trace->room)
        g_free(trace->bytes);
    g_free(trace);
}

/* ---- Records --------------------------------------------------------------------------------- */

static void grow(struct trace *trace, uint32_t needed) {
    trace->size = needed * 2;
    uint8_t *bytes = g_malloc(trace->size);
    memcpy(bytes, trace->bytes, trace->used);
    if (trace->bytes != trace->room)
        g_free(trace->bytes);
    trace->bytes = bytes;
}

static struct record *record_at(const struct trace *trace, uint32_t offset) {
    return (struct record *) (void *) (trace->bytes + offset);
}

/* Copies `head` and the texts, each with its NUL, into a record behind the last one. */
static struct record *record_add(struct trace *trace, enum record_kind kind, const char *head,
                                 const struct boot_host_span *texts, guint count) {
    uint32_t head_size = kind == RECORD_LINE ? sizeof(head) : 0;
    uint32_t size = (uint32_t) sizeof(struct record) + head_size;
    for (guint i = 0; i < count; i++)
        size += (uint32_t) texts[i].size + 1;
    size = (size + RECORD_ALIGNMENT - 1) & ~(RECORD_ALIGNMENT - 1);
    if (trace->used + size > trace->size)
        grow(trace, trace->used + size);
    struct record *record = record_at(trace, trace->used);
    *record = (struct record){.size = size, .kind = (uint8_t) kind, .count = (uint8_t) count};
    char *place = (char *) (record + 1);
    if (head_size > 0)
        place = mempcpy(place, &head, sizeof(head));
    for (guint i = 0; i < count; i++) {
        memcpy(place, texts[i].data, texts[i].size + 1);
        place += texts[i].size + 1;
    }
    trace->used += size;
    return record;
}

/* Of a line. */
static const char *provider_of(const struct record *record) {
    const char *provider = NULL;
    memcpy(&provider, record + 1, sizeof(provider));
    return provider;
}

static const char *first_text(const struct record *record) {
    const char *behind = (const char *) (record + 1);
    return record->kind == RECORD_LINE ? behind + sizeof(char *) : behind;
}

static const char *next_text(const char *text) {
    return text + strlen(text) + 1;
}

/* ---- Addresses ------------------------------------------------------------------------------- */

static struct place place_of(const struct address *address) {
    struct place place = {.family = address->family, .port = address->port};
    memcpy(place.bytes, address->bytes, sizeof(place.bytes));
    return place;
}

static struct address address_at(const struct place *place) {
    struct address address = {.family = place->family, .port = place->port};
    memcpy(address.bytes, place->bytes, sizeof(address.bytes));
    return address;
}

/* ---- Writing --------------------------------------------------------------------------------- */

void trace_add(struct trace *trace, const char *provider, int32_t verdict, const char *reason,
               const struct reply *reply, int64_t microseconds) {
    struct boot_host_span texts[1 + LIMIT_NOTES];
    texts[0] = (struct boot_host_span){NULL, 0};
    if (trace->line_count >= LIMIT_TRACE_ENTRIES)
        return;
    guint count = reply != NULL ? reply_remarks(reply, texts) : 1;
    if (reason != NULL)
        texts[0] = (struct boot_host_span){reason, strlen(reason)};
    if (texts[0].data == NULL)
        texts[0].data = "";
    struct record *line = record_add(trace, RECORD_LINE, provider, texts, count);
    line->verdict = (int16_t) verdict;
    line->microseconds = (uint32_t) CLAMP(microseconds, 0, UINT32_MAX);
    trace->line_count++;
}

void trace_add_quirk(struct trace *trace, enum quirk quirk) {
    trace->quirks |= UINT32_C(1) << quirk;
}

void trace_set_verdict(struct trace *trace, int32_t verdict, bool by_last) {
    trace->verdict = (int16_t) verdict;
    trace->has_decider = by_last && trace->line_count > 0;
    trace->decider = (uint8_t) (trace->line_count - 1);
}

void trace_set_facts(struct trace *trace, struct request *request, const struct reply *reply) {
    struct boot_host_span texts[2 * LIMIT_FACTS];
    trace_set_request(trace, request);
    guint count = reply != NULL ? reply_facts(reply, texts) : 0;
    trace->facts = count > 0 ? trace->used + 1 : 0;
    if (count > 0)
        (void) record_add(trace, RECORD_FACTS, NULL, texts, count);
}

void trace_take_request(struct trace *trace, struct request *request) {
    struct request *before = trace->request;
    trace->request = request;
    request_unref(before);
}

void trace_set_request(struct trace *trace, struct request *request) {
    trace_take_request(trace, request != NULL ? request_ref(request) : NULL);
}

void trace_set_answer(struct trace *trace, const char *shape, const char *boot_file,
                      const struct address *server) {
    trace->shape = shape;
    trace->file = 0;
    trace->server = server != NULL ? place_of(server) : (struct place){0};
    if (boot_file == NULL)
        return;
    trace->file = trace->used + 1;
    const struct boot_host_span file = {boot_file, strlen(boot_file)};
    (void) record_add(trace, RECORD_FILE, NULL, &file, 1);
}

void trace_set_destination(struct trace *trace, const struct route *route) {
    trace->rule = route != NULL ? route->rule : NULL;
    if (route != NULL)
        trace->to = place_of(&route->to);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void read_line(const struct record *record, struct trace_entry *ret_entry) {
    const char *reason = first_text(record);
    *ret_entry = (struct trace_entry){
        .provider = provider_of(record),
        .verdict = record->verdict,
        .reason = reason[0] != '\0' ? reason : NULL,
        .microseconds = record->microseconds,
        .note_count = record->count - 1U,
        .notes = next_text(reason),
    };
}

bool trace_get_entry(const struct trace *trace, guint index, struct trace_entry *ret_entry) {
    if (index >= trace->line_count)
        return false;
    const struct record *record = record_at(trace, 0);
    for (uint32_t offset = 0; record->kind != RECORD_LINE || index-- > 0;) {
        offset += record->size;
        record = record_at(trace, offset);
    }
    read_line(record, ret_entry);
    return true;
}

const char *trace_entry_note(const struct trace_entry *entry, guint index) {
    const char *note = entry->notes;
    if (index >= entry->note_count)
        return NULL;
    for (guint i = 0; i < index; i++)
        note = next_text(note);
    return note;
}

const char *trace_get_reason(const struct trace *trace) {
    const char *reason = NULL;
    for (uint32_t offset = 0; offset < trace->used; offset += record_at(trace, offset)->size) {
        const struct record *record = record_at(trace, offset);
        const char *own = record->kind == RECORD_LINE ? first_text(record) : "";
        if (own[0] != '\0')
            reason = own;
    }
    return reason;
}

int64_t trace_get_time(const struct trace *trace) {
    return trace->time_us;
}

uint64_t trace_get_generation(const struct trace *trace) {
    return trace->generation;
}

const char *trace_get_stage(const struct trace *trace) {
    return trace->stage != 0 ? request_stage_name(trace->stage) : "";
}

int32_t trace_get_verdict(const struct trace *trace) {
    return trace->verdict;
}

const char *trace_get_provider(const struct trace *trace) {
    struct trace_entry entry;
    return trace->has_decider && trace_get_entry(trace, trace->decider, &entry) ? entry.provider
                                                                                : NULL;
}

const char *trace_get_shape(const struct trace *trace) {
    return trace->shape;
}

const char *trace_get_boot_file(const struct trace *trace) {
    return trace->file != 0 ? first_text(record_at(trace, trace->file - 1)) : NULL;
}

struct address trace_get_server(const struct trace *trace) {
    return address_at(&trace->server);
}

const char *trace_get_destination(const struct trace *trace, struct address *ret_to) {
    *ret_to = address_at(&trace->to);
    return trace->rule;
}

bool trace_has_quirk(const struct trace *trace, enum quirk quirk) {
    return (trace->quirks >> quirk & 1) != 0;
}

struct request *trace_get_request(const struct trace *trace) {
    return trace->request;
}

size_t trace_get_size(const struct trace *trace) {
    return sizeof(*trace) + (trace->bytes != trace->room ? trace->size : 0) +
           (trace->request != NULL ? request_get_size(trace->request) : 0);
}

/* ---- Facts ----------------------------------------------------------------------------------- */

static guint provider_fact_count(const struct trace *trace) {
    return trace->facts != 0 ? record_at(trace, trace->facts - 1)->count / 2U : 0;
}

static const char *provider_fact(const struct trace *trace, const char *name) {
    guint count = provider_fact_count(trace);
    const char *text = count > 0 ? first_text(record_at(trace, trace->facts - 1)) : NULL;
    for (guint i = 0; i < count; i++) {
        const char *value = next_text(text);
        if (strcmp(text, name) == 0)
            return value;
        text = next_text(value);
    }
    return NULL;
}

const char *trace_fact(const struct trace *trace, const char *name) {
    const char *value = provider_fact(trace, name);
    const char *own = NULL;
    for (uint32_t i = 0;
         value == NULL && trace->request != NULL && (own = request_fact_name(i)) != NULL; i++)
        if (strcmp(own, name) == 0)
            return request_fact_at(trace->request, i);
    return value;
}

/* The request's fact number `index` of those that it has and that no provider has set. */
static bool request_fact_left(const struct trace *trace, guint index, const char **ret_name,
                              const char **ret_value) {
    const char *name = NULL;
    for (uint32_t i = 0; (name = request_fact_name(i)) != NULL; i++) {
        const char *value = request_fact_at(trace->request, i);
        if (value == NULL || provider_fact(trace, name) != NULL || index-- > 0)
            continue;
        *ret_name = name;
        *ret_value = value;
        return true;
    }
    return false;
}

bool trace_fact_at(const struct trace *trace, guint index, const char **ret_name,
                   const char **ret_value) {
    guint count = provider_fact_count(trace);
    if (index >= count)
        return trace->request != NULL &&
               request_fact_left(trace, index - count, ret_name, ret_value);
    const char *text = first_text(record_at(trace, trace->facts - 1));
    for (guint i = 0; i < 2 * index; i++)
        text = next_text(text);
    *ret_name = text;
    *ret_value = next_text(text);
    return true;
}
