/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The menu as a GRUB configuration. All files are named with their server: beside another DHCP
 * server, GRUB would ask that one.
 */
#include "script.h"

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
    text_add(script->text, "  linux ");
    text_add_grub_path(script->text, script->server, script->value);
    if (item->args != NULL) {
        if (!fill(script, item, item->args))
            return false;
        text_add_grub_words(script->text, script->value);
    }
    text_add(script->text, "\n");
    for (uint32_t i = 0; (initrd = items_initrd(script->items, item, i)) != NULL; i++) {
        if (!fill(script, item, initrd))
            return false;
        text_add(script->text, i == 0 ? "  initrd " : " ");
        text_add_grub_path(script->text, script->server, script->value);
    }
    if (items_initrd(script->items, item, 0) != NULL)
        text_add(script->text, "\n");
    return true;
}

static bool add_file(struct script *script, const struct item *item) {
    const char *file = items_file(script->items, item, script->client);
    if (file == NULL || !fill(script, item, file))
        return false;
    text_add(script->text, "  set file=");
    text_add_grub_path(script->text, script->server, script->value);
    text_add(script->text, "\n"
                           "  if [ \"${grub_platform}\" = \"efi\" ]; then\n"
                           "    chainloader \"${file}\"\n"
                           "  else\n"
                           "    pxechainloader \"${file}\"\n"
                           "  fi\n");
    return true;
}

/* A BIOS goes on to its next boot device. UEFI (EDK2) takes the exit of GRUB for a success and shows
 * its setup instead, so the loaders that installers leave behind are tried first; those of Linux go
 * before that of Windows, as their menus offer it. */
static bool add_local(struct script *script) {
    text_add(
        script->text,
        "  if [ \"${grub_platform}\" = \"efi\" ]; then\n"
        "    set cpu=x64\n"
        "    if [ \"${grub_cpu}\" = \"i386\" ]; then set cpu=ia32; fi\n"
        "    if [ \"${grub_cpu}\" = \"arm64\" ]; then set cpu=aa64; fi\n"
        "    for vendor in debian ubuntu fedora redhat centos rocky almalinux opensuse sles; do\n"
        "      set file=\"/EFI/${vendor}/shim${cpu}.efi\"\n"
        "      if search --no-floppy --set=root --file \"${file}\"; then\n"
        "        chainloader \"${file}\"\n"
        "        boot\n"
        "      fi\n"
        "    done\n"
        "    for file in /EFI/Microsoft/Boot/bootmgfw.efi \"/EFI/BOOT/BOOT${cpu}.EFI\"; do\n"
        "      if search --no-floppy --set=root --file \"${file}\"; then\n"
        "        chainloader \"${file}\"\n"
        "        boot\n"
        "      fi\n"
        "    done\n"
        "  fi\n"
        "  exit\n");
    return true;
}

static bool add_entry(struct script *script, const struct item *item) {
    size_t before = script->text->size;
    const char *label = item->text != NULL ? item->text : item->name;
    text_add(script->text, "menuentry ");
    text_add_grub_word(script->text, fill(script, item, label) && script->value[0] != '\0'
                                         ? script->value
                                         : item->name);
    text_addf(script->text, " --id '%s' {\n", item->name);
    bool added = item->local            ? add_local(script)
                 : item->kernel != NULL ? add_kernel(script, item)
                                        : add_file(script, item);
    if (!added) {
        if (!script->text->failed) {
            script->text->size = before;
            script->text->data[before] = '\0';
        }
        return false;
    }
    text_add(script->text, "}\n");
    return true;
}

void script_grub(const struct items *items, const struct look *look,
                 const struct item_client *client, struct text *text) {
    struct text entries = {0};
    struct script script = {
        .items = items,
        .client = client,
        .server = items->host->request_text(client->request, BOOT_HOST_REQUEST_SERVER),
        .text = &entries};
    const char *preset = NULL;
    for (uint32_t i = 0; i < items->count; i++) {
        bool added = add_entry(&script, &items->all[i]);
        if (added && (preset == NULL || i == items->preset))
            preset = items->all[i].name;
    }
    if (preset != NULL)
        text_addf(text, "set default='%s'\n", preset);
    text_addf(text, "set timeout=%lld\n",
              look->timeout_us < 0 ? -1LL : (long long) (look->timeout_us / 1000000));
    if (entries.data != NULL)
        text_add(text, entries.data);
    text->failed = text->failed || entries.failed;
    text_clear(&entries);
}
