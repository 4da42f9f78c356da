/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading dictionaries (a{sv}) that came over the control socket, where nothing is certain to be
 * there, and printing the parts that several verbs show.
 */
#pragma once

#include <gio/gio.h>

/* The text of a key, "" when there is none. Lent. */
const char *facts_text(GVariant *facts, const char *key);

/* The number of a key, whatever its width; `otherwise` when there is none. */
gint64 facts_number(GVariant *facts, const char *key, gint64 otherwise);

/* A list or dictionary under a key; NULL when there is none. Free with g_variant_unref. */
GVariant *facts_child(GVariant *facts, const char *key);

/* A value as one word or line: texts bare, numbers, yes and no, lists joined by ", ". */
char *facts_value_text(GVariant *value);

/* A copy of `facts` with `key` left out and, unless `value` is NULL, "NEW = value" added. Floating
 * reference; a floating `value` is taken. */
GVariant *facts_replace(GVariant *facts, const char *key, const char *new_key, GVariant *value);

/* "title   text", unless text is empty. */
void facts_print_line(const char *title, const char *text);

/* What a decision was: verdict, boot file, trace, quirks and facts, as trace_to_variant has them. */
void facts_print_decision(GVariant *facts);

/* The same, and the decoded "answer" of a simulation. */
void facts_print_simulation(GVariant *facts);

/* "2026-11-21 20:33:07" of wall-clock microseconds; "" for 0. */
char *facts_time_text(gint64 time_us);
