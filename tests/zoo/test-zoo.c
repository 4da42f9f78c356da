/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bad modules are refused when they are loaded, or contained when they are called, each with words
 * that say which file, what is wrong and what to do; and a good one that a stranger built works.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "provider/loader.h"
#include "support/chain-bed.h"

#define DISCOVER "pxe/edk2-x64-discover"

/* ---- Refused when loaded --------------------------------------------------------------------- */

struct refusal_case {
    const char *name;
    const char *words; /* behind the path of the file */
};

static const struct refusal_case refusals[] = {
    {"no-entry", " is refused: it is no provider module; wanted: the exported symbol "
                 "boot_host_provider_entry_v1; offered: none of that name; end the source with "
                 "BOOT_HOST_PROVIDER (table);"},
    {"null-table",
     " is refused: its entry returned NULL; wanted: a provider table; offered: none; the "
     "module says that it cannot work here: ask its author why"},
    {"wrong-major",
     " is refused: it speaks another major version of the contract; wanted: 0.x, such as "
     "0.9; offered: 7.3; build it with this host's headers, with .abi = BOOT_HOST_ABI"},
    {"unknown-flags",
     " is refused: it asks for something this host does not give; wanted: flags within "
     "0x3; offered: 0x40000000; use a newer boothost, or clear the flag"},
    {"no-open",
     " is refused: it cannot be opened; wanted: a function in .open; offered: NULL; set .open"},
    {"no-door",
     " is refused: it has no door; wanted: a function in .decide, .content or .event; offered: "
     "none; set at least one of them"},
    {"duplicate-settings",
     " is refused: its setting 3 is there twice; wanted: each name once; offered: "
     "\"colour\"; remove one of both, or rename it"},
    {"small-settings",
     " is refused: its settings have the wrong size; wanted: 32 bytes or more; offered: 8 "
     "bytes; set .setting_size = sizeof (struct boot_host_setting)"},
};

static char *zoo_path(const char *name) {
    return g_strdup_printf("%s/%s.so", ZOO_FOLDER, name);
}

static void assert_refused(const char *path, const char *words) {
    g_autofree char *expected = g_strconcat(path, words, NULL);
    char *error = NULL;
    struct module *module = module_load(path, &error);
    g_assert_null(module);
    g_assert_cmpstr(error, ==, expected);
    g_free(error);
}

static void test_refused(gconstpointer data) {
    const struct refusal_case *refusal = data;
    g_autofree char *path = zoo_path(refusal->name);
    assert_refused(path, refusal->words);
}

static void test_short_table(void) {
    g_autofree char *path = zoo_path("short-table");
    g_autofree char *words =
        g_strdup_printf(" is refused: its table is too short; wanted: at least %zu bytes; offered: "
                        "%zu bytes; build it "
                        "with complete headers, with .size = sizeof (struct boot_host_provider)",
                        BOOT_HOST_PROVIDER_SIZE_MIN, offsetof(struct boot_host_provider, decide));
    assert_refused(path, words);
}

static void test_unresolved_symbol(void) {
    g_autofree char *path = zoo_path("unresolved-symbol");
    g_autofree char *words = g_strdup_printf(
        " cannot be loaded: undefined symbol: zoo_function_that_nobody_has; build it as a "
        "shared "
        "object for this machine that links to everything it uses (check with: ldd -r '%s')",
        path);
    assert_refused(path, words);
}

/* ---- Files that are no modules --------------------------------------------------------------- */

struct folder {
    char *path;
};

static void make_folder(struct folder *folder, gconstpointer unused) {
    folder->path = g_dir_make_tmp("boothost-zoo-XXXXXX", NULL);
    g_assert_nonnull(folder->path);
}

static void remove_folder(struct folder *folder, gconstpointer unused) {
    g_autoptr(GDir) listing = g_dir_open(folder->path, 0, NULL);
    for (const char *file = g_dir_read_name(listing); file != NULL;
         file = g_dir_read_name(listing)) {
        g_autofree char *path = g_build_filename(folder->path, file, NULL);
        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(folder->path), ==, 0);
    g_free(folder->path);
}

static char *write_file(const struct folder *folder, const char *name, const char *text) {
    char *path = g_build_filename(folder->path, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void test_no_elf(struct folder *folder, gconstpointer unused) {
    g_autofree char *path = write_file(folder, "text.so",
                                       "This is a text, not a module. It is long "
                                       "enough to hold an ELF header.\n");
    g_autofree char *words =
        g_strdup_printf(" cannot be loaded: invalid ELF header; build it as a shared object "
                        "for this machine that "
                        "links to everything it uses (check with: ldd -r '%s')",
                        path);
    assert_refused(path, words);
}

static void test_empty_file(struct folder *folder, gconstpointer unused) {
    g_autofree char *path = write_file(folder, "empty.so", "");
    g_autofree char *words = g_strdup_printf(" cannot be loaded: file too short; build it as a "
                                             "shared object for this machine that links "
                                             "to everything it uses (check with: ldd -r '%s')",
                                             path);
    assert_refused(path, words);
}

static void test_missing_file(struct folder *folder, gconstpointer unused) {
    g_autofree char *path = g_build_filename(folder->path, "missing.so", NULL);
    assert_refused(path,
                   " cannot be loaded: No such file or directory; install the module, or correct "
                   "the path");
}

static void test_not_regular(struct folder *folder, gconstpointer unused) {
    g_autofree char *path = g_build_filename(folder->path, "pipe.so", NULL);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    assert_refused(path, " is refused: it is not a regular file; name the module itself");
}

static void test_relative_path(void) {
    assert_refused("filter.so",
                   " is refused: a module is loaded by the absolute path of a .so file; write "
                   "the full path, or the name of a module");
    assert_refused("/usr/lib/filter.la",
                   " is refused: a module is loaded by the absolute path of a .so file; "
                   "write the full path, or the name of a module");
}

static void test_writable_file(struct folder *folder, gconstpointer unused) {
    g_autofree char *path = write_file(folder, "open.so", "any");
    g_assert_cmpint(chmod(path, 0777), ==, 0);
    g_autofree char *words =
        g_strdup_printf(" is refused: it can be written by others; wanted: a mode "
                        "such as 0755; offered: 0777; run: chmod go-w '%s'",
                        path);
    assert_refused(path, words);
}

static void test_writable_folder(struct folder *folder, gconstpointer unused) {
    g_autofree char *path = write_file(folder, "any.so", "any");
    g_assert_cmpint(chmod(folder->path, 0777), ==, 0);
    g_autofree char *expected = g_strdup_printf(
        "%s is refused: its folder can be written by others; wanted: a mode such as 0755; "
        "offered: 0777; run: chmod go-w '%s'",
        folder->path, folder->path);
    char *error = NULL;
    g_assert_null(module_load(path, &error));
    g_assert_cmpstr(error, ==, expected);
    g_free(error);
}

static void test_foreign_owner(struct folder *folder, gconstpointer unused) {
    if (geteuid() != 0) {
        g_test_skip("only root can give a file away");
        return;
    }
    g_autofree char *path = write_file(folder, "foreign.so", "any");
    g_assert_cmpint(chmod(path, 0755), ==, 0);
    g_assert_cmpint(chown(path, 4711, 0), ==, 0);
    g_autofree char *words = g_strdup_printf(" is refused: it belongs to user 4711, and who owns a "
                                             "module can make this daemon do anything; "
                                             "wanted: owned by root; offered: user 4711; check "
                                             "where it comes from, then run: chown root '%s'",
                                             path);
    assert_refused(path, words);
}

/* ---- Contained when called ------------------------------------------------------------------- */

struct cage {
    struct chain_bed *bed;
    struct request *request;
    struct chain_answer answer;
};

/* The animal first, then one that answers: nobody must suffer from it. */
static void open_cage(struct cage *cage, const char *animal) {
    log_catch_clear();
    cage->bed = chain_bed_new(ZOO_FOLDER);
    struct instance_config *config = chain_bed_add(cage->bed, "animal", animal, NULL);
    config->deadline_us = 100 * CLOCK_MILLISECOND;
    chain_bed_add(cage->bed, "keeper", "careless", NULL);
    cage->request = chain_bed_request(DISCOVER);
    chain_bed_open_clean(cage->bed);
    chain_bed_ask(cage->bed, cage->request, &cage->answer);
}

static void close_cage(struct cage *cage) {
    chain_answer_clear(&cage->answer);
    request_unref(cage->request);
    chain_bed_free(cage->bed);
}

static void assert_line(const struct cage *cage, guint index, const char *expected) {
    g_autofree char *line = chain_answer_line(&cage->answer, index);
    g_assert_cmpstr(line, ==, expected);
}

static void assert_keeper_answered(const struct cage *cage) {
    assert_line(cage, 1, "keeper reply still alive");
    g_assert_cmpint(cage->answer.verdict, ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(trace_get_provider(cage->answer.trace), ==, "keeper");
    g_assert_cmpstr(cage->answer.boot_file, ==, NULL);
}

static gboolean is_late(void *bed) {
    return chain_bed_counter(bed, 0, "late") == 1;
}

static gboolean poll_again(gpointer unused) {
    return G_SOURCE_CONTINUE;
}

static void wait_late(struct cage *cage) {
    guint poll = g_timeout_add(10, poll_again, NULL);
    chain_bed_run_until(is_late, cage->bed);
    g_source_remove(poll);
}

static void test_stalls(void) {
    struct cage cage = {0};
    open_cage(&cage, "stalls");
    assert_line(&cage, 0, "animal timeout no answer within its deadline of 100ms");
    assert_keeper_answered(&cage);
    wait_late(&cage);
    g_assert_true(log_catch_has("provider animal: answered "));
    g_assert_true(log_catch_has("ms after its deadline, ignoring"));
    close_cage(&cage);
}

static void test_never_completes(void) {
    struct cage cage = {0};
    open_cage(&cage, "never-completes");
    assert_line(&cage, 0, "animal timeout no answer within its deadline of 100ms");
    assert_keeper_answered(&cage);
    close_cage(&cage);
}

static void test_completes_late(void) {
    struct cage cage = {0};
    open_cage(&cage, "completes-late");
    assert_line(&cage, 0, "animal timeout no answer within its deadline of 100ms");
    assert_keeper_answered(&cage);
    wait_late(&cage);
    g_assert_true(log_catch_has("ms after its deadline, ignoring"));
    close_cage(&cage);
}

static void test_unknown_verdict(void) {
    struct cage cage = {0};
    open_cage(&cage, "unknown-verdict");
    assert_line(&cage, 0, "animal error returned 4711, which is no verdict of this door");
    assert_keeper_answered(&cage);
    close_cage(&cage);
}

static void test_completes_twice(void) {
    struct cage cage = {0};
    open_cage(&cage, "completes-twice");
    assert_line(&cage, 0, "animal reply the first answer");
    g_assert_true(log_catch_has("provider animal: completed ticket 1, which is not open: completed "
                                "already, answered by a verdict, or never taken, ignoring"));
    g_assert_cmpuint(chain_bed_counter(cage.bed, 0, "ignored"), ==, 1);
    close_cage(&cage);
}

static void test_answers_twice(void) {
    struct cage cage = {0};
    open_cage(&cage, "answers-twice");
    assert_line(&cage, 0, "animal reply the first answer");
    g_assert_true(
        log_catch_has("provider animal: answered one request twice, by host->complete and by "
                      "returning a verdict; the first answer counts, ignoring"));
    g_assert_cmpuint(chain_bed_counter(cage.bed, 0, "ignored"), ==, 1);
    close_cage(&cage);
}

static void test_careless(void) {
    struct cage cage = {0};
    open_cage(&cage, "careless");
    assert_line(&cage, 0, "animal reply still alive");
    g_assert_true(log_catch_has("provider animal: two lines \xef\xbf\xbd [31m"));
    close_cage(&cage);
}

static void test_fails_open(void) {
    struct chain_bed *bed = chain_bed_new(ZOO_FOLDER);
    chain_bed_add(bed, "picky", "fails-open", "food", "hay", NULL);
    g_assert_false(chain_bed_open(bed));
    g_autofree char *problems = chain_bed_problems(bed);
    g_assert_cmpstr(
        problems, ==,
        "test.conf:11: [provider picky] food: it does not eat that\n"
        "test.conf:10: warning: [provider picky] is left out: clients are answered without it "
        "(on-error = drop or critical = yes would forbid that)\n");
    chain_bed_free(bed);
}

/* ---- The good one ---------------------------------------------------------------------------- */

static void build_mine(const char *folder) {
    g_autofree char *abi = g_build_filename(SOURCE_FOLDER, "abi", NULL);
    g_autofree char *source = g_build_filename(SOURCE_FOLDER, "tests", "zoo", "mine.c", NULL);
    g_autofree char *abi_link = g_build_filename(folder, "abi", NULL);
    g_autofree char *source_link = g_build_filename(folder, "mine.c", NULL);
    g_assert_cmpint(symlink(abi, abi_link), ==, 0);
    g_assert_cmpint(symlink(source, source_link), ==, 0);

    g_auto(GStrv) command = g_strsplit("cc -shared -fPIC -I abi mine.c -o mine.so", " ", -1);
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    gint status = 0;
    g_spawn_sync(folder, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &errors, &status,
                 &error);
    g_assert_no_error(error);
    g_assert_cmpstr(errors, ==, "");
    g_assert_cmpint(status, ==, 0);
}

static void test_mine(struct folder *folder, gconstpointer unused) {
    build_mine(folder->path);
    struct chain_bed *bed = chain_bed_new(folder->path);
    chain_bed_add(bed, "a", "mine", "file", "a.efi", NULL);
    g_autofree char *path = g_build_filename(folder->path, "mine.so", NULL);
    chain_bed_add(bed, "b", path, "file", "b.efi", NULL);
    chain_bed_open_clean(bed);

    struct request *request = chain_bed_request(DISCOVER);
    struct chain_answer answer;
    chain_bed_ask(bed, request, &answer);
    g_autofree char *line = chain_answer_line(&answer, 0);
    g_assert_cmpstr(line, ==, "a reply an x64 machine");
    g_assert_cmpstr(answer.boot_file, ==, "a.efi");
    g_autofree char *origin = chain_bed_word(bed, 1, "path");
    g_assert_cmpstr(origin, ==, path);
    chain_answer_clear(&answer);
    request_unref(request);
    chain_bed_free(bed);
}

static void test_mine_needs_its_setting(struct folder *folder, gconstpointer unused) {
    build_mine(folder->path);
    struct chain_bed *bed = chain_bed_new(folder->path);
    bed->check = TRUE;
    chain_bed_add(bed, "a", "mine", "flie", "a.efi", NULL);
    g_assert_false(chain_bed_open(bed));
    g_autofree char *problems = chain_bed_problems(bed);
    g_assert_cmpstr(
        problems, ==,
        "test.conf:11: [provider a]: module mine has no setting 'flie'; did you mean 'file'?\n"
        "test.conf:10: [provider a]: module mine needs the setting 'file' (what x64 machines "
        "boot): write text in UTF-8\n");
    chain_bed_free(bed);
}

static void add_in_folder(const char *name, void (*test)(struct folder *, gconstpointer)) {
    g_autofree char *path = g_strconcat("/boothost/zoo/", name, NULL);
    g_test_add(path, struct folder, NULL, make_folder, test, remove_folder);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    log_catch_begin();
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autofree char *path = g_strconcat("/boothost/zoo/refused/", refusals[i].name, NULL);
        g_test_add_data_func(path, &refusals[i], test_refused);
    }
    g_test_add_func("/boothost/zoo/refused/short-table", test_short_table);
    g_test_add_func("/boothost/zoo/refused/unresolved-symbol", test_unresolved_symbol);
    g_test_add_func("/boothost/zoo/refused/relative-path", test_relative_path);
    add_in_folder("refused/not-an-elf-file", test_no_elf);
    add_in_folder("refused/empty-file", test_empty_file);
    add_in_folder("refused/missing-file", test_missing_file);
    add_in_folder("refused/not-a-regular-file", test_not_regular);
    add_in_folder("refused/file-others-may-write", test_writable_file);
    add_in_folder("refused/folder-others-may-write", test_writable_folder);
    add_in_folder("refused/file-of-another-user", test_foreign_owner);
    g_test_add_func("/boothost/zoo/contained/stalls", test_stalls);
    g_test_add_func("/boothost/zoo/contained/never-completes", test_never_completes);
    g_test_add_func("/boothost/zoo/contained/completes-late", test_completes_late);
    g_test_add_func("/boothost/zoo/contained/completes-twice", test_completes_twice);
    g_test_add_func("/boothost/zoo/contained/answers-twice", test_answers_twice);
    g_test_add_func("/boothost/zoo/contained/unknown-verdict", test_unknown_verdict);
    g_test_add_func("/boothost/zoo/contained/careless", test_careless);
    g_test_add_func("/boothost/zoo/contained/fails-open", test_fails_open);
    add_in_folder("good/built-by-one-command", test_mine);
    add_in_folder("good/its-schema-is-enforced", test_mine_needs_its_setting);
    return g_test_run();
}
