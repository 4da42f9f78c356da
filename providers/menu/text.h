/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text that grows, and the spellings that keep foreign text from becoming commands of a script.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *data; /* with a NUL behind it once anything was added */
    size_t size;
    size_t room;
    bool failed; /* memory was short; what follows is not added */
};

void text_clear(struct text *text);

void text_add(struct text *text, const char *added);
__attribute__((format(printf, 2, 3))) void text_addf(struct text *text, const char *format, ...);

/* Words for iPXE: it reads "${" as a setting, and the words "&&", "||", ";" and "#..." as syntax, and
 * knows no quoting. "${" is written "$(", and such a word gets a "'" before it. Control bytes become
 * blanks. */
void text_add_ipxe_words(struct text *text, const char *words);

/* A URI for iPXE: `file` below the TFTP root of `server`, or as it is when it has a scheme. Every
 * byte that could mean something is %XX. `server` NULL: relative to the script. */
void text_add_uri(struct text *text, const char *server, const char *file);

/* One single-quoted word for GRUB, in which nothing means anything. */
void text_add_grub_word(struct text *text, const char *word);

/* Each blank-separated word of `words`, quoted, with a blank before it. */
void text_add_grub_words(struct text *text, const char *words);

/* `file` as GRUB's quoted path: '(tftp,SERVER)/FILE'; '(http,HOST)/PATH' for a URL. */
void text_add_grub_path(struct text *text, const char *server, const char *file);

/* Would iPXE take one of these words for syntax? */
bool text_has_ipxe_syntax(const char *words);
