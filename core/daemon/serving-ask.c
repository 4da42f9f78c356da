/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files for clients: whose file is it, and where are its bytes? The chain's content doors first, then
 * the served root.
 */
#include "daemon/serving-private.h"

#include "daemon/state.h"
#include "tftp/feed.h"

#define READ_STEP (64 * 1024)

/* One question for content, handed from thread to thread; owned by one at a time. */
struct ask {
    struct serving *serving;
    struct tftp_open *open;
    char *beside;                   /* looked for first below the root; "": nowhere */
    char *path;                     /* a provider's file; NULL: none */
    struct boot_host_reader reader; /* read is NULL: none */
};

/* ---- File threads: what may wait ------------------------------------------------------------- */

static enum tftp_refusal refusal_of(const GError *error) {
    if (g_error_matches(error, CONTENT_ERROR, CONTENT_ERROR_NOT_FOUND) ||
        g_error_matches(error, CONTENT_ERROR, CONTENT_ERROR_NOT_A_FILE))
        return TFTP_REFUSAL_NOT_FOUND;
    return g_error_matches(error, CONTENT_ERROR, CONTENT_ERROR_ACCESS) ? TFTP_REFUSAL_ACCESS
                                                                       : TFTP_REFUSAL_UNDEFINED;
}

/* Takes all that a provider's reader gives: for text that is to be converted, which is short. */
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
    } while (taken > 0 && bytes->len <= LIMIT_NETASCII_BYTES);
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
    g_free(ask->beside);
    g_free(ask);
}

void serving_answer_from_file(gpointer data, gpointer user) {
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

/* ---- What is made while it is sent ------------------------------------------------------------ */

static void on_feed_ready(struct content *content, const char *failure, void *user) {
    struct ask *ask = user;
    tftp_open_complete(ask->open, content, TFTP_REFUSAL_UNDEFINED, failure);
    ask_free(ask);
}

static void start_feed(struct ask *ask, const struct boot_host_reader *given) {
    struct feed_reader reader = {
        .length = given->length, .user = given->user, .read = given->read, .close = given->close};
    if (feed_start(ask->serving->feeds, &reader, ask->open->wants_size, on_feed_ready, ask))
        return;
    tftp_open_complete(ask->open, NULL, TFTP_REFUSAL_BUSY, "too many files are made at once");
    ask_free(ask);
}

/* ---- Inside the world: whose file is it? ----------------------------------------------------- */

/* Below the root: beside the client's boot program first, then where the name says. */
static void serve_below_root(struct tftp_open *open, const char *beside) {
    const char *names[] = {beside, open->name, NULL};
    tftp_open_serve(open, beside[0] != '\0' ? names : names + 1);
}

static void serve_named(struct tftp_open *open, const char *name) {
    const char *names[] = {name, NULL};
    tftp_open_serve(open, names);
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
        if (!ask->open->wants_all) {
            start_feed(ask, &content->reader);
            return;
        }
        ask->reader = content->reader;
        break;
    case CHAIN_CONTENT_NAME:
        serve_named(ask->open, content->name);
        ask_free(ask);
        return;
    case CHAIN_CONTENT_NONE:
        serve_below_root(ask->open, ask->beside);
        ask_free(ask);
        return;
    }
    g_thread_pool_push(ask->serving->file_threads, ask, NULL);
}

static struct request *make_request(const struct daemon *daemon, const struct session *session,
                                    const struct tftp_open *open) {
    const struct interface *interface = interfaces_find(daemon->interfaces, open->interface);
    struct request_origin origin = {
        .source = open->client,
        .server = open->server,
        .interface_name = interface != NULL ? interface->name : "",
        .interface_index = open->interface,
        .port = 69,
    };
    return request_new_file(session != NULL ? session_get_request(session) : NULL,
                            session != NULL ? session_get_trace(session) : NULL, &origin,
                            open->name);
}

void serving_ask(struct serving *serving, struct tftp_open *open) {
    struct daemon *daemon = serving->daemon;
    struct session *session = locator_find(serving->locator, &open->client, open->interface,
                                           clock_now(daemon->clock), &open->mark);
    char beside[TFTP_PATH_MAX] = "";
    if (session != NULL)
        tftp_path_beside(session_get_folder(session), open->name, beside);
    if (!chain_has_content(daemon->generation)) {
        serve_below_root(open, beside);
        return;
    }
    struct ask *ask = g_new0(struct ask, 1);
    ask->serving = serving;
    ask->open = open;
    ask->beside = g_strdup(beside);
    struct request *request = make_request(daemon, session, open);
    serving->asking++;
    chain_content(daemon->generation, request, on_content, ask);
    request_unref(request);
}
