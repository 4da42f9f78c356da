/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of all checks, in the order in which a provider meets them in its life.
 */
#include "conformance/checks.h"

#include <string.h>

static const struct check checks[] = {
    {"table", RULE_TABLE, "it loads, and its table is complete", FALSE, check_table},
    {"exports", RULE_EXPORTS, "it exports its entry and nothing else", FALSE, check_exports},
    {"settings", RULE_SETTINGS, "its settings are fit for administrators", FALSE, check_settings},
    {"loading", RULE_LOADING, "loading it does nothing", TRUE, check_loading},
    {"open", RULE_OPEN, "it opens with these settings, answers and closes", FALSE, check_open},
    {"check", RULE_CHECK, "open with CHECK has no side effects", FALSE, check_check},
    {"close", RULE_CLOSE, "100 lives leave nothing behind", FALSE, check_close},
    {"instances", RULE_INSTANCES, "two instances do not see each other", FALSE, check_instances},
    {"verdicts", RULE_VERDICTS, "every stage, architecture and loader gets a verdict", FALSE,
     check_verdicts},
    {"input", RULE_INPUT, "odd and hostile input is only data", FALSE, check_input},
    {"handles", RULE_HANDLES, "no handle is used when its call has ended", FALSE, check_handles},
    {"blocking", RULE_BLOCKING, "calls are as quick as its flags promise", FALSE, check_blocking},
    {"parallel", RULE_PARALLEL, "calls at the same time get the same answers", FALSE,
     check_parallel},
    {"later", RULE_LATER, "each LATER is completed once, in time", FALSE, check_later},
    {"cancel", RULE_CANCEL, "what is cancelled is completed all the same", FALSE, check_cancel},
    {"services", RULE_SERVICES, "it bears services that fail", FALSE, check_services},
    {"memory", RULE_MEMORY, "it bears allocations that fail", FALSE, check_memory},
    {"content", RULE_CONTENT, "the content door keeps its word", FALSE, check_content},
    {"readers", RULE_READERS, "readers give the same bytes however they are read", FALSE,
     check_readers},
    {"events", RULE_EVENTS, "events of any kind are borne", FALSE, check_events},
    {"drain", RULE_DRAIN, "nothing is open when it has been drained", FALSE, check_drain},
    {"state", RULE_STATE, "what it saves it can restore, and nothing can harm it", FALSE,
     check_state},
    {"process", RULE_PROCESS, "it leaves the daemon's process alone", FALSE, check_process},
    {"growth", RULE_GROWTH, "it runs on a host that is newer than itself", FALSE, check_growth},
};

const struct check *check_at(size_t index) {
    return index < G_N_ELEMENTS(checks) ? &checks[index] : NULL;
}

const struct check *check_find(const char *name) {
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (strcmp(checks[i].name, name) == 0)
            return &checks[i];
    }
    return NULL;
}
