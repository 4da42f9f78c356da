/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * record/pcapng-walk: it ends, and its texts are texts.
 */
#include "fuzz.h"

#include "record/pcapng.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pcapng_walk walk;
    struct pcapng_note note;
    size_t before = 0;

    pcapng_walk_init(&walk, (struct span){data, size});
    while (pcapng_next(&walk, &note)) {
        FUZZ_CHECK(walk.position > before && walk.position <= size);
        FUZZ_CHECK(memchr(note.link, '\0', sizeof note.link) != NULL);
        FUZZ_CHECK(memchr(note.comment, '\0', sizeof note.comment) != NULL);
        before = walk.position;
    }
    return 0;
}
