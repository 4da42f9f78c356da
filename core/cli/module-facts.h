/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider module, as facts: what it says of itself, or why it is refused.
 */
#pragma once

#include <glib.h>

/* a{sv}: "path", and either "refused" (the whole sentence) or "name", "version", "summary", "abi",
 * "threads", "doors" (as), "settings" (aa{sv}: "name", "type", "default", "required", "template",
 * "help"). Loads the module, which stays mapped. Free with g_variant_unref. */
GVariant *module_facts(const char *path);
