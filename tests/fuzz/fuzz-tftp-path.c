/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/path: a canonical path is relative, has no empty, `.` or `..` segment and no control byte,
 * is its own canonical path, and stays below the folder it lies beside.
 */
#include "fuzz.h"

#include "tftp/path.h"

#include <string.h>

static void check_segment(const char *segment, size_t size) {
    FUZZ_CHECK(size > 0);
    FUZZ_CHECK(!(size == 1 && segment[0] == '.'));
    FUZZ_CHECK(!(size == 2 && segment[0] == '.' && segment[1] == '.'));
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK((unsigned char) segment[i] >= 0x20 && segment[i] != 0x7f && segment[i] != '\\');
}

static void check_path(const char *path) {
    for (const char *segment = path;;) {
        size_t size = strcspn(segment, "/");
        check_segment(segment, size);
        if (segment[size] == '\0')
            return;
        segment += size + 1;
    }
}

static void check_again(const char *path) {
    char again[TFTP_PATH_MAX];
    enum tftp_path_status status = tftp_path_canonical(path, strlen(path), again);
    /* A tail that was inside the name, such as a blank before a slash, may be at its end now. */
    if (status == TFTP_PATH_OK)
        FUZZ_CHECK(strncmp(again, path, strlen(again)) == 0);
    else
        FUZZ_CHECK(status == TFTP_PATH_EMPTY || status == TFTP_PATH_PARENT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[TFTP_PATH_MAX];
    memset(path, 'x', sizeof(path));
    enum tftp_path_status status = tftp_path_canonical(data, size, path);
    FUZZ_CHECK(strlen(tftp_path_status_text(status)) > 0);
    if (status != TFTP_PATH_OK) {
        FUZZ_CHECK(path[0] == 'x' && path[sizeof(path) - 1] == 'x');
        return 0;
    }
    FUZZ_CHECK(memchr(path, '\0', sizeof(path)) != NULL);
    FUZZ_CHECK(strlen(path) <= size);
    check_path(path);
    check_again(path);

    char folder[TFTP_PATH_MAX];
    tftp_path_folder(path, folder);
    FUZZ_CHECK(strncmp(path, folder, strlen(folder)) == 0);
    char beside[TFTP_PATH_MAX];
    if (tftp_path_beside("debian/x64", path, beside)) {
        FUZZ_CHECK(strchr(path, '/') == NULL);
        check_path(beside);
    }
    return 0;
}
