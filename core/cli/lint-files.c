/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The boot programs: are they there, are they for this machine, and do they work where they are
 * sent?
 */
#include <string.h>

#include "cli/lint.h"
#include "codec/architecture.h"
#include "codec/pe.h"

static const char *base_name(const char *file) {
    const char *slash = strrchr(file, '/');
    const char *backslash = strrchr(file, '\\');
    const char *last = slash > backslash ? slash : backslash;
    return last != NULL ? last + 1 : file;
}

/* ---- Missing --------------------------------------------------------------------------------- */

static void check_missing(struct lint *lint, const struct lint_client *client) {
    g_autofree char *key = g_strconcat("missing ", client->file.missing, NULL);

    if (client->file.missing == NULL || g_hash_table_contains(lint->said, key))
        return; /* each file once, for the first machine that would ask for it */
    g_hash_table_add(lint->said, g_steal_pointer(&key));
    lint_say(lint, lint_where(lint, client),
             "%s machines (%s) would be sent for '%s', which neither a provider nor %s has: put "
             "the file there, or name another",
             client->architecture, client_loader_name(client->loader), client->file.missing,
             lint->candidate->config->root);
}

/* ---- For another machine --------------------------------------------------------------------- */

static void check_machine(struct lint *lint, const struct lint_client *client) {
    const struct lint_file *file = &client->file;
    uint16_t code = 0;

    if (!file->is_judged || client->loader != CLIENT_FIRMWARE ||
        !architecture_code(client->architecture, &code))
        return;
    const char *where = lint_where(lint, client);
    const char *machine = file->is_pe ? pe_machine_name(file->machine) : NULL;
    if (architecture_is_uefi(code) && !file->is_pe)
        lint_say(lint, where,
                 "'%s' is no UEFI program, and %s firmware starts nothing else: name a file that "
                 "ends in .efi and is one",
                 file->name, client->architecture);
    else if (architecture_is_uefi(code) && !pe_machine_fits(file->machine, client->architecture))
        lint_say(lint, where,
                 "'%s' is built for %s machines, and %s firmware would refuse it: name the program "
                 "for that machine",
                 file->name, machine != NULL ? machine : "other", client->architecture);
    else if (architecture_is_bios(code) && file->is_pe)
        lint_say(lint, where,
                 "'%s' is a UEFI program (%s), which BIOS machines cannot start: name one such as "
                 "undionly.kpxe or pxelinux.0",
                 file->name, machine != NULL ? machine : "of an unknown machine");
}

/* ---- Pairs that are known to fail ------------------------------------------------------------ */

/* Signed GRUB takes its server from the ACK of the DHCP server, and cannot be told another. */
static const char *const signed_names[] = {"shim*.efi",    "shim*.efi.signed", "bootnet*.efi",
                                           "*.efi.signed", "*signed*.efi",     NULL};

static gboolean is_named(const char *file, const char *const *patterns) {
    g_autofree char *name = g_ascii_strdown(base_name(file), -1);
    for (guint i = 0; patterns[i] != NULL; i++) {
        if (g_pattern_match_simple(patterns[i], name))
            return TRUE;
    }
    return FALSE;
}

static void check_signed(struct lint *lint, const struct lint_client *client) {
    uint16_t code = 0;

    architecture_code(client->architecture, &code);
    if (client->loader != CLIENT_FIRMWARE || !architecture_is_uefi(code) ||
        !is_named(client->boot_file, signed_names))
        return;
    lint_say(lint, lint_where(lint, client),
             "'%s': signed GRUB asks the DHCP server, not this one, for its configuration, and so "
             "it stops beside a DHCP server of another machine. Hand out iPXE, or a GRUB that was "
             "built with this server's address (grub-mkimage --prefix), or use HTTP Boot",
             client->boot_file);
}

/* A program that would be started by itself, for ever. */
static void check_loop(struct lint *lint, const struct lint_client *client) {
    static const char *const ipxe[] = {"*ipxe*.*pxe", "undionly.*pxe", "*ipxe*.efi",
                                       "snponly.efi", "ipxe.lkrn",     NULL};

    if (client->loader == CLIENT_IPXE && is_named(client->boot_file, ipxe))
        lint_say(lint, lint_where(lint, client),
                 "iPXE on %s machines is sent for '%s', which is iPXE again, for ever: give iPXE "
                 "something else, such as a script or a menu",
                 client->architecture, client->boot_file);
}

/* Programs that cannot start without a file beside them. */
static void check_companion(struct lint *lint, const struct lint_client *client) {
    static const struct {
        const char *program;
        const char *architecture;
        const char *companion;
    } rows[] = {
        {"pxelinux.0", "x86-bios", "ldlinux.c32"},
        {"lpxelinux.0", "x86-bios", "ldlinux.c32"},
        {"syslinux.efi", "x64-uefi", "ldlinux.e64"},
        {"syslinux.efi", "ia32-uefi", "ldlinux.e32"},
    };
    const char *name = client->file.name;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_ascii_strcasecmp(base_name(name), rows[i].program) != 0 ||
            strcmp(client->architecture, rows[i].architecture) != 0)
            continue;
        g_autofree char *beside =
            g_strdup_printf("%.*s%s", (int) (base_name(name) - name), name, rows[i].companion);
        if (!lint_file_is_there(lint, client, beside))
            lint_say(lint, lint_where(lint, client),
                     "'%s' stops without '%s', which nobody has: put it there, from the same "
                     "release of Syslinux",
                     name, beside);
    }
}

void lint_files(struct lint *lint) {
    for (guint i = 0; i < lint->clients->len; i++) {
        const struct lint_client *client = g_ptr_array_index(lint->clients, i);
        if (!client->is_ours || client->file.name == NULL)
            continue;
        if (client->file.missing != NULL) {
            check_missing(lint, client);
            continue;
        }
        check_machine(lint, client);
        check_companion(lint, client);
    }
    for (guint i = 0; i < lint->clients->len; i++) {
        const struct lint_client *client = g_ptr_array_index(lint->clients, i);
        if (client->boot_file == NULL || !client->is_ours)
            continue;
        check_signed(lint, client);
        check_loop(lint, client);
    }
}
