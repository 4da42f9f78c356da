/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Provider "menu": one static boot menu, shown by firmware out of option 43, and by iPXE and GRUB
 * out of a generated script.
 */
#include <boothost/provider.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

#define SECOND          INT64_C(1000000)
#define TIMEOUT_MAX     (INT64_C(3600) * SECOND)
#define FIRMWARE_MAX    254   /* seconds; 255 would wait for ever */
#define FIRST_ITEM_TYPE 32768 /* boot server types from here on are free for vendors */
#define ITEM_TEXT_MAX   256   /* with the NUL */

static const struct boot_host_setting settings[] = {
    {"items", BOOT_HOST_LIST, BOOT_HOST_SETTING_REQUIRED, NULL,
     "names of the entries, in their order; \"local\" leaves network boot"},
    {"text.*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_FAMILY | BOOT_HOST_SETTING_TEMPLATE, NULL,
     "what the user reads for an entry, as in text.rescue"},
    {"file.*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_FAMILY | BOOT_HOST_SETTING_TEMPLATE, NULL,
     "its boot file, as in file.rescue, or for one architecture, as in file.rescue.x64-uefi"},
    {"kernel.*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_FAMILY | BOOT_HOST_SETTING_TEMPLATE, NULL,
     "its Linux kernel, for iPXE and GRUB"},
    {"initrd.*", BOOT_HOST_LIST, BOOT_HOST_SETTING_FAMILY | BOOT_HOST_SETTING_TEMPLATE, NULL,
     "the kernel's initial RAM disks"},
    {"args.*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_FAMILY | BOOT_HOST_SETTING_TEMPLATE, NULL,
     "the kernel's command line"},
    {"default", BOOT_HOST_TEXT, 0, NULL,
     "the entry that is taken when nobody chooses; unset: the first"},
    {"title", BOOT_HOST_TEXT, BOOT_HOST_SETTING_TEMPLATE, "Network boot",
     "what iPXE writes above the entries"},
    {"prompt", BOOT_HOST_TEXT, 0, "Press F8 for the boot menu",
     "what firmware writes while it waits"},
    {"timeout", BOOT_HOST_DURATION, 0, "10s",
     "how long the user has to choose; 0s: the default at once, without a menu"},
    {"wait", BOOT_HOST_BOOLEAN, 0, "no", "show the menu and wait for ever, whatever the timeout"},
    {"firmware-menu", BOOT_HOST_TEXT, 0, "bios",
     "which firmware gets the menu: bios, all or none (the menus of UEFI are poor)"},
    {"ipxe-menu", BOOT_HOST_TEXT, 0, "script",
     "what iPXE gets: script, firmware (as if it were firmware) or none"},
    {"ipxe-script", BOOT_HOST_TEXT, 0, "boot.ipxe", "the name of the script for iPXE"},
    {"grub-config", BOOT_HOST_TEXT, 0, "grub/grub.cfg", "the name of the configuration for GRUB"},
};

struct menu {
    const struct boot_host *host;
    struct items items;
    struct look look;
    const char *prompt;
    const char *ipxe_script;
    const char *grub_config;
    enum { FIRMWARE_BIOS, FIRMWARE_ALL, FIRMWARE_NONE } firmware;
    enum { IPXE_SCRIPT, IPXE_FIRMWARE, IPXE_NONE } ipxe;
};

/* The place of the setting's word among `words`; -1 after reporting that it is none of them. */
static int read_word(const struct boot_host *host, const struct boot_host_config *config,
                     const char *key, const char *const words[3]) {
    char text[96];
    const char *word = host->config_text(config, key);
    for (int i = 0; i < 3; i++) {
        if (strcmp(word, words[i]) == 0)
            return i;
    }
    (void) snprintf(text, sizeof text, "must be %s, %s or %s", words[0], words[1], words[2]);
    host->config_error(config, key, 0, text);
    return -1;
}

static int32_t read_names(struct menu *menu, const struct boot_host_config *config) {
    const char *script = menu->host->config_text(config, "ipxe-script");
    const char *grub = menu->host->config_text(config, "grub-config");
    menu->ipxe_script = script + strspn(script, "/");
    menu->grub_config = grub + strspn(grub, "/");
    if (menu->ipxe == IPXE_SCRIPT && menu->ipxe_script[0] == '\0') {
        menu->host->config_error(config, "ipxe-script", 0,
                                 "must name a file; write ipxe-menu = none for no script");
        return -EINVAL;
    }
    return 0;
}

static int32_t read_timeout(struct menu *menu, const struct boot_host_config *config) {
    int64_t timeout = menu->host->config_number(config, "timeout");
    if (timeout < 0 || timeout > TIMEOUT_MAX) {
        menu->host->config_error(config, "timeout", 0,
                                 "must be from 0s to 1h; write wait = yes to wait for ever");
        return -EINVAL;
    }
    menu->look.timeout_us = menu->host->config_number(config, "wait") == 1 ? -1 : timeout;
    if (menu->firmware != FIRMWARE_NONE && menu->look.timeout_us > FIRMWARE_MAX * SECOND)
        menu->host->config_warning(config, "timeout", 0, "firmware waits 254s at most");
    return 0;
}

static int32_t read_settings(struct menu *menu, const struct boot_host_config *config) {
    static const char *const firmware_words[3] = {"bios", "all", "none"};
    static const char *const ipxe_words[3] = {"script", "firmware", "none"};
    int firmware = read_word(menu->host, config, "firmware-menu", firmware_words);
    int ipxe = read_word(menu->host, config, "ipxe-menu", ipxe_words);
    if (firmware < 0 || ipxe < 0)
        return -EINVAL;
    menu->firmware = firmware == 0 ? FIRMWARE_BIOS : firmware == 1 ? FIRMWARE_ALL : FIRMWARE_NONE;
    menu->ipxe = ipxe == 0 ? IPXE_SCRIPT : ipxe == 1 ? IPXE_FIRMWARE : IPXE_NONE;
    menu->look.title = menu->host->config_text(config, "title");
    menu->prompt = menu->host->config_text(config, "prompt");
    if (menu->prompt[0] == '\0') {
        menu->host->config_error(config, "prompt", 0, "must not be empty: firmware shows it");
        return -EINVAL;
    }
    int32_t names = read_names(menu, config);
    int32_t timeout = read_timeout(menu, config);
    int32_t items = items_read(&menu->items, menu->host, config);
    return names != 0 ? names : timeout != 0 ? timeout : items;
}

static void menu_close(void *instance) {
    struct menu *menu = instance;
    items_clear(&menu->items);
    free(menu);
}

static int32_t menu_open(const struct boot_host *host, const struct boot_host_config *config,
                         uint32_t flags, void **ret_instance) {
    struct menu *menu = calloc(1, sizeof *menu);
    if (menu == NULL)
        return -ENOMEM;
    menu->host = host;
    int32_t result = read_settings(menu, config);
    if (result != 0) {
        menu_close(menu);
        return result;
    }
    *ret_instance = menu;
    return 0;
}

/* The entry came back on port 4011 as its type: gives its file. */
static int32_t decide_choice(const struct menu *menu, const struct item_client *client,
                             struct boot_host_reply *reply, int64_t type) {
    char file[ITEM_VALUE_MAX];
    char text[160];
    if (type < FIRST_ITEM_TYPE || type >= FIRST_ITEM_TYPE + (int64_t) menu->items.count) {
        (void) snprintf(text, sizeof text, "boot item %lld is not of this menu", (long long) type);
        (void) menu->host->reply_set(reply, BOOT_HOST_REPLY_NOTE, text);
        return BOOT_HOST_PASS;
    }
    const struct item *item = &menu->items.all[type - FIRST_ITEM_TYPE];
    const char *value = items_file(&menu->items, item, client);
    if (value == NULL) {
        (void) snprintf(text, sizeof text, "the entry %s has no boot file for this client",
                        item->name);
        (void) menu->host->reply_set(reply, BOOT_HOST_REPLY_NOTE, text);
        return BOOT_HOST_PASS;
    }
    if (!items_expand(&menu->items, item, client, value, file))
        return -ENOENT;
    (void) snprintf(text, sizeof text, "the user, or the timeout, chose %s", item->name);
    (void) menu->host->reply_set(reply, BOOT_HOST_REPLY_REASON, text);
    int32_t result = menu->host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, file);
    return result != 0 ? result : BOOT_HOST_REPLY;
}

static bool is_for_firmware(const struct items *items, const struct item *item,
                            const struct item_client *client) {
    return item->local || items_file(items, item, client) != NULL;
}

/* Printable, and cut to what an entry takes at the boundary of a character. */
static void show_text(const struct menu *menu, const struct item *item,
                      const struct item_client *client, char ret_text[ITEM_TEXT_MAX]) {
    char filled[ITEM_VALUE_MAX];
    const char *label = item->text != NULL ? item->text : item->name;
    if (!items_expand(&menu->items, item, client, label, filled) || filled[0] == '\0')
        memcpy(filled, item->name, sizeof item->name);
    size_t size = strlen(filled);
    if (size >= ITEM_TEXT_MAX)
        size = ITEM_TEXT_MAX - 1;
    while (size > 0 && ((unsigned char) filled[size] & 0xc0) == 0x80)
        size--;
    for (size_t i = 0; i < size; i++)
        ret_text[i] = (unsigned char) filled[i] < 0x20 || filled[i] == 0x7f ? ' ' : filled[i];
    ret_text[size] = '\0';
}

/* An entry that does not fit is left out; *count is of those that do. */
static int32_t add_entry(const struct menu *menu, const struct item_client *client,
                         struct boot_host_reply *reply, uint32_t index, uint32_t *count) {
    const struct item *item = &menu->items.all[index];
    char text[ITEM_TEXT_MAX];
    show_text(menu, item, client, text);
    const struct boot_host_menu_item entry = {
        .size = sizeof entry,
        .type = item->local ? BOOT_HOST_ITEM_LOCAL : FIRST_ITEM_TYPE + index,
        .text = text,
    };
    int32_t result = menu->host->reply_menu_item(reply, &entry);
    *count += result == 0 ? 1 : 0;
    if (result != -ENOSPC)
        return result;
    char note[128];
    (void) snprintf(note, sizeof note, "entry %s is left out: option 43 is full", item->name);
    (void) menu->host->reply_set(reply, BOOT_HOST_REPLY_NOTE, note);
    return 0;
}

static int32_t begin_menu(const struct menu *menu, struct boot_host_reply *reply) {
    int64_t seconds = menu->look.timeout_us / SECOND;
    const struct boot_host_menu shown = {
        .size = sizeof shown,
        .timeout_seconds = menu->look.timeout_us < 0 ? BOOT_HOST_MENU_WAIT
                           : seconds > FIRMWARE_MAX  ? FIRMWARE_MAX
                                                     : (uint32_t) seconds,
        .prompt = menu->prompt,
    };
    return menu->host->reply_menu(reply, &shown);
}

static int32_t decide_firmware(const struct menu *menu, const struct item_client *client,
                               struct boot_host_reply *reply) {
    const struct items *items = &menu->items;
    uint32_t bootable = 0;
    for (uint32_t i = 0; i < items->count; i++)
        bootable += items_file(items, &items->all[i], client) != NULL ? 1 : 0;
    if (bootable == 0) {
        (void) menu->host->reply_set(reply, BOOT_HOST_REPLY_NOTE,
                                     "no entry has a boot file for this client");
        return BOOT_HOST_PASS;
    }
    uint32_t shown = 0;
    int32_t result = begin_menu(menu, reply);
    /* Firmware takes the first entry when nobody chooses, so the default one goes first. */
    bool preset = is_for_firmware(items, &items->all[items->preset], client);
    if (result == 0 && preset)
        result = add_entry(menu, client, reply, items->preset, &shown);
    for (uint32_t i = 0; result == 0 && i < items->count; i++) {
        if ((i != items->preset || !preset) && is_for_firmware(items, &items->all[i], client))
            result = add_entry(menu, client, reply, i, &shown);
    }
    if (result == 0 && shown == 0)
        result = -ENOSPC;
    if (result != 0)
        return result;
    (void) menu->host->reply_set(reply, BOOT_HOST_REPLY_REASON, "the menu, for the user to choose");
    return BOOT_HOST_REPLY;
}

static bool gets_firmware_menu(const struct menu *menu, const struct boot_host_request *request,
                               bool is_ipxe) {
    const char *loader = menu->host->request_text(request, BOOT_HOST_REQUEST_LOADER);
    bool is_firmware = loader == NULL || strcmp(loader, "firmware") == 0 || is_ipxe;
    if (!is_firmware || menu->firmware == FIRMWARE_NONE)
        return false;
    return menu->firmware == FIRMWARE_ALL || menu->host->request_is(request, "x86-bios") == 1;
}

static int32_t menu_decide(void *instance, const struct boot_host_request *request,
                           struct boot_host_reply *reply) {
    const struct menu *menu = instance;
    const struct item_client client = {request, reply};
    const char *loader = menu->host->request_text(request, BOOT_HOST_REQUEST_LOADER);
    bool is_ipxe = loader != NULL && strcmp(loader, "ipxe") == 0;
    int64_t stage = 0;
    int64_t type = 0;
    (void) menu->host->request_number(request, BOOT_HOST_REQUEST_STAGE_NUMBER, &stage);
    (void) menu->host->request_number(request, BOOT_HOST_REQUEST_BOOT_ITEM, &type);
    if (menu->host->reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE) != NULL)
        return BOOT_HOST_PASS;
    if (stage == BOOT_HOST_STAGE_BOOT_SERVER && type != 0)
        return decide_choice(menu, &client, reply, type);
    if (is_ipxe && menu->ipxe == IPXE_SCRIPT) {
        (void) menu->host->reply_set(reply, BOOT_HOST_REPLY_REASON, "the menu, as a script");
        int32_t result = menu->host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, menu->ipxe_script);
        return result != 0 ? result : BOOT_HOST_REPLY;
    }
    if (stage != BOOT_HOST_STAGE_DISCOVER || (is_ipxe && menu->ipxe == IPXE_NONE) ||
        !gets_firmware_menu(menu, request, is_ipxe))
        return BOOT_HOST_PASS;
    return decide_firmware(menu, &client, reply);
}

static int32_t menu_content(void *instance, const struct boot_host_request *request,
                            struct boot_host_content *content) {
    const struct menu *menu = instance;
    const struct item_client client = {request, NULL};
    const char *name = menu->host->request_text(request, BOOT_HOST_REQUEST_FILE);
    struct text script = {0};
    if (name == NULL)
        return BOOT_HOST_PASS;
    if (menu->ipxe == IPXE_SCRIPT && strcmp(name, menu->ipxe_script) == 0)
        script_ipxe(&menu->items, &menu->look, &client, &script);
    else if (menu->grub_config[0] != '\0' && strcmp(name, menu->grub_config) == 0)
        script_grub(&menu->items, &menu->look, &client, &script);
    else
        return BOOT_HOST_PASS;
    int32_t result =
        script.failed ? -ENOMEM : menu->host->content_bytes(content, script.data, script.size);
    text_clear(&script);
    return result != 0 ? result : BOOT_HOST_REPLY;
}

static const struct boot_host_provider provider = {
    .size = sizeof provider,
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE,
    .setting_count = sizeof settings / sizeof settings[0],
    .setting_size = sizeof settings[0],
    .name = "menu",
    .version = BOOTHOST_VERSION,
    .summary = "a static boot menu for firmware, iPXE and GRUB",
    .settings = settings,
    .open = menu_open,
    .close = menu_close,
    .decide = menu_decide,
    .content = menu_content,
};
BOOT_HOST_PROVIDER(provider);
