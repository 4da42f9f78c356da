/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the DATA packets of a file.
 */
#include "floor-file.h"

#include <string.h>

#include "codec/tftp.h"

/* One packet more than whole blocks: the last one is short, or empty. */
static void make_packets(struct floor_file *file, struct span content) {
    size_t block_size = file->packet - TFTP_HEADER_SIZE;
    size_t blocks = content.size / block_size + 1;

    file->size = content.size + blocks * TFTP_HEADER_SIZE;
    file->packets = g_malloc(file->size);
    for (size_t i = 0; i < blocks; i++) {
        uint8_t *packet = file->packets + i * file->packet;
        size_t offset = i * block_size;
        tftp_build_data_header((uint16_t) (i + 1), packet);
        memcpy(packet + TFTP_HEADER_SIZE, content.data + offset,
               MIN(content.size - offset, block_size));
    }
}

bool floor_file_load(const char *path, size_t block_size, struct floor_damage damage,
                     struct floor_file *ret_file, GError **ret_error) {
    g_autofree char *content = NULL;
    gsize size = 0;

    if (!g_file_get_contents(path, &content, &size, ret_error)) {
        return false;
    }
    struct floor_file file = {.name = g_path_get_basename(path),
                              .packet = block_size + TFTP_HEADER_SIZE};
    make_packets(&file, (struct span){(const uint8_t *) content, size});
    file.packets[file.size - 1] ^= damage.byte;
    file.size -= damage.length;
    *ret_file = file;
    return true;
}

void floor_file_clear(struct floor_file *file) {
    g_free(file->name);
    g_free(file->packets);
    *file = (struct floor_file){0};
}

struct span floor_file_window(const struct floor_file *file, uint16_t first, size_t count) {
    size_t offset = (size_t) (first - 1) * file->packet;

    if (offset >= file->size) {
        return (struct span){0};
    }
    return (struct span){file->packets + offset, MIN(file->size - offset, count * file->packet)};
}
