/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * provider-cost: what a provider in the chain costs, by where it runs: INLINE on the packet thread,
 * on a thread of its own, in a process of its own, as a command in another language. Decisions are
 * made by the daemon's own chain, without sockets. Prints JSON; medians over interleaved rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "provider/instance-config.h"
#include "support/chain-bed.h"

#define VECTOR      "pxe/ipxe-bios-boot-server"
#define DEEP        16
#define ROUNDS      9
#define INLINE_RUNS 20000
#define CALL_RUNS   3000
#define OUTSTANDING 32

static int32_t open_pass(const struct boot_host *host, const struct boot_host_config *config,
                         uint32_t flags, void **ret_instance) {
    *ret_instance = (void *) host;
    return 0;
}

static int32_t decide_pass(void *instance, const struct boot_host_request *request,
                           struct boot_host_reply *reply) {
    return BOOT_HOST_PASS;
}

static int32_t decide_reply(void *instance, const struct boot_host_request *request,
                            struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "faulty.efi");
    host->reply_set(reply, BOOT_HOST_REPLY_REASON, "it works");
    return BOOT_HOST_REPLY;
}

#define TABLE(its_name, its_flags, its_decide)                                                     \
    {                                                                                              \
        .size = sizeof(struct boot_host_provider), .abi = BOOT_HOST_ABI, .flags = (its_flags),     \
        .name = (its_name), .version = "1", .summary = "For the bench", .open = open_pass,         \
        .decide = (its_decide),                                                                    \
    }

static const struct boot_host_provider pass = TABLE("pass", BOOT_HOST_INLINE, decide_pass);
static const struct boot_host_provider here = TABLE("here", BOOT_HOST_INLINE, decide_reply);
static const struct boot_host_provider thread = TABLE("thread", 0, decide_reply);

/* ---- Beds ------------------------------------------------------------------------------------ */

enum place {
    SHALLOW, /* one INLINE provider that passes */
    SIXTEEN, /* sixteen of them */
    HERE,    /* one that replies, INLINE */
    THREAD,
    PROCESS,
    COMMAND,
    PLACES,
};

static const char *const place_names[] = {"shallow", "sixteen", "inline",
                                          "thread",  "process", "command"};

struct bench {
    struct remote_host host;
    const char *modules;
    char **command;
    struct request *request;
    struct chain_bed *beds[PLACES];
    GArray *results[PLACES]; /* double, ns of one decision, a round each */
    GArray *rates[PLACES];   /* double, decisions a second with OUTSTANDING of them */
};

static struct chain_bed *make_bed(const struct bench *bench, enum place place) {
    static const char *const modules[] = {"pass", "pass", "here", "thread", "faulty", "faulty"};
    struct chain_bed *bed = chain_bed_new(bench->modules);
    bed->remote_host = &bench->host;
    chain_bed_add_table(bed, &pass);
    chain_bed_add_table(bed, &here);
    chain_bed_add_table(bed, &thread);
    struct instance_config *config = NULL;
    for (unsigned i = 0; i < (place == SIXTEEN ? DEEP : 1); i++) {
        g_autofree char *name = g_strdup_printf("provider-%u", i);
        config = chain_bed_add(bed, name, modules[place], NULL);
    }
    if (place == PROCESS) {
        instance_config_add(config, "fault", "idle", "bench");
        config->is_isolated = TRUE;
    }
    if (place == COMMAND)
        config->command = g_strdupv(bench->command);
    chain_bed_open_clean(bed);
    return bed;
}

/* ---- Measuring ------------------------------------------------------------------------------- */

static int compare(gconstpointer a, gconstpointer b) {
    double left = *(const double *) a;
    double right = *(const double *) b;
    return left < right ? -1 : left > right;
}

static double median(GArray *values) {
    g_array_sort(values, compare);
    return values->len > 0 ? g_array_index(values, double, values->len / 2) : 0;
}

static unsigned runs_of(enum place place) {
    return place <= HERE ? INLINE_RUNS : CALL_RUNS;
}

/* One after the other: the mean of an INLINE round, the median of one that waits. */
static double measure_one(const struct bench *bench, enum place place) {
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));
    int64_t start = measure_now();
    for (unsigned i = 0; i < runs_of(place); i++) {
        int64_t begun = measure_now();
        struct chain_answer answer = {0};
        chain_bed_begin(bench->beds[place], bench->request, &answer);
        while (!answer.is_done)
            g_main_context_iteration(NULL, TRUE);
        double took = (double) (measure_now() - begun);
        g_array_append_val(times, took);
        chain_answer_clear(&answer);
    }
    double mean = (double) (measure_now() - start) / runs_of(place);
    return place <= HERE ? mean : median(times);
}

static double measure_rate(const struct bench *bench, enum place place) {
    struct chain_answer answers[OUTSTANDING] = {0};
    unsigned done = 0;
    int64_t start = measure_now();
    for (unsigned i = 0; i < OUTSTANDING; i++)
        chain_bed_begin(bench->beds[place], bench->request, &answers[i]);
    while (done < CALL_RUNS) {
        g_main_context_iteration(NULL, TRUE);
        for (unsigned i = 0; i < OUTSTANDING; i++) {
            if (!answers[i].is_done)
                continue;
            chain_answer_clear(&answers[i]);
            answers[i] = (struct chain_answer){0};
            if (++done + OUTSTANDING <= CALL_RUNS)
                chain_bed_begin(bench->beds[place], bench->request, &answers[i]);
        }
    }
    return CALL_RUNS / ((double) (measure_now() - start) / MEASURE_SECOND);
}

static void run_round(const struct bench *bench, unsigned round) {
    for (unsigned i = 0; i < PLACES; i++) {
        enum place place = (enum place)((i + round) % PLACES);
        if (bench->beds[place] == NULL)
            continue;
        double took = measure_one(bench, place);
        g_array_append_val(bench->results[place], took);
        if (place < THREAD)
            continue;
        double rate = measure_rate(bench, place);
        g_array_append_val(bench->rates[place], rate);
    }
}

/* ---- Results --------------------------------------------------------------------------------- */

static void print(const struct bench *bench) {
    double shallow = median(bench->results[SHALLOW]);
    double sixteen = median(bench->results[SIXTEEN]);
    double inline_ns = median(bench->results[HERE]);
    printf("{\"inline-each-at-16-ns\": %.0f, \"inline-decision-us\": %.2f",
           (sixteen - shallow) / (DEEP - 1), inline_ns / 1000);
    for (unsigned i = THREAD; i < PLACES; i++) {
        if (bench->beds[i] != NULL)
            printf(",\n \"%s-added-us\": %.1f, \"%s-decisions-per-second\": %.0f", place_names[i],
                   (median(bench->results[i]) - inline_ns) / 1000, place_names[i],
                   median(bench->rates[i]));
    }
    printf("}\n");
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "provider-cost WORKER MODULE-FOLDER [COMMAND ARGUMENT...]\n");
        return 2;
    }
    g_setenv("G_TEST_SRCDIR", TESTS_FOLDER, FALSE);
    int no_arguments = 1;
    g_test_init(&no_arguments, &argv, NULL); /* finds the sample packet */
    struct bench bench = {.host = {.program = argv[1]}, .modules = argv[2]};
    bench.command = argc > 3 ? argv + 3 : NULL;
    bench.request = chain_bed_request(VECTOR);
    for (unsigned i = 0; i < PLACES; i++) {
        bench.results[i] = g_array_new(FALSE, FALSE, sizeof(double));
        bench.rates[i] = g_array_new(FALSE, FALSE, sizeof(double));
        if (i != COMMAND || bench.command != NULL)
            bench.beds[i] = make_bed(&bench, (enum place) i);
    }
    for (unsigned round = 0; round < ROUNDS; round++)
        run_round(&bench, round);
    print(&bench);
    for (unsigned i = 0; i < PLACES; i++) {
        g_array_unref(bench.results[i]);
        g_array_unref(bench.rates[i]);
        g_clear_pointer(&bench.beds[i], chain_bed_free);
    }
    request_unref(bench.request);
    return EXIT_SUCCESS;
}
