/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Provider "architecture": firmware and loader stage to boot file, and the end of boot loops.
 */
#include <boothost/provider.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "choices.h"
#include "known-architecture.h"
#include "loops.h"

#define LOOP_COUNT_MAX  1000      /* more would not be a stop */
#define LOOP_STATE_NAME "loops-2" /* the table's layout is in the name */
#define SECOND          INT64_C(1000000)

#define FIRMWARE(name, title)                                                                      \
    { name, BOOT_HOST_TEXT, BOOT_HOST_SETTING_TEMPLATE, NULL, "boot file for " title }
#define LOADER(name, title)                                                                        \
    {name, BOOT_HOST_TEXT, BOOT_HOST_SETTING_TEMPLATE, NULL, "boot file for " title}, {            \
        name ".*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_TEMPLATE | BOOT_HOST_SETTING_FAMILY, NULL,    \
            "the same for one architecture, as in " name ".x64-uefi"                               \
    }

/* The names are those of the host (IANA processor architectures); a test compares. */
static const struct boot_host_setting settings[] = {
    FIRMWARE("x86-bios", "x86 BIOS"),
    FIRMWARE("nec-pc98", "NEC PC98"),
    FIRMWARE("itanium-uefi", "Itanium UEFI"),
    FIRMWARE("alpha", "DEC Alpha"),
    FIRMWARE("arc-x86", "Arc x86"),
    FIRMWARE("intel-lean", "Intel Lean Client"),
    FIRMWARE("ia32-uefi", "x86 UEFI of 32 bits"),
    FIRMWARE("x64-uefi", "x64 UEFI"),
    FIRMWARE("xscale-uefi", "XScale UEFI"),
    FIRMWARE("arm32-uefi", "ARM UEFI of 32 bits"),
    FIRMWARE("arm64-uefi", "ARM UEFI of 64 bits"),
    FIRMWARE("ppc-openfirmware", "PowerPC Open Firmware"),
    FIRMWARE("ppc-epapr", "PowerPC ePAPR"),
    FIRMWARE("ppc-opal", "POWER OPAL v3"),
    FIRMWARE("ia32-uefi-http", "x86 UEFI of 32 bits, HTTP boot (a URL)"),
    FIRMWARE("x64-uefi-http", "x64 UEFI, HTTP boot (a URL)"),
    FIRMWARE("ebc-uefi-http", "EFI byte code, HTTP boot (a URL)"),
    FIRMWARE("arm32-uefi-http", "ARM UEFI of 32 bits, HTTP boot (a URL)"),
    FIRMWARE("arm64-uefi-http", "ARM UEFI of 64 bits, HTTP boot (a URL)"),
    FIRMWARE("x86-bios-http", "x86 BIOS, HTTP boot (a URL)"),
    FIRMWARE("arm32-uboot", "ARM U-Boot of 32 bits"),
    FIRMWARE("arm64-uboot", "ARM U-Boot of 64 bits"),
    FIRMWARE("arm32-uboot-http", "ARM U-Boot of 32 bits, HTTP boot (a URL)"),
    FIRMWARE("arm64-uboot-http", "ARM U-Boot of 64 bits, HTTP boot (a URL)"),
    FIRMWARE("riscv32-uefi", "RISC-V UEFI of 32 bits"),
    FIRMWARE("riscv32-uefi-http", "RISC-V UEFI of 32 bits, HTTP boot (a URL)"),
    FIRMWARE("riscv64-uefi", "RISC-V UEFI of 64 bits"),
    FIRMWARE("riscv64-uefi-http", "RISC-V UEFI of 64 bits, HTTP boot (a URL)"),
    FIRMWARE("riscv128-uefi", "RISC-V UEFI of 128 bits"),
    FIRMWARE("riscv128-uefi-http", "RISC-V UEFI of 128 bits, HTTP boot (a URL)"),
    FIRMWARE("s390-basic", "s390 Basic"),
    FIRMWARE("s390-extended", "s390 Extended"),
    FIRMWARE("mips32-uefi", "MIPS UEFI of 32 bits"),
    FIRMWARE("mips64-uefi", "MIPS UEFI of 64 bits"),
    FIRMWARE("sunway32-uefi", "Sunway UEFI of 32 bits"),
    FIRMWARE("sunway64-uefi", "Sunway UEFI of 64 bits"),
    FIRMWARE("loongarch32-uefi", "LoongArch UEFI of 32 bits"),
    FIRMWARE("loongarch32-uefi-http", "LoongArch UEFI of 32 bits, HTTP boot (a URL)"),
    FIRMWARE("loongarch64-uefi", "LoongArch UEFI of 64 bits"),
    FIRMWARE("loongarch64-uefi-http", "LoongArch UEFI of 64 bits, HTTP boot (a URL)"),
    FIRMWARE("raspberry-pi", "Raspberry Pi boot ROMs"),
    LOADER("ipxe", "iPXE, which must not be iPXE again: a script, or another program"),
    LOADER("grub", "GRUB that asks by DHCP"),
    LOADER("wdsnbp", "wdsnbp.com of Windows Deployment Services"),
    {"loop-count", BOOT_HOST_INTEGER, 0, "5",
     "a client that was given the same file so often is in a loop; 0: never"},
    {"loop-window", BOOT_HOST_DURATION, 0, "60s", "the time within which that counts"},
    {"loop-action", BOOT_HOST_TEXT, 0, "abort",
     "what a client in a loop gets: abort (its next boot device) or drop (silence)"},
};

struct policy {
    const struct boot_host *host;
    const struct boot_host_config *config;
    struct choices choices;
    struct loops *loops; /* NULL: not watched */
    int64_t loop_count;
    int64_t loop_window;
    int32_t loop_verdict;
};

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text);
    size_t size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

static int32_t check_keys(const struct policy *policy) {
    const char *key = NULL;
    int32_t result = 0;
    for (uint32_t i = 0; (key = policy->host->config_key(policy->config, i)) != NULL; i++) {
        const char *architecture = key;
        const char *value = policy->host->config_text(policy->config, key);
        if (choices_split_key(key, &architecture) != NULL &&
            !known_architecture(policy->host, architecture)) {
            policy->host->config_error(policy->config, key, 0,
                                       "the part behind the dot is no known architecture; write a "
                                       "name such as x64-uefi or x86-bios");
            result = -EINVAL;
        }
        if (ends_with(key, "-http") && strstr(value, "://") == NULL)
            policy->host->config_warning(policy->config, key, 0,
                                         "firmware that boots by HTTP wants a URL, such as "
                                         "http://${server}/boot.efi");
    }
    return result;
}

static int32_t read_loop_settings(struct policy *policy) {
    const struct boot_host *host = policy->host;
    const char *action = host->config_text(policy->config, "loop-action");
    policy->loop_count = host->config_number(policy->config, "loop-count");
    policy->loop_window = host->config_number(policy->config, "loop-window");
    policy->loop_verdict = strcmp(action, "drop") == 0 ? BOOT_HOST_DROP : BOOT_HOST_ABORT;
    if (policy->loop_verdict == BOOT_HOST_ABORT && strcmp(action, "abort") != 0) {
        host->config_error(policy->config, "loop-action", 0, "must be abort or drop");
        return -EINVAL;
    }
    if (policy->loop_count < 0 || policy->loop_count > LOOP_COUNT_MAX) {
        host->config_error(policy->config, "loop-count", 0, "must be from 0 to 1000");
        return -EINVAL;
    }
    if (policy->loop_window < SECOND) {
        host->config_error(policy->config, "loop-window", 0, "must be one second or more");
        return -EINVAL;
    }
    return 0;
}

static void policy_close(void *instance) {
    struct policy *policy = instance;
    loops_free(policy->loops);
    choices_clear(&policy->choices);
    free(policy);
}

static int32_t policy_open(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    struct policy *policy = calloc(1, sizeof *policy);
    if (policy == NULL)
        return -ENOMEM;
    policy->host = host;
    policy->config = config;
    int32_t keys = check_keys(policy);
    int32_t result = read_loop_settings(policy);
    result = result != 0 ? result : keys;
    if (result == 0 && !choices_read(&policy->choices, host, config))
        result = -ENOMEM;
    if (result == 0 && policy->loop_count > 0) {
        policy->loops = loops_new((uint32_t) policy->loop_count, policy->loop_window);
        result = policy->loops != NULL ? 0 : -ENOMEM;
    }
    if (result != 0) {
        policy_close(policy);
        return result;
    }
    *ret_instance = policy;
    return 0;
}

static void note_nothing(const struct policy *policy, const struct boot_host_request *request,
                         struct boot_host_reply *reply, const char *loader) {
    const char *name = policy->host->request_text(request, BOOT_HOST_REQUEST_ARCHITECTURE);
    char text[256];
    int64_t code = 0;
    if (loader != NULL)
        (void) snprintf(text, sizeof text,
                        "%s asks, but %s is not set: the firmware's boot file could be the one "
                        "that is running, which would load itself for ever",
                        loader, loader);
    else if (name != NULL)
        (void) snprintf(text, sizeof text, "no boot file is set for %s", name);
    else if (policy->host->request_number(request, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, &code) == 0)
        (void) snprintf(text, sizeof text, "architecture code %lld is not known", (long long) code);
    else
        (void) snprintf(text, sizeof text, "the client does not tell its architecture");
    (void) policy->host->reply_set(reply, BOOT_HOST_REPLY_NOTE, text);
}

static int32_t fill_in(const struct policy *policy, struct boot_host_reply *reply,
                       const struct choice *choice, char ret_file[BOOT_FILE_MAX]) {
    char text[512];
    int64_t length = policy->host->expand(reply, choice->value, ret_file, BOOT_FILE_MAX);
    if (length >= 0 && length < BOOT_FILE_MAX)
        return 0;
    (void) snprintf(text, sizeof text, "%s = %.120s: %s", choice->key, choice->value,
                    length >= 0 ? "the name is too long"
                                : "it names a fact that this client does not have; give a value "
                                  "for that case with ${fact:-value}");
    policy->host->log(policy->host, BOOT_HOST_LOG_WARNING, text);
    return length >= 0 ? -E2BIG : (int32_t) length;
}

static int32_t set_boot_file(const struct policy *policy, struct boot_host_reply *reply,
                             const struct choice *choice) {
    char filled[BOOT_FILE_MAX];
    int32_t result = choice->is_template ? fill_in(policy, reply, choice, filled) : 0;
    if (result != 0)
        return result;
    (void) policy->host->reply_set(reply, BOOT_HOST_REPLY_REASON, choice->reason);
    return policy->host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE,
                                   choice->is_template ? filled : choice->value);
}

/* A chain-load loop fetches its file every time round. A client that asks again because nothing
 * reached it, as firmware does after 4, 12 and 28 s, has fetched nothing: its attempt goes up. */
static bool is_boot_of_its_own(const struct policy *policy,
                               const struct boot_host_request *request) {
    int64_t attempt = 1;
    (void) policy->host->request_number(request, BOOT_HOST_REQUEST_ATTEMPT, &attempt);
    return attempt <= 1;
}

static int32_t stop_loop(const struct policy *policy, struct boot_host_reply *reply,
                         const char *client, const char *file, bool first) {
    char text[512];
    (void) snprintf(text, sizeof text,
                    "loop: %s was given %.100s %lld times within %lld s; it seems to load itself, "
                    "or to fail at once",
                    client, file, (long long) policy->loop_count,
                    (long long) (policy->loop_window / SECOND));
    if (first)
        policy->host->log(policy->host, BOOT_HOST_LOG_WARNING, text);
    (void) policy->host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, NULL);
    (void) policy->host->reply_set(reply, BOOT_HOST_REPLY_REASON, text);
    return policy->loop_verdict;
}

static int32_t check_loop(const struct policy *policy, const struct boot_host_request *request,
                          struct boot_host_reply *reply) {
    const char *file = policy->host->reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE);
    const char *client = policy->host->request_text(request, BOOT_HOST_REQUEST_MAC);
    int64_t stage = 0;
    if (client == NULL)
        client = policy->host->request_text(request, BOOT_HOST_REQUEST_UUID);
    (void) policy->host->request_number(request, BOOT_HOST_REQUEST_STAGE_NUMBER, &stage);
    /* The request on port 4011 belongs to the boot that began with the DISCOVER. */
    if (policy->loops == NULL || client == NULL || file == NULL ||
        stage == BOOT_HOST_STAGE_BOOT_SERVER)
        return BOOT_HOST_REPLY;
    enum loops_result result =
        loops_check(policy->loops, client, file, policy->host->now(policy->host),
                    is_boot_of_its_own(policy, request));
    if (result == LOOPS_FREE)
        return BOOT_HOST_REPLY;
    return stop_loop(policy, reply, client, file, result == LOOPS_STOPPED);
}

static int32_t policy_decide(void *instance, const struct boot_host_request *request,
                             struct boot_host_reply *reply) {
    const struct policy *policy = instance;
    if (policy->host->reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE) != NULL) {
        (void) policy->host->reply_set(reply, BOOT_HOST_REPLY_REASON,
                                       "an earlier provider chose the boot file");
        return check_loop(policy, request, reply);
    }
    const char *loader =
        choices_loader(policy->host->request_text(request, BOOT_HOST_REQUEST_LOADER));
    const struct choice *choice = choices_find(&policy->choices, policy->host, request, loader);
    if (choice == NULL || choice->value[0] == '\0') {
        note_nothing(policy, request, reply, loader);
        return BOOT_HOST_PASS;
    }
    int32_t result = set_boot_file(policy, reply, choice);
    return result != 0 ? result : check_loop(policy, request, reply);
}

static int32_t policy_save(void *instance, struct boot_host_state *state) {
    const struct policy *policy = instance;
    size_t size = 0;
    if (policy->loops == NULL)
        return 0;
    const void *data = loops_data(policy->loops, &size);
    return policy->host->state_put(state, LOOP_STATE_NAME, data, size);
}

static int32_t policy_restore(void *instance, const struct boot_host_state *state) {
    struct policy *policy = instance;
    struct boot_host_span data = {0};
    if (policy->loops == NULL || policy->host->state_get(state, LOOP_STATE_NAME, &data) == -ENOENT)
        return 0;
    return loops_take(policy->loops, data.data, data.size) ? 0 : -EINVAL;
}

static const struct boot_host_provider provider = {
    .size = sizeof provider,
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_INLINE,
    .setting_count = sizeof settings / sizeof settings[0],
    .setting_size = sizeof settings[0],
    .name = "architecture",
    .version = BOOTHOST_VERSION,
    .summary = "firmware and loader stage to boot file",
    .settings = settings,
    .open = policy_open,
    .close = policy_close,
    .decide = policy_decide,
    .save = policy_save,
    .restore = policy_restore,
};
BOOT_HOST_PROVIDER(provider);
