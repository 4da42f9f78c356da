/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Replies: what a provider may set, and what is refused. A provider of this test hands its reply
 * to the case that runs.
 */
#include <boothost.h>
#include <gio/gio.h>
#include <string.h>

struct _Shaper {
    BootHostProvider parent_instance;
    void (*shape)(BootHostReply *reply);
};

G_DECLARE_FINAL_TYPE(Shaper, shaper, TEST, SHAPER, BootHostProvider)
G_DEFINE_FINAL_TYPE(Shaper, shaper, BOOT_HOST_TYPE_PROVIDER)

static BootHostVerdict decide(BootHostProvider *provider, BootHostRequest *request,
                              BootHostReply *reply, GError **error) {
    TEST_SHAPER(provider)->shape(reply);
    return BOOT_HOST_VERDICT_REPLY;
}

static void shaper_class_init(ShaperClass *class) {
    BOOT_HOST_PROVIDER_OBJECT_CLASS(class)->decide = decide;
}

static void shaper_init(Shaper *self) {
}

/* Runs a case; *ret_result holds the reply afterwards. */
static BootHostResult *run(void (*shape)(BootHostReply *reply)) {
    g_autoptr(Shaper) shaper = g_object_new(shaper_get_type(), NULL);
    g_autoptr(BootHostHarness) harness =
        boot_host_harness_new_for_provider(BOOT_HOST_PROVIDER_OBJECT(shaper));
    g_autoptr(BootHostRequest) request = boot_host_request_new("52:54:00:00:00:01", "x64-uefi");
    shaper->shape = shape;
    boot_host_harness_set_fact(harness, "owner", "alice");
    g_assert_true(boot_host_harness_open(harness, BOOT_HOST_OPEN_FLAGS_NONE, NULL));
    BootHostResult *result = boot_host_harness_decide(harness, request);
    g_assert_cmpint(boot_host_result_get_verdict(result), ==, BOOT_HOST_VERDICT_REPLY);
    return result;
}

static void shape_fields(BootHostReply *reply) {
    static const struct {
        void (*set)(BootHostReply *reply, const char *text);
        const char *(*get)(BootHostReply *reply);
    } fields[] = {
        {boot_host_reply_set_boot_file, boot_host_reply_get_boot_file},
        {boot_host_reply_set_server, boot_host_reply_get_server},
        {boot_host_reply_set_server_name, boot_host_reply_get_server_name},
        {boot_host_reply_set_reason, boot_host_reply_get_reason},
        {boot_host_reply_set_message, boot_host_reply_get_message},
        {boot_host_reply_set_shape, boot_host_reply_get_shape},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *value = g_strdup_printf("value-%zu", i);
        g_assert_null(fields[i].get(reply));
        fields[i].set(reply, "first");
        fields[i].set(reply, value);
        g_assert_cmpstr(fields[i].get(reply), ==, value);
    }
    boot_host_reply_set_shape(reply, NULL);
    g_assert_null(boot_host_reply_get_shape(reply));
    g_assert_cmpstr(boot_host_reply_get_boot_file(reply), ==, "value-0");
}

static void test_fields(void) {
    g_autoptr(BootHostResult) result = run(shape_fields);
    g_assert_cmpstr(boot_host_result_get_boot_file(result), ==, "value-0");
}

static void refuse_option(BootHostReply *reply, BootHostOptionSpace space, guint code, gsize size,
                          BootHostError code_of_error) {
    g_autofree char *bytes = g_malloc0(size + 1);
    g_autoptr(GBytes) value = g_bytes_new(bytes, size);
    g_autoptr(GError) error = NULL;
    g_assert_false(boot_host_reply_set_option(reply, space, code, value, &error));
    g_assert_error(error, BOOT_HOST_ERROR, (int) code_of_error);
}

static void shape_options(BootHostReply *reply) {
    static const guint own[] = {53, 54, 60, 97, 255};
    g_autoptr(GBytes) value = g_bytes_new_static("x", 1);
    for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
        refuse_option(reply, BOOT_HOST_OPTION_SPACE_DHCP4, own[i], 1,
                      BOOT_HOST_ERROR_NOT_PERMITTED);
    refuse_option(reply, BOOT_HOST_OPTION_SPACE_DHCP4, 256, 1, BOOT_HOST_ERROR_INVALID);
    refuse_option(reply, BOOT_HOST_OPTION_SPACE_DHCP4, 12, 256, BOOT_HOST_ERROR_INVALID);
    refuse_option(reply, BOOT_HOST_OPTION_SPACE_RELAY, 1, 1, BOOT_HOST_ERROR_INVALID);
    g_assert_true(boot_host_reply_set_option(reply, BOOT_HOST_OPTION_SPACE_DHCP4, 43, value, NULL));
    g_assert_true(boot_host_reply_set_menu(reply, 0, "Choose", NULL));
    refuse_option(reply, BOOT_HOST_OPTION_SPACE_DHCP4, 43, 1, BOOT_HOST_ERROR_NOT_PERMITTED);
    for (guint code = 130; code < 161; code++)
        g_assert_true(
            boot_host_reply_set_option(reply, BOOT_HOST_OPTION_SPACE_PXE, code, value, NULL));
    refuse_option(reply, BOOT_HOST_OPTION_SPACE_PXE, 200, 1, BOOT_HOST_ERROR_NO_SPACE);
    g_assert_true(boot_host_reply_get_option(reply, BOOT_HOST_OPTION_SPACE_PXE, 130) == value);
    g_assert_null(boot_host_reply_get_option(reply, BOOT_HOST_OPTION_SPACE_DHCP4, 130));
}

static void test_options(void) {
    g_autoptr(BootHostResult) result = run(shape_options);
    g_assert_nonnull(boot_host_reply_get_option(boot_host_result_get_reply(result),
                                                BOOT_HOST_OPTION_SPACE_PXE, 131));
}

static void shape_menu(BootHostReply *reply) {
    g_autofree char *long_text = g_strnfill(120, 'x');
    g_autoptr(GError) error = NULL;
    g_assert_null(boot_host_reply_get_menu(reply));
    g_assert_false(boot_host_reply_add_menu_item(reply, 1, "a", NULL, NULL));
    g_assert_false(boot_host_reply_set_menu(reply, 256, "Choose", NULL));
    g_assert_false(boot_host_reply_set_menu(reply, 5, "", NULL));
    g_assert_true(boot_host_reply_set_menu(reply, 255, "Choose", NULL));
    g_assert_false(boot_host_reply_add_menu_item(reply, 65535, "a", NULL, NULL));
    g_assert_false(boot_host_reply_add_menu_item(reply, 1, "", NULL, NULL));
    g_assert_true(boot_host_reply_add_menu_item(reply, 1, long_text, NULL, NULL));
    g_assert_true(boot_host_reply_add_menu_item(reply, 2, "b", NULL, NULL));
    g_assert_false(boot_host_reply_add_menu_item(reply, 3, long_text, NULL, &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NO_SPACE);
}

static void test_menu(void) {
    g_autoptr(BootHostResult) result = run(shape_menu);
    g_autoptr(GVariant) menu = boot_host_reply_get_menu(boot_host_result_get_reply(result));
    g_autoptr(GVariant) items = g_variant_get_child_value(menu, 2);
    g_assert_cmpuint(g_variant_n_children(items), ==, 2);
}

static void shape_facts(BootHostReply *reply) {
    g_autofree char *long_value = g_strnfill(1025, 'x');
    g_autoptr(GError) error = NULL;
    g_assert_false(boot_host_reply_set_fact(reply, "No", "x", NULL));
    g_assert_false(boot_host_reply_set_fact(reply, "", "x", NULL));
    g_assert_false(boot_host_reply_set_fact(reply, "long", long_value, &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_TOO_BIG);
    g_assert_true(boot_host_reply_set_fact(reply, "image", "a", NULL));
    g_assert_true(boot_host_reply_set_fact(reply, "mac", "hidden", NULL));
    g_autofree char *text =
        boot_host_reply_expand(reply, "${owner}-${image}-${mac}-${architecture}", NULL);
    g_assert_cmpstr(text, ==, "alice-a-hidden-x64-uefi");
    g_assert_true(boot_host_reply_set_fact(reply, "owner", NULL, NULL));
    g_assert_null(boot_host_reply_get_fact(reply, "owner"));
    for (guint i = 0; i < 62; i++) {
        g_autofree char *name = g_strdup_printf("fact-%u", i);
        g_assert_true(boot_host_reply_set_fact(reply, name, "x", NULL));
    }
    g_clear_error(&error);
    g_assert_false(boot_host_reply_set_fact(reply, "one-more", "x", &error));
    g_assert_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NO_SPACE);
}

static void test_facts(void) {
    g_autoptr(BootHostResult) result = run(shape_facts);
    g_autoptr(GVariant) facts = boot_host_reply_get_facts(boot_host_result_get_reply(result));
    g_assert_cmpuint(g_variant_n_children(facts), ==, 64);
}

static void shape_completion(BootHostReply *reply) {
    g_assert_false(boot_host_reply_complete(reply, BOOT_HOST_VERDICT_LATER));
}

static void test_completion(void) {
    g_autoptr(BootHostResult) result = run(shape_completion);
    g_assert_false(
        boot_host_reply_complete(boot_host_result_get_reply(result), BOOT_HOST_VERDICT_PASS));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/plugins-api/reply/" name, function)
    ADD("fields-are-set-read-and-taken-back", test_fields);
    ADD("options-have-limits", test_options);
    ADD("a-menu-must-fit", test_menu);
    ADD("facts-have-limits", test_facts);
    ADD("what-is-over-cannot-be-completed", test_completion);
    return g_test_run();
}
