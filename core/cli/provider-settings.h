/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What --config says to the verbs that run one provider: single settings, or the group of a
 * configuration file.
 */
#pragma once

#include "cli/cli.h"

struct instance_config;

/* `words`: KEY=VALUE or FILE each (NULL: none given; ends in NULL), a later setting replaces an
 * earlier one. `module`: path of the module, which a file's group is found by. NULL after a
 * complaint; free with instance_config_unref. */
struct instance_config *provider_settings_read(const struct cli *cli, const char *const *words,
                                               const char *module);
