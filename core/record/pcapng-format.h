/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers of the pcapng format (draft-ietf-opsawg-pcapng), for the writer and the walk.
 */
#pragma once

#define PCAPNG_SECTION      0x0a0d0d0a /* section 4.1; the same in either byte order */
#define PCAPNG_LINK         1          /* section 4.2, interface description */
#define PCAPNG_OLD_PACKET   2          /* appendix A, obsolete */
#define PCAPNG_SIMPLE       3          /* section 4.4, simple packet */
#define PCAPNG_PACKET       6          /* section 4.3, enhanced packet */
#define PCAPNG_BYTE_ORDER   0x1a2b3c4d
#define PCAPNG_BYTE_SWAPPED 0x4d3c2b1a

#define PCAPNG_FRAME        12 /* bytes of type and both lengths */
#define PCAPNG_SECTION_BODY 16 /* bytes of fixed fields */
#define PCAPNG_LINK_BODY    8
#define PCAPNG_PACKET_BODY  20

#define PCAPNG_SNAPSHOT                                                                            \
    262144 /* bytes kept of a packet at most; libpcap wants one number, and this one, for
                               * all links of a file */
#define PCAPNG_LINK_IPV4                                                                           \
    228 /* LINKTYPE_IPV4; not the older RAW, of which libpcap takes one link a file */

#define PCAPNG_OPTION_COMMENT     1 /* of any block */
#define PCAPNG_OPTION_NAME        2 /* of a link */
#define PCAPNG_OPTION_FLAGS       2 /* of a packet */
#define PCAPNG_OPTION_APPLICATION 4 /* of a section */
