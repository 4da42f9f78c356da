/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The world of one scenario.
 */
#include "scene.h"

#include <string.h>

#include "base/text.h"
#include "boot/route.h"
#include "boot/session.h"
#include "support/ask.h"
#include "support/chain-bed.h"
#include "support/vector.h"
#include "table.h"

struct scene {
    struct clock_fake clock;
    char *providers;
    struct chain_bed *bed;
    struct session_table *sessions;
    struct answer_policy policy;
    char *abort_file;
    struct address server;

    /* What came of the last packet. */
    gboolean was_answered;
    char *silence; /* a status, when it never came to the chain */
    struct trace *trace;
    struct route route;
    struct answer answer;
};

struct scene *scene_new(const char *providers) {
    struct scene *scene = g_new0(struct scene, 1);
    clock_fake_init(&scene->clock, CLOCK_SECOND);
    scene->providers = g_strdup(providers);
    scene->bed = chain_bed_new(providers);
    scene->bed->clock = &scene->clock.base;
    chain_bed_add_table(scene->bed, &table_provider);
    scene->sessions = session_table_new(&scene->clock.base, 16, LIMIT_SESSION_BYTES);
    g_assert_true(address_parse(ASK_SERVER, &scene->server));
    return scene;
}

void scene_free(struct scene *scene) {
    session_table_free(scene->sessions);
    chain_bed_free(scene->bed);
    trace_unref(scene->trace);
    g_free(scene->silence);
    g_free(scene->abort_file);
    g_free(scene->providers);
    g_free(scene);
}

/* ---- Setting the scene ----------------------------------------------------------------------- */

static char *play_server(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    (void) ret_line;
    return address_parse(step->words[1], &scene->server) ? NULL : g_strdup("no address");
}

static char *play_policy(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    (void) ret_line;
    if (strcmp(step->words[1], "abort-file") == 0) {
        g_free(scene->abort_file);
        scene->abort_file = g_strdup(step->words[2]);
        for (size_t i = 0; i < G_N_ELEMENTS(scene->policy.abort_file); i++)
            scene->policy.abort_file[i] = scene->abort_file;
        return NULL;
    }
    if (strcmp(step->words[1], "shape") == 0 &&
        answer_shape_parse(step->words[2], &scene->policy.shape))
        return NULL;
    return g_strdup("no such policy");
}

static char *play_provider(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    g_autofree char *file = g_strconcat(step->words[2], ".so", NULL);
    g_autofree char *module = g_build_filename(scene->providers, step->words[2], file, NULL);
    gboolean is_table = strcmp(step->words[2], table_provider.name) == 0;
    (void) ret_line;
    struct instance_config *config =
        chain_bed_add(scene->bed, step->words[1], is_table ? step->words[2] : module, NULL);
    for (guint i = 0; i < step->lines->len; i++) {
        const struct scene_line *line = g_ptr_array_index(step->lines, i);
        instance_config_add(config, line->key, line->value, "scenario");
    }
    return NULL;
}

/* The chain opens with the first packet. */
static char *open_chain(struct scene *scene) {
    if (scene->bed->generation != NULL || chain_bed_open(scene->bed))
        return NULL;
    g_autofree char *problems = chain_bed_problems(scene->bed);
    return g_strdup_printf("the chain does not open: %s", problems);
}

static char *play_wait(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    int64_t duration = 0;
    (void) ret_line;
    if (!text_parse_duration(step->words[1], &duration))
        return g_strdup("no time");
    scene->clock.time_us += duration;
    return NULL;
}

/* ---- Packets --------------------------------------------------------------------------------- */

static void forget_packet(struct scene *scene) {
    scene->was_answered = FALSE;
    g_clear_pointer(&scene->silence, g_free);
    g_clear_pointer(&scene->trace, trace_unref);
}

static char *parse_source(const char *text, struct address *ret_source) {
    g_auto(GStrv) parts = g_strsplit(text, ":", 2);
    if (!address_parse(parts[0], ret_source) || parts[1] == NULL)
        return g_strdup_printf("'%s' is no ADDRESS:PORT", text);
    ret_source->port = (uint16_t) g_ascii_strtoull(parts[1], NULL, 10);
    return NULL;
}

static char *apply_lines(struct wire *wire, const struct scene_step *step, guint *ret_line) {
    for (guint i = 0; i < step->lines->len; i++) {
        const struct scene_line *line = g_ptr_array_index(step->lines, i);
        *ret_line = line->number;
        char *wrong = wire_set(wire, line->key, line->value);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

/* What the daemon does with a decision: answer, remember. */
static void on_decided(const struct decision *decision, void *user) {
    struct scene *scene = user;
    scene->trace = trace_ref(decision->trace);
    scene->was_answered = answer_make(decision->request, decision->reply, decision->verdict,
                                      &scene->policy, decision->trace, &scene->answer) == 0;
    scene->route = route_find(decision->request);
    session_decided(scene->sessions, decision->request, decision->trace);
}

static gboolean is_decided(void *user) {
    return ((struct scene *) user)->trace != NULL;
}

/* What the daemon does with a datagram. */
static void take(struct scene *scene, GBytes *datagram, struct request_origin *origin) {
    gsize size = 0;
    const void *data = g_bytes_get_data(datagram, &size);
    g_autoptr(Request) request = NULL;
    enum dhcp_status parsed = request_read(&request, data, size);
    if (parsed != DHCP_OK) {
        scene->silence = g_strdup(dhcp_status_name(parsed));
        return;
    }
    enum request_status status = request_place(request, origin);
    if (status == REQUEST_OK) {
        request_set_attempt(request, session_attempt(scene->sessions, request));
        chain_decide(scene->bed->generation, request, on_decided, scene);
        chain_bed_run_until(is_decided, scene);
        return;
    }
    scene->silence = g_strdup(request_status_name(status));
}

/* Samples that cannot be parsed are sent as they are. */
static GBytes *make_datagram(const struct scene_step *step, guint *ret_line, char **ret_wrong) {
    const char *sample = step->words[2];
    if (strcmp(sample, "new") != 0 && step->lines->len == 0)
        return vector_load(sample);
    g_autoptr(Wire) wire = strcmp(sample, "new") == 0 ? wire_new() : wire_new_vector(sample);
    *ret_wrong = apply_lines(wire, step, ret_line);
    return *ret_wrong == NULL ? wire_build(wire) : NULL;
}

static char *play_packet(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    struct request_origin origin =
        ask_origin((uint16_t) g_ascii_strtoull(step->words[1], NULL, 10));
    char *wrong = open_chain(scene);
    origin.server = scene->server;
    if (wrong == NULL && g_strv_length(step->words) == 5)
        wrong = parse_source(step->words[4], &origin.source);
    if (wrong != NULL)
        return wrong;
    g_autoptr(GBytes) datagram = make_datagram(step, ret_line, &wrong);
    if (datagram == NULL)
        return wrong;
    forget_packet(scene);
    take(scene, datagram, &origin);
    return NULL;
}

/* ---- Expectations ---------------------------------------------------------------------------- */

static const char *last_reason(const struct scene *scene) {
    if (scene->silence != NULL)
        return scene->silence;
    const char *reason = scene->trace != NULL ? trace_get_reason(scene->trace) : NULL;
    return reason != NULL ? reason : "no reason";
}

static char *play_answer(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    char text[ADDRESS_TEXT_SIZE];
    struct dhcp_view view;
    if (!scene->was_answered)
        return g_strdup_printf("there was no answer: %s", last_reason(scene));
    g_autofree char *to =
        g_strdup_printf("%s:%u", address_text(&scene->route.to, text), scene->route.to.port);
    if (strcmp(to, step->words[1]) != 0 || strcmp(scene->route.rule, step->words[2]) != 0)
        return g_strdup_printf("the answer went to %s by %s", to, scene->route.rule);
    g_assert_cmpint(dhcp_parse((struct span){scene->answer.packet, scene->answer.size}, &view), ==,
                    DHCP_OK);
    for (guint i = 0; i < step->lines->len; i++) {
        const struct scene_line *line = g_ptr_array_index(step->lines, i);
        g_autofree char *actual = wire_check(&view, line->key, line->value);
        *ret_line = line->number;
        if (actual != NULL)
            return g_strdup_printf("%s is %s", line->key, actual);
    }
    return NULL;
}

static char *play_silence(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    g_autofree char *wanted = g_strjoinv(" ", step->words + 1);
    (void) ret_line;
    if (scene->was_answered)
        return g_strdup_printf("there was an answer (%s)", trace_get_shape(scene->trace));
    if (strstr(last_reason(scene), wanted) == NULL)
        return g_strdup_printf("the silence has another reason: %s", last_reason(scene));
    return NULL;
}

static char *compare(const char *key, const char *actual, const char *wanted) {
    if (g_strcmp0(actual != NULL ? actual : "", wanted) == 0)
        return NULL;
    return g_strdup_printf("%s is '%s'", key, actual != NULL ? actual : "");
}

static char *compare_words(const char *key, const char *actual, const char *wanted) {
    if (wanted[0] != '\0' && actual != NULL && strstr(actual, wanted) != NULL)
        return NULL;
    return compare(key, actual, wanted);
}

static char *check_trace(const struct scene *scene, const struct scene_line *line) {
    const struct trace *trace = scene->trace;
    gboolean fired = ask_has_quirk(trace, line->value);
    if (strcmp(line->key, "quirk") == 0)
        return fired ? NULL : g_strdup_printf("quirk '%s' did not fire", line->value);
    if (strcmp(line->key, "no-quirk") == 0)
        return fired ? g_strdup_printf("quirk '%s' fired", line->value) : NULL;
    if (strcmp(line->key, "verdict") == 0)
        return compare("verdict", trace_verdict_name(trace_get_verdict(trace)), line->value);
    if (strcmp(line->key, "provider") == 0)
        return compare("provider", trace_get_provider(trace), line->value);
    if (strcmp(line->key, "shape") == 0)
        return compare("shape", trace_get_shape(trace), line->value);
    if (strcmp(line->key, "boot-file") == 0)
        return compare("boot-file", trace_get_boot_file(trace), line->value);
    if (strcmp(line->key, "reason") == 0)
        return compare_words("reason", last_reason(scene), line->value);
    if (g_str_has_prefix(line->key, "fact."))
        return compare(line->key, trace_fact(trace, line->key + strlen("fact.")), line->value);
    return g_strdup_printf("a trace has no '%s'", line->key);
}

static char *play_trace(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    if (scene->trace == NULL)
        return g_strdup_printf("the packet did not come to the chain: %s", last_reason(scene));
    for (guint i = 0; i < step->lines->len; i++) {
        const struct scene_line *line = g_ptr_array_index(step->lines, i);
        char *wrong = check_trace(scene, line);
        *ret_line = line->number;
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

/* ---- Clients and files ----------------------------------------------------------------------- */

static char *play_transfer(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    struct session *session = session_find(scene->sessions, step->words[1]);
    struct session_transfer transfer = {.name = step->words[2], .outcome = step->words[3]};
    (void) ret_line;
    if (session == NULL)
        return g_strdup("nobody knows this client");
    session_fetched(scene->sessions, session, &transfer,
                    strcmp(transfer.outcome, "completed") == 0);
    return NULL;
}

static char *check_client(const struct session *session, const struct scene_line *line) {
    g_autoptr(GVariant) map = g_variant_ref_sink(session_to_variant(session));
    guint32 attempts = 0;
    const char *text = NULL;
    if (strcmp(line->key, "attempts") == 0) {
        (void) g_variant_lookup(map, "attempts", "u", &attempts);
        g_autofree char *number = g_strdup_printf("%u", attempts);
        return compare("attempts", number, line->value);
    }
    if (!g_variant_lookup(map, line->key, "&s", &text))
        return g_strdup_printf("a client has no '%s'", line->key);
    return compare_words(line->key, text, line->value);
}

static char *play_client(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    const struct session *session = session_find(scene->sessions, step->words[1]);
    if (session == NULL)
        return g_strdup("nobody knows this client");
    for (guint i = 0; i < step->lines->len; i++) {
        const struct scene_line *line = g_ptr_array_index(step->lines, i);
        char *wrong = check_client(session, line);
        *ret_line = line->number;
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

static const char *kind_name(enum chain_content_kind kind) {
    static const char *const names[] = {
        [CHAIN_CONTENT_NONE] = "none",   [CHAIN_CONTENT_REFUSED] = "refused",
        [CHAIN_CONTENT_BYTES] = "bytes", [CHAIN_CONTENT_FILE] = "file",
        [CHAIN_CONTENT_NAME] = "name",   [CHAIN_CONTENT_READER] = "reader",
    };
    return names[kind];
}

static char *check_content(const struct chain_answer *answer, const struct scene_line *line) {
    if (strcmp(line->key, "kind") == 0)
        return compare("kind", kind_name(answer->content_kind), line->value);
    if (strcmp(line->key, "content") == 0)
        return compare_words("content", answer->content, line->value);
    return g_strdup_printf("a file has no '%s'", line->key);
}

static char *play_file(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    struct request_origin origin = ask_origin(DHCP_PORT_BOOT_SERVER);
    if (!address_parse(step->words[1], &origin.source))
        return g_strdup("no address");
    const struct session *session = session_find_address(scene->sessions, &origin.source, NULL);
    if (session == NULL)
        return g_strdup("nobody knows this client");
    origin.attempt = 0;
    origin.server = scene->server;
    g_autoptr(Request) request = request_new_file(
        session_get_request(session), session_get_trace(session), &origin, step->words[2]);
    struct chain_answer answer;
    char *wrong = NULL;
    chain_bed_ask_content(scene->bed, request, &answer);
    for (guint i = 0; i < step->lines->len && wrong == NULL; i++) {
        const struct scene_line *line = g_ptr_array_index(step->lines, i);
        wrong = check_content(&answer, line);
        *ret_line = line->number;
    }
    chain_answer_clear(&answer);
    return wrong;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    guint least; /* words, the name included */
    guint most;
    char *(*play)(struct scene *scene, const struct scene_step *step, guint *ret_line);
} steps[] = {
    {"server", 2, 2, play_server},     {"policy", 3, 3, play_policy},
    {"provider", 3, 3, play_provider}, {"packet", 3, 5, play_packet},
    {"answer", 3, 3, play_answer},     {"silence", 2, 99, play_silence},
    {"trace", 1, 1, play_trace},       {"wait", 2, 2, play_wait},
    {"file", 3, 3, play_file},         {"transfer", 4, 4, play_transfer},
    {"client", 2, 2, play_client},
};

char *scene_play(struct scene *scene, const struct scene_step *step, guint *ret_line) {
    guint count = g_strv_length(step->words);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (strcmp(steps[i].name, step->words[0]) != 0)
            continue;
        if (count < steps[i].least || count > steps[i].most)
            return g_strdup_printf("'%s' takes other words", steps[i].name);
        return steps[i].play(scene, step, ret_line);
    }
    return g_strdup_printf("no step is called '%s'", step->words[0]);
}
