/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * json-glib does the work.
 */
#include "cli/json.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

static void print(GVariant *facts, gboolean pretty) {
    g_autoptr(JsonNode) root = json_gvariant_serialize(facts);
    g_autofree char *text = json_to_string(root, pretty);

    puts(text);
}

void json_print(GVariant *facts) {
    print(facts, TRUE);
}

void json_print_line(GVariant *facts) {
    print(facts, FALSE);
    fflush(stdout);
}
