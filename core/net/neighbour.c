/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One question to the kernel's neighbour table over rtnetlink (RTM_GETNEIGH, Linux 5.0): a look-up
 * by address and interface, where /proc/net/arp would be read whole.
 */
#include "net/neighbour.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct neighbour_table {
    int descriptor;
    uint32_t sequence;
};

struct question {
    struct nlmsghdr header;
    struct ndmsg neighbour;
    struct rtattr attribute;
    uint8_t address[16];
};

struct neighbour_table *neighbour_table_new(void) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (descriptor < 0)
        return NULL;
    struct neighbour_table *table = g_new0(struct neighbour_table, 1);
    table->descriptor = descriptor;
    return table;
}

void neighbour_table_free(struct neighbour_table *table) {
    if (table == NULL)
        return;
    close(table->descriptor);
    g_free(table);
}

static gboolean ask(struct neighbour_table *table, const struct address *address,
                    unsigned interface) {
    size_t size = address->family == 4 ? 4 : 16;
    struct question question = {
        .header = {.nlmsg_type = RTM_GETNEIGH,
                   .nlmsg_flags = NLM_F_REQUEST,
                   .nlmsg_seq = ++table->sequence},
        .neighbour = {.ndm_family = address->family == 4 ? AF_INET : AF_INET6,
                      .ndm_ifindex = (int) interface},
        .attribute = {.rta_type = NDA_DST, .rta_len = (unsigned short) RTA_LENGTH(size)},
    };
    question.header.nlmsg_len = (uint32_t) (offsetof(struct question, address) + RTA_ALIGN(size));
    memcpy(question.address, address->bytes, size);
    return send(table->descriptor, &question, question.header.nlmsg_len, 0) ==
           (ssize_t) question.header.nlmsg_len;
}

/* Entries that were never resolved, or failed to be, carry no address worth having. */
static gboolean read_answer(const struct nlmsghdr *header, uint8_t ret_mac[6]) {
    const struct ndmsg *neighbour = NLMSG_DATA(header);
    if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*neighbour)) ||
        (neighbour->ndm_state & (NUD_INCOMPLETE | NUD_FAILED | NUD_NOARP)) != 0)
        return FALSE;
    int left = (int) (header->nlmsg_len - NLMSG_LENGTH(sizeof(*neighbour)));
    const struct rtattr *attribute =
        (const struct rtattr *) ((const uint8_t *) neighbour + NLMSG_ALIGN(sizeof(*neighbour)));
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type == NDA_LLADDR && RTA_PAYLOAD(attribute) == 6) {
            memcpy(ret_mac, RTA_DATA(attribute), 6);
            return TRUE;
        }
    }
    return FALSE;
}

gboolean neighbour_find(struct neighbour_table *table, const struct address *address,
                        unsigned interface, uint8_t ret_mac[6]) {
    if (interface == 0 || address->family == 0 || !ask(table, address, interface))
        return FALSE;
    /* The kernel answers within send(2); an answer to an earlier question is passed over. */
    for (;;) {
        union {
            struct nlmsghdr header;
            uint8_t room[4096];
        } answer;
        ssize_t size = recv(table->descriptor, &answer, sizeof(answer), MSG_DONTWAIT);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < (ssize_t) sizeof(answer.header) || !NLMSG_OK(&answer.header, (size_t) size))
            return FALSE;
        if (answer.header.nlmsg_seq == table->sequence)
            return answer.header.nlmsg_type == RTM_NEWNEIGH && read_answer(&answer.header, ret_mac);
    }
}
