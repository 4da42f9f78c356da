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

/* Calls `visit` for each key that has a value: those that were written, in the order of the file,
 * then those that have it by default. Text is lent. */
typedef void (*settings_visit_fn)(const char *key, const char *text, uint32_t type, bool is_written,
                                  void *user);
void settings_visit(const struct settings *settings, settings_visit_fn visit, void *user);
/* What settings_file gives for this key from now on: the content that the daemon has read. */
void settings_set_file(struct settings *settings, const char *key, GBytes *content);

/* config_error and config_warning: into `problems` as long as they are being collected, then into
 * the log. `is_fatal` FALSE: a warning. */
void settings_report(struct settings *settings, bool is_fatal, const char *key, uint32_t line,
                     const char *text);
/* From now on reports go there instead. */
typedef void (*settings_report_fn)(bool is_fatal, const char *key, uint32_t line, const char *text,
                                   void *user);
void settings_set_reporter(struct settings *settings, settings_report_fn report, void *user);
/* The collection ends: problems belong to the caller again. */
void settings_seal(struct settings *settings);
