/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One instance's settings: what the administrator wrote, judged by the module's schema, as typed
 * values. This is the contract's struct boot_host_config.
 *
 * Getters may be called on any thread; nothing changes after settings_new but the files that are
 * read on first use.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "provider/handshake.h"
#include "provider/instance-config.h"
#include "provider/problem.h"

struct settings;

/* Judges every key. What is wrong is appended to `problems`; the result is complete in any case, so
 * that open may find further faults, but must not serve when one of them is fatal. */
struct settings *settings_new(const struct provider *provider, struct instance_config *config,
                              GPtrArray *problems);
void settings_free(struct settings *settings);

/* The contract's getters; see boothost/host.h. */
const char *settings_text(const struct settings *settings, const char *key);
int64_t settings_number(const struct settings *settings, const char *key);
const char *settings_item(const struct settings *settings, const char *key, uint32_t index);
const char *settings_key(const struct settings *settings, uint32_t index);
int32_t settings_file(struct settings *settings, const char *key,
                      struct boot_host_span *ret_content);

/* config_error and config_warning: into `problems` as long as they are being collected, then into
 * the log. `is_fatal` FALSE: a warning. */
void settings_report(struct settings *settings, bool is_fatal, const char *key, uint32_t line,
                     const char *text);
/* The collection ends: problems belong to the caller again. */
void settings_seal(struct settings *settings);
