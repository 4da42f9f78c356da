/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The menu as an iPXE script. All files are named by absolute URIs: beside another DHCP server,
 * iPXE's own ${next-server} is that server.
 */
#include "script.h"

#include <stdio.h>
#include <string.h>

struct script {
    const struct items *items;
    const struct item_client *client;
    const char *server;
    struct text *text;
    char value[ITEM_VALUE_MAX];
};

static bool fill(struct script *script, const struct item *item, const char *value) {
    return items_expand(script->items, item, script->client, value, script->value);
}

static bool add_kernel(struct script *script, const struct item *item) {
    const char *initrd = NULL;
    if (!fill(script, item, item->kernel))
        return false;
    text_add(script->text, "kernel ");
    text_add_uri(script->text, script->server, script->value);
    /* UEFI kernels find their RAM disks by these names; BIOS ones ignore them. */
    for (uint32_t i = 0; items_initrd(script->items, item, i) != NULL; i++)
        text_addf(script->text, " initrd=initrd%u", i);
    if (item->args != NULL) {
        if (!fill(script, item, item->args))
            return false;
        text_add(script->text, " ");
        text_add_ipxe_words(script->text, script->value);
    }
    text_add(script->text, " || goto failed\n");
    for (uint32_t i = 0; (initrd = items_initrd(script->items, item, i)) != NULL; i++) {
        if (!fill(script, item, initrd))
            return false;
        text_addf(script->text, "initrd --name initrd%u ", i);
        text_add_uri(script->text, script->server, script->value);
        text_add(script->text, " || goto failed\n");
    }
    text_add(script->text, "boot || goto failed\n");
    return true;
}

static bool add_file(struct script *script, const struct item *item) {
    const char *file = items_file(script->items, item, script->client);
    if (file == NULL || !fill(script, item, file))
        return false;
    text_add(script->text, "chain ");
    text_add_uri(script->text, script->server, script->value);
    text_add(script->text, " || goto failed\n");
    return true;
}

/* What the entry does, under its label; false, and nothing added, when it is not for this client. */
static bool add_commands(struct script *script, const struct item *item) {
    size_t before = script->text->size;
    text_addf(script->text, "\n:boot-%s\n", item->name);
    if (item->local || (item->kernel != NULL ? add_kernel(script, item) : add_file(script, item))) {
        text_add(script->text, "goto leave\n");
        return true;
    }
    if (!script->text->failed) {
        script->text->size = before;
        script->text->data[before] = '\0';
    }
    return false;
}

static void add_entry(struct script *script, const struct item *item) {
    const char *label = item->text != NULL ? item->text : item->name;
    text_addf(script->text, "item %s ", item->name);
    text_add_ipxe_words(script->text, fill(script, item, label) && script->value[0] != '\0'
                                          ? script->value
                                          : item->name);
    text_add(script->text, "\n");
}

static void add_menu(struct script *script, const struct look *look, const char *preset,
                     const bool *can_boot) {
    const struct item_client *client = script->client;
    int64_t length = script->items->host->request_expand(client->request, look->title,
                                                         script->value, sizeof script->value);
    /* An iPXE without menu commands takes the default entry. */
    text_add(script->text, "menu ");
    if (length > 0 && length < ITEM_VALUE_MAX && script->value[0] != '-')
        text_add_ipxe_words(script->text, script->value);
    text_addf(script->text, " || goto boot-%s\n", preset);
    for (uint32_t i = 0; i < script->items->count; i++) {
        if (can_boot[i])
            add_entry(script, &script->items->all[i]);
    }
    text_addf(script->text, "choose --default %s ", preset);
    if (look->timeout_us > 0)
        text_addf(script->text, "--timeout %lld ", (long long) (look->timeout_us / 1000));
    text_add(script->text, "selected || goto leave\ngoto boot-${selected}\n");
}

void script_ipxe(const struct items *items, const struct look *look,
                 const struct item_client *client, struct text *text) {
    struct text commands = {0};
    struct script script = {
        .items = items,
        .client = client,
        .server = items->host->request_text(client->request, BOOT_HOST_REQUEST_SERVER),
        .text = &commands};
    bool can_boot[ITEMS_MAX] = {false};
    const char *preset = NULL;
    for (uint32_t i = 0; i < items->count; i++) {
        can_boot[i] = add_commands(&script, &items->all[i]);
        if (can_boot[i] && (preset == NULL || i == items->preset))
            preset = items->all[i].name;
    }
    script.text = text;
    text_add(text, "#!ipxe\n");
    if (preset == NULL)
        text_add(text, "echo No entry of the menu is for this machine\n");
    else if (look->timeout_us == 0)
        text_addf(text, "goto boot-%s\n", preset);
    else
        add_menu(&script, look, preset, can_boot);
    if (preset != NULL && commands.data != NULL)
        text_add(text, commands.data);
    text->failed = text->failed || commands.failed;
    text_clear(&commands);
    /* UEFI goes to the next boot device only after a failure; BIOS does so anyway. */
    text_add(text, "\n:leave\niseq ${platform} efi || exit 0\nexit 1\n");
    text_add(text, "\n:failed\necho This entry could not be booted\nsleep 5\nexit 1\n");
}
