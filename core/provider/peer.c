/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A running process that speaks org.boothost.Provider1, as the host sees it.
 */
#include "provider/peer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "provider/errno-name.h"

#include <boothost/types.h>

#define NOISE_MAX     1000 /* lines a second; a process that writes more is stopped */
#define COMPLAINT_MAX 1000 /* bytes of one line */

/* ---- What it says without being asked -------------------------------------------------------- */

static bool take_noise(struct peer *peer, uint32_t level, const char *text, char **ret_why) {
    uint64_t left_out = 0;
    if (!rate_allow(&peer->noise, g_get_monotonic_time(), &left_out)) {
        *ret_why = g_strdup_printf("wrote more than %d lines of log in a second", NOISE_MAX);
        return false;
    }
    peer->log(level, text, peer->user);
    return true;
}

bool peer_take_signal(struct peer *peer, GDBusMessage *message, char **ret_why) {
    GVariant *body = peer_body(message, "(us)");
    bool is_log = g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_SIGNAL &&
                  g_strcmp0(g_dbus_message_get_member(message), "Log") == 0 && body != NULL;
    if (!is_log) {
        *ret_why = g_strdup("sent a message that nobody asked for");
        return false;
    }
    uint32_t level = 0;
    const char *text = NULL;
    g_variant_get(body, "(u&s)", &level, &text);
    return take_noise(peer, level, text, ret_why);
}

static bool end_line(struct peer *peer, char **ret_why) {
    bool is_fine = peer->complaint->len == 0 ||
                   take_noise(peer, BOOT_HOST_LOG_WARNING, peer->complaint->str, ret_why);
    g_string_truncate(peer->complaint, 0);
    return is_fine;
}

bool peer_take_complaints(struct peer *peer, char **ret_why) {
    char piece[4096];
    ssize_t count = read(peer->child.complaint, piece, sizeof(piece));
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
        close(peer->child.complaint);
        peer->child.complaint = -1;
    }
    for (ssize_t i = 0; i < count; i++) {
        if (piece[i] != '\n' && peer->complaint->len < COMPLAINT_MAX)
            g_string_append_c(peer->complaint, piece[i] != '\0' ? piece[i] : ' ');
        else if (!end_line(peer, ret_why))
            return false;
    }
    return true;
}

/* ---- Messages -------------------------------------------------------------------------------- */

GDBusMessage *peer_message(const char *method, GVariant *parameters, bool wants_answer) {
    GDBusMessage *message = g_dbus_message_new_method_call(NULL, PEER_PATH, PEER_INTERFACE, method);
    if (parameters != NULL)
        g_dbus_message_set_body(message, parameters);
    if (!wants_answer)
        g_dbus_message_set_flags(message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
    return message;
}

GVariant *peer_body(GDBusMessage *message, const char *type) {
    GVariant *body = g_dbus_message_get_body(message);
    if (body == NULL || !g_variant_is_of_type(body, G_VARIANT_TYPE(type)))
        return NULL;
    return body;
}

int32_t peer_errno(GDBusMessage *message) {
    const char *name = g_dbus_message_get_error_name(message);
    if (name == NULL || !g_str_has_prefix(name, PEER_ERRORS))
        return -EIO;
    int number = errno_from_name(name + strlen(PEER_ERRORS));
    return number > 0 ? -number : -EIO;
}

char *peer_error_text(GDBusMessage *message) {
    GVariant *body = peer_body(message, "(s)");
    const char *text = NULL;
    if (body != NULL)
        g_variant_get(body, "(&s)", &text);
    const char *name = g_dbus_message_get_error_name(message);
    return text != NULL ? g_strdup(text) : g_strdup(name != NULL ? name : "an error");
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static void fail(GError **ret_error, char *why) {
    g_set_error(ret_error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "%s", why != NULL ? why : "ended");
    g_free(why);
}

/* It has closed the connection; how it ended says more, when it ends soon. */
static void fail_ended(struct peer *peer, char *why, GError **ret_error) {
    struct pollfd watch = {.fd = peer->child.watch, .events = POLLIN};
    char *unused = NULL;
    if (poll(&watch, 1, 1000) > 0) {
        char *end = child_reap(&peer->child);
        if (end != NULL) {
            g_free(why);
            why = end;
        }
    }
    while (peer->child.complaint >= 0) {
        struct pollfd complaint = {.fd = peer->child.complaint, .events = POLLIN};
        if (poll(&complaint, 1, 0) <= 0 || !peer_take_complaints(peer, &unused))
            break;
    }
    g_free(unused);
    fail(ret_error, why);
}

/* Waits until something comes, and takes it in. */
static bool pump(struct peer *peer, int64_t end_us, GError **ret_error) {
    int64_t left_us = end_us - g_get_monotonic_time();
    if (left_us <= 0) {
        g_set_error_literal(ret_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no answer in time");
        return false;
    }
    struct pollfd watched[] = {
        {.fd = link_get_socket(peer->link),
         .events = (short) (POLLIN | (link_has_unsent(peer->link) ? POLLOUT : 0))},
        {.fd = peer->child.complaint, .events = POLLIN},
    };
    int ready = poll(watched, G_N_ELEMENTS(watched), (int) (left_us / CLOCK_MILLISECOND + 1));
    char *why = NULL;
    if (ready > 0 && (watched[1].revents & (POLLIN | POLLHUP)) != 0 &&
        !peer_take_complaints(peer, &why)) {
        fail(ret_error, why);
        return false;
    }
    if (ready > 0 && (watched[0].revents & POLLOUT) != 0)
        link_flush(peer->link);
    if (ready > 0 && (watched[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
        !link_receive(peer->link, &why)) {
        fail_ended(peer, why, ret_error);
        return false;
    }
    return true;
}

/* A message that another one came before: answers keep, what is said without being asked does not. */
static bool keep(struct peer *peer, GDBusMessage *message, GError **ret_error) {
    if (g_dbus_message_get_reply_serial(message) != 0) {
        g_queue_push_tail(&peer->inbox, message);
        return true;
    }
    char *why = NULL;
    bool is_fine = peer_take_signal(peer, message, &why);
    g_object_unref(message);
    if (!is_fine)
        fail(ret_error, why);
    return is_fine;
}

static GDBusMessage *wait_for(struct peer *peer, uint32_t serial, int64_t end_us,
                              GError **ret_error) {
    for (;;) {
        g_autoptr(GError) error = NULL;
        GDBusMessage *message = link_take(peer->link, &error);
        if (error != NULL) {
            g_propagate_error(ret_error, g_steal_pointer(&error));
            return NULL;
        }
        if (message != NULL && g_dbus_message_get_reply_serial(message) == serial)
            return message;
        if (message != NULL) {
            if (!keep(peer, message, ret_error))
                return NULL;
        } else if (!pump(peer, end_us, ret_error)) {
            return NULL;
        }
    }
}

GVariant *peer_call(struct peer *peer, const char *method, GVariant *parameters, const char *type,
                    int64_t timeout_us, GError **ret_error) {
    int64_t end = g_get_monotonic_time() + timeout_us;
    g_autoptr(GDBusMessage) message = peer_message(method, parameters, true);
    uint32_t serial = link_send(peer->link, message, ret_error);
    if (serial == 0)
        return NULL;
    g_autoptr(GDBusMessage) answer = wait_for(peer, serial, end, ret_error);
    if (answer == NULL)
        return NULL;
    if (g_dbus_message_get_message_type(answer) == G_DBUS_MESSAGE_TYPE_ERROR) {
        g_autofree char *text = peer_error_text(answer);
        g_set_error(ret_error, G_FILE_ERROR, (gint) g_file_error_from_errno(-peer_errno(answer)),
                    "%s: %s", method, text);
        return NULL;
    }
    if (strcmp(type, "()") == 0)
        return g_variant_ref_sink(g_variant_new("()"));
    GVariant *body = peer_body(answer, type);
    if (body != NULL)
        return g_variant_ref(body);
    g_set_error(ret_error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                "%s was answered with something else than %s", method, type);
    return NULL;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static bool shake_hands(struct peer *peer, int64_t timeout_us, GError **ret_error) {
    int64_t end = g_get_monotonic_time() + timeout_us;
    while (!link_is_ready(peer->link)) {
        if (!pump(peer, end, ret_error))
            return false;
    }
    return true;
}

struct peer *peer_new(const char *const *argv, int64_t timeout_us, peer_log_fn log, void *user,
                      GError **ret_error) {
    struct child child;
    if (!child_start(argv, &child, ret_error))
        return NULL;
    struct peer *peer = g_new0(struct peer, 1);
    peer->link = link_new(child.socket, LINK_HOST);
    child.socket = -1;
    peer->child = child;
    peer->complaint = g_string_new(NULL);
    peer->noise.limit = NOISE_MAX;
    peer->log = log;
    peer->user = user;
    g_queue_init(&peer->inbox);
    if (shake_hands(peer, timeout_us, ret_error))
        return peer;
    peer_free(peer);
    return NULL;
}

void peer_free(struct peer *peer) {
    if (peer == NULL)
        return;
    child_clear(&peer->child);
    link_free(peer->link);
    g_queue_clear_full(&peer->inbox, g_object_unref);
    g_string_free(peer->complaint, TRUE);
    g_free(peer);
}
