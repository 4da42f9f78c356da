/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the control interface asks of the daemon: status, explain, simulate, providers.
 */
#include "daemon/backend.h"

#include "control/simulation.h"
#include "daemon/answering.h"
#include "daemon/reload.h"
#include "daemon/serving.h"
#include "daemon/state.h"
#include "provider/life.h"
#include "record/recorder.h"

static GVariant *describe_interfaces(const struct interfaces *interfaces) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (unsigned i = 0; i < interfaces_count(interfaces); i++) {
        const struct interface *interface = interfaces_get(interfaces, i);
        g_autoptr(GStrvBuilder) addresses = g_strv_builder_new();
        for (unsigned j = 0; j < interface->n_addresses; j++) {
            char text[ADDRESS_TEXT_SIZE];
            g_strv_builder_add(addresses, address_text(&interface->addresses[j].address, text));
        }
        g_auto(GStrv) list = g_strv_builder_end(addresses);
        GVariantDict facts;
        g_variant_dict_init(&facts, NULL);
        g_variant_dict_insert(&facts, "name", "s", interface->name);
        g_variant_dict_insert(&facts, "up", "b", interface->up);
        g_variant_dict_insert_value(&facts, "addresses",
                                    g_variant_new_strv((const char *const *) list, -1));
        g_variant_builder_add_value(&builder, g_variant_dict_end(&facts));
    }
    return g_variant_builder_end(&builder);
}

/* The one that serves, then those that still have something to finish, oldest first. */
static GVariant *describe_generations(const struct daemon *daemon) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    g_variant_builder_add_value(&builder, life_status(generation_get_life(daemon->generation)));
    for (guint i = 0; i < daemon->retired->len; i++) {
        if (!life_is_closed(daemon->retired->pdata[i]))
            g_variant_builder_add_value(&builder, life_status(daemon->retired->pdata[i]));
    }
    return g_variant_builder_end(&builder);
}

static void on_status(gpointer user, struct control_call *call) {
    struct daemon *daemon = user;
    g_autofree char *ports = answering_ports(daemon->answering);
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "version", "s", BOOTHOST_VERSION);
    g_variant_dict_insert(&facts, "config", "s", daemon->config->path);
    g_variant_dict_insert(&facts, "started-us", "x", daemon->started_us);
    g_variant_dict_insert(&facts, "generation", "t", generation_get_number(daemon->generation));
    g_variant_dict_insert(&facts, "ports", "s", ports);
    g_variant_dict_insert(&facts, "root", "s", daemon->config->root);
    g_variant_dict_insert(&facts, "sessions", "u", session_table_count(daemon->sessions));
    g_variant_dict_insert_value(&facts, "generations", describe_generations(daemon));
    g_variant_dict_insert_value(&facts, "interfaces", describe_interfaces(daemon->interfaces));
    g_variant_dict_insert_value(&facts, "requests", answering_counters(daemon->answering));
    g_variant_dict_insert_value(&facts, "tftp", serving_counters(daemon->serving));
    g_variant_dict_insert_value(&facts, "transfers", serving_running(daemon->serving));
    g_variant_dict_insert_value(&facts, "providers", generation_status(daemon->generation));
    if (daemon->recorder != NULL)
        g_variant_dict_insert_value(&facts, "recording", recorder_status(daemon->recorder));
    control_call_return(call, g_variant_dict_end(&facts));
}

static void on_explain(gpointer user, struct control_call *call, const char *client) {
    struct daemon *daemon = user;
    struct session *session = session_find(daemon->sessions, client);
    if (session != NULL)
        control_call_return(call, session_to_variant(session));
    else
        control_call_fail(call, CONTROL_ERROR_NOT_FOUND,
                          "'%s' has not asked for a network boot since the daemon started: is the "
                          "machine on one of our networks, and does it try PXE? `boothost watch` "
                          "shows every request as it comes",
                          client);
}

static void on_simulated(GVariant *facts, gpointer user) {
    control_call_return(user, facts);
}

static void on_simulate(gpointer user, struct control_call *call, GVariant *request) {
    struct daemon *daemon = user;
    g_autoptr(GError) error = NULL;
    if (!simulation_run(daemon->generation, &daemon->config->policy, request, on_simulated, call,
                        &error))
        control_call_fail(call, CONTROL_ERROR_INVALID, "%s", error->message);
}

static void on_providers(gpointer user, struct control_call *call) {
    struct daemon *daemon = user;
    control_call_return(call, generation_status(daemon->generation));
}

static void on_reloaded(GVariant *facts, gpointer user) {
    control_call_return(user, facts);
}

static void on_reload(gpointer user, struct control_call *call) {
    struct daemon *daemon = user;
    reload_begin(daemon->reload, on_reloaded, call);
}

struct control_backend backend_make(struct daemon *daemon) {
    return (struct control_backend){
        .status = on_status,
        .explain = on_explain,
        .simulate = on_simulate,
        .providers = on_providers,
        .reload = on_reload,
        .user = daemon,
    };
}
