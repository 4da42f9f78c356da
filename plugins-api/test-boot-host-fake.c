/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fake host keeps the contract: seen from a provider that does what each test tells it.
 */
#include <glib.h>
#include <errno.h>
#include <string.h>

#include "boot-host-fake.h"

/* The provider of these tests: its instance is the test's script. */
struct script {
    const struct boot_host *host;
    int32_t (*decide)(struct script *script, const struct boot_host_request *request,
                      struct boot_host_reply *reply);
    int32_t (*content)(struct script *script, const struct boot_host_request *request,
                       struct boot_host_content *content);
    int32_t verdict;
    uint64_t ticket;
    uint32_t closed;
    uint32_t cancelled;
};

static const struct boot_host_setting settings[] = {
    {"count", BOOT_HOST_INTEGER, 0, "3", "a number"},
    {"ready", BOOT_HOST_BOOLEAN, 0, "no", "a truth"},
    {"delay", BOOT_HOST_DURATION, 0, "300ms", "a time"},
    {"names", BOOT_HOST_LIST, 0, "a; b", "a list"},
    {"file", BOOT_HOST_PATH, 0, NULL, "a file"},
    {"text.*", BOOT_HOST_TEXT, BOOT_HOST_SETTING_FAMILY | BOOT_HOST_SETTING_TEMPLATE, NULL, "more"},
    {"must", BOOT_HOST_ADDRESS, BOOT_HOST_SETTING_REQUIRED, NULL, "an address"},
};

/* Where open finds the script of the running test: settings cannot carry a pointer. */
static struct script *next_script(const struct boot_host_config *config,
                                  const struct boot_host *host) {
    const char *text = host->config_text(config, "text.script");
    struct script *script = NULL;
    if (text != NULL)
        script = (struct script *) (uintptr_t) g_ascii_strtoull(text, NULL, 16);
    return script;
}

static int32_t script_open(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    struct script *script = next_script(config, host);
    if (host->config_text(config, "text.bad") != NULL)
        host->config_error(config, "text.bad", 4, "is bad");
    if (script == NULL)
        return -EINVAL;
    script->host = host;
    *ret_instance = script;
    return 0;
}

static void script_close(void *instance) {
    ((struct script *) instance)->closed++;
}

static int32_t script_decide(void *instance, const struct boot_host_request *request,
                             struct boot_host_reply *reply) {
    struct script *script = instance;
    return script->decide(script, request, reply);
}

static int32_t script_content(void *instance, const struct boot_host_request *request,
                              struct boot_host_content *content) {
    struct script *script = instance;
    return script->content(script, request, content);
}

static void script_cancel(void *instance, uint64_t ticket) {
    struct script *script = instance;
    g_assert_cmpuint(ticket, ==, script->ticket);
    script->cancelled++;
}

static int32_t script_save(void *instance, struct boot_host_state *state) {
    struct script *script = instance;
    return script->host->state_put(state, "verdict", &script->verdict, sizeof script->verdict);
}

static int32_t script_restore(void *instance, const struct boot_host_state *state) {
    struct script *script = instance;
    struct boot_host_span blob = {0};
    g_assert_cmpint(script->host->state_get(state, "other", &blob), ==, -ENOENT);
    g_assert_cmpint(script->host->state_get(state, "verdict", &blob), ==, 0);
    g_assert_cmpuint(blob.size, ==, sizeof script->verdict);
    return 0;
}

static const struct boot_host_provider provider = {
    .size = sizeof provider,
    .abi = BOOT_HOST_ABI,
    .setting_count = G_N_ELEMENTS(settings),
    .setting_size = sizeof settings[0],
    .name = "script",
    .version = "1.0",
    .summary = "does what a test says",
    .settings = settings,
    .open = script_open,
    .close = script_close,
    .decide = script_decide,
    .content = script_content,
    .cancel = script_cancel,
    .save = script_save,
    .restore = script_restore,
};

static struct boot_host_fake *open_script(struct script *script) {
    struct boot_host_fake *fake = boot_host_fake_new(&provider);
    g_autofree char *pointer =
        g_strdup_printf("%" G_GINT64_MODIFIER "x", (guint64) (uintptr_t) script);
    boot_host_fake_set(fake, "must", "10.0.0.1");
    boot_host_fake_set(fake, "text.script", pointer);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    return fake;
}

static int32_t decide(struct boot_host_fake *fake) {
    static const char *const facts[] = {"image", "debian", NULL};
    const struct boot_host_fake_request request = {.mac = "52:54:00:12:34:56",
                                                   .uuid = "00112233-4455-6677-8899-AABBCCDDEEFF",
                                                   .architectures = "x64-uefi arm64-uefi",
                                                   .boot_file = "earlier.efi",
                                                   .facts = facts};
    return boot_host_fake_decide(fake, &request);
}

static int32_t decide_settings(struct script *script, const struct boot_host_request *request,
                               struct boot_host_reply *reply) {
    return BOOT_HOST_PASS;
}

static void test_settings_are_typed(void) {
    struct script script = {.decide = decide_settings};
    struct boot_host_fake *fake = boot_host_fake_new(&provider);
    boot_host_fake_set(fake, "count", "many");
    boot_host_fake_set(fake, "ready", "perhaps");
    boot_host_fake_set(fake, "delay", "5 days");
    boot_host_fake_set(fake, "text.x", "${open");
    boot_host_fake_set(fake, "unknown", "x");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, -EINVAL);
    g_assert_true(boot_host_fake_said(fake, "error: count: the value is not of the setting's"));
    g_assert_true(boot_host_fake_said(fake, "error: ready: the value"));
    g_assert_true(boot_host_fake_said(fake, "error: delay: the value"));
    g_assert_true(boot_host_fake_said(fake, "error: text.x: the value"));
    g_assert_true(boot_host_fake_said(fake, "error: unknown: the provider has no such setting"));
    g_assert_true(boot_host_fake_said(fake, "error: must: the setting is required"));
    boot_host_fake_free(fake);
    fake = open_script(&script);
    g_assert_null(boot_host_fake_line(fake, 0));
    boot_host_fake_free(fake);
    g_assert_cmpuint(script.closed, ==, 1);
}

static void test_a_reported_setting_fails_the_open(void) {
    struct script script = {.decide = decide_settings};
    struct boot_host_fake *fake = open_script(&script);
    boot_host_fake_close(fake);
    boot_host_fake_set(fake, "text.bad", "x");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, -EINVAL);
    g_assert_cmpstr(boot_host_fake_line(fake, 0), ==, "error: text.bad:4: is bad");
    g_assert_cmpuint(script.closed, ==, 2);
    g_assert_cmpint(decide(fake), ==, -ENOSYS);
    boot_host_fake_free(fake);
}

static int32_t decide_reading(struct script *script, const struct boot_host_request *request,
                              struct boot_host_reply *reply) {
    const struct boot_host *host = script->host;
    int64_t number = 0;
    char text[16];
    g_assert_cmpstr(host->request_text(request, BOOT_HOST_REQUEST_UUID), ==,
                    "00112233-4455-6677-8899-aabbccddeeff");
    g_assert_cmpstr(host->request_text(request, BOOT_HOST_REQUEST_UUID_SWAPPED), ==,
                    "33221100-5544-7766-8899-aabbccddeeff");
    g_assert_cmpstr(host->request_architecture(request, 1), ==, "arm64-uefi");
    g_assert_null(host->request_architecture(request, 2));
    g_assert_cmpint(host->request_is(request, "arm64-uefi"), ==, 1);
    g_assert_cmpint(host->request_is(request, "x86-bios"), ==, 0);
    g_assert_cmpint(host->request_is(request, "x86"), ==, -EINVAL);
    g_assert_cmpint(host->request_number(request, BOOT_HOST_REQUEST_BOOT_ITEM, &number), ==,
                    -ENOENT);
    g_assert_cmpstr(host->reply_get(reply, BOOT_HOST_REPLY_BOOT_FILE), ==, "earlier.efi");
    g_assert_cmpstr(host->fact_get(reply, "image"), ==, "debian");
    g_assert_cmpint(host->expand(reply, "${image}-${stage}-${x:-y}", text, sizeof text), ==, 17);
    g_assert_cmpstr(text, ==, "debian-discover");
    g_assert_cmpint(host->expand(reply, "${x}", text, sizeof text), ==, -ENOENT);
    g_assert_cmpint(host->expand(reply, "${x", text, sizeof text), ==, -EINVAL);
    return BOOT_HOST_PASS;
}

static void test_a_request_is_as_it_was_asked(void) {
    struct script script = {.decide = decide_reading};
    struct boot_host_fake *fake = open_script(&script);
    g_assert_cmpint(decide(fake), ==, BOOT_HOST_PASS);
    boot_host_fake_free(fake);
}

static int32_t decide_shaping(struct script *script, const struct boot_host_request *request,
                              struct boot_host_reply *reply) {
    const struct boot_host *host = script->host;
    char file[] = "mine.efi";
    g_assert_cmpint(host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, file), ==, 0);
    file[0] = 'x'; /* the host has copied it */
    g_assert_cmpint(host->reply_set(reply, 99, file), ==, -ENOTSUP);
    g_assert_cmpint(host->reply_set(reply, BOOT_HOST_REPLY_NOTE, "one"), ==, 0);
    g_assert_cmpint(host->reply_set(reply, BOOT_HOST_REPLY_NOTE, "two"), ==, 0);
    g_assert_cmpint(host->fact_set(reply, "Group", "x"), ==, -EINVAL);
    g_assert_cmpint(host->fact_set(reply, "group", "web"), ==, 0);
    g_assert_cmpint(host->reply_option(reply, BOOT_HOST_SPACE_DHCP4, 54, "abcd", 4), ==, -EPERM);
    g_assert_cmpint(host->reply_option(reply, BOOT_HOST_SPACE_DHCP4, 209, "abcd", 4), ==, 0);
    g_assert_cmpint(host->reply_set_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, 0), ==, -EINVAL);
    g_assert_cmpint(host->reply_set_number(reply, BOOT_HOST_REPLY_POLL_SECONDS, 7), ==, 0);
    return script->verdict;
}

static void test_a_verdict_keeps_what_was_set(void) {
    struct script script = {.decide = decide_shaping, .verdict = BOOT_HOST_REPLY};
    struct boot_host_fake *fake = open_script(&script);
    struct boot_host_span value = {0};
    g_assert_cmpint(decide(fake), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE), ==, "mine.efi");
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_NOTE), ==, "one\ntwo");
    g_assert_cmpstr(boot_host_fake_get_fact(fake, "group"), ==, "web");
    g_assert_cmpint(boot_host_fake_get_number(fake, BOOT_HOST_REPLY_POLL_SECONDS), ==, 7);
    g_assert_cmpint(boot_host_fake_get_option(fake, BOOT_HOST_SPACE_DHCP4, 209, &value), ==, 0);
    g_assert_cmpmem(value.data, value.size, "abcd", 4);
    boot_host_fake_free(fake);
}

static void test_a_failure_discards_what_was_set(void) {
    struct script script = {.decide = decide_shaping, .verdict = -EIO};
    struct boot_host_fake *fake = open_script(&script);
    g_assert_cmpint(decide(fake), ==, -EIO);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE), ==, "earlier.efi");
    g_assert_null(boot_host_fake_get(fake, BOOT_HOST_REPLY_NOTE));
    g_assert_cmpstr(boot_host_fake_get_fact(fake, "image"), ==, "debian");
    g_assert_null(boot_host_fake_get_fact(fake, "group"));
    script.verdict = 42;
    g_assert_cmpint(decide(fake), ==, -EPROTO);
    boot_host_fake_free(fake);
}

static int32_t decide_later(struct script *script, const struct boot_host_request *request,
                            struct boot_host_reply *reply) {
    script->ticket = script->host->reply_ticket(reply);
    g_assert_cmpuint(script->ticket, !=, 0);
    (void) script->host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "late.efi");
    return BOOT_HOST_LATER;
}

static gpointer complete_soon(gpointer data) {
    struct script *script = data;
    g_usleep(2000);
    g_assert_cmpint(script->host->complete(script->host, script->ticket, BOOT_HOST_REPLY), ==, 0);
    return NULL;
}

static void test_a_call_may_end_later(void) {
    struct script script = {.decide = decide_later};
    struct boot_host_fake *fake = open_script(&script);
    g_assert_cmpint(decide(fake), ==, BOOT_HOST_LATER);
    g_assert_cmpint(decide(fake), ==, -EBUSY);
    g_assert_cmpint(boot_host_fake_wait(fake, 1), ==, -ETIMEDOUT);
    boot_host_fake_cancel(fake);
    g_assert_cmpuint(script.cancelled, ==, 1);
    GThread *thread = g_thread_new("later", complete_soon, &script);
    g_assert_cmpint(boot_host_fake_wait(fake, 10000), ==, BOOT_HOST_REPLY);
    g_thread_join(thread);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE), ==, "late.efi");
    g_assert_cmpint(script.host->complete(script.host, script.ticket, 0), ==, -ENOENT);
    g_assert_cmpuint(boot_host_fake_late_completions(fake), ==, 1);
    g_assert_cmpint(boot_host_fake_wait(fake, 1), ==, -ENOENT);
    boot_host_fake_free(fake);
}

static int32_t decide_at_once(struct script *script, const struct boot_host_request *request,
                              struct boot_host_reply *reply) {
    uint64_t ticket = script->host->reply_ticket(reply);
    g_assert_cmpint(script->host->complete(script->host, ticket, BOOT_HOST_DROP), ==, 0);
    return BOOT_HOST_LATER;
}

static void test_a_call_may_end_before_it_says_later(void) {
    struct script script = {.decide = decide_at_once};
    struct boot_host_fake *fake = open_script(&script);
    g_assert_cmpint(decide(fake), ==, BOOT_HOST_DROP);
    boot_host_fake_free(fake);
}

static int64_t read_ten_thousand(void *user, uint64_t offset, void *buffer, uint64_t size) {
    uint64_t rest = offset < 10000 ? 10000 - offset : 0;
    uint64_t count = MIN(rest, size);
    memset(buffer, 'x', count);
    return (int64_t) count;
}

static void close_reader(void *user) {
    (*(uint32_t *) user)++;
}

static int32_t content_reading(struct script *script, const struct boot_host_request *request,
                               struct boot_host_content *content) {
    const struct boot_host_reader reader = {.size = sizeof reader,
                                            .length = 10000,
                                            .user = &script->cancelled,
                                            .read = read_ten_thousand,
                                            .close = close_reader};
    g_assert_cmpint(script->host->content_file(content, "not/absolute"), ==, -EINVAL);
    g_assert_cmpint(script->host->content_reader(content, &reader), ==, 0);
    g_assert_cmpuint(script->cancelled, ==, 1);
    return script->verdict;
}

static int32_t content_twice(struct script *script, const struct boot_host_request *request,
                             struct boot_host_content *content) {
    g_assert_cmpint(script->host->content_name(content, "a"), ==, 0);
    g_assert_cmpint(script->host->content_bytes(content, "b", 1), ==, 0);
    return BOOT_HOST_REPLY;
}

static int32_t content_nothing(struct script *script, const struct boot_host_request *request,
                               struct boot_host_content *content) {
    return script->verdict;
}

static void test_content_comes_whole_and_once(void) {
    const struct boot_host_fake_request request = {.file = "a"};
    struct script script = {.content = content_reading, .verdict = BOOT_HOST_REPLY};
    struct boot_host_fake *fake = open_script(&script);
    size_t size = 0;
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_nonnull(boot_host_fake_get_bytes(fake, &size));
    g_assert_cmpuint(size, ==, 10000);
    script.content = content_twice;
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, -EPROTO);
    g_assert_null(boot_host_fake_get_bytes(fake, &size));
    script.content = content_nothing;
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, -EPROTO);
    script.verdict = BOOT_HOST_HOLD;
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, -EPROTO);
    script.verdict = BOOT_HOST_DROP;
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, BOOT_HOST_DROP);
    boot_host_fake_free(fake);
}

static void test_a_swap_carries_state(void) {
    struct script script = {.decide = decide_settings, .verdict = 3};
    struct boot_host_fake *fake = open_script(&script);
    g_assert_cmpint(boot_host_fake_swap(fake), ==, 0);
    g_assert_cmpuint(script.closed, ==, 1);
    boot_host_fake_free(fake);
    g_assert_cmpuint(script.closed, ==, 2);
}

static void test_time_passes_when_it_is_told(void) {
    struct script script = {.decide = decide_settings};
    struct boot_host_fake *fake = open_script(&script);
    int64_t before = script.host->now(script.host);
    g_assert_cmpint(script.host->now(script.host), ==, before);
    boot_host_fake_advance(fake, 1500);
    g_assert_cmpint(script.host->now(script.host), ==, before + 1500);
    boot_host_fake_free(fake);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/plugins-api/boot-host-fake/" name, function)
    ADD("settings-are-typed", test_settings_are_typed);
    ADD("a-reported-setting-fails-the-open", test_a_reported_setting_fails_the_open);
    ADD("a-request-is-as-it-was-asked", test_a_request_is_as_it_was_asked);
    ADD("a-verdict-keeps-what-was-set", test_a_verdict_keeps_what_was_set);
    ADD("a-failure-discards-what-was-set", test_a_failure_discards_what_was_set);
    ADD("a-call-may-end-later", test_a_call_may_end_later);
    ADD("a-call-may-end-before-it-says-later", test_a_call_may_end_before_it_says_later);
    ADD("content-comes-whole-and-once", test_content_comes_whole_and_once);
    ADD("a-swap-carries-state", test_a_swap_carries_state);
    ADD("time-passes-when-it-is-told", test_time_passes_when_it_is_told);
    return g_test_run();
}
