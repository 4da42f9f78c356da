/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core/config: the key file, its drop-ins, and what is said about mistakes.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "config/config.h"

struct fixture {
    char *folder;
    char *path;
    GPtrArray *problems;
    struct config *config;
};

static void set_up(struct fixture *fixture, gconstpointer unused) {
    fixture->folder = g_dir_make_tmp("boothost-config-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "boothost.conf", NULL);
    fixture->problems = g_ptr_array_new_with_free_func((GDestroyNotify) problem_free);
}

static void remove_tree(const char *path) {
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    for (const char *name = directory != NULL ? g_dir_read_name(directory) : NULL; name != NULL;
         name = g_dir_read_name(directory)) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

static void tear_down(struct fixture *fixture, gconstpointer unused) {
    config_unref(fixture->config);
    g_ptr_array_unref(fixture->problems);
    remove_tree(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->folder);
}

#define CHAIN "[chain]\nproviders = a\n[provider a]\nmodule = filter\n"

static void load(struct fixture *fixture, const char *text) {
    g_assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
    fixture->config = config_load(fixture->path, fixture->problems);
}

static void add_drop_in(struct fixture *fixture, const char *name, const char *text) {
    g_autofree char *folder = g_strconcat(fixture->path, ".d", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_mkdir_with_parents(folder, 0700);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void test_processes(struct fixture *fixture, gconstpointer unused) {
    load(fixture, "[server]\nworker-user = boots\n[chain]\nproviders = a; b\n"
                  "[provider a]\nmodule = filter\nisolation = process\nmemory = 64M\n"
                  "read-files = x; /y\nwrite-files = /z\nnetwork = yes\n"
                  "[provider b]\ncommand = /bin/prog 'a b' c\n");
    g_assert_nonnull(fixture->config);
    const struct instance_config *a = fixture->config->instances->pdata[0];
    const struct instance_config *b = fixture->config->instances->pdata[1];
    g_autofree char *x = g_build_filename(fixture->folder, "x", NULL);
    g_assert_true(a->is_isolated && a->network && !b->is_isolated && !b->network);
    g_assert_cmpuint(a->memory, ==, 64 << 20);
    g_assert_cmpstr(a->read_files[0], ==, x);
    g_assert_cmpstr(a->read_files[1], ==, "/y");
    g_assert_cmpstr(a->write_files[0], ==, "/z");
    g_assert_cmpstr(b->command[1], ==, "a b");
    g_assert_cmpstr(fixture->config->remote_host.user, ==, "boots");
}

/* The one problem that the text must have caused. */
static void expect_problem(struct fixture *fixture, const char *text, const char *where,
                           const char *message) {
    load(fixture, text);
    g_assert_null(fixture->config);
    g_assert_cmpuint(fixture->problems->len, ==, 1);
    const struct problem *problem = g_ptr_array_index(fixture->problems, 0);
    g_assert_cmpstr(problem->where, ==, where);
    g_assert_cmpstr(problem->text, ==, message);
    g_assert_true(problem->fatal);
}

static void test_reads_typed_values(struct fixture *fixture, gconstpointer unused) {
    load(fixture, "[server]\n"
                  "interfaces = eth0; eth1   # both\n"
                  "dhcp = off\n"
                  "root = served\n"
                  "answer-shape = boot-server\n"
                  "canary = 16\n"
                  "threads = 2\n"
                  "[tftp]\n"
                  "threads = 3\n"
                  "block-size = 1024\n"
                  "timeout = 500ms\n"
                  "msftwindow = no\n"
                  "[chain]\n"
                  "providers = a; b\n"
                  "[provider b]\n"
                  "module = menu\n"
                  "colour = a#b\n"
                  "[provider a]\n"
                  "module = filter\n"
                  "deadline = 300ms\n"
                  "on-error = drop\n"
                  "critical = yes\n"
                  "match-network = 10.0.0.0/8; 192.168.0.0/16\n");
    g_assert_cmpuint(fixture->problems->len, ==, 0);
    const struct config *config = fixture->config;
    g_assert_cmpuint(g_strv_length(config->interfaces), ==, 2);
    g_assert_cmpint(config->dhcp, ==, CONFIG_DHCP_OFF);
    g_autofree char *root = g_build_filename(fixture->folder, "served", NULL);
    g_assert_cmpstr(config->root, ==, root);
    g_assert_cmpint(config->policy.shape, ==, ANSWER_BOOT_SERVER);
    g_assert_cmpuint(config->canary, ==, 16);
    g_assert_cmpuint(config->threads, ==, 2);
    g_assert_cmpuint(config->tftp_threads, ==, 3);
    g_assert_cmpuint(config->tftp.block_size, ==, 1024);
    g_assert_cmpuint(config->tftp.timeout_ms, ==, 500);
    g_assert_true(config->tftp.fixed_window);

    g_assert_cmpuint(config->instances->len, ==, 2);
    const struct instance_config *a = g_ptr_array_index(config->instances, 0);
    const struct instance_config *b = g_ptr_array_index(config->instances, 1);
    g_assert_cmpstr(a->name, ==, "a");
    g_assert_cmpint(a->deadline_us, ==, 300000);
    g_assert_cmpint(a->on_error, ==, INSTANCE_DROP);
    g_assert_true(a->critical);
    g_assert_cmpuint(g_strv_length(a->match_network), ==, 2);
    g_assert_cmpuint(b->settings->len, ==, 1);
    const struct instance_setting *colour = g_ptr_array_index(b->settings, 0);
    g_assert_cmpstr(colour->value, ==, "a#b");
    g_assert_cmpstr(colour->where, ==, "boothost.conf:17");
}

static void test_reads_what_is_recorded(struct fixture *fixture, gconstpointer unused) {
    load(fixture, "[server]\nrecord = requests.pcapng\nrecord-size = 2M\nrecord-files = 9\n"
                  "record-macs = pseudonym\n" CHAIN);
    g_assert_cmpuint(fixture->problems->len, ==, 0);
    const struct config_record *record = &fixture->config->record;
    g_autofree char *path = g_build_filename(fixture->folder, "requests.pcapng", NULL);
    g_assert_cmpstr(record->path, ==, path);
    g_assert_cmpuint(record->size, ==, 2 * 1024 * 1024);
    g_assert_cmpuint(record->files, ==, 9);
    g_assert_true(record->use_pseudonyms);
}

static void test_nothing_is_recorded_unasked(struct fixture *fixture, gconstpointer unused) {
    load(fixture, CHAIN);
    const struct config_record *record = &fixture->config->record;
    g_assert_null(record->path);
    g_assert_cmpuint(record->size, ==, 64 * 1024 * 1024);
    g_assert_cmpuint(record->files, ==, 4);
    g_assert_false(record->use_pseudonyms);
}

static void test_a_recording_has_bounds(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture, "[server]\nrecord-size = 1K\n" CHAIN, "boothost.conf:2",
                   "record-size = 1K: expected 64K to 64G (bytes of one file, such as 64M)");
}

static void test_a_socket_has_a_short_path(struct fixture *fixture, gconstpointer unused) {
    g_autofree char *name = g_strnfill(108 - strlen("/run/"), 'c');
    g_autofree char *text = g_strconcat("[server]\ncontrol = /run/", name, "\n" CHAIN, NULL);
    g_autofree char *said = g_strconcat(
        "control = /run/", name,
        ": expected a path of at most 107 bytes in full: a socket's has no more room", NULL);
    expect_problem(fixture, text, "boothost.conf:2", said);
}

static void test_caps_on_bandwidth(struct fixture *fixture, gconstpointer unused) {
    load(fixture, "[tftp]\nclient-rate = 10M\ntotal-rate = 1G\n" CHAIN);
    g_assert_cmpuint(fixture->problems->len, ==, 0);
    g_assert_cmpuint(fixture->config->tftp.client_rate, ==, 10 * 1024 * 1024);
    g_assert_cmpuint(fixture->config->tftp.total_rate, ==, 1024 * 1024 * 1024);
}

static void test_a_cap_has_bounds(struct fixture *fixture, gconstpointer unused) {
    expect_problem(
        fixture, "[tftp]\ntotal-rate = 1K\n" CHAIN, "boothost.conf:2",
        "total-rate = 1K: expected 64K to 100G (bytes a second, such as 10M), or 0 for no "
        "cap");
}

static void test_drop_ins_replace_in_name_order(struct fixture *fixture, gconstpointer unused) {
    add_drop_in(fixture, "20-late.conf", "[tftp]\nblock-size = 600\n");
    add_drop_in(fixture, "10-early.conf", "[tftp]\nblock-size = 700\nwindow-size = 4\n");
    add_drop_in(fixture, "ignored.txt", "nonsense");
    load(fixture, "[tftp]\nblock-size = 800\n" CHAIN);
    g_assert_cmpuint(fixture->problems->len, ==, 0);
    g_assert_cmpuint(fixture->config->tftp.block_size, ==, 600);
    g_assert_cmpuint(fixture->config->tftp.window_size, ==, 4);
}

static void test_a_drop_in_names_itself(struct fixture *fixture, gconstpointer unused) {
    add_drop_in(fixture, "site.conf", "\n[tftp]\nretries = many\n");
    expect_problem(fixture, CHAIN, "site.conf:3", "retries = many: expected 1 to 1000");
}

static void test_an_unknown_key_names_the_nearest(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture, "[server]\ninterface = eth0\n" CHAIN, "boothost.conf:2",
                   "unknown key 'interface': did you mean 'interfaces'?");
}

static void test_an_unknown_group_names_the_nearest(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture, CHAIN "[tfpt]\n", "boothost.conf:5",
                   "unknown group 'tfpt': did you mean 'tftp'?");
}

static void test_multicast(struct fixture *fixture, gconstpointer unused) {
    load(fixture, "[tftp]\n"
                  "multicast = images/*.wim; *.img\n"
                  "multicast-groups = 239.1.2.0/28\n"
                  "multicast-rate = 8M\n"
                  "multicast-ttl = 4\n" CHAIN);
    g_assert_cmpuint(fixture->problems->len, ==, 0);
    const struct multicast_settings *settings = &fixture->config->multicast;
    g_assert_true(fixture->config->tftp.multicast);
    g_assert_cmpuint(g_strv_length(settings->patterns), ==, 2);
    g_assert_cmphex(settings->groups.first, ==, 0xef010200);
    g_assert_cmpuint(settings->groups.count, ==, 16);
    g_assert_cmpuint(settings->port, ==, 1758);
    g_assert_cmpuint(settings->ttl, ==, 4);
    g_assert_cmpuint(settings->rate, ==, 8 * 1024 * 1024);
    g_assert_null(fixture->config->mtftp);
    g_assert_true(fixture->config->policy.find_mtftp == NULL);
}

static void test_mtftp(struct fixture *fixture, gconstpointer unused) {
    load(fixture, "[tftp]\nmtftp = *.0\nmtftp-server-port = 75\n" CHAIN);
    g_assert_cmpuint(fixture->problems->len, ==, 0);
    const struct answer_policy *policy = &fixture->config->policy;
    struct pxe_mtftp place;
    g_assert_false(fixture->config->tftp.multicast);
    g_assert_true(policy->find_mtftp(policy->mtftp_user, "pxelinux.0", &place));
    g_assert_cmpuint(place.server_port, ==, 75);
    g_assert_false(policy->find_mtftp(policy->mtftp_user, "pxelinux.1", &place));
}

static void test_bad_multicast(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture, "[tftp]\nmulticast = images/*.wim; ../secret\n" CHAIN,
                   "boothost.conf:2",
                   "multicast = images/*.wim; ../secret: expected paths below the root, such as "
                   "images/*.wim; *.img");
}

static void test_bad_groups(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture, "[tftp]\nmtftp-groups = 10.0.0.0/8\n" CHAIN, "boothost.conf:2",
                   "mtftp-groups = 10.0.0.0/8: expected multicast addresses such as "
                   "239.255.1.0/24 (224.0.0.0/4, but not 224.0.0.0/24)");
}

static void test_overlapping_groups(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture,
                   "[tftp]\nmulticast = *.wim\nmtftp = *.0\nmtftp-client-port = 1758\n"
                   "multicast-groups = 239.255.2.128/25\n" CHAIN,
                   "boothost.conf:5",
                   "multicast-groups and mtftp-groups overlap, and so do their ports: give each a "
                   "range of its own");
}

static void test_a_line_that_is_none_is_shown(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture, CHAIN "hello\n", "boothost.conf:5",
                   "'hello' is neither [group], key = value nor # comment");
}

static void test_a_key_twice_is_refused(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture, CHAIN "module = menu\n", "boothost.conf:5",
                   "'module' is set twice in this group: remove one of the lines");
}

static void test_a_chain_needs_its_groups(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture,
                   "[chain]\nproviders = device; devices\n[provider devices]\nmodule = x\n",
                   "boothost.conf:2",
                   "the chain names 'device', but there is no [provider device]: "
                   "did you mean 'devices'?");
}

static void test_no_chain_is_refused(struct fixture *fixture, gconstpointer unused) {
    expect_problem(fixture, "", fixture->path,
                   "no chain: add [chain] with providers = NAME; NAME ...");
}

static void test_an_unused_provider_is_a_warning(struct fixture *fixture, gconstpointer unused) {
    load(fixture, CHAIN "[provider spare]\nmodule = menu\n");
    g_assert_nonnull(fixture->config);
    g_assert_cmpuint(fixture->problems->len, ==, 1);
    const struct problem *problem = g_ptr_array_index(fixture->problems, 0);
    g_assert_false(problem->fatal);
    g_assert_cmpstr(problem->where, ==, "boothost.conf:5");
}

static void test_a_missing_file_is_named(struct fixture *fixture, gconstpointer unused) {
    fixture->config = config_load("/nonexistent/boothost.conf", fixture->problems);
    g_assert_null(fixture->config);
    const struct problem *problem = g_ptr_array_index(fixture->problems, 0);
    g_assert_cmpstr(problem->where, ==, "/nonexistent/boothost.conf");
}

#define ADD(path, function)                                                                        \
    g_test_add("/boothost/config/config/" path, struct fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    ADD("reads-typed-values", test_reads_typed_values);
    ADD("reads-what-a-process-may-do", test_processes);
    ADD("reads-what-is-recorded", test_reads_what_is_recorded);
    ADD("nothing-is-recorded-unasked", test_nothing_is_recorded_unasked);
    ADD("a-recording-has-bounds", test_a_recording_has_bounds);
    ADD("a-socket-has-a-short-path", test_a_socket_has_a_short_path);
    ADD("reads-caps-on-bandwidth", test_caps_on_bandwidth);
    ADD("a-cap-has-bounds", test_a_cap_has_bounds);
    ADD("drop-ins-replace-in-name-order", test_drop_ins_replace_in_name_order);
    ADD("a-drop-in-names-itself", test_a_drop_in_names_itself);
    ADD("an-unknown-key-names-the-nearest", test_an_unknown_key_names_the_nearest);
    ADD("an-unknown-group-names-the-nearest", test_an_unknown_group_names_the_nearest);
    ADD("multicast-has-patterns-and-a-range", test_multicast);
    ADD("mtftp-has-a-directory", test_mtftp);
    ADD("patterns-stay-below-the-root", test_bad_multicast);
    ADD("groups-are-multicast-addresses", test_bad_groups);
    ADD("groups-do-not-overlap", test_overlapping_groups);
    ADD("a-line-that-is-none-is-shown", test_a_line_that_is_none_is_shown);
    ADD("a-key-twice-is-refused", test_a_key_twice_is_refused);
    ADD("a-chain-needs-its-groups", test_a_chain_needs_its_groups);
    ADD("no-chain-is-refused", test_no_chain_is_refused);
    ADD("an-unused-provider-is-a-warning", test_an_unused_provider_is_a_warning);
    ADD("a-missing-file-is-named", test_a_missing_file_is_named);
    return g_test_run();
}
