/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What came of a reload, in words and as facts.
 */
#include "daemon/reload-answer.h"

#include "base/log.h"
#include "daemon/state.h"

static void tell_problem(const struct problem *problem, const char *config) {
    log_line(problem->fatal ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, NULL, NULL, "%s: %s",
             problem->where != NULL ? problem->where : config, problem->text);
}

static char *make_text(const struct daemon *daemon, const struct reload_result *result) {
    guint64 number = generation_get_number(daemon->generation);
    if (!result->is_reloaded)
        return g_strdup_printf("not reloaded: generation %" G_GUINT64_FORMAT
                               " serves on; mend what is named above, then reload again",
                               number);
    return g_strdup_printf("reloaded: generation %" G_GUINT64_FORMAT
                           " serves; prepared in %.1f ms, swapped in %.2f ms",
                           number, (double) result->prepare_us / CLOCK_MILLISECOND,
                           (double) result->swap_us / CLOCK_MILLISECOND);
}

void reload_answer_tell(struct daemon *daemon, const struct reload_result *result) {
    for (guint i = 0; i < result->problems->len; i++)
        tell_problem(result->problems->pdata[i], result->config);
    for (gsize i = 0; result->restart[i] != NULL; i++)
        log_warning("the setting %s has changed and waits for a restart, ignoring",
                    result->restart[i]);
    g_autofree char *text = make_text(daemon, result);
    log_line(result->is_reloaded ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, NULL, NULL, "%s", text);
    if (daemon->control == NULL || !control_server_has_subscribers(daemon->control))
        return;
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "event", "s", "generation");
    g_variant_dict_insert(&facts, "text", "s", text);
    control_server_emit(daemon->control, g_variant_dict_end(&facts));
}

static GVariant *describe_problems(const struct reload_result *result) {
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < result->problems->len; i++) {
        const struct problem *problem = result->problems->pdata[i];
        GVariantDict facts;
        g_variant_dict_init(&facts, NULL);
        g_variant_dict_insert(&facts, "where", "s",
                              problem->where != NULL ? problem->where : result->config);
        g_variant_dict_insert(&facts, "text", "s", problem->text);
        g_variant_dict_insert(&facts, "fatal", "b", problem->fatal);
        g_variant_builder_add_value(&list, g_variant_dict_end(&facts));
    }
    return g_variant_builder_end(&list);
}

GVariant *reload_answer_facts(const struct daemon *daemon, const struct reload_result *result) {
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "reloaded", "b", result->is_reloaded);
    g_variant_dict_insert(&facts, "generation", "t", generation_get_number(daemon->generation));
    g_variant_dict_insert(&facts, "config", "s", result->config);
    g_variant_dict_insert(&facts, "providers", "u", daemon->config->instances->len);
    g_variant_dict_insert(&facts, "prepare-microseconds", "x", result->prepare_us);
    g_variant_dict_insert(&facts, "swap-microseconds", "x", result->swap_us);
    g_variant_dict_insert_value(&facts, "carried",
                                g_variant_new_strv((const char *const *) result->carried->pdata,
                                                   (gssize) result->carried->len));
    g_variant_dict_insert_value(&facts, "restart", g_variant_new_strv(result->restart, -1));
    g_variant_dict_insert_value(&facts, "problems", describe_problems(result));
    return g_variant_dict_end(&facts);
}
