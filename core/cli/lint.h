/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Mistakes that no schema can see. Machines that do not exist go through the chain of a candidate,
 * one of every architecture and loader, and what they would be told is judged; so this works for
 * providers of third parties, too.
 *
 * lint-clients.c asks the chain, lint-file.c looks at the files; lint-order.c, lint-files.c and
 * lint-answers.c judge.
 */
#pragma once

#include "boot/trace.h"
#include "cli/candidate.h"
#include "codec/client-packet.h"
#include "tftp/content.h"

/* Appends what was found to candidate->problems, as warnings. The chain must be open. */
void lint_check(const struct candidate *candidate);

/* ---- For lint-*.c alone ---------------------------------------------------------------------- */

/* A file that a client would ask for. */
struct lint_file {
    char *name;         /* canonical; NULL: none that we serve */
    char *missing;      /* what nobody has: the name, or that which a provider gave for it */
    gboolean is_pe;     /* a UEFI program */
    uint16_t machine;   /* its PE machine */
    gboolean is_judged; /* its first bytes were read */
};

struct lint_client {
    const char *architecture; /* a name of codec/architecture.h */
    enum client_loader loader;
    gboolean is_usual;               /* machines that most networks have */
    const struct instance *made_for; /* its match-* keys let it in; NULL: made for nobody */
    struct request *request;
    struct trace *trace; /* NULL: it could not be asked */
    int32_t verdict;
    int made;                /* what answer_make returned */
    char *boot_file;         /* as the reply names it; NULL: none */
    gboolean is_ours;        /* by TFTP, from this server */
    uint32_t items_left_out; /* of a menu */
    struct lint_file file;
};

struct lint {
    const struct candidate *candidate;
    struct content_root *root; /* NULL: there is none, which check says itself */
    GPtrArray *clients;        /* struct lint_client * */
    GHashTable *said;          /* char *: each finding once */
};

/* Asks for all; the clients live as long as `lint`. */
void lint_ask_all(struct lint *lint);
void lint_client_free(struct lint_client *client);

/* Looks for a file as TFTP would: the content doors first, then the root. */
void lint_file_find(const struct lint *lint, const struct lint_client *client, const char *name,
                    struct lint_file *ret_file);
void lint_file_clear(struct lint_file *file);

/* Does the client's chain have a file beside the boot file? */
gboolean lint_file_is_there(const struct lint *lint, const struct lint_client *client,
                            const char *name);

/* The provider that decided about a client; NULL: the end of the chain. */
const struct instance *lint_decider(const struct lint *lint, const struct lint_client *client);

/* One warning, unless it was said before. */
void lint_say(struct lint *lint, const char *where, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Where the configuration names a client's boot file, as far as that can be seen: "FILE:LINE". */
const char *lint_where(const struct lint *lint, const struct lint_client *client);

void lint_order(struct lint *lint);
void lint_files(struct lint *lint);
void lint_answers(struct lint *lint);
