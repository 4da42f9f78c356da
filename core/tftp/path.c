/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The name a TFTP client asks for, made into a safe relative path. PURE.
 */
#include "tftp/path.h"

#include <stdint.h>
#include <string.h>

const char *tftp_path_status_text(enum tftp_path_status status) {
    switch (status) {
    case TFTP_PATH_OK:
        return "a good name";
    case TFTP_PATH_EMPTY:
        return "an empty name";
    case TFTP_PATH_PARENT:
        return "'..' in the name";
    case TFTP_PATH_CONTROL:
        return "a control byte in the name";
    case TFTP_PATH_TOO_LONG:
        return "a name too long";
    }
    return "a bad name";
}

struct path {
    char text[TFTP_PATH_MAX];
    size_t size; /* without the NUL */
};

static gboolean is_control(uint8_t byte) {
    return byte < 0x20 || byte == 0x7f;
}

static gboolean is_slash(uint8_t byte) {
    return byte == '/' || byte == '\\';
}

/* ROMs fill the DHCP packet's file field with 0xFF or blanks and then ask for all of it. */
static size_t without_tail(const uint8_t *bytes, size_t size) {
    while (size > 0 &&
           (is_control(bytes[size - 1]) || bytes[size - 1] == ' ' || bytes[size - 1] == 0xff))
        size--;
    return size;
}

/* Adds one segment, which holds no slash. */
static enum tftp_path_status add_segment(struct path *path, const uint8_t *segment, size_t size) {
    if (size == 0 || (size == 1 && segment[0] == '.'))
        return TFTP_PATH_OK;
    if (size == 2 && segment[0] == '.' && segment[1] == '.')
        return TFTP_PATH_PARENT;
    for (size_t i = 0; i < size; i++) {
        if (is_control(segment[i]))
            return TFTP_PATH_CONTROL;
    }
    size_t slash = path->size > 0 ? 1 : 0;
    if (path->size + slash + size >= sizeof(path->text))
        return TFTP_PATH_TOO_LONG;
    if (slash > 0)
        path->text[path->size++] = '/';
    memcpy(path->text + path->size, segment, size);
    path->size += size;
    return TFTP_PATH_OK;
}

enum tftp_path_status tftp_path_canonical(const void *wire, size_t size,
                                          char ret_path[TFTP_PATH_MAX]) {
    const uint8_t *bytes = wire;
    size_t end = without_tail(bytes, size);
    struct path path = {.size = 0};
    for (size_t start = 0; start < end;) {
        size_t stop = start;
        while (stop < end && !is_slash(bytes[stop]))
            stop++;
        enum tftp_path_status status = add_segment(&path, bytes + start, stop - start);
        if (status != TFTP_PATH_OK)
            return status;
        start = stop + 1;
    }
    if (path.size == 0)
        return TFTP_PATH_EMPTY;
    path.text[path.size] = '\0';
    memcpy(ret_path, path.text, path.size + 1);
    return TFTP_PATH_OK;
}

void tftp_path_folder(const char *path, char ret_folder[TFTP_PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    size_t size = slash != NULL ? (size_t) (slash - path) : 0;
    if (size >= TFTP_PATH_MAX)
        size = 0;
    memcpy(ret_folder, path, size);
    ret_folder[size] = '\0';
}

gboolean tftp_path_beside(const char *folder, const char *name, char ret_path[TFTP_PATH_MAX]) {
    size_t folder_size = strlen(folder);
    size_t name_size = strlen(name);
    if (folder_size == 0 || strchr(name, '/') != NULL ||
        folder_size + 1 + name_size >= TFTP_PATH_MAX)
        return FALSE;
    memcpy(ret_path, folder, folder_size);
    ret_path[folder_size] = '/';
    memcpy(ret_path + folder_size + 1, name, name_size + 1);
    return TRUE;
}
