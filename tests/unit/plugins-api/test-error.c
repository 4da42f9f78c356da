/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Errors as errnos of the contract, and back.
 */
#include <boothost.h>
#include <errno.h>
#include <gio/gio.h>

static void test_round_trip(void) {
    g_autoptr(GEnumClass) class = g_type_class_ref(BOOT_HOST_TYPE_ERROR);
    g_assert_cmpuint(class->n_values, >, 10);
    for (guint i = 0; i < class->n_values; i++) {
        g_autoptr(GError) error = g_error_new_literal(BOOT_HOST_ERROR, class->values[i].value, "");
        int number = boot_host_error_to_errno(error);
        g_assert_cmpint(number, >, 0);
        g_assert_cmpint(boot_host_error_from_errno(number), ==, class->values[i].value);
        g_assert_cmpint(boot_host_error_from_errno(-number), ==, class->values[i].value);
    }
}

static void test_foreign(void) {
    g_autoptr(GError) io = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "");
    g_autoptr(GError) file = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_ACCES, "");
    g_autoptr(GError) other = g_error_new_literal(G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "");
    g_assert_cmpint(boot_host_error_to_errno(io), ==, ETIMEDOUT);
    g_assert_cmpint(boot_host_error_to_errno(file), ==, EACCES);
    g_assert_cmpint(boot_host_error_to_errno(other), ==, EIO);
    g_assert_cmpint(boot_host_error_to_errno(NULL), ==, EIO);
    g_assert_cmpint(boot_host_error_from_errno(EMFILE), ==, BOOT_HOST_ERROR_FAILED);
}

static void test_version(void) {
    guint major = 99;
    guint minor = 99;
    guint micro = 99;
    boot_host_get_version(&major, &minor, &micro);
    g_assert_cmpuint(major, ==, BOOT_HOST_MAJOR_VERSION);
    g_assert_cmpuint(minor, ==, BOOT_HOST_MINOR_VERSION);
    g_assert_cmpuint(micro, ==, BOOT_HOST_MICRO_VERSION);
    boot_host_get_version(NULL, NULL, NULL);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/plugins-api/error/every-error-is-an-errno", test_round_trip);
    g_test_add_func("/boothost/plugins-api/error/errors-of-others-have-one", test_foreign);
    g_test_add_func("/boothost/plugins-api/error/version-of-the-library", test_version);
    return g_test_run();
}
