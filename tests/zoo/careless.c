/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Hands NULL and nonsense to every service it can think of, and then answers well.
 */
#include "animal.h"

static int32_t decide(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply) {
    const struct boot_host *host = instance;
    char buffer[8];
    struct boot_host_span span;
    host->log(host, 99, NULL);
    host->log(host, BOOT_HOST_LOG_INFO, "two\nlines \xff\x1b[31m");
    host->query(host, NULL);
    host->request_text(NULL, 1);
    host->request_text(request, 4711);
    host->request_number(request, 1, NULL);
    host->request_is(request, NULL);
    host->request_option(request, 77, 77, &span);
    host->reply_set(NULL, 1, "x");
    host->reply_set(reply, 4711, "x");
    host->reply_option(reply, BOOT_HOST_SPACE_DHCP4, 200, NULL, 9);
    host->reply_menu(reply, NULL);
    host->reply_menu_item(reply, NULL);
    host->fact_set(reply, NULL, "x");
    host->fact_set(reply, "Not A Name", "x");
    host->fact_get(reply, NULL);
    host->expand(reply, "${", buffer, sizeof(buffer));
    host->expand(reply, NULL, buffer, sizeof(buffer));
    host->expand(NULL, "${mac}", NULL, 0);
    host->content_bytes((struct boot_host_content *) reply, "x", 1);
    host->content_file(NULL, "/x");
    host->content_reader(NULL, NULL);
    host->complete(host, 0, BOOT_HOST_PASS);
    host->complete(host, 4711, BOOT_HOST_LATER);
    host->state_put(NULL, NULL, NULL, 0);
    host->reply_set(reply, BOOT_HOST_REPLY_REASON, "still alive");
    return BOOT_HOST_REPLY;
}

static const struct boot_host_provider table = {
    ANIMAL("careless"),
    .open = animal_open,
    .decide = decide,
};

BOOT_HOST_PROVIDER(table);
