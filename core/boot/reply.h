/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client will be told, as the providers of the chain shape it: fields, options, a menu, and
 * facts. Copies cheaply: each provider call writes into a draft, which replaces the reply when its
 * verdict is accepted and is dropped when it fails.
 *
 * One thread at a time writes; what nobody writes any more is shared by reference among all threads.
 * Text that is lent is valid until it is set again. Caps: base/limits.h. Errors are negative errno,
 * as the contract says.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <boothost/types.h>

struct request;
struct reply;

struct reply *reply_new(void);
struct reply *reply_copy(const struct reply *reply);
/* One that nobody has set anything in. Static; copy it to write. */
const struct reply *reply_nothing(void);
const struct reply *reply_ref(const struct reply *reply);
void reply_unref(const struct reply *reply);
/* As reply_unref, but hands out the memory of the last reference, for reply_copy_into; NULL: others
 * have references left. Free with reply_discard. */
struct reply *reply_release(const struct reply *reply);
struct reply *reply_copy_into(struct reply *memory, const struct reply *reply);
void reply_discard(struct reply *memory);

/* Fields and numbers (BOOT_HOST_REPLY_...). NOTE is appended, all others replaced; NULL and "" take
 * a field back. Remarks are cut at LIMIT_REASON_BYTES, everything else that is too long is -E2BIG;
 * text that is not UTF-8, or has control bytes where the wire wants one line, is -EINVAL. */
int32_t reply_set(struct reply *reply, uint32_t field, const char *text);
const char *reply_get(const struct reply *reply, uint32_t field);
int32_t reply_set_number(struct reply *reply, uint32_t field, int64_t value);
int32_t reply_get_number(const struct reply *reply, uint32_t field, int64_t *ret_value);

/* Notes, in the order they were set; NULL behind the last. */
const char *reply_note(const struct reply *reply, uint32_t index);
/* The reason (its data is NULL when there is none), then all notes; returns how many texts. Each
 * has a NUL behind it. Room: 1 + LIMIT_NOTES. */
uint32_t reply_remarks(const struct reply *reply, struct boot_host_span *ret_texts);
/* Forgets reason and notes, before the next provider is called. */
void reply_clear_remarks(struct reply *reply);

/* Options by (space, code). Index walks them in the order they were set. -EPERM for those that the
 * answer itself must get right: 43 beside a menu, 52, 53, 54, 60, 82, 97; 43.6, 8, 9, 10, 71. */
int32_t reply_option(struct reply *reply, uint32_t space, uint32_t code, const void *value,
                     size_t size);
bool reply_get_option(const struct reply *reply, uint32_t index, uint32_t *ret_space,
                      uint32_t *ret_code, struct boot_host_span *ret_value);

/* The menu; prompt NULL: no menu. An item that option 43 cannot hold any more is -ENOSPC. A menu
 * without items reads as no menu. */
int32_t reply_menu(struct reply *reply, const struct boot_host_menu *menu);
int32_t reply_menu_item(struct reply *reply, const struct boot_host_menu_item *item);
const struct boot_host_menu *reply_get_menu(const struct reply *reply);
bool reply_get_menu_item(const struct reply *reply, uint32_t index,
                         struct boot_host_menu_item *ret_item);
/* Items of the menu that option 43 had no room for. */
uint32_t reply_menu_left_out(const struct reply *reply);

/* Facts that providers set; index walks them in the order of setting. Setting is -EINVAL for a bad
 * name and for a value that is not UTF-8; -E2BIG: longer than LIMIT_FACT_BYTES; -ENOSPC: there are
 * LIMIT_FACTS already. NULL takes a fact back. */
int32_t reply_fact_set(struct reply *reply, const char *name, const char *value);
const char *reply_fact_get(const struct reply *reply, const char *name);
bool reply_fact(const struct reply *reply, uint32_t index, const char **ret_name,
                const char **ret_value);
/* Name and value of all of them; returns how many texts. Each has a NUL behind it. Room: 2 *
 * LIMIT_FACTS. */
uint32_t reply_facts(const struct reply *reply, struct boot_host_span *ret_texts);
/* Lower-case letters, digits, "-" and "_", LIMIT_FACT_NAME at most? `name` needs no NUL. */
bool reply_fact_name_is_valid(const char *name, size_t size);

/* ${fact} and ${fact:-default} replaced; facts of the reply first, then those of the request.
 * Either may be NULL. The contract's host->expand; see boothost/host.h for the result. PURE. */
int64_t reply_expand(const struct reply *reply, const struct request *request, const char *text,
                     char *buffer, size_t size);
/* Is the text well formed? For settings flagged TEMPLATE. */
bool reply_template_is_valid(const char *text);
