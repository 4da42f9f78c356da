/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Growing text. The rules of quoting are those of iPXE's command line (words between blanks, settings
 * expanded) and of GRUB's shell (single quotes hold everything but themselves).
 */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n\v\f"

void text_clear(struct text *text) {
    free(text->data);
    *text = (struct text){0};
}

static void add_bytes(struct text *text, const char *bytes, size_t size) {
    if (text->failed)
        return;
    if (text->size + size + 1 > text->room) {
        size_t room = (text->size + size + 1) * 2;
        char *data = realloc(text->data, room);
        text->failed = data == NULL;
        if (text->failed)
            return;
        text->data = data;
        text->room = room;
    }
    memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void text_add(struct text *text, const char *added) {
    add_bytes(text, added, strlen(added));
}

void text_addf(struct text *text, const char *format, ...) {
    char buffer[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t) length >= sizeof buffer)
        text->failed = true;
    else
        add_bytes(text, buffer, (size_t) length);
}

static bool is_control(char byte) {
    return (unsigned char) byte < 0x20 || (unsigned char) byte == 0x7f;
}

static bool is_ipxe_syntax(const char *word, size_t size) {
    return word[0] == '#' || (size == 1 && word[0] == ';') ||
           (size == 2 && (strncmp(word, "&&", 2) == 0 || strncmp(word, "||", 2) == 0));
}

bool text_has_ipxe_syntax(const char *words) {
    words += strspn(words, BLANKS);
    while (*words != '\0') {
        size_t size = strcspn(words, BLANKS);
        if (is_ipxe_syntax(words, size))
            return true;
        words += size;
        words += strspn(words, BLANKS);
    }
    return false;
}

static void add_ipxe_word(struct text *text, const char *word, size_t size) {
    if (is_ipxe_syntax(word, size))
        text_add(text, "'");
    for (size_t i = 0; i < size; i++) {
        bool opens = word[i] == '{' && i > 0 && word[i - 1] == '$';
        add_bytes(text, is_control(word[i]) ? " " : opens ? "(" : &word[i], 1);
    }
}

void text_add_ipxe_words(struct text *text, const char *words) {
    const char *between = "";
    words += strspn(words, BLANKS);
    while (*words != '\0') {
        size_t size = strcspn(words, BLANKS);
        text_add(text, between);
        add_ipxe_word(text, words, size);
        words += size;
        words += strspn(words, BLANKS);
        between = " ";
    }
}

/* Bytes that stay as they are in a path; `more` in a URI that the administrator wrote. */
static void add_percent(struct text *text, const char *path, const char *more) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    for (; *path != '\0'; path++) {
        if (strchr(plain, *path) != NULL || strchr(more, *path) != NULL)
            add_bytes(text, path, 1);
        else
            text_addf(text, "%%%02X", (unsigned char) *path);
    }
}

void text_add_uri(struct text *text, const char *server, const char *file) {
    if (strstr(file, "://") != NULL) {
        add_percent(text, file, ":?#[]@!$&'()*+,;=%");
        return;
    }
    if (server != NULL) {
        bool is_ipv6 = strchr(server, ':') != NULL;
        text_addf(text, is_ipv6 ? "tftp://[%.64s]/" : "tftp://%.64s/", server);
    }
    add_percent(text, file + strspn(file, "/"), "");
}

static void add_grub_word(struct text *text, const char *word, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (word[i] == '\'')
            text_add(text, "'\\''");
        else
            add_bytes(text, is_control(word[i]) ? " " : &word[i], 1);
    }
}

void text_add_grub_word(struct text *text, const char *word) {
    text_add(text, "'");
    add_grub_word(text, word, strlen(word));
    text_add(text, "'");
}

void text_add_grub_words(struct text *text, const char *words) {
    words += strspn(words, BLANKS);
    while (*words != '\0') {
        size_t size = strcspn(words, BLANKS);
        text_add(text, " '");
        add_grub_word(text, words, size);
        text_add(text, "'");
        words += size;
        words += strspn(words, BLANKS);
    }
}

void text_add_grub_path(struct text *text, const char *server, const char *file) {
    const char *scheme = strstr(file, "://");
    text_add(text, "'");
    if (scheme != NULL) {
        const char *host = scheme + 3;
        size_t size = strcspn(host, "/");
        text_add(text, "(");
        add_grub_word(text, file, (size_t) (scheme - file));
        text_add(text, ",");
        add_grub_word(text, host, size);
        text_add(text, ")");
        file = host + size;
    } else if (server != NULL) {
        text_addf(text, "(tftp,%.64s)", server);
    }
    text_add(text, "/");
    file += strspn(file, "/");
    add_grub_word(text, file, strlen(file));
    text_add(text, "'");
}
