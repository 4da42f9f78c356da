/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One end of the connection between the host and a provider's process.
 */
#include "provider/remote-link.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_SIZE   16 /* bytes that tell a message's length */
#define LINE_MAX_SIZE 512
#define LINES_MAX     16    /* of a handshake */
#define PIECE         65536 /* bytes read at once */

/* A server has to name itself in the handshake; nobody looks at it. */
#define SERVER_GUID "0123456789abcdef0123456789abcdef"

struct link {
    int socket;
    enum link_side side;
    bool is_ready;
    bool has_nul;       /* the byte that begins the handshake */
    bool is_authorised; /* the server has said OK */
    unsigned lines;     /* of the handshake so far */
    uint32_t serial;    /* of the last message sent */
    GByteArray *in;     /* received, from `in_start` on not yet taken */
    guint in_start;     /* kept apart, so that taking a message moves no bytes */
    GByteArray *out;    /* from `out_start` on not yet sent */
    guint out_start;
};

/* ---- Life ------------------------------------------------------------------------------------ */

static void put(struct link *link, const void *data, size_t size) {
    g_byte_array_append(link->out, data, (guint) size);
}

static void put_line(struct link *link, const char *line) {
    put(link, line, strlen(line));
    put(link, "\r\n", 2);
}

struct link *link_new(int socket, enum link_side side) {
    struct link *link = g_new0(struct link, 1);
    link->socket = socket;
    link->side = side;
    link->in = g_byte_array_new();
    link->out = g_byte_array_new();
    if (socket >= 0)
        g_unix_set_fd_nonblocking(socket, TRUE, NULL);
    if (side == LINK_PROVIDER) {
        put(link, "", 1);
        put_line(link, "AUTH ANONYMOUS");
        link->has_nul = true;
        link_flush(link);
    }
    return link;
}

void link_free(struct link *link) {
    if (link == NULL)
        return;
    if (link->socket >= 0)
        close(link->socket);
    g_byte_array_unref(link->in);
    g_byte_array_unref(link->out);
    g_free(link);
}

int link_get_socket(const struct link *link) {
    return link->socket;
}

bool link_is_ready(const struct link *link) {
    return link->is_ready;
}

void link_skip_handshake(struct link *link) {
    link->is_ready = true;
}

/* ---- Handshake ------------------------------------------------------------------------------- */

static bool serve_line(struct link *link, const char *line) {
    if (strcmp(line, "BEGIN") == 0) {
        link->is_ready = link->is_authorised;
        return link->is_authorised;
    }
    bool is_known = g_str_has_prefix(line, "AUTH EXTERNAL") ||
                    g_str_has_prefix(line, "AUTH ANONYMOUS") || g_str_has_prefix(line, "DATA");
    if (is_known) {
        link->is_authorised = true;
        put_line(link, "OK " SERVER_GUID);
    } else if (g_str_has_prefix(line, "AUTH")) {
        put_line(link, "REJECTED EXTERNAL ANONYMOUS");
    } else {
        put_line(link, "ERROR"); /* NEGOTIATE_UNIX_FD among others: no descriptors are passed */
    }
    return link_flush(link);
}

static bool follow_line(struct link *link, const char *line) {
    if (!g_str_has_prefix(line, "OK"))
        return false;
    put_line(link, "BEGIN");
    link->is_ready = true;
    return link_flush(link);
}

static guint available(const struct link *link) {
    return link->in->len - link->in_start;
}

static const guint8 *unread(const struct link *link) {
    return link->in->data + link->in_start;
}

static void consume(struct link *link, guint size) {
    link->in_start += size;
    if (link->in_start < link->in->len)
        return;
    g_byte_array_set_size(link->in, 0);
    link->in_start = 0;
}

/* NULL: no whole line yet. */
static char *take_line(struct link *link) {
    const guint8 *end = memmem(unread(link), available(link), "\r\n", 2);
    if (end == NULL)
        return NULL;
    gsize size = (gsize) (end - unread(link));
    char *line = g_strndup((const char *) unread(link), size);
    consume(link, (guint) size + 2);
    return line;
}

static bool shake_hands(struct link *link, char **ret_why) {
    if (!link->has_nul && available(link) > 0) {
        link->has_nul = unread(link)[0] == '\0';
        consume(link, 1);
    }
    bool is_fine = link->has_nul || available(link) == 0;
    while (is_fine && !link->is_ready) {
        g_autofree char *line = take_line(link);
        if (line == NULL)
            break;
        is_fine = strlen(line) <= LINE_MAX_SIZE && ++link->lines <= LINES_MAX;
        if (is_fine)
            is_fine = link->side == LINK_HOST ? serve_line(link, line) : follow_line(link, line);
    }
    if (!link->is_ready && available(link) > LINE_MAX_SIZE)
        is_fine = false;
    if (!is_fine)
        *ret_why = g_strdup("does not speak D-Bus: its handshake makes no sense");
    return is_fine;
}

/* ---- Receiving ------------------------------------------------------------------------------- */

static void make_room(struct link *link) {
    if (link->in_start == 0)
        return;
    g_byte_array_remove_range(link->in, 0, link->in_start);
    link->in_start = 0;
}

bool link_feed(struct link *link, const void *data, size_t size, char **ret_why) {
    make_room(link);
    g_byte_array_append(link->in, data, (guint) size);
    return link->is_ready || shake_hands(link, ret_why);
}

bool link_receive(struct link *link, char **ret_why) {
    guint8 piece[PIECE];
    ssize_t count = recv(link->socket, piece, sizeof(piece), MSG_DONTWAIT);
    if (count > 0)
        return link_feed(link, piece, (size_t) count, ret_why);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return true;
    *ret_why = count == 0 ? g_strdup("closed the connection")
                          : g_strdup_printf("lost the connection: %s", g_strerror(errno));
    return false;
}

/* Bytes of the next message; 0: not known yet; -1: there can be none. */
static gssize next_size(const struct link *link, GError **ret_error) {
    if (!link->is_ready || available(link) < HEADER_SIZE)
        return 0;
    gssize size = g_dbus_message_bytes_needed((guchar *) unread(link), available(link), ret_error);
    if (size < 0 || link->side != LINK_HOST || size <= LINK_MESSAGE_MAX)
        return size;
    g_set_error(ret_error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                "a message of %" G_GSSIZE_FORMAT " bytes; %d are the most", size, LINK_MESSAGE_MAX);
    return -1;
}

GDBusMessage *link_take(struct link *link, GError **ret_error) {
    gssize size = next_size(link, ret_error);
    if (size <= 0 || (gsize) size > available(link))
        return NULL;
    GDBusMessage *message = g_dbus_message_new_from_blob((guchar *) unread(link), (gsize) size,
                                                         G_DBUS_CAPABILITY_FLAGS_NONE, ret_error);
    consume(link, (guint) size);
    return message;
}

/* ---- Sending --------------------------------------------------------------------------------- */

size_t link_unsent(const struct link *link) {
    return link->out->len - link->out_start;
}

bool link_has_unsent(const struct link *link) {
    return link_unsent(link) > 0;
}

static ssize_t send_some(struct link *link, const void *data, size_t size) {
    ssize_t count = 0;
    do
        count = send(link->socket, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    return count;
}

bool link_flush(struct link *link) {
    while (link_has_unsent(link)) {
        ssize_t count = send_some(link, link->out->data + link->out_start, link_unsent(link));
        if (count <= 0)
            return count == 0;
        link->out_start += (guint) count;
    }
    g_byte_array_set_size(link->out, 0);
    link->out_start = 0;
    return true;
}

uint32_t link_send(struct link *link, GDBusMessage *message, GError **ret_error) {
    gsize size = 0;
    if (++link->serial == 0)
        link->serial = 1;
    g_dbus_message_set_serial(message, link->serial);
    g_autofree guchar *blob =
        g_dbus_message_to_blob(message, &size, G_DBUS_CAPABILITY_FLAGS_NONE, ret_error);
    if (blob == NULL)
        return 0;
    bool was_empty = !link_has_unsent(link);
    ssize_t sent = was_empty ? send_some(link, blob, size) : 0;
    if (sent < 0) {
        g_set_error(ret_error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "%s", g_strerror(errno));
        return 0;
    }
    if ((size_t) sent < size)
        put(link, blob + sent, size - (size_t) sent);
    return link->serial;
}
