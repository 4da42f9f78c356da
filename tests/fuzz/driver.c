/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs a fuzzer without libFuzzer, in the normal test run: every seed of the folders given, every
 * seed cut short at each byte, and some thousand seeds with bytes changed, always the same ones.
 */
#include "fuzz.h"

#include <glib.h>
#include <string.h>

#define MUTANTS_A_SEED 300
#define CUTS_A_SEED    600 /* the longest prefixes tried one by one */

/* The input is a copy of its own size, so that a sanitizer sees a read past its end. */
static void try_input(const uint8_t *data, size_t size) {
    g_autofree uint8_t *copy = g_malloc(MAX(size, 1));
    if (size > 0)
        memcpy(copy, data, size);
    (void) LLVMFuzzerTestOneInput(copy, size);
}

static void try_mutants(const uint8_t *data, size_t size, GRand *random) {
    g_autofree uint8_t *mutant = g_memdup2(data, size);
    for (int i = 0; i < MUTANTS_A_SEED && size > 0; i++) {
        memcpy(mutant, data, size);
        int changes = g_rand_int_range(random, 1, 9);
        while (changes-- > 0)
            mutant[g_rand_int_range(random, 0, (gint32) size)] = (uint8_t) g_rand_int(random);
        try_input(mutant, size);
    }
}

static gboolean replay_file(const char *path, GRand *random) {
    g_autoptr(GError) error = NULL;
    g_autofree char *data = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &data, &size, &error)) {
        fprintf(stderr, "cannot read the seed: %s\n", error->message);
        return FALSE;
    }
    try_input((const uint8_t *) data, size);
    for (gsize cut = 0; cut < MIN(size, CUTS_A_SEED); cut++)
        try_input((const uint8_t *) data, cut);
    try_mutants((const uint8_t *) data, size, random);
    return TRUE;
}

/* The number of seeds replayed; 0 when there is none or one cannot be read. */
static unsigned replay_folder(const char *folder, GRand *random) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    if (dir == NULL) {
        fprintf(stderr, "cannot list the seeds: %s\n", error->message);
        return 0;
    }
    unsigned count = 0;
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (!replay_file(path, random))
            return 0;
        count++;
    }
    return count;
}

int main(int argc, char **argv) {
    g_autoptr(GRand) random = g_rand_new_with_seed(20240229);
    for (int i = 1; i < argc; i++) {
        unsigned count = replay_folder(argv[i], random);
        if (count == 0) {
            fprintf(stderr, "no seeds replayed from %s\n", argv[i]);
            return 1;
        }
        printf("%u seeds of %s\n", count, argv[i]);
    }
    return argc > 1 ? 0 : 1;
}
