/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What one provider said to one client, as facts (a{sv}) and in words.
 */
#pragma once

#include <glib.h>

#include "conformance/stand.h"

/* Floating references. `content`: of try_facts_content, floating, taken; NULL: not asked for. */
GVariant *try_facts(const struct request *request, const struct stand_answer *answer,
                    GVariant *content);
GVariant *try_facts_content(const char *name, const struct stand_answer *answer);

void try_facts_print(GVariant *facts);

/* A door failed, was late, or gave what cannot be read. */
gboolean try_facts_failed(GVariant *facts);
