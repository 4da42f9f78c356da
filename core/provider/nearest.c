/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The known word that is nearest to a mistyped one: optimal string alignment distance.
 */
#include "provider/nearest.h"

#include <string.h>

#define WORD_MAX 63 /* bytes; no key of ours is longer */

guint nearest_distance(const char *a, const char *b) {
    gsize rows = strlen(a);
    gsize columns = strlen(b);
    if (rows > WORD_MAX || columns > WORD_MAX)
        return G_MAXUINT;

    guint cost[WORD_MAX + 1][WORD_MAX + 1];
    for (gsize i = 0; i <= rows; i++)
        cost[i][0] = i;
    for (gsize j = 0; j <= columns; j++)
        cost[0][j] = j;
    for (gsize i = 1; i <= rows; i++) {
        for (gsize j = 1; j <= columns; j++) {
            guint replaced = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            cost[i][j] = MIN(replaced, MIN(cost[i - 1][j], cost[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = MIN(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[rows][columns];
}

/* A third of the word may be wrong: beyond that a suggestion confuses more than it helps. */
static gboolean is_near(const char *word, const char *candidate, guint distance) {
    return distance <= MAX(1, MAX(strlen(word), strlen(candidate)) / 3);
}

const char *nearest_better(const char *word, const char *best, const char *candidate) {
    guint distance = nearest_distance(word, candidate);
    if (!is_near(word, candidate, distance))
        return best;
    if (best != NULL && nearest_distance(word, best) <= distance)
        return best;
    return candidate;
}

const char *nearest_word(const char *word, const char *const *known) {
    const char *best = NULL;
    for (gsize i = 0; known[i] != NULL; i++)
        best = nearest_better(word, best, known[i]);
    return best;
}
