/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a test leaves out of a request: plain firmware would have sent it.
 */
#include "request-private.h"

#include "codec/identity.h"

static void set_default(BootHostRequest *self, enum request_text field, const char *value) {
    if (self->texts[field] == NULL)
        self->texts[field] = g_strdup(value);
}

static void complete_uuid(BootHostRequest *self) {
    uint8_t bytes[IDENTITY_UUID_SIZE];
    char text[IDENTITY_UUID_TEXT_SIZE];
    if (self->texts[TEXT_UUID] == NULL ||
        !identity_parse_uuid(self->texts[TEXT_UUID], IDENTITY_UUID_SMBIOS, bytes))
        return;
    identity_format_uuid(bytes, IDENTITY_UUID_RAW, text);
    set_default(self, TEXT_UUID_SWAPPED, text);
}

static void complete_place(BootHostRequest *self) {
    const char *client = self->texts[TEXT_CLIENT];
    set_default(self, TEXT_INTERFACE, "eth0");
    set_default(self, TEXT_SERVER, "10.0.0.1");
    set_default(self, TEXT_SOURCE, client != NULL ? client : "0.0.0.0");
    set_default(self, TEXT_NETWORK, self->texts[TEXT_RELAY]);
    set_default(self, TEXT_NETWORK, client != NULL ? client : self->texts[TEXT_SERVER]);
    set_default(self, TEXT_FAMILY, "ipv4");
}

/* What plain firmware would have sent. */
static void complete(BootHostRequest *self) {
    gboolean is_file = self->stage == BOOT_HOST_REQUEST_STAGE_FILE;
    set_default(self, TEXT_LOADER, "firmware");
    set_default(self, TEXT_VENDOR_CLASS, "PXEClient");
    set_default(self, TEXT_TRANSPORT, is_file ? "tftp" : "dhcp");
    complete_uuid(self);
    complete_place(self);
    if (self->numbers[NUMBER_ATTEMPT] < 0)
        self->numbers[NUMBER_ATTEMPT] = 1;
    if (self->numbers[NUMBER_SECONDS] < 0)
        self->numbers[NUMBER_SECONDS] = 0;
    if (self->numbers[NUMBER_MESSAGE_SIZE] < 0)
        self->numbers[NUMBER_MESSAGE_SIZE] = 548; /* RFC 1542: what every client takes */
}

BootHostRequest *request_for_test(BootHostRequest *self, GVariant *facts) {
    g_autoptr(GVariant) wire = request_to_wire(self);
    BootHostRequest *request = request_from_wire(wire);
    if (facts != NULL) {
        g_clear_pointer(&request->facts, g_variant_unref);
        request->facts = g_variant_ref_sink(facts);
    }
    complete(request);
    return request;
}
