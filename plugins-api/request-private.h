/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the library's files share of a request: its fields by number, its form on the wire.
 */
#pragma once

#include "boot-host-enum-types.h"
#include "boot-host-request.h"

enum request_text {
    TEXT_MAC,
    TEXT_UUID,
    TEXT_UUID_SWAPPED,
    TEXT_CLIENT_ID,
    TEXT_ARCHITECTURE,
    TEXT_LOADER,
    TEXT_VENDOR_CLASS,
    TEXT_USER_CLASS,
    TEXT_INTERFACE,
    TEXT_NETWORK,
    TEXT_SOURCE,
    TEXT_CLIENT,
    TEXT_RELAY,
    TEXT_SERVER,
    TEXT_FAMILY,
    TEXT_TRANSPORT,
    TEXT_FILE,
    TEXT_HOST_NAME,
    TEXT_COUNT
};

enum request_number {
    NUMBER_ARCHITECTURE_CODE,
    NUMBER_SECONDS,
    NUMBER_MESSAGE_SIZE,
    NUMBER_BOOT_ITEM,
    NUMBER_BOOT_LAYER,
    NUMBER_ATTEMPT,
    NUMBER_COUNT
};

struct _BootHostRequest {
    GObject parent_instance;
    char *texts[TEXT_COUNT];
    gint64 numbers[NUMBER_COUNT]; /* -1: absent */
    BootHostRequestStage stage;
    GStrv architectures; /* NULL: none */
    GBytes *packet;      /* NULL: none */
    GVariant *options;   /* a(uuay); NULL: none */
    GVariant *facts;     /* a{ss}; NULL: none */
    GHashTable *lookup;  /* all facts by name; made when asked for */
    GCancellable *cancellable;
};

/* The facts' names of the fields: their keys on the wire, and the names of the properties. */
const char *request_text_name(enum request_text field);
const char *request_number_name(enum request_number field);

/* Lent; NULL: absent. */
const char *request_text(BootHostRequest *self, enum request_text field);
/* -1: absent. */
gint64 request_number(BootHostRequest *self, enum request_number field);

/* From and to the a{sv} of org.boothost.Provider1. Unknown keys are ignored. */
BootHostRequest *request_from_wire(GVariant *wire);
GVariant *request_to_wire(BootHostRequest *self);

/* A copy in which what is absent is what plain firmware would have sent, and which carries these
 * facts (a{ss}; NULL: its own) as what the last decision left. */
BootHostRequest *request_for_test(BootHostRequest *self, GVariant *facts);

/* The client's own fields as facts, beside those of the last decision: name to value. */
GHashTable *request_facts(BootHostRequest *self);
