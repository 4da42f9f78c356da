/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files for clients: from a read request to its content, and from its end to an event.
 */
#include "daemon/serving.h"

#include "base/log.h"
#include "codec/identity.h"
#include "daemon/state.h"
#include "daemon/world.h"
#include "net/udp.h"
#include "tftp/server.h"

#define FILE_THREADS 4   /* that may wait for a disk or a provider's reader */
#define RUNNING_MOST 256 /* transfers that status lists */
#define READ_STEP    (64 * 1024)

struct serving {
    struct daemon *daemon;
    struct content_root *root;
    struct tftp_server *server;
    GThreadPool *file_threads;
    unsigned asking; /* files the chain is being asked for */
};

/* One question for content, handed from thread to thread; owned by one at a time. */
struct ask {
    struct serving *serving;
    struct tftp_open *open;
    char beside[TFTP_PATH_MAX];     /* looked for first; "": nowhere */
    char *path;                     /* a provider's file; NULL: none */
    struct boot_host_reader reader; /* read is NULL: none */
};

static void post(GSourceFunc function, gpointer data) {
    GSource *source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, function, data, NULL);
    g_source_attach(source, NULL);
    g_source_unref(source);
}

/* ---- File threads: what may wait ------------------------------------------------------------- */

static enum tftp_refusal refusal_of(const GError *error) {
    if (g_error_matches(error, CONTENT_ERROR, CONTENT_ERROR_NOT_FOUND) ||
        g_error_matches(error, CONTENT_ERROR, CONTENT_ERROR_NOT_A_FILE))
        return TFTP_REFUSAL_NOT_FOUND;
    return g_error_matches(error, CONTENT_ERROR, CONTENT_ERROR_ACCESS) ? TFTP_REFUSAL_ACCESS
                                                                       : TFTP_REFUSAL_UNDEFINED;
}

/* Takes all that a provider's reader gives, up to the cap. */
static struct content *drain_reader(const struct boot_host_reader *reader, GError **error) {
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int64_t taken = 0;
    do {
        guint before = bytes->len;
        g_byte_array_set_size(bytes, before + READ_STEP);
        taken = reader->read(reader->user, before, bytes->data + before, READ_STEP);
        if (taken < 0 || taken > READ_STEP) {
            g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_FAILED,
                        "the provider's reader failed: %s",
                        taken < 0 ? g_strerror((int) -taken) : "it gave more than was asked for");
            return NULL;
        }
        g_byte_array_set_size(bytes, before + (guint) taken);
        if (bytes->len > LIMIT_CONTENT_BYTES) {
            g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_FAILED,
                        "the provider's content is larger than %d bytes", LIMIT_CONTENT_BYTES);
            return NULL;
        }
    } while (taken > 0);
    g_autoptr(GBytes) all = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
    return content_new_bytes(all);
}

static struct content *find_content(const struct ask *ask, GError **error) {
    return ask->path != NULL ? content_open(ask->path, error) : drain_reader(&ask->reader, error);
}

static void ask_free(struct ask *ask) {
    if (ask->reader.close != NULL)
        ask->reader.close(ask->reader.user);
    g_free(ask->path);
    g_free(ask);
}

static void answer_from_file(gpointer data, gpointer user) {
    struct ask *ask = data;
    g_autoptr(GError) error = NULL;
    struct content *content = find_content(ask, &error);
    enum tftp_refusal refusal = content == NULL ? refusal_of(error) : TFTP_REFUSAL_UNDEFINED;
    const char *message =
        refusal == TFTP_REFUSAL_UNDEFINED && error != NULL ? error->message : NULL;
    tftp_open_complete(ask->open, content, refusal, message);
    if (content != NULL)
        content_unref(content);
    ask_free(ask);
}

/* ---- Packet thread: whose file is it? -------------------------------------------------------- */

static struct session *find_session(struct daemon *daemon, const struct address *client,
                                    unsigned interface) {
    uint8_t mac[6];
    char text[IDENTITY_MAC_TEXT_SIZE];
    gboolean known = daemon->neighbours != NULL && interface != 0 &&
                     neighbour_find(daemon->neighbours, client, interface, mac);
    if (known)
        identity_format_mac(mac, text);
    return session_find_address(daemon->sessions, client, known ? text : NULL);
}

/* `name`: what a provider names instead of what the client asked for, or NULL. */
static void serve_below_root(struct ask *ask, const char *name) {
    const char *names[] = {ask->open->name, NULL, NULL};
    if (name != NULL) {
        names[0] = name;
    } else if (ask->beside[0] != '\0') {
        names[0] = ask->beside;
        names[1] = ask->open->name;
    }
    tftp_open_serve(ask->open, names);
    ask_free(ask);
}

static void on_content(const struct chain_content *content, void *user) {
    struct ask *ask = user;
    ask->serving->asking--;
    switch (content->kind) {
    case CHAIN_CONTENT_REFUSED:
        tftp_open_complete(ask->open, NULL, TFTP_REFUSAL_ACCESS, "refused by policy");
        ask_free(ask);
        return;
    case CHAIN_CONTENT_BYTES: {
        struct content *bytes = content_new_bytes(content->bytes);
        tftp_open_complete(ask->open, bytes, TFTP_REFUSAL_UNDEFINED, NULL);
        content_unref(bytes);
        ask_free(ask);
        return;
    }
    case CHAIN_CONTENT_FILE:
        ask->path = g_strdup(content->name);
        break;
    case CHAIN_CONTENT_READER:
        ask->reader = content->reader;
        break;
    case CHAIN_CONTENT_NAME:
        serve_below_root(ask, content->name);
        return;
    case CHAIN_CONTENT_NONE:
        serve_below_root(ask, NULL);
        return;
    }
    g_thread_pool_push(ask->serving->file_threads, ask, NULL);
}

static gboolean ask_chain(gpointer data) {
    struct ask *ask = data;
    struct daemon *daemon = ask->serving->daemon;
    struct session *session = find_session(daemon, &ask->open->client, ask->open->interface);
    const struct interface *interface = interfaces_find(daemon->interfaces, ask->open->interface);
    struct request_origin origin = {
        .source = ask->open->client,
        .server = ask->open->server,
        .interface_name = interface != NULL ? interface->name : "",
        .interface_index = ask->open->interface,
        .port = 69,
    };
    if (session != NULL)
        tftp_path_beside(session_get_folder(session), ask->open->name, ask->beside);
    struct request *request = request_new_file(
        session != NULL ? session_get_request(session) : NULL,
        session != NULL ? session_get_trace(session) : NULL, &origin, ask->open->name);
    ask->serving->asking++;
    chain_content(daemon->generation, request, on_content, ask);
    request_unref(request);
    return G_SOURCE_REMOVE;
}

/* ---- Packet thread: how did it end? ---------------------------------------------------------- */

/* A copy of a report on its way from the transfer thread to the packet thread. */
struct ended {
    struct serving *serving;
    struct tftp_report report;
    char *name;  /* canonical; "": the name itself was refused */
    char *shown; /* as the client spelled it, in quotes */
    char *message;
};

static void tell_ended(struct daemon *daemon, const struct ended *ended, const char *client) {
    const struct tftp_report *report = &ended->report;
    const struct transfer_statistics *statistics = &report->statistics;
    char address[ADDRESS_TEXT_SIZE];
    address_text(&report->client, address);
    g_autofree char *size = g_format_size_full(statistics->bytes, G_FORMAT_SIZE_IEC_UNITS);
    const char *who = client != NULL ? client : address;
    double seconds = (double) statistics->duration_us / (double) CLOCK_SECOND;
    if (report->outcome == TRANSFER_COMPLETED)
        daemon_tell(daemon, "transfer", who,
                    "fetched %s: %s in %.2f s (block %u, window %u, %" G_GUINT64_FORMAT " resent)",
                    ended->shown, size, seconds, statistics->block_size, statistics->window_size,
                    statistics->resent);
    else if (report->outcome == TRANSFER_SIZE_PROBE)
        daemon_tell(daemon, "transfer", who, "asked the size of %s", ended->shown);
    else
        daemon_tell(daemon, "transfer", who, "did not fetch %s: %s%s%s after %s", ended->shown,
                    transfer_outcome_name(report->outcome), ended->message[0] != '\0' ? ": " : "",
                    ended->message, size);
}

static void tell_providers(struct daemon *daemon, const struct ended *ended,
                           const struct session *session) {
    gboolean done = ended->report.outcome == TRANSFER_COMPLETED;
    struct boot_host_event event = {
        .size = sizeof(event),
        .kind = done ? BOOT_HOST_EVENT_TRANSFER_DONE : BOOT_HOST_EVENT_TRANSFER_FAILED,
        .value = (int64_t) ended->report.statistics.bytes,
        .name = ended->name,
        .detail = done ? NULL : transfer_outcome_name(ended->report.outcome),
    };
    chain_event(daemon->generation, session_get_request(session), &event);
}

static gboolean note_ended(gpointer data) {
    struct ended *ended = data;
    struct daemon *daemon = ended->serving->daemon;
    const struct tftp_report *report = &ended->report;
    struct session *session = find_session(daemon, &report->client, report->interface);
    struct request *request = session != NULL ? session_get_request(session) : NULL;
    tell_ended(daemon, ended, request != NULL ? request_get_client(request) : NULL);
    if (session != NULL) {
        struct session_transfer transfer = {
            .name = ended->name,
            .outcome = (char *) transfer_outcome_name(report->outcome),
            .bytes = report->statistics.bytes,
            .duration_us = report->statistics.duration_us,
            .time_us = g_get_real_time(),
            .retransmits = (uint32_t) report->statistics.resent,
        };
        session_fetched(daemon->sessions, session, &transfer,
                        report->outcome == TRANSFER_COMPLETED);
        if (request != NULL && report->outcome != TRANSFER_SIZE_PROBE)
            tell_providers(daemon, ended, session);
    }
    g_free(ended->name);
    g_free(ended->shown);
    g_free(ended->message);
    g_free(ended);
    return G_SOURCE_REMOVE;
}

/* ---- Transfer thread ------------------------------------------------------------------------- */

static void on_open(gpointer user, struct tftp_open *open) {
    if (!g_utf8_validate(open->name, -1, NULL)) {
        /* The contract hands providers UTF-8 and nothing else. */
        tftp_open_complete(open, NULL, TFTP_REFUSAL_NOT_FOUND, NULL);
        return;
    }
    struct ask *ask = g_new0(struct ask, 1);
    ask->serving = user;
    ask->open = open;
    post(ask_chain, ask);
}

static void on_ended(gpointer user, const struct tftp_report *report) {
    struct ended *ended = g_new0(struct ended, 1);
    ended->serving = user;
    ended->report = *report;
    ended->name = g_utf8_make_valid(report->name, -1);
    ended->shown = log_quote(report->wire_name, -1);
    ended->message = g_utf8_make_valid(report->message, -1);
    post(note_ended, ended);
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct serving *serving_new(struct daemon *daemon, GError **error) {
    struct serving *serving = g_new0(struct serving, 1);
    serving->daemon = daemon;
    serving->root = content_root_open(daemon->config->root, error);
    if (serving->root == NULL) {
        serving_free(serving);
        return NULL;
    }
    serving->file_threads = g_thread_pool_new(answer_from_file, NULL, FILE_THREADS, FALSE, NULL);
    int inherited = udp_inherited(69);
    struct tftp_server_options options = {
        .settings = daemon->config->tftp,
        .root = serving->root,
        .callbacks = {.open = on_open, .ended = on_ended, .user = serving},
        .inherited = &inherited,
        .n_inherited = inherited >= 0 ? 1 : 0,
        .interfaces = daemon->interfaces,
    };
    serving->server = tftp_server_new(&options, error);
    if (serving->server == NULL) {
        serving_free(serving);
        return NULL;
    }
    return serving;
}

void serving_free(struct serving *serving) {
    if (serving == NULL)
        return;
    struct world *world = serving->daemon->world;
    world_leave(world); /* its thread may want to enter before it ends */
    if (serving->server != NULL)
        tftp_server_free(serving->server);
    world_enter(world);
    /* What the transfer thread still posted ends here; providers that are asked at this moment
     * answer, or miss their deadline, into tftp_open_complete, which then is a no-op. */
    while (world_iterate(world, serving->asking > 0) || serving->asking > 0) {
    }
    world_leave(world);
    if (serving->file_threads != NULL)
        g_thread_pool_free(serving->file_threads, FALSE, TRUE);
    world_enter(world);
    if (serving->root != NULL)
        content_root_unref(serving->root);
    g_free(serving);
}

void serving_changed(struct serving *serving, struct content_root *root) {
    struct daemon *daemon = serving->daemon;
    if (root != NULL) {
        content_root_unref(serving->root);
        serving->root = root;
    }
    tftp_server_configure(serving->server, &daemon->config->tftp, serving->root,
                          daemon->interfaces);
}

GVariant *serving_counters(const struct serving *serving) {
    uint64_t counters[TFTP_COUNTERS];
    unsigned running = 0;
    tftp_server_counters(serving->server, counters, &running);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{st}"));
    g_variant_builder_add(&builder, "{st}", "running", (uint64_t) running);
    for (unsigned i = 0; i < TFTP_COUNTERS; i++)
        g_variant_builder_add(&builder, "{st}", tftp_counter_name(i), counters[i]);
    return g_variant_builder_end(&builder);
}

static void add_running(const struct tftp_report *report, gpointer user) {
    char address[ADDRESS_TEXT_SIZE];
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "client", "s", address_text(&report->client, address));
    g_variant_dict_insert(&facts, "name", "s", report->name);
    g_variant_dict_insert(&facts, "bytes", "t", report->statistics.bytes);
    g_variant_dict_insert(&facts, "size", "t", report->statistics.size);
    g_variant_dict_insert(&facts, "resent", "t", report->statistics.resent);
    g_variant_builder_add_value(user, g_variant_dict_end(&facts));
}

GVariant *serving_running(const struct serving *serving) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    tftp_server_running(serving->server, RUNNING_MOST, add_running, &builder);
    return g_variant_builder_end(&builder);
}
