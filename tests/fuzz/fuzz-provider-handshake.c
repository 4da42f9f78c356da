/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * provider/handshake: whatever a table says of itself, nothing behind its size and its settings is
 * read, and the outcome is either a complete table or a refusal with all its words.
 *
 * Numbers come from the input as they are. Pointers cannot: a byte of the input chooses each among
 * NULL and a few that are valid, since the contract lets a host follow a pointer that is set.
 */
#include "fuzz.h"

#include "codec/cursor.h"
#include "provider/handshake.h"

#include <string.h>

#define SETTINGS_MAX 8  /* that the input may describe; the table may say another number */
#define STRIDE_MAX   96 /* bytes */

static int32_t any_open(const struct boot_host *host, const struct boot_host_config *config,
                        uint32_t flags, void **ret_instance) {
    return 0;
}

static int32_t any_decide(void *instance, const struct boot_host_request *request,
                          struct boot_host_reply *reply) {
    return 0;
}

static const char *take_text(struct reader *reader) {
    static const char *const texts[] = {NULL,  "",      "name",       "deadline", "label.*",
                                        "a.b", "-x",    "Not A Name", "\xff",     "12",
                                        "yes", "300ms", "end."};
    return texts[reader_take_u8(reader) % (sizeof(texts) / sizeof(texts[0]))];
}

/* An array of exactly as many bytes as the table says it has, when that is not too much: a read
 * beyond it is the sanitizer's to see. */
static char *take_settings(struct reader *reader, const struct boot_host_provider *table) {
    if (table->setting_count == 0 || table->setting_count > SETTINGS_MAX ||
        table->setting_size > STRIDE_MAX)
        return NULL;
    char *settings = calloc(table->setting_count, table->setting_size);
    for (uint32_t i = 0; i < table->setting_count; i++) {
        struct boot_host_setting setting = {
            .name = take_text(reader),
            .type = reader_take_u8(reader),
            .flags = reader_take_u8(reader),
            .default_value = take_text(reader),
            .help = take_text(reader),
        };
        size_t size = table->setting_size < sizeof(setting) ? table->setting_size : sizeof(setting);
        memcpy(settings + (size_t) i * table->setting_size, &setting, size);
    }
    return settings;
}

static struct boot_host_provider take_table(struct reader *reader) {
    struct boot_host_provider table = {
        .size = reader_take_u16(reader),
        .abi = reader_take_u32(reader),
        .flags = reader_take_u32(reader),
        .setting_count = reader_take_u32(reader),
        .setting_size = reader_take_u32(reader),
        .name = take_text(reader),
        .version = take_text(reader),
        .summary = take_text(reader),
    };
    uint8_t doors = reader_take_u8(reader);
    table.open = (doors & 1) != 0 ? any_open : NULL;
    table.decide = (doors & 2) != 0 ? any_decide : NULL;
    return table;
}

static void check_complete(const struct provider *provider) {
    FUZZ_CHECK(provider->name != NULL && provider->version != NULL && provider->summary != NULL);
    FUZZ_CHECK(provider->open != NULL && provider->close != NULL && provider->decide != NULL);
    FUZZ_CHECK(provider->content != NULL && provider->event != NULL && provider->cancel != NULL);
    FUZZ_CHECK(provider->drain != NULL && provider->save != NULL && provider->restore != NULL);
    FUZZ_CHECK(provider->setting_count <= HANDSHAKE_SETTINGS_MAX);
    for (uint32_t i = 0; i < provider->setting_count; i++)
        FUZZ_CHECK(provider->settings[i].name != NULL && provider->settings[i].help != NULL);
}

static void check_refusal(const struct refusal *refusal) {
    FUZZ_CHECK(refusal->what != NULL && refusal->wanted != NULL);
    FUZZ_CHECK(refusal->offered != NULL && refusal->remedy != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct reader reader;
    reader_init(&reader, (struct span){data, size});
    struct boot_host_provider table = take_table(&reader);
    char *settings = take_settings(&reader, &table);
    table.settings = (const struct boot_host_setting *) settings;

    /* What the table says is its size is all there is of it, but for those first two numbers. */
    size_t there = table.size < 8 ? 8 : table.size;
    char *foreign = calloc(1, there);
    memcpy(foreign, &table, there < sizeof(table) ? there : sizeof(table));

    struct provider provider;
    struct refusal refusal;
    if (handshake((const struct boot_host_provider *) foreign, &provider, &refusal)) {
        check_complete(&provider);
        provider_clear(&provider);
    } else {
        check_refusal(&refusal);
        refusal_clear(&refusal);
    }
    free(foreign);
    free(settings);
    return 0;
}
