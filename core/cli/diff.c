/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost diff: which clients would get another answer from a new configuration? Recorded requests
 * go through the chains of both, opened for checking alone.
 */
#include <stdio.h>
#include <string.h>

#include "cli/arrival.h"
#include "cli/capture.h"
#include "cli/cli.h"
#include "cli/difference.h"
#include "cli/facts.h"
#include "cli/json.h"
#include "cli/simulator.h"

/* One way in which a client would be answered otherwise, however often it asked so. */
struct finding {
    char *client;
    char *architecture;
    char *stage;
    const char *file; /* of the first request */
    unsigned frame;
    unsigned requests;
    GPtrArray *differences; /* struct difference * */
    char *old_why;
    char *new_why;
};

struct run {
    const struct cli *cli;
    struct simulator old;
    struct simulator new;
    GHashTable *clients;   /* char *: all that asked for a boot */
    GHashTable *differing; /* char *: those that would be answered otherwise */
    GHashTable *known;     /* signature to struct finding, of `findings` */
    GPtrArray *findings;   /* in the order of their first request */
    unsigned requests;
    unsigned ignored; /* none of our business, by either */
};

static void finding_free(gpointer data) {
    struct finding *finding = data;

    g_free(finding->client);
    g_free(finding->architecture);
    g_free(finding->stage);
    g_ptr_array_unref(finding->differences);
    g_free(finding->old_why);
    g_free(finding->new_why);
    g_free(finding);
}

/* ---- The requests ---------------------------------------------------------------------------- */

static int compare_times(gconstpointer a, gconstpointer b) {
    const struct capture_request *left = *(struct capture_request *const *) a;
    const struct capture_request *right = *(struct capture_request *const *) b;

    if (left->time_us != right->time_us)
        return left->time_us < right->time_us ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

/* Of all files, in the order in which they came, since providers may remember. NULL after a
 * complaint. */
static GPtrArray *read_requests(const struct cli *cli, const GPtrArray *files) {
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify) capture_request_free);

    for (guint i = 0; i < files->len; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) requests = capture_read(g_ptr_array_index(files, i), &error);
        if (requests == NULL) {
            cli_complain(cli, "%s", error->message);
            g_ptr_array_unref(all);
            return NULL;
        }
        g_ptr_array_extend_and_steal(all, g_steal_pointer(&requests));
    }
    for (guint i = 0; i < all->len; i++)
        ((struct capture_request *) g_ptr_array_index(all, i))->order = i;
    g_ptr_array_sort(all, compare_times);
    return all;
}

/* ---- One request ----------------------------------------------------------------------------- */

static char *client_of(GVariant *facts) {
    g_autoptr(GVariant) known = facts_child(facts, "facts");
    const char *mac = known != NULL ? facts_text(known, "mac") : "";
    const char *uuid = known != NULL ? facts_text(known, "uuid") : "";

    return g_strdup(mac[0] != '\0' ? mac : uuid);
}

static char *fact_of(GVariant *facts, const char *name) {
    g_autoptr(GVariant) known = facts_child(facts, "facts");
    return g_strdup(known != NULL ? facts_text(known, name) : "");
}

static char *signature_of(const struct finding *finding) {
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s\n%s\n%s\n%s", finding->client, finding->stage,
                           finding->old_why, finding->new_why);
    for (guint i = 0; i < finding->differences->len; i++) {
        const struct difference *one = g_ptr_array_index(finding->differences, i);
        g_string_append_printf(text, "\n%s\n%s\n%s", one->what, one->old, one->new);
    }
    return g_string_free(text, FALSE);
}

/* Takes `differences` over. */
static void note_finding(struct run *run, const struct capture_request *request, GVariant *old,
                         GVariant *new, GPtrArray *differences) {
    struct finding *finding = g_new0(struct finding, 1);

    *finding = (struct finding){
        .client = client_of(old),
        .architecture = fact_of(old, "architecture"),
        .stage = g_strdup(facts_text(old, "stage")),
        .file = request->file,
        .frame = request->number,
        .requests = 1,
        .differences = differences,
        .old_why = difference_why(old),
        .new_why = difference_why(new),
    };
    g_hash_table_add(run->differing, g_strdup(finding->client));
    g_autofree char *signature = signature_of(finding);
    struct finding *before = g_hash_table_lookup(run->known, signature);
    if (before != NULL) {
        before->requests++;
        finding_free(finding);
        return;
    }
    g_hash_table_insert(run->known, g_steal_pointer(&signature), finding);
    g_ptr_array_add(run->findings, finding);
}

/* Both get the same request, as it came to the old one. */
static void replay(struct run *run, const struct capture_request *request) {
    struct arrival arrival;

    arrival_init(&arrival, &run->old);
    arrival_captured(&arrival, request);
    g_autoptr(GVariant) old = simulator_ask(&run->old, arrival_request(&arrival));
    g_autoptr(GVariant) new =
        old != NULL ? simulator_ask(&run->new, arrival_request(&arrival)) : NULL;
    if (new == NULL || strcmp(facts_text(old, "verdict"), "ignored") == 0) {
        run->ignored++;
        return;
    }
    run->requests++;
    g_hash_table_add(run->clients, client_of(old));
    g_autoptr(GPtrArray) differences = difference_find(old, new);
    if (differences->len > 0)
        note_finding(run, request, old, new, g_steal_pointer(&differences));
}

/* ---- The result ------------------------------------------------------------------------------ */

static void print_finding(const struct finding *finding) {
    printf("%s%s%s, %s (frame %u of %s", finding->client,
           finding->architecture[0] != '\0' ? ", " : "", finding->architecture, finding->stage,
           finding->frame, finding->file);
    if (finding->requests > 1)
        printf(", and %u more like it", finding->requests - 1);
    puts(")");
    for (guint i = 0; i < finding->differences->len; i++) {
        const struct difference *one = g_ptr_array_index(finding->differences, i);
        printf("  %s: %s -> %s\n", one->what, one->old[0] != '\0' ? one->old : "(none)",
               one->new[0] != '\0' ? one->new : "(none)");
    }
    printf("  old: %s\n  new: %s\n\n", finding->old_why, finding->new_why);
}

static const char *plural(unsigned count) {
    return count == 1 ? "" : "s";
}

static void print_result(const struct run *run) {
    unsigned clients = g_hash_table_size(run->clients);
    unsigned differing = g_hash_table_size(run->differing);

    for (guint i = 0; i < run->findings->len; i++)
        print_finding(g_ptr_array_index(run->findings, i));
    printf("%u request%s of %u client%s replayed: ", run->requests, plural(run->requests), clients,
           plural(clients));
    if (differing == 0)
        puts("all would be answered as before");
    else
        printf("%u client%s would be answered otherwise\n", differing, plural(differing));
}

static GVariant *differences_facts(const GPtrArray *differences) {
    GVariantBuilder list;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < differences->len; i++) {
        const struct difference *one = g_ptr_array_index(differences, i);
        GVariantDict facts;
        g_variant_dict_init(&facts, NULL);
        g_variant_dict_insert(&facts, "what", "s", one->what);
        g_variant_dict_insert(&facts, "old", "s", one->old);
        g_variant_dict_insert(&facts, "new", "s", one->new);
        g_variant_builder_add_value(&list, g_variant_dict_end(&facts));
    }
    return g_variant_builder_end(&list);
}

static GVariant *finding_facts(const struct finding *finding) {
    GVariantDict facts;

    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "client", "s", finding->client);
    g_variant_dict_insert(&facts, "architecture", "s", finding->architecture);
    g_variant_dict_insert(&facts, "stage", "s", finding->stage);
    g_variant_dict_insert(&facts, "file", "s", finding->file);
    g_variant_dict_insert(&facts, "frame", "u", finding->frame);
    g_variant_dict_insert(&facts, "requests", "u", finding->requests);
    g_variant_dict_insert(&facts, "old", "s", finding->old_why);
    g_variant_dict_insert(&facts, "new", "s", finding->new_why);
    g_variant_dict_insert_value(&facts, "differences", differences_facts(finding->differences));
    return g_variant_dict_end(&facts);
}

static void print_json(const struct run *run) {
    GVariantBuilder list;
    GVariantDict facts;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < run->findings->len; i++)
        g_variant_builder_add_value(&list, finding_facts(g_ptr_array_index(run->findings, i)));
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "old", "s", run->old.cli->config);
    g_variant_dict_insert(&facts, "new", "s", run->new.cli->config);
    g_variant_dict_insert(&facts, "requests", "u", run->requests);
    g_variant_dict_insert(&facts, "ignored", "u", run->ignored);
    g_variant_dict_insert(&facts, "clients", "u", g_hash_table_size(run->clients));
    g_variant_dict_insert(&facts, "differing", "u", g_hash_table_size(run->differing));
    g_variant_dict_insert_value(&facts, "findings", g_variant_builder_end(&list));
    g_autoptr(GVariant) all = g_variant_ref_sink(g_variant_dict_end(&facts));
    json_print(all);
}

/* ---- The verb -------------------------------------------------------------------------------- */

static void run_init(struct run *run, const struct cli *cli) {
    *run = (struct run){
        .cli = cli,
        .clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .differing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .findings = g_ptr_array_new_with_free_func(finding_free),
    };
}

static void run_clear(struct run *run) {
    g_hash_table_unref(run->clients);
    g_hash_table_unref(run->differing);
    g_hash_table_unref(run->known);
    g_ptr_array_unref(run->findings);
}

static int compare(const struct cli *cli, char *old, char *new, const GPtrArray *requests) {
    struct cli old_cli = *cli, new_cli = *cli;
    struct run run;
    int status = CLI_USAGE;

    old_cli.config = old;
    new_cli.config = new;
    run_init(&run, cli);
    gboolean ready = simulator_init(&run.old, &old_cli);
    ready = simulator_init(&run.new, &new_cli) && ready; /* both tell what is wrong */
    if (ready) {
        for (guint i = 0; i < requests->len; i++)
            replay(&run, g_ptr_array_index(requests, i));
        if (cli->json)
            print_json(&run);
        else
            print_result(&run);
        status = run.findings->len == 0 ? CLI_DONE : CLI_NO;
    }
    simulator_clear(&run.old);
    simulator_clear(&run.new);
    run_clear(&run);
    return status;
}

/* Files of --replay, and what follows OLD and NEW. */
static GPtrArray *list_files(char **replay_files, int argc, char **argv) {
    GPtrArray *files = g_ptr_array_new();

    for (guint i = 0; replay_files != NULL && replay_files[i] != NULL; i++)
        g_ptr_array_add(files, replay_files[i]);
    for (int i = 3; i < argc; i++)
        g_ptr_array_add(files, argv[i]);
    return files;
}

static int run(struct cli *cli, int argc, char **argv) {
    g_auto(GStrv) replay_files = NULL;
    const GOptionEntry entries[] = {
        {"replay", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &replay_files,
         "Take the requests of this capture (pcap, pcapng); may be given again", "FILE"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };

    if (!cli_parse(cli, CLI_JSON, entries, &argc, &argv))
        return CLI_USAGE;
    if (argc < 3 || replay_files == NULL) {
        cli_complain(cli,
                     "name two configurations and --replay FILE, a capture with requests, such "
                     "as record = FILE makes it");
        return CLI_USAGE;
    }
    g_autoptr(GPtrArray) files = list_files(replay_files, argc, argv);
    g_autoptr(GPtrArray) requests = read_requests(cli, files);
    if (requests == NULL)
        return CLI_USAGE;
    if (requests->len == 0) {
        cli_complain(cli, "no DHCP request to port 67 or 4011 is in there: nothing to compare");
        return CLI_USAGE;
    }
    return compare(cli, argv[1], argv[2], requests);
}

const struct verb verb_diff = {
    .name = "diff",
    .arguments = "OLD NEW",
    .summary = "which clients would be answered otherwise?",
    .details = "OLD and NEW are configuration files; no daemon and no privileges are needed, and "
               "nothing is changed.\nExit status: 0 when all would be answered as before, 1 when "
               "not, 2 when they cannot be compared.",
    .run = run,
};
