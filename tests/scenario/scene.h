/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The world of one scenario: a chain, sessions, a clock, and what came of the last packet. One
 * function a step; each returns NULL, or what is wrong, to be freed with g_free.
 */
#pragma once

#include <glib.h>

struct scene;

/* `providers` is the build's folder of modules. */
struct scene *scene_new(const char *providers);
void scene_free(struct scene *scene);

/* The lines below a step. */
struct scene_line {
    char *key;
    char *value;
    guint number;
};

/* A step: its words, and the lines below it (struct scene_line *). */
struct scene_step {
    GStrv words;
    GPtrArray *lines;
};

/* Plays a step. When a line is to blame, *ret_line is its number. */
char *scene_play(struct scene *scene, const struct scene_step *step, guint *ret_line);
