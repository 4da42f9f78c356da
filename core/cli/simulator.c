/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The same request goes to either place, and the same facts come back.
 */
#include "cli/simulator.h"

#include "cli/facts.h"
#include "cli/packet-facts.h"
#include "codec/identity.h"
#include "control/simulation.h"
#include "net/interfaces.h"

/* ---- A candidate configuration --------------------------------------------------------------- */

/* The first interface that the configuration serves, if this machine has one. */
static void learn_from_config(struct simulator *simulator) {
    const struct config *config = simulator->candidate.config;
    struct interfaces *interfaces = interfaces_read((const char *const *) config->interfaces, NULL);
    char text[ADDRESS_TEXT_SIZE];

    if (interfaces != NULL && interfaces_count(interfaces) > 0) {
        const struct interface *first = interfaces_get(interfaces, 0);
        simulator->interface = g_intern_string(first->name);
        if (first->n_addresses > 0)
            identity_parse_ipv4(address_text(&first->addresses[0].address, text),
                                &simulator->server);
    }
    g_clear_pointer(&interfaces, interfaces_unref);
}

static gboolean init_candidate(struct simulator *simulator) {
    const struct cli *cli = simulator->cli;

    candidate_load(cli->config, &simulator->candidate);
    candidate_print_problems(&simulator->candidate, cli->config, stderr);
    if (simulator->candidate.generation == NULL) {
        cli_complain(cli, "%s cannot be used: see above", cli->config);
        return FALSE;
    }
    learn_from_config(simulator);
    return TRUE;
}

static void simulated(GVariant *facts, gpointer user) {
    GVariant **ret_facts = user;
    *ret_facts = g_variant_ref(facts);
}

static GVariant *run_candidate(struct simulator *simulator, GVariant *request) {
    const struct candidate *candidate = &simulator->candidate;
    g_autoptr(GVariant) sunk = g_variant_ref_sink(request);
    g_autoptr(GError) error = NULL;
    GVariant *facts = NULL;

    if (!simulation_run(candidate->generation, &candidate->config->policy, sunk, simulated, &facts,
                        &error)) {
        cli_complain(simulator->cli, "%s", error->message);
        return NULL;
    }
    while (facts == NULL) /* a provider works on a thread of its own */
        g_main_context_iteration(NULL, TRUE);
    return facts;
}

/* ---- The daemon ------------------------------------------------------------------------------ */

/* The first interface that the daemon serves. */
static gboolean init_daemon(struct simulator *simulator) {
    g_autoptr(GVariant) status = cli_ask(simulator->cli, "Status", NULL);
    g_autoptr(GVariant) interfaces = status != NULL ? facts_child(status, "interfaces") : NULL;

    if (interfaces != NULL && g_variant_n_children(interfaces) > 0) {
        g_autoptr(GVariant) first = g_variant_get_child_value(interfaces, 0);
        g_autofree const char **addresses = NULL;
        if (g_variant_lookup(first, "addresses", "^a&s", &addresses) && addresses[0] != NULL)
            identity_parse_ipv4(addresses[0], &simulator->server);
        simulator->interface = g_intern_string(facts_text(first, "name"));
    }
    return status != NULL;
}

/* ---- Either ---------------------------------------------------------------------------------- */

gboolean simulator_init(struct simulator *simulator, const struct cli *cli) {
    *simulator = (struct simulator){.cli = cli};
    return cli->config != NULL ? init_candidate(simulator) : init_daemon(simulator);
}

void simulator_clear(struct simulator *simulator) {
    candidate_clear(&simulator->candidate);
}

/* The packet's bytes become its fields. */
static GVariant *decode(GVariant *facts) {
    g_autoptr(GVariant) packet = g_variant_lookup_value(facts, "packet", G_VARIANT_TYPE_BYTESTRING);
    GVariant *answer = NULL;

    if (packet != NULL) {
        gsize size = 0;
        const void *data = g_variant_get_fixed_array(packet, &size, 1);
        answer = packet_facts_of(data, size);
    }
    return g_variant_ref_sink(facts_replace(facts, "packet", "answer", answer));
}

GVariant *simulator_ask(struct simulator *simulator, GVariant *request) {
    return simulator->candidate.generation != NULL
               ? run_candidate(simulator, request)
               : cli_ask(simulator->cli, "Simulate", g_variant_new("(@a{sv})", request));
}

GVariant *simulator_run(struct simulator *simulator, GVariant *request) {
    g_autoptr(GVariant) facts = simulator_ask(simulator, request);

    return facts != NULL ? decode(facts) : NULL;
}
