/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The answers: those that cannot be made, and those that firmware cannot take whole.
 */
#include <errno.h>
#include <string.h>

#include "cli/lint.h"
#include "codec/dhcp.h"

/* The words that answer_make left in the trace. */
static const char *last_reason(const struct trace *trace) {
    const char *reason = NULL;
    struct trace_entry entry;

    for (guint i = 0; trace_get_entry(trace, i, &entry); i++) {
        if (strcmp(entry.provider, ANSWER_STEP) == 0 && entry.reason != NULL)
            reason = entry.reason;
    }
    return reason;
}

static void check_made(struct lint *lint, const struct lint_client *client) {
    const char *reason = last_reason(client->trace);

    if (client->made == -EMSGSIZE)
        lint_say(lint, lint_where(lint, client),
                 "the answer to %s machines does not fit into a packet, so they would get none: "
                 "shorten names and texts, or take options out",
                 client->architecture);
    else if (client->made == -EINVAL)
        lint_say(lint, lint_where(lint, client), "%s machines (%s) would get no answer: %s",
                 client->architecture, client_loader_name(client->loader),
                 reason != NULL ? reason : "the reply makes no sense");
}

/* RFC 2131 section 2: the field has 128 bytes, its NUL included. A longer name goes into option 67,
 * which PXE firmware older than UEFI does not read. */
static void check_name(struct lint *lint, const struct lint_client *client) {
    size_t length = client->boot_file != NULL ? strlen(client->boot_file) : 0;

    if (client->made == 0 && client->loader == CLIENT_FIRMWARE && client->is_ours &&
        length > DHCP_FILE_SIZE - 1)
        lint_say(lint, lint_where(lint, client),
                 "the boot file of %s machines has %zu bytes, and old firmware takes %d: shorten "
                 "'%s'",
                 client->architecture, length, DHCP_FILE_SIZE - 1, client->boot_file);
}

static void check_menu(struct lint *lint, const struct lint_client *client) {
    if (client->items_left_out > 0)
        lint_say(lint, lint_where(lint, client),
                 "the menu of %s machines has no room for %u of its entries, since option 43 holds "
                 "255 bytes: shorten their texts, or have fewer",
                 client->architecture, client->items_left_out);
}

void lint_answers(struct lint *lint) {
    for (guint i = 0; i < lint->clients->len; i++) {
        const struct lint_client *client = g_ptr_array_index(lint->clients, i);
        check_made(lint, client);
        check_name(lint, client);
        check_menu(lint, client);
    }
}
